"""Models of one operator of the standard domain each, on more than the ONNX project's own cases have: a name, the model and
its inputs."""

import numpy
from onnx import TensorProto

import one_node

FLOAT, INT64, STRING, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL


def models():
    """All of them."""
    yield from _suppression()
    yield from _unique()
    yield from _sorting()
    yield from _others()
    yield from _strings()


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


def _words(*rows) -> numpy.ndarray:
    return numpy.array(rows, dtype=object)


def _strings():
    x = _words(["b", "a", "b", ""], ["c", "ä", "a", "b"])
    yield _model("unique_strings", "Unique", {"x": x}, [(STRING, 1), (INT64, 1), (INT64, 1), (INT64, 1)])
    yield _model("unique_strings_unsorted", "Unique", {"x": x}, [(STRING, 1), (INT64, 1), (INT64, 1), (INT64, 1)], sorted=0)
    yield _model("unique_rows_of_strings", "Unique", {"x": x[[0, 1, 0]]}, [(STRING, 2), (INT64, 1), (INT64, 1), (INT64, 1)], axis=0)
    yield _model("equal_strings", "Equal", {"x": x, "y": _words("b", "a", "x", "b")}, [(BOOL, 2)])
    yield _model("concat_strings", "Concat", {"x": x, "y": x[:, :1].copy()}, [(STRING, 2)], axis=1)
    yield _model("transpose_strings", "Transpose", {"x": x}, [(STRING, 2)], perm=[1, 0])
    yield _model("gather_strings", "Gather", {"x": x, "i": numpy.array([3, -4])}, [(STRING, 2)], axis=1)
    yield _model("tile_strings", "Tile", {"x": x, "n": numpy.array([1, 2])}, [(STRING, 2)])
    yield _model("expand_strings", "Expand", {"x": x, "n": numpy.array([2, 1, 4])}, [(STRING, 3)])
    yield _model("where_strings", "Where", {"c": x == "a", "x": x, "y": _words("-")}, [(STRING, 2)])
    yield _model("compress_strings", "Compress", {"x": x, "c": numpy.array([True, False, True])}, [(STRING, 2)], axis=1)
    numbers = _words("1", "-2", "+3", "3.5", "-1e-3", "2E5", "inf", "NaN")
    yield _model("cast_strings_to_floats", "Cast", {"x": numbers}, [(FLOAT, 1)], to=FLOAT)
    yield _model("cast_strings_to_integers", "Cast", {"x": numbers[:3]}, [(INT64, 1)], to=INT64)
    whole = numpy.array([0, -1, 2**62, -(2**63)], dtype=numpy.int64)
    yield _model("cast_integers_to_strings", "Cast", {"x": whole}, [(STRING, 1)], to=STRING)
    reals = [0, -0.0, 1, 0.1, -1e-4, 1e-5, 123456789, 3.14159265, 1e20, 1e8, 12345678, numpy.inf, -numpy.inf, numpy.nan]
    for element in (numpy.float32, numpy.float64, numpy.float16):
        given = numpy.array(reals if element != numpy.float16 else reals[:6], dtype=element)
        yield _model(f"cast_{element.__name__}_to_strings", "Cast", {"x": given}, [(STRING, 1)], to=STRING)
    yield _model("cast_bools_to_strings", "Cast", {"x": x == "a"}, [(STRING, 2)], to=STRING)
    yield _model("cast_bytes_to_strings", "Cast", {"x": numpy.array([0, 255], numpy.uint8)}, [(STRING, 1)], to=STRING)
    texts = _words("a,b,,c", ",", "", "no delimiter", "x,")
    for name, attributes in [("commas", {"delimiter": ","}), ("two", {"delimiter": ",", "maxsplit": 1}), ("words", {})]:
        yield _model(f"string_split_{name}", "StringSplit", {"x": texts}, [(STRING, 2), (INT64, 1)], **attributes)
    spaced = _words("  a  b c ", "one", " ", "")
    yield _model("string_split_spaces", "StringSplit", {"x": spaced}, [(STRING, 2), (INT64, 1)])
    for number, pattern in enumerate([r"\w+", r"[a-c]{2,3}|x.z", r"(?i)STRASSE|ä+", r"\d{3}-\d{4}", "", r"[^\s]*\bend", r"[[:alpha:]_]+"]):
        given = _words("", "abc", "x.z", "xäz", "strasse", "Ä", "555-1234", "the end", "end", "a_b", "É")
        yield _model(f"regex_full_match_{number}", "RegexFullMatch", {"x": given}, [(BOOL, 1)], pattern=pattern)
    words = _words("Monday", "TUESDAY", "APPLE", "wednesday", "monday")
    for case in ("LOWER", "UPPER", "NONE"):
        for sensitive in (0, 1):
            attributes = {"case_change_action": case, "is_case_sensitive": sensitive, "stopwords": ["monday", "Apple"], "locale": "C"}
            yield _model(f"string_normalizer_{case}_{sensitive}", "StringNormalizer", {"x": words}, [(STRING, 1)], **attributes)
    pool = {"pool_strings": ["a", "b", "c", "a", "b", "b", "c"], "ngram_counts": [0, 3], "ngram_indexes": [0, 1, 2, 3, 4]}
    lengths = {"min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 1, "mode": "TF"}
    yield _model("tf_idf_vectorizer_of_strings", "TfIdfVectorizer", {"x": x}, [(FLOAT, 2)], **pool, **lengths)
