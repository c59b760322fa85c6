"""Cases of operators on floats and on integers that are what they are."""

import numpy

from tflite_model import Case

OPTIMIZED = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
POOL = dict(strideW=2, strideH=1, filterWidth=3, filterHeight=2)
ACTIVATIONS = {"none": 0, "relu": 1, "relu_n1_to_1": 2, "relu6": 3, "tanh": 4}


def case_unary():
    case = Case("unary")
    x = case.input([2, 3, 4])
    positive = case.input([2, 5], low=0.1, high=3)
    for name in ["ABS", "COS", "EXP", "FLOOR", "LOGISTIC", "NEG", "SIN", "SQUARE", "TANH", "RELU",
                 "RELU_N1_TO_1", "RELU6", "RELU_0_TO_1", "HARD_SWISH", "SIGN", "ZEROS_LIKE"]:
        case.output(case.op(name, [x]))
    for name in ["LOG", "SQRT", "RSQRT"]:
        case.output(case.op(name, [positive]))
    case.output(case.op("GELU", [x], "GeluOptions"), case.op("GELU", [x], "GeluOptions", approximate=True))
    case.output(case.op("LEAKY_RELU", [x], "LeakyReluOptions", alpha=0.3))
    case.output(case.op("PRELU", [x, case.weights([4])]))
    yield case
    # What the reference kernels do not have.
    case = Case("unary_optimized", resolver=OPTIMIZED)
    x = case.input([2, 3, 4])
    case.output(case.op("CEIL", [x]), case.op("ELU", [x]), case.op("ROUND", [x]))
    case.output(case.op("LOCAL_RESPONSE_NORMALIZATION", [case.input([1, 2, 2, 5])], "LocalResponseNormalizationOptions",
                        radius=1, bias=1.5, alpha=0.7, beta=0.6))
    yield case


def case_logical():
    case = Case("logical", 0, 0)
    a, b = case.input([2, 3], "bool"), case.input([3], "bool")
    case.output(case.op("LOGICAL_AND", [a, b]), case.op("LOGICAL_OR", [a, b]), case.op("LOGICAL_NOT", [a]))
    yield case


def case_arithmetic():
    for dtype in ["float32", "int32", "int64"]:
        case = Case(f"arithmetic_{dtype}", *((1e-5, 1e-6) if dtype == "float32" else (0, 0)))
        a, b = case.input([2, 3, 4], dtype), case.input([3, 1], dtype)
        bound = dict(low=1, high=9)
        divisor = case.input([4], dtype, **bound)
        for name in ["ADD", "SUB", "MUL"]:
            for activation in (ACTIVATIONS.values() if dtype == "float32" else [0]):
                if activation == 4:
                    continue
                case.output(case.op(name, [a, b], f"{name.capitalize()}Options", fusedActivationFunction=activation))
        if dtype != "int64":
            case.output(case.op("DIV", [a, divisor], "DivOptions"))
        for name in ["MAXIMUM", "MINIMUM"] + ["SQUARED_DIFFERENCE"] * (dtype != "int64"):
            case.output(case.op(name, [a, b]))
        for name in ["FLOOR_DIV", "FLOOR_MOD"] if dtype != "int64" else ["FLOOR_MOD"]:
            case.output(case.op(name, [a, divisor]))
        for name in ["EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"]:
            case.output(case.op(name, [a, b], dtype="bool"))
        if dtype == "float32":
            case.output(case.op("ATAN2", [a, case.input([2, 3, 4])]))
            case.output(case.op("POW", [case.input([4], low=0.2, high=2), a]))
        yield case
    case = Case("add_n")
    parts = [case.input([2, 3]) for _ in range(3)]
    case.output(case.op("ADD_N", parts))
    yield case


def case_bits():
    for dtype in ["int8", "uint8", "int16", "int32", "uint32"]:
        case = Case(f"bits_{dtype}", 0, 0)
        a, b = case.input([2, 3], dtype), case.input([3], dtype)
        case.output(case.op("BITWISE_XOR", [a, b]))
        case.output(case.op("RIGHT_SHIFT", [a, case.input([3], dtype, low=0, high=6)]))
        yield case


