"""Models of one operator of the domain `com.microsoft` each: a name, the model and its inputs."""

import ml_dtypes
import numpy
from onnx import TensorProto

import one_node

FLOAT, INT32, UINT8, INT8 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.UINT8, TensorProto.INT8


def models():
    """All of them."""
    yield from _activations()
    yield from _products()
    yield from _layers()
    yield from _attention()
    yield from _grouped()
    yield from _inverse()
    yield from _pools()
    yield from _gemm()
    yield from _quantized()
    yield from _quantized_lstm()
    yield from _quantized_attention()
    yield from _gathered_blocks()


def _model(name: str, operator: str, inputs: dict, outputs: list, **attributes):
    return one_node.model(name, "com.microsoft", operator, inputs, outputs, 1, **attributes)


def _floats(name: str, *shape: int) -> numpy.ndarray:
    return one_node.random(name).standard_normal(shape).astype(numpy.float32)


def _activations():
    x, bias = _floats("x", 3, 7, 20), _floats("bias", 20)
    y = [(FLOAT, 3)]
    yield _model("gelu", "Gelu", {"x": x}, y)
    yield _model("bias_gelu", "BiasGelu", {"x": x}, y, constants={"b": bias})
    yield _model("fast_gelu", "FastGelu", {"x": x}, y)
    yield _model("fast_gelu_bias", "FastGelu", {"x": x}, y, constants={"b": bias})
    yield _model("quick_gelu", "QuickGelu", {"x": x}, y)
    yield _model("quick_gelu_alpha", "QuickGelu", {"x": x}, y, alpha=0.7)


def _products():
    a, b = _floats("a", 2, 5, 7), _floats("b", 2, 7, 9)
    yield _model("fused_matmul", "FusedMatMul", {"a": a, "b": b}, [(FLOAT, 3)], alpha=0.25)
    turned = {"a": a.transpose(0, 2, 1).copy(), "b": b.transpose(0, 2, 1).copy()}
    yield _model("fused_matmul_transposed", "FusedMatMul", turned, [(FLOAT, 3)], transA=1, transB=1)
    x, filters = _floats("image", 1, 8, 13, 13), {"w": _floats("filters", 16, 8, 3, 3), "b": _floats("offsets", 16)}
    options = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    for activation, parameters in [
        ("Relu", []),
        ("Tanh", []),
        ("Sigmoid", []),
        ("LeakyRelu", [0.3]),
        ("Clip", [-0.5, 2.0]),
        ("HardSigmoid", [0.15, 0.4]),
    ]:
        given = options | {"activation": activation} | ({"activation_params": parameters} if parameters else {})
        yield _model(f"fused_conv_{activation}", "FusedConv", {"x": x}, [(FLOAT, 4)], constants=filters, **given)
    other = {"x": x, "z": _floats("sum", 1, 16, 13, 13)}
    order = ["x", "w", "b", "z"]
    yield _model("fused_conv_sum", "FusedConv", other, [(FLOAT, 4)], constants=filters, order=order, activation="Relu", **options)


def _layers():
    x, skip = _floats("tokens", 2, 9, 24), _floats("residual", 2, 9, 24)
    scale = {"gamma": _floats("gamma", 24), "beta": _floats("beta", 24), "bias": _floats("add", 24)}
    inputs = {"x": x, "s": skip}
    yield _model("skip_layer_norm", "SkipLayerNormalization", inputs, [(FLOAT, 3)], constants=scale, epsilon=1e-5)
    two = {key: scale[key] for key in ("gamma", "beta")}
    order = ["x", "s", "gamma", "beta"]
    yield _model("skip_layer_norm_without_bias", "SkipLayerNormalization", inputs, [(FLOAT, 3)], constants=two, order=order)
    rms = {key: scale[key] for key in ("gamma", "bias")}
    operator = "SkipSimplifiedLayerNormalization"
    yield _model("skip_rms_norm", operator, inputs, [(FLOAT, 3)], constants=rms, epsilon=1e-6)
    random = one_node.random("embed")
    words = random.integers(0, 50, (3, 8)).astype(numpy.int32)
    segments = random.integers(0, 2, (3, 8)).astype(numpy.int32)
    mask = (numpy.arange(8)[None, :] < numpy.array([[8], [5], [3]])).astype(numpy.int32)
    tables = {"w": _floats("words", 50, 16), "p": _floats("positions", 8, 16), "t": _floats("segments", 2, 16)}
    tables |= {"g": _floats("g", 16), "c": _floats("c", 16)}
    order = ["i", "k", "w", "p", "t", "g", "c", "m"]
    inputs = {"i": words, "k": segments, "m": mask}
    outputs = [(FLOAT, 3), (INT32, 1)]
    yield _model("embed_layer_norm", "EmbedLayerNormalization", inputs, outputs, constants=tables, order=order, epsilon=1e-5)


