"""Single layers: recurrent networks and matrix products with a constant matrix."""

import math

import torch
from torch import nn


class Recurrent(nn.Module):
    """The outputs of all steps of a recurrent network."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x)[0]


class Product(nn.Module):
    """The rows of the input, multiplied by a matrix."""

    def __init__(self, rows: int, columns: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(rows, columns) / math.sqrt(rows))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight


def build(name: str, inputs: int, outputs: int) -> nn.Module:
    """`lstm` or `gru` of two bidirectional layers, or `matmul`."""
    if name == "matmul":
        return Product(inputs, outputs)
    network = {"lstm": nn.LSTM, "gru": nn.GRU}[name]
    return Recurrent(network(inputs, outputs, num_layers=2, bidirectional=True))
