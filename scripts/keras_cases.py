#!/usr/bin/env python3
"""Makes test/fixtures/keras: small models of every layer of Keras with its options, and what Keras makes of inputs.

Each zip holds a model, its inputs, and the outputs of Keras; see test/fixtures/README. Needs keras and tensorflow.

    python scripts/keras_cases.py [NAME...]
"""

import io
import json
import os
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from keras import layers as L
from keras import ops

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fixtures", "keras")
WANTED = sys.argv[1:]
CASES = []


def case(make):
    """Registers a function that gives (inputs, outputs) of a functional model, perhaps with options."""
    CASES.append((make.__name__, make))
    return make


def rng(name):
    return np.random.default_rng(sum(name.encode()) * 7919)


def fill(model, random):
    """Random weights; variances stay positive."""
    for variable in model.variables:
        if "seed" in variable.path or "count" in variable.path:
            continue
        shape, kind = variable.shape, variable.path
        if "variance" in kind:
            value = random.uniform(0.5, 2.0, shape)
        else:
            value = random.normal(0, 0.5, shape)
        variable.assign(value.astype("float32"))


def feed(tensor, random, batch=2, extent=5):
    """An array for an input; extents that are left open get a number."""
    shape = [batch if axis == 0 and size is None else (size or extent) for axis, size in enumerate(tensor.shape)]
    if tensor.dtype.startswith("int"):
        return random.integers(0, 6, shape).astype(tensor.dtype)
    if tensor.dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    return random.normal(0, 1, shape).astype(tensor.dtype)


def npy(array):
    data = io.BytesIO()
    np.lib.format.write_array(data, np.asarray(array, order="C"), version=(1, 0))
    return data.getvalue()


def store(name, files, case):
    path = os.path.join(OUT, name + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in [("case.json", json.dumps(case, sort_keys=True).encode()), *files]:
            info = zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def pack(name, model_files, inputs, outputs, tolerance=1e-4, model=None, options=None):
    files = list(model_files)
    files += [(f"in/0/{index}.npy", npy(array)) for index, array in enumerate(inputs)]
    files += [(f"out/0/{index}.npy", npy(array)) for index, array in enumerate(outputs)]
    described = {
        "model": model or model_files[0][0],
        "inputs": [f"{index}" for index in range(len(inputs))],
        "outputs": [f"{index}" for index in range(len(outputs))],
        "rtol": tolerance,
        "atol": tolerance,
    }
    if options:
        described["options"] = options
    store(name, files, described)


def slim(path):
    """The bytes of a .keras file whose archive has fixed times and is compressed."""
    data = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.namelist()):
            content = source.read(entry)
            if entry == "metadata.json":
                content = json.dumps({"keras_version": keras.__version__, "date_saved": ""}).encode()
            target.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def build(name, make, suffix=".keras", weights_only=False):
    if WANTED and name not in WANTED:
        return
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    random = rng(name)
    made = make()
    arrays = None
    if isinstance(made, keras.Model):
        model = made
    else:
        inputs, outputs = made[0], made[1]
        model = keras.Model(inputs, outputs)
        arrays = made[2] if len(made) > 2 else None
    fill(model, random)
    arrays = [np.asarray(array) for array in arrays] if arrays is not None else [feed(x, random) for x in model.inputs]
    given = arrays[0] if len(arrays) == 1 else arrays
    results = model(given, training=False)
    results = [np.asarray(keras.ops.convert_to_numpy(x)) for x in keras.tree.flatten(results)]
    with tempfile.TemporaryDirectory() as folder:
        if weights_only:
            path = os.path.join(folder, "model.weights.h5")
            model.save_weights(path)
            files = [("model/model.weights.h5", open(path, "rb").read()), ("model/model.json", model.to_json().encode())]
            pack(name, files, arrays, results, options={"architecture": "model/model.json"})
            return
        path = os.path.join(folder, "model" + suffix)
        model.save(path)
        data = slim(path) if suffix == ".keras" else open(path, "rb").read()
        # TensorFlow looks cubic weights up in a table.
        tolerance = 1e-3 if name == "preprocessing" else 1e-4
        pack(name, [("model/model" + suffix, data)], arrays, results, tolerance)


# Core.


@case
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


@case
def activation_layers():
    x = L.Input((3, 4))
    made = [L.ReLU()(x), L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25)(x), L.LeakyReLU(0.2)(x), L.ELU(0.7)(x)]
    made += [L.PReLU()(x), L.PReLU(shared_axes=[1])(x), L.Softmax()(x), L.Softmax(axis=1)(x), L.Softmax(axis=[1, 2])(x)]
    return [x], made


@case
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


@case
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


