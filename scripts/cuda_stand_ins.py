"""Makes PyTorch, where it is installed, load without the libraries of CUDA.

What PyPI has of PyTorch for Linux on x86-64 is linked against gigabytes of CUDA, which computing on a CPU never calls. The
loader wants the libraries all the same: this writes small ones of the same names and symbol versions beside PyTorch's
own. Each of their functions returns 100, which means that there is no device. Run it with the environment's interpreter.
"""

import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

LIBRARIES = re.compile(r"NEEDED.*\[((?:libcu|libnv|libnccl)[^\]]*)\]")
VERSIONS = re.compile(r"File: (\S+)  Cnt: .*\n((?:.*Name: .*\n)*)")
SYMBOLS = re.compile(r"^ *[Uw] ((?:cu|__cuda|nv|nccl)\w*)(?:@+(\S+))?$", re.MULTILINE)

NO_DEVICE = "\tmovl $100, %eax\n\tret\n"
NO_EXECUTABLE_STACK = '.section .note.GNU-stack,"",@progbits\n'


def output(*command: str | Path) -> str:
    """What a tool prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write_library(path: Path, versions: dict[str, set[str]], unversioned: set[str]) -> None:
    """Links a library that defines these symbols, under these versions."""
    names = sorted(unversioned.union(*versions.values()))
    labels = "".join(f".globl {name}\n.type {name}, @function\n{name}:\n" for name in names)
    script = "".join(f"{version} {{ {' '.join(f'{n};' for n in sorted(s))} }};\n" for version, s in versions.items())
    with tempfile.TemporaryDirectory() as folder:
        assembly, version_script = Path(folder, "library.s"), Path(folder, "library.map")
        assembly.write_text(f".text\n{labels}{NO_DEVICE}{NO_EXECUTABLE_STACK}")
        version_script.write_text(script)
        options = [f"-Wl,--version-script={version_script}"] if versions else []
        output("cc", "-shared", "-nostdlib", "-o", path, f"-Wl,-soname,{path.name}", *options, assembly)


def main() -> None:
    folder = Path(sysconfig.get_path("purelib")) / "torch" / "lib"
    libraries = sorted(folder.glob("*.so"))
    if not (folder / "libtorch_cuda.so").exists():
        return
    needed, owners, symbols = set(), {}, {}
    for path in libraries:
        needed |= set(LIBRARIES.findall(output("readelf", "--dynamic", path)))
        for owner, names in VERSIONS.findall(output("readelf", "--version-info", "--wide", path)):
            owners |= {name: owner for name in re.findall(r"Name: (\S+)", names)}
        for name, version in SYMBOLS.findall(output("nm", "-D", "--undefined-only", "--with-symbol-versions", path)):
            symbols.setdefault(version, set()).add(name)
    for library in sorted(needed):
        if (folder / library).exists():
            sys.exit(f"{folder / library} is there already")
        versions = {version: names for version, names in symbols.items() if version and owners[version] == library}
        # Which library an unversioned symbol belongs to is not recorded, and does not matter to the loader.
        write_library(folder / library, versions, symbols.get("", set()) if library == min(needed) else set())


if __name__ == "__main__":
    main()
