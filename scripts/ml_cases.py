"""Models of one operator of the domain `ai.onnx.ml` each, with random parameters: a name, the model and its inputs."""

import numpy
from onnx import TensorProto

import one_node

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


def models():
    """All of them."""
    yield from _features()
    yield from _linear()
    yield from _vectors()
    yield from _trees()
    yield from _strings()


def _model(name: str, operator: str, inputs: dict, outputs: list, version: int = 3, **attributes):
    return one_node.model(name, "ai.onnx.ml", operator, inputs, outputs, version, **attributes)


def _examples(name: str, rows: int = 37, features: int = 6) -> numpy.ndarray:
    return one_node.random(name).standard_normal((rows, features)).astype(numpy.float32)


def _features():
    x = _examples("features")
    with_gaps = x.copy()
    with_gaps[::3, 1] = numpy.nan
    whole = numpy.arange(24, dtype=numpy.int64).reshape(4, 6) % 7
    yield _model("binarizer", "Binarizer", {"x": x}, [(FLOAT, 2)], threshold=0.25)
    yield _model("scaler", "Scaler", {"x": x}, [(FLOAT, 2)], offset=[0.1 * i for i in range(6)], scale=[1.0 + i for i in range(6)])
    yield _model("scaler_of_integers", "Scaler", {"x": whole}, [(FLOAT, 2)], offset=[0.5], scale=[2.0])
    for norm in ("MAX", "L1", "L2"):
        yield _model(f"normalizer_{norm}", "Normalizer", {"x": numpy.abs(x)}, [(FLOAT, 2)], norm=norm)
    values = [float(i) for i in range(6)]
    nan = float("nan")
    yield _model("imputer", "Imputer", {"x": with_gaps}, [(FLOAT, 2)], imputed_value_floats=values, replaced_value_float=nan)
    yield _model("imputer_of_integers", "Imputer", {"x": whole}, [(INT64, 2)], imputed_value_int64s=[-9], replaced_value_int64=3)
    yield _model("one_hot_encoder", "OneHotEncoder", {"x": whole}, [(FLOAT, 3)], cats_int64s=[0, 2, 3, 6], zeros=1)
    yield _model("feature_vectorizer", "FeatureVectorizer", {"x": x, "z": x[:, :2].copy()}, [(FLOAT, 2)], inputdimensions=[6, 2])
    indices = numpy.array([4, 0, 5], dtype=numpy.int64)
    yield _model("array_feature_extractor", "ArrayFeatureExtractor", {"x": x, "i": indices}, [(FLOAT, 2)])
    codes = {"keys_int64s": [1, 2, 5], "values_floats": [0.5, -1.0, 7.0], "default_float": 9.0}
    yield _model("label_encoder", "LabelEncoder", {"x": whole}, [(FLOAT, 2)], version=2, **codes)
    codes = {"keys_floats": [0.5, nan], "values_int64s": [7, 2**60 + 1], "default_int64": -3}
    rounded = (numpy.round(with_gaps * 2) / 2).astype(numpy.float32)
    yield _model("label_encoder_of_floats", "LabelEncoder", {"x": rounded}, [(INT64, 2)], version=4, **codes)


def _linear():
    for transform in ("NONE", "SOFTMAX", "LOGISTIC"):
        name = f"linear_classifier_{transform}"
        random = one_node.random(name)
        attributes = {"coefficients": random.standard_normal(18).tolist(), "intercepts": random.standard_normal(3).tolist()}
        attributes |= {"classlabels_ints": [7, -2, 4], "post_transform": transform}
        yield _model(name, "LinearClassifier", {"x": _examples(name)}, [(INT64, 1), (FLOAT, 2)], **attributes)
    for transform in ("NONE", "SOFTMAX_ZERO"):
        name = f"linear_regressor_{transform}"
        random = one_node.random(name)
        attributes = {"coefficients": random.standard_normal(12).tolist(), "intercepts": random.standard_normal(2).tolist()}
        yield _model(name, "LinearRegressor", {"x": _examples(name)}, [(FLOAT, 2)], targets=2, post_transform=transform, **attributes)


def _vectors():
    for kernel in ("LINEAR", "POLY", "RBF", "SIGMOID"):
        name = f"svm_regressor_{kernel}"
        random = one_node.random(name)
        attributes = {"kernel_type": kernel, "kernel_params": [0.2, 0.3, 3.0], "n_supports": 9, "rho": [0.7]}
        attributes |= {"support_vectors": random.standard_normal(54).tolist(), "coefficients": random.standard_normal(9).tolist()}
        yield _model(name, "SVMRegressor", {"x": _examples(name)}, [(FLOAT, 2)], **attributes)
    name = "svm_regressor_without_vectors"
    coefficients = one_node.random(name).standard_normal(6).tolist()
    yield _model(name, "SVMRegressor", {"x": _examples(name)}, [(FLOAT, 2)], kernel_type="LINEAR", kernel_params=[1.0, 0.0, 3.0], coefficients=coefficients, rho=[0.2])


