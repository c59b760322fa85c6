"""Counts what each model comes to, in Kiln and in onnxruntime, and writes the table docs/src/nodes.md.

    bench/nodes.py [--models NAME,...] [--kiln PATH]

Nodes are counted at any depth, in the bodies of conditions and loops too; nodes that only hold a constant are not. With
--models only the table of these is printed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import models  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402


def count_nodes(graph: onnx.GraphProto) -> int:
    """The nodes of a graph and of the graphs in their attributes."""
    count = 0
    for node in graph.node:
        count += node.op_type != "Constant"
        for attribute in node.attribute:
            inner = [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs
            count += sum(map(count_nodes, inner))
    return count


def count_optimized(model: models.Model, folder: Path) -> int:
    """The nodes that onnxruntime is left with after all its optimizations."""
    path = folder / "optimized.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.optimized_model_filepath = str(path)
    # That a saved model suits this machine alone is no news here.
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(model.path), options, providers=["CPUExecutionProvider"])
    return count_nodes(onnx.load(path, load_external_data=False).graph)


def count_kernels(model: models.Model, kiln: Path, folder: Path) -> tuple[int, int]:
    """The kernels that a run of the compiled model launches, and how many distinct ones there are."""
    report = folder / "report.json"
    # What is handed to LLVM has every kernel that the shared object has.
    command = [kiln, "compile", model.path, "--emit", "mlir", "-o", folder / "model.mlir", "--report", report]
    subprocess.run(command, check=True)
    totals = json.loads(report.read_text())["totals"]
    return totals["kernels_launched"], totals["kernels_distinct"]


def count(model: models.Model, kiln: Path) -> dict:
    """All counts of a model."""
    models.fetch(model)
    with tempfile.TemporaryDirectory() as scratch:
        launched, distinct = count_kernels(model, kiln, Path(scratch))
        return {
            "about": model.about,
            "file": count_nodes(onnx.load(model.path, load_external_data=False).graph),
            "onnxruntime": count_optimized(model, Path(scratch)),
            "launched": launched,
            "distinct": distinct,
        }


TABLE = """\
| model | nodes in the file | onnxruntime, optimized | kernels launched | distinct kernels | kernels / onnxruntime |
| --- | --: | --: | --: | --: | --: |"""


def line(row: dict) -> str:
    """A row of the table."""
    cells = [row["about"], row["file"], row["onnxruntime"], row["launched"], row["distinct"]]
    return f"| {' | '.join(map(str, cells))} | {row['launched'] / row['onnxruntime']:.2f} |"


def page(rows: list[dict]) -> str:
    """The chapter of the book that holds the table."""
    lower = sum(row["launched"] < row["onnxruntime"] for row in rows)
    return f"""\
# Nodes and kernels

Written by `make nodes`; onnxruntime {onnxruntime.__version__}.

How many pieces a model is run in: the nodes of its file, the nodes that onnxruntime is left with after all its
optimizations (`ORT_ENABLE_ALL`, from the model that it saves), and the kernels that one run of the model launches when it
is compiled with `kiln compile MODEL` and nothing else. Equal kernels are emitted once: the distinct ones are what the
shared object holds. Nodes that only hold a constant are not counted; nodes and kernels inside conditions and loops are,
each once. The models are those of `test/models/models.toml`.

{chr(10).join([TABLE, *map(line, rows)])}

Kiln launches fewer kernels than onnxruntime has nodes on {lower} of {len(rows)} models.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Count nodes and kernels.")
    parser.add_argument("--models", default="", help="names, separated by commas; all without it")
    parser.add_argument("--kiln", type=Path, default=ROOT / "target/release/kiln")
    arguments = parser.parse_args()
    print(TABLE, flush=True)
    rows = []
    for model in models.select([name for name in arguments.models.split(",") if name]):
        rows.append(count(model, arguments.kiln))
        print(line(rows[-1]), flush=True)
    if not arguments.models:
        (ROOT / "docs" / "src" / "nodes.md").write_text(page(rows))


if __name__ == "__main__":
    main()