def _attention():
    batch, length, keys, heads, size = 2, 7, 11, 3, 8
    hidden = heads * size
    query = {"q": _floats("query", batch, length, hidden)}
    both = {"k": _floats("key", batch, keys, hidden), "v": _floats("value", batch, keys, hidden)}
    operator, y = "MultiHeadAttention", [(FLOAT, 3)]
    yield _model("multi_head_attention", operator, query | both, y, num_heads=heads)
    yield _model("multi_head_attention_scale", operator, query | both, y, num_heads=heads, scale=0.7)
    bias = {"b": _floats("biases", 3 * hidden)}
    yield _model("multi_head_attention_bias", operator, query | both, y, constants=bias, num_heads=heads)
    mask = (numpy.arange(keys)[None, :] < numpy.array([[keys], [5]])).astype(numpy.int32)
    order = ["q", "k", "v", "", "m"]
    yield _model("multi_head_attention_mask", operator, query | both | {"m": mask}, y, order=order, num_heads=heads)
    added = {"a": _floats("added", 1, heads, length, keys)}
    order = ["q", "k", "v", "", "", "a"]
    yield _model("multi_head_attention_added", operator, query | both | added, y, order=order, num_heads=heads)
    same = {"q": query["q"], "k": both["k"][:, :length].copy(), "v": both["v"][:, :length].copy()}
    yield _model("multi_head_attention_causal", operator, same, y, num_heads=heads, unidirectional=1)
    past = {"pk": _floats("past_key", batch, heads, 4, size), "pv": _floats("past_value", batch, heads, 4, size)}
    order = ["q", "k", "v", "", "", "", "pk", "pv"]
    outputs = [(FLOAT, 3), (FLOAT, 4), (FLOAT, 4)]
    yield _model("multi_head_attention_past", operator, same | past, outputs, order=order, num_heads=heads)
    x = {"x": _floats("embedded", batch, length, 20)}
    weights = {"w": _floats("projection", 20, 3 * hidden) / 4, "b": bias["b"]}
    yield _model("attention", "Attention", x, y, constants=weights, num_heads=heads)
    yield _model("attention_causal", "Attention", x, y, constants=weights, num_heads=heads, unidirectional=1)
    mask = (numpy.arange(length)[None, :] < numpy.array([[length], [4]])).astype(numpy.int32)
    order = ["x", "w", "b", "m"]
    yield _model("attention_mask", "Attention", x | {"m": mask}, y, constants=weights, order=order, num_heads=heads)
    lengths = {"m": numpy.array([length, 3], numpy.int32)}
    yield _model("attention_lengths", "Attention", x | lengths, y, constants=weights, order=order, num_heads=heads)
    angles = numpy.arange(16)[:, None] / 100 ** (numpy.arange(size // 2) / (size // 2))[None, :]
    tables = {"c": numpy.cos(angles).astype(numpy.float32), "s": numpy.sin(angles).astype(numpy.float32)}
    order = ["q", "p", "c", "s"]
    places = {"p": numpy.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]], numpy.int64)}
    operator = "RotaryEmbedding"
    yield _model("rotary", operator, query | places, y, constants=tables, order=order)
    yield _model("rotary_interleaved", operator, query | places, y, constants=tables, order=order, interleaved=1)
    first = {"p": numpy.array([5], numpy.int64)}
    yield _model("rotary_from_one_position", operator, query | first, y, constants=tables, order=order)


def _point(prefix: str, scale: float, zero: int, element: type) -> dict:
    """A scale and a zero point."""
    return {f"{prefix}_scale": numpy.float32(scale), f"{prefix}_zero": element(zero)}