def case_select():
    case = Case("select", 0, 0)
    condition, a, b = case.input([2, 3], "bool"), case.input([2, 3]), case.input([2, 3])
    case.output(case.op("SELECT", [condition, a, b], dtype="float32"))
    case.output(case.op("SELECT", [case.input([2], "bool"), a, b], dtype="float32"))
    case.output(case.op("SELECT_V2", [case.input([2, 1], "bool"), a, case.input([3])], dtype="float32"))
    yield case


def case_cast():
    types = ["float32", "int32", "int64", "uint8", "int8", "int16", "bool"]
    case = Case("cast", 0, 0)
    inputs = {name: case.input([2, 3], name, low=0, high=9) for name in types}
    for source in types:
        for target in types:
            if source != target:
                case.output(case.op("CAST", [inputs[source]], "CastOptions", dtype=target))
    yield case
    case = Case("bitcast", 0, 0)
    case.output(case.op("BITCAST", [case.input([2, 3])], dtype="int32"))
    case.output(case.op("BITCAST", [case.input([2, 3], "int8")], dtype="uint8"))
    yield case


def case_conv():
    for padding, name in [(0, "same"), (1, "valid")]:
        case = Case(f"conv_2d_{name}", 1e-5, 1e-5)
        x = case.input([2, 7, 8, 4])
        common = dict(padding=padding, fusedActivationFunction=0)
        for strides in [(1, 1), (2, 3)]:
            for dilations in [(1, 1), (2, 1)]:
                w, b = case.weights([5, 3, 2, 4]), case.weights([5])
                case.output(case.op("CONV_2D", [x, w, b], "Conv2DOptions", **common, strideH=strides[0],
                                    strideW=strides[1], dilationHFactor=dilations[0], dilationWFactor=dilations[1]))
        grouped = case.weights([6, 3, 3, 2])
        case.output(case.op("CONV_2D", [x, grouped, case.weights([6])], "Conv2DOptions", **common, strideH=1, strideW=1))
        for strides in [(1, 1), (2, 2)]:
            w, b = case.weights([1, 3, 3, 8]), case.weights([8])
            case.output(case.op("DEPTHWISE_CONV_2D", [x, w, b], "DepthwiseConv2DOptions", **common,
                                strideH=strides[0], strideW=strides[1], depthMultiplier=2))
        w, b = case.weights([1, 2, 3, 4]), case.weights([4])
        case.output(case.op("DEPTHWISE_CONV_2D", [x, w, b], "DepthwiseConv2DOptions", **common, strideH=1,
                            strideW=1, depthMultiplier=1, dilationHFactor=2, dilationWFactor=2))
        yield case
    case = Case("conv_activation", 1e-5, 1e-5)
    x, w, b = case.input([1, 5, 5, 3]), case.weights([4, 3, 3, 3]), case.weights([4])
    for activation in [0, 1, 2, 3]:
        case.output(case.op("CONV_2D", [x, w, b], "Conv2DOptions", padding=0, strideH=1, strideW=1,
                            fusedActivationFunction=activation))
    yield case
    case = Case("conv_3d", 1e-5, 1e-5)
    x = case.input([1, 4, 5, 6, 2])
    for padding in [0, 1]:
        w, b = case.weights([2, 3, 2, 2, 3]), case.weights([3])
        case.output(case.op("CONV_3D", [x, w, b], "Conv3DOptions", padding=padding, strideD=1, strideH=2, strideW=1,
                            dilationDFactor=1, dilationHFactor=1, dilationWFactor=1))
    yield case


def case_transpose_conv():
    case = Case("transpose_conv", 1e-5, 1e-5)
    x = case.input([1, 3, 4, 2])
    for padding, size, strides, kernel in [(0, (6, 8), (2, 2), (3, 3)), (1, (7, 9), (2, 2), (3, 3)),
                                           (0, (5, 7), (2, 2), (3, 2)), (1, (9, 8), (3, 2), (3, 2)),
                                           (0, (3, 4), (1, 1), (3, 3)), (1, (8, 9), (2, 2), (3, 3))]:
        w = case.weights([3, *kernel, 2])
        shape = case.constant([1, *size, 3])
        inputs = [shape, w, x] + ([case.weights([3])] if padding else [])
        case.output(case.op("TRANSPOSE_CONV", inputs, "TransposeConvOptions", dtype="float32", padding=padding,
                            strideH=strides[0], strideW=strides[1]))
    yield case
    case = Case("conv_3d_transpose", 1e-5, 1e-5)
    x = case.input([1, 2, 3, 2, 2])
    for padding, size in [(0, (4, 6, 4)), (1, (5, 7, 5))]:
        w = case.weights([3, 3, 3, 4, 2])
        shape = case.constant([1, *size, 4])
        case.output(case.op("CONV_3D_TRANSPOSE", [shape, w, x, case.weights([4])], "Conv3DOptions", dtype="float32",
                            padding=padding, strideD=2, strideH=2, strideW=2, dilationDFactor=1, dilationHFactor=1,
                            dilationWFactor=1))
    yield case


