"""OpenVINO on the CPU with the hint for latency: one stream, the inputs and outputs in shared memory."""

import numpy
import openvino
from openvino import properties

from engines.base import Prepared, Task

VERSION = openvino.__version__.split("-")[0]

PRECISIONS = {"f32": openvino.Type.f32, "bf16": openvino.Type.bf16}


def prepare(task: Task) -> Prepared:
    core = openvino.Core()
    options = {
        properties.hint.performance_mode(): properties.hint.PerformanceMode.LATENCY,
        properties.hint.inference_precision(): PRECISIONS[task.precision],
        properties.num_streams(): 1,
        properties.inference_num_threads(): task.threads,
    }
    model = core.read_model(task.row.path)
    model.reshape({name: list(array.shape) for name, array in task.inputs.items()})
    request = core.compile_model(model, "CPU", options).create_infer_request()
    outputs = {name: numpy.empty_like(array) for name, array in task.expected.items()}
    # The request does not keep the arrays or what wraps them: the caller of `run` does.
    bound = {name: openvino.Tensor(array, shared_memory=True) for name, array in (task.inputs | outputs).items()}
    for name, value in bound.items():
        request.set_tensor(name, value)

    def run(kept: dict = bound) -> None:
        request.infer(share_outputs=True)

    return Prepared(run, lambda: outputs)
