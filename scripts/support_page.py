"""Writes docs/src/onnx-support.md: what is tested of each of ONNX's operators, and what does not pass.

    scripts/support_page.py [--check]

With --check nothing is written; it fails when the page is not the one that it would write.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import onnx

import support_cases
import support_words
from support_cases import FORMS, Case, Machines

PAGE = Path(__file__).resolve().parent.parent / "docs" / "src" / "onnx-support.md"

_KINDS = {
    "node": "ONNX's cases of operators",
    "simple": "ONNX's small models",
    "pytorch-converted": "ONNX's models of PyTorch's layers",
    "pytorch-operator": "ONNX's models of PyTorch's operators",
    "contributed": "Kiln's further cases, against onnxruntime",
}
_COLUMNS = {
    "operator": "its name in this domain",
    "versions": "the opsets that brought a version of it; in parentheses those that no passing case has; none if the"
    " `onnx` package does not know the operator",
    "opsets": "those of the models that have the operator and pass as given",
    "element types": "of all inputs and outputs of the operator's cases that pass as given, shapes and indices"
    " included; `f8` stands for `f8e4m3fn`, `f8e4m3fnuz`, `f8e5m2` and `f8e5m2fnuz`",
    "static": "how many of the operator's own cases pass as given, of how many: those whose model is one node of it. In"
    " parentheses: there is no such case, and models that have the operator among others are counted",
    "open": "the same of cases with all extents open; empty if the cases have no extents to open",
    "as function": "ONNX defines some operators by others: how many of the cases pass, as given, whose model is that"
    " definition in place of the operator",
    "other processors": "how many of the cases whose models have the operator are run on emulated processors too",
    "what does not pass": "why, in few words and each reason once; `open` begins one that only cases with open extents"
    " have, `as function` one that only definitions have",
}
_REASON_PREFIXES = {"": "", "dynamic": "open: ", "inputs": "initializers as inputs: "}


@dataclass
class Row:
    """An operator with its cases."""

    domain: str
    name: str
    versions: set[int] = field(default_factory=set)
    deprecated: set[int] = field(default_factory=set)
    own: list[Case] = field(default_factory=list)
    expanded: list[Case] = field(default_factory=list)
    present: list[Case] = field(default_factory=list)  # cases whose models have it, among other operators or alone

    @property
    def key(self) -> str:
        """The operator as cases name it."""
        return f"{self.domain}.{self.name}" if self.domain else self.name

    @property
    def counted(self) -> list[Case]:
        """The cases that say whether it works: its own; if it has none in any way, those whose models have it."""
        return self.own if self.own or self.expanded else self.present

    @property
    def passes(self) -> bool:
        """Whether a case passes as given."""
        return any(case.passes for case in of_form(self.counted + self.expanded, ""))


def read_rows(cases: list[Case]) -> list[Row]:
    """The operators of the installed schemas and those of the cases, by domain and name."""
    rows: dict[str, Row] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        row = Row(schema.domain, schema.name)
        row = rows.setdefault(row.key, row)
        row.versions.add(schema.since_version)
        if schema.deprecated:
            row.deprecated.add(schema.since_version)
    for case in cases:
        for operator in case.operators:
            domain, _, name = operator.rpartition(".")
            rows.setdefault(operator, Row(domain, name)).present.append(case)
        if case.operator is not None:
            row = rows[case.operator]
            (row.expanded if case.is_expanded else row.own).append(case)
    return sorted(rows.values(), key=lambda row: (row.domain, row.name))


def of_form(cases: Iterable[Case], form: str) -> list[Case]:
    """The cases in one of their forms."""
    return [case for case in cases if case.form == form]


def ratio(cases: list[Case]) -> str:
    """How many of the cases pass; nothing of none."""
    return f"{sum(case.passes for case in cases)}/{len(cases)}" if cases else ""


def reasons(cases: Iterable[Case], operator: str | None) -> list[str]:
    """Why cases do not pass as they are, each reason once, with its form if cases as given do not have it."""
    found: dict[str, str] = {}
    for case in sorted(cases, key=lambda case: FORMS.index(case.form)):
        if case.said:
            found.setdefault(support_words.reason(case.said, operator), case.form)
    return [_REASON_PREFIXES[form] + text for text, form in found.items()]


def table(titles: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines).replace("|  ", "| ")


def tested_opsets(row: Row) -> set[int]:
    """The opsets of the models that have the operator and pass as given."""
    return {case.opsets[row.domain] for case in of_form(row.present, "") if case.passes}


def versions(row: Row, opsets: set[int]) -> str:
    """The versions of the operator; those that are in none of the opsets in parentheses."""
    tested = {max((version for version in row.versions if version <= opset), default=0) for opset in opsets}

    def describe(version: int) -> str:
        text = f"{version} deprecated" if version in row.deprecated else str(version)
        return text if version in tested else f"({text})"

    return ", ".join(map(describe, sorted(row.versions)))


def remarks(row: Row) -> str:
    """What does not pass."""
    if not row.counted and not row.expanded:
        return "no case"
    found = reasons(row.counted, row.key)
    found += [f"as function: {text}" for text in reasons(row.expanded, row.key) if text not in found]
    return "; ".join(found)


def cells(row: Row, machines: Machines) -> list[str]:
    """The line of the operator's table."""
    opsets = tested_opsets(row)
    passing = [case for case in of_form(row.own + row.expanded, "") if case.passes]
    elements = {element for case in passing for element in case.elements}
    counts = [ratio(of_form(row.counted, form)) for form in ("", "dynamic")]
    if not row.own and not row.expanded:
        counts = [count and f"({count})" for count in counts]
    elsewhere = {(case.kind, case.name) for case in row.present} & machines.chosen
    return [
        row.name,
        versions(row, opsets),
        support_words.numbers(opsets),
        support_words.element_types(elements),
        *counts,
        ratio(of_form(row.expanded, "")),
        str(len(elsewhere) or ""),
        remarks(row),
    ]


