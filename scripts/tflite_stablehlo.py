"""Cases of operators of StableHLO. What the interpreter has no kernel of is computed here, in NumPy, from the definitions."""

import itertools

import numpy

from tflite_model import Case, ReferenceCase


def _combiner(case, name, dtype="float32"):
    """The number of a graph of one operator on two scalars, or of one that gives its second argument."""
    graph, index = case.subgraph(f"combine_{name.lower()}_{len(case.model.subgraphs)}")
    a, b = graph.argument([], dtype), graph.argument([], dtype)
    graph.result(b if name == "SECOND" else graph.op(f"STABLEHLO_{name}", [a, b]))
    return index


def case_gather():
    case = Case("stablehlo_gather", 0, 0)
    for dtype in ["float32", "int8"]:
        x = case.input([5, 4, 3], dtype)
        for indices, options in [
            ([[1, 3], [9, 0]], dict(offsetDims=[1], collapsedSliceDims=[0, 1], startIndexMap=[0, 1], indexVectorDim=1, sliceSizes=[1, 1, 3])),
            ([[2, 0, 4], [1, 1, -2]], dict(offsetDims=[1, 2], collapsedSliceDims=[0], startIndexMap=[1, 0], indexVectorDim=0, sliceSizes=[1, 2, 2])),
            ([4, 0, 1], dict(offsetDims=[0, 2], collapsedSliceDims=[1], startIndexMap=[1], indexVectorDim=1, sliceSizes=[3, 1, 2])),
        ]:
            rank = numpy.ndim(indices) - (options["indexVectorDim"] < numpy.ndim(indices)) + len(options["offsetDims"])
            y = case.op("STABLEHLO_GATHER", [x, case.constant(indices)], "StablehloGatherOptions", dtype=dtype, **options)
            case.proto.tensors[y.index].shape = [1] * rank
            case.output(y)
    yield case


def case_scatter_stablehlo():
    for name in ["SECOND", "ADD", "MULTIPLY", "MAXIMUM", "MINIMUM"]:
        case = Case(f"stablehlo_scatter_{name.lower()}", *((1e-6, 1e-6) if name in ["ADD", "MULTIPLY"] else (0, 0)))
        index = _combiner(case, name)
        common = dict(updateComputationSubgraphIndex=index, indicesAreSorted=False, uniqueIndices=False)
        x = case.input([5, 4, 3])
        inputs = [x, case.constant([[1, 3], [4, 0], [7, 1], [1, 3 if name != "SECOND" else 2]]), case.input([4, 3])]
        case.output(case.op("STABLEHLO_SCATTER", inputs, "StablehloScatterOptions", updateWindowDims=[1], insertedWindowDims=[0, 1],
                            scatterDimsToOperandDims=[0, 1], indexVectorDim=1, **common))
        inputs = [x, case.constant([2, 0]), case.input([2, 3, 2, 3])]
        case.output(case.op("STABLEHLO_SCATTER", inputs, "StablehloScatterOptions", updateWindowDims=[1, 2, 3], insertedWindowDims=[],
                            scatterDimsToOperandDims=[0], indexVectorDim=1, **common))
        yield case


def case_windows():
    for dtype in ["float32", "int32"]:
        case = Case(f"stablehlo_reduce_window_{dtype}", *((1e-5, 1e-5) if dtype == "float32" else (0, 0)))
        x = case.input([2, 6, 7], dtype, low=-3, high=3)
        for name, begin in [("ADD", 0), ("MULTIPLY", 1), ("MAXIMUM", -9), ("MINIMUM", 9)]:
            index = _combiner(case, name, dtype)
            for options in [
                dict(windowDimensions=[1, 2, 3], windowStrides=[1, 2, 1], baseDilations=[1, 1, 1], windowDilations=[1, 1, 2], padding=[0, 0, 1, 1, 0, 2]),
                dict(windowDimensions=[2, 1, 2], windowStrides=[1, 1, 3], baseDilations=[1, 2, 1], windowDilations=[1, 1, 1], padding=[0, 0, -1, 0, 1, -2]),
            ]:
                inputs = [x, case.constant(begin, dtype)]
                case.output(case.op("STABLEHLO_REDUCE_WINDOW", inputs, "StablehloReduceWindowOptions", bodySubgraphIndex=index, **options))
        yield case
    case = Case("reduce_window", 1e-5, 1e-5)
    for function, dtype, begin in [(1, "float32", 0), (2, "float32", 1), (3, "int32", 90), (4, "int32", -90), (5, "bool", True), (6, "bool", False)]:
        x = case.input([2, 6, 20], dtype)
        lists = [case.constant(values, "int64") for values in [[1, 2, 3], [1, 1, 2], [1, 2, 1]]]
        case.output(case.op("REDUCE_WINDOW", [x, case.constant(begin, dtype), *lists], "ReduceWindowOptions", reduceFunction=function))
        lists = [case.constant(values, "int64") for values in [[2, 1, 18], [1, 3, 1], [1, 1, 1]]]
        case.output(case.op("REDUCE_WINDOW", [x, case.constant(begin, dtype), *lists], "ReduceWindowOptions", reduceFunction=function))
    yield case


