#!/usr/bin/env python3
"""Measures Kiln and other engines on the rows of bench/rows.toml, and writes the tables of docs/src/benchmarks.md.

    bench/run.py [--models NAME,...] [--engines NAME,...] [--threads 1,2] [--repeats N] [--quick] [--kiln PATH]

It makes what it needs: the Python environment, and the models by bench/export.py. Each engine runs in a process of its
own. Its outputs are compared with onnxruntime's; then batches of runs alternate between the engines, so that all see the
same machine: its clock, its caches, its other load. The page and its plot are written when every row was measured, by
whichever engines, and bench/results.json always. The exit status tells whether Kiln runs all rows and agrees on them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def enter_environment() -> None:
    """Runs this program anew in the environment of the engines, which is made if need be, unless it is there already."""
    requirements = [ROOT / "bench" / name for name in ("requirements.txt", "requirements-engines.txt")]
    command = [ROOT / "scripts" / "venv.sh", "bench-venv", *requirements]
    python = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    if Path(sys.prefix).resolve() != Path(python).parent.parent.resolve():
        os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    enter_environment()

import export  # noqa: E402
import report  # noqa: E402
import rows  # noqa: E402
from engines import ENGINES  # noqa: E402
from process import EngineError, EngineProcess  # noqa: E402
from rows import Row  # noqa: E402

import cache  # noqa: E402
import compare  # noqa: E402
from kiln_model import KilnError, Model  # noqa: E402

# A batch of one engine's runs takes about this long before the next engine's turn.
BATCH_SECONDS = 0.1
# An engine that is so slow that its batches take more than this is measured by fewer of them, but by at least three.
ENGINE_SECONDS = 6.0
# Compiling for an engine may take minutes: what takes longer than this does not get a result.
PREPARE_SECONDS = 900.0
MEASURE_SECONDS = 120.0


def compile_row(row: Row, precision: str, arguments) -> dict:
    """What compiling took and gave; the shared object is in `arguments.scratch`."""
    options = [] if precision == "f32" else ["--precision", precision]
    library = report.library(arguments.scratch, row.name, precision)
    library.unlink(missing_ok=True)
    try:
        compiled = compare.compile_model(arguments.kiln, row.path, library, options)
        return compiled | {"library_bytes": library.stat().st_size, "weight_bytes": Model(library).weight_size}
    except (KilnError, OSError) as error:
        return {"error": str(error)}


def start(engine: str, row: Row, threads: int, arguments) -> tuple[EngineProcess, dict]:
    """An engine with the row in it, and how its outputs compare."""
    outputs = arguments.scratch / f"{engine}.npz"
    running = EngineProcess(engine, arguments.scratch / f"{engine}.log")
    request = {"row": row.name, "threads": threads, "scratch": str(arguments.scratch), "outputs": str(outputs)}
    try:
        result = running.prepare(request, PREPARE_SECONDS)
        actual, expected = cache.load_npz(outputs), cache.load_npz(row.outputs)
        result["difference"] = compare.largest_difference(actual, expected)
        tolerance = row.tolerance if ENGINES[engine][1] == "f32" else row.bf16_tolerance
        result["agrees"] = result["difference"] <= tolerance
        return running, result
    except (EngineError, KeyError) as error:
        running.close()
        raise EngineError(str(error)) from error


class Side:
    """One engine's measurements on one row."""

    def __init__(self, process: EngineProcess, result: dict):
        self.process, self.result = process, result
        self.times, self.processors = [], []
        # Threads start, caches fill, memory is touched: all but the slowest engines are faster after that.
        fastest = min(process.measure(1, MEASURE_SECONDS)["times"])
        if fastest < ENGINE_SECONDS / 10:
            fastest = min(process.measure(3, MEASURE_SECONDS)["times"])
        self.count = max(1, min(50, round(BATCH_SECONDS / max(fastest, 1e-6))))

    def batch(self) -> None:
        """A turn of this engine: one run to wake up, which is not counted, and some that are."""
        if sum(self.times) > ENGINE_SECONDS and len(self.times) >= 3:
            return
        if self.count > 1:
            self.process.measure(1, MEASURE_SECONDS)
        answer = self.process.measure(self.count, MEASURE_SECONDS)
        self.times += answer["times"]
        self.processors.append(answer["processors"])

    def summary(self) -> dict:
        """Median, least and ninetieth percentile in milliseconds, beside what is known already."""
        ordered = sorted(self.times)
        return self.result | {
            "median": statistics.median(ordered) * 1e3,
            "min": ordered[0] * 1e3,
            "p90": ordered[int(0.9 * (len(ordered) - 1))] * 1e3,
            "runs": len(ordered),
            "processors": statistics.median(self.processors),
        }


