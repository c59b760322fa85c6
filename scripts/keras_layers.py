"""Cases of layers of Keras."""

import keras
import numpy as np
from keras import layers as L
from keras_model import case


@case(formats=[".h5"])
def dense():
    x = L.Input((4,))
    y = L.Dense(3, activation="relu")(x)
    z = L.Dense(2, use_bias=False)(y)
    w = L.Input((3, 4))
    return [x, w], [y, z, L.Dense(5, activation="softmax")(w)]


@case
def activations():
    x = L.Input((7,))
    names = """celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid
        log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid
        squareplus tanh tanh_shrink""".split()
    pair = L.Input((8,))
    made = [L.Activation(getattr(keras.activations, name))(pair if name == "glu" else x) for name in names]
    return [x, pair], made


@case(formats=[".h5"])
def activation_layers():
    x = L.Input((3, 4))
    made = [L.ReLU()(x), L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25)(x), L.LeakyReLU(0.2)(x), L.ELU(0.7)(x)]
    made += [L.PReLU()(x), L.PReLU(shared_axes=[1])(x), L.Softmax()(x), L.Softmax(axis=1)(x), L.Softmax(axis=[1, 2])(x)]
    return [x], made


@case(formats=[".h5"])
def einsum_dense():
    x = L.Input((3, 4))
    made = [L.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d")(x), L.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")(x)]
    made.append(L.EinsumDense("...x,xy->...y", 2, activation="relu")(x))
    return [x], made


@case
def identities():
    x = L.Input((3, 4))
    made = [L.Identity()(x), L.Dropout(0.5)(x), L.SpatialDropout1D(0.5)(x), L.AlphaDropout(0.5)(x), L.GaussianDropout(0.5)(x)]
    made += [L.GaussianNoise(0.5)(x), L.ActivityRegularization(0.1)(x)]
    return [x], made


@case
def embedding():
    x = L.Input((None,), dtype="int32")
    return [x], [L.Embedding(6, 3)(x), L.Embedding(6, 2, mask_zero=True)(x)]


@case
def convolution_1d():
    x = L.Input((9, 4))
    made = [L.Conv1D(3, 3, padding="same", activation="relu")(x), L.Conv1D(3, 2, padding="causal", dilation_rate=2)(x)]
    made += [L.Conv1D(2, 3, strides=2, use_bias=False)(x), L.Conv1D(4, 3, groups=2)(x), L.Conv1DTranspose(3, 3, strides=2)(x)]
    made += [L.Conv1DTranspose(3, 2, strides=3, padding="same")(x), L.DepthwiseConv1D(3, depth_multiplier=2)(x)]
    made += [L.SeparableConv1D(3, 3, padding="same", activation="tanh")(x)]
    return [x], made


@case(formats=[".h5"])
def convolution_2d():
    x = L.Input((8, 7, 4))
    made = [L.Conv2D(3, 3, padding="same")(x), L.Conv2D(3, (2, 3), strides=(2, 1))(x), L.Conv2D(2, 3, dilation_rate=2)(x)]
    made += [L.Conv2D(4, 3, strides=2, padding="same", groups=2)(x), L.Conv2DTranspose(3, 3, strides=2, padding="same")(x)]
    made += [L.Conv2DTranspose(2, (3, 2), strides=(2, 3), padding="valid")(x), L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1)(x)]
    made += [L.Conv2DTranspose(2, 3, strides=2, output_padding=1)(x)]
    made += [L.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x), L.SeparableConv2D(3, 3, strides=2, depth_multiplier=2)(x)]
    return [x], made


@case
def convolution_open():
    x = L.Input((None, None, 2))
    made = [L.Conv2D(3, 3, padding="same")(x), L.Conv2D(3, 3, strides=2, padding="same")(x), L.Conv2D(2, 3)(x)]
    made += [L.MaxPooling2D(2, padding="same")(x), L.AveragePooling2D(3, strides=2, padding="same")(x), L.UpSampling2D(2)(x)]
    return [x], made


@case
def convolution_3d():
    x = L.Input((4, 5, 6, 2))
    made = [L.Conv3D(3, 3, padding="same")(x), L.Conv3D(2, (1, 2, 3), strides=2)(x), L.Conv3DTranspose(2, 2, strides=2)(x)]
    return [x], made