def case_pad_stablehlo():
    case = Case("stablehlo_pad", 0, 0)
    for dtype in ["float32", "int8", "int64"]:
        x = case.input([3, 4], dtype, low=-9, high=9)
        for low, high, inner in [([1, 0], [2, 3], [0, 0]), ([0, 1], [1, 0], [2, 1]), ([-1, 2], [1, -2], [1, 0])]:
            case.output(case.op("STABLEHLO_PAD", [x, case.constant(5, dtype)], "StablehloPadOptions", edgePaddingLow=low, edgePaddingHigh=high, interiorPadding=inner))
    yield case


def case_branches():
    for value in [0, 1, 2, 7]:
        case = ReferenceCase(f"stablehlo_case_{value}", 1e-5, 1e-6)
        index, x = case.input([], "int32", data=value), case.input([3])
        branches = []
        for name in ["NEGATE", "EXPONENTIAL", "ABS"]:
            graph, number = case.subgraph(name.lower())
            graph.result(graph.op({"NEGATE": "NEG", "EXPONENTIAL": "EXP", "ABS": "ABS"}[name], [graph.argument([3])]))
            branches.append(number)
        y = case.op("STABLEHLO_CASE", [index, x], "StablehloCaseOptions", dtype="float32", branchSubgraphIndices=branches)
        function = [lambda i, x: -x, lambda i, x: numpy.exp(x), lambda i, x: abs(x)][min(value, 2)]
        case.expect(y, function)
        yield case


def case_bits_of_state():
    case = Case("stablehlo_rng", 0, 0, steps=2)
    for algorithm, size, dtype in itertools.product([0, 1, 2], [2, 3], ["int32", "uint64", "int64", "uint32"]):
        if algorithm == 2 and size == 3:
            continue
        state = case.input([size], "uint64", low=0, high=2**63)
        options = dict(algorithm=algorithm)
        results = case.op("STABLEHLO_RNG_BIT_GENERATOR", [state], "StablehloRngBitGeneratorOptions", outputs=2, dtype=["uint64", dtype], **options)
        case.proto.tensors[results[0].index].shape = [size]
        case.proto.tensors[results[1].index].shape = [3, 3]
        case.output(*results)
    yield case


def case_roots():
    case = ReferenceCase("stablehlo_cbrt", 1e-6, 1e-7)
    x = case.input([3, 5], data=numpy.array([-8, 27, 0, 1e-9, -3e8] * 3).reshape(3, 5))
    case.expect(case.op("STABLEHLO_CBRT", [x]), numpy.cbrt)
    yield case


