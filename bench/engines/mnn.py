"""MNN: the model from its converter, run by its session interface, which plans memory for fixed shapes."""

import importlib.metadata
import sys
from pathlib import Path

import MNN
import numpy

from engines.base import Prepared, Task, Unsupported, command

VERSION = importlib.metadata.version("MNN")

TYPES = {"float32": MNN.Halide_Type_Float, "int32": MNN.Halide_Type_Int, "uint8": MNN.Halide_Type_Uint8}


def prepare(task: Task) -> Prepared:
    folder = task.converted("mnn", VERSION, lambda folder: convert(task, folder))
    interpreter = MNN.Interpreter(str(folder / "model.mnn"))
    session = interpreter.createSession({"backend": "CPU", "numThread": task.threads, "precision": "high"})
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


def convert(task: Task, folder: Path) -> None:
    """MNN's own format. It asks the converter itself: the command around it would install packages that report its use."""
    files = ["--modelFile", task.row.path, "--MNNModel", folder / "model.mnn"]
    options = ["-f", "ONNX", *files, "--bizCode", "MNN", "--useOriginRNNImpl"]
    call = "import sys, _tools; _tools.mnnconvert(sys.argv)"
    said = command([sys.executable, "-c", call, *options])
    if not (folder / "model.mnn").exists():
        raise Unsupported(f"the converter writes no model: {said.strip().splitlines()[-1]}")


def tensor(array: numpy.ndarray) -> MNN.Tensor:
    """An array as MNN takes it."""
    narrow = {"int64": "int32", "bool": "int32"}.get(array.dtype.name, array.dtype.name)
    array = numpy.ascontiguousarray(array, dtype=narrow)
    return MNN.Tensor(tuple(array.shape), TYPES[narrow], array, MNN.Tensor_DimensionType_Caffe)
