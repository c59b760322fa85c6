"""What the scripts of TensorFlow's fixtures share: graphs, saved models and checkpoints, and what TensorFlow gives for them."""

import io
import json
import os
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
    """The bytes of an array's file; strings are their bytes, filled up with zeros."""
    buffer = io.BytesIO()
    array = np.asarray(array)
    if array.dtype == object:
        array = np.array([text.encode() if isinstance(text, str) else text for text in array.flat], "S").reshape(array.shape)
    np.save(buffer, array)
    return buffer.getvalue()


def element(x):
    """The element type of an array."""
    dtype = np.asarray(x).dtype
    return tf.string if dtype == object else tf.as_dtype(dtype)


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
        tf.TensorSpec(shape, element(x), name=f"x{index}")
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


def first_version(name, build, inputs, shapes=None, rtol=1e-5, atol=1e-5, more=(), keeps_tables=False):
    """A graph of TensorFlow 1, with its control flow: `build` makes outputs of placeholders. With tables nothing is frozen."""
    shapes = shapes or [np.shape(x) for x in inputs]
    with tf.Graph().as_default() as made:
        placeholders = [
            tf.compat.v1.placeholder(element(x), shape, name=f"x{index}")
            for index, (shape, x) in enumerate(zip(shapes, inputs))
        ]
        results = build(*placeholders)
        results = results if isinstance(results, (list, tuple)) else [results]
        results = [tf.identity(result, name=f"y{index}") for index, result in enumerate(results)]
        steps = []
        with tf.compat.v1.Session() as session:
            session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.tables_initializer()])
            for arrays in [inputs, *more]:
                steps.append((arrays, session.run(results, dict(zip(placeholders, arrays)))))
            names = [result.op.name for result in results]
            definition = made.as_graph_def()
            if not keeps_tables:
                definition = tf.compat.v1.graph_util.convert_variables_to_constants(session, definition, names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pb"
        path.write_bytes(definition.SerializeToString(deterministic=True))
        write(name, path, [x.op.name for x in placeholders], names, steps, rtol, atol)


def saved(name, module, inputs, shapes=None, rtol=1e-5, atol=1e-5, signature=None, more=()):
    """A saved model of a module with a method `call` of tensors; `more` are inputs of further runs, which follow each other."""
    shapes = shapes or [np.shape(x) for x in inputs]
    specs = [
        tf.TensorSpec(shape, element(x), name=f"x{index}")
        for index, (shape, x) in enumerate(zip(shapes, inputs))
    ]
    traced = tf.function(module.call).get_concrete_function(*specs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        tf.saved_model.save(module, str(path), signatures={signature or "serving_default": traced})
        for unused in ("fingerprint.pb",):
            (path / unused).unlink(missing_ok=True)
        loaded = tf.saved_model.load(str(path)).signatures[signature or "serving_default"]
        steps = []
        for arrays in [inputs, *more]:
            results = loaded(**{spec.name: tf.constant(x) for spec, x in zip(specs, arrays)})
            outputs = sorted(results)
            steps.append((arrays, [results[output].numpy() for output in outputs]))
        options = {"signature": signature} if signature else None
        write(name, path, [spec.name for spec in specs], outputs, steps, rtol, atol, options)


def checkpoint(name, build, inputs, shapes=None, rtol=1e-5, atol=1e-5, version=2, more=(), named=None):
    """A meta graph and a checkpoint; `more` are inputs of further runs, `named` the only inputs and outputs that are told."""
    shapes = shapes or [np.shape(x) for x in inputs]
    with tf.Graph().as_default():
        placeholders = [
            tf.compat.v1.placeholder(element(x), shape, name=f"x{index}")
            for index, (shape, x) in enumerate(zip(shapes, inputs))
        ]
        results = [tf.identity(result, name=f"y{index}") for index, result in enumerate(build(*placeholders))]
        with tf.compat.v1.Session() as session, tempfile.TemporaryDirectory() as folder:
            session.run(tf.compat.v1.global_variables_initializer())
            saver = tf.compat.v1.train.Saver(write_version=version)
            saver.save(session, f"{folder}/model")
            (Path(folder) / "checkpoint").unlink(missing_ok=True)
            steps = [(arrays, session.run(results, dict(zip(placeholders, arrays)))) for arrays in [inputs, *more]]
            names = [result.op.name for result in results]
            inputs_by_name = [x.op.name for x in placeholders]
            options = {"inputs": inputs_by_name, "outputs": names} if named else None
            write(name, Path(folder) / "model.meta", inputs_by_name, names, steps, rtol, atol, options)


def raw(name, **given):
    return getattr(tf.raw_ops, name)(**given)


def frozen(name, function, inputs, shapes, rtol=1e-4, atol=1e-4):
    """A graph of a traced function with variables, which become constants."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    specs = [tf.TensorSpec(shape, element(x), name=f"x{index}") for index, (shape, x) in enumerate(zip(shapes, inputs))]
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


def without_second_version(function):
    """Runs with the control flow of TensorFlow 1."""
    tf.compat.v1.disable_control_flow_v2()
    try:
        function()
    finally:
        tf.compat.v1.enable_control_flow_v2()
