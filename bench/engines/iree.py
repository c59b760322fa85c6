"""IREE: compiled for this CPU at its highest level of optimization, run by its task system's threads."""

import importlib.metadata
import sys
from pathlib import Path

import iree.runtime
import numpy

from engines.base import Prepared, Results, Task, command

VERSION = importlib.metadata.version("iree-base-runtime")

COMPILE = [
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
    "--iree-opt-level=O3",
    "--iree-opt-data-tiling",
    "--iree-input-type=onnx",
]


def prepare(task: Task) -> Prepared:
    folder = task.converted("iree", VERSION, lambda folder: convert(task, folder))
    iree.runtime.flags.parse_flags(f"--task_topology_group_count={task.threads}")
    config = iree.runtime.Config("local-task")
    loaded = iree.runtime.VmModule.mmap(config.vm_instance, str(folder / "model.vmfb"))
    module = iree.runtime.load_vm_module(loaded, config)
    function = module[next(name for name in loaded.function_names if not name.endswith("$async") and "__" not in name)]
    arrays = [iree.runtime.asdevicearray(config.device, array) for array in task.inputs.values()]

    results = Results(function, arrays)

    def fetch() -> dict[str, numpy.ndarray]:
        return {name: result.to_host() for name, result in zip(task.expected, results.all())}

    return Prepared(results.run, fetch)


def convert(task: Task, folder: Path) -> None:
    """A module for IREE's virtual machine."""
    tools, module = Path(sys.prefix, "bin"), folder / "model.mlir"
    command([tools / "iree-import-onnx", task.row.path, "--opset-version", "18", "-o", module])
    command([tools / "iree-compile", module, *COMPILE, "-o", folder / "model.vmfb"])
    for path in folder.iterdir():  # the weights a second time, as text or beside it
        if path.suffix not in (".vmfb", ".irpa"):
            path.unlink()