def case_pool():
    case = Case("pool")
    x = case.input([2, 6, 7, 3])
    for name in ["AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"]:
        for padding in [0, 1]:
            for activation in [0, 1]:
                case.output(case.op(name, [x], "Pool2DOptions", padding=padding, fusedActivationFunction=activation, **POOL))
    yield case


def case_fully_connected():
    case = Case("fully_connected")
    x, y = case.input([2, 3, 4]), case.input([5, 4])
    w, b = case.weights([6, 4]), case.weights([6])
    case.output(case.op("FULLY_CONNECTED", [y, w, b], "FullyConnectedOptions"))
    case.output(case.op("FULLY_CONNECTED", [y, w, None], "FullyConnectedOptions", fusedActivationFunction=1))
    case.output(case.op("FULLY_CONNECTED", [x, w, b], "FullyConnectedOptions", keepNumDims=True))
    case.output(case.op("FULLY_CONNECTED", [x, w, b], "FullyConnectedOptions"))
    case.output(case.op("FULLY_CONNECTED", [y, case.input([3, 4]), None], "FullyConnectedOptions"))
    yield case
    case = Case("batch_matmul")
    a, b = case.input([2, 3, 4]), case.input([2, 4, 5])
    case.output(case.op("BATCH_MATMUL", [a, b], "BatchMatMulOptions"))
    case.output(case.op("BATCH_MATMUL", [case.input([2, 4, 3]), b], "BatchMatMulOptions", adjX=True))
    case.output(case.op("BATCH_MATMUL", [a, case.input([5, 4])], "BatchMatMulOptions", adjY=True))
    yield case


def case_reduction():
    for dtype in ["float32", "int32"]:
        case = Case(f"reduction_{dtype}", *((1e-5, 1e-6) if dtype == "float32" else (0, 0)))
        x = case.input([2, 3, 4, 2], dtype)
        for name in ["MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"]:
            if name == "REDUCE_PROD":
                x = case.input([2, 3, 4, 2], dtype, low=-3, high=3)
            for axes, keep in [([1, 2], True), ([-1], False), ([0, 1, 2, 3], False)]:
                axes = case.constant(axes)
                case.output(case.op(name, [x, axes], "ReducerOptions", keepDims=keep))
        yield case
    case = Case("reduce_any_all", 0, 0)
    x = case.input([3, 4], "bool")
    for name in ["REDUCE_ANY", "REDUCE_ALL"]:
        case.output(case.op(name, [x, case.constant([1])], "ReducerOptions", keepDims=True))
        case.output(case.op(name, [x, case.constant([0, 1])], "ReducerOptions"))
    yield case
    case = Case("arg", 0, 0)
    for dtype in ["float32", "int8", "int32", "bool"]:
        x = case.input([2, 3, 4], dtype)
        for axis in [1, -1]:
            case.output(case.op("ARG_MAX", [x, case.constant(axis)], "ArgMaxOptions", dtype="int64", outputType=4))
            if dtype != "bool":
                case.output(case.op("ARG_MIN", [x, case.constant(axis)], "ArgMinOptions", dtype="int32", outputType=2))
    yield case
    case = Case("cumsum")
    for dtype in ["float32", "int32", "int64"]:
        x = case.input([2, 3, 4], dtype)
        for exclusive, reverse in [(False, False), (True, False), (False, True), (True, True)]:
            case.output(case.op("CUMSUM", [x, case.constant(1)], "CumsumOptions", exclusive=exclusive, reverse=reverse))
    yield case


