#!/usr/bin/env python3
"""Makes crates/convert/tests/custom_layer.{keras,h5}: models with a layer that is none of Keras.

    python scripts/keras_custom.py
"""

import os
import tempfile

from keras_model import fill, rng, slim

import keras
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