@case
def normalization():
    x = L.Input((5, 6))
    made = [L.BatchNormalization()(x), L.BatchNormalization(axis=1, epsilon=0.1, scale=False)(x), L.BatchNormalization(center=False)(x)]
    made += [L.LayerNormalization()(x), L.LayerNormalization(axis=1)(x), L.LayerNormalization(axis=[1, 2], epsilon=0.1)(x)]
    made += [L.LayerNormalization(center=False, scale=False)(x), L.LayerNormalization(scale=False)(x)]
    made += [L.GroupNormalization(2)(x), L.GroupNormalization(-1)(x), L.GroupNormalization(5, axis=1)(x), L.RMSNormalization()(x)]
    made += [L.UnitNormalization()(x), L.UnitNormalization(axis=[1, 2])(x), L.SpectralNormalization(L.Dense(3))(x)]
    return [x], made


@case
def recurrent():
    x, h = L.Input((4, 3)), L.Input((2,))
    made = []
    for kind in [L.LSTM, L.GRU, L.SimpleRNN]:
        made += [kind(2)(x), kind(2, return_sequences=True)(x), kind(2, go_backwards=True, return_sequences=True)(x)]
        made += list(kind(2, return_state=True, use_bias=False)(x))
        made.append(kind(2, activation="relu", unroll=True)(x))
    made.append(L.LSTM(2, recurrent_activation="hard_sigmoid")(x, initial_state=[h, h]))
    made += [L.GRU(2, reset_after=False)(x, initial_state=h), L.GRU(2, activation="gelu", reset_after=False)(x), L.LSTM(2, activation="gelu")(x)]
    return [x, h], made


@case
def recurrent_open():
    x = L.Input((None, 3))
    made = [L.LSTM(2, return_sequences=True)(x), L.GRU(2)(x), L.Bidirectional(L.LSTM(2, return_sequences=True))(x)]
    return [x], made


@case
def bidirectional():
    x = L.Input((4, 3))
    made = [L.Bidirectional(L.LSTM(2), merge_mode=mode)(x) for mode in ["concat", "sum", "mul", "ave"]]
    made += list(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode=None)(x))
    made += list(L.Bidirectional(L.LSTM(2, return_sequences=True, return_state=True))(x))
    made.append(L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(3, go_backwards=True))(x))
    return [x], made


@case
def cells():
    x = L.Input((4, 3))
    made = [L.RNN(L.LSTMCell(2))(x), L.RNN(L.GRUCell(2), return_sequences=True)(x), L.RNN(L.SimpleRNNCell(2), go_backwards=True)(x)]
    made.append(L.RNN([L.LSTMCell(2), L.GRUCell(3), L.SimpleRNNCell(2)], return_sequences=True)(x))
    return [x], made


@case
def masks():
    ids = L.Input((5,), dtype="int32")
    x = L.Embedding(6, 3, mask_zero=True)(ids)
    made = [L.LSTM(2)(x), L.GRU(2, return_sequences=True)(x), L.LSTM(2, return_sequences=True, zero_output_for_mask=True)(x)]
    made += [L.Bidirectional(L.LSTM(2))(x), L.Bidirectional(L.GRU(2, return_sequences=True))(x), L.GlobalAveragePooling1D()(x)]
    made += list(L.LSTM(2, go_backwards=True, return_state=True)(x))
    made.append(L.SimpleRNN(2)(L.Dense(2)(L.Dropout(0.5)(x))))
    made.append(L.LSTM(2)(L.Concatenate()([x, L.LSTM(2, return_sequences=True)(x)])))
    made.append(L.LSTM(2)(L.Add()([x, x])))
    made.append(L.LSTM(2)(L.TimeDistributed(L.Dense(2))(x)))
    y = L.Input((5, 2))
    made.append(L.GRU(2)(L.Masking(mask_value=0.0)(y)))
    array = np.array([[1, 2, 0, 3, 0], [0, 0, 4, 5, 1]], "int32")
    other = np.random.default_rng(1).normal(size=(2, 5, 2)).astype("float32")
    other[0, 3:] = 0
    other[1, 1] = 0
    return [ids, y], made, [array, other]


@case
def time_distributed():
    x = L.Input((3, 4, 4, 2))
    y = L.TimeDistributed(L.Conv2D(2, 3))(x)
    inner = keras.Sequential([L.Flatten(), L.Dense(3, activation="relu"), L.BatchNormalization()])
    return [x], [y, L.TimeDistributed(inner)(y)]


@case
def conv_lstm():
    x, y = L.Input((3, 5, 2)), L.Input((3, 4, 5, 2))
    made = [L.ConvLSTM1D(2, 3, return_sequences=True)(x), L.ConvLSTM2D(2, 3, padding="same")(y), L.ConvLSTM2D(3, 2, strides=2, go_backwards=True)(y)]
    return [x, y], made


