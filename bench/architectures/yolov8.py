"""YOLOv8 as it detects: a backbone of split bottlenecks, features combined from three levels, and a head that decodes the
boxes' sides from distributions. Written after the description of the architecture, with the sizes of its variant n."""

import torch
from torch import nn

# How many values each side of a box is a distribution over.
BINS = 16
STRIDES = (8, 16, 32)


class Convolution(nn.Sequential):
    """A convolution, normalized, with SiLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1):
        convolution = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(outputs, eps=1e-3), nn.SiLU())


class Bottleneck(nn.Module):
    """Two 3 x 3 convolutions and, in the backbone, their input added."""

    def __init__(self, channels: int, residual: bool):
        super().__init__()
        self.layers = nn.Sequential(Convolution(channels, channels, 3), Convolution(channels, channels, 3))
        self.residual = residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.residual else self.layers(x)


class SplitBottlenecks(nn.Module):
    """Half of the channels goes through a chain of bottlenecks; the results of all of them are combined."""

    def __init__(self, inputs: int, outputs: int, count: int, residual: bool):
        super().__init__()
        self.half = outputs // 2
        self.enter = Convolution(inputs, outputs)
        self.chain = nn.ModuleList(Bottleneck(self.half, residual) for _ in range(count))
        self.leave = Convolution((2 + count) * self.half, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = list(self.enter(x).split(self.half, dim=1))
        for bottleneck in self.chain:
            parts.append(bottleneck(parts[-1]))
        return self.leave(torch.cat(parts, dim=1))


class PyramidPooling(nn.Module):
    """Three poolings in a row, combined with what they pool."""

    def __init__(self, channels: int):
        super().__init__()
        self.enter = Convolution(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.leave = Convolution(2 * channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.leave(torch.cat(parts, dim=1))


class Head(nn.Module):
    """Boxes and scores of all places of the three levels, in pixels and as probabilities."""

    def __init__(self, widths: list[int], classes: int, size: int):
        super().__init__()
        box, score = max(16, widths[0] // 4, 4 * BINS), max(widths[0], min(classes, 100))
        self.boxes = nn.ModuleList(self.branch(width, box, 4 * BINS) for width in widths)
        self.scores = nn.ModuleList(self.branch(width, score, classes) for width in widths)
        centers, strides = [], []
        for stride in STRIDES:
            places = torch.arange(size // stride) + 0.5
            rows, columns = torch.meshgrid(places, places, indexing="ij")
            centers.append(torch.stack([columns.flatten(), rows.flatten()]))
            strides.append(torch.full((1, rows.numel()), float(stride)))
        self.register_buffer("centers", torch.cat(centers, dim=1)[None])
        self.register_buffer("strides", torch.cat(strides, dim=1)[None])
        self.register_buffer("bins", torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1))

    @staticmethod
    def branch(inputs: int, width: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(Convolution(inputs, width, 3), Convolution(width, width, 3), nn.Conv2d(width, outputs, 1))

    def forward(self, levels: list[torch.Tensor]) -> torch.Tensor:
        boxes = torch.cat([branch(x).flatten(2) for branch, x in zip(self.boxes, levels)], dim=2)
        scores = torch.cat([branch(x).flatten(2) for branch, x in zip(self.scores, levels)], dim=2)
        sides = boxes.unflatten(1, (4, BINS)).transpose(1, 2).softmax(dim=1)
        first, second = (sides * self.bins).sum(dim=1).chunk(2, dim=1)
        low, high = self.centers - first, self.centers + second
        boxes = torch.cat([(low + high) / 2, high - low], dim=1) * self.strides
        return torch.cat([boxes, scores.sigmoid()], dim=1)


class YoloV8(nn.Module):
    """The detector; `widths` are the channels of its five levels."""

    def __init__(self, widths: list[int], counts: list[int], classes: int, size: int):
        super().__init__()
        a, b, c, d, e = widths
        self.stem = nn.Sequential(Convolution(3, a, 3, 2), Convolution(a, b, 3, 2), SplitBottlenecks(b, b, counts[0], True))
        self.level3 = nn.Sequential(Convolution(b, c, 3, 2), SplitBottlenecks(c, c, counts[1], True))
        self.level4 = nn.Sequential(Convolution(c, d, 3, 2), SplitBottlenecks(d, d, counts[2], True))
        pooled = PyramidPooling(e)
        self.level5 = nn.Sequential(Convolution(d, e, 3, 2), SplitBottlenecks(e, e, counts[3], True), pooled)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        self.up4 = SplitBottlenecks(d + e, d, counts[0], False)
        self.up3 = SplitBottlenecks(c + d, c, counts[0], False)
        self.shrink3 = Convolution(c, c, 3, 2)
        self.down4 = SplitBottlenecks(c + d, d, counts[0], False)
        self.shrink4 = Convolution(d, d, 3, 2)
        self.down5 = SplitBottlenecks(d + e, e, counts[0], False)
        self.head = Head([c, d, e], classes, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x3 = self.level3(self.stem(x))
        x4 = self.level4(x3)
        x5 = self.level5(x4)
        y4 = self.up4(torch.cat([self.enlarge(x5), x4], dim=1))
        y3 = self.up3(torch.cat([self.enlarge(y4), x3], dim=1))
        z4 = self.down4(torch.cat([self.shrink3(y3), y4], dim=1))
        z5 = self.down5(torch.cat([self.shrink4(z4), x5], dim=1))
        return self.head([y3, z4, z5])


def build(size: int = 640, classes: int = 80) -> nn.Module:
    """Variant n for square pictures of `size` pixels."""
    return YoloV8([16, 32, 64, 128, 256], [1, 2, 2, 1], classes, size)
