"""Cases of integers that stand for other numbers."""

import numpy

from tflite_model import Case

X, Y = (0.05, 3), (0.08, -5)


def channels(case, count):
    return case.random.uniform(0.005, 0.02, count).astype(numpy.float32)


def case_q_conv():
    for dtype, x_q, y_q in [("int8", X, Y), ("int16", (0.0003, 0), (0.0004, 0)), ("uint8", (0.05, 120), (0.08, 130))]:
        case = Case(f"q_conv_{dtype}", 0, 0)
        x = case.input([1, 6, 5, 4], dtype, x_q)
        bias = "int64" if dtype == "int16" else "int32"
        for padding, strides, activation in [(0, (1, 1), 0), (1, (2, 1), 1), (0, (2, 2), 3)]:
            for name, shape, options, more in [
                ("CONV_2D", [3, 3, 3, 4], "Conv2DOptions", {}),
                ("DEPTHWISE_CONV_2D", [1, 3, 3, 8], "DepthwiseConv2DOptions", dict(depthMultiplier=2)),
            ]:
                outputs = shape[-1] if name[0] == "D" else shape[0]
                axis = 3 if name[0] == "D" else 0
                if dtype == "uint8":
                    scales, w_q = numpy.float32([0.01]), (0.01, 117)
                    w = case.weights(shape, "uint8", w_q)
                else:
                    scales = channels(case, outputs)
                    w = case.weights(shape, "int8", (scales, [0] * outputs, axis))
                bias_scales = numpy.float32(x_q[0]) * scales
                b = case.weights([outputs], bias, (bias_scales, [0] * len(scales), 0), low=-900, high=900)
                case.output(case.op(name, [x, w, b], options, q=y_q, padding=padding, strideH=strides[0],
                                    strideW=strides[1], fusedActivationFunction=activation, **more))
        yield case


def case_q_fully_connected():
    for dtype, x_q, y_q in [("int8", X, Y), ("int16", (0.0003, 0), (0.0004, 0)), ("uint8", (0.05, 120), (0.08, 130))]:
        case = Case(f"q_fully_connected_{dtype}", 0, 0)
        x = case.input([3, 6], dtype, x_q)
        bias = "int64" if dtype == "int16" else "int32"
        weights = "uint8" if dtype == "uint8" else "int8"
        w_q = (0.011, 110 if dtype == "uint8" else 0)
        w = case.weights([5, 6], weights, w_q)
        b = case.weights([5], bias, (x_q[0] * 0.011, 0), low=-900, high=900)
        case.output(case.op("FULLY_CONNECTED", [x, w, b], "FullyConnectedOptions", q=y_q))
        case.output(case.op("FULLY_CONNECTED", [x, w, None], "FullyConnectedOptions", q=y_q, fusedActivationFunction=1))
        if dtype == "int8":
            scales = channels(case, 5)
            w = case.weights([5, 6], weights, (scales, [0] * 5, 0))
            case.output(case.op("FULLY_CONNECTED", [x, w, b], "FullyConnectedOptions", q=y_q))
        yield case
    case = Case("q_batch_matmul", 0, 0)
    a, b = case.input([2, 3, 4], "int8", X), case.input([2, 4, 5], "int8", (0.02, -7))
    case.output(case.op("BATCH_MATMUL", [a, b], "BatchMatMulOptions", q=Y))
    case.output(case.op("BATCH_MATMUL", [a, case.input([5, 4], "int8", (0.02, -7))], "BatchMatMulOptions", q=Y, adjY=True))
    yield case


def case_q_arithmetic():
    for dtype, a_q, b_q, y_q in [
        ("int8", X, (0.03, -20), Y),
        ("uint8", (0.05, 120), (0.03, 100), (0.08, 130)),
        ("int16", (0.0003, 0), (0.0002, 0), (0.0004, 0)),
    ]:
        case = Case(f"q_arithmetic_{dtype}", 0, 0)
        a, b = case.input([2, 3, 4], dtype, a_q), case.input([3, 1], dtype, b_q)
        for name in ["ADD", "SUB", "MUL"]:
            for activation in [0, 1]:
                fields = dict(potScaleInt16=False) if name != "MUL" else {}
                case.output(case.op(name, [a, b], f"{name.capitalize()}Options", q=y_q, fusedActivationFunction=activation, **fields))
        if dtype == "uint8":
            case.output(case.op("DIV", [a, case.input([4], dtype, b_q, low=120, high=220)], "DivOptions", q=y_q))
        if dtype == "int8":
            case.output(case.op("SQUARED_DIFFERENCE", [a, b], q=(0.2, -100)))
        if dtype != "int16":
            for name in ["EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"]:
                case.output(case.op(name, [a, b], dtype="bool"))
        c = case.input([3, 1], dtype, a_q)
        case.output(case.op("MAXIMUM", [a, c], q=a_q), case.op("MINIMUM", [a, c], q=a_q))
        yield case
    case = Case("q_add_int16_powers", 0, 0)
    a, b = case.input([2, 9], "int16", (2.0**-11, 0)), case.input([2, 9], "int16", (2.0**-13, 0))
    for name in ["ADD", "SUB"]:
        case.output(case.op(name, [a, b], f"{name.capitalize()}Options", q=(2.0**-11, 0)))
    yield case


