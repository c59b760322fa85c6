"""Exports the backend tests of the onnx package into the cache, as plain files that the tests can read.

Each case becomes a folder `onnx-cases/KIND/NAME/` with `model.onnx` and, for each data set, `test_data_set_N/` with
`input_K.npy` and `output_K.npy`. `onnx-cases/index.json` lists all cases: operators, opsets, tolerances, and for each
value its name, ONNX element type, shape and file. Values that a .npy file cannot hold as they are have a `reason`:

    bits      the file holds the bit patterns as unsigned integers (bfloat16, float8, float4)
    widened   the file holds the values in 8-bit integers (int4, uint4, int2, uint2)
    string    the file holds UTF-8 text, one JSON array (`.json` in place of `.npy`)
    sequence  `files` lists the elements
    optional  the value may be absent; then it has no file
    map       not exported

Everything is made again when the onnx package's version or this script changes; otherwise nothing is done.
"""

import json
import warnings
from collections import Counter
from pathlib import Path

import numpy
import onnx
import onnx.backend.test
from onnx import helper, numpy_helper

import cache

_BITS = {
    "bfloat16": numpy.uint16,
    "float8_e4m3fn": numpy.uint8,
    "float8_e4m3fnuz": numpy.uint8,
    "float8_e5m2": numpy.uint8,
    "float8_e5m2fnuz": numpy.uint8,
    "float8_e8m0fnu": numpy.uint8,
    "float4_e2m1fn": numpy.uint8,
}
_WIDENED = {"int4": numpy.int8, "uint4": numpy.uint8, "int2": numpy.int8, "uint2": numpy.uint8}


def folder() -> Path:
    """Where the cases are kept."""
    return cache.root() / "onnx-cases"


def export() -> None:
    """Writes all cases, unless they are there."""
    key = cache.text_sha256(onnx.__version__, Path(__file__).read_text())
    stamp = folder() / "key"
    if stamp.exists() and stamp.read_text() == key:
        return
    print("onnx cases: exporting", flush=True)
    with cache.fresh_folder(folder()) as building:
        cases = [_export_node_case(case, building) for case in _node_cases()]
        data = Path(onnx.backend.test.__file__).parent / "data"
        for kind in ("simple", "pytorch-converted", "pytorch-operator"):
            cases += [_export_stored_case(kind, path, building) for path in sorted((data / kind).iterdir())]
        cases += [_export_light_case(path, building) for path in sorted((data / "light").glob("*.onnx"))]
        (building / "index.json").write_text(json.dumps({"onnx": onnx.__version__, "cases": cases}, indent=0))
        (building / "key").write_text(key)
    print(f"onnx cases: {len(cases)} in {folder()}: {dict(Counter(case['kind'] for case in cases))}", flush=True)


def _node_cases() -> list:
    """The cases that the package computes in Python; some of its arithmetic warns about the edge cases it is for."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with numpy.errstate(all="ignore"):
            return [case for case in collect_testcases(None) if case.model is not None and case.data_sets is not None]


def _export_node_case(case, root: Path) -> dict:
    target = root / "node" / case.name
    target.mkdir(parents=True)
    onnx.save(case.model, target / "model.onnx")
    sets = []
    for number, (inputs, outputs) in enumerate(case.data_sets):
        written = ValueWriter(target / f"test_data_set_{number}", root)
        graph = case.model.graph
        sets.append({
            "inputs": [written.value("input", k, info, v) for k, (info, v) in enumerate(zip(graph.input, inputs))],
            "outputs": [written.value("output", k, info, v) for k, (info, v) in enumerate(zip(graph.output, outputs))],
        })
    return _describe(case.name, "node", case.model, target, root, case.rtol, case.atol, sets)


def _export_stored_case(kind: str, source: Path, root: Path) -> dict:
    """A case that the package stores as a folder of protobuf files."""
    target = root / kind / source.name
    target.mkdir(parents=True)
    model = onnx.load(source / "model.onnx")
    onnx.save(model, target / "model.onnx")
    stored = {tensor.name for tensor in model.graph.initializer}
    infos = {"input": [v for v in model.graph.input if v.name not in stored], "output": list(model.graph.output)}
    sets = []
    for data_set in sorted(source.glob("test_data_set_*")):
        written = ValueWriter(target / data_set.name, root)
        values = {}
        for role, of_role in infos.items():
            paths = [data_set / f"{role}_{k}.pb" for k in range(len(of_role))]
            values[f"{role}s"] = [
                written.value(role, k, info, _read_value(path, info))
                for k, (info, path) in enumerate(zip(of_role, paths))
                if path.exists()
            ]
        sets.append(values)
    return _describe(source.name, kind, model, target, root, 1e-3, 1e-7, sets)


def _export_light_case(source: Path, root: Path) -> dict:
    """A whole network whose input is the one that the package's runner makes, and whose output it stores."""
    name = source.stem
    target = root / "light" / name
    target.mkdir(parents=True)
    model = onnx.load(source)
    onnx.save(model, target / "model.onnx")
    stored = {tensor.name for tensor in model.graph.initializer}
    (info,) = [value for value in model.graph.input if value.name not in stored]
    shape = [dimension.dim_value for dimension in info.type.tensor_type.shape.dim]
    size = numpy.float32(numpy.prod(shape))
    picture = (numpy.arange(size, dtype=numpy.float32) / size).reshape(shape)
    output = _read_value(source.with_name(f"{name}_output_0.pb"), model.graph.output[0])
    written = ValueWriter(target / "test_data_set_0", root)
    sets = [{
        "inputs": [written.value("input", 0, info, picture)],
        "outputs": [written.value("output", 0, model.graph.output[0], output)],
    }]
    return _describe(name, "light", model, target, root, 2e-3, 1e-7, sets)


