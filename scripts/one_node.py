"""Models of one node, for cases of operators."""

import numpy
import onnx
from onnx import helper, numpy_helper


def model(
    name: str,
    domain: str,
    operator: str,
    inputs: dict,
    outputs: list,
    version: int = 1,
    constants: dict | None = None,
    order: list | None = None,
    **attributes,
) -> tuple[str, onnx.ModelProto, dict]:
    """A name, the model, and its inputs. `outputs` are element types and ranks; `constants` are inputs of the node that the
    model holds; `order` is that of the node's inputs, an empty name for one that is left out."""
    constants = constants or {}
    names = [f"y{index}" for index in range(len(outputs))]
    node = helper.make_node(operator, order or [*inputs, *constants], names, domain=domain, **attributes)
    kinds = {key: helper.np_dtype_to_tensor_dtype(array.dtype) for key, array in inputs.items()}
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info(key, kinds[key], list(array.shape)) for key, array in inputs.items()],
        [helper.make_tensor_value_info(key, kind, [None] * rank) for key, (kind, rank) in zip(names, outputs)],
        [numpy_helper.from_array(array, key) for key, array in constants.items()],
    )
    opsets = [helper.make_opsetid(*opset) for opset in ({"": 21} | {domain: version}).items()]
    return name, helper.make_model(graph, opset_imports=opsets, ir_version=10), inputs


def random(name: str) -> numpy.random.Generator:
    """Numbers that depend on the name alone."""
    return numpy.random.default_rng(list(name.encode()))
