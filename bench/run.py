"""Measures compiled models against onnxruntime, in one process, alternating, and writes the table of ratios.

    bench/run.py [--models NAME,...] [--threads 1,2] [--repeats N] [--quick] [--kiln PATH]

Each model is compiled and its outputs are compared with onnxruntime's. Then batches of runs alternate between the two,
so that both see the same machine: its clock, its caches, its other load. The tables go to docs/src/benchmarks.md when
all models were measured, and to bench/results.json always.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import cache  # noqa: E402
import compare  # noqa: E402
import models  # noqa: E402
import onnxruntime  # noqa: E402
import references  # noqa: E402
from kiln_model import KilnError, Model  # noqa: E402

# A batch of one side's runs takes about this long before the other side's turn.
BATCH_SECONDS = 0.1


def measure(run, count: int) -> list[float]:
    """The seconds that each of `count` calls takes."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def alternate(sides: dict, repeats: int) -> dict[str, list[float]]:
    """Times all sides in alternating batches, each side going first in every other round."""
    times = {name: [] for name in sides}
    counts = {}
    for name, run in sides.items():
        measure(run, 3)  # threads start, caches fill, memory is touched
        counts[name] = max(1, min(50, round(BATCH_SECONDS / max(min(measure(run, 3)), 1e-6))))
    for batch in range(repeats):
        order = list(sides) if batch % 2 == 0 else list(reversed(sides))
        for name in order:
            measure(sides[name], 1)  # the other side's threads have gone to sleep, its data is out of the caches
            times[name] += measure(sides[name], counts[name])
    return times


def summary(times: list[float]) -> dict[str, float]:
    """Median, least and ninetieth percentile, in milliseconds."""
    ordered = sorted(times)
    return {
        "median": statistics.median(ordered) * 1e3,
        "min": ordered[0] * 1e3,
        "p90": ordered[int(0.9 * (len(ordered) - 1))] * 1e3,
        "runs": len(ordered),
    }


