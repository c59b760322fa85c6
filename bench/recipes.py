"""How the model files of bench/rows.toml are made: a change here makes them anew.

Weights are random but the same each time: the networks' own initialization, normalizations with values that do
something, and batch statistics taken from random pictures, as a trained network's are from its data.
"""

import importlib
import math
from pathlib import Path

import numpy
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quant_pre_process, quantize_static
from torch import nn

import rows
from rows import Row

import cache  # noqa: E402 (rows puts scripts/ on the path)
import inputs
import models
import references

OPSET = 18
# How many arrays of each input a quantized model's ranges, or a network's batch statistics, are taken from.
CALIBRATION_RUNS = 4
NORMALIZATIONS = (nn.LayerNorm, nn.GroupNorm, nn.BatchNorm2d)
# What an int8 model computes in int8: all of a convolutional network, and a transformer's products with weights.
QUANTIZED_OPS = {"vision": None, "text": ["MatMul", "Gemm"]}


def make(row: Row, target: Path) -> dict[str, numpy.ndarray]:
    """Writes a row's model to `target`; the arrays that it is run on."""
    if "architecture" in row.source:
        return export(row, target)
    return quantize(row, target) if "quantized" in row.source else copy_model(row, target)


def make_arrays(row: Row, seed: str) -> dict[str, numpy.ndarray]:
    """Inputs of a row; other ones for another seed."""
    described = row.source["inputs"]
    types = {name: "int64" if d["kind"] in ("tokens", "mask") else "float32" for name, d in described.items()}
    return inputs.make({"name": seed, "inputs": described}, types)


def build(row: Row) -> nn.Module:
    """A row's network with its random weights."""
    torch.manual_seed(0)
    arguments = dict(row.source["architecture"])
    network = importlib.import_module(f"architectures.{arguments.pop('family')}").build(**arguments).eval()
    for module in network.modules():
        if isinstance(module, NORMALIZATIONS):
            nn.init.normal_(module.weight, 1.0, 0.1)
            nn.init.normal_(module.bias, 0.0, 0.05)
    for parameter in network.parameters():
        if not parameter.any():  # initialized with zeros
            nn.init.normal_(parameter, 0.0, 0.02 if parameter.dim() < 2 else 1 / math.sqrt(parameter[0].numel()))
    take_statistics(row, network)
    return network


def take_statistics(row: Row, network: nn.Module) -> None:
    """Gives batch normalizations the statistics of what they see on random inputs."""
    normalizations = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if not normalizations:
        return
    for module in normalizations:
        module.reset_running_stats()
        module.momentum = None  # the average of all runs
        module.train()
    batch = [torch.from_numpy(make_arrays(row, f"statistics {run}")["x"]) for run in range(CALIBRATION_RUNS)]
    with torch.no_grad():
        network(torch.cat(batch))
    network.eval()


def export(row: Row, target: Path) -> dict[str, numpy.ndarray]:
    """Writes a row's network by PyTorch's exporter; the arrays whose shapes it is fixed to."""
    network = build(row)
    arrays = make_arrays(row, row.name)
    given = tuple(torch.from_numpy(array) for array in arrays.values())
    with torch.no_grad():
        program = torch.onnx.export(network, given, dynamo=True, input_names=list(arrays), opset_version=OPSET, verbose=False)
    program.save(target, external_data=False)
    return arrays


class Calibration(CalibrationDataReader):
    """Hands out inputs of a row, one after the other."""

    def __init__(self, row: Row):
        self._arrays = iter([make_arrays(row, f"calibration {run}") for run in range(CALIBRATION_RUNS)])

    def get_next(self) -> dict[str, numpy.ndarray] | None:
        return next(self._arrays, None)


def quantize(row: Row, target: Path) -> dict[str, numpy.ndarray]:
    """Writes another row's model in int8, its weights with a scale for each channel; that row's inputs."""
    (other,) = rows.select([row.source["quantized"]])
    prepared = target.with_name("prepared.onnx")
    quant_pre_process(other.path, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared,
        target,
        Calibration(other),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=QUANTIZED_OPS[other.source["architecture"]["family"]],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )
    prepared.unlink()
    return cache.load_npz(other.inputs)


def copy_model(row: Row, target: Path) -> dict[str, numpy.ndarray]:
    """Writes a model of the tests with the shapes of its first case; that case's inputs."""
    (model,) = models.select([row.source["model"]])
    models.fetch(model)
    references.make(model)
    folder = references.case_folder(model, model.cases[0])
    arrays, results = cache.load_npz(folder / "inputs.npz"), cache.load_npz(folder / "outputs.npz")
    file = onnx.load(model.path)
    del file.graph.value_info[:]
    for values, known in ((file.graph.input, arrays), (file.graph.output, results)):
        for value in values:
            if value.name in known:  # else an initializer
                shape = [onnx.TensorShapeProto.Dimension(dim_value=extent) for extent in known[value.name].shape]
                value.type.tensor_type.shape.CopyFrom(onnx.TensorShapeProto(dim=shape))
    onnx.save(file, target)
    return arrays
