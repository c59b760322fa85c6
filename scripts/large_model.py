#!/usr/bin/env python3
"""Compiles and runs a model whose weights are larger than 2 GB, in a file beside it, and tells how much memory that takes.

    scripts/large_model.py --kiln target/release/kiln [--gigabytes 6] [--limit 1] [--folder FOLDER]

The model is a chain of matrix products with a residual connection around each, with random weights. What is measured is
the peak of the memory that the compiler has for itself (RssAnon): pages of mapped files are the system's to drop. The
outputs are compared with numpy's. Everything is made in a temporary folder of --folder, which needs 3 times the space.
"""

import argparse
import os
import subprocess
import tempfile
import threading
import time

import numpy
from onnx import TensorProto, external_data_helper, helper, save

WIDTH = 4096


def write_weights(path, layers, columns):
    """Random matrices, each another; one draw of numbers, rolled, is enough."""
    numbers = numpy.random.default_rng(0).standard_normal(WIDTH * columns).astype(numpy.float32)
    numbers *= 0.5 / numpy.sqrt(WIDTH)
    with open(path, "wb") as file:
        for layer in range(layers):
            for half in range(2):
                numpy.roll(numbers, 977 * (2 * layer + half) + 1).tofile(file)


def make_model(folder, gigabytes):
    """Pairs WIDTH x columns, columns x WIDTH."""
    columns = 6400
    pair = 2 * WIDTH * columns * 4
    layers = max(1, round(gigabytes * 2**30 / pair))
    weights = os.path.join(folder, "weights.bin")
    write_weights(weights, layers, columns)
    nodes, tensors, offset, x = [], [], 0, "x"
    for layer in range(layers):
        for name, shape in ((f"u{layer}", (WIDTH, columns)), (f"d{layer}", (columns, WIDTH))):
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
            tensor.raw_data = b""
            external_data_helper.set_external_data(tensor, "weights.bin", offset=offset, length=pair // 2)
            tensor.ClearField("raw_data")
            tensors.append(tensor)
            offset += pair // 2
        nodes += [
            helper.make_node("MatMul", [x, f"u{layer}"], [f"h{layer}"]),
            helper.make_node("Relu", [f"h{layer}"], [f"r{layer}"]),
            helper.make_node("MatMul", [f"r{layer}", f"d{layer}"], [f"p{layer}"]),
            helper.make_node("Add", [x, f"p{layer}"], [f"x{layer}"]),
        ]
        x = f"x{layer}"
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", WIDTH])
    graph = helper.make_graph(nodes, "large", [value("x")], [value(x)], tensors)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), os.path.join(folder, "large.onnx"))
    return layers, columns


def expected(folder, x, layers, columns):
    weights = numpy.memmap(os.path.join(folder, "weights.bin"), numpy.float32)
    half = WIDTH * columns
    for layer in range(layers):
        up = weights[2 * layer * half :][:half].reshape(WIDTH, columns)
        down = weights[(2 * layer + 1) * half :][:half].reshape(columns, WIDTH)
        x = x + numpy.maximum(x @ up, 0) @ down
    return x


def run_measured(command):
    """Runs a command; gives its time, the peak of its own memory and of all that it has mapped, in bytes."""
    begin = time.monotonic()
    process = subprocess.Popen(command)
    peaks = {"RssAnon": 0, "VmHWM": 0}

    def watch():
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    for line in status:
                        key, _, rest = line.partition(":")
                        if key in peaks:
                            peaks[key] = max(peaks[key], int(rest.split()[0]) * 1024)
            except (FileNotFoundError, ProcessLookupError):
                return
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    status = process.wait()
    thread.join()
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return time.monotonic() - begin, peaks["RssAnon"], peaks["VmHWM"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kiln", default="target/release/kiln")
    parser.add_argument("--gigabytes", type=float, default=6)
    parser.add_argument("--folder", help="where the temporary folder goes")
    parser.add_argument("--limit", type=float, default=1, help="the most memory of its own that compiling may take, in GB")
    arguments = parser.parse_args()
    kiln = os.path.abspath(arguments.kiln)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        layers, columns = make_model(folder, arguments.gigabytes)
        path = lambda name: os.path.join(folder, name)
        seconds, own, mapped = run_measured([kiln, "compile", path("large.onnx"), "-o", path("large.so")])
        size = os.path.getsize(path("weights.bin")) / 2**30
        print(f"{size:.2f} GB of weights: compiled in {seconds:.0f} s with {own / 2**20:.0f} MB of its own,", end=" ")
        print(f"{mapped / 2**20:.0f} MB with pages of files; the model has {os.path.getsize(path('large.so')) / 2**30:.2f} GB")
        x = numpy.random.default_rng(1).standard_normal((2, WIDTH)).astype(numpy.float32)
        numpy.save(path("x.npy"), x)
        command = [kiln, "run", path("large.so"), "--input", f"x={path('x.npy')}", "--outputs", path("out.npz")]
        seconds, used, _ = run_measured(command)
        found = list(numpy.load(path("out.npz")).values())[0]
        wanted = expected(folder, x, layers, columns)
        error = numpy.abs(found - wanted).max() / numpy.abs(wanted).max()
        print(f"run in {seconds:.1f} s with {used / 2**20:.0f} MB of its own; largest error {error:.1e}")
        if error > 1e-4 or own > arguments.limit * 2**30:
            raise SystemExit("not as it should be")


if __name__ == "__main__":
    main()