@case
def pooling():
    x, y, z = L.Input((9, 3)), L.Input((6, 7, 3)), L.Input((4, 4, 4, 2))
    made = [L.MaxPooling1D(2)(x), L.MaxPooling1D(3, strides=2, padding="same")(x), L.AveragePooling1D(3, padding="same")(x)]
    made += [L.MaxPooling2D()(y), L.MaxPooling2D((2, 3), strides=2, padding="same")(y), L.AveragePooling2D(3, strides=2, padding="same")(y)]
    made += [L.MaxPooling3D(2)(z), L.AveragePooling3D(2, padding="same")(z)]
    for kind in ["Max", "Average"]:
        made += [getattr(L, f"Global{kind}Pooling{rank}D")(keepdims=keep)(v) for rank, v in [(1, x), (2, y), (3, z)] for keep in [False, True]]
    made += [L.AdaptiveAveragePooling2D((2, 3))(y), L.AdaptiveMaxPooling1D(4)(x), L.AdaptiveAveragePooling3D(2)(z)]
    return [x, y, z], made


@case(formats=[".h5"])
def normalization():
    x = L.Input((5, 6))
    made = [L.BatchNormalization()(x), L.BatchNormalization(axis=1, epsilon=0.1, scale=False)(x), L.BatchNormalization(center=False)(x)]
    made += [L.LayerNormalization()(x), L.LayerNormalization(axis=1)(x), L.LayerNormalization(axis=[1, 2], epsilon=0.1)(x)]
    made += [L.LayerNormalization(center=False, scale=False)(x), L.LayerNormalization(scale=False)(x)]
    made += [L.GroupNormalization(2)(x), L.GroupNormalization(-1)(x), L.GroupNormalization(5, axis=1)(x), L.RMSNormalization()(x)]
    made += [L.UnitNormalization()(x), L.UnitNormalization(axis=[1, 2])(x), L.SpectralNormalization(L.Dense(3))(x)]
    return [x], made


@case
def attention():
    q, v, k = L.Input((3, 4)), L.Input((5, 4)), L.Input((5, 4))
    made = [L.Attention()([q, v]), L.Attention(use_scale=True)([q, v, k]), L.AdditiveAttention()([q, v])]
    made.append(L.Attention()([q, q], use_causal_mask=True))
    made += list(L.Attention()([q, v], return_attention_scores=True))
    return [q, v, k], made


@case(formats=[".h5"])
def multi_head_attention():
    q, v = L.Input((3, 4)), L.Input((5, 4))
    mask = L.Input((3, 5), dtype="bool")
    made = [L.MultiHeadAttention(2, 3)(q, v), L.MultiHeadAttention(2, 3, value_dim=2, use_bias=False, output_shape=5)(q, v, v)]
    made.append(L.MultiHeadAttention(2, 3)(q, q, use_causal_mask=True))
    made += list(L.MultiHeadAttention(2, 2)(q, v, attention_mask=mask, return_attention_scores=True))
    made.append(L.GroupQueryAttention(3, 4, 2)(q, v))
    ids = L.Input((3,), dtype="int32")
    e = L.Embedding(6, 4, mask_zero=True)(ids)
    made.append(L.MultiHeadAttention(1, 2)(e, e))
    random = np.random.default_rng(1)
    arrays = [random.normal(size=(2, 3, 4)).astype("float32"), random.normal(size=(2, 5, 4)).astype("float32")]
    held = random.integers(0, 2, (2, 3, 5)).astype(bool)
    held[:, :, 0] = True
    return [q, v, mask, ids], made, arrays + [held, np.array([[1, 2, 0], [3, 4, 5]], "int32")]


@case
def merging():
    x, y, z = L.Input((3, 4)), L.Input((3, 4)), L.Input((4,))
    made = [kind()([x, y]) for kind in [L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate]]
    made += [L.Concatenate(axis=1)([x, y, x]), L.Add()([x, y, x]), L.Dot(axes=2)([x, y]), L.Dot(axes=(2, 1), normalize=True)([x, z])]
    made.append(L.Dot(axes=1)([z, z]))
    return [x, y, z], made