def _quantized():
    random = one_node.random("quantized")
    for element, kind, low, high in [(numpy.uint8, UINT8, 0, 256), (numpy.int8, INT8, -128, 128)]:
        name = numpy.dtype(element).name
        a = random.integers(low, high, (2, 6, 8, 5)).astype(element)
        b = random.integers(low, high, (2, 6, 8, 5)).astype(element)
        zero = (low + high) // 2 + 3
        parameters = _point("a", 0.03, zero, element) | _point("b", 0.021, zero - 9, element) | _point("y", 0.05, zero - 1, element)
        parameters = {key: numpy.asarray(value) for key, value in parameters.items()}
        order = ["a", "a_scale", "a_zero", "b", "b_scale", "b_zero", "y_scale", "y_zero"]
        for operator in ("QLinearAdd", "QLinearMul"):
            yield _model(f"{operator}_{name}", operator, {"a": a, "b": b}, [(kind, 4)], constants=parameters, order=order)
        single = {key: value for key, value in parameters.items() if key[0] != "b"}
        order = ["a", "a_scale", "a_zero", "y_scale", "y_zero"]
        for operator, given in [("QLinearLeakyRelu", {"alpha": 0.2}), ("QLinearGlobalAveragePool", {})]:
            yield _model(f"{operator}_{name}", operator, {"a": a}, [(kind, 4)], constants=single, order=order, **given)
        for operator, scale, bottom, given in [
            ("QLinearSigmoid", 1 / 256, low, {}),
            ("QLinearSoftmax", 1 / 256, low, {"axis": -1, "opset": 13}),
        ]:
            points = single | {key: numpy.asarray(value) for key, value in _point("y", scale, bottom, element).items()}
            yield _model(f"{operator}_{name}", operator, {"a": a}, [(kind, 4)], constants=points, order=order, **given)
        order = ["y_scale", "y_zero", "a", "a_scale", "a_zero", "b", "b_scale", "b_zero"]
        yield _model(f"QLinearConcat_{name}", "QLinearConcat", {"a": a, "b": b}, [(kind, 4)], constants=parameters, order=order, axis=1)
    x = _floats("reals", 4, 6)
    point = {key: numpy.asarray(value) for key, value in _point("y", 0.02, 7, numpy.uint8).items()}
    yield _model("quantize_linear", "QuantizeLinear", {"x": x}, [(UINT8, 2)], constants=point)
    codes = random.integers(0, 256, (4, 6)).astype(numpy.uint8)
    yield _model("dequantize_linear", "DequantizeLinear", {"x": codes}, [(FLOAT, 2)], constants=point)
    yield _model("trilu", "Trilu", {"x": x}, [(FLOAT, 2)], upper=0)
    pads = {"p": numpy.array([1, 0, 0, 2], numpy.int64)}
    yield _model("pad", "Pad", {"x": x}, [(FLOAT, 2)], constants=pads, mode="constant")
    places = {"i": numpy.array([[0, 5], [3, 1]], numpy.int64)}
    yield _model("gather_nd", "GatherND", {"x": x}, [(FLOAT, 1)], constants=places)
    a = random.integers(0, 256, (5, 24)).astype(numpy.uint8)
    # Sums of two products fit 16 bits: processors without dot products saturate there, in the engine compared with.
    weights = random.integers(-63, 64, (24, 12)).astype(numpy.int8)
    bias = _floats("product", 12)
    constants = {"b": weights, "s": numpy.float32(0.02), "t": numpy.linspace(0.01, 0.03, 12, dtype=numpy.float32)}
    constants |= {"z": numpy.uint8(120), "v": numpy.zeros(12, numpy.int8), "bias": bias}
    constants = {key: numpy.asarray(value) for key, value in constants.items()}
    order = ["a", "b", "s", "t", "z", "v", "bias"]
    yield _model("matmul_integer_to_float", "MatMulIntegerToFloat", {"a": a}, [(FLOAT, 2)], constants=constants, order=order)
    real = {"a": _floats("rows", 5, 24)}
    constants = {key: constants[key] for key in ("b", "t", "v", "bias")}
    order = ["a", "b", "t", "v", "bias"]
    yield _model("dynamic_quantize_matmul", "DynamicQuantizeMatMul", real, [(FLOAT, 2)], constants=constants, order=order)


def _inverse():
    x = _floats("matrices", 2, 3, 6, 6)
    yield _model("inverse", "Inverse", {"x": x}, [(FLOAT, 4)])


def _pools():
    random = one_node.random("pools")
    points = {"x_scale": 0.02, "x_zero": 120, "y_scale": 0.02, "y_zero": 100}
    points = {key: numpy.array(value, numpy.float32 if "scale" in key else numpy.uint8) for key, value in points.items()}
    first, last = random.integers(0, 256, (1, 3, 9, 9)), random.integers(0, 256, (1, 9, 9, 3))
    first, last = {"x": first.astype(numpy.uint8)}, {"x": last.astype(numpy.uint8)}
    window = {"kernel_shape": [3, 3], "strides": [2, 2]}
    padded = window | {"pads": [1, 1, 1, 1]}
    yield _model("quantized_average_pool", "QLinearAveragePool", first, [(UINT8, 4)], constants=points, **padded)
    operator = "QLinearAveragePool"
    yield _model("quantized_average_pool_last", operator, last, [(UINT8, 4)], constants=points, channels_last=1, **window)
    yield _model("nhwc_max_pool", "NhwcMaxPool", last, [(UINT8, 4)], **padded)


