"""MNN: the model from its converter, computed at high precision."""

import importlib.metadata
import sys
from pathlib import Path

import MNN
import MNN.expr
import MNN.nn
import numpy

from engines.base import Prepared, Task, Unsupported, command

VERSION = importlib.metadata.version("MNN")

TYPES = {"float32": MNN.Halide_Type_Float, "int32": MNN.Halide_Type_Int, "uint8": MNN.Halide_Type_Uint8}
KINDS = {"float32": MNN.expr.float, "int32": MNN.expr.int, "uint8": MNN.expr.uint8}


def prepare(task: Task) -> Prepared:
    folder = task.converted("mnn", VERSION, lambda folder: convert(task, folder))
    options = {"backend": "CPU", "numThread": task.threads, "precision": "high"}
    with_branches = "subgraphs" in (folder / "said.txt").read_text()
    return (prepare_module if with_branches else prepare_session)(task, str(folder / "model.mnn"), options)


def prepare_session(task: Task, model: str, options: dict) -> Prepared:
    """The interface that plans memory for fixed shapes."""
    interpreter = MNN.Interpreter(model)
    session = interpreter.createSession(options)
    inputs = interpreter.getSessionInputAll(session)
    for name, array in task.inputs.items():
        interpreter.resizeTensor(inputs[name], tuple(array.shape))
    interpreter.resizeSession(session)
    for name, array in task.inputs.items():
        inputs[name].copyFrom(tensor(array))
    outputs = interpreter.getSessionOutputAll(session)

    def fetch() -> dict[str, numpy.ndarray]:
        results = {name: tensor(numpy.zeros_like(array)) for name, array in task.expected.items()}
        for name, result in results.items():
            outputs[name].copyToHostTensor(result)
        return {name: numpy.array(results[name].getNumpyData()).reshape(task.expected[name].shape) for name in results}

    return Prepared(lambda: interpreter.runSession(session), fetch)


def prepare_module(task: Task, model: str, options: dict) -> Prepared:
    """The interface that runs models with branches in them."""
    manager = MNN.nn.create_runtime_manager((options,))
    names = list(task.expected)
    module = MNN.nn.load_module_from_file(model, list(task.inputs), names, runtime_manager=manager, shape_mutable=False)
    arrays = [narrow(array) for array in task.inputs.values()]
    inputs = [MNN.expr.const(array, array.shape, MNN.expr.NCHW, KINDS[array.dtype.name]) for array in arrays]
    results = []

    def run() -> None:
        results[:] = module.forward(inputs)
        for result in results:
            result.read()  # else it may not be computed yet

    def fetch() -> dict[str, numpy.ndarray]:
        return {name: numpy.array(value.read()).reshape(task.expected[name].shape) for name, value in zip(names, results)}

    return Prepared(run, fetch)


def convert(task: Task, folder: Path) -> None:
    """MNN's own format. It asks the converter itself: the command around it would install packages that report its use."""
    files = ["--modelFile", task.row.path, "--MNNModel", folder / "model.mnn"]
    options = ["-f", "ONNX", *files, "--bizCode", "MNN", "--useOriginRNNImpl"]
    call = "import sys, _tools; _tools.mnnconvert(sys.argv)"
    said = command([sys.executable, "-c", call, *options])
    (folder / "said.txt").write_text(said)
    if not (folder / "model.mnn").exists():
        raise Unsupported(f"the converter writes no model: {said.strip().splitlines()[-1]}")


def narrow(array: numpy.ndarray) -> numpy.ndarray:
    """An array of a type that MNN has: no 64-bit integers, no truth values."""
    return numpy.ascontiguousarray(array, dtype={"int64": "int32", "bool": "int32"}.get(array.dtype.name, array.dtype.name))


def tensor(array: numpy.ndarray) -> MNN.Tensor:
    """An array as MNN's sessions take it."""
    array = narrow(array)
    return MNN.Tensor(tuple(array.shape), TYPES[array.dtype.name], array, MNN.Tensor_DimensionType_Caffe)