def case_normalization():
    case = Case("normalization")
    x = case.input([2, 3, 3, 5])
    case.output(case.op("SOFTMAX", [x], "SoftmaxOptions", beta=1.0), case.op("SOFTMAX", [x], "SoftmaxOptions", beta=0.5))
    case.output(case.op("LOG_SOFTMAX", [x]), case.op("L2_NORMALIZATION", [x], "L2NormOptions"))
    yield case


def case_shape():
    case = Case("shape", 0, 0)
    x = case.input([2, 1, 3, 1])
    case.output(case.op("RESHAPE", [x, case.constant([3, -1])], "ReshapeOptions", newShape=[3, -1]))
    case.output(case.op("SQUEEZE", [x], "SqueezeOptions"))
    case.output(case.op("SQUEEZE", [x], "SqueezeOptions", squeezeDims=[-1]))
    case.output(case.op("EXPAND_DIMS", [x, case.constant(-1)]), case.op("EXPAND_DIMS", [x, case.constant([1])]))
    case.output(case.op("SHAPE", [x], "ShapeOptions", dtype="int32", outType=2))
    case.output(case.op("SHAPE", [x], "ShapeOptions", dtype="int64", outType=4))
    case.output(case.op("RANK", [x], dtype="int32"))
    case.output(case.op("BROADCAST_TO", [x, case.constant([2, 2, 3, 4])]))
    case.output(case.op("BROADCAST_ARGS", [case.constant([2, 1, 3]), case.constant([4, 1])]))
    case.output(case.op("FILL", [case.constant([2, 3]), case.input([], "float32")], dtype="float32"))
    yield case


def case_movement():
    case = Case("movement", 0, 0)
    x, y = case.input([2, 3, 4]), case.input([2, 3, 4])
    z = case.input([2, 1, 4])
    case.output(case.op("CONCATENATION", [x, z, y], "ConcatenationOptions", axis=1))
    case.output(case.op("CONCATENATION", [x, y], "ConcatenationOptions", axis=-1))
    case.output(case.op("PACK", [x, y], "PackOptions", valuesCount=2, axis=1))
    case.output(case.op("PACK", [x, y], "PackOptions", valuesCount=2, axis=-1))
    case.output(*case.op("UNPACK", [x], "UnpackOptions", outputs=3, num=3, axis=1))
    case.output(*case.op("SPLIT", [case.constant(2), x], "SplitOptions", outputs=2, dtype="float32", numSplits=2))
    case.output(*case.op("SPLIT_V", [x, case.constant([1, -1, 1]), case.constant(-1)], "SplitVOptions", outputs=3, numSplits=3))
    case.output(case.op("TRANSPOSE", [x, case.constant([2, 0, 1])]))
    case.output(case.op("TILE", [x, case.constant([1, 2, 3])]))
    case.output(case.op("PAD", [x, case.constant([[0, 1], [2, 0], [1, 1]])]))
    case.output(case.op("PADV2", [x, case.constant([[0, 1], [2, 0], [1, 1]]), case.constant(2.5)]))
    for mode in [0, 1]:
        case.output(case.op("MIRROR_PAD", [x, case.constant([[0, 1], [2, 0], [1, 2]])], "MirrorPadOptions", mode=mode))
    case.output(case.op("REVERSE_V2", [x, case.constant([1])]))
    case.output(case.op("REVERSE_SEQUENCE", [x, case.constant([2, 4])], "ReverseSequenceOptions", seqDim=2, batchDim=0))
    yield case
    case = Case("gather", 0, 0)
    x = case.input([2, 3, 4, 5])
    case.output(case.op("GATHER", [x, case.constant([[2, 0], [1, 1]])], "GatherOptions", axis=1))
    case.output(case.op("GATHER", [x, case.constant(1)], "GatherOptions", axis=-1))
    case.output(case.op("GATHER", [x, case.constant([[2, 0], [1, 1]])], "GatherOptions", axis=1, batchDims=1))
    case.output(case.op("GATHER", [x, case.constant([[2, 0, 1], [1, 1, 3]])], "GatherOptions", axis=2, batchDims=1))
    case.output(case.op("GATHER_ND", [x, case.constant([[1, 2], [0, 0]])]))
    case.output(case.op("GATHER_ND", [x, case.input([3, 4], "int32", low=0, high=1)]))
    case.output(case.op("DYNAMIC_UPDATE_SLICE", [x, case.input([1, 2, 2, 5]), case.input([4], "int32", low=-1, high=4)]))
    case.output(case.op("EMBEDDING_LOOKUP", [case.input([3], "int32", low=0, high=1), x], dtype="float32"))
    yield case