def _gemm():
    random = one_node.random("gemm")
    a, b = random.integers(0, 256, (5, 6)).astype(numpy.uint8), random.integers(0, 256, (6, 7)).astype(numpy.uint8)
    single = {"a_scale": numpy.float32(0.02), "a_zero": numpy.uint8(120)}
    bias = {"c": random.integers(-100, 100, 7).astype(numpy.int32)}
    result = {"y_scale": numpy.float32(0.1), "y_zero": numpy.uint8(100)}
    for turned in (0, 1):
        points = single | {"b": b.T.copy() if turned else b, "b_scale": numpy.float32(0.03), "b_zero": numpy.uint8(130)}
        constants = {key: numpy.asarray(value) for key, value in (points | bias | result).items()}
        left = {"a": a.T.copy() if turned else a}
        options = {"transA": turned, "transB": turned, "alpha": 0.5}
        yield _model(f"quantized_gemm_{turned}", "QGemm", left, [(UINT8, 2)], constants=constants, **options)
    # Small weights: sums of two products are held in 16 bits on some processors.
    weights = {"b": random.integers(-60, 60, (7, 6)).astype(numpy.int8)}
    columns = {"b_scale": random.uniform(0.01, 0.1, 7).astype(numpy.float32), "b_zero": numpy.zeros(7, numpy.int8)}
    constants = {key: numpy.asarray(value) for key, value in (single | weights | columns | bias).items()}
    yield _model("quantized_gemm_columns", "QGemm", {"a": a}, [(FLOAT, 2)], constants=constants, transB=1)


