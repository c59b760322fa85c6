"""Makes the input arrays that test/models/models.toml describes, the same ones each time."""

import hashlib
import math

import numpy
from PIL import Image, ImageDraw

# Mean and deviation of each channel that pictures are normalized with.
_SCALES = {
    "centered": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def make(case: dict, types: dict[str, str]) -> dict[str, numpy.ndarray]:
    """The arrays of one case; `types` gives each input's numpy element type."""
    arrays = {}
    for name, description in case["inputs"].items():
        seed = hashlib.sha256(f"{case['name']}:{name}".encode()).digest()
        generator = numpy.random.default_rng(int.from_bytes(seed[:8], "little"))
        array = _KINDS[description["kind"]](description, generator)
        arrays[name] = numpy.asarray(array, dtype=types[name], order="C")
    return arrays


def _picture(description: dict, generator: numpy.random.Generator) -> numpy.ndarray:
    batch, channels, height, width = description["shape"]
    mean, deviation = (numpy.array(v) for v in _SCALES[description.get("scale", "centered")])
    pictures = [_draw_picture(width, height, generator) for _ in range(batch)]
    scaled = (numpy.stack(pictures) / 255.0 - mean) / deviation
    assert channels == 3, "pictures have three channels"
    return scaled.transpose(0, 3, 1, 2)


def _draw_picture(width: int, height: int, generator: numpy.random.Generator) -> numpy.ndarray:
    """A gradient with shapes, lines of text and noise: edges and smooth parts at all scales."""
    columns, rows = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    slopes = generator.uniform(40, 110, (3, 2))
    pixels = 60 + numpy.stack([a * columns + b * rows for a, b in slopes], axis=-1)
    image = Image.fromarray(pixels.astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(8):
        x, y = generator.uniform(0, width), generator.uniform(0, height)
        radius = generator.uniform(0.03, 0.2) * max(width, height)
        color = tuple(int(v) for v in generator.integers(0, 256, 3))
        shape = draw.ellipse if generator.random() < 0.5 else draw.rectangle
        shape((x - radius, y - radius / 2, x + radius, y + radius / 2), fill=color)
    for line in range(6):
        draw.text((width * 0.05, height * (0.05 + 0.15 * line)), f"Kiln {generator.integers(10**6):06}", fill="white")
    noise = generator.normal(0, 6, (height, width, 3))
    return numpy.clip(numpy.asarray(image) + noise, 0, 255)


def _tokens(description: dict, generator: numpy.random.Generator) -> numpy.ndarray:
    return generator.integers(description["low"], description["high"], description["shape"])


def _mask(description: dict, _: numpy.random.Generator) -> numpy.ndarray:
    lengths = numpy.array(description["lengths"])[:, None]
    return numpy.arange(description["shape"][1])[None, :] < lengths


def _audio(description: dict, generator: numpy.random.Generator) -> numpy.ndarray:
    rows, samples = description["shape"]
    time = numpy.arange(samples) / 16000
    tones = numpy.zeros((rows, samples))
    for _ in range(5):
        frequency, phase = generator.uniform(100, 3000, (rows, 1)), generator.uniform(0, 2 * math.pi, (rows, 1))
        tones += 0.1 * numpy.sin(2 * math.pi * frequency * time + phase)
    return tones + 0.02 * generator.standard_normal((rows, samples))


def _normal(description: dict, generator: numpy.random.Generator) -> numpy.ndarray:
    return description["deviation"] * generator.standard_normal(description["shape"])


def _values(description: dict, _: numpy.random.Generator) -> numpy.ndarray:
    return numpy.array(description["values"]).reshape(description["shape"])


_KINDS = {
    "picture": _picture,
    "tokens": _tokens,
    "mask": _mask,
    "audio": _audio,
    "normal": _normal,
    "values": _values,
}
