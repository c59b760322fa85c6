"""Compares compiled models with the reference outputs of onnxruntime, at every input size of the manifest.

    compare.py [--kiln PATH] [--threads N] [--library FOLDER] [NAME...]

Without `--library FOLDER` each model is compiled anew. Exit status 1 when a model fails or differs too much.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

import cache
import models
import references
from kiln_model import KilnError, Model


def relative_difference(actual: numpy.ndarray, expected: numpy.ndarray) -> float:
    """The largest difference, relative to the largest magnitude expected; infinite where a shape or type differs.

    Integers and truth values must agree exactly: a difference there counts as infinite too.
    """
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return float("inf")
    if expected.size == 0:
        return 0.0
    if expected.dtype.kind not in "fc":
        return 0.0 if numpy.array_equal(actual, expected) else float("inf")
    if not numpy.array_equal(numpy.isfinite(actual), numpy.isfinite(expected)):
        return float("inf")
    finite = numpy.isfinite(expected)
    difference = numpy.abs(actual[finite] - expected[finite]).max(initial=0.0)
    scale = numpy.abs(expected[finite]).max(initial=0.0)
    return float(difference / scale) if scale > 0 else (0.0 if difference == 0 else float("inf"))


def largest_difference(actual: dict[str, numpy.ndarray], expected: dict[str, numpy.ndarray]) -> float:
    """The largest relative difference over all outputs."""
    return max(relative_difference(actual[name], array) for name, array in expected.items())


def compile_model(kiln: Path, source: Path, target: Path) -> dict[str, float]:
    """Compiles with `kiln` and tells the seconds and the bytes of memory it took; what it says goes into the error."""
    command = [str(kiln), "compile", str(source), "-o", str(target)]
    peak = 0
    with tempfile.TemporaryFile("w+") as messages:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=messages)
        while process.poll() is None:
            peak = max(peak, peak_memory(process.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        if process.returncode != 0:
            messages.seek(0)
            raise KilnError(f"kiln compile failed with status {process.returncode}: {messages.read().strip()}")
    return {"compile_seconds": seconds, "compile_bytes": peak}


def peak_memory(process: int) -> int:
    """The most bytes that a process has had in memory so far; 0 once it has ended.

    What wait4 tells would not do: it counts what the parent had when it forked.
    """
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def compare(model: models.Model, library: Path, threads: int) -> bool:
    """Prints a line for each case of one model; whether all agree."""
    loaded = Model(library)
    good = True
    for case in model.cases:
        folder = references.case_folder(model, case)
        expected = cache.load_npz(folder / "outputs.npz")
        difference = largest_difference(loaded.run(cache.load_npz(folder / "inputs.npz"), threads), expected)
        agrees = difference <= model.tolerance
        good &= agrees
        print(f"{model.name:24} {case['name']:16} {difference:9.2e} {'agrees' if agrees else 'DIFFERS'}", flush=True)
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare compiled models with onnxruntime.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--kiln", type=Path, default=Path("target/release/kiln"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--library", type=Path, help="folder of NAME.so files, compiled already")
    arguments = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        for model in models.select(arguments.names):
            models.fetch(model)
            references.make(model)
            try:
                library = (arguments.library or Path(scratch)) / f"{model.name}.so"
                if arguments.library is None:
                    compile_model(arguments.kiln, model.path, library)
                if not compare(model, library, arguments.threads):
                    failures.append(model.name)
            except (KilnError, OSError) as error:
                print(f"{model.name:24} FAILS {str(error).splitlines()[0]}", flush=True)
                failures.append(model.name)
    if failures:
        sys.exit(f"{len(failures)} models fail or differ: {', '.join(failures)}")


if __name__ == "__main__":
    main()