@case
def attention():
    q, v, k = L.Input((3, 4)), L.Input((5, 4)), L.Input((5, 4))
    made = [L.Attention()([q, v]), L.Attention(use_scale=True)([q, v, k]), L.AdditiveAttention()([q, v])]
    made.append(L.Attention()([q, q], use_causal_mask=True))
    made += list(L.Attention()([q, v], return_attention_scores=True))
    return [q, v, k], made


@case
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


@case
def preprocessing():
    x, y = L.Input((4,)), L.Input((6, 8, 3))
    ids = L.Input((3,), dtype="int64")
    made = [L.Rescaling(0.5, offset=1.0)(x), L.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 9.0, 16.0])(x)]
    made += [L.Normalization(axis=None, mean=1.0, variance=4.0, invert=True)(x), L.Resizing(3, 5)(y), L.Resizing(9, 9, interpolation="nearest")(y)]
    made += [L.Resizing(12, 5, interpolation="bicubic")(y), L.CenterCrop(4, 5)(y), L.RandomFlip()(y), L.RandomRotation(0.2)(y), L.RandomZoom(0.2)(y)]
    made += [L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5])(x), L.CategoryEncoding(6)(ids), L.CategoryEncoding(6, output_mode="one_hot")(ids)]
    made += [L.CategoryEncoding(6, output_mode="count")(ids)]
    return [x, y, ids], made


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


@case
def shared_layers():
    x, y = L.Input((4,)), L.Input((4,))
    shared = L.Dense(3, activation="tanh")
    inner_x = L.Input((3,))
    inner = keras.Model(inner_x, [L.Dense(2)(inner_x), L.BatchNormalization()(inner_x)])
    a, b = shared(x), shared(y)
    return [x, y], {"first": inner(a), "second": [inner(b)[1], L.Concatenate()([a, b])]}


@case
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


# Files as Keras 1 and 2 wrote them, by hand: what is expected is computed with the layers of today.


def old_file(version, config, weights, backend="tensorflow"):
    """The bytes of an HDF5 file with a configuration and, for each layer, its weights by name."""
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "old.h5")
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"] = version.encode()
            file.attrs["backend"] = backend.encode()
            group = file.create_group("model_weights")
            group.attrs["layer_names"] = [name.encode() for name, _ in weights]
            for name, arrays in weights:
                own = group.create_group(name)
                own.attrs["weight_names"] = [part.encode() for part, _ in arrays]
                for part, array in arrays:
                    own.create_dataset(part, data=np.asarray(array, "float32"))
        return open(path, "rb").read()


def old_case(name, version, config, weights, inputs, outputs, backend="tensorflow"):
    if not WANTED or name in WANTED:
        pack(name, [("model/model.h5", old_file(version, config, weights, backend))], inputs, outputs)


def keras1_convolution():
    random = rng("keras1_convolution")
    kernel, bias = random.normal(size=(2, 3, 3, 2)), random.normal(size=2)
    matrix, shift = random.normal(size=(40, 3)), random.normal(size=3)
    x = random.normal(size=(2, 3, 6, 5)).astype("float32")
    layers = [
        {"class_name": "Convolution2D", "config": {"name": "conv", "batch_input_shape": [None, 3, 6, 5], "nb_filter": 2, "nb_row": 3, "nb_col": 2,
         "border_mode": "valid", "subsample": [1, 1], "dim_ordering": "th", "activation": "hard_sigmoid", "bias": True}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dropout", "config": {"name": "drop", "p": 0.5}},
        {"class_name": "Dense", "config": {"name": "out", "output_dim": 3, "activation": "softmax", "bias": True}},
    ]
    matrix = random.normal(size=(2 * 4 * 4, 3))
    # The kernel as Theano has it: outputs, inputs, rows, columns; turned, since Theano convolves.
    y = np.zeros((2, 2, 4, 4))
    stored = kernel.transpose(0, 1, 2, 3)[:, :, :, :]
    turned = stored[:, :, ::-1, ::-1]
    for row in range(4):
        for column in range(4):
            y[:, :, row, column] = np.einsum("bcij,ocij->bo", x[:, :, row : row + 3, column : column + 2], turned) + bias
    y = np.clip(0.2 * y + 0.5, 0, 1).reshape(2, -1)
    logits = y @ matrix + shift
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    expected = (powers / powers.sum(axis=-1, keepdims=True)).astype("float32")
    weights = [("conv", [("conv_W", stored), ("conv_b", bias)]), ("flat", []), ("drop", []), ("out", [("out_W", matrix), ("out_b", shift)])]
    old_case("keras1_convolution", "1.2.2", {"class_name": "Sequential", "config": layers}, weights, [x], [expected], "theano")


def keras1_recurrent():
    random = rng("keras1_recurrent")
    x = random.normal(size=(2, 4, 3)).astype("float32")
    gates = {gate: [random.normal(size=size) for size in [(3, 2), (2, 2), (2,)]] for gate in "icfo"}
    keras.utils.clear_session()
    source = L.Input((4, 3))
    layer = L.LSTM(2, recurrent_activation=lambda v: ops.clip(0.2 * v + 0.5, 0, 1))
    model = keras.Model(source, layer(source))
    layer.set_weights([np.concatenate([gates[gate][part] for gate in "ifco"], axis=-1) for part in range(3)])
    expected = np.asarray(model(x))
    stored = [(f"lstm_{'WUb'[part]}_{gate}", gates[gate][part]) for gate in "icfo" for part in range(3)]
    config = {"class_name": "Model", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "name": "x", "inbound_nodes": [], "config": {"name": "x", "batch_input_shape": [None, 4, 3], "input_dtype": "float32"}},
        {"class_name": "LSTM", "name": "lstm", "inbound_nodes": [[["x", 0, 0]]], "config": {"name": "lstm", "output_dim": 2, "activation": "tanh",
         "inner_activation": "hard_sigmoid", "return_sequences": False, "go_backwards": False, "stateful": False}},
    ], "input_layers": [["x", 0, 0]], "output_layers": [["lstm", 0, 0]]}}
    old_case("keras1_recurrent", "1.1.0", config, [("x", []), ("lstm", stored)], [x], [expected])


