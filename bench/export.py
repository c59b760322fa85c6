"""Makes the model files of bench/rows.toml in the cache, and what onnxruntime computes with them.

    bench/export.py [NAME...]           make what is missing
    bench/export.py --paths [NAME...]   and print each row's name and the path of its ONNX file

It runs in the environment of bench/requirements.txt.
"""

import argparse
import sys

import numpy

import rows
from rows import Row

import cache  # noqa: E402 (rows puts scripts/ on the path)


def make(row: Row) -> None:
    """Makes a row's files unless they are there."""
    stamp = row.folder / "key"
    if stamp.exists() and stamp.read_text() == rows.key(row):
        return
    # PyTorch takes seconds to import: only where it has something to do.
    import recipes
    import references

    for other in rows.select([row.source["quantized"]]) if "quantized" in row.source else []:
        make(other)
    print(f"export: making {row.name}", file=sys.stderr, flush=True)
    with cache.fresh_folder(row.folder) as folder:
        arrays = recipes.make(row, folder / "model.onnx")
        running = references.session(folder / "model.onnx", threads=2)
        names = [output.name for output in running.get_outputs()]
        results = dict(zip(names, running.run(names, arrays)))
        check_values(row, results)
        cache.save_npz(folder / "inputs.npz", arrays)
        cache.save_npz(folder / "outputs.npz", results)
        (folder / "key").write_text(rows.key(row))


def check_values(row: Row, results: dict[str, numpy.ndarray]) -> None:
    """Outputs that overflow, or are the same everywhere, would compare equal to nearly anything."""
    for name, result in results.items():
        constant = result.size > 1 and result.std() <= 1e-3 * numpy.abs(result).mean()
        if constant or not numpy.isfinite(result).all():
            sys.exit(f"{row.name}: the output {name} is degenerate: mean {result.mean()}, deviation {result.std()}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the model files that are measured.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--paths", action="store_true", help="print where each model file is")
    arguments = parser.parse_args()
    for row in rows.select(arguments.names):
        make(row)
        if arguments.paths:
            print(row.name, row.path, flush=True)


if __name__ == "__main__":
    main()
