"""PyTorch: the network compiled ahead by Inductor with its weights frozen, as its makers recommend for CPUs."""

import os
from pathlib import Path

import numpy
import recipes
import torch
import torch._inductor

from engines.base import Prepared, Results, Task, Unsupported

VERSION = torch.__version__.split("+")[0]


def prepare(task: Task) -> Prepared:
    torch.set_num_threads(task.threads)
    folder = task.converted(f"torch-{task.threads}", VERSION, lambda folder: convert(task, folder))
    network = torch._inductor.aoti_load_package(str(folder / "model.pt2"))
    results = Results(torch.inference_mode()(network), list(tensors(task)))

    def fetch() -> dict[str, numpy.ndarray]:
        return {name: result.numpy() for name, result in zip(task.expected, results.all())}

    return Prepared(results.run, fetch)


def convert(task: Task, folder: Path) -> None:
    """A package of compiled code, for one number of threads."""
    if "architecture" not in task.row.source:
        raise Unsupported("the model is no PyTorch module")
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder / "inductor")
    network = recipes.build(task.row)
    with torch.no_grad():
        program = torch.export.export(network, tensors(task))
        options = {"freezing": True, "cpp.threads": task.threads}
        torch._inductor.aoti_compile_and_package(
            program, package_path=str(folder / "model.pt2"), inductor_configs=options
        )


def tensors(task: Task) -> tuple[torch.Tensor, ...]:
    """The inputs, sharing memory with the arrays."""
    return tuple(torch.from_numpy(array) for array in task.inputs.values())
