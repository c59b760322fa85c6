"""Models of one operator of the standard domain each, on more than the ONNX project's own cases have: a name, the model and
its inputs."""

import numpy
from onnx import TensorProto

import one_node

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def models():
    """All of them."""
    yield from _suppression()
    yield from _unique()
    yield from _sorting()
    yield from _others()


def _model(name: str, operator: str, inputs: dict, outputs: list, version: int = 21, **attributes):
    return one_node.model(name, "", operator, inputs, outputs, version, **attributes)


def _suppression():
    """Random boxes: corners in any order, or centres; scores of which some are equal."""
    for name, pictures, classes, count, centred, given in [
        ("corners", 2, 3, 60, 0, {"most": 7, "overlap": 0.4, "threshold": 0.3}),
        ("centres", 1, 4, 100, 1, {"most": 50, "overlap": 0.2, "threshold": 0.1}),
        ("without_threshold", 3, 1, 33, 0, {"most": 20, "overlap": 0.5}),
        ("without_overlap", 1, 2, 40, 0, {"most": 40}),
        ("without_limit", 1, 2, 10, 0, {}),
    ]:
        random = one_node.random(name)
        place, size = random.uniform(0, 10, (2, pictures, count, 2))
        size *= 0.4
        turned = size * random.choice([-1, 1], size.shape)
        boxes = numpy.concatenate([place, size] if centred else [place - turned, place + turned], axis=2)
        inputs = {"boxes": boxes, "scores": random.uniform(0, 1, (pictures, classes, count)).round(2)}
        inputs = {key: value.astype(numpy.float32) for key, value in inputs.items()}
        limits = {key: numpy.array([value], numpy.float32) for key, value in given.items()}
        if "most" in limits:
            limits["most"] = limits["most"].astype(numpy.int64)
        yield _model(
            f"non_max_suppression_{name}", "NonMaxSuppression", inputs | limits, [(INT64, 2)], center_point_box=centred
        )


def _unique():
    random = one_node.random("unique")
    elements = random.integers(0, 9, (5, 7)).astype(numpy.float32)
    rows = random.integers(0, 2, (12, 3)).astype(numpy.float32)
    outputs = [(FLOAT, 1), (INT64, 1), (INT64, 1), (INT64, 1)]
    slices = [(FLOAT, 2), *outputs[1:]]
    for order in (0, 1):
        yield _model(f"unique_elements_{order}", "Unique", {"x": elements}, outputs, sorted=order)
        yield _model(f"unique_rows_{order}", "Unique", {"x": rows}, slices, axis=0, sorted=order)
        yield _model(f"unique_columns_{order}", "Unique", {"x": rows.T.copy()}, slices, axis=1, sorted=order)


def _sorting():
    """Lines of many elements, many of them equal."""
    x = one_node.random("sort").standard_normal((3, 500)).astype(numpy.float32)
    x[1] = x[1].round()
    x[2] = 1
    for count in (60, 500):
        k = {"k": numpy.array([count], numpy.int64)}
        for largest in (0, 1):
            name = f"top_k_{count}_{largest}"
            yield _model(name, "TopK", {"x": x}, [(FLOAT, 2), (INT64, 2)], constants=k, largest=largest)
            turned = {"x": x.T.copy()}
            yield _model(f"{name}_rows", "TopK", turned, [(FLOAT, 2), (INT64, 2)], constants=k, largest=largest, axis=0)


def _others():
    random = one_node.random("others")
    x = random.standard_normal((2, 3, 9, 12)).astype(numpy.float32)
    parts = numpy.array([[0, 1, 1, 7, 6], [1, 0, 0, 10, 8], [1, -3, 2, 20, 30], [0, 5, 5, 5, 5]], numpy.float32)
    options = {"pooled_shape": [3, 4], "spatial_scale": 0.75}
    yield _model("max_roi_pool", "MaxRoiPool", {"x": x, "parts": parts}, [(FLOAT, 4)], **options)
    scale = {"scale": random.standard_normal(16).astype(numpy.float32)}
    tokens = {"x": random.standard_normal((2, 5, 16)).astype(numpy.float32)}
    yield _model("rms_norm", "SimplifiedLayerNormalization", tokens, [(FLOAT, 3), (FLOAT, 3)], constants=scale, axis=-1, epsilon=1e-6)
    matrices = {"x": random.standard_normal((3, 7, 7)).astype(numpy.float32)}
    yield _model("determinant", "Det", matrices, [(FLOAT, 1)])
    sequences = {
        "ngram_counts": [0, 4],
        "ngram_indexes": [0, 2, 1, 3, 6, 5, 4],
        "pool_int64s": [2, 3, 5, 4, 5, 6, 7, 8, 6, 7],
        "weights": [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }
    rows = {"x": random.integers(2, 9, (3, 12)).astype(numpy.int64)}
    for mode in ("TF", "IDF", "TFIDF"):
        steps = {"min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 2}
        yield _model(f"tf_idf_{mode}", "TfIdfVectorizer", rows, [(FLOAT, 2)], mode=mode, **steps, **sequences)
