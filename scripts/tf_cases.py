"""Writes the fixtures of test/fixtures/tensorflow: small graphs, saved models and checkpoints, and what TensorFlow gives.

Needs tensorflow; numpy. Usage: tf_cases.py [NAME...]
"""

import io
import json
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "tensorflow"
CASES = {}


def case(function):
    """Registers a case under the function's name."""
    CASES[function.__name__] = function
    return function


def rng(seed=0):
    return np.random.default_rng(seed)


def normal(*shape, seed=0, dtype=np.float32):
    return rng(seed).standard_normal(shape).astype(dtype)


def whole(low, high, *shape, seed=0, dtype=np.int32):
    return rng(seed).integers(low, high, shape).astype(dtype)


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


def write(name, model, inputs, outputs, steps, rtol, atol, options=None):
    """One zip: `model` is a file or a folder on disk; `steps` has inputs and outputs of each run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = {}
    if model.is_dir():
        for path in sorted(model.rglob("*")):
            if path.is_file():
                files[f"model/{path.relative_to(model)}"] = path.read_bytes()
        place = "model"
    else:
        for path in sorted(model.parent.iterdir()):
            files[f"model/{path.name}"] = path.read_bytes()
        place = f"model/{model.name}"
    info = {"model": place, "inputs": inputs, "outputs": outputs, "rtol": rtol, "atol": atol}
    if options:
        info["options"] = options
    if len(steps) > 1:
        info["steps"] = len(steps)
    files["case.json"] = json.dumps(info, indent=1).encode()
    for step, (given, expected) in enumerate(steps):
        for index, array in enumerate(given):
            files[f"in/{step}/{index}.npy"] = npy(array)
        for index, array in enumerate(expected):
            files[f"out/{step}/{index}.npy"] = npy(array)
    with zipfile.ZipFile(FOLDER / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), files[path], zipfile.ZIP_DEFLATED)


def graph(name, function, inputs, shapes=None, rtol=1e-5, atol=1e-5, more=()):
    """A graph of a traced function: `inputs` are arrays, `shapes` what of them is fixed, `more` other runs."""
    shapes = shapes or [np.shape(x) for x in inputs]
    specs = [
        tf.TensorSpec(shape, np.asarray(x).dtype, name=f"x{index}")
        for index, (shape, x) in enumerate(zip(shapes, inputs))
    ]

    def flat(*arguments):
        results = function(*arguments)
        results = results if isinstance(results, (list, tuple)) else [results]
        return [tf.identity(result, name=f"y{index}") for index, result in enumerate(results)]

    traced = tf.function(flat, autograph=False).get_concrete_function(*specs)
    outputs = [tensor.name.split(":")[0] for tensor in traced.outputs]
    definition = tf.compat.v1.graph_util.extract_sub_graph(traced.graph.as_graph_def(), outputs)
    steps = []
    for arrays in [inputs, *more]:
        steps.append((arrays, [result.numpy() for result in traced(*map(tf.constant, arrays))]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pb"
        path.write_bytes(definition.SerializeToString(deterministic=True))
        write(name, path, [spec.name for spec in specs], outputs, steps, rtol, atol)


def first_version(name, build, inputs, shapes=None, rtol=1e-5, atol=1e-5, more=()):
    """A graph of TensorFlow 1, with its control flow: `build` makes outputs of placeholders."""
    shapes = shapes or [np.shape(x) for x in inputs]
    with tf.Graph().as_default() as made:
        placeholders = [
            tf.compat.v1.placeholder(np.asarray(x).dtype, shape, name=f"x{index}")
            for index, (shape, x) in enumerate(zip(shapes, inputs))
        ]
        results = build(*placeholders)
        results = results if isinstance(results, (list, tuple)) else [results]
        results = [tf.identity(result, name=f"y{index}") for index, result in enumerate(results)]
        steps = []
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            for arrays in [inputs, *more]:
                steps.append((arrays, session.run(results, dict(zip(placeholders, arrays)))))
            names = [result.op.name for result in results]
            definition = tf.compat.v1.graph_util.convert_variables_to_constants(session, made.as_graph_def(), names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pb"
        path.write_bytes(definition.SerializeToString(deterministic=True))
        write(name, path, [x.op.name for x in placeholders], names, steps, rtol, atol)


def saved(name, module, inputs, shapes=None, rtol=1e-5, atol=1e-5, signature=None):
    """A saved model of a module with a method `call` of tensors."""
    shapes = shapes or [np.shape(x) for x in inputs]
    specs = [
        tf.TensorSpec(shape, np.asarray(x).dtype, name=f"x{index}")
        for index, (shape, x) in enumerate(zip(shapes, inputs))
    ]
    traced = tf.function(module.call).get_concrete_function(*specs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        tf.saved_model.save(module, str(path), signatures={signature or "serving_default": traced})
        for unused in ("fingerprint.pb",):
            (path / unused).unlink(missing_ok=True)
        loaded = tf.saved_model.load(str(path)).signatures[signature or "serving_default"]
        results = loaded(**{spec.name: tf.constant(x) for spec, x in zip(specs, inputs)})
        outputs = sorted(results)
        steps = [(inputs, [results[output].numpy() for output in outputs])]
        options = {"signature": signature} if signature else None
        write(name, path, [spec.name for spec in specs], outputs, steps, rtol, atol, options)


def checkpoint(name, build, inputs, shapes=None, rtol=1e-5, atol=1e-5, version=2):
    """A meta graph and a checkpoint."""
    shapes = shapes or [np.shape(x) for x in inputs]
    with tf.Graph().as_default():
        placeholders = [
            tf.compat.v1.placeholder(np.asarray(x).dtype, shape, name=f"x{index}")
            for index, (shape, x) in enumerate(zip(shapes, inputs))
        ]
        results = [tf.identity(result, name=f"y{index}") for index, result in enumerate(build(*placeholders))]
        with tf.compat.v1.Session() as session, tempfile.TemporaryDirectory() as folder:
            session.run(tf.compat.v1.global_variables_initializer())
            expected = session.run(results, dict(zip(placeholders, inputs)))
            saver = tf.compat.v1.train.Saver(write_version=version)
            saver.save(session, f"{folder}/model")
            (Path(folder) / "checkpoint").unlink(missing_ok=True)
            names = [result.op.name for result in results]
            inputs_by_name = [x.op.name for x in placeholders]
            write(name, Path(folder) / "model.meta", inputs_by_name, names, [(inputs, expected)], rtol, atol)


def raw(name, **given):
    return getattr(tf.raw_ops, name)(**given)


# Elementwise.


@case
def elementwise_unary():
    names = "Abs Acos Asin Asinh Atan Atanh Ceil Cos Cosh Erf Erfc Exp Expm1 Floor Log1p Neg Relu Relu6 Rint Round Sigmoid Sign Sin Sinh Softplus Softsign Square Tan Tanh Elu Selu"
    def build(x):
        results = []
        for name in names.split():
            given = {"features" if name in "Relu Relu6 Softplus Softsign Elu Selu".split() else "x": x}
            results.append(raw(name, **given))
        return results
    graph("elementwise_unary", build, [rng(1).uniform(-0.95, 0.95, (3, 5)).astype(np.float32)])


@case
def elementwise_positive():
    def build(x):
        return [raw(name, x=x) for name in "Acosh Log Sqrt Rsqrt Reciprocal Inv IsNan IsInf IsFinite".split()]
    x = rng(2).uniform(1.1, 4, (2, 3)).astype(np.float32)
    special = np.array([[np.inf, 1.5, np.nan], [2, 3, 4]], np.float32)
    graph("elementwise_positive", build, [x], more=[[special]])


@case
def elementwise_binary():
    def build(x, y):
        results = [raw(name, x=x, y=y) for name in "Add AddV2 Sub Mul RealDiv Div FloorDiv FloorMod Maximum Minimum SquaredDifference DivNoNan MulNoNan Xdivy Equal NotEqual Less LessEqual Greater GreaterEqual".split()]
        return results + [tf.math.atan2(x, y), tf.math.truediv(x, y), tf.clip_by_value(x, -0.5, 0.5), tf.add_n([x, x, x]), tf.where(x > 0, x, y[0])]
    graph("elementwise_binary", build, [normal(2, 3, 4), normal(3, 1, seed=1).repeat(4, 1)])


@case
def elementwise_integers():
    def build(x, y):
        results = [raw(name, x=x, y=y) for name in "Add Sub Mul Div FloorDiv FloorMod TruncateDiv TruncateMod Mod Maximum Minimum BitwiseAnd BitwiseOr BitwiseXor SquaredDifference".split()]
        return results + [tf.abs(x), tf.sign(x), -x, tf.bitwise.invert(x), tf.bitwise.left_shift(x, tf.abs(y)), tf.bitwise.right_shift(x, tf.abs(y)), tf.pow(x, tf.abs(y))]
    x, y = whole(-20, 20, 4, 3), whole(1, 5, 4, 3, seed=1) * np.where(whole(0, 2, 4, 3, seed=2) == 0, -1, 1).astype(np.int32)
    graph("elementwise_integers", build, [x, y], rtol=0, atol=0)


@case
def elementwise_logic():
    def build(x, y):
        a, b = x > 0, y > 0
        return [a & b, a | b, ~a, tf.math.logical_xor(a, b), tf.where(a, x, y), raw("Select", condition=a[:, 0], x=x, y=y),
                tf.cast(x, tf.int32), tf.cast(a, tf.float32), tf.cast(x, tf.bool), tf.cast(tf.cast(x * 3, tf.int8), tf.float64),
                tf.cast(x, tf.float16), tf.bitcast(x, tf.int32), tf.zeros_like(x), tf.ones_like(a), tf.math.xlogy(x * x, y * y), tf.math.xlog1py(x, y * y), tf.pow(tf.abs(x), y), tf.nn.leaky_relu(x, 0.3)]
    graph("elementwise_logic", build, [normal(3, 4), normal(3, 4, seed=1)])


@case
def fake_quantization():
    def build(x):
        return [tf.quantization.fake_quant_with_min_max_args(x, -1.3, 2.1), tf.quantization.fake_quant_with_min_max_args(x, -1, 1, 4, True),
                tf.quantization.fake_quant_with_min_max_vars(x, -0.7, 1.9, 8), tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1.0, -0.5, -2.0], [1.0, 1.5, 0.5]),
                tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.5, range_given=True), tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0)]
    graph("fake_quantization", build, [normal(4, 3)], atol=1e-5)


# Convolution.


@case
def convolution():
    w = normal(3, 3, 4, 6, seed=1)
    def build(x):
        return [tf.nn.conv2d(x, w, 1, "SAME"), tf.nn.conv2d(x, w, 2, "SAME"), tf.nn.conv2d(x, w, [2, 1], "VALID"), tf.nn.conv2d(x, w, 1, "SAME", dilations=2),
                tf.nn.conv2d(x, w, 2, [[0, 0], [1, 2], [0, 1], [0, 0]]), tf.nn.conv2d(x, normal(3, 2, 2, 6, seed=3), 1, "SAME"), tf.nn.bias_add(tf.nn.conv2d(x, w[:1, :1], 1, "VALID"), normal(6, seed=2))]
    graph("convolution", build, [normal(2, 9, 7, 4)], shapes=[(None, 9, 7, 4)], atol=1e-4)


@case
def convolution_of_any_extent():
    w = normal(3, 3, 2, 3, seed=1)
    def build(x):
        y = tf.nn.conv2d(x, w, 2, "SAME")
        return [y, tf.nn.max_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, 3, 2, "SAME"), tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME"), tf.image.resize(y, tf.shape(y)[1:3] * 2)]
    graph("convolution_of_any_extent", build, [normal(1, 8, 6, 2)], shapes=[(None, None, None, 2)], atol=1e-4, more=[[normal(2, 5, 7, 2, seed=4)]])


@case
def convolution_depthwise():
    w = normal(3, 3, 4, 2, seed=1)
    def build(x):
        return [tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"), tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "VALID"),
                tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "VALID", dilations=[2, 2]), tf.nn.separable_conv2d(x, w, normal(1, 1, 8, 3, seed=2), [1, 2, 2, 1], "SAME")]
    graph("convolution_depthwise", build, [normal(1, 7, 8, 4)], atol=1e-4)


@case
def convolution_transposed():
    w = normal(3, 3, 5, 4, seed=1)
    def build(x):
        n = tf.shape(x)[0]
        return [tf.nn.conv2d_transpose(x, w, tf.stack([n, 8, 10, 5]), 2, "SAME"), tf.nn.conv2d_transpose(x, w, tf.stack([n, 9, 11, 5]), 2, "VALID"),
                tf.nn.conv2d_transpose(x, w, tf.stack([n, 7, 9, 5]), 2, "SAME"), tf.nn.conv2d_transpose(x, w, tf.stack([n, 4, 5, 5]), 1, "SAME"),
                tf.nn.conv2d_transpose(x, normal(2, 2, 5, 4, seed=2), tf.stack([n, 8, 10, 5]), 2, "VALID")]
    graph("convolution_transposed", build, [normal(2, 4, 5, 4)], shapes=[(None, 4, 5, 4)], atol=1e-4)


@case
def convolution_3d():
    w = normal(2, 3, 3, 2, 3, seed=1)
    def build(x):
        y = tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], "SAME")
        return [y, tf.nn.conv3d(x, w, [1, 1, 2, 2, 1], "VALID"), tf.nn.max_pool3d(x, 2, 2, "SAME"), tf.nn.avg_pool3d(x, 2, 2, "VALID"), tf.nn.conv3d_transpose(y, w, [1, 8, 10, 10, 2], 2, "SAME")]
    graph("convolution_3d", build, [normal(1, 4, 5, 5, 2)], atol=1e-4)


@case
def convolution_1d():
    w = normal(3, 4, 6, seed=1)
    def build(x):
        return [tf.nn.conv1d(x, w, 1, "SAME"), tf.nn.conv1d(x, w, 2, "VALID"), tf.nn.conv1d(x, w, 1, "SAME", dilations=3), tf.nn.pool(x, [3], "MAX", [2], "SAME"), tf.nn.convolution(x, w, padding="VALID", dilations=2)]
    graph("convolution_1d", build, [normal(2, 12, 4)], shapes=[(None, 12, 4)], atol=1e-4)


@case
def pools():
    def build(x):
        return [tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.nn.max_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, [2, 3], 1, "VALID"),
                *tf.nn.max_pool_with_argmax(x, 2, 2, "VALID"), tf.nn.max_pool_with_argmax(x, 2, 2, "SAME", include_batch_in_index=True)[1], tf.nn.dilation2d(x, normal(2, 2, 3, seed=3), [1, 1, 1, 1], "SAME", "NHWC", [1, 2, 2, 1])]
    graph("pools", build, [normal(2, 7, 6, 3)])


@case
def normalization():
    scale, offset, mean, variance = normal(4, seed=1), normal(4, seed=2), normal(4, seed=3), np.abs(normal(4, seed=4)) + 0.1
    def build(x):
        results = [raw(f"FusedBatchNorm{version}", x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01, is_training=False)[0] for version in ("", "V2", "V3")]
        results += raw("FusedBatchNormV3", x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01, is_training=True)[:3]
        return results + [tf.nn.lrn(x, 1, 1.0, 0.2, 0.7), tf.nn.batch_normalization(x, mean, variance, offset, scale, 0.01), tf.nn.l2_normalize(x, -1), tf.nn.bias_add(x, scale), tf.nn.moments(x, [0, 1, 2])[1]]
    graph("normalization", build, [normal(2, 5, 4, 4)], atol=1e-4)


# Products, reductions.


@case
def products():
    def build(a, b):
        return [tf.matmul(a, b), tf.matmul(a, tf.transpose(b, [0, 2, 1]), transpose_b=True), tf.matmul(tf.transpose(a, [0, 2, 1]), b, adjoint_a=True), tf.matmul(a[0], b[0]),
                tf.einsum("bij,bjk->bik", a, b), tf.einsum("bij,jk->bki", a, b[0]), tf.tensordot(a, b[0], 1), tf.linalg.matvec(a, b[:, :, 0]), tf.linalg.cross(a[:, :, :3], a[:, :, 1:4]), tf.linalg.det(b[:, :4, :4]), tf.linalg.inv(b[:, :4, :4]), tf.linalg.solve(b[:, :4, :4], b[:, :4, :2])]
    graph("products", build, [normal(2, 3, 4), normal(2, 4, 5, seed=1)], atol=1e-3, rtol=1e-3)


@case
def reductions():
    def build(x):
        results = []
        for function in (tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_prod):
            results += [function(x), function(x, 1), function(x, [0, -1], keepdims=True)]
        flags = x > 0
        return results + [tf.reduce_any(flags, 1), tf.reduce_all(flags, 2), tf.argmax(x, 1), tf.argmin(x, -1, tf.int32), tf.nn.softmax(x), tf.nn.softmax(x, 1), tf.nn.log_softmax(x), tf.reduce_logsumexp(x, 1),
                          tf.cumsum(x, 1), tf.cumsum(x, -1, True, True), tf.math.cumprod(x, 0), tf.math.cumulative_logsumexp(x, 1), tf.nn.l2_loss(x), tf.reduce_sum(tf.cast(x * 5, tf.int32), 0), tf.math.reduce_std(x, 1), tf.norm(x)]
    graph("reductions", build, [normal(2, 3, 4)], shapes=[(None, 3, 4)])


# Shapes and movement.


@case
def shapes():
    def build(x):
        n = tf.shape(x)[0]
        return [tf.shape(x), tf.size(x), tf.rank(x), tf.reshape(x, [n, -1]), tf.reshape(x, [-1, 2]), tf.expand_dims(x, 1), tf.squeeze(tf.expand_dims(x, -1), -1), tf.squeeze(x[:, :1]), tf.transpose(x, [2, 0, 1]),
                tf.tile(x, [1, 2, 1]), tf.broadcast_to(x[:, :1], tf.stack([n, 3, 4])), tf.fill([n, 2], 7), tf.stack([x, x], 1), *tf.unstack(x, axis=1), tf.concat([x, x], -1), *tf.split(x, 2, 2), *tf.split(x, [1, -1], 1), tf.roll(x, [1, -2], [1, 2]),
                tf.shape(x, tf.int64), tf.range(n), tf.range(0, n * 2, 3), tf.linspace(0.0, 1.0, 5), tf.zeros([n, 2], tf.int32), tf.ensure_shape(x, [None, 3, 4]), tf.repeat(x, 2, 1), tf.meshgrid(tf.range(n), tf.range(3))[0], tf.math.invert_permutation([2, 0, 1])]
    graph("shapes", build, [normal(2, 3, 4)], shapes=[(None, 3, 4)], more=[[normal(5, 3, 4, seed=1)]])


@case
def slices():
    def build(x):
        return [x[0], x[:, 1], x[..., -1], x[:, ::2], x[:, ::-1, 1:3], x[:, tf.newaxis, 1], x[-1:, :, ::-2], tf.slice(x, [0, 1, 0], [-1, 2, 3]), x[:, 1:-1], tf.reverse(x, [1, 2]), tf.gather(x, [0, 2], axis=1), x[..., tf.newaxis], x[:1, 0, 0]]
    graph("slices", build, [normal(3, 4, 5)], shapes=[(None, 4, 5)])


@case
def slices_of_data():
    def build(x, i):
        n = tf.shape(x)[0]
        return [x[i[0]], x[:, i[1]], x[: i[0] + 1], x[n - 1], x[:, i[0] : i[1]], tf.slice(x, [i[0], 0], [1, 2]), tf.strided_slice(x, [i[0], 0], [i[1], 2])]
    graph("slices_of_data", build, [normal(4, 5), np.array([1, 3], np.int32)], shapes=[(None, 5), (2,)], more=[[normal(6, 5), np.array([2, 4], np.int32)]])


@case
def gathers():
    def build(x, i):
        return [tf.gather(x, i), tf.gather(x, i, axis=2), tf.gather(x, i, axis=1, batch_dims=1), tf.gather(x, i[:, 0], axis=1), tf.gather_nd(x, tf.stack([i[:, 0], i[:, 1]], 1)), tf.gather_nd(x, i[:, :, None] % 3, batch_dims=1),
                tf.gather(x, i, axis=2, batch_dims=1), tf.nn.embedding_lookup(x[0], i)]
    graph("gathers", build, [normal(3, 3, 4), whole(0, 3, 3, 2)])


@case
def scatters():
    def build(x, i):
        column = i[:, None]
        return [tf.scatter_nd(column, x, [6, 3]), tf.tensor_scatter_nd_update(tf.ones([6, 3]), tf.constant([[0], [3], [5], [1]]), x), tf.tensor_scatter_nd_add(tf.ones([6, 3]), column, x), tf.tensor_scatter_nd_sub(tf.ones([6, 3]), column, x),
                tf.tensor_scatter_nd_max(tf.zeros([6, 3]), column, x), tf.math.unsorted_segment_sum(x, i, 6), tf.math.unsorted_segment_max(x, i, 6), tf.math.segment_sum(x, [0, 0, 1, 3]), tf.math.segment_mean(x, [0, 0, 1, 3]), tf.math.segment_max(x, [0, 1, 1, 1]), tf.one_hot(i, 5), tf.one_hot(i, 5, 2.0, -1.0, 0), tf.one_hot(i, 3, True, False),
                tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1], [2, 0]], [3.0, 4.0], [3, 2])), tf.dynamic_stitch([[0, 2], [1, 3]], [x[:2], x[2:]]), tf.math.bincount(i, minlength=6, maxlength=6)]
    graph("scatters", build, [normal(4, 3), np.array([1, 4, 1, 0], np.int32)])


@case
def padding():
    def build(x):
        return [tf.pad(x, [[0, 0], [1, 2], [0, 1]]), tf.pad(x, [[1, 0], [0, 0], [2, 1]], constant_values=3.5), tf.pad(x, [[0, 0], [1, 2], [2, 1]], "REFLECT"), tf.pad(x, [[0, 0], [3, 1], [2, 4]], "SYMMETRIC"),
                tf.reverse_sequence(x, [2, 1], 1, 0), tf.nn.depth_to_space(tf.reshape(x, [2, 1, 3, 4]), 2), tf.nn.space_to_depth(tf.reshape(x, [1, 4, 6, 1]), 2), tf.space_to_batch(tf.reshape(x, [1, 4, 6, 1]), [2, 2], [[0, 0], [1, 1]]), tf.batch_to_space(tf.reshape(x, [4, 2, 3, 1]), [2, 2], [[0, 1], [1, 0]])]
    graph("padding", build, [normal(2, 3, 4)])


@case
def diagonals():
    def build(x):
        return [tf.linalg.band_part(x, 1, -1), tf.linalg.band_part(x, 0, 2), tf.linalg.diag(x[0]), tf.linalg.diag_part(x), tf.linalg.set_diag(x, tf.zeros([2, 3])), tf.eye(3), tf.linalg.tensor_diag(x[0, 0]), tf.linalg.trace(x), tf.linalg.tensor_diag_part(x[0, :, :3])]
    graph("diagonals", build, [normal(2, 3, 4)])


@case
def searches():
    def build(x):
        flat = tf.reshape(x, [-1])
        return [*tf.math.top_k(x, 3), *tf.math.top_k(flat, 2), tf.where(x > 0), tf.boolean_mask(x, x > 0.5), *tf.unique(tf.cast(flat * 2, tf.int32)), *tf.unique_with_counts(tf.cast(flat, tf.int64)), tf.searchsorted([-1.0, 0.0, 0.5, 1.0], flat), tf.searchsorted([-1.0, 0.0, 0.5, 1.0], flat, "right"),
                raw("Bucketize", input=x, boundaries=[-1.0, 0.0, 1.0]), tf.sort(x, 1), tf.argsort(x, 1, "DESCENDING"), tf.math.in_top_k([1, 0], x[:2], 2), raw("NthElement", input=x, n=1), tf.sets.size(tf.sets.intersection(tf.constant([[1, 2]]), tf.constant([[2, 3]]))) if False else tf.size(x)]
    graph("searches", build, [normal(4, 5)])


# Pictures.


@case
def resizing():
    def build(x):
        results = []
        for function in ("ResizeBilinear", "ResizeNearestNeighbor"):
            for size in ([7, 9], [2, 3]):
                results += [raw(function, images=x, size=size), raw(function, images=x, size=size, align_corners=True), raw(function, images=x, size=size, half_pixel_centers=True)]
        return results + [tf.image.resize(x, [10, 12], "nearest"), raw("ResizeBilinear", images=tf.cast(x, tf.uint8), size=[8, 4])]
    graph("resizing", build, [rng(0).uniform(0, 255, (1, 4, 5, 2)).astype(np.float32)], rtol=1e-4, atol=1e-3)


@case
def resizing_cubic():
    # TensorFlow takes its weights from a table of 1024 steps.
    def build(x):
        return [tf.image.resize(x, [6, 10], "bicubic"), tf.image.resize(x, [3, 3], "bicubic"), raw("ResizeBicubic", images=x, size=[7, 9], align_corners=True)]
    graph("resizing_cubic", build, [rng(0).uniform(0, 1, (1, 4, 5, 2)).astype(np.float32)], rtol=0.01, atol=0.01)


@case
def crops():
    boxes = np.array([[0, 0, 1, 1], [0.2, 0.1, 0.8, 0.7], [-0.2, 0, 1.3, 0.9], [0.9, 0.8, 0.1, 0.2]], np.float32)
    def build(x):
        return [tf.image.crop_and_resize(x, boxes, [0, 1, 0, 1], [3, 4]), tf.image.crop_and_resize(x, boxes, [0, 1, 0, 1], [2, 1], "nearest", 7.0), tf.image.extract_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], "VALID"), tf.image.extract_patches(x, [1, 3, 3, 1], [1, 2, 2, 1], [1, 2, 1, 1], "SAME"),
                tf.image.rgb_to_hsv(x), tf.image.hsv_to_rgb(x), tf.image.adjust_contrast(x, 1.7), tf.image.rgb_to_grayscale(x), tf.image.central_crop(x, 0.5), tf.image.flip_left_right(x), tf.image.adjust_brightness(x, 0.2), tf.image.per_image_standardization(x)]
    graph("crops", build, [rng(0).uniform(0, 1, (2, 5, 6, 3)).astype(np.float32)], atol=1e-4)


def boxes(count, seed):
    corner, size = rng(seed).uniform(0, 0.7, (count, 2)), rng(seed + 1).uniform(0.1, 0.4, (count, 2))
    return np.concatenate([corner, np.minimum(corner + size, 1)], 1).astype(np.float32)


@case
def suppression():
    def build(b, s):
        return [tf.image.non_max_suppression(b, s, 6, 0.4), tf.image.non_max_suppression(b, s, 20, 0.3, 0.4), raw("NonMaxSuppressionV2", boxes=b, scores=s, max_output_size=5, iou_threshold=0.5), raw("NonMaxSuppression", boxes=b, scores=s, max_output_size=5, iou_threshold=0.2),
                *tf.image.non_max_suppression_padded(b, s, 15, 0.3, 0.3, pad_to_max_output_size=True)[:2], *raw("NonMaxSuppressionV4", boxes=b, scores=s, max_output_size=15, iou_threshold=0.3, score_threshold=0.3, pad_to_max_output_size=True), *raw("NonMaxSuppressionV5", boxes=b, scores=s, max_output_size=8, iou_threshold=0.3, score_threshold=0.2, soft_nms_sigma=0.0)]
    graph("suppression", build, [boxes(14, 3), rng(9).permutation(14).astype(np.float32) / 14])


@case
def suppression_combined():
    scores = (rng(3).permutation(2 * 8 * 3).reshape(2, 8, 3) / 48).astype(np.float32)
    def build(b, s):
        return [*tf.image.combined_non_max_suppression(b[:, :, None], s, 3, 6, 0.4, 0.2), *tf.image.combined_non_max_suppression(tf.stack([b, b * 0.9, b * 0.8], 2), s, 4, 20, 0.5, 0.1), *tf.image.combined_non_max_suppression(b[:, :, None], s, 3, 10, 0.4, 0.3, pad_per_class=True)]
    graph("suppression_combined", build, [np.stack([boxes(8, 1), boxes(8, 5)]), scores])


# Spectra.


@case
def spectra():
    def build(x):
        z = tf.complex(x, x * 0.5)
        y = tf.signal.rfft(x)
        results = [y, tf.signal.rfft(x, [6]), tf.signal.rfft(x, [12]), tf.signal.fft(z), tf.signal.ifft(z), tf.signal.fft2d(z), tf.signal.ifft2d(z), tf.signal.rfft2d(x), tf.math.conj(z), z + z, -z]
        parts = [part for result in results for part in (tf.math.real(result), tf.math.imag(result))]
        return parts + [tf.signal.irfft(y), tf.signal.irfft(y, [8]), tf.abs(y), tf.math.angle(z), tf.signal.irfft2d(tf.signal.rfft2d(x)), tf.cast(z, tf.float32), tf.math.real(tf.cast(x, tf.complex64))]
    graph("spectra", build, [normal(3, 8)], atol=1e-4)


@case
def spectrogram():
    def build(x):
        s = tf.signal.stft(x, 16, 8, 16)
        mel = tf.signal.linear_to_mel_weight_matrix(6, 9, 8000, 100.0, 3800.0)
        return [tf.abs(s), tf.math.log(tf.matmul(tf.abs(s), mel) + 1e-6), tf.signal.mfccs_from_log_mel_spectrograms(tf.math.log(tf.matmul(tf.abs(s), mel) + 1e-3))[..., :4], tf.signal.frame(x, 10, 5), tf.signal.dct(x, 2)]
    graph("spectrogram", build, [normal(2, 80)], shapes=[(None, 80)], atol=1e-3, rtol=1e-3)


@case
def spectrogram_of_any_length():
    def build(x):
        return [tf.abs(tf.signal.stft(x, 16, 8, 16, pad_end=True)), tf.signal.frame(x, 8, 4)]
    graph("spectrogram_of_any_length", build, [normal(1, 80)], shapes=[(None, None)], atol=1e-3, rtol=1e-3, more=[[normal(2, 53)]])


# Control flow.


@case
def branches():
    def build(x, k):
        return [tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2, lambda: x - 1), tf.switch_case(k, [lambda: x, lambda: x + 1, lambda: x * 3]), tf.cond(k > 0, lambda: tf.cond(k > 1, lambda: x, lambda: -x), lambda: x * x),
                tf.cond(k > 0, lambda: x[:1], lambda: x), tf.case([(k > 1, lambda: x), (k > 0, lambda: x + 5)], default=lambda: x * 0)]
    x = normal(3, 2)
    graph("branches", build, [x, np.int32(0)], more=[[-x, np.int32(1)], [np.abs(x), np.int32(2)], [x, np.int32(5)]])


@case
def loops():
    def build(x, n):
        _, sum_of = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, y * 0.5 + x), [0, x])
        _, doubled = tf.while_loop(lambda _, y: tf.reduce_max(y) < 100, lambda i, y: (i + 1, y * 2), [0, tf.abs(x) + 1])
        _, nested = tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, tf.while_loop(lambda j, _: j < i + 1, lambda j, z: (j + 1, z + x), [0, y])[1]), [0, x])
        return [sum_of, doubled, nested]
    graph("loops", build, [normal(2, 3), np.int32(3)], more=[[normal(2, 3), np.int32(0)]])


@case
def lists():
    def build(x):
        n = tf.shape(x)[0]
        def body(i, state, array):
            state = tf.tanh(state + x[i])
            return i + 1, state, array.write(i, state)
        _, last, array = tf.while_loop(lambda i, *_: i < n, body, [0, tf.zeros([4]), tf.TensorArray(tf.float32, n)])
        read = tf.TensorArray(tf.float32, n).unstack(x)
        _, total = tf.while_loop(lambda i, _: i < n, lambda i, s: (i + 1, s + read.read(i)), [0, tf.zeros([4])])
        return [last, array.stack(), total, tf.map_fn(lambda row: row * 2 + 1, x), tf.scan(lambda a, row: a + row, x), tf.TensorArray(tf.float32, 2, element_shape=[4]).write(0, x[0]).write(1, x[1]).concat() if False else x[0], read.gather([1, 0]), tf.foldl(lambda a, row: a * 0.5 + row, x)]
    graph("lists", build, [normal(3, 4)], shapes=[(None, 4)], more=[[normal(6, 4, seed=1)]])


@case
def lists_of_known_length():
    def build(x):
        array = tf.TensorArray(tf.float32, 3)
        for index in range(3):
            array = array.write(index, x[index] * (index + 1))
        return [array.stack(), array.size(), array.read(1), tf.TensorArray(tf.float32, 0, True).write(0, x[0]).write(1, x[1]).stack() if False else x[2], tf.stack(tf.unstack(x)), tf.raw_ops.TensorListStack(input_handle=tf.raw_ops.TensorListPushBack(input_handle=tf.raw_ops.EmptyTensorList(element_shape=[4], max_num_elements=2, element_dtype=tf.float32), tensor=x[0]), element_shape=[4], element_dtype=tf.float32)]
    graph("lists_of_known_length", build, [normal(3, 4)])


def without_second_version(function):
    """Runs with the control flow of TensorFlow 1."""
    tf.compat.v1.disable_control_flow_v2()
    try:
        function()
    finally:
        tf.compat.v1.enable_control_flow_v2()


@case
def first_branches():
    def build(x, k):
        outer = tf.cond(k > 0, lambda: x * 2, lambda: x - 1)
        nested = tf.cond(k > 0, lambda: tf.cond(k > 1, lambda: x + 10, lambda: -x), lambda: tf.constant(3.0) * x)
        constants = tf.cond(k > 1, lambda: tf.constant([1.0, 2.0]), lambda: tf.constant([3.0, 4.0]))
        pair = tf.cond(k > 0, lambda: (x, x * x), lambda: (x * x, x))
        again = tf.cond(k > 0, lambda: outer + 1, lambda: outer)
        return [outer, nested, constants, *pair, again]
    without_second_version(lambda: first_version("first_branches", build, [normal(3, 2), np.int32(0)], more=[[normal(3, 2), np.int32(1)], [normal(3, 2), np.int32(2)]]))


@case
def first_loops():
    def build(x, n):
        w = tf.compat.v1.get_variable("w", initializer=normal(3, 3, seed=5))
        _, y = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, tf.tanh(y @ w) + x), [0, x])
        _, nested = tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, tf.while_loop(lambda j, _: j <= i, lambda j, z: (j + 1, z + x), [0, y])[1]), [0, x])
        _, chosen = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y + 1, lambda: y * 2)), [0, x])
        return [y, nested, chosen]
    without_second_version(lambda: first_version("first_loops", build, [normal(2, 3), np.int32(3)], more=[[normal(2, 3), np.int32(0)]]))


@case
def first_arrays():
    def build(x):
        n = tf.shape(x)[0]
        read = tf.TensorArray(tf.float32, n).unstack(x)
        w = tf.compat.v1.get_variable("w", initializer=normal(4, 4, seed=5))
        def body(i, state, array):
            state = tf.tanh(tf.reshape(read.read(i), [1, 4]) @ w + state)
            return i + 1, state, array.write(i, state[0])
        _, last, array = tf.while_loop(lambda i, *_: i < n, body, [0, tf.zeros([1, 4]), tf.TensorArray(tf.float32, n)])
        return [last, array.stack(), array.size()]
    without_second_version(lambda: first_version("first_arrays", build, [normal(3, 4)], shapes=[(None, 4)], more=[[normal(5, 4, seed=1)]]))


# Layers, saved models, checkpoints.


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


def frozen(name, function, inputs, shapes, rtol=1e-4, atol=1e-4):
    """A graph of a traced function with variables, which become constants."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    specs = [tf.TensorSpec(shape, np.asarray(x).dtype, name=f"x{index}") for index, (shape, x) in enumerate(zip(shapes, inputs))]
    def flat(*arguments):
        results = function(*arguments)
        results = results if isinstance(results, (list, tuple)) else [results]
        return [tf.identity(result, name=f"y{index}") for index, result in enumerate(results)]
    traced = tf.function(flat).get_concrete_function(*specs)
    constant = convert_variables_to_constants_v2(traced, lower_control_flow=False)
    results = constant(*map(tf.constant, inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pb"
        names = [tensor.name.split(":")[0] for tensor in constant.outputs]
        definition = tf.compat.v1.graph_util.extract_sub_graph(constant.graph.as_graph_def(), names)
        path.write_bytes(definition.SerializeToString(deterministic=True))
        write(name, path, [tensor.name.split(":")[0] for tensor in constant.inputs], names, [(inputs, [result.numpy() for result in results])], rtol, atol)


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


def main():
    wanted = sys.argv[1:] or list(CASES)
    failed = False
    for name in wanted:
        try:
            CASES[name]()
        except Exception as error:
            failed = True
            print(f"{name}: {type(error).__name__}: {str(error)[:400]}", file=sys.stderr)
    size = sum(path.stat().st_size for path in FOLDER.glob("*.zip"))
    print(f"{len(list(FOLDER.glob('*.zip')))} fixtures, {size} bytes")
    sys.exit(failed)


if __name__ == "__main__":
    main()
