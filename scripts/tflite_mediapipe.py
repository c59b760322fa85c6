"""Cases of the custom operators of MediaPipe.

No interpreter that runs a model by itself has these operators, so what they give is computed here, in NumPy, from their
definitions.
"""

import itertools
import struct

import numpy
from flatbuffers import flexbuffers

from tflite_model import ReferenceCase


def _map(**options) -> bytes:
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in options.items():
            match value:
                case str():
                    builder.String(key, value)
                case list():
                    builder.Key(key)
                    builder.TypedVectorFromElements(value)
                case float():
                    builder.Float(key, value)
                case _:
                    builder.Int(key, value)
    return bytes(builder.Finish())


def _pool_options(padding, strides, size) -> bytes:
    """Padding, strides and size, columns first, and an activation, as they stand in memory."""
    return struct.pack("<10i", padding, strides[1], strides[0], size[1], size[0], 0, 0, 0, 0, 0)


def _same(extent, stride, size):
    count = -(-extent // stride)
    return count, max((count - 1) * stride + size - extent, 0) // 2


def _max_pool(x, padding, strides, size):
    batch, *extents, channels = x.shape
    ways = [_same(extent, stride, length) if padding == 1 else ((extent - length) // stride + 1, 0)
            for extent, stride, length in zip(extents, strides, size)]
    shape = [batch, ways[0][0], ways[1][0], channels]
    largest, places = numpy.full(shape, -numpy.inf, numpy.float32), numpy.zeros(shape, numpy.float32)
    for b, row, column, c in itertools.product(*map(range, shape)):
        for i, j in itertools.product(*map(range, size)):
            at = row * strides[0] - ways[0][1] + i, column * strides[1] - ways[1][1] + j
            if 0 <= at[0] < extents[0] and 0 <= at[1] < extents[1] and x[b, at[0], at[1], c] > largest[b, row, column, c]:
                largest[b, row, column, c] = x[b, at[0], at[1], c]
                places[b, row, column, c] = numpy.float32(i * size[1] + j) + numpy.float32(0.1)
    return largest, places


def _max_unpool(x, places, strides, size):
    batch, rows, columns, channels = x.shape
    y = numpy.zeros([batch, rows * size[0], columns * size[1], channels], numpy.float32)
    pads = [max((extent - 1) * stride + length - extent * length, 0) // 2
            for extent, stride, length in zip([rows, columns], strides, size)]
    for b, row, column, c in itertools.product(*map(range, x.shape)):
        place = int(places[b, row, column, c])
        at = row * strides[0] - pads[0] + place // size[1], column * strides[1] - pads[1] + place % size[1]
        if 0 <= at[0] < y.shape[1] and 0 <= at[1] < y.shape[2]:
            y[b, at[0], at[1], c] = x[b, row, column, c]
    return y


def case_unpool():
    for name, padding, strides, size in [("same", 1, (2, 2), (2, 2)), ("valid", 2, (2, 1), (3, 2)), ("overlap", 1, (1, 2), (3, 3))]:
        case = ReferenceCase(f"max_pool_with_places_{name}", 0, 0)
        x = case.input([2, 5, 6, 3])
        options = _pool_options(padding, strides, size)
        largest, places = case.op("MaxPoolingWithArgmax2D", [x], outputs=2, dtype="float32", custom=options)
        case.expect(largest, lambda x, *rest, a=(padding, strides, size): _max_pool(x, *a)[0])
        case.expect(places, lambda x, *rest, a=(padding, strides, size): _max_pool(x, *a)[1])
        yield case
        case = ReferenceCase(f"max_unpool_{name}", 0, 0)
        numbers = case.random.integers(0, size[0] * size[1], [2, 3, 2, 2]) + 0.1
        numbers[0, 0, 0, 0] = 900
        inputs = [case.input([2, 3, 2, 2]), case.input([2, 3, 2, 2], data=numbers)]
        y = case.op("MaxUnpooling2D", inputs, custom=options)
        case.expect(y, lambda x, places, a=(strides, size): _max_unpool(x, places, *a))
        yield case


def _turned(angle, points):
    rotation = numpy.array([[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]])
    return points @ rotation.T


def _first_transform(x, left, right, subset, range_, multiplier, input_hw, output_hw):
    points = x.reshape(-1, 3)[:, :2].astype(numpy.float64)
    dx, dy = points[right] - points[left]
    angle = -numpy.arctan(dy / dx)
    turned = _turned(angle, points[subset])
    low, high = turned.min(axis=0), turned.max(axis=0)
    size, middle = (high - low) * multiplier, _turned(-angle, (high + low) / 2)
    moved = middle / range_ * 2 - 1
    relative = numpy.diag([2 / (output_hw[1] - 1), 2 / (output_hw[0] - 1), 1.0])
    relative[:2, 2] = -1
    half = numpy.array([input_hw[1] - 1, input_hw[0] - 1]) / 2
    absolute = numpy.diag([*half, 1.0])
    absolute[:2, 2] = half
    rotation = numpy.eye(3)
    rotation[:2, :2] = _turned(-angle, numpy.eye(2)).T
    rotation[:2, 2] = moved
    whole = absolute @ rotation @ numpy.diag([*(size / range_), 1.0]) @ relative
    y = numpy.eye(4)
    y[:2, :2], y[:2, 3] = whole[:2, :2], whole[:2, 2]
    return y[None].astype(numpy.float32)


def _second_transform(x, left, right, subset, target, height, width, scales):
    points = x.reshape(-1, 3)[:, :2].astype(numpy.float64)
    dx, dy = points[right] - points[left]
    angle = target - numpy.arctan2(dy, dx)
    turned = _turned(angle, points[subset])
    low, high = turned.min(axis=0), turned.max(axis=0)
    shift, rotation, scale, centre = (numpy.eye(4) for _ in range(4))
    shift[:2, 3] = _turned(-angle, (high + low) / 2)
    rotation[:2, :2] = _turned(-angle, numpy.eye(2)).T
    scale[0, 0], scale[1, 1] = (high - low) * scales / [width, height]
    centre[:2, 3] = -width / 2, -height / 2
    return (shift @ rotation @ scale @ centre)[None].astype(numpy.float32)


def _transform_landmarks(x, matrix, dimensions, scale):
    matrix = matrix.reshape(4, 4)
    points = x.reshape(-1, dimensions).copy()
    points[:, :2] = points[:, :2] @ matrix[:2, :2].T + matrix[:2, 3] * numpy.float32(scale)
    return points.reshape(x.shape)


def case_landmarks():
    subset = [0, 3, 5, 7, 2, 2]
    case = ReferenceCase("landmarks_to_matrix_1", 1e-4, 1e-4)
    x = case.input([1, 1, 1, 24], low=0, high=192)
    options = dict(input_hw=[128, 160], output_hw=[64, 48], dimensions=3, landmarks_range=192, bbox_size_multiplier=1.5,
                   left_rotation_idx=1, right_rotation_idx=4, subset=subset)
    y = case.op("Landmarks2TransformMatrix", [x], custom=_map(**options))
    case.expect(y, lambda x: _first_transform(x, 1, 4, subset, 192, 1.5, [128, 160], [64, 48]))
    yield case
    case = ReferenceCase("landmarks_to_matrix_2", 1e-4, 1e-4)
    x = case.input([1, 8, 3], low=0, high=192)
    options = dict(subset_idxs=subset, left_rotation_idx=6, right_rotation_idx=1, target_rotation_radians=0.25,
                   output_height=64, output_width=48, scale_x=1.5, scale_y=1.25)
    y = case.op("Landmarks2TransformMatrix", [x], custom=_map(**options))
    case.expect(y, lambda x: _second_transform(x, 6, 1, subset, 0.25, 64, 48, numpy.array([1.5, 1.25])))
    yield case
    for dimensions in [2, 3]:
        case = ReferenceCase(f"transform_landmarks_{dimensions}")
        shapes = [[1, 2, 3, 4 * dimensions], [1, 5, dimensions]]
        inputs = [(case.input(shape), case.input([1, 4, 4])) for shape in shapes]
        first = case.op("TransformLandmarks", inputs[0], custom=_map(dimensions=dimensions, scale=0.5))
        second = case.op("TransformLandmarks", inputs[1], custom=_map())
        case.expect(first, lambda x, m, *rest, d=dimensions: _transform_landmarks(x, m, d, 0.5))
        case.expect(second, lambda x, m, y, n, d=dimensions: _transform_landmarks(y, n, d, 1.0))
        yield case


def _pixel(x, row, column):
    inside = 0 <= row < x.shape[0] and 0 <= column < x.shape[1]
    return x[int(row), int(column)].astype(numpy.float64) if inside else numpy.zeros(x.shape[2])


def _between(x, column, row):
    left, upper = numpy.floor(column), numpy.floor(row)
    across, down = column - left, row - upper
    lines = [(1 - across) * _pixel(x, line, left) + across * _pixel(x, line, left + 1) for line in [upper, upper + 1]]
    return (1 - down) * lines[0] + down * lines[1]


def _transform_picture(x, matrix, height, width, middle):
    matrix = matrix.reshape(4, 4).astype(numpy.float64)
    y = numpy.zeros([1, height, width, x.shape[3]], numpy.float32)
    for row, column in itertools.product(range(height), range(width)):
        place = matrix[:2, :2] @ [column + middle, row + middle] + matrix[:2, 3] - middle
        if 0 <= place[0] <= x.shape[2] - 1 and 0 <= place[1] <= x.shape[1] - 1:
            y[0, row, column] = _between(x[0], *place)
    return y


def _resample(x, places):
    y = numpy.zeros_like(x)
    for b, row, column in itertools.product(*map(range, x.shape[:3])):
        y[b, row, column] = _between(x[b], *places[b, row, column].astype(numpy.float64))
    return y


def case_warp():
    matrix = numpy.eye(4, dtype=numpy.float32)
    matrix[:2, :2], matrix[:2, 3] = [[0.9, -0.35], [0.4, 1.1]], [0.7, -0.45]
    for name, case_name, version, options, middle in [("TransformTensor", "transform_tensor", 1, dict(mode="bilinear", output_size=[5, 7]), 0.0),
                                           ("TransformTensorBilinear", "transform_tensor_bilinear", 1, dict(mode="bilinear", output_size=[5, 7]), 0.0),
                                           ("TransformTensorBilinear", "transform_tensor_bilinear", 2, dict(output_height=5, output_width=7), 0.5)]:
        case = ReferenceCase(f"{case_name}_{version}", 1e-5, 1e-5)
        inputs = [case.input([1, 6, 8, 3]), case.input([1, 4, 4], data=matrix[None])]
        y = case.op(name, inputs, custom=_map(**options))
        case.expect(y, lambda x, m, middle=middle: _transform_picture(x, m, 5, 7, middle))
        yield case
    case = ReferenceCase("resampler", 1e-5, 1e-5)
    inputs = [case.input([2, 4, 5, 3]), case.input([2, 4, 5, 2], low=-1.5, high=5.5)]
    case.expect(case.op("Resampler", inputs, custom=b""), _resample)
    yield case


def _transposed(x, w, bias, padding, strides):
    rows, columns = [(extent - 1) * stride + length for extent, stride, length in zip(x.shape[1:3], strides, w.shape[1:3])]
    y = numpy.zeros([x.shape[0], rows, columns, w.shape[0]])
    for i, j in itertools.product(range(w.shape[1]), range(w.shape[2])):
        y[:, i:i + (x.shape[1] - 1) * strides[0] + 1:strides[0], j:j + (x.shape[2] - 1) * strides[1] + 1:strides[1]] += x @ w[:, i, j].T
    if padding == 1:
        cuts = [max(length - stride, 0) for length, stride in zip(w.shape[1:3], strides)]
        y = y[:, cuts[0] // 2:rows - (cuts[0] - cuts[0] // 2), cuts[1] // 2:columns - (cuts[1] - cuts[1] // 2)]
    return (y + bias).astype(numpy.float32)


def case_transposed():
    for name, padding, strides in [("same", 1, (2, 2)), ("valid", 2, (2, 1))]:
        case = ReferenceCase(f"transpose_conv_bias_{name}", 1e-5, 1e-5)
        x = case.input([2, 3, 4, 3])
        w, b = case.draw([5, 3, 2, 3]), case.draw([5])
        y = case.op("Convolution2DTransposeBias", [x, case.constant(w), case.constant(b)], custom=struct.pack("<3i", padding, strides[1], strides[0]))
        case.expect(y, lambda x, a=(w, b, padding, strides): _transposed(x, *a))
        yield case
