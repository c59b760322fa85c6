"""LiteRT with XNNPACK: PyTorch's networks, converted by litert-torch."""

import importlib.metadata
from pathlib import Path

import numpy
from ai_edge_litert.interpreter import Interpreter

from engines.base import Prepared, Task, Unsupported

VERSION = importlib.metadata.version("ai-edge-litert")


def prepare(task: Task) -> Prepared:
    folder = task.converted("litert", VERSION, lambda folder: convert(task, folder))
    interpreter = Interpreter(str(folder / "model.tflite"), num_threads=task.threads)
    interpreter.allocate_tensors()
    for (name, array), detail in zip(task.inputs.items(), interpreter.get_input_details()):
        if list(detail["shape"]) != list(array.shape):
            raise Unsupported(f"the input {name} has the shape {list(detail['shape'])}")
        interpreter.set_tensor(detail["index"], array.astype(detail["dtype"]))
    outputs = [detail["index"] for detail in interpreter.get_output_details()]

    def fetch() -> dict[str, numpy.ndarray]:
        return {name: interpreter.get_tensor(index) for name, index in zip(task.expected, outputs)}

    return Prepared(interpreter.invoke, fetch)


def convert(task: Task, folder: Path) -> None:
    """A flat buffer of LiteRT's operators."""
    if "architecture" not in task.row.source:
        raise Unsupported("the model is no PyTorch module")
    import litert_torch
    import recipes
    import torch

    given = tuple(torch.from_numpy(array) for array in task.inputs.values())
    litert_torch.convert(recipes.build(task.row), given).export(str(folder / "model.tflite"))
