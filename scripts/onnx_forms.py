"""Makes each of the cases in other forms, which must compute the same.

    dynamic   every extent of every input is open: what was a number becomes a name of its own; but for lengths of
              lists that have an element for each axis, or an axis for each element: they say ranks, which are fixed
    inputs    what the model holds as initializers comes in as inputs

The forms of the case `KIND/NAME` are `dynamic/KIND/NAME` and `inputs/KIND/NAME` of `onnx-forms/index.json`; a case
without static extents or without initializers has no such form. Data is that of the cases themselves.
"""

import json
import os
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

import cache
import contributed_cases
import onnx_cases


# Inputs of operators that are such lists.
_LISTS = {
    "AffineGrid": [1],
    "CenterCropPad": [1],
    "Col2Im": [1, 2],
    "ConstantOfShape": [0],
    "Expand": [1],
    "MaxUnpool": [2],
    "Pad": [1, 3],
    "Reshape": [1],
    "Resize": [1, 2, 3],
    "Slice": [1, 2, 3, 4],
    "Split": [1],
    "SplitToSequence": [1],
    "Squeeze": [1],
    "Tile": [1],
    "Unsqueeze": [1],
    "Upsample": [1],
} | {
    f"Reduce{kind}": [1]
    for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")
}
# Inputs of operators whose last extent says how many axes of another input are indexed.
_TUPLES = {"GatherND": [1], "ScatterND": [1]}


def folder() -> Path:
    """Where the forms are kept."""
    return cache.root() / "onnx-forms"


def export() -> None:
    """Writes all forms, unless they are there."""
    sources = [onnx_cases.folder(), contributed_cases.folder()]
    key = cache.text_sha256(*[(source / "key").read_text() for source in sources], Path(__file__).read_text())
    stamp = folder() / "key"
    if stamp.exists() and stamp.read_text() == key:
        return
    print("onnx forms: making", flush=True)
    with cache.fresh_folder(folder()) as building:
        cases = []
        for source in sources:
            for case in json.loads((source / "index.json").read_text())["cases"]:
                for form, make in (("dynamic", _open_extents), ("inputs", _open_initializers)):
                    # Weights of whole networks that come in as inputs take minutes to fold into nothing.
                    if form == "inputs" and case["kind"] == "light":
                        continue
                    made = make(onnx.load(source / case["model"]), source, case, building)
                    if made is not None:
                        cases.append(made | {"kind": f"{form}/{case['kind']}"})
        (building / "index.json").write_text(json.dumps({"cases": cases}, indent=0))
        (building / "key").write_text(key)
    print(f"onnx forms: {len(cases)} in {folder()}", flush=True)


def _in_place(sets: list, source: Path, root: Path) -> list:
    """The data sets with files as seen from the folder of the forms."""
    prefix = os.path.relpath(source, root)

    def of_value(value: dict) -> dict:
        value = dict(value)
        if "file" in value:
            value["file"] = f"{prefix}/{value['file']}"
        if "files" in value:
            value["files"] = [of_value(element) for element in value["files"]]
        return value

    return [{role: [of_value(value) for value in values] for role, values in data.items()} for data in sets]


def _open_extents(model: onnx.ModelProto, source: Path, case: dict, root: Path) -> dict | None:
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer}
    lists, tuples = _read_as(graph, _LISTS), _read_as(graph, _TUPLES)
    opened = 0
    for value in graph.input:
        if value.name not in stored | lists:
            kept = 1 if value.name in tuples else 0
            opened += sum(_open(kind, value.name, kept) for kind in _tensor_types(value.type))
    if opened == 0:
        return None
    for value in graph.output:
        for kind in _tensor_types(value.type):
            for dimension in kind.shape.dim:
                dimension.Clear()
    del graph.value_info[:]
    target = root / "dynamic" / case["kind"] / case["name"]
    return case | {
        "model": _save(model, target, root),
        "data_sets": _in_place(case["data_sets"], source, root),
    }


def _read_as(graph: onnx.GraphProto, table: dict) -> set:
    """The names of values that nodes take as inputs of these numbers."""
    return {
        node.input[number]
        for node in graph.node
        for number in table.get(node.op_type, [])
        if number < len(node.input)
    }


def _tensor_types(kind: onnx.TypeProto) -> list:
    """The tensor types with a shape in a type."""
    which = kind.WhichOneof("value")
    if which == "sequence_type":
        return _tensor_types(kind.sequence_type.elem_type)
    if which == "optional_type":
        return _tensor_types(kind.optional_type.elem_type)
    return [kind.tensor_type] if which == "tensor_type" and kind.tensor_type.HasField("shape") else []


def _open(kind: onnx.TypeProto.Tensor, name: str, kept: int) -> int:
    """Gives each static extent but the last `kept` a name; how many there were."""
    opened = 0
    dimensions = kind.shape.dim
    for axis, dimension in enumerate(dimensions[: len(dimensions) - kept]):
        if not dimension.dim_param:
            dimension.dim_param = f"{name}_{axis}"
            opened += 1
    return opened


def _open_initializers(model: onnx.ModelProto, source: Path, case: dict, root: Path) -> dict | None:
    graph = model.graph
    if not graph.initializer:
        return None
    declared = {value.name for value in graph.input}
    target = root / "inputs" / case["kind"] / case["name"]
    more = []
    for number, tensor in enumerate(graph.initializer):
        if tensor.name not in declared:
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
        array = numpy_helper.to_array(tensor)
        info = next(value for value in graph.input if value.name == tensor.name)
        more.append((number, info, array))
    del graph.initializer[:]
    written = onnx_cases.ValueWriter(target / "initializers", root)
    values = [written.value("initializer", number, info, array) for number, info, array in more]
    sets = _in_place(case["data_sets"], source, root)
    for data in sets:
        data["inputs"] = data["inputs"] + values
    return case | {"model": _save(model, target, root), "data_sets": sets}


def _save(model: onnx.ModelProto, target: Path, root: Path) -> str:
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(model, target / "model.onnx")
    return str((target / "model.onnx").relative_to(root))


if __name__ == "__main__":
    export()
