"""Compares compiled models with the reference outputs of onnxruntime, at every input size of the manifest.

    compare.py [--kiln PATH] [--threads N] [--library FOLDER] [NAME...]
    compare.py --target riscv64 [--cpu rv64gcv] [--vlen 256] [NAME...]      on another processor, under qemu
    compare.py --every-target [NAME...]                                     on all of scripts/targets.py
    compare.py -O0 [NAME...]                                                without optimization
    compare.py --more                                                       all of the manifest, fetched if need be

Without `--library FOLDER` each model is compiled anew, once for each processor. Exit status 1 when a model fails or
differs too much.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy

import cache
import models
import references
import targets
from kiln_model import KilnError, Model
from targets import TARGETS, Target, TargetModel


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


def compile_model(kiln: Path, source: Path, library: Path, options: Sequence[str] = ()) -> dict[str, float]:
    """Compiles with `kiln` and tells the seconds and the bytes of memory it took; what it says goes into the error."""
    command = [str(kiln), "compile", str(source), "-o", str(library), *options]
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


def compare(model: models.Model, loaded: Model | TargetModel, arguments: argparse.Namespace, where: str) -> bool:
    """Prints a line for each case of one model; whether all agree."""
    good = True
    for case in model.cases[: arguments.cases]:
        folder = references.case_folder(model, case)
        inputs, expected = (cache.load_npz(folder / name) for name in ("inputs.npz", "outputs.npz"))
        start = time.perf_counter()
        try:
            difference = largest_difference(loaded.run(inputs, arguments.threads), expected)
            agrees = difference <= model.tolerance
            outcome = f"{difference:9.2e} {'agrees' if agrees else 'DIFFERS'}"
        except KilnError as error:
            agrees, outcome = False, f"    FAILS {first_line(error)}"
        good &= agrees
        seconds = f" ({time.perf_counter() - start:.0f} s)" if where else ""
        print(f"{model.name:24} {case['name']:16}{where} {outcome}{seconds}", flush=True)
    return good


def first_line(error: Exception) -> str:
    """What an error says, on one line."""
    return next(iter(str(error).splitlines()), "")


def wanted_targets(arguments: argparse.Namespace) -> list[Target | None]:
    """The processors that the options name and that can run here; none of them stands for this process."""
    if not arguments.every_target and not arguments.target:
        return [None]
    wanted = TARGETS if arguments.every_target else [targets.find(arguments.target, arguments.cpu, arguments.vlen)]
    for target in wanted:
        if target.missing:
            print(f"nothing runs on {target}: {target.missing}", flush=True)
    return [target for target in wanted if not target.missing]


def compare_model(model: models.Model, wanted: list[Target | None], scratch: Path, arguments) -> bool:
    """Compiles and compares one model on each of these processors."""
    good, compiled_for = True, None
    library = (arguments.library or scratch) / f"{model.name}.so"
    for target in wanted:
        where, options = (f" {target!s:36}", target.options) if target else ("", [])
        options = [*options, *model.options, *([f"-O{arguments.level}"] if arguments.level else [])]
        try:
            if arguments.library is None and compiled_for != options:
                compile_model(arguments.kiln, model.path, library, options)
                compiled_for = options
            loaded = TargetModel(library, target) if target else Model(library)
            good &= compare(model, loaded, arguments, where)
        except (KilnError, OSError) as error:
            print(f"{model.name:24} {'':16}{where}     FAILS {first_line(error)}", flush=True)
            good = False
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare compiled models with onnxruntime.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--kiln", type=Path, default=Path("target/release/kiln"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("-O", dest="level", choices=list("0123"), help="as kiln compile takes it")
    parser.add_argument("--cases", type=int, help="at most so many cases of each model")
    parser.add_argument("--library", type=Path, help="folder of NAME.so files, compiled already")
    parser.add_argument("--target", choices=["x86_64", "aarch64", "riscv64"], help="compile for this and run there")
    parser.add_argument("--cpu", help="as kiln compile takes it")
    parser.add_argument("--vlen", type=int, help="bits of a vector register of the emulated RISC-V processor")
    parser.add_argument("--every-target", action="store_true", help="all that scripts/targets.py lists")
    parser.add_argument("--more", action="store_true", help="also the models that are left out without names")
    arguments = parser.parse_args()
    wanted = wanted_targets(arguments)
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        for model in models.select(arguments.names, arguments.more):
            models.fetch(model)
            references.make(model)
            if not compare_model(model, wanted, Path(scratch), arguments):
                failures.append(model.name)
    if failures:
        sys.exit(f"{len(failures)} models fail or differ: {', '.join(failures)}")


if __name__ == "__main__":
    main()
