"""Models of Keras as test cases: random weights, inputs, what Keras makes of them, and the files."""

import io
import json
import os
import re
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fixtures", "keras")
WANTED = sys.argv[1:]
CASES = []


def case(make=None, **options):
    """Registers a function that gives (inputs, outputs) of a functional model, and perhaps arrays for the inputs.

    Options: `formats` besides .keras (".h5", "weights"), `steps` of a model that remembers, `tolerance`.
    """
    def register(make):
        CASES.append((make.__name__, make, options))
        return make
    return register(make) if make else register


def rng(name):
    return np.random.default_rng(sum(name.encode()) * 7919)


def is_wanted(name):
    return not WANTED or name in WANTED


def fill(model, random):
    """Random weights; variances stay positive, and what is computed once stays."""
    for variable in model.variables:
        if any(word in variable.path for word in ("seed", "count", "real_kernel", "imag_kernel")):
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
    if tensor.dtype.startswith(("int", "uint")):
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


def pack(name, model_files, inputs, outputs, tolerance=1e-4, model=None, options=None, more_steps=()):
    """Stores a case; `more_steps` are pairs of inputs and outputs of calls after the first."""
    files = list(model_files)
    for step, (given, made) in enumerate([(inputs, outputs), *more_steps]):
        files += [(f"in/{step}/{index}.npy", npy(array)) for index, array in enumerate(given)]
        files += [(f"out/{step}/{index}.npy", npy(array)) for index, array in enumerate(made)]
    described = {
        "model": model or model_files[0][0],
        "inputs": [f"{index}" for index in range(len(inputs))],
        "outputs": [f"{index}" for index in range(len(outputs))],
        "rtol": tolerance,
        "atol": tolerance,
    }
    if more_steps:
        described["steps"] = 1 + len(more_steps)
    if options:
        described["options"] = options
    store(name, files, described)


def slim(path):
    """The bytes of a .keras file whose archive has fixed times and is compressed."""
    data = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.namelist()):
            content = source.read(entry)
            if entry == "config.json":
                # Numbers of objects are addresses of the run that wrote them.
                content = re.sub(rb', "shared_object_id": \d+', b"", content)
            if entry == "metadata.json":
                content = json.dumps({"keras_version": keras.__version__, "date_saved": ""}).encode()
            target.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def run(model, arrays):
    given = arrays[0] if len(arrays) == 1 else arrays
    results = keras.tree.flatten(model(given, training=False))
    return [np.asarray(keras.ops.convert_to_numpy(x)) for x in results]


def build(name, make, format=".keras", steps=1, tolerance=1e-4):
    if not is_wanted(name):
        return
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    random = rng(name)
    made = make()
    arrays = None
    if isinstance(made, keras.Model):
        model = made
    else:
        model = keras.Model(made[0], made[1])
        arrays = made[2] if len(made) > 2 else None
    fill(model, random)
    arrays = [np.asarray(array) for array in arrays] if arrays is not None else [feed(x, random) for x in model.inputs]
    results = run(model, arrays)
    more = []
    for _ in range(1, steps):
        given = [feed(x, random) for x in model.inputs]
        more.append((given, run(model, given)))
    with tempfile.TemporaryDirectory() as folder:
        if format == "weights":
            path = os.path.join(folder, "model.weights.h5")
            model.save_weights(path)
            files = [("model/model.weights.h5", open(path, "rb").read()), ("model/model.json", model.to_json().encode())]
            return pack(name, files, arrays, results, tolerance, options={"architecture": "model/model.json"}, more_steps=more)
        path = os.path.join(folder, "model" + format)
        model.save(path)
        data = slim(path) if format == ".keras" else open(path, "rb").read()
        pack(name, [("model/model" + format, data)], arrays, results, tolerance, more_steps=more)


def build_all():
    """Builds every case that is registered; what fails is said, and the others are built."""
    os.makedirs(OUT, exist_ok=True)
    failed = 0
    for name, make, options in CASES:
        for format in [".keras", *options.get("formats", ())]:
            suffix = {".keras": "", ".h5": "_h5", "weights": "_weights"}[format]
            try:
                build(name + suffix, make, format, options.get("steps", 1), options.get("tolerance", 1e-4))
            except Exception as error:
                print(f"{name}{suffix}: {type(error).__name__}: {error}", file=sys.stderr)
                failed += 1
    return failed