def case_slice():
    case = Case("slice", 0, 0)
    x = case.input([4, 5, 6])
    case.output(case.op("SLICE", [x, case.constant([1, 0, 2]), case.constant([2, -1, 3])]))
    numbers = [
        ([1, 0, 2], [3, 5, 6], [1, 1, 2], {}),
        ([-1, 0, -1], [0, 4, -7], [-1, 2, -2], {}),
        ([1, 1, 1], [2, 2, 2], [1, 1, 1], dict(shrinkAxisMask=5)),
        ([1, 0, 2], [3, 0, 6], [1, 1, 2], dict(beginMask=1, endMask=2)),
        ([0, 1], [0, 3], [1, 1], dict(ellipsisMask=1)),
        ([1, 0, 2], [3, 0, 5], [1, 1, 1], dict(newAxisMask=2)),
        ([0, 3, 0], [2, 3, 6], [1, 1, 1], {}),
    ]
    for start, end, step, masks in numbers:
        lists = [case.constant(values) for values in (start, end, step)]
        case.output(case.op("STRIDED_SLICE", [x, *lists], "StridedSliceOptions", **masks))
    yield case


def case_resize():
    for name, options in [("RESIZE_BILINEAR", "ResizeBilinearOptions"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions")]:
        case = Case(name.lower(), 1e-5, 1e-5)
        x = case.input([2, 3, 4, 2])
        for size in [(6, 8), (5, 3), (3, 4), (1, 1), (2, 7)]:
            for align, half in [(False, False), (True, False), (False, True)]:
                case.output(case.op(name, [x, case.constant(size)], options, alignCorners=align, halfPixelCenters=half))
        yield case


def case_space():
    case = Case("space", 0, 0)
    x = case.input([1, 4, 6, 8])
    case.output(case.op("SPACE_TO_DEPTH", [x], "SpaceToDepthOptions", blockSize=2))
    case.output(case.op("DEPTH_TO_SPACE", [x], "DepthToSpaceOptions", blockSize=2))
    case.output(case.op("SPACE_TO_BATCH_ND", [x, case.constant([2, 3]), case.constant([[0, 0], [1, 2]])]))
    y = case.input([6, 2, 3, 2])
    case.output(case.op("BATCH_TO_SPACE_ND", [y, case.constant([2, 3]), case.constant([[0, 1], [2, 1]])]))
    z = case.input([2, 4, 3])
    case.output(case.op("SPACE_TO_BATCH_ND", [z, case.constant([2]), case.constant([[1, 1]])]))
    case.output(case.op("BATCH_TO_SPACE_ND", [z, case.constant([2]), case.constant([[1, 1]])]))
    yield case


def case_symbolic():
    """Extents that only a run tells."""
    for padding in [0, 1]:
        case = Case(f"symbolic_{padding}", 1e-5, 1e-5)
        shape = [1, 7, 6, 3]
        x = case.input(shape, signature=[-1, -1, -1, 3])
        common = dict(padding=padding, strideH=2, strideW=1)
        y = case.op("CONV_2D", [x, case.weights([4, 3, 3, 3]), case.weights([4])], "Conv2DOptions", **common)
        case.output(y)
        case.output(case.op("MAX_POOL_2D", [y], "Pool2DOptions", **common, filterWidth=2, filterHeight=2))
        case.output(case.op("AVERAGE_POOL_2D", [y], "Pool2DOptions", **common, filterWidth=2, filterHeight=3))
        shape = case.op("SHAPE", [y], "ShapeOptions", dtype="int32", outType=2)
        first = [case.constant([0]), case.constant([1]), case.constant([1])]
        batch = case.op("STRIDED_SLICE", [shape, *first], "StridedSliceOptions", shrinkAxisMask=1)
        target = case.op("PACK", [batch, case.constant(-1)], "PackOptions", valuesCount=2, axis=0)
        case.output(case.op("RESHAPE", [y, target], "ReshapeOptions"))
        yield case