def case_q_unary():
    for dtype, x_q, y_q in [("int8", X, Y), ("uint8", (0.05, 120), (0.08, 130))]:
        case = Case(f"q_unary_{dtype}", 0, 0)
        x = case.input([256], dtype, x_q, data=numpy.arange(256).astype(dtype))
        for name in ["RELU", "RELU6", "RELU_N1_TO_1"]:
            case.output(case.op(name, [x], q=y_q), case.op(name, [x], q=x_q))
        point = -128 if dtype == "int8" else 0
        case.output(case.op("LOGISTIC", [x], q=(1 / 256, point)))
        case.output(case.op("TANH", [x], q=(1 / 128, point + 128)))
        case.output(case.op("HARD_SWISH", [x], q=y_q))
        case.output(case.op("LEAKY_RELU", [x], "LeakyReluOptions", q=y_q, alpha=0.2))
        case.output(case.op("PRELU", [x, case.weights([1], dtype, (0.01, point + 100))], q=y_q))
        if dtype == "int8":
            for name in ["EXP", "ABS"]:
                case.output(case.op(name, [x], q=(0.2, -100)))
            case.output(case.op("GELU", [x], "GeluOptions", q=y_q), case.op("GELU", [x], "GeluOptions", q=y_q, approximate=True))
            positive = case.input([128], "int8", (0.05, -128), data=numpy.arange(128).astype("int8"))
            case.output(case.op("RSQRT", [positive], q=(0.05, -128)), case.op("LOG", [positive], q=(0.05, -10)))
        yield case
    case = Case("q_elu", 0, 0, resolver="BUILTIN_WITHOUT_DEFAULT_DELEGATES")
    x = case.input([256], "int8", X, data=numpy.arange(256).astype("int8"))
    case.output(case.op("ELU", [x], q=(0.2, -100)))
    yield case
    case = Case("q_unary_int16", 0, 0)
    x = case.input([300], "int16", (2.0**-12, 0))
    case.output(case.op("LOGISTIC", [x], q=(1 / 32768, 0)), case.op("TANH", [x], q=(1 / 32768, 0)))
    case.output(case.op("LEAKY_RELU", [x], "LeakyReluOptions", q=(2.0**-11, 0), alpha=0.2))
    case.output(case.op("ABS", [x], q=(2.0**-11, 0)))
    case.output(case.op("EXP", [case.input([50], "int16", (0.0003, 0), low=-32768, high=0)], q=(1 / 32768, 0)))
    yield case


def case_q_softmax():
    for dtype, x_q, point in [("int8", (0.1, 4), -128), ("uint8", (0.1, 130), 0)]:
        case = Case(f"q_softmax_{dtype}", 0, 0)
        x = case.input([5, 9], dtype, x_q)
        case.output(case.op("SOFTMAX", [x], "SoftmaxOptions", q=(1 / 256, point), beta=1.0))
        case.output(case.op("SOFTMAX", [x], "SoftmaxOptions", q=(1 / 256, point), beta=0.3))
        yield case
    case = Case("q_softmax_int16", 0, 0)
    x = case.input([5, 9], "int16", (0.0005, 0))
    case.output(case.op("SOFTMAX", [x], "SoftmaxOptions", q=(1 / 32768, 0), beta=1.0))
    yield case
    case = Case("q_log_softmax", 0, 0)
    x = case.input([5, 9], "int8", (0.1, 4))
    case.output(case.op("LOG_SOFTMAX", [x], q=(16 / 256, 127)))
    yield case