def by_kind(cases: list[Case]) -> list[tuple[str, list[Case]]]:
    """The cases of each kind that there is, with its title."""
    kinds = dict.fromkeys([*_KINDS, *(case.kind for case in cases)])
    groups = [(_KINDS.get(kind, kind), [case for case in cases if case.kind == kind]) for kind in kinds]
    return [(title, some) for title, some in groups if some]


def counts_of_cases(cases: list[Case]) -> str:
    """How many cases pass, by kind and form."""
    groups = [("**all**", cases), *by_kind(cases)]
    rows = [[title, *(ratio(of_form(some, form)) for form in FORMS)] for title, some in groups]
    return table(["cases", "as given", "all extents open", "initializers as inputs"], rows)


def counts_of_operators(domains: dict[str, list[Row]]) -> str:
    """How many operators have cases that pass, by domain."""
    rows = []
    for domain, operators in domains.items():
        with_cases = [row for row in operators if row.counted or row.expanded]
        clean = [row for row in with_cases if row.passes and not remarks(row)]
        some = sum(row.passes for row in with_cases) - len(clean)
        none = len(with_cases) - len(clean) - some
        without = len(operators) - len(with_cases)
        rows.append([f"`{domain}`", *map(str, [len(operators), len(clean), some, none, without])])
    return table(["domain", "operators", "all cases pass", "some pass", "none passes", "no case"], rows)


def several(cases: list[Case]) -> str:
    """The cases that are of no single operator."""
    rows = [
        [title, *(ratio(of_form(some, form)) for form in FORMS), "; ".join(reasons(some, None))]
        for title, some in by_kind([case for case in cases if case.operator is None])
    ]
    return table(["cases", "static", "open", "initializers as inputs", "what does not pass"], rows)


def page(cases: list[Case], machines: Machines) -> str:
    """The chapter of the book."""
    domains: dict[str, list[Row]] = {}
    for row in read_rows(cases):
        domains.setdefault(row.domain or "ai.onnx", []).append(row)
    tables = "\n\n".join(
        f"## {domain}\n\n{table([*_COLUMNS], [cells(row, machines) for row in rows])}"
        for domain, rows in domains.items()
    )
    constants = sum(case.needs_constants for case in cases)
    processors = " and ".join(f"`{name}`" for name in machines.names)
    return f"""\
# ONNX operators

Written by `make support-page` from the cases that the [tests](testing.md) run and from the list that the tests are held
to, never by hand. Operators and their versions are those of the `onnx` package, {onnx.__version__}.

A case is a model with inputs and the outputs that are right for them. It passes when the interpreter and the compiled
model, with `-O3` and with `-O0`, compute these outputs. Most cases are also made, and compiled with `-O3`, in two other
forms: with every extent of every input open, so that one compiled model takes all sizes, and with what the model holds
as initializers given as inputs. {constants} of the cases that pass do so with inputs as constants, shapes for example;
the tables name these inputs under what does not pass.

{counts_of_cases(cases)}

Of the operators, by domain ("all cases pass" is in every form, with nothing to remark):

{counts_of_operators(domains)}

## The columns

{table(["column", "what it says"], map(list, _COLUMNS.items()))}

Other processors are {processors}. {len(machines.chosen)} cases that pass as given are chosen: the first of
each operator, then the second, and so on. `KILN_TEST_MACHINES=all` runs them all on each of these processors, a plain
`make test` every {machines.spread}th, where the emulators are installed.

{tables}

## Models of several operators

{several(cases)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the page of ONNX operators.")
    parser.add_argument("--check", action="store_true", help="fail if the page is another one; write nothing")
    arguments = parser.parse_args()
    text = page(*support_cases.read())
    if not arguments.check:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        sys.exit("docs/src/onnx-support.md is not what the tests say now: `make support-page` writes it anew")


if __name__ == "__main__":
    main()
