"""Cases of files as Keras 1 and 2 wrote them, made by hand: what is expected is computed with the layers of today."""

import json
import os
import tempfile

import keras
import numpy as np
from keras import layers as L
from keras import ops
from keras_model import is_wanted, pack, rng


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
    if is_wanted(name):
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


def sequential(name, version, shape, layers, x, expected, weights, backend="tensorflow"):
    """A case of a sequential model whose first layer has a shape."""
    layers = [dict(layer, config=dict(layer["config"])) for layer in layers]
    layers[0]["config"]["batch_input_shape"] = [None, *shape]
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    old_case(name, version, config, weights, [x], [expected.astype("float32")], backend)


def windows(x, size, strides, same):
    """For each place of the output: the part of the input there, and where it is in the kernel."""
    spatial = x.shape[1:-1]
    counts = [-(-n // s) if same else (n - k) // s + 1 for n, k, s in zip(spatial, size, strides)]
    for place in np.ndindex(*counts):
        parts = []
        for at, n, k, s in zip(place, spatial, size, strides):
            centre = at * s + (0 if same else k // 2)
            parts.append((max(0, centre - k // 2), min(n, centre + k - k // 2)))
        yield place, counts, parts


def local(name, rank, implementation, shape, size, strides, filters, padding="valid", first=False, activation="linear"):
    """A layer with a kernel at each place, in one of the ways in which a file has it."""
    random = rng(name)
    x = random.normal(size=(2, *shape))
    last = np.moveaxis(x, 1, -1) if first else x
    places = list(windows(last, size, strides, padding == "same"))
    counts, channels = places[0][1], last.shape[-1]
    bias = random.normal(size=(*counts, filters))
    y = np.zeros((2, *counts, filters))
    inputs = shape
    outputs = (filters, *counts) if first else (*counts, filters)
    dense, mask = random.normal(size=(*inputs, *outputs)), np.zeros((*inputs, *outputs), bool)
    stored = []
    for place, _, parts in places:
        cut = tuple(slice(a, b) for a, b in parts)
        patch = last[(slice(None), *cut)]
        if implementation == 1:
            kernel = random.normal(size=(*patch.shape[1:], filters))
            order = (rank, *range(rank), rank + 1) if first else tuple(range(rank + 2))
            stored.append(kernel.transpose(order).reshape(-1, filters))
        else:
            index = (slice(None), *cut, slice(None), *place) if first else (*cut, slice(None), *place, slice(None))
            mask[index] = True
            kernel = dense[index]
            if first:
                kernel = np.moveaxis(np.moveaxis(kernel, 0, -1), rank, -1)
        y[(slice(None), *place)] = np.tensordot(patch, kernel, axes=rank + 1)
    if implementation == 1:
        kernel = np.stack(stored)
    else:
        kernel = dense if implementation == 2 else dense[mask]
    if first:
        y = np.moveaxis(y, -1, 1) + bias.reshape(filters, *counts)
    else:
        y = y + bias
    if activation == "relu":
        y = np.maximum(y, 0)
    config = {"name": "local", "filters": filters, "kernel_size": list(size), "strides": list(strides), "padding": padding, "activation": activation,
              "use_bias": True, "data_format": "channels_first" if first else "channels_last", "implementation": implementation}
    layers = [{"class_name": f"LocallyConnected{rank}D", "config": config}]
    sequential(name, "2.4.0", shape, layers, x.astype("float32"), y, [("local", [("local/kernel:0", kernel), ("local/bias:0", bias)])])


def keras2_local():
    local("keras2_local_1d", 1, 1, (7, 3), (3,), (2,), 2)
    local("keras2_local_1d_pairs", 1, 2, (6, 2), (3,), (1,), 2, padding="same", activation="relu")
    local("keras2_local_1d_sparse", 1, 3, (7, 2), (2,), (2,), 3)
    local("keras2_local_2d", 2, 1, (5, 6, 2), (2, 3), (1, 2), 3, activation="relu")
    local("keras2_local_2d_first", 2, 1, (2, 5, 4), (2, 2), (1, 1), 3, first=True)
    local("keras2_local_2d_pairs", 2, 2, (2, 4, 3), (2, 2), (1, 1), 2, first=True)
    local("keras2_local_2d_sparse", 2, 3, (4, 3, 2), (3, 2), (1, 1), 2, padding="same")


def keras2_cudnn():
    """Weights as cuDNN has them: each gate's part of a kernel is transposed in memory, and there are two biases."""
    random = rng("keras2_cudnn")
    x = random.normal(size=(2, 4, 3)).astype("float32")
    units = 2
    for name, layer, gates in [("LSTM", L.LSTM(units, return_sequences=True), 4), ("GRU", L.GRU(units, go_backwards=True), 3)]:
        keras.utils.clear_session()
        source = L.Input((4, 3))
        model = keras.Model(source, layer(source))
        kernel, recurrent = random.normal(size=(3, gates * units)), random.normal(size=(units, gates * units))
        bias = random.normal(size=2 * gates * units)
        turned = [part.reshape(units, 3).T for part in np.hsplit(kernel, gates)], [part.T for part in np.hsplit(recurrent, gates)]
        pairs = bias.reshape(2, -1)
        layer.set_weights([np.hstack(turned[0]), np.hstack(turned[1]), pairs.sum(axis=0) if name == "LSTM" else pairs])
        config = {"name": "rnn", "units": units, "return_sequences": name == "LSTM", "return_state": False, "go_backwards": name == "GRU", "stateful": False}
        stored = [("rnn", [("rnn/kernel:0", kernel), ("rnn/recurrent_kernel:0", recurrent), ("rnn/bias:0", bias)])]
        sequential(f"keras2_cudnn_{name.lower()}", "2.2.4", (4, 3), [{"class_name": f"CuDNN{name}", "config": config}], x, np.asarray(model(x)), stored)


def keras2_rest():
    """Layers that Keras 3 has no more."""
    random = rng("keras2_rest")
    x = random.normal(size=(2, 5)).astype("float32")
    layers = [{"class_name": "ThresholdedReLU", "config": {"name": "relu", "theta": 0.5}}]
    sequential("keras2_thresholded", "2.4.0", (5,), layers, x, np.where(x > 0.5, x, 0), [("relu", [])])
    x = random.normal(size=(2, 6, 7, 3)).astype("float32")
    names = [("RandomHeight", {"factor": 0.2}), ("RandomWidth", {"factor": 0.2}), ("Equalization", {"bins": 256, "value_range": [0, 255]}), ("RandomFlip", {"mode": "horizontal"})]
    layers = [{"class_name": name, "config": {"name": name.lower(), **config}} for name, config in names]
    sequential("keras2_random", "2.9.0", (6, 7, 3), layers, x, x, [(name.lower(), []) for name, _ in names])
    layers = [{"class_name": "RandomCrop", "config": {"name": "crop", "height": 4, "width": 5}}, {"class_name": "RandomZoom", "config": {"name": "zoom", "height_factor": 0.2}}]
    sequential("keras2_crop", "2.9.0", (6, 7, 3), layers, x, x[:, 1:5, 1:6], [("crop", []), ("zoom", [])])


def build_old():
    """Builds every case."""
    for make in [keras1_convolution, keras1_recurrent, keras2_functional, keras2_local, keras2_cudnn, keras2_rest]:
        make()