def case_without_kernel():
    case = ReferenceCase("stablehlo_unary", 1e-5, 1e-6)
    x, y = case.input([3, 4], low=0.2, high=2), case.input([3, 4], low=-2, high=2)
    for name, function in dict(ABS=abs, COSINE=numpy.cos, EXPONENTIAL=numpy.exp, FLOOR=numpy.floor, NEGATE=lambda v: -v, TANH=numpy.tanh,
                               LOGISTIC=lambda v: 1 / (1 + numpy.exp(-v))).items():
        case.expect(case.op(f"STABLEHLO_{name}", [y]), lambda x, y, *_, function=function: function(y))
    for name, function in dict(LOG=numpy.log, RSQRT=lambda v: 1 / numpy.sqrt(v)).items():
        case.expect(case.op(f"STABLEHLO_{name}", [x]), lambda x, y, *_, function=function: function(x))
    for name, function in dict(DIVIDE=numpy.divide, SUBTRACT=numpy.subtract, POWER=lambda a, b: b**a, REMAINDER=numpy.fmod).items():
        operands = [y, x] if name != "POWER" else [x, y]
        case.expect(case.op(f"STABLEHLO_{name}", operands), (lambda x, y, *_: numpy.power(x, y)) if name == "POWER" else (lambda x, y, *_, function=function: function(y, x)))
    yield case
    case = ReferenceCase("stablehlo_integers", 0, 0)
    a, b, flags, more = case.input([3, 4], "int32"), case.input([3, 4], "int32"), case.input([3, 4], "bool"), case.input([3, 4], "bool")
    for name, function in dict(AND=numpy.logical_and, OR=numpy.logical_or).items():
        case.expect(case.op(f"STABLEHLO_{name}", [flags, more]), lambda a, b, f, m, function=function: function(f, m))
        case.expect(case.op(f"STABLEHLO_{name}", [a, b]), lambda a, b, f, m, bits=name: a & b if bits == "AND" else a | b)
    for number, function in enumerate([numpy.equal, numpy.not_equal, numpy.greater_equal, numpy.greater, numpy.less_equal, numpy.less]):
        y = case.op("STABLEHLO_COMPARE", [a, b], "StablehloCompareOptions", dtype="bool", comparisonDirection=number)
        case.expect(y, lambda a, b, f, m, function=function: function(a, b))
    case.expect(case.op("STABLEHLO_SELECT", [flags, a, b], dtype="int32"), lambda a, b, f, m: numpy.where(f, a, b))
    case.expect(case.op("STABLEHLO_CLAMP", [case.constant(-20), a, case.constant(33)], dtype="int32"), lambda a, *_: a.clip(-20, 33))
    case.expect(case.op("STABLEHLO_CONVERT", [a], dtype="int64"), lambda a, *_: a.astype(numpy.int64))
    case.expect(case.op("STABLEHLO_CONVERT", [a], dtype="float32"), lambda a, *_: a.astype(numpy.float32))
    case.expect(case.op("STABLEHLO_IOTA", [], "StablehloIotaOptions", dtype="int32", iotaDimension=1), lambda *_: numpy.broadcast_to(numpy.arange(5, dtype=numpy.int32), [2, 5]))
    case.expect(case.op("STABLEHLO_CONCATENATE", [a, b], "StablehloConcatenateOptions", dimension=1), lambda a, b, *_: numpy.concatenate([a, b], 1))
    case.expect(case.op("STABLEHLO_BROADCAST_IN_DIM", [a], "StablehloBroadcastInDimOptions", broadcastDimensions=[0, 2]),
                lambda a, *_: numpy.broadcast_to(a[:, None], [3, 2, 4]).copy())
    case.expect(case.op("STABLEHLO_RESHAPE", [a]), lambda a, *_: a.reshape(2, 6))
    case.expect(case.op("STABLEHLO_SLICE", [a], "StablehloSliceOptions", startIndices=[0, 1], limitIndices=[3, 4], strides=[2, 1]), lambda a, *_: a[0:3:2, 1:4])
    case.expect(case.op("STABLEHLO_TRANSPOSE", [a], "StablehloTransposeOptions", permutation=[1, 0]), lambda a, *_: a.T.copy())
    case.expect(case.op("STABLEHLO_SHIFT_LEFT", [a, case.constant(3)]), lambda a, *_: a << 3)
    yield case
    case = ReferenceCase("stablehlo_dynamic", 0, 0)
    x, part = case.input([5, 6]), case.input([2, 3])
    starts = [case.input([], "int32", data=4), case.input([], "int32", data=-1)]
    case.expect(case.op("STABLEHLO_DYNAMIC_SLICE", [x, *starts], "StablehloDynamicSliceOptions", sliceSizes=[2, 3]), lambda x, part, a, b: x[3:5, 0:3])

    def updated(x, part, a, b):
        y = x.copy()
        y[3:5, 0:3] = part
        return y

    case.expect(case.op("STABLEHLO_DYNAMIC_UPDATE_SLICE", [x, part, *starts]), updated)
    yield case


