"""The case of layers with the channels first."""

import os
import tempfile

import keras
import numpy as np
from keras import layers as L
from keras_model import is_wanted, pack, rng, slim


def channels_first():
    """Layers with the channels first, which TensorFlow does not compute on a CPU: it computes them with the channels last."""
    name = "channels_first"
    if not is_wanted(name):
        return
    random = rng(name)
    arrays = [random.normal(size=(2, 9, 4)), random.normal(size=(2, 8, 7, 4)), random.normal(size=(2, 4, 5, 6, 2))]
    makers = [
        (0, lambda how: L.Conv1D(3, 3, padding="same", **how)), (0, lambda how: L.Conv1DTranspose(3, 3, strides=2, **how)),
        (0, lambda how: L.MaxPooling1D(2, **how)), (0, lambda how: L.SeparableConv1D(3, 2, **how)), (0, lambda how: L.DepthwiseConv1D(2, **how)),
        (0, lambda how: L.AveragePooling1D(3, padding="same", **how)),
        (1, lambda how: L.Conv2D(3, 3, strides=2, padding="same", **how)), (1, lambda how: L.Conv2D(4, (2, 3), groups=2, **how)),
        (1, lambda how: L.Conv2DTranspose(2, 3, strides=2, padding="same", **how)), (1, lambda how: L.DepthwiseConv2D(3, depth_multiplier=2, **how)),
        (1, lambda how: L.SeparableConv2D(3, 2, **how)), (1, lambda how: L.AveragePooling2D(2, **how)), (1, lambda how: L.GlobalMaxPooling2D(**how)),
        (1, lambda how: L.GlobalAveragePooling2D(keepdims=True, **how)), (1, lambda how: L.UpSampling2D(2, **how)), (1, lambda how: L.Cropping2D(1, **how)),
        (1, lambda how: L.ZeroPadding2D((1, 2), **how)), (1, lambda how: L.UpSampling2D(2, interpolation="bilinear", **how)), (1, lambda how: L.Resizing(5, 4, **how)),
        (1, lambda how: L.AdaptiveAveragePooling2D(3, **how)), (2, lambda how: L.Conv3D(3, 2, **how)), (2, lambda how: L.MaxPooling3D(2, **how)),
        (2, lambda how: L.Conv3DTranspose(2, 2, strides=2, **how)), (2, lambda how: L.Cropping3D(1, **how)),
    ]
    keras.utils.clear_session()
    last = [L.Input(array.shape[1:]) for array in arrays]
    first = [L.Input((array.shape[-1], *array.shape[1:-1])) for array in arrays]
    pairs = [(make({"data_format": "channels_last"}), make({"data_format": "channels_first"}), index) for index, make in makers]
    reference = keras.Model(last, [own(last[index]) for own, _, index in pairs])
    model = keras.Model(first, [own(first[index]) for _, own, index in pairs])
    for own, other, _ in pairs:
        weights = [random.normal(0, 0.5, weight.shape).astype("float32") for weight in own.weights]
        own.set_weights(weights)
        other.set_weights(weights)
    arrays = [array.astype("float32") for array in arrays]
    expected = [np.asarray(y) for y in reference(arrays)]
    expected = [np.moveaxis(y, -1, 1) if y.ndim > 2 else y for y in expected]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        pack(name, [("model/model.keras", slim(path))], [np.moveaxis(array, -1, 1) for array in arrays], expected)
