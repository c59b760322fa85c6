"""The architectures of torchvision, evaluated as they classify: without the auxiliary outputs of their training."""

import torch
import torchvision


class OneOutput(torch.nn.Module):
    """A segmentation network, whose dictionary of outputs becomes its one map of classes."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x)["out"]


def build(name: str, **options) -> torch.nn.Module:
    """The network that torchvision calls `name`."""
    if torchvision.models.get_model_builder(name).__module__.startswith("torchvision.models.segmentation"):
        return OneOutput(torchvision.models.get_model(name, weights=None, weights_backbone=None, **options))
    network = torchvision.models.get_model(name, weights=None, **options)
    if name == "inception_v3":
        network.AuxLogits, network.aux_logits = None, False
    return network
