"""U-Net (Ronneberger et al. 2015, arXiv:1505.04597) with padded convolutions and batch normalization, 32 features on its
finest level as in its use on medical pictures of 256 x 256."""

import torch
from torch import nn


def double_convolution(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3 x 3 convolutions, each normalized and rectified."""
    layers = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Four levels down by pooling, four up by transposed convolutions, with each level's features carried across."""

    def __init__(self, inputs: int, classes: int, features: int):
        super().__init__()
        widths = [features << level for level in range(5)]
        self.down = nn.ModuleList(map(double_convolution, [inputs, *widths], widths))
        self.pool = nn.MaxPool2d(2)
        self.grow = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1])
        self.up = nn.ModuleList(double_convolution(2 * width, width) for width in widths[:-1])
        self.classify = nn.Conv2d(features, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        carried = []
        for level in self.down[:-1]:
            x = level(x)
            carried.append(x)
            x = self.pool(x)
        x = self.down[-1](x)
        for features, grow, level in reversed(list(zip(carried, self.grow, self.up))):
            x = level(torch.cat([grow(x), features], dim=1))
        return self.classify(x).sigmoid()


def build(inputs: int = 3, classes: int = 1, features: int = 32) -> nn.Module:
    """The network; `features` is the width of its finest level."""
    return UNet(inputs, classes, features)
