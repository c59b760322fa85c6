"""Where downloaded and computed files live: outside the source tree, shared by every clone on a machine.

`KILN_CACHE` names the folder; without it, it is `$XDG_CACHE_HOME/kiln` or `~/.cache/kiln`. Everything in it can be
deleted at any time and is made again when it is needed.
"""

import hashlib
import os
import shutil
import zipfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy


def root() -> Path:
    """The cache folder; it exists after the call."""
    base = os.environ.get("KILN_CACHE")
    if not base:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kiln"
    path = Path(base)
    path.mkdir(parents=True, exist_ok=True)
    return path


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_sha256(*texts: str) -> str:
    """The SHA-256 of several texts, each closed by a zero byte."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


@contextmanager
def fresh_folder(target: Path):
    """Yields an empty folder that takes the place of `target` when the block ends without an error."""
    building = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        yield building
        shutil.rmtree(target, ignore_errors=True)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def save_npz(path: Path, arrays: dict[str, numpy.ndarray]) -> None:
    """Writes named arrays as an uncompressed .npz whose bytes depend on the arrays alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            buffer = BytesIO()
            numpy.lib.format.write_array(buffer, numpy.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())


def load_npz(path: Path) -> dict[str, numpy.ndarray]:
    """Reads what `save_npz` wrote."""
    with numpy.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
