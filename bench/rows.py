"""The rows of bench/rows.toml and where their models are kept: `bench-models/NAME/` of the cache holds `model.onnx` with
static shapes, and `inputs.npz` and `outputs.npz`, what onnxruntime computes."""

import importlib.metadata
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
# What decides how a model's file looks.
MAKERS = ("torch", "torchvision", "transformers", "onnx", "onnxscript", "onnxruntime")
sys.path.insert(0, str(BENCH.parent / "scripts"))

import cache  # noqa: E402


@dataclass
class Row:
    """One row of the table."""

    name: str
    about: str
    tolerance: float
    bf16_tolerance: float | None  # none where the row is not measured in bf16
    source: dict  # its table in the manifest

    @property
    def folder(self) -> Path:
        """Where the model and its arrays are kept."""
        return cache.root() / "bench-models" / self.name

    @property
    def path(self) -> Path:
        """The model file, once it is exported."""
        return self.folder / "model.onnx"

    @property
    def inputs(self) -> Path:
        """The arrays that the model is run on."""
        return self.folder / "inputs.npz"

    @property
    def outputs(self) -> Path:
        """What onnxruntime computes from them."""
        return self.folder / "outputs.npz"


def load() -> list[Row]:
    """All rows, in the manifest's order."""
    manifest = tomllib.loads((BENCH / "rows.toml").read_text())
    rows = []
    for table in manifest["rows"]:
        tolerance = table.get("tolerance", manifest["tolerance"])
        bf16 = table.get("bf16_tolerance", manifest["bf16_tolerance"]) if table.get("bf16") else None
        rows.append(Row(table["name"], table["about"], tolerance, bf16, table))
    return rows


def select(names: list[str]) -> list[Row]:
    """The rows of these names, or all; an unknown name ends the program with a message."""
    rows = load()
    unknown = sorted(set(names) - {row.name for row in rows})
    if unknown:
        sys.exit(f"no such row: {', '.join(unknown)}; there are: {', '.join(row.name for row in rows)}")
    return [row for row in rows if not names or row.name in names]


def key(row: Row) -> str:
    """Changes when the row's files may change: with its recipe, and with what it is made from."""
    recipe = [BENCH / "recipes.py"]
    made_from = ""
    if "architecture" in row.source:
        recipe.append(BENCH / "architectures" / f"{row.source['architecture']['family']}.py")
    if "quantized" in row.source:
        (other,) = select([row.source["quantized"]])
        made_from = key(other)
    versions = " ".join(map(importlib.metadata.version, MAKERS))
    described = {name: value for name, value in row.source.items() if "tolerance" not in name}
    return cache.text_sha256(json.dumps(described, sort_keys=True), versions, made_from, *(path.read_text() for path in recipe))
