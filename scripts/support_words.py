"""What the page of ONNX operators says in few words: element types, numbers, reasons."""

import re
import textwrap

# The longest reason of one case that is written in full.
_LONGEST = 110

_NAMES = {
    "float": "f32",
    "double": "f64",
    "float16": "f16",
    "bfloat16": "bf16",
    "float4e2m1": "f4e2m1",
    "float8e8m0": "f8e8m0",
    "float8e4m3fn": "f8e4m3fn",
    "float8e4m3fnuz": "f8e4m3fnuz",
    "float8e5m2": "f8e5m2",
    "float8e5m2fnuz": "f8e5m2fnuz",
} | {f"{sign}int{bits}": f"{sign or 'i'}{bits}" for sign in ("", "u") for bits in (2, 4, 8, 16, 32, 64)}

# In the order of the page; three and more neighbours of a row are written as a range.
_ROWS = [
    ["f16", "f32", "f64"],
    ["bf16"],
    ["f4e2m1"],
    ["f8"],
    ["f8e4m3fn"],
    ["f8e4m3fnuz"],
    ["f8e5m2"],
    ["f8e5m2fnuz"],
    ["f8e8m0"],
    [f"i{bits}" for bits in (2, 4, 8, 16, 32, 64)],
    [f"u{bits}" for bits in (2, 4, 8, 16, 32, 64)],
    ["bool"],
    ["string"],
    ["sequence"],
    ["optional"],
]
# What `f8` stands for.
_F8 = {"f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz"}


def element_types(elements: set[str]) -> str:
    """Element types as ONNX names them, in Kiln's names: `f16-f64, i8-i64, bool`."""
    names = {_NAMES.get(element, element) for element in elements}
    if names >= _F8:
        names = names - _F8 | {"f8"}
    parts = [part for row in _ROWS for part in _ranges(row, names)]
    return ", ".join(parts + sorted(names - {name for row in _ROWS for name in row}))


def numbers(found: set[int]) -> str:
    """Whole numbers: `1, 6-9, 13`."""
    if not found:
        return ""
    row = [str(number) for number in range(min(found), max(found) + 1)]
    return ", ".join(_ranges(row, set(map(str, found))))


def _ranges(row: list[str], names: set[str]) -> list[str]:
    """The members of `row` that are among `names`, three and more neighbours as one."""
    runs: list[list[str]] = [[]]
    for name in row:
        if name in names:
            runs[-1].append(name)
        else:
            runs.append([])
    return [part for run in runs for part in ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else run)]


def reason(said: str, operator: str | None) -> str:
    """What the list says of a case that does not pass as it is, in few words; `operator` is the row that it is for."""
    constants = said.removeprefix("passes with constant ")
    if constants != said:
        return f"constant {', '.join(f'`{name}`' for name in constants.split(', '))} needed"
    both = re.fullmatch(r"interpreted: (.*); compiled: (.*)", said)
    if both is not None:
        ways = [reason(way, operator) for way in both.groups()]
        return ways[0] if ways[0] == ways[1] else f"interpreted: {ways[0]}; compiled: {ways[1]}"
    for way in ("interpreted", "compiled"):
        if said.startswith(f"{way}: "):
            return f"{reason(said.removeprefix(f'{way}: '), operator)} when {way}"
    return _in_cell(_shorten(said.removeprefix(f"{operator}: ")))


def _shorten(said: str) -> str:
    """Without what differs from case to case."""
    if said.startswith("WRONG"):
        return "another result than expected"
    said = re.sub(r"this operator \(version \d+, opset \d+\) is ", "", said)
    said = re.sub(r"""^node ["'][^"']*["']: """, "", said)
    said = re.sub(r"^graph\.\w+: ", "", said)
    # Names of open extents are those of inputs with the numbers of axes; see `onnx_forms.py`.
    said = re.sub(r"\b\w+_\d+( \* \w+_\d+)*\b", "N", said)
    said = re.sub(r"tensor<[\dx?]*!graph\.(\w+)>", r"\1", said)
    return textwrap.shorten(said, _LONGEST, placeholder=" ...")


def _in_cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")
