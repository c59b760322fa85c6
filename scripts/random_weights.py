"""Gives the `light` architectures of the onnx package weights, so that they compute something.

The package ships the graphs with every weight made by a `ConstantOfShape` node (all values 0.02). Each such node
becomes an initializer with random values, drawn from a generator seeded with the weight's name, and scaled by the role
the weight plays so that activations neither vanish nor explode on the way through the network.
"""

import hashlib
import math
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

# What follows a batch normalization in the Caffe exports: Mul by a scale and Add of a shift, both unsqueezed.
_AFFINE_ROLES = {"Mul": "scale", "Add": "shift"}
# The role of each operand of a batch normalization.
_NORMALIZATION_ROLES = {1: "scale", 2: "shift", 3: "mean", 4: "variance"}


def fill(source: Path, target: Path) -> None:
    """Writes `source` with random weights to `target`."""
    model = onnx.load(source)
    graph = model.graph
    shapes = _weight_shapes(graph)
    roles = _weight_roles(graph, shapes)

    constants = [node for node in graph.node if node.op_type == "ConstantOfShape" and node.output[0] in shapes]
    for node in constants:
        graph.node.remove(node)
    stored = {tensor.name for tensor in graph.initializer}
    used = {name for node in graph.node for name in node.input} - set(shapes)
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    true_inputs = [value for value in graph.input if value.name not in stored]
    del graph.initializer[:], graph.input[:]
    graph.initializer.extend(kept)
    graph.input.extend(true_inputs)
    # Since IR version 4 an initializer need not be an input too; one that is counts as overridable, not as a constant.
    model.ir_version = 4

    for name, shape in shapes.items():
        graph.initializer.append(numpy_helper.from_array(_draw(name, *roles[name], shape), name))
    _calibrate_classifier(model)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _calibrate_classifier(model: onnx.ModelProto) -> None:
    """Scales the layer before a Softmax so that its outputs have a trained classifier's spread, a deviation of 2."""
    graph = model.graph
    producers = {name: node for node in graph.node for name in node.output}
    layer = next((node for node in graph.node if node.op_type == "Softmax"), None)
    if layer is None:
        return
    while layer.op_type not in ("Gemm", "Conv"):
        layer = producers[layer.input[0]]

    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.append(onnx.ValueInfoProto(name=layer.output[0]))
    value = graph.input[0]
    shape = [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
    picture = numpy.random.default_rng(0).standard_normal(shape, dtype=numpy.float32)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    (logits,) = session.run([layer.output[0]], {value.name: picture})
    factor = numpy.float32(2.0 / logits.std())

    scaled = {layer.input[1], layer.input[2]}
    scaled |= {producers[name].input[0] for name in scaled if name in producers}  # Inception v1 reshapes its matrix
    for tensor in graph.initializer:
        if tensor.name in scaled:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * factor, tensor.name))


def _weight_shapes(graph: onnx.GraphProto) -> dict[str, tuple[int, ...]]:
    """The shape of every float weight: constants made by a node, and the few small ones that are stored."""
    stored = {tensor.name: tensor for tensor in graph.initializer}
    shapes = {}
    for node in graph.node:
        if node.op_type == "ConstantOfShape" and node.input[0] in stored:
            shapes[node.output[0]] = tuple(int(n) for n in numpy_helper.to_array(stored[node.input[0]]))
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            shapes[tensor.name] = tuple(tensor.dims)
    used = {name for node in graph.node for name in node.input}
    return {name: shape for name, shape in shapes.items() if name in used}


def _weight_roles(graph: onnx.GraphProto, shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[str, float]]:
    """What each weight is used as, and the deviation of its values."""
    users = {}
    for node in graph.node:
        for index, name in enumerate(node.input):
            users.setdefault(name, []).append((node, index))
    producers = {name: node for node in graph.node for name in node.output}

    def role(name: str, shape: tuple[int, ...]) -> tuple[str, float]:
        node, index = users[name][0]
        if node.op_type in ("Unsqueeze", "Reshape"):
            return role(node.output[0], shape)
        if node.op_type in _AFFINE_ROLES:
            return _AFFINE_ROLES[node.op_type], 0.0
        if node.op_type == "BatchNormalization":
            branch = any(user.op_type == "Sum" for user, _ in users.get(node.output[0], []))
            return ("branch scale" if branch and index == 1 else _NORMALIZATION_ROLES[index]), 0.0
        if node.op_type in ("Conv", "Gemm") and index == 2:
            return "bias", 0.0
        if node.op_type in ("Conv", "Gemm") and index == 1:
            # A Relu before the layer has zeroed half of what it sums, which twice the variance makes up for.
            gain = 2.0 if _is_rectified(node.input[0], producers) else 1.0
            fan_in = math.prod(shape[1:]) if node.op_type == "Conv" else _matrix_fan_in(node, shape)
            return "weight", math.sqrt(gain / fan_in)
        raise ValueError(f"no role is known for operand {index} of {node.op_type}, the weight {name}")

    return {name: role(name, shape) for name, shape in shapes.items()}


def _is_rectified(name: str, producers: dict[str, onnx.NodeProto]) -> bool:
    """Whether a value comes out of a Relu, seen through operators that only move, pool or rescale values."""
    while name in producers:
        node = producers[name]
        if node.op_type == "Relu":
            return True
        if node.op_type in ("Conv", "Gemm", "BatchNormalization", "Sum"):
            return False
        name = node.input[0]
    return False


def _matrix_fan_in(gemm: onnx.NodeProto, shape: tuple[int, ...]) -> int:
    """How many products one output of a matrix product sums; Inception v1 stores its last matrix with four axes."""
    transposed = any(attribute.name == "transB" and attribute.i for attribute in gemm.attribute)
    return shape[-1] if transposed else shape[0]


def _draw(name: str, role: str, deviation: float, shape: tuple[int, ...]) -> numpy.ndarray:
    """Random values for one weight: weights scaled as He et al. 2015 (arXiv:1502.01852), statistics near the neutral ones."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    normal = numpy.random.default_rng(seed).standard_normal(shape, dtype=numpy.float32)
    if role == "weight":
        values = numpy.float32(deviation) * normal
    elif role == "variance":
        values = 1 + 0.2 * numpy.abs(normal)
    elif role == "scale":
        values = 1 + 0.1 * normal
    elif role == "branch scale":
        # Two branches are summed: each keeps half of the variance.
        values = math.sqrt(0.5) * (1 + 0.1 * normal)
    else:  # bias, shift, mean
        values = 0.05 * normal
    return values.astype(numpy.float32)
