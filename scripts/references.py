"""Computes reference outputs of the models of test/models/models.toml with onnxruntime, into the cache.

    references.py [NAME...]

For each case of each model the cache gets `references/NAME/CASE/inputs.npz` and `outputs.npz`, whose arrays bear the
names of the model's inputs and outputs, so that `kiln run MODEL.so --inputs inputs.npz` takes them as they are.
`references/index.json` lists what there is: the models with their files, tolerances and cases. A case is computed
again only when the model, its inputs, or the version of onnxruntime change.
"""

import argparse
import json
from pathlib import Path

import onnxruntime

import cache
import inputs
import models


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """onnxruntime on one model as a user would set it up: all optimizations, `threads` threads inside an operator."""
    options = onnxruntime.SessionOptions()
    # Without this, products of 8 bits are not exact on processors that add two of them in 16 bits.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def input_types(running: onnxruntime.InferenceSession) -> dict[str, str]:
    """The numpy element type of each input."""
    names = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(bool)": "bool"}
    return {i.name: names.get(i.type) or i.type.removeprefix("tensor(").removesuffix(")") for i in running.get_inputs()}


def case_folder(model: models.Model, case: dict) -> Path:
    """Where the arrays of one case are kept."""
    return cache.root() / "references" / model.name / case["name"]


def make(model: models.Model) -> None:
    """Computes the missing cases of one model."""
    recipe = Path(inputs.__file__).read_text()
    running = None
    for case in model.cases:
        folder = case_folder(model, case)
        described = json.dumps(case, sort_keys=True)
        key = cache.text_sha256(model.key, described, recipe, onnxruntime.__version__)
        stamp = folder / "key"
        if stamp.exists() and stamp.read_text() == key:
            continue
        print(f"references: computing {model.name} {case['name']}", flush=True)
        running = running or session(model.path, threads=2)
        with cache.fresh_folder(folder) as building:
            arrays = inputs.make(case, input_types(running))
            names = [output.name for output in running.get_outputs()]
            results = dict(zip(names, running.run(names, arrays)))
            cache.save_npz(building / "inputs.npz", arrays)
            cache.save_npz(building / "outputs.npz", results)
            (building / "key").write_text(key)


def write_index(all_models: list[models.Model]) -> None:
    """Lists every model whose references are there, for the tests to read; the same on every machine."""
    entries = []
    for model in all_models:
        cases = [case for case in model.cases if (case_folder(model, case) / "key").exists()]
        if cases:
            entry = {"name": model.name, "about": model.about, "model": str(model.path), "tolerance": model.tolerance}
            entry["cases"] = [{"name": c["name"], "folder": str(case_folder(model, c))} for c in cases]
            entries.append(entry)
    path = cache.root() / "references" / "index.json"
    building = path.with_suffix(".new")
    building.write_text(json.dumps({"models": entries}, indent=1))
    building.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compute reference outputs with onnxruntime.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    for model in models.select(parser.parse_args().names):
        models.fetch(model)
        make(model)
    write_index(models.select([]))


if __name__ == "__main__":
    main()
