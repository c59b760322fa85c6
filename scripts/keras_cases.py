#!/usr/bin/env python3
"""Makes test/fixtures/keras: small models of every layer and operation of Keras with its options, and what Keras makes of
inputs.

Each zip holds a model, its inputs, and the outputs of Keras; see test/fixtures/README. Needs keras and tensorflow.

    python scripts/keras_cases.py [NAME...]
"""

import sys

import keras_layers  # noqa: F401
import keras_operations  # noqa: F401
import keras_preprocessing  # noqa: F401
import keras_recurrent  # noqa: F401
from keras_layouts import channels_first
from keras_model import build_all
from keras_old import build_old

if __name__ == "__main__":
    build_old()
    channels_first()
    sys.exit(build_all() > 0)
