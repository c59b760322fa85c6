"""The cases of ONNX operators with what the tests say of them: which pass, and on which processors.

Read from the indices that `onnx_cases.py`, `contributed_cases.py` and `onnx_forms.py` write, from the list that the
tests are held to (`crates/driver/tests/suite/onnx_cases.txt`), and from how the tests choose what runs on emulated
processors (`onnx_cases/foreign.rs` beside it).
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx

import cache
import contributed_cases
import onnx_cases
import onnx_forms

_SUITE = Path(__file__).resolve().parent.parent / "crates" / "driver" / "tests" / "suite"
_LIST = _SUITE / "onnx_cases.txt"
_FOREIGN = _SUITE / "onnx_cases" / "foreign.rs"

# The forms of `onnx_forms.py`, after the cases as they are.
FORMS = ("", "dynamic", "inputs")
# What the names of cases end in that have the body of a function in place of an operator.
_EXPANDED = re.compile(r"_expanded(_\w+)?$")


@dataclass(frozen=True)
class Case:
    """A case in one of its forms."""

    form: str  # one of FORMS
    kind: str
    name: str
    # What the model's nodes are, at any depth: `Add`, `ai.onnx.ml.Scaler`.
    operators: frozenset[str]
    opsets: dict[str, int]
    elements: frozenset[str]  # of the inputs and outputs of the model
    # The operator that it is a case of: that of a model of one node. None if there are several nodes.
    operator: str | None
    is_expanded: bool  # whether the operator's definition as a function takes its place
    said: str  # what the list says of it

    @property
    def passes(self) -> bool:
        """Whether interpreter and compiled model compute what they should, perhaps with constants for inputs."""
        return not self.said or self.needs_constants

    @property
    def needs_constants(self) -> bool:
        """Whether inputs had to be constants."""
        return self.said.startswith("passes ")


@dataclass(frozen=True)
class Machines:
    """What runs on emulated processors."""

    names: list[str]
    wanted: int  # how many cases at the most
    spread: int  # one of how many of them runs unless all are asked for
    chosen: frozenset[tuple[str, str]]  # kinds and names of the cases


def read() -> tuple[list[Case], Machines]:
    """All cases, but for whole networks, which the tests leave out."""
    said = _read_list()
    folders = [onnx_cases.folder(), contributed_cases.folder(), onnx_forms.folder()]
    entries = [(folder, entry) for folder in folders for entry in _read_index(folder)]
    _check_counts([entry for _, entry in entries])
    plain, forms = [], []
    for folder, entry in entries:
        form, _, kind = entry["kind"].rpartition("/")
        if form:
            forms.append((form, kind, entry))
        else:
            plain.append(_read_case(folder, entry, said))
    plain = _with_functions(plain)
    by_name = {(case.kind, case.name): case for case in plain}
    made = [_form(form, by_name[kind, entry["name"]], said) for form, kind, entry in forms]
    return plain + made, _read_machines([entry for _, entry in entries], said)


def _read_index(folder: Path) -> list[dict]:
    path = folder / "index.json"
    if not path.exists():
        raise SystemExit(f"{path} is not there: `make fetch` makes it")
    return json.loads(path.read_text())["cases"]


def _read_list() -> dict[str, str]:
    """What is said of cases, by kind and name."""
    lines = [line for line in _LIST.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split(": ", 1) for line in lines if line)


def _check_counts(entries: list[dict]) -> None:
    """Fails when the list is one of other cases: what it does not name would seem to pass."""
    listed = dict(re.findall(r"^# (\S+): .* of (\d+) \(", _LIST.read_text(), re.MULTILINE))
    found = Counter(entry["kind"].split("/")[0] for entry in entries) + Counter(all=len(entries))
    if listed != {kind: str(count) for kind, count in found.items()}:
        raise SystemExit(
            f"{_LIST.name} is not about the cases in {cache.root()}: it counts {listed}, there are {dict(found)};"
            " `make fetch` makes the cases, and the tests of the suite with KILN_BLESS=1 write the list"
        )


def _read_case(folder: Path, entry: dict, said: dict[str, str]) -> Case:
    model = onnx.load(folder / entry["model"])
    nodes = list(model.graph.node)
    return Case(
        form="",
        kind=entry["kind"],
        name=entry["name"],
        operators=frozenset(map(_operator, _all_nodes(model.graph))),
        opsets={_domain(opset.domain): opset.version for opset in model.opset_import},
        elements=frozenset(element for value in _values(entry) for element in _elements(value)),
        operator=_operator(nodes[0]) if len(nodes) == 1 else None,
        is_expanded=False,
        said=said.get(f"{entry['kind']}/{entry['name']}", ""),
    )


def _all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """The nodes of a graph and of the graphs in their attributes."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from _all_nodes(inner)


def _domain(name: str) -> str:
    """The domain as nodes and schemas write it: nothing for the standard one."""
    return "" if name == "ai.onnx" else name


def _operator(node: onnx.NodeProto) -> str:
    domain = _domain(node.domain)
    return f"{domain}.{node.op_type}" if domain else node.op_type


def _values(entry: dict) -> Iterator[dict]:
    for data in entry["data_sets"]:
        for values in data.values():
            yield from values


def _elements(value: dict) -> Iterator[str]:
    """The element types of a value; those of a sequence and an optional have the kind as one more."""
    if value["type"] != "tensor":
        yield value["type"]
    for part in [value, *value.get("files", [])]:
        if "element" in part:
            yield part["element"]


def _with_functions(cases: list[Case]) -> list[Case]:
    """The same cases; `NAME_expanded` is one of the operator of `NAME`."""
    by_name = {(case.kind, case.name): case for case in cases}

    def resolve(case: Case) -> Case:
        origin = by_name.get((case.kind, _EXPANDED.sub("", case.name)))
        if origin is None or origin is case:
            return case
        return Case(**vars(case) | {"operator": origin.operator, "is_expanded": True})

    return [resolve(case) for case in cases]


def _form(form: str, case: Case, said: dict[str, str]) -> Case:
    return Case(**vars(case) | {"form": form, "said": said.get(f"{form}/{case.kind}/{case.name}", "")})


def _read_machines(entries: list[dict], said: dict[str, str]) -> Machines:
    """As `foreign.rs` chooses: the first case of each operator, then the second, and so on, of those that pass."""
    text = _FOREIGN.read_text()
    wanted, spread = (int(_find(rf"const {name}: usize = (\d+);", text)) for name in ("WANTED", "SPREAD"))
    names = re.findall(r'"([^"]+)"', _find(r"const MACHINES: [^=]*= \[([^\]]*)\];", text))
    by_operator: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        if "/" in entry["kind"] or f"{entry['kind']}/{entry['name']}" in said or _has_strings(entry):
            continue
        for operator in entry.get("operators", {}):
            by_operator.setdefault(operator, []).append((entry["kind"], entry["name"]))
    chosen: set[tuple[str, str]] = set()
    for number in range(max(map(len, by_operator.values()), default=0)):
        for operator in sorted(by_operator):
            if len(chosen) < wanted:
                chosen.update(by_operator[operator][number : number + 1])
    return Machines(names, wanted, spread, frozenset(chosen))


def _has_strings(entry: dict) -> bool:
    values = [value for data in entry["data_sets"] for role in ("inputs", "outputs") for value in data[role]]
    return any(value.get("element") == "string" for value in values)


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"{_FOREIGN} has nothing of the form `{pattern}`: scripts/support_cases.py reads it")
    return found[1]
