"""Makes the fixtures of TensorFlow Lite: `test/fixtures/tflite/NAME.zip`, a model of each operator with its options.

    tflite_cases.py [--only PART] [FOLDER]
"""

import argparse
import os
import sys
from pathlib import Path

import tflite_basic
import tflite_mediapipe
import tflite_quantized
import tflite_recurrent
import tflite_rest
import tflite_stablehlo
import tflite_state
import tflite_tables

LISTS = [tflite_basic, tflite_quantized, tflite_rest, tflite_mediapipe, tflite_recurrent, tflite_state, tflite_stablehlo, tflite_tables]


def written(case, folder: Path) -> bool:
    """Whether the case could be written; in a process of its own, since the interpreter ends it where it finds fault."""
    child = os.fork()
    if child == 0:
        try:
            case.write(folder)
        except (RuntimeError, ValueError) as error:
            print(f"{case.name}: {str(error).strip()[:300]}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:
        print(f"{case.name}: ended by signal {-status}", file=sys.stderr)
    return status == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path,
                        default=Path(__file__).parent.parent / "test/fixtures/tflite")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    failures = 0
    for module in LISTS:
        for name, make in sorted(vars(module).items()):
            if name.startswith("case_") and arguments.only in name:
                failures += sum(not written(case, arguments.folder) for case in make())
    sys.exit(min(failures, 1))


if __name__ == "__main__":
    main()
