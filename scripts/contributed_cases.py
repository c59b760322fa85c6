"""Makes cases of operators that the ONNX project's own tests leave out, in the cache, in the form of `onnx_cases.py`:
onnxruntime's contributed ones, those of classical machine learning, and some of the standard domain.

Each is a model of one node with constant weights; onnxruntime computes what is expected of it. `contributed-cases/index.json`
lists them. Everything is made again when onnxruntime's version or these scripts change; otherwise nothing is done.
"""

import json
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper

import cache
import microsoft_cases
import ml_cases
import one_node
import onnx_cases
import standard_cases

# Name, rows of the left input, N, K, attributes and the optional inputs that are there.
_MATMUL_NBITS = [
    ("one_row", (1,), 96, 256, {"bits": 4, "block_size": 32}, ()),
    ("last_block_partial", (5,), 100, 300, {"bits": 4, "block_size": 64}, ("packed",)),
    ("float_zeros", (9,), 100, 300, {"bits": 4, "block_size": 16}, ("float", "bias")),
    ("batch", (2, 3), 64, 256, {"bits": 4, "block_size": 128}, ("bias",)),
    ("odd_blocks", (4,), 33, 48, {"bits": 4, "block_size": 16}, ("packed",)),
    ("block_256", (3,), 32, 512, {"bits": 4, "block_size": 256}, ()),
    ("less_than_a_block", (2,), 5, 20, {"bits": 4, "block_size": 32}, ("packed",)),
    ("many_rows", (70,), 70, 128, {"bits": 4, "block_size": 32}, ()),
    ("bytes", (3,), 33, 130, {"bits": 8, "block_size": 32}, ()),
    ("bytes_zeros", (3,), 33, 130, {"bits": 8, "block_size": 32}, ("packed",)),
    ("two_bits", (3,), 33, 130, {"bits": 2, "block_size": 32}, ("packed",)),
    ("half", (4,), 64, 256, {"bits": 4, "block_size": 32}, ("half", "packed")),
    ("groups", (4,), 64, 256, {"bits": 4, "block_size": 32}, ("groups",)),
    ("groups_in_order", (4,), 64, 256, {"bits": 4, "block_size": 32}, ("ordered", "bias")),
]


def folder() -> Path:
    """Where the cases are kept."""
    return cache.root() / "contributed-cases"


def export() -> None:
    """Makes all cases, unless they are there."""
    scripts = [__file__, microsoft_cases.__file__, ml_cases.__file__, standard_cases.__file__, one_node.__file__]
    key = cache.text_sha256(onnxruntime.__version__, *(Path(script).read_text() for script in scripts))
    stamp = folder() / "key"
    if stamp.exists() and stamp.read_text() == key:
        return
    with cache.fresh_folder(folder()) as building:
        cases = [_export(building, *_matmul_nbits(*case)) for case in _MATMUL_NBITS]
        cases += [_export(building, *case) for module in (microsoft_cases, ml_cases, standard_cases) for case in module.models()]
        (building / "index.json").write_text(json.dumps({"cases": cases}, indent=0))
        (building / "key").write_text(key)
    print(f"contributed cases: {len(cases)} in {folder()}", flush=True)


def _matmul_nbits(name: str, rows: tuple, n: int, k: int, attributes: dict, options: tuple) -> tuple:
    """A product with blocks of codes."""
    random = one_node.random(name)
    element = numpy.dtype(numpy.float16 if "half" in options else numpy.float32)
    weights = _weights(random, n, k, attributes, options, element)
    inputs = ["A"] + [key if key in weights else "" for key in ("B", "scales", "zero_points", "g_idx", "bias")]
    while not inputs[-1]:
        inputs.pop()
    node = helper.make_node("MatMulNBits", inputs, ["Y"], domain="com.microsoft", K=k, N=n, **attributes)
    kind = helper.np_dtype_to_tensor_dtype(element)
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info("A", kind, [*rows, k])],
        [helper.make_tensor_value_info("Y", kind, [*rows, n])],
        [numpy_helper.from_array(array, key) for key, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return f"matmul_nbits_{name}", model, {"A": random.standard_normal((*rows, k)).astype(element)}


def _export(root: Path, name: str, model: onnx.ModelProto, inputs: dict) -> dict:
    """Saves a model with its inputs, and what onnxruntime makes of them."""
    target = root / name
    target.mkdir()
    onnx.save(model, target / "model.onnx")
    options = onnxruntime.SessionOptions()
    # Without this, products of 8 bits are not exact on processors that add two of them in 16 bits.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    outputs = list(zip((output.name for output in session.get_outputs()), session.run(None, inputs)))
    values = {"inputs": list(inputs.items()), "outputs": outputs}
    is_half = any(array.dtype == numpy.float16 for array in inputs.values())
    # Sums of real numbers in another order may round to the next quantum.
    is_quantized = outputs[0][1].dtype.itemsize == 1 and outputs[0][1].dtype.kind in "iu"
    return {
        "name": target.name,
        "kind": "contributed",
        "model": f"{target.name}/model.onnx",
        "operators": onnx_cases.operators(model),
        "opsets": {entry.domain: entry.version for entry in model.opset_import},
        "rtol": 1e-2 if is_half else 1e-4,
        "atol": 1 if is_quantized else 1e-2 if is_half else 1e-5,
        "data_sets": [
            {role: [_value(root, target, value, array) for value, array in arrays] for role, arrays in values.items()}
        ],
    }


def _weights(random, n: int, k: int, attributes: dict, options: tuple, element: numpy.dtype) -> dict:
    """The constant inputs by name."""
    bits, block = attributes["bits"], attributes["block_size"]
    blocks = -(-k // block)
    made = {"B": random.integers(0, 256, (n, blocks, block * bits // 8), dtype=numpy.uint8)}
    made["scales"] = (random.uniform(0.5, 1.5, (n, blocks)) / (1 << bits) / k**0.5).astype(element)
    if "packed" in options:
        made["zero_points"] = random.integers(0, 256, (n, -(-blocks * bits // 8)), dtype=numpy.uint8)
    if "float" in options:
        made["zero_points"] = random.uniform(0, 1 << bits, (n, blocks)).astype(element)
    places = numpy.arange(k, dtype=numpy.int32) // block
    if "groups" in options:
        made["g_idx"] = random.permutation(places)
    if "ordered" in options:
        made["g_idx"] = places
    if "bias" in options:
        made["bias"] = random.standard_normal(n).astype(element)
    return made


def _value(root: Path, target: Path, name: str, array: numpy.ndarray) -> dict:
    if array.dtype.kind in "OU":
        path = target / f"{name}.json"
        path.write_text(json.dumps(array.ravel().tolist()))
        return {"name": name, "type": "tensor", "element": "string", "shape": list(array.shape), "file": str(path.relative_to(root))}
    path = target / f"{name}.npy"
    numpy.save(path, array, allow_pickle=False)
    element = {"float32": "float", "float64": "double"}.get(array.dtype.name, array.dtype.name)
    shape, file = list(array.shape), str(path.relative_to(root))
    return {"name": name, "type": "tensor", "element": element, "shape": shape, "file": file}


if __name__ == "__main__":
    export()
