"""Cases of operations of keras.ops that stand in functional models."""

import keras
import numpy as np
from keras import layers as L
from keras import ops
from keras_model import case


@case
def operations():
    x, y = L.Input((3, 4)), L.Input((3, 4))
    ids = L.Input((3,), dtype="int32")
    made = [x + y, x - 2.0, 1.0 / (y + 5.0), x * y, x**2, -x, x @ ops.transpose(y, (0, 2, 1)), abs(x), x > y, ids + 1, ids / 2, 3 - ids]
    made += [x[:, 1], x[:, ::-1, 1:3], x[..., None], x[:, -2:], ops.mean(x, axis=1), ops.sum(x, axis=[1, 2], keepdims=True), ops.max(x, axis=-1)]
    made += [ops.reshape(x, (-1, 12)), ops.concatenate([x, y], axis=-1), ops.stack([x, y], axis=1), ops.expand_dims(x, 1), ops.squeeze(x[:, :1], 1)]
    made += [ops.relu(x), ops.softmax(x, axis=1), ops.gelu(x), ops.gelu(x, approximate=False), ops.sqrt(ops.abs(x)), ops.exp(x), ops.log1p(ops.abs(x))]
    made += [ops.where(x > 0, x, y), ops.where(x > 0, x, 0.0), ops.clip(x, -0.5, 0.5), ops.cast(x, "int32"), ops.cast(ids, "float32"), ops.argmax(x, axis=-1)]
    made += [ops.einsum("bij,bkj->bik", x, y), ops.tile(x, (1, 2, 1)), ops.repeat(x, 2, axis=1), ops.flip(x, axis=1), ops.pad(x, ((0, 0), (1, 2), (0, 1)))]
    made += [ops.cumsum(x, axis=1), ops.one_hot(ids, 6), ops.ones_like(x), ops.zeros_like(ids), ops.minimum(x, 0.25), ops.logical_and(x > 0, y > 0)]
    made += [*ops.split(x, 2, axis=-1), *ops.top_k(x, 2), ops.swapaxes(x, 1, 2), ops.moveaxis(x, 2, 1), ops.std(x, axis=-1), ops.var(x, axis=1)]
    made += [ops.logsumexp(x, axis=-1), ops.tril(x), ops.triu(x, 1), ops.roll(x, 1, axis=1), ops.normalize(x, axis=-1), ops.take(x, ids[0] * 0 + 1, axis=2)]
    made += [ops.log_softmax(x), ops.silu(x), ops.sigmoid(x), ops.any(x > 0, axis=1), ops.floor(x), ops.not_equal(ids, 0), ops.square(x), ops.mod(x, 2.0)]
    return [x, y, ids], made
