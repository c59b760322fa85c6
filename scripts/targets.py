"""The processors that models are tested on, and how compiled models run on them: here, or under qemu-user.

A C program (crates/runtime/tests/c/run_files.c) loads the model and runs it in a process of its own, so that a crash is
an error of one case.
"""

import functools
import shutil
import signal
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy

from kiln_model import ELEMENT_TYPES, KilnError

ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = ROOT / "crates" / "runtime" / "tests" / "c" / "run_files.c"
_INTERFACE = ROOT / "crates" / "runtime" / "c"

# What the levels of x86-64 need, in the words of /proc/cpuinfo.
_LEVELS = {
    "x86-64-v2": {"sse4_2", "ssse3", "popcnt"},
    "x86-64-v3": {"avx2", "fma", "bmi2", "f16c", "movbe"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}

# The dynamic loader that programs of each family name.
_LOADERS = {"aarch64": "/lib/ld-linux-aarch64.so.1", "riscv64": "/lib/ld-linux-riscv64-lp64d.so.1"}


@dataclass(frozen=True)
class Target:
    """A processor to compile for, and one to run on."""

    architecture: str
    cpu: str
    vlen: int | None = None  # bits of a vector register of the emulated RISC-V processor

    def __str__(self) -> str:
        return f"{self.architecture} {self.cpu}" + (f" vlen={self.vlen}" if self.vlen else "")

    @property
    def options(self) -> list[str]:
        """What `kiln compile` is told."""
        return ["--target", self.architecture, "--cpu", self.cpu]

    @property
    def missing(self) -> str | None:
        """Why nothing runs for this target here, if so."""
        if self.architecture in _LOADERS:
            emulator, prefix = f"qemu-{self.architecture}", _prefix(self.architecture)
            found = shutil.which(emulator) and (prefix / "lib/crt1.o").exists()
            return None if found else f"{emulator} or {prefix} is not installed"
        lacking = _LEVELS.get(self.cpu, set()) - _features()
        return f"this processor lacks {', '.join(sorted(lacking))}" if lacking else None

    @property
    def command(self) -> list[str]:
        """What a program's path is appended to."""
        if self.architecture not in _LOADERS:
            return []
        vectors = ["-cpu", f"rv64,v=true,vlen={self.vlen}"] if self.vlen else []
        return [f"qemu-{self.architecture}", "-L", str(_prefix(self.architecture)), *vectors]


# A model for 128-bit vector registers runs on wider ones too.
TARGETS = [
    Target("x86_64", "x86-64-v2"),
    Target("x86_64", "x86-64-v3"),
    Target("x86_64", "x86-64-v4"),
    Target("aarch64", "generic"),
    Target("riscv64", "rv64gcv", 128),
    Target("riscv64", "rv64gcv", 256),
    Target("riscv64", "rv64gcv-vlen256", 256),
]


def find(architecture: str, cpu: str | None = None, vlen: int | None = None) -> Target:
    """A target as options name it; what they leave out is taken from the list above."""
    defaults = {"x86_64": TARGETS[1], "aarch64": TARGETS[3], "riscv64": TARGETS[4]}
    cpu = cpu or defaults[architecture].cpu
    if vlen is None:
        vlen = next((target.vlen for target in TARGETS if (target.architecture, target.cpu) == (architecture, cpu)), None)
    return Target(architecture, cpu, vlen)


class TargetModel:
    """A compiled model that runs on its target, a process for each run."""

    def __init__(self, library: Path, target: Target):
        self._command = [*target.command, str(_build(target.architecture)), str(library.resolve())]
        lines = [line.split(" ", 2) for line in self._execute([]).splitlines()]
        self._inputs = [(name, int(code)) for port, code, name in lines if port == "input"]
        self._outputs = [name for port, _, name in lines if port == "output"]

    def run(self, inputs: dict[str, numpy.ndarray], threads: int) -> dict[str, numpy.ndarray]:
        """The outputs for these inputs."""
        with tempfile.TemporaryDirectory() as folder:
            given, made = Path(folder) / "inputs", Path(folder) / "outputs"
            _write_tensors(given, [(code, inputs[name]) for name, code in self._inputs])
            self._execute([str(threads), str(given), str(made)])
            return dict(zip(self._outputs, _read_tensors(made)))

    def _execute(self, arguments: list[str]) -> str:
        finished = subprocess.run([*self._command, *arguments], capture_output=True, text=True)
        if finished.returncode < 0:
            raise KilnError(f"the model's process ended by {signal.Signals(-finished.returncode).name}")
        if finished.returncode != 0:
            raise KilnError(finished.stderr.strip() or f"the model's process ended with {finished.returncode}")
        return finished.stdout


def _prefix(architecture: str) -> Path:
    """Where Debian's libc6-dev-*-cross puts the C library."""
    return Path(f"/usr/{architecture}-linux-gnu")


@functools.cache
def _features() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return set(next((line for line in lines if line.startswith("flags")), "").split())


@functools.cache
def _programs() -> tempfile.TemporaryDirectory:
    """Where programs are built; it goes when Python does."""
    return tempfile.TemporaryDirectory()


@functools.cache
def _build(architecture: str) -> Path:
    """The program for a family of processors."""
    built = Path(_programs().name) / f"run_files-{architecture}"
    flags = ["-O1", "-fPIE", "-I", str(_INTERFACE), str(_PROGRAM), "-o"]
    if architecture not in _LOADERS:
        subprocess.run(["cc", *flags, str(built), "-ldl"], check=True)
    else:
        _build_foreign(architecture, flags, built)
    return built


def _build_foreign(architecture: str, flags: list[str], built: Path) -> None:
    """Links with the foreign C library by hand: there is no compiler driver for the target."""
    prefix, loader, made = _prefix(architecture), _LOADERS[architecture], built.with_suffix(".o")
    target = [f"--target={architecture}-unknown-linux-gnu", "-isystem", str(prefix / "include")]
    subprocess.run(["clang-22", *target, "-c", *flags, str(made)], check=True)
    start, end = [prefix / "lib/Scrt1.o", prefix / "lib/crti.o"], prefix / "lib/crtn.o"
    library = [prefix / "lib/libc.so.6", prefix / "lib/libc_nonshared.a", prefix / loader.lstrip("/")]
    command = ["ld.lld-22", "-pie", "-dynamic-linker", loader, "-o", built, *start, made, *library, end]
    subprocess.run([str(part) for part in command], check=True)


def _write_tensors(path: Path, tensors: list[tuple[int, numpy.ndarray]]) -> None:
    with open(path, "wb") as file:
        file.write(struct.pack("<q", len(tensors)))
        for code, given in tensors:
            array = numpy.asarray(given, dtype=ELEMENT_TYPES[code], order="C")
            file.write(struct.pack(f"<{array.ndim + 3}q", code, array.ndim, *array.shape, array.nbytes))
            file.write(array.tobytes())


def _read_tensors(path: Path) -> list[numpy.ndarray]:
    with open(path, "rb") as file:
        number = lambda: struct.unpack("<q", file.read(8))[0]  # noqa: E731
        arrays = []
        for _ in range(number()):
            dtype, rank = ELEMENT_TYPES[number()], number()
            shape = [number() for _ in range(rank)]
            arrays.append(numpy.frombuffer(file.read(number()), dtype).reshape(shape))
    return arrays