def bench_row(row: Row, threads: int, compiled: dict[str, dict], arguments) -> dict:
    """All engines on one row with this many threads: their times, or why there are none."""
    results, sides = {}, {}
    for engine in arguments.engines:
        module, precision = ENGINES[engine]
        if precision == "bf16" and row.bf16_tolerance is None:
            continue
        try:
            if module == "kiln" and "error" in compiled[precision]:
                raise EngineError(compiled[precision]["error"])
            sides[engine] = Side(*start(engine, row, threads, arguments))
        except EngineError as error:
            results[engine] = {"error": str(error)}
    for batch in range(arguments.repeats):
        order = list(sides) if batch % 2 == 0 else list(reversed(sides))
        for engine in order:
            try:
                sides[engine].batch()
            except EngineError as error:
                results[engine] = {"error": str(error)}
                sides.pop(engine).process.close()
    for engine, side in sides.items():
        results[engine] = side.summary()
        side.process.close()
    ordered = {engine: results[engine] for engine in arguments.engines if engine in results}
    return {"row": row.name, "about": row.about, "threads": threads, "engines": ordered}


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measure Kiln and other engines.")
    parser.add_argument("--models", default="", help="rows of bench/rows.toml, separated by commas; all without it")
    parser.add_argument("--engines", default="", help=f"some of {','.join(ENGINES)}; all without it")
    parser.add_argument("--threads", default="1,2", help="thread counts, separated by commas")
    parser.add_argument("--repeats", type=int, default=20, help="batches of each engine")
    parser.add_argument("--quick", action="store_true", help="few batches, for a first look")
    parser.add_argument("--kiln", type=Path, default=ROOT / "target/release/kiln")
    parser.add_argument("--scratch", type=Path, default=ROOT / "target/bench", help="folder for the compiled models")
    arguments = parser.parse_args()
    arguments.complete = not (arguments.models or arguments.quick)
    if arguments.quick:
        arguments.repeats = min(arguments.repeats, 4)
    arguments.engines = [name for name in arguments.engines.split(",") if name] or list(ENGINES)
    unknown = [name for name in arguments.engines if name not in ENGINES]
    if unknown:
        parser.error(f"no such engine: {', '.join(unknown)}; there are: {', '.join(ENGINES)}")
    arguments.models = [name for name in arguments.models.split(",") if name]
    arguments.threads = [int(count) for count in arguments.threads.split(",")]
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    return arguments


def main() -> None:
    arguments = parse_arguments()
    results = {"machine": report.describe_machine(), "compilations": [], "latencies": []}
    precisions = {ENGINES[engine][1] for engine in arguments.engines if ENGINES[engine][0] == "kiln"}
    for row in rows.select(arguments.models):
        export.make(row)
        compiled = {precision: compile_row(row, precision, arguments) for precision in sorted(precisions)}
        if "f32" in compiled:
            results["compilations"].append({"row": row.name, "about": row.about} | compiled["f32"])
        for threads in arguments.threads:
            latencies = bench_row(row, threads, compiled, arguments)
            results["latencies"].append(latencies)
            print(report.progress_line(latencies), flush=True)
            (ROOT / "bench" / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    print(report.tables(results))
    if arguments.complete:
        report.write_page(results, ROOT / "docs" / "src")
    kiln = [latencies["engines"]["kiln"] for latencies in results["latencies"] if "kiln" in latencies["engines"]]
    if any("error" in result or not result["agrees"] for result in kiln):
        sys.exit(1)


if __name__ == "__main__":
    main()
