"""What all engines are given and what they return."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy

import rows

import cache  # noqa: E402 (rows puts scripts/ on the path)

# What takes longer to convert than this has no result.
CONVERSION_SECONDS = 300


class Results:
    """Runs an engine whose call returns its results, and keeps those of the last run."""

    def __init__(self, call: Callable[..., object], arguments: list):
        self._call, self._arguments = call, arguments
        self._last: object = None

    def run(self) -> None:
        self._last = self._call(*self._arguments)

    def all(self) -> list:
        """The results, of an engine that returns one or several."""
        return list(self._last) if isinstance(self._last, (tuple, list)) else [self._last]


class Unsupported(Exception):
    """What an engine cannot do, in a sentence."""


@dataclass
class Task:
    """A row to run: its model, and how."""

    row: rows.Row
    threads: int
    precision: str  # f32 or bf16
    inputs: dict[str, numpy.ndarray]
    expected: dict[str, numpy.ndarray]  # of the right names, types and shapes
    scratch: Path

    def converted(self, engine: str, version: str, convert: Callable[[Path], None]) -> Path:
        """A folder of files that `convert` makes from the model, until the model, the engine or its module here change.

        That it fails, or takes too long, is kept as well.
        """
        folder = self.row.folder / engine
        module = Path(sys.modules[convert.__module__].__file__).read_text()
        key = cache.text_sha256(rows.key(self.row), version, module)
        if not (folder / "key").exists() or (folder / "key").read_text() != key:
            with cache.fresh_folder(folder) as building:
                signal.signal(signal.SIGALRM, end_conversion)
                signal.alarm(CONVERSION_SECONDS)
                try:
                    convert(building)
                except Exception as error:
                    (building / "failure").write_text(str(error))
                signal.alarm(0)
                (building / "key").write_text(key)
        if (folder / "failure").exists():
            raise Unsupported((folder / "failure").read_text())
        return folder


def end_conversion(*_) -> None:
    """Ends a conversion that takes too long."""
    raise Unsupported(f"converting takes more than {CONVERSION_SECONDS} s")


@dataclass
class Prepared:
    """A model that is ready to run, its buffers bound."""

    run: Callable[[], object]
    outputs: Callable[[], dict[str, numpy.ndarray]]  # what the last run computed, by the model's names


def command(arguments: list[str | Path], folder: Path | None = None, environment: dict[str, str] | None = None) -> str:
    """What a converter prints; a failure is told by the first error in it."""
    finished = subprocess.run(
        arguments,
        cwd=folder,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    name = Path(arguments[0]).name
    if finished.returncode < 0:
        raise Unsupported(f"{name} ends with {signal.Signals(-finished.returncode).name}")
    if finished.returncode > 0:
        said = [line.strip() for line in finished.stdout.splitlines() if line.strip()]
        errors = [line for line in said if "error" in line.lower()] or said
        reason = errors[0] if errors else f"status {finished.returncode}"
        raise Unsupported(f"{name}: {reason}")
    return finished.stdout