@case
def reshaping():
    x, y, z = L.Input((6, 4)), L.Input((4, 6, 2)), L.Input((4, 4, 4, 2))
    made = [L.Reshape((3, -1))(x), L.Reshape((24,))(x), L.Flatten()(y), L.Flatten(data_format="channels_first")(y), L.Permute((2, 1))(x)]
    made += [L.Cropping1D((1, 2))(x), L.Cropping2D(((1, 0), (2, 1)))(y), L.Cropping3D(1)(z), L.ZeroPadding1D(2)(x), L.ZeroPadding2D((1, 2))(y)]
    made += [L.ZeroPadding3D(((1, 0), (0, 1), (2, 2)))(z), L.UpSampling1D(3)(x), L.UpSampling2D((2, 3))(y), L.UpSampling3D(2)(z)]
    made += [L.UpSampling2D(2, interpolation="bilinear")(y), L.UpSampling2D(2, interpolation="bicubic")(y), L.RepeatVector(3)(L.Flatten()(x))]
    return [x, y, z], made


# TensorFlow looks cubic weights up in a table.
@case(tolerance=1e-3)
def preprocessing():
    x, y = L.Input((4,)), L.Input((6, 8, 3))
    ids = L.Input((3,), dtype="int64")
    made = [L.Rescaling(0.5, offset=1.0)(x), L.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 9.0, 16.0])(x)]
    made += [L.Normalization(axis=None, mean=1.0, variance=4.0, invert=True)(x), L.Resizing(3, 5)(y), L.Resizing(9, 9, interpolation="nearest")(y)]
    made += [L.Resizing(12, 5, interpolation="bicubic")(y), L.CenterCrop(4, 5)(y), L.RandomFlip()(y), L.RandomRotation(0.2)(y), L.RandomZoom(0.2)(y)]
    made += [L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5])(x), L.CategoryEncoding(6)(ids), L.CategoryEncoding(6, output_mode="one_hot")(ids)]
    made += [L.CategoryEncoding(6, output_mode="count")(ids)]
    return [x, y, ids], made


@case(formats=[".h5", "weights"])
def shared_layers():
    x, y = L.Input((4,)), L.Input((4,))
    shared = L.Dense(3, activation="tanh")
    inner_x = L.Input((3,))
    inner = keras.Model(inner_x, [L.Dense(2)(inner_x), L.BatchNormalization()(inner_x)])
    a, b = shared(x), shared(y)
    return [x, y], {"first": inner(a), "second": [inner(b)[1], L.Concatenate()([a, b])]}


@case(formats=[".h5", "weights"])
def sequential():
    model = keras.Sequential([L.Input((6, 6, 1)), L.Conv2D(2, 3), L.BatchNormalization(), L.ReLU(), L.MaxPooling2D(), L.Flatten()])
    model.add(keras.Sequential([L.Dense(4, activation="relu"), L.Dropout(0.5)]))
    model.add(L.Dense(3, activation="softmax"))
    return model


@case
def half_precision():
    x = L.Input((4,))
    y = L.Dense(3, dtype="mixed_float16", activation="relu")(x)
    return [x], [L.Dense(2, dtype="float32")(y)]


@case
def pooling_adaptive():
    x, y, z = L.Input((9, 3)), L.Input((6, 7, 3)), L.Input((4, 5, 4, 2))
    made = [L.AdaptiveAveragePooling1D(2)(x), L.AdaptiveMaxPooling1D(5)(x), L.AdaptiveAveragePooling2D(3)(y), L.AdaptiveMaxPooling2D((2, 4))(y)]
    made += [L.AdaptiveMaxPooling3D((2, 2, 3))(z), L.AdaptiveAveragePooling3D((1, 2, 4))(z), L.MaxPooling3D((2, 1, 2), strides=(1, 2, 2), padding="same")(z)]
    return [x, y, z], made


@case(formats=[".h5"])
def convolution_options():
    x, y, z = L.Input((9, 4)), L.Input((8, 7, 4)), L.Input((4, 5, 6, 2))
    made = [L.DepthwiseConv1D(3, padding="same", strides=2, use_bias=False)(x), L.SeparableConv1D(3, 3, strides=2, depth_multiplier=2, use_bias=False)(x)]
    made += [L.SeparableConv1D(2, 3, dilation_rate=2, padding="same")(x), L.DepthwiseConv2D((2, 3), dilation_rate=(2, 1), activation="relu")(y)]
    made += [L.SeparableConv2D(3, (3, 2), padding="same", activation=L.LeakyReLU(0.1))(y), L.Conv1D(3, 3, padding="causal", strides=1, activation="swish")(x)]
    made += [L.Conv2DTranspose(2, (2, 3), strides=(2, 1), padding="same", use_bias=False, activation="elu")(y)]
    made += [L.Conv1DTranspose(2, 3, strides=2, padding="same", output_padding=1)(x), L.Conv3DTranspose(2, (2, 1, 3), strides=(1, 2, 2), padding="same")(z)]
    made += [L.Conv3D(4, 2, strides=(1, 2, 1), padding="same", groups=2)(z), L.Conv3D(2, 2, dilation_rate=2)(z), L.Conv2D(3, (1, 5), padding="same", activation=L.ReLU(6))(y)]
    return [x, y, z], made