def _grouped():
    """Attention with fewer heads of keys: first steps, later ones, turned, within a window, of rows that are shorter."""
    for name, batch, length, past, size, turned, options in [
        ("first", 1, 5, 0, 8, 0, {}),
        ("later", 2, 1, 7, 16, 8, {}),
        ("later_interleaved", 1, 2, 7, 16, 8, {"rotary_interleaved": 1}),
        ("partly_turned", 1, 5, 0, 32, 16, {}),
        ("window", 1, 6, 0, 8, 0, {"local_window_size": 3}),
        ("window_later", 2, 1, 9, 8, 0, {"local_window_size": 4, "softcap": 5.0}),
        ("shorter_rows", 2, 5, 0, 8, 0, {"lengths": [4, 2]}),
        ("packed", 1, 5, 0, 16, 8, {"packed": True}),
    ]:
        heads, few = 4, 2
        options = dict(options)
        lengths = options.pop("lengths", [past + length - 1] * batch)
        if options.pop("packed", False):
            inputs, order = {"q": _floats(name, batch, length, (heads + 2 * few) * size)}, ["q", "", ""]
        else:
            inputs = {"q": _floats(name + "q", batch, length, heads * size)}
            inputs |= {key: _floats(name + key, batch, length, few * size) for key in ("k", "v")}
            order = ["q", "k", "v"]
        if past:
            inputs |= {key: _floats(name + key, batch, few, past, size) for key in ("past_k", "past_v")}
        order += ["past_k", "past_v"] if past else ["", ""]
        inputs |= {"lengths": numpy.array(lengths, numpy.int32), "total": numpy.array(past + length, numpy.int32)}
        order += ["lengths", "total"]
        constants = {}
        if turned:
            angles = _floats("angles", 32, turned)
            if "partly" in name:
                angles = angles[:, : turned // 2]
            constants = {"cos": numpy.cos(angles), "sin": numpy.sin(angles)}
            order += ["cos", "sin"]
            options["do_rotary"] = 1
        yield _model(
            f"grouped_attention_{name}",
            "GroupQueryAttention",
            inputs,
            [(FLOAT, 3), (FLOAT, 4), (FLOAT, 4)],
            constants=constants,
            order=order,
            num_heads=heads,
            kv_num_heads=few,
            **options,
        )


def _quantized_lstm():
    length, features, hidden = 5, 6, 8
    for direction, peepholes, element, by_column in [
        ("forward", False, numpy.int8, False),
        ("reverse", False, numpy.uint8, True),
        ("bidirectional", True, numpy.int8, True),
    ]:
        count = 2 if direction == "bidirectional" else 1
        random = one_node.random(f"lstm {direction}")
        low, high = (-128, 128) if element == numpy.int8 else (0, 256)
        width = (count, 4 * hidden) if by_column else (count,)
        x = random.standard_normal((length, 1, features)).astype(numpy.float32)
        floats = lambda *shape: random.standard_normal(shape).astype(numpy.float32)
        constants = {
            "w": random.integers(low, high, (count, features, 4 * hidden)).astype(element),
            "r": random.integers(low, high, (count, hidden, 4 * hidden)).astype(element),
            "b": floats(count, 8 * hidden),
            "h": floats(count, 1, hidden),
            "c": floats(count, 1, hidden),
            "p": floats(count, 3 * hidden),
        }
        for name in ("w", "r"):
            constants[f"{name}_scale"] = random.uniform(0.002, 0.01, width).astype(numpy.float32)
            # onnxruntime wants one zero point in all columns, and 0 of signed weights.
            constants[f"{name}_zero"] = numpy.full(width, 0 if low < 0 else random.integers(100, 150), element)
        if not peepholes:
            del constants["p"]
        middle = ["h", "c", "p" if peepholes else ""]
        order = ["x", "w", "r", "b", "", *middle, "w_scale", "w_zero", "r_scale", "r_zero"]
        y = [(FLOAT, 4), (FLOAT, 3), (FLOAT, 3)]
        options = {"order": order, "direction": direction, "hidden_size": hidden}
        yield _model(f"dynamic_quantize_lstm_{direction}", "DynamicQuantizeLSTM", {"x": x}, y, constants=constants, **options)


def _quantized_attention():
    batch, length, width, heads = 2, 7, 16, 4
    random = one_node.random("quantized attention")
    inputs = {"x": random.integers(0, 256, (batch, length, width)).astype(numpy.uint8)}
    constants = {
        "w": random.integers(-128, 128, (width, 3 * width)).astype(numpy.int8),
        "b": random.standard_normal(3 * width).astype(numpy.float32),
        "x_scale": numpy.array(0.02, numpy.float32),
        "w_scale": numpy.array(0.01, numpy.float32),
        "x_zero": numpy.array(121, numpy.uint8),
        "w_zero": numpy.array(3, numpy.int8),
    }
    mask = {"mask": numpy.array([length, 4], numpy.int32)}
    for name, given, options in [
        ("", {}, {}),
        ("_masked", mask, {}),
        ("_causal", {}, {"unidirectional": 1}),
    ]:
        order = ["x", "w", "b", "x_scale", "w_scale", "mask" if given else "", "x_zero", "w_zero"]
        options = options | {"order": order, "num_heads": heads}
        yield _model(f"quantized_attention{name}", "QAttention", inputs | given, [(FLOAT, 3)], constants=constants, **options)


def _gathered_blocks():
    """Tables in bytes of 2, 4 and 8 bits, and of the types of 4 bits, gathered along other axes too."""
    random = one_node.random("gathered_blocks")
    indices = {"indices": numpy.array([[0, 2], [-1, 1]], dtype=numpy.int64)}

    def made(name, codes, scales, zeros=None, rank=3, **attributes):
        constants = {"codes": codes, "scales": scales.astype(attributes.pop("scale_type", numpy.float32))}
        order = ["codes", "indices", "scales"] + (["zeros"] if zeros is not None else [])
        constants |= {"zeros": zeros} if zeros is not None else {}
        kind = FLOAT if constants["scales"].dtype == numpy.float32 else TensorProto.FLOAT16
        return _model(
            f"gather_blocks_{name}", "GatherBlockQuantized", indices, [(kind, rank)], constants=constants, order=order,
            block_size=16, **attributes
        )

    scales = lambda *shape: random.uniform(0.1, 2, shape)
    for bits in (2, 4, 8):
        codes = random.integers(0, 256, (5, 6 * bits), dtype=numpy.uint8)
        yield made(f"u8_{bits}", codes, scales(5, 3), bits=bits)
        zeros = random.integers(0, 256, (5, -(-3 * bits // 8)), dtype=numpy.uint8)
        yield made(f"u8_{bits}_zeros", codes, scales(5, 3), zeros, bits=bits, quantize_axis=-1)
    signed = random.integers(-8, 8, (3, 4, 40)).astype(ml_dtypes.int4)
    unsigned = random.integers(0, 16, (3, 4, 40)).astype(ml_dtypes.uint4)
    yield made("i4", signed, scales(3, 4, 3), rank=4, gather_axis=1, quantize_axis=2)
    yield made("i4_half", signed, scales(3, 4, 3), rank=4, quantize_axis=2, scale_type=numpy.float16)
    yield made("i4_middle", signed, scales(3, 1, 40), rank=4, gather_axis=2, quantize_axis=1)
    zeros = random.integers(0, 16, (3, 4, 3)).astype(ml_dtypes.uint4)
    yield made("u4_zeros", unsigned, scales(3, 4, 3), zeros, rank=4, quantize_axis=2)