def bind(session, arrays: dict, outputs: dict):
    """Binds onnxruntime to buffers that stay, as Kiln is: neither side copies or allocates its results."""
    binding = session.io_binding()
    for name, array in arrays.items():
        binding.bind_cpu_input(name, array)
    for name, array in outputs.items():
        binding.bind_output(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
    return binding


def compile_model(model: models.Model, arguments) -> dict:
    """What compiling took and gave; the shared object is at `arguments.scratch`."""
    library = arguments.scratch / f"{model.name}.so"
    row = {"model": model.name, "about": model.about}
    try:
        row |= compare.compile_model(arguments.kiln, model.path, library)
        row["library_bytes"] = library.stat().st_size
        row["weight_bytes"] = Model(library).weight_size
    except (KilnError, OSError) as error:
        row["error"] = str(error)
    return row


def bench_model(model: models.Model, threads: int, arguments) -> dict:
    """The latencies of a compiled model and of onnxruntime with this many threads, and how far their outputs differ."""
    row = {"model": model.name, "about": model.about, "case": model.cases[0]["name"], "threads": threads}
    try:
        loaded = Model(arguments.scratch / f"{model.name}.so")
        arrays = cache.load_npz(references.case_folder(model, model.cases[0]) / "inputs.npz")
        session = references.session(model.path, threads)
        names = [output.name for output in session.get_outputs()]
        expected = dict(zip(names, session.run(names, arrays)))
        prepared = loaded.prepare(arrays, threads)
        row["difference"] = compare.largest_difference(prepared(), expected)
        row["agrees"] = row["difference"] <= model.tolerance
        binding = bind(session, arrays, expected)
        sides = {"kiln": prepared.execute, "onnxruntime": lambda: session.run_with_iobinding(binding)}
        for name, times in alternate(sides, arguments.repeats).items():
            row[name] = summary(times)
        for statistic in ("median", "min"):
            row[f"ratio_{statistic}"] = row["kiln"][statistic] / row["onnxruntime"][statistic]
        loaded.release()
    except (KilnError, OSError) as error:
        row["error"] = str(error)
    return row


def latency_line(row: dict) -> str:
    """A row of the table of latencies."""
    head = f"| {row['about']} | {row['case']} | {row['threads']} |"
    if "error" in row:
        return f"{head} | | | {first_line(row['error'])} |"
    cells = [
        f"{row[side]['median']:.2f} ({row[side]['min']:.2f}..{row[side]['p90']:.2f})" for side in ("kiln", "onnxruntime")
    ]
    cells += [f"{row['ratio_median']:.2f}", f"{row['difference']:.1e}{'' if row['agrees'] else ' **differs**'}"]
    return f"{head} {' | '.join(cells)} |"


def compilation_line(row: dict) -> str:
    """A row of the table of compilations."""
    if "error" in row:
        return f"| {row['about']} | | | | {first_line(row['error'])} |"
    megabytes = [f"{row[key] / 1e6:.1f}" for key in ("compile_bytes", "library_bytes", "weight_bytes")]
    return f"| {row['about']} | {row['compile_seconds']:.1f} | {' | '.join(megabytes)} |"


def first_line(message: str) -> str:
    """As much of a message as fits into a table."""
    return message.splitlines()[0][:160].replace("|", "/")


LATENCIES = """\
| model | input | threads | Kiln, ms | onnxruntime, ms | ratio | difference |
| --- | --- | --- | --- | --- | --- | --- |"""

COMPILATIONS = """\
| model | seconds | memory, MB | shared object, MB | weights, MB |
| --- | --- | --- | --- | --- |"""


def describe_machine() -> str:
    """The processor, its threads, and the systems compared."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    return f"{processor}, {len(os.sched_getaffinity(0))} hardware threads; onnxruntime {onnxruntime.__version__}"


def page(compilations: list[dict], latencies: list[dict]) -> str:
    """The chapter of the book that holds the tables."""
    latency_table = "\n".join([LATENCIES, *map(latency_line, latencies)])
    compilation_table = "\n".join([COMPILATIONS, *map(compilation_line, compilations)])
    return f"""\
# Benchmarks

Written by `make bench` on this machine: {describe_machine()}.

The models are those of `test/models/models.toml`, compiled with `kiln compile MODEL` and nothing else.

## Latency

Milliseconds that one run takes: the median, and in parentheses the least and the ninetieth percentile. The ratio is
Kiln's median over onnxruntime's: below 1, Kiln is faster. Both run in one process in alternating batches on the same
input, with the same number of threads; onnxruntime has all its optimizations on, and its buffers bound. The difference
is the largest one between the outputs, relative to the largest output.

{latency_table}

## Compilation

The time and the most memory that `kiln compile` takes, and the size of what it writes.

{compilation_table}
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measure Kiln against onnxruntime.")
    parser.add_argument("--models", default="", help="names, separated by commas; all without it")
    parser.add_argument("--threads", default="1,2", help="thread counts, separated by commas")
    parser.add_argument("--repeats", type=int, default=20, help="batches of each side")
    parser.add_argument("--quick", action="store_true", help="few batches, for a first look")
    parser.add_argument("--kiln", type=Path, default=ROOT / "target/release/kiln")
    parser.add_argument("--scratch", type=Path, default=ROOT / "target/bench", help="folder for the compiled models")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repeats = min(arguments.repeats, 4)
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    return arguments


def main() -> None:
    arguments = parse_arguments()
    selected = models.select([name for name in arguments.models.split(",") if name])
    compilations, latencies = [], []
    print(LATENCIES, flush=True)
    for model in selected:
        models.fetch(model)
        references.make(model)
        compilations.append(compile_model(model, arguments))
        for threads in map(int, arguments.threads.split(",")):
            row = {"case": "", "threads": threads} | compilations[-1]
            latencies.append(row if "error" in row else bench_model(model, threads, arguments))
            print(latency_line(latencies[-1]), flush=True)
    print("\n".join(["", COMPILATIONS, *map(compilation_line, compilations)]))
    results = {"machine": describe_machine(), "compilations": compilations, "latencies": latencies}
    (ROOT / "bench" / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    if not arguments.models and not arguments.quick:
        (ROOT / "docs" / "src" / "benchmarks.md").write_text(page(compilations, latencies))
    if any("error" in row or not row.get("agrees", True) for row in latencies):
        sys.exit(1)


if __name__ == "__main__":
    main()
