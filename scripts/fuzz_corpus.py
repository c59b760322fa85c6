"""Fills `fuzz/corpus/TARGET/` and `fuzz/dictionaries/TARGET.dict` from what is at hand: the exported ONNX cases of the
cache, and the fixtures, pictures, IR text, rules and pipelines of the tree.

Small inputs only, as fuzzing a large one is slow; what a run adds to a corpus stays there.
"""

import re
import zipfile
from hashlib import sha256
from pathlib import Path

import cache

ROOT = Path(__file__).resolve().parent.parent
FUZZ = ROOT / "fuzz"
IMAGES = ROOT / "crates" / "runtime" / "tests" / "images"

# The largest model, array and text that becomes an input, in bytes.
LARGEST = {"images": 4096, "import": 4096, "npy": 1024, "ir_text": 4096, "pipeline": 1024, "rules": 2048}


def add(target: str, content: bytes) -> int:
    """Adds one input, named for what is in it; returns how many were added."""
    if not 0 < len(content) <= LARGEST[target]:
        return 0
    (FUZZ / "corpus" / target / sha256(content).hexdigest()[:16]).write_bytes(content)
    return 1


def fixtures() -> list[bytes]:
    """Models of other formats that are one file."""
    models = []
    for path in sorted((ROOT / "test" / "fixtures").rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.startswith("model/") and not name.endswith("/")]
            models += [archive.read(names[0])] if len(names) == 1 else []
    return models


def words(texts: list[str]) -> list[str]:
    """The words and signs of IR text, without names of values and numbers."""
    found = set()
    for text in texts:
        code = re.sub(r"//.*", "", text)
        found.update(re.findall(r"#?!?[a-zA-Z_][\w.]*|->|::|<\[|\]>|\^bb0|loc\(|dense<", code))
    return sorted(word for word in found if 1 < len(word) <= 40)


def pipelines(texts: list[str]) -> list[str]:
    """The pipelines that tests name, with and without quotes."""
    found = set()
    for text in texts:
        found.update(re.findall(r"--pass-pipeline=['\"]?([^'\"\n|]+)", text))
    return sorted(found)


def write_dictionary(target: str, entries: list[str]) -> None:
    """Writes a dictionary of libFuzzer: one quoted entry a line."""
    lines = ['"' + entry.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for entry in entries]
    (FUZZ / "dictionaries" / f"{target}.dict").write_text("".join(lines))


def main() -> None:
    for target in LARGEST:
        (FUZZ / "corpus" / target).mkdir(parents=True, exist_ok=True)
    (FUZZ / "dictionaries").mkdir(exist_ok=True)

    cases = cache.root() / "onnx-cases"
    counts = {
        "import": sum(add("import", path.read_bytes()) for path in sorted(cases.rglob("model.onnx"))),
        "npy": sum(add("npy", path.read_bytes()) for path in sorted(cases.rglob("*.npy"))),
    }
    counts["import"] += sum(add("import", content) for content in fixtures())
    counts["images"] = sum(add("images", path.read_bytes()) for path in sorted(IMAGES.iterdir()))
    archives = sorted((cache.root() / "references").rglob("*.npz"))
    counts["npy"] += sum(add("npy", path.read_bytes()) for path in archives if path.stat().st_size < 1024)

    texts = [path.read_text() for path in sorted((ROOT / "test").rglob("*.mlir"))]
    counts["ir_text"] = sum(add("ir_text", part.encode()) for text in texts for part in text.split("// -----\n"))
    rules = [path.read_text() for path in sorted(ROOT.rglob("*.rules")) if "target" not in path.parts]
    counts["rules"] = sum(add("rules", ("rule " + one).encode()) for text in rules for one in text.split("\nrule ")[1:])
    counts["pipeline"] = sum(add("pipeline", text.encode()) for text in pipelines(texts))
    write_dictionary("ir_text", words(texts))
    passes = sorted({name for text in pipelines(texts) for name in re.findall(r"[a-z][a-z0-9-]+=?", text)})
    write_dictionary("pipeline", passes)
    for target, count in counts.items():
        print(f"fuzz/corpus/{target}: {count} inputs")


if __name__ == "__main__":
    main()
