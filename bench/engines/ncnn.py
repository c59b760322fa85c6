"""ncnn: the model from pnnx, which takes shapes from the inputs, computed in single precision."""

import importlib.metadata
import sys
from pathlib import Path

import ncnn
import numpy
import onnx

from engines.base import Prepared, Task, Unsupported, command

VERSION = importlib.metadata.version("ncnn")

PNNX_TYPES = {"float32": "", "int64": "i64", "int32": "i32"}


def prepare(task: Task) -> Prepared:
    folder = task.converted("ncnn", VERSION, lambda folder: convert(task, folder))
    network = ncnn.Net()
    network.opt.num_threads = task.threads
    network.opt.use_vulkan_compute = False
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(network.opt, option, False)
    if network.load_param(str(folder / "model.ncnn.param")) or network.load_model(str(folder / "model.ncnn.bin")):
        raise Unsupported("ncnn does not load what pnnx writes")
    inputs = [(f"in{index}", matrix(array)) for index, array in enumerate(input_order(task))]
    outputs = [f"out{index}" for index in range(len(task.expected))]
    results = {}

    def run() -> None:
        extractor = network.create_extractor()
        for name, value in inputs:
            extractor.input(name, value)
        for name in outputs:
            status, results[name] = extractor.extract(name)
            if status:
                raise Unsupported(f"ncnn fails to compute {name}: status {status}")

    def fetch() -> dict[str, numpy.ndarray]:
        arrays = {}
        for name, (wanted, array) in zip(outputs, task.expected.items()):
            arrays[wanted] = numpy.array(results[name]).reshape(array.shape).astype(array.dtype)
        return arrays

    return Prepared(run, fetch)


def input_order(task: Task) -> list[numpy.ndarray]:
    """The inputs as the file has them, which is how ncnn counts them."""
    graph = onnx.load(task.row.path, load_external_data=False).graph
    return [task.inputs[value.name] for value in graph.input if value.name in task.inputs]


def convert(task: Task, folder: Path) -> None:
    """ncnn's own format: of PyTorch's networks, which pnnx knows best, from a trace, else from the ONNX file."""
    if "architecture" in task.row.source:
        source = folder / "model.pt"
        trace(task, source)
    else:
        source = folder / "model.onnx"
        source.symlink_to(task.row.path)
    arrays = input_order(task)
    shapes = ",".join(f"{list(array.shape)}{PNNX_TYPES[array.dtype.name]}".replace(" ", "") for array in arrays)
    command([Path(sys.prefix, "bin", "pnnx"), source, f"inputshape={shapes}", "fp16=0"], folder)
    for path in folder.iterdir():  # the same model in pnnx's own and in other formats
        if ".ncnn." not in path.name:
            path.unlink()
    if not (folder / "model.ncnn.param").exists():
        raise Unsupported("pnnx writes no model")


def trace(task: Task, target: Path) -> None:
    """The row's network as TorchScript."""
    import recipes
    import torch

    with torch.no_grad():
        given = tuple(torch.from_numpy(array) for array in task.inputs.values())
        torch.jit.trace(recipes.build(task.row), given, check_trace=False).save(target)


def matrix(array: numpy.ndarray) -> ncnn.Mat:
    """An array as ncnn takes it: without the axis of the batch, wherever it is, and integers in 32 bits."""
    narrow = array.astype("int32") if array.dtype.kind in "iub" else array
    return ncnn.Mat(numpy.ascontiguousarray(numpy.atleast_1d(narrow.squeeze()))).clone()
