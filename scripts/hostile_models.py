#!/usr/bin/env python3
"""Makes test/hostile: HDF5 files of Keras that claim more than they hold, or whose links lead in circles.

Each zip holds one `model.h5`; crates/formats/tests/hostile.rs opens it. Needs h5py.

    python scripts/hostile_models.py
"""

import json
import os
import tempfile
import zipfile

import h5py
import numpy as np

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "hostile")


def begin(file, extent=3, units=2, kernel="dense/kernel:0"):
    """A model of one dense layer whose group of weights is still empty."""
    dense = {"name": "dense", "units": units, "activation": "linear", "use_bias": True}
    dense["batch_input_shape"] = [None, extent]
    config = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": dense}]}}
    file.attrs["model_config"] = json.dumps(config).encode()
    file.attrs["keras_version"] = b"2.3.0"
    file.attrs["backend"] = b"tensorflow"
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = [b"dense"]
    layer = group.create_group("dense")
    names = np.array([kernel, "dense/bias:0"], dtype=h5py.string_dtype())
    layer.attrs.create("weight_names", names)
    layer.create_dataset("dense/bias:0", data=np.zeros(units, "float32"))
    return layer


def hard_links(file):
    """A group that holds itself, and a path that goes around in it."""
    layer = begin(file, kernel="/".join(["again"] * 10000 + ["kernel:0"]))
    layer["again"] = layer


def soft_links(file):
    """Two names that each stand for the other."""
    layer = begin(file, kernel="first/kernel:0")
    layer["first"] = h5py.SoftLink("/model_weights/dense/second")
    layer["second"] = h5py.SoftLink("/model_weights/dense/first")


def link_to_itself(file):
    """A weight that is a name for itself."""
    layer = begin(file, kernel="kernel:0")
    layer["kernel:0"] = h5py.SoftLink("/model_weights/dense/kernel:0")


def external_link(file):
    """A weight that is in another file, which is none of the model's."""
    layer = begin(file, kernel="kernel:0")
    layer["kernel:0"] = h5py.ExternalLink("/etc/passwd", "/kernel:0")


def external_data(file):
    """A weight whose numbers are in another file."""
    layer = begin(file, kernel="kernel:0")
    layer.create_dataset("kernel:0", (3, 2), "float32", external=[("/etc/passwd", 0, 24)])


def deep_groups(file):
    """A weight ten thousand groups down."""
    depth = 10000
    layer = begin(file, kernel="/".join(["g"] * depth + ["kernel:0"]))
    group = layer
    for _ in range(depth):
        group = group.create_group("g")
    group.create_dataset("kernel:0", data=np.zeros((3, 2), "float32"))


def nothing_stored(file):
    """A weight of four terabytes, of which not one piece is in the file."""
    layer = begin(file, 1 << 38, 4, kernel="kernel:0")
    layer.create_dataset("kernel:0", (1 << 38, 4), "float32", chunks=(1 << 16, 4))


def compressed_zeros(file):
    """A gigabyte of zeros, which is a megabyte compressed."""
    extent = 1 << 14
    layer = begin(file, extent, extent, kernel="kernel:0")
    layer.create_dataset("kernel:0", data=np.zeros((extent, extent), "float32"), chunks=(1 << 12, 1 << 10),
                         compression="gzip", compression_opts=9)


def one_large_piece(file):
    """Zeros again, in one piece."""
    extent = 1 << 14
    layer = begin(file, extent, extent // 2, kernel="kernel:0")
    layer.create_dataset("kernel:0", data=np.zeros((extent, extent // 2), "float32"), chunks=(extent, extent // 2),
                         compression="gzip", compression_opts=9)


def main():
    os.makedirs(OUT, exist_ok=True)
    makers = [hard_links, soft_links, link_to_itself, external_link, external_data, deep_groups, nothing_stored,
              compressed_zeros, one_large_piece]
    for make in makers:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.h5")
            with h5py.File(path, "w", libver="latest" if make is deep_groups else "earliest") as file:
                make(file)
            content = open(path, "rb").read()
        with zipfile.ZipFile(os.path.join(OUT, make.__name__ + ".zip"), "w") as archive:
            info = zipfile.ZipInfo("model.h5", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    main()