@case(formats=[".h5"])
def normalization_options():
    x, y = L.Input((4, 5, 6)), L.Input((3, 4))
    made = [L.BatchNormalization(axis=2)(x), L.GroupNormalization(3, axis=-1, epsilon=0.1)(x), L.GroupNormalization(2, axis=1, scale=False)(x), L.GroupNormalization(1, center=False)(x)]
    made += [L.LayerNormalization(axis=(1, 3))(x), L.RMSNormalization(axis=(2, 3))(x), L.RMSNormalization(epsilon=0.5)(y), L.UnitNormalization(axis=1)(y)]
    made += [L.SpectralNormalization(L.Conv2D(2, 2), power_iterations=2)(x), L.Softmax(axis=(1, 2))(x)]
    return [x, y], made


@case(formats=[".h5", "weights"])
def attention_options():
    q, v = L.Input((3, 4)), L.Input((5, 4))
    mask = L.Input((5,), dtype="bool")
    made = [L.AdditiveAttention(use_scale=False)([q, v]), L.AdditiveAttention()([q, v, v + 1], mask=[None, mask] if False else None)]
    made += [L.MultiHeadAttention(2, 3, use_bias=False)(q, v, key=v + 1), L.GroupQueryAttention(3, 4, 2, use_bias=False)(q, v), L.GroupQueryAttention(2, 4, 4)(q, q, use_causal_mask=True)]
    made += list(L.GroupQueryAttention(3, 4, 2)(q, v, return_attention_scores=True))
    made += [L.MultiHeadAttention(2, 2)(q, v, value_mask=mask), L.Attention(score_mode="dot", use_scale=True)([q, v], use_causal_mask=True)]
    random = np.random.default_rng(3)
    held = random.integers(0, 2, (2, 5)).astype(bool)
    held[:, 0] = True
    return [q, v, mask], made, [random.normal(size=(2, 3, 4)).astype("float32"), random.normal(size=(2, 5, 4)).astype("float32"), held]


@case(formats=[".h5"])
def core_options():
    x, w, ids = L.Input((3, 4)), L.Input((2, 3, 4)), L.Input((5,), dtype="int32")
    made = [L.Dense(2)(w), L.EinsumDense("abcd,de->abce", (None, 3, 5), bias_axes="ce", activation="tanh")(w), L.SpatialDropout2D(0.5)(w), L.SpatialDropout3D(0.5)(L.Reshape((2, 3, 2, 2))(w))]
    tied, untied = L.ReversibleEmbedding(6, 3), L.ReversibleEmbedding(6, 3, tie_weights=False, logit_soft_cap=2.0)
    made += [tied(ids), tied(tied(ids), reverse=True), untied(untied(ids), reverse=True)]
    made += [L.ReLU(6)(x), L.ReLU(max_value=1, negative_slope=0, threshold=0)(x), L.LeakyReLU(0)(x), L.ELU(2)(x), L.PReLU(shared_axes=[1, 2])(w)]
    made += [L.Dot(axes=(1, 1))([x, x]), L.Dot(axes=-1, normalize=True)([x, x]), L.Concatenate(axis=-2)([x, x]), L.Average()([x, x, x]), L.Maximum()([x, x]), L.Minimum()([w, w])]
    made += [L.Flatten()(w), L.Reshape((-1, 2))(w), L.Permute((3, 1, 2))(w), L.RepeatVector(2)(L.Flatten()(x)), L.Activation("hard_shrink")(x), L.Masking(2)(x)]
    return [x, w, ids], made


@case
def element_types():
    x, y = L.Input((4,), dtype="float64"), L.Input((4,), dtype="float16")
    z = L.Input((3,), dtype="uint8")
    made = [L.Dense(3, dtype="float64", activation="gelu")(x), L.BatchNormalization(dtype="float64")(x), L.LayerNormalization(dtype="float64")(x)]
    made += [L.Dense(3, dtype="float32")(y), L.Rescaling(1 / 255)(z), L.Activation("relu", dtype="float16")(y), L.GRU(2, dtype="float64")(L.Reshape((2, 2), dtype="float64")(x))]
    return [x, y, z], made