def keras2_functional():
    random = rng("keras2_functional")
    x, y = [random.normal(size=(2, 4)).astype("float32") for _ in range(2)]
    kernel, bias = random.normal(size=(4, 3)), random.normal(size=3)
    statistics = [random.uniform(0.5, 1.5, size=6) for _ in range(4)]
    def apply(v):
        z = v @ kernel + bias
        return np.where(z > 0, z, 0.25 * z)
    joined = np.concatenate([apply(x), apply(y)], axis=-1)
    gamma, beta, mean, variance = statistics
    expected = (2.0 * ((joined - mean) / np.sqrt(variance + 0.01) * gamma + beta)).astype("float32")
    inner = {"name": "inner", "layers": [
        {"class_name": "InputLayer", "name": "in", "inbound_nodes": [], "config": {"name": "in", "batch_input_shape": [None, 4], "dtype": "float32"}},
        {"class_name": "Dense", "name": "dense", "inbound_nodes": [[["in", 0, 0, {}]]], "config": {"name": "dense", "units": 3, "activation": "linear", "use_bias": True}},
        {"class_name": "LeakyReLU", "name": "leaky", "inbound_nodes": [[["dense", 0, 0, {}]]], "config": {"name": "leaky", "alpha": {"type": "ndarray", "value": 0.25}}},
    ], "input_layers": [["in", 0, 0]], "output_layers": [["leaky", 0, 0]]}
    def source(name):
        return {"class_name": "InputLayer", "name": name, "inbound_nodes": [], "config": {"name": name, "batch_input_shape": [None, 4], "dtype": "float32"}}
    config = {"class_name": "Model", "config": {"name": "m", "layers": [
        source("x"), source("y"),
        {"class_name": "Model", "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]], [["y", 0, 0, {}]]], "config": inner},
        {"class_name": "Concatenate", "name": "joined", "inbound_nodes": [[["inner", 1, 0, {}], ["inner", 2, 0, {}]]], "config": {"name": "joined", "axis": -1}},
        {"class_name": "BatchNormalizationV1", "name": "norm", "inbound_nodes": [[["joined", 0, 0, {}]]], "config": {"name": "norm", "axis": [1], "epsilon": 0.01, "center": True, "scale": True}},
        {"class_name": "TFOpLambda", "name": "twice", "inbound_nodes": [["norm", 0, 0, {"y": 2.0, "name": None}]], "config": {"name": "twice", "function": "math.multiply"}},
    ], "input_layers": [["x", 0, 0], ["y", 0, 0]], "output_layers": [["twice", 0, 0]]}}
    weights = [("x", []), ("y", []), ("inner", [("dense/kernel:0", kernel), ("dense/bias:0", bias)]), ("joined", []),
               ("norm", list(zip(["norm/gamma:0", "norm/beta:0", "norm/moving_mean:0", "norm/moving_variance:0"], statistics))), ("twice", [])]
    old_case("keras2_functional", "2.4.0-tf", config, weights, [x, y], [expected])


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    for make in [keras1_convolution, keras1_recurrent, keras2_functional]:
        make()
    for name, make in CASES:
        try:
            build(name, make)
        except Exception as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        if name in ("dense", "convolution_2d", "normalization", "bidirectional", "recurrent", "shared_layers", "sequential", "masks", "multi_head_attention", "time_distributed"):
            build(name + "_h5", make, ".h5")
        if name in ("sequential", "shared_layers"):
            build(name + "_weights", make, weights_only=True)
