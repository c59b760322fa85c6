"""tract, from its Python package, which offers no choice of threads: it computes on one."""

import numpy
import tract

from engines.base import Prepared, Results, Task

VERSION = tract.version()

TYPES = {"float32": "f32", "int64": "i64", "int32": "i32", "bool": "bool"}


def prepare(task: Task) -> Prepared:
    model = tract.onnx().load(task.row.path)
    names = [model.input_name(index) for index in range(model.input_count())]
    for index, name in enumerate(names):
        array = task.inputs[name]
        model.set_input_fact(index, ",".join([*map(str, array.shape), TYPES[array.dtype.name]]))
    outputs = [model.output_name(index) for index in range(model.output_count())]
    model.analyse()
    state = model.into_model().into_runnable().spawn_state()
    arrays = [tract.Tensor.from_numpy(task.inputs[name]) for name in names]
    # Names of outputs are those of the nodes that compute them; their order is the file's.
    assert len(outputs) == len(task.expected)

    results = Results(state.run, [arrays])

    def fetch() -> dict[str, numpy.ndarray]:
        return {name: result.to_numpy() for name, result in zip(task.expected, results.all())}

    return Prepared(results.run, fetch)