def case_q_pool():
    for dtype, x_q in [("int8", X), ("uint8", (0.05, 120)), ("int16", (0.0003, 0))]:
        case = Case(f"q_pool_{dtype}", 0, 0)
        x = case.input([2, 6, 7, 3], dtype, x_q)
        for name in ["AVERAGE_POOL_2D", "MAX_POOL_2D"]:
            for padding in [0, 1]:
                for activation in [0, 1]:
                    case.output(case.op(name, [x], "Pool2DOptions", padding=padding, fusedActivationFunction=activation,
                                        strideW=2, strideH=1, filterWidth=3, filterHeight=2))
        yield case


def case_q_reduction():
    for dtype, x_q, y_q in [("int8", X, Y), ("uint8", (0.05, 120), (0.08, 130)), ("int16", (0.0003, 0), (0.0004, 0))]:
        case = Case(f"q_reduction_{dtype}", 0, 0)
        bounds = dict(low=-900, high=900) if dtype == "int16" else {}
        x = case.input([2, 3, 4, 5], dtype, x_q, **bounds)
        for name in ["MEAN", "REDUCE_MAX", "REDUCE_MIN"]:
            for axes, keep in [([1, 2], True), ([-1], False), ([0, 2], False)]:
                q = x_q if "REDUCE" in name else y_q
                case.output(case.op(name, [x, case.constant(axes)], "ReducerOptions", q=q, keepDims=keep))
        yield case
    # The reference kernel gives no sums of signed integers.
    case = Case("q_sum", 0, 0, resolver="BUILTIN_WITHOUT_DEFAULT_DELEGATES")
    x = case.input([2, 3, 4, 5], "int8", X, low=-30, high=30)
    for axes, keep in [([1, 2], True), ([-1], False), ([0, 2], False)]:
        case.output(case.op("SUM", [x, case.constant(axes)], "ReducerOptions", q=(0.3, -5), keepDims=keep))
    yield case
    case = Case("q_l2_normalization", 0, 0)
    x = case.input([3, 8], "int8", X)
    case.output(case.op("L2_NORMALIZATION", [x], "L2NormOptions", q=(1 / 128, 0)))
    yield case


def case_q_movement():
    for dtype, x_q in [("int8", X), ("uint8", (0.05, 120)), ("int16", (0.0003, 0))]:
        case = Case(f"q_movement_{dtype}", 0, 0)
        x, y = case.input([2, 3, 4], dtype, x_q), case.input([2, 3, 4], dtype, x_q)
        case.output(case.op("CONCATENATION", [x, y], "ConcatenationOptions", axis=1))
        case.output(case.op("PAD", [x, case.constant([[0, 1], [2, 0], [1, 1]])]))
        case.output(case.op("PADV2", [x, case.constant([[0, 1], [2, 0], [1, 1]]), case.constant(7, dtype, x_q)]))
        case.output(case.op("TRANSPOSE", [x, case.constant([2, 0, 1])]))
        case.output(case.op("RESHAPE", [x, case.constant([6, 4])], "ReshapeOptions"))
        lists = [case.constant(values) for values in ([0, 1, 0], [2, 3, 4], [1, 1, 2])]
        case.output(case.op("STRIDED_SLICE", [x, *lists], "StridedSliceOptions"))
        yield case
    case = Case("q_concatenation_scales", 0, 0)
    x, y = case.input([2, 30], "uint8", (0.05, 120)), case.input([2, 20], "uint8", (0.04, 90))
    case.output(case.op("CONCATENATION", [x, y], "ConcatenationOptions", q=(0.06, 110), axis=1))
    yield case