def case_reduce_stablehlo():
    case = ReferenceCase("stablehlo_reduce", 1e-5, 1e-5)
    x, flags = case.input([3, 4, 5], low=-2, high=2), case.input([3, 4], "bool")
    for name, function, begin in [("ADD", numpy.sum, 1), ("MULTIPLY", numpy.prod, 2), ("MAXIMUM", numpy.max, 0.5), ("MINIMUM", numpy.min, -0.5)]:
        for axes in [[1], [0, 2], [0, 1, 2]]:
            y = case.op("STABLEHLO_REDUCE", [x, case.constant(float(begin))], "StablehloReduceOptions", dimensions=axes, bodySubgraphIndex=_combiner(case, name))
            combine = dict(ADD=numpy.add, MULTIPLY=numpy.multiply, MAXIMUM=numpy.maximum, MINIMUM=numpy.minimum)[name]
            case.expect(y, lambda x, f, function=function, axes=axes, combine=combine, begin=begin: numpy.asarray(combine(function(x, axis=tuple(axes)), begin), numpy.float32))
    for name, function in [("AND", numpy.all), ("OR", numpy.any)]:
        y = case.op("STABLEHLO_REDUCE", [flags, case.constant(name == "AND", "bool")], "StablehloReduceOptions", dimensions=[1], bodySubgraphIndex=_combiner(case, name, "bool"))
        case.expect(y, lambda x, f, function=function: function(f, axis=1))
    # The largest element and its place: two operands at once.
    graph, index = case.subgraph("largest")
    best, place, other, second = graph.argument([]), graph.argument([], "int32"), graph.argument([]), graph.argument([], "int32")
    better = graph.op("STABLEHLO_COMPARE", [other, best], "StablehloCompareOptions", dtype="bool", comparisonDirection=3)
    graph.result(graph.op("STABLEHLO_SELECT", [better, other, best], dtype="float32"))
    graph.result(graph.op("STABLEHLO_SELECT", [better, second, place], dtype="int32"))
    places = case.op("STABLEHLO_IOTA", [], "StablehloIotaOptions", dtype="int32", iotaDimension=1)
    case.proto.tensors[places.index].shape = [3, 4, 5]
    inputs = [x, places, case.constant(-9.0), case.constant(-1)]
    results = case.op("STABLEHLO_REDUCE", inputs, "StablehloReduceOptions", outputs=2, dtype=["float32", "int32"], dimensions=[1], bodySubgraphIndex=index)
    case.expect(results[0], lambda x, f: x.max(axis=1))
    case.expect(results[1], lambda x, f: x.argmax(axis=1).astype(numpy.int32))
    yield case


def case_sort():
    case = ReferenceCase("stablehlo_sort", 0, 0)
    x, y = case.input([3, 6]), case.input([3, 6], "int32", low=0, high=3)
    for direction in [3, 5]:
        graph, index = case.subgraph(f"by_{direction}")
        a, b = graph.argument([]), graph.argument([])
        graph.result(graph.op("STABLEHLO_COMPARE", [a, b], "StablehloCompareOptions", dtype="bool", comparisonDirection=direction))
        y_sorted = case.op("STABLEHLO_SORT", [x], "StablehloSortOptions", dimension=1, isStable=True, comparatorSubgraphIndex=index)
        case.expect(y_sorted, lambda x, y, direction=direction: numpy.sort(x, axis=1)[:, ::-1].copy() if direction == 3 else numpy.sort(x, axis=1))
    # By the integers, then the floats downward.
    graph, index = case.subgraph("by_both")
    a, b, c, d = graph.argument([], "int32"), graph.argument([], "int32"), graph.argument([]), graph.argument([])
    compare = lambda left, right, direction: graph.op("STABLEHLO_COMPARE", [left, right], "StablehloCompareOptions", dtype="bool", comparisonDirection=direction)
    tie = graph.op("STABLEHLO_AND", [compare(a, b, 0), compare(c, d, 3)])
    graph.result(graph.op("STABLEHLO_OR", [compare(a, b, 5), tie]))
    results = case.op("STABLEHLO_SORT", [y, x], "StablehloSortOptions", outputs=2, dtype=["int32", "float32"], dimension=1, isStable=True, comparatorSubgraphIndex=index)

    def order(x, y):
        return numpy.lexsort([-x, y], axis=1)

    case.expect(results[0], lambda x, y: numpy.take_along_axis(y, order(x, y), 1))
    case.expect(results[1], lambda x, y: numpy.take_along_axis(x, order(x, y), 1))
    yield case


