"""Writes what bench/run.py measured as a page of the book.

    bench/report.py [RESULTS.json]   prints the page's tables
"""

import json
import math
import os
import platform
import sys
from pathlib import Path

import plot
from engines import ENGINES

# How the engines are called in the tables, where not by their names here.
NAMES = {
    "kiln": "Kiln",
    "openvino": "OpenVINO",
    "mnn": "MNN",
    "litert": "LiteRT",
    "iree": "IREE",
    "tvm": "TVM",
    "torch": "PyTorch",
}


# What is compared; of the times that each result has, the one that other load disturbs least that a user still sees.
STATISTIC = "median"


def library(scratch: Path, row: str, precision: str) -> Path:
    """Where a row's shared object is."""
    return scratch / (f"{row}.so" if precision == "f32" else f"{row}-{precision}.so")


def describe_machine() -> str:
    """The processor and its threads."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    return f"{processor}, {len(os.sched_getaffinity(0))} hardware threads"


def counts(result: dict | None) -> bool:
    """Whether an engine's time may be compared: it ran, and computed the same."""
    return bool(result) and "error" not in result and result["agrees"]


def find_best(row: dict, precision: str) -> str | None:
    """The fastest of the other engines."""
    others = {name: result[STATISTIC] for name, result in row["engines"].items() if counts(result)}
    others = {name: time for name, time in others.items() if ENGINES[name][0] != "kiln" and ENGINES[name][1] == precision}
    return min(others, key=others.get, default=None)


def ratio(row: dict, engine: str, other: str | None) -> float | None:
    """One engine's median over another's, where both count."""
    results = [row["engines"].get(name) for name in (engine, other)]
    return results[0][STATISTIC] / results[1][STATISTIC] if all(map(counts, results)) else None


def geometric_mean(values: list[float | None]) -> float | None:
    """Of those values that there are."""
    there = [value for value in values if value is not None]
    return math.exp(sum(map(math.log, there)) / len(there)) if there else None