def case_quantize():
    case = Case("quantize", 0, 0)
    x = case.input([200], low=-12, high=12)
    for dtype, q in [("int8", X), ("uint8", (0.05, 120)), ("int16", (0.0003, 0))]:
        case.output(case.op("QUANTIZE", [x], dtype=dtype, q=q))
    y = case.input([3, 4], low=-2, high=2)
    case.output(case.op("QUANTIZE", [y], dtype="int8", q=(channels(case, 4), [0] * 4, 1)))
    for source, target in [("int8", "int8"), ("int8", "uint8"), ("uint8", "int8"), ("int16", "int16"), ("int8", "int16"), ("int16", "int8")]:
        q = {"int8": X, "uint8": (0.05, 120), "int16": (0.0003, 0)}[source]
        to = {"int8": (0.07, -9), "uint8": (0.05, 110), "int16": (0.0005, 0)}[target]
        case.output(case.op("QUANTIZE", [case.input([40], source, q)], dtype=target, q=to))
    yield case
    case = Case("dequantize", 1e-6, 0)
    for dtype, q in [("int8", X), ("uint8", (0.05, 120)), ("int16", (0.0003, 0))]:
        case.output(case.op("DEQUANTIZE", [case.input([40], dtype, q)], dtype="float32"))
    case.output(case.op("DEQUANTIZE", [case.input([5], "float16")], dtype="float32"))
    w = case.weights([3, 4], "int8", ([0.1, 0.2, 0.3], [0, 1, 2], 0))
    case.output(case.op("DEQUANTIZE", [w], dtype="float32"))
    yield case
    case = Case("fake_quant", 1e-5, 1e-5)
    x = case.input([60], low=-4, high=4)
    for low, high, bits, narrow in [(-1, 2, 8, False), (-3, 3, 8, False), (-2, 1, 4, False)]:
        case.output(case.op("FAKE_QUANT", [x], "FakeQuantOptions", min=low, max=high, numBits=bits, narrowRange=narrow))
    yield case


def case_q_resize():
    for dtype, x_q in [("int8", X), ("uint8", (0.05, 120)), ("int16", (0.0003, 0))]:
        for name, options in [("RESIZE_BILINEAR", "ResizeBilinearOptions"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions")]:
            case = Case(f"q_{name.lower()}_{dtype}", 0, 0)
            x = case.input([2, 3, 4, 2], dtype, x_q)
            for size in [(6, 8), (5, 3), (2, 7)]:
                for align, half in [(False, False), (True, False), (False, True)]:
                    case.output(case.op(name, [x, case.constant(size)], options, alignCorners=align, halfPixelCenters=half))
            yield case


def case_q_transpose_conv():
    for dtype, x_q, y_q in [("int8", X, Y), ("int16", (0.0003, 0), (0.0004, 0)), ("uint8", (0.05, 120), (0.08, 130))]:
        case = Case(f"q_transpose_conv_{dtype}", 0, 0)
        x = case.input([1, 3, 4, 2], dtype, x_q)
        for padding, size in [(0, (6, 8)), (1, (7, 9))]:
            if dtype == "uint8":
                scales, points = numpy.float32([0.01]), [117]
            else:
                scales, points = channels(case, 3), [0] * 3
            w = case.weights([3, 3, 3, 2], "uint8" if dtype == "uint8" else "int8", (scales, points, 0))
            inputs = [case.constant([1, *size, 3]), w, x]
            if dtype != "uint8":
                bias = "int64" if dtype == "int16" else "int32"
                inputs.append(case.weights([3], bias, (numpy.float32(x_q[0]) * scales, [0] * 3, 0), low=-900, high=900))
            case.output(case.op("TRANSPOSE_CONV", inputs, "TransposeConvOptions", dtype=dtype, q=y_q, padding=padding, strideH=2, strideW=2))
        yield case


def case_hybrid():
    case = Case("hybrid_fully_connected", 1e-5, 1e-5)
    x = case.input([3, 8])
    w, b = case.weights([5, 8], "int8", (0.01, 0)), case.weights([5])
    for asymmetric in [False, True]:
        case.output(case.op("FULLY_CONNECTED", [x, w, b], "FullyConnectedOptions", asymmetricQuantizeInputs=asymmetric))
    yield case
    case = Case("hybrid_conv", 1e-5, 1e-5)
    x = case.input([2, 5, 6, 3])
    scales = channels(case, 4)
    w, b = case.weights([4, 3, 3, 3], "int8", (scales, [0] * 4, 0)), case.weights([4])
    case.output(case.op("CONV_2D", [x, w, b], "Conv2DOptions", padding=0, strideH=1, strideW=1))
    scales = channels(case, 3)
    w, b = case.weights([1, 3, 3, 3], "int8", (scales, [0] * 3, 3)), case.weights([3])
    case.output(case.op("DEPTHWISE_CONV_2D", [x, w, b], "DepthwiseConv2DOptions", padding=0, strideH=1, strideW=1, depthMultiplier=1))
    yield case
    case = Case("hybrid_batch_matmul", 1e-5, 1e-5)
    a, b = case.input([2, 3, 4]), case.weights([5, 4], "int8", (0.02, 0))
    case.output(case.op("BATCH_MATMUL", [a, b], "BatchMatMulOptions", adjY=True))
    yield case