def _read_value(path: Path, info: onnx.ValueInfoProto):
    """A protobuf file's tensor, sequence or optional as arrays."""
    kind = info.type.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(path.read_bytes()))
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(path.read_bytes()))
    return numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes()))


class ValueWriter:
    """Writes the values of one data set and describes them for the index."""

    def __init__(self, target: Path, root: Path):
        self.target, self.root = target, root
        target.mkdir(parents=True)

    def value(self, role: str, number: int, info: onnx.ValueInfoProto, value) -> dict:
        """Writes `value`, the `number`th input or output, which the model declares as `info`."""
        described = {"name": info.name, "type": info.type.WhichOneof("value").removesuffix("_type")}
        kind = info.type
        if described["type"] == "optional":
            described["reason"] = "optional"
            kind = kind.optional_type.elem_type
            if value is None:
                return described
        if kind.WhichOneof("value") == "sequence_type":
            described.setdefault("reason", "sequence")
            element = kind.sequence_type.elem_type
            described["files"] = [
                self._tensor(f"{role}_{number}_{k}", element, tensor) for k, tensor in enumerate(value)
            ]
            return described
        if kind.WhichOneof("value") != "tensor_type":
            return described | {"reason": "map"}
        return self._tensor(f"{role}_{number}", kind, value) | described

    def _tensor(self, stem: str, kind: onnx.TypeProto, value) -> dict:
        if isinstance(value, onnx.TensorProto):
            value = numpy_helper.to_array(value)
        array = numpy.asarray(value)
        element = helper.tensor_dtype_to_string(kind.tensor_type.elem_type).removeprefix("TensorProto.").lower()
        described = {"element": element, "shape": list(array.shape)}
        path = self.target / f"{stem}.npy"
        if element == "string":
            described["reason"] = "string"
            path = path.with_suffix(".json")
            texts = [v.decode() if isinstance(v, bytes) else str(v) for v in array.ravel()]
            path.write_text(json.dumps(texts), encoding="utf-8")
        else:
            plain = _plain(array)
            if array.dtype.name in _BITS:
                described["reason"] = "bits"
            elif array.dtype.name in _WIDENED:
                described["reason"] = "widened"
            numpy.save(path, numpy.ascontiguousarray(plain).reshape(array.shape), allow_pickle=False)
        return described | {"file": str(path.relative_to(self.root))}


def _plain(array: numpy.ndarray) -> numpy.ndarray:
    """The array in an element type that numpy itself has."""
    name = array.dtype.name
    if name in _BITS:
        return numpy.ascontiguousarray(array).reshape(-1).view(_BITS[name])
    if name in _WIDENED:
        return array.astype(_WIDENED[name])
    return array


def _describe(name, kind, model, target: Path, root: Path, rtol, atol, sets) -> dict:
    return {
        "name": name,
        "kind": kind,
        "model": str((target / "model.onnx").relative_to(root)),
        "operators": operators(model),
        "opsets": {entry.domain: entry.version for entry in model.opset_import},
        "rtol": rtol,
        "atol": atol,
        "data_sets": sets,
    }


def operators(model: onnx.ModelProto) -> dict:
    """How many nodes of each operator a model has."""
    counts = Counter()
    _count_operators(model.graph, counts)
    for function in model.functions:
        for node in function.node:
            counts[_operator(node)] += 1
    return dict(sorted(counts.items()))


def _count_operators(graph: onnx.GraphProto, operators: Counter) -> None:
    for node in graph.node:
        operators[_operator(node)] += 1
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                _count_operators(inner, operators)


def _operator(node: onnx.NodeProto) -> str:
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


if __name__ == "__main__":
    export()
