"""Layers, saved models and checkpoints."""

import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_model import case, checkpoint, frozen, normal, saved, whole, without_second_version, write


@case
def layers_recurrent():
    keras = tf.keras
    layers = [keras.layers.LSTM(4, return_sequences=True), keras.layers.GRU(3, return_sequences=True), keras.layers.Bidirectional(keras.layers.LSTM(3)), keras.layers.SimpleRNN(3)]
    keras.utils.set_random_seed(1)
    def build(x):
        return [layer(x) for layer in layers]
    for layer in layers:
        layer(tf.constant(normal(2, 5, 3)))
    frozen("layers_recurrent", build, [normal(2, 5, 3)], [(None, 5, 3)], atol=1e-4)


class Dense(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(normal(4, 3, seed=1), name="weights")
        self.b = tf.Variable(normal(3, seed=2), name="weights")
        self.table = tf.Variable(normal(6, 4, seed=3))
        self.inner = [tf.Variable(normal(3, 3, seed=4)), tf.Variable(np.float32(2))]

    def call(self, x0, x1):
        rows = tf.gather(self.table, x1)
        y = tf.nn.relu((x0 + rows) @ self.w + self.b)
        _, y = tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, y @ self.inner[0] * self.inner[1]), [0, y])
        return {"scores": tf.nn.softmax(y), "hidden": y}


@case
def saved_model():
    saved("saved_model", Dense(), [normal(2, 4), whole(0, 6, 2)], shapes=[(None, 4), (None,)], atol=1e-4)


@case
def saved_model_signature():
    saved("saved_model_signature", Dense(), [normal(2, 4), whole(0, 6, 2)], shapes=[(None, 4), (None,)], signature="classify", atol=1e-4)


@case
def saved_model_keras():
    keras = tf.keras
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(4, 3, padding="same", activation="relu"), keras.layers.BatchNormalization(), keras.layers.MaxPooling2D(), keras.layers.Flatten(), keras.layers.Dense(5, activation="softmax")])
    x = normal(2, 8, 8, 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        model.export(str(path), verbose=False)
        (path / "fingerprint.pb").unlink(missing_ok=True)
        loaded = tf.saved_model.load(str(path)).signatures["serving_default"]
        (argument,) = loaded.structured_input_signature[1]
        results = loaded(**{argument: tf.constant(x)})
        write("saved_model_keras", path, [argument], sorted(results), [([x], [results[name].numpy() for name in sorted(results)])], 1e-4, 1e-4)


def two_layers(x):
    w = tf.compat.v1.get_variable("layer/w", initializer=normal(4, 5, seed=1))
    b = tf.compat.v1.get_variable("layer/b", initializer=normal(5, seed=2), use_resource=True)
    y = tf.nn.relu(x @ w + b)
    loss = tf.reduce_mean(y**2)
    tf.compat.v1.train.AdamOptimizer(0.1).minimize(loss)
    return [tf.nn.softmax(y), loss]


@case
def checkpoint_second():
    without_second_version(lambda: checkpoint("checkpoint_second", two_layers, [normal(3, 4)], shapes=[(None, 4)]))


@case
def checkpoint_first():
    without_second_version(lambda: checkpoint("checkpoint_first", two_layers, [normal(3, 4)], shapes=[(None, 4)], version=1))