def case_products():
    case = ReferenceCase("stablehlo_dot_general", 1e-5, 1e-5)
    a, b = case.input([2, 3, 4, 5]), case.input([4, 2, 6, 3])
    y = case.op("STABLEHLO_DOT_GENERAL", [a, b], "StablehloDotGeneralOptions", lhsBatchingDimensions=[0], rhsBatchingDimensions=[1],
                lhsContractingDimensions=[1, 2], rhsContractingDimensions=[3, 0])
    case.expect(y, lambda a, b, *_: numpy.einsum("bijk,jbli->bkl", a, b))
    v, w = case.input([5]), case.input([5])
    y = case.op("STABLEHLO_DOT_GENERAL", [v, w], "StablehloDotGeneralOptions", lhsContractingDimensions=[0], rhsContractingDimensions=[0])
    case.expect(y, lambda a, b, v, w: numpy.asarray(v @ w))
    y = case.op("STABLEHLO_DOT_GENERAL", [v, w], "StablehloDotGeneralOptions")
    case.expect(y, lambda a, b, v, w: numpy.outer(v, w))
    yield case
    case = ReferenceCase("stablehlo_convolution", 1e-5, 1e-5)
    x = case.input([2, 7, 6, 4])
    layouts = dict(inputBatchDimension=0, inputFeatureDimension=3, inputSpatialDimensions=[1, 2], kernelInputFeatureDimension=2,
                   kernelOutputFeatureDimension=3, kernelSpatialDimensions=[0, 1], outputBatchDimension=0, outputFeatureDimension=3, outputSpatialDimensions=[1, 2])
    for groups, batches, strides, pads, of_input, of_window, reverse in [
        (1, 1, [1, 1], [0, 0, 0, 0], [1, 1], [1, 1], False),
        (2, 1, [2, 1], [1, 2, 0, 1], [1, 1], [1, 2], True),
        (1, 1, [1, 2], [1, -1, -1, 2], [2, 1], [1, 1], False),
        (1, 2, [1, 1], [1, 1, 1, 1], [1, 1], [1, 1], False),
    ]:
        w = case.weights([3, 2, 4 // groups, 6])
        weights = numpy.frombuffer(case.model.buffers[case.proto.tensors[w.index].buffer].data.tobytes(), numpy.float32).reshape(3, 2, 4 // groups, 6)
        y = case.op("STABLEHLO_CONVOLUTION", [x, w], "StablehloConvolutionOptions", windowStrides=strides, padding=pads, lhsDilation=of_input,
                    rhsDilation=of_window, windowReversal=[reverse, reverse], featureGroupCount=groups, batchGroupCount=batches, **layouts)
        case.expect(y, lambda x, *_, a=(weights, groups, batches, strides, pads, of_input, of_window, reverse): _convolution(x, *a))
    yield case


def _convolution(x, w, groups, batches, strides, pads, of_input, of_window, reverse):
    if reverse:
        w = w[::-1, ::-1]
    spread = numpy.zeros([x.shape[0], *[(extent - 1) * step + 1 for extent, step in zip(x.shape[1:3], of_input)], x.shape[3]])
    spread[:, ::of_input[0], ::of_input[1]] = x
    for axis, (low, high) in enumerate(zip(pads[::2], pads[1::2])):
        widths = [(0, 0)] * 4
        widths[axis + 1] = (max(low, 0), max(high, 0))
        spread = numpy.pad(spread, widths)
        cut = [slice(None)] * 4
        cut[axis + 1] = slice(max(-low, 0), spread.shape[axis + 1] - max(-high, 0))
        spread = spread[tuple(cut)]
    reach = [(extent - 1) * step + 1 for extent, step in zip(w.shape[:2], of_window)]
    counts = [(extent - length) // stride + 1 for extent, length, stride in zip(spread.shape[1:3], reach, strides)]
    parts = []
    for group in range(max(groups, batches)):
        outputs = w.shape[3] // max(groups, batches)
        kernel = w[..., group * outputs:(group + 1) * outputs]
        own = spread
        if groups > 1:
            own = spread[..., group * w.shape[2]:(group + 1) * w.shape[2]]
        if batches > 1:
            size = spread.shape[0] // batches
            own = spread[group * size:(group + 1) * size]
        y = numpy.zeros([own.shape[0], *counts, outputs])
        for i, j in itertools.product(range(w.shape[0]), range(w.shape[1])):
            seen = own[:, i * of_window[0]:, j * of_window[1]:][:, ::strides[0], ::strides[1]][:, :counts[0], :counts[1]]
            y += seen @ kernel[i, j]
        parts.append(y)
    return numpy.concatenate(parts, axis=3).astype(numpy.float32)