def _forest(random, trees: int, depth: int, features: int, modes: list) -> tuple[dict, list]:
    """Random trees: the attributes of their nodes, and their leaves by tree and number."""
    keys = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    lists = {f"nodes_{key}": [] for key in (*keys, "missing_value_tracks_true")}
    leaves = []

    def add(tree: int, number: int, level: int) -> int:
        """Adds a tree whose root is `number`; gives the next number."""
        is_leaf = level == depth or (level > 1 and random.random() < 0.25)
        place = len(lists["nodes_treeids"])
        mode = "LEAF" if is_leaf else modes[random.integers(len(modes))]
        value = float(numpy.float32(random.standard_normal()))
        row = (tree, number, int(random.integers(features)), value, mode, 0, 0, int(random.integers(2)))
        for key, entry in zip(lists, row):
            lists[key].append(entry)
        if is_leaf:
            leaves.append((tree, number))
            return number + 1
        lists["nodes_truenodeids"][place] = number + 1
        second = add(tree, number + 1, level + 1)
        lists["nodes_falsenodeids"][place] = second
        return add(tree, second, level + 1)

    for tree in range(trees):
        add(tree, 0, 0)
    return lists, leaves


def _weights(random, leaves: list, kind: str, columns: list, positive: bool = False) -> dict:
    entries = [(tree, node, column) for tree, node in leaves for column in columns]
    weights = random.standard_normal(len(entries))
    weights = (numpy.abs(weights) / 12 if positive else weights).astype(numpy.float32)
    lists = [list(entry) for entry in zip(*entries)]
    return dict(zip((f"{kind}_treeids", f"{kind}_nodeids", f"{kind}_ids"), lists)) | {f"{kind}_weights": weights.tolist()}


def _trees():
    gappy = _examples("trees", 53)
    gappy[::5, 2] = numpy.nan
    for name, aggregate, modes, targets in [
        ("one_target", "SUM", ["BRANCH_LEQ"], 1),
        ("average", "AVERAGE", ["BRANCH_LT"], 2),
        ("least", "MIN", ["BRANCH_GTE"], 2),
        ("largest", "MAX", ["BRANCH_GT"], 1),
        ("all_modes", "SUM", ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"], 3),
    ]:
        random = one_node.random(name)
        nodes, leaves = _forest(random, 11, 5, 6, modes)
        columns = list(range(targets))
        attributes = nodes | _weights(random, leaves, "target", columns) | {"n_targets": targets}
        attributes |= {"aggregate_function": aggregate, "base_values": [0.5 + column for column in columns]}
        yield _model(f"tree_regressor_{name}", "TreeEnsembleRegressor", {"x": gappy}, [(FLOAT, 2)], **attributes)
    for name, columns, labels, transform, positive in [
        ("three_classes", [0, 1, 2], [5, 1, -3], "NONE", True),
        ("softmax", [0, 1, 2], [5, 1, -3], "SOFTMAX", False),
        ("one_score", [0], [10, 20], "LOGISTIC", False),
        ("one_probability", [0], [10, 20], "NONE", True),
    ]:
        random = one_node.random(name)
        nodes, leaves = _forest(random, 7, 4, 6, ["BRANCH_LEQ"])
        attributes = nodes | _weights(random, leaves, "class", columns, positive)
        attributes |= {"classlabels_int64s": labels, "post_transform": transform}
        yield _model(f"tree_classifier_{name}", "TreeEnsembleClassifier", {"x": gappy}, [(INT64, 1), (FLOAT, 2)], **attributes)


def _strings():
    x = numpy.array([["red", "blue", "", "Red"], ["green", "?", "blue", "grün"]], dtype=object)
    whole = numpy.array([[1, 2], [5, -7]], dtype=numpy.int64)
    gaps = numpy.array([[0.5, numpy.nan], [2.0, 3.0]], dtype=numpy.float32)
    names = ["red", "grün", "blue", ""]
    yield _model("one_hot_encoder_of_strings", "OneHotEncoder", {"x": x}, [(FLOAT, 3)], cats_strings=names, zeros=1)
    numbers = {"cats_strings": names, "cats_int64s": [3, 1, 4, 15]}
    yield _model("category_mapper", "CategoryMapper", {"x": x}, [(INT64, 2)], version=1, default_int64=9, **numbers)
    numbers = {"cats_strings": names, "cats_int64s": [1, 2, -7, 8]}
    yield _model("category_mapper_to_strings", "CategoryMapper", {"x": whole}, [(STRING, 2)], version=1, **numbers)
    kinds = {"strings": (x, {"keys_strings": names}), "integers": (whole, {"keys_int64s": [2, 5, -7, 0]})}
    kinds["floats"] = (gaps, {"keys_floats": [2.0, float("nan"), 0.25, 9.0]})
    values = {"strings": (STRING, {"values_strings": ["R", "G", "", "E"], "default_string": "none"})}
    values["integers"] = (INT64, {"values_int64s": [7, 8, 9, 10], "default_int64": 11})
    values["floats"] = (FLOAT, {"values_floats": [0.5, 1.5, 2.5, 3.5], "default_float": 4.5})
    for kind, (given, keys) in kinds.items():
        for result, (element, mapped) in values.items():
            if (kind, result) in (("integers", "integers"), ("floats", "floats")):
                continue
            yield _model(f"label_encoder_{kind}_to_{result}", "LabelEncoder", {"x": given}, [(element, 2)], version=4, **keys, **mapped)
    name = "linear_classifier_of_strings"
    random = one_node.random(name)
    attributes = {"coefficients": random.standard_normal(18).tolist(), "intercepts": random.standard_normal(3).tolist()}
    attributes |= {"classlabels_strings": ["b", "a", ""], "post_transform": "SOFTMAX"}
    yield _model(name, "LinearClassifier", {"x": _examples(name)}, [(STRING, 1), (FLOAT, 2)], **attributes)