def cell(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def milliseconds(time: float) -> str:
    """Three digits, as many as mean something."""
    return f"{time:.3f}" if time < 1 else f"{time:.2f}" if time < 10 else f"{time:.1f}"


def time_cell(result: dict | None, is_best: bool) -> str:
    """A time; bold where it is the best, struck through where the outputs differ."""
    if not result or "error" in result:
        return ""
    text = milliseconds(result[STATISTIC])
    return f"~~{text}~~" if not result["agrees"] else f"**{text}**" if is_best else text


def table(head: list[str], lines: list[list[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *lines])


def latency_table(rows: list[dict], precision: str) -> str:
    """Times of all engines of a precision and Kiln's ratios, with their geometric means below."""
    engines = [name for name, (_, computed) in ENGINES.items() if computed == precision]
    engines = [name for name in engines if any(name in row["engines"] for row in rows)]
    kiln = "kiln" if precision == "f32" else f"kiln-{precision}"
    against = "onnxruntime" if precision == "f32" else "kiln"
    lines, ratios = [], []
    for row in rows:
        if not any(name in row["engines"] for name in engines):
            continue
        best = find_best(row, precision)
        ratios.append((ratio(row, kiln, best), ratio(row, kiln, against)))
        times = [time_cell(row["engines"].get(name), name == best) for name in engines]
        lines.append([row["about"], *times, *map(cell, ratios[-1])])
    means = [geometric_mean([pair[index] for pair in ratios]) for index in range(2)]
    lines.append(["geometric mean", *[""] * len(engines), *map(cell, means)])
    over = ["Kiln / best", f"Kiln / {'onnxruntime' if precision == 'f32' else 'its f32'}"]
    return table(["model", *[NAMES.get(name.removesuffix("-bf16"), name) for name in engines], *over], lines)


def compilation_table(compilations: list[dict]) -> str:
    """What compiling took, and what it wrote."""
    lines = []
    for row in compilations:
        if "error" in row:
            lines.append([row["about"], "", "", "", ""])
            continue
        sizes = [f"{row[key] / 1e6:.1f}" for key in ("compile_bytes", "library_bytes", "weight_bytes")]
        lines.append([row["about"], f"{row['compile_seconds']:.1f}", *sizes])
    return table(["model", "seconds", "memory, MB", "shared object, MB", "weights, MB"], lines)


def first_line(message: str) -> str:
    """As much of a message as fits into a table."""
    return next(iter(message.splitlines()), "")[:160].replace("|", "/")


def progress_line(row: dict) -> str:
    """A row as it is printed while others are still measured."""
    results = []
    for name, result in row["engines"].items():
        if "error" in result:
            results.append(f"{name}: {first_line(result['error'])}")
        else:
            differs = "" if result["agrees"] else f" DIFFERS by {result['difference']:.1e}"
            busy = "" if result["processors"] < row["threads"] + 0.2 else f" on {result['processors']:.1f} processors"
            results.append(f"{name} {milliseconds(result['median'])}{differs}{busy}")
    return f"{row['about']}, {row['threads']} threads: {'; '.join(results)}"


def gaps(latencies: list[dict]) -> str:
    """Why cells are empty or struck through, a line for each engine and model."""
    reasons = {}
    for row in latencies:
        for name, result in row["engines"].items():
            key = f"{NAMES.get(name, name)}, {row['about']}"
            if "error" in result:
                reasons[key] = first_line(result["error"])
            elif not result["agrees"]:
                reasons[key] = f"the outputs differ by {result['difference']:.1e}"
    return "\n".join(f"- {key}: {reason}" for key, reason in reasons.items())


def by_threads(latencies: list[dict]) -> dict[int, list[dict]]:
    """The rows of each number of threads."""
    groups = {}
    for row in latencies:
        groups.setdefault(row["threads"], []).append(row)
    return groups


def tables(results: dict) -> str:
    """All tables of the page, each below its heading."""
    parts = []
    for precision in ("f32", "bf16"):
        for threads, rows in by_threads(results["latencies"]).items():
            if any(ENGINES[name][1] == precision for row in rows for name in row["engines"]):
                heading = f"{threads} thread{'s' if threads > 1 else ''}{', bf16' if precision == 'bf16' else ''}"
                parts += [f"## {heading}", latency_table(rows, precision)]
    parts += ["## Compilation", compilation_table(results["compilations"])]
    if missing := gaps(results["latencies"]):
        parts += ["## What is missing", missing]
    return "\n\n".join(parts)


def versions(latencies: list[dict]) -> str:
    """The engines that were measured, with their versions."""
    found = {}
    for row in latencies:
        for name, result in row["engines"].items():
            if "version" in result and ENGINES[name][0] != "kiln":
                found[NAMES.get(ENGINES[name][0], ENGINES[name][0])] = result["version"]
    return ", ".join(f"{name} {version}" for name, version in found.items())


PAGE = """\
# Benchmarks

Written by `bench/run.py` (`make bench` is all its engines) on this machine: {machine}; {versions}.

Milliseconds that one run takes, the median, at batch 1 and with fixed shapes. The models are those of `bench/rows.toml`:
real architectures with random weights, and a few real models. Kiln's are compiled with `kiln compile MODEL` and nothing
else (and `--precision bf16` where the table says so). Each engine runs in a process of its own that is stopped while
others run; batches of runs alternate between the engines. The best of the other engines is bold. A ratio below 1 says
that Kiln is faster. A time whose outputs differ from onnxruntime's by more than the row's tolerance is struck through and
does not count; where a cell is empty, the reason is below.

![Kiln's time over the best other engine's, for each model](benchmarks.svg)

{tables}
"""


def write_page(results: dict, folder: Path) -> None:
    """Writes the page and its plot."""
    page = PAGE.format(machine=results["machine"], versions=versions(results["latencies"]), tables=tables(results))
    (folder / "benchmarks.md").write_text(page)
    ratios = {}
    for threads, rows in by_threads(results["latencies"]).items():
        for row in rows:
            pair = ratio(row, "kiln", find_best(row, "f32")), ratio(row, "kiln", "onnxruntime")
            ratios.setdefault(row["about"], {})[threads] = pair
    (folder / "benchmarks.svg").write_text(plot.draw(ratios))


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("results.json")
    print(tables(json.loads(source.read_text())))
