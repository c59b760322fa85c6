"""Writes the fixtures of test/fixtures/tensorflow: small graphs, saved models and checkpoints, and what TensorFlow gives.

Needs tensorflow; numpy. Usage: tf_cases.py [NAME...]
"""

import sys

import tf_control
import tf_convolution
import tf_elementwise
import tf_files
import tf_linear
import tf_movement
import tf_pictures
import tf_products
import tf_recurrent
import tf_rest
import tf_state
import tf_text
from tf_model import CASES, FOLDER


def main():
    wanted = sys.argv[1:] or list(CASES)
    failed = False
    for name in wanted:
        try:
            CASES[name]()
        except Exception as error:
            failed = True
            print(f"{name}: {type(error).__name__}: {str(error)[:400]}", file=sys.stderr)
    size = sum(path.stat().st_size for path in FOLDER.glob("*.zip"))
    print(f"{len(list(FOLDER.glob('*.zip')))} fixtures, {size} bytes")
    sys.exit(failed)


if __name__ == "__main__":
    main()
