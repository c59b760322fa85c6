"""What compiling and loading a model costs besides the time of its runs.

    footprint.py [--kiln PATH] [--threads N] [--json] MODEL.onnx...

For each model: seconds to compile it, with an empty cache of kernels and with a full one, in parentheses those of all
processors together, which other load disturbs less; the memory that takes at most; milliseconds from loading it to its
first result, less one run; the memory of a process that runs it, and how much of that is neither weights nor the planned
workspace. All extents of a model are fixed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "bench" / "footprint.c"
# Processes that load a model.
LOADS = 6
INTERFACE = ROOT / "crates" / "runtime" / "c"


def run_measured(command: list[str]) -> tuple[float, float, int]:
    """Seconds that a command takes, those of all processors together, and the bytes of memory that it has at most."""
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def measure(kiln: str, program: Path, model: Path, threads: int, folder: Path) -> dict[str, float]:
    """All figures of one model; seconds and bytes."""
    library = folder / "model.so"
    compile_model = [kiln, "compile", str(model), "-o", str(library), "--cache", str(folder / "cache")]
    cold, cold_work, cold_peak = run_measured(compile_model)
    cached, cached_work, cached_peak = run_measured(compile_model)
    described = json.loads(subprocess.check_output([kiln, "inspect", str(library), "--json"]))
    # The first process reads the file from disk, the others find it in memory; the fastest was disturbed least.
    run = lambda: json.loads(subprocess.check_output([str(program), str(library), str(threads)]))  # noqa: E731
    ran = min([run() for _ in range(LOADS)][1:], key=lambda ran: ran["first"] - ran["run"])
    weights, workspace = described["weight_bytes"], described["workspace_bytes"]
    return {
        "weights": weights,
        "workspace": workspace,
        "cold": cold,
        "cached": cached,
        "cold_work": cold_work,
        "cached_work": cached_work,
        "compile_peak": max(cold_peak, cached_peak),
        "compile_rest": max(cold_peak, cached_peak) - 2 * weights,
        "load": ran["first"] - ran["run"],
        "run": ran["run"],
        "run_peak": ran["peak"],
        "run_rest": ran["peak"] - weights - workspace,
    }


def to_line(name: str, figures: dict[str, float]) -> str:
    """A row of the table."""
    megabytes = lambda key: f"{figures[key] / 1e6:.1f}"  # noqa: E731
    cells = [
        name,
        megabytes("weights"),
        f"{figures['cold']:.2f} ({figures['cold_work']:.2f})",
        f"{figures['cached']:.2f} ({figures['cached_work']:.2f})",
        megabytes("compile_peak"),
        megabytes("compile_rest"),
        f"{figures['load'] * 1e3:.1f}",
        megabytes("run_peak"),
        megabytes("run_rest"),
    ]
    return "| " + " | ".join(cells) + " |"


HEADINGS = [
    "model",
    "weights MB",
    "compile s",
    "from the cache s",
    "memory MB",
    "less twice the weights",
    "load ms",
    "memory of a run MB",
    "less weights and workspace",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kiln", default=str(ROOT / "target" / "release" / "kiln"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("models", nargs="+", type=Path)
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / "footprint"
        subprocess.run(["cc", "-O2", "-I", str(INTERFACE), str(PROGRAM), "-o", str(program), "-ldl"], check=True)
        if not arguments.json:
            print("| " + " | ".join(HEADINGS) + " |\n|" + " --- |" * len(HEADINGS))
        for model in arguments.models:
            name = model.parent.name if model.stem == "model" else model.stem
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                results[name] = measure(arguments.kiln, program, model, arguments.threads, Path(folder))
            if not arguments.json:
                print(to_line(name, results[name]), flush=True)
    if arguments.json:
        print(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
