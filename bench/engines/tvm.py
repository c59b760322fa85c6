"""TVM without tuning, which would take hours: its default pipeline with weights as constants, for this CPU."""

import os
from pathlib import Path

import numpy
import onnx
import tvm
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

from engines.base import Prepared, Results, Task

VERSION = tvm.__version__


def prepare(task: Task) -> Prepared:
    os.environ["TVM_NUM_THREADS"] = str(task.threads)
    folder = task.converted("tvm", VERSION, lambda folder: convert(task, folder))
    machine = relax.VirtualMachine(tvm.runtime.load_module(str(folder / "model.so")), tvm.cpu())
    graph = onnx.load(task.row.path, load_external_data=False).graph
    names = [value.name for value in graph.input if value.name in task.inputs]
    arrays = [tvm.runtime.tensor(task.inputs[name], device=tvm.cpu()) for name in names]
    results = Results(machine["main"], arrays)

    def fetch() -> dict[str, numpy.ndarray]:
        # Several results are in an array of TVM's own.
        arrays = [array for result in results.all() for array in ([result] if hasattr(result, "numpy") else result)]
        return {name: array.numpy() for name, array in zip(task.expected, arrays)}

    return Prepared(results.run, fetch)


def convert(task: Task, folder: Path) -> None:
    """A shared object."""
    shapes = {name: list(array.shape) for name, array in task.inputs.items()}
    module = from_onnx(onnx.load(task.row.path), shape_dict=shapes, keep_params_in_input=False)
    target = tvm.target.Target({"kind": "llvm", "mcpu": tvm.target.codegen.llvm_get_system_cpu()})
    with target, tvm.transform.PassContext(opt_level=3):
        module = relax.get_pipeline("zero")(module)
        tvm.compile(module, target).export_library(str(folder / "model.so"))
