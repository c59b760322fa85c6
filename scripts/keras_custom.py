#!/usr/bin/env python3
"""Makes models for crates/convert/tests that are no fixtures: custom_layer.{keras,h5}, with a layer that is none of Keras,
and words.keras, with inputs that are text, next to what Keras makes of words.json.

    python scripts/keras_custom.py
"""

import json
import os
import tempfile

from keras_model import fill, rng, slim

import keras
import numpy as np
from keras import layers as L
from keras import ops

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crates", "convert", "tests")


@keras.saving.register_keras_serializable("example")
class ScaledSwish(L.Layer):
    """`x * sigmoid(beta * x) * scale`."""

    def __init__(self, beta=1.0, **options):
        super().__init__(**options)
        self.beta = beta

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],))

    def call(self, x):
        return x * ops.sigmoid(self.beta * x) * self.scale

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}


def words(folder):
    x, ids = L.Input((3,), dtype="string"), L.Input((4,), dtype="int64")
    made = [L.StringLookup(vocabulary=["cat", "dog", "bird"])(x), L.StringLookup(vocabulary=["cat", "dog"], mask_token="")(x)]
    made += [L.StringLookup(vocabulary=["cat", "dog", "bird"], output_mode=mode)(x) for mode in ["multi_hot", "count", "one_hot"]]
    made += [L.StringLookup(vocabulary=["cat", "dog"], invert=True)(ids)]
    model = keras.Model([x, ids], made)
    texts, numbers = [["dog", "", "fish"], ["bird", "cat", "cat"]], [[0, 1, 2, 3], [2, 1, 7, 0]]
    results = [np.asarray(y) for y in model([np.array(texts), np.array(numbers)])]
    *results, found = results
    outputs = [{"shape": y.shape, "values": [int(v) for v in y.ravel()]} for y in results]
    case = {"texts": texts, "numbers": numbers, "outputs": outputs, "words": [v.decode() for v in found.ravel()]}
    path = os.path.join(folder, "words.keras")
    model.save(path)
    open(os.path.join(OUT, "words.keras"), "wb").write(slim(path))
    open(os.path.join(OUT, "words.json"), "w").write(json.dumps(case) + "\n")


if __name__ == "__main__":
    keras.utils.clear_session()
    x = L.Input((4,), name="x")
    model = keras.Model(x, L.Dense(2, name="out")(ScaledSwish(2.0, name="swish")(L.Dense(3, name="in")(x))))
    fill(model, rng("custom"))
    with tempfile.TemporaryDirectory() as folder:
        for suffix in [".keras", ".h5"]:
            path = os.path.join(folder, "model" + suffix)
            model.save(path)
            data = slim(path) if suffix == ".keras" else open(path, "rb").read()
            open(os.path.join(OUT, "custom_layer" + suffix), "wb").write(data)
        keras.utils.clear_session()
        words(folder)
