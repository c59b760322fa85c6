"""Cases of lines of tables, elements that are there once, random numbers and quotients and logarithms of integers."""

import numpy

from tflite_model import Case, ReferenceCase


def case_lookup():
    case = Case("hashtable_lookup", 0, 0)
    keys = case.constant([-4, 2, 7, 30])
    wanted = case.input([5], "int32", data=numpy.array([7, 3, -4, 30, 31]))
    for values in [case.weights([4, 3]), case.weights([4], "int32")]:
        case.output(*case.op("HASHTABLE_LOOKUP", [wanted, keys, values], outputs=2, dtype=[values.dtype, "uint8"]))
    yield case
    case = Case("embedding_lookup_sparse", 1e-5, 1e-6)
    table = case.weights([6, 2, 3])
    for combiner in range(3):
        ids, weights = case.input([5], "int32", low=0, high=5), case.input([5], low=0.5, high=2)
        inputs = [ids, case.constant([[0, 0], [0, 1], [1, 0], [3, 0], [3, 2]]), case.constant([4, 3]), weights, table]
        case.output(case.op("EMBEDDING_LOOKUP_SPARSE", inputs, "EmbeddingLookupSparseOptions", dtype="float32", combiner=combiner))
        inputs = [ids, case.constant([[0, 0, 0], [0, 1, 0], [0, 1, 1], [1, 1, 0], [1, 1, 3]]), case.constant([2, 2, 4]), weights, table]
        case.output(case.op("EMBEDDING_LOOKUP_SPARSE", inputs, "EmbeddingLookupSparseOptions", dtype="float32", combiner=combiner))
    yield case
    case = Case("embedding_lookup", 1e-6, 1e-6)
    ids = case.input([4], "int32", low=0, high=5)
    case.output(case.op("EMBEDDING_LOOKUP", [ids, case.weights([6, 3])], dtype="float32"))
    case.output(case.op("EMBEDDING_LOOKUP", [ids, case.weights([6, 2, 2], "int8")], dtype="int8"))
    case.output(case.op("EMBEDDING_LOOKUP", [ids, case.weights([6, 3], "int8", (0.02, 0))], dtype="float32"))
    lines = numpy.linspace(0.01, 0.06, 6)
    case.output(case.op("EMBEDDING_LOOKUP", [ids, case.weights([6, 3], "int8", (lines, [0] * 6, 0))], dtype="float32"))
    yield case
    case = Case("unique", 0, 0)
    for dtype, index in [("int32", 2), ("float32", 4), ("int64", 2)]:
        x = case.input([9], dtype, data=numpy.array([3, 1, 3, 7, 1, 1, -2, 7, 0]))
        case.output(*case.op("UNIQUE", [x], "UniqueOptions", outputs=2, dtype=[dtype, "int32" if index == 2 else "int64"], idxOutType=index))
    yield case


def case_random():
    # What numbers have in common, whoever draws them.
    case = Case("random", 0, 0)
    shape = case.constant([40, 50])
    uniform = case.op("RANDOM_UNIFORM", [shape], "RandomOptions", dtype="float32", seed=3, seed2=4)
    normal = case.op("RANDOM_STANDARD_NORMAL", [shape], "RandomOptions", dtype="float32", seed=5, seed2=6)
    axes = case.constant([0, 1])
    for numbers, middle, deviation in [(uniform, 0.5, 0.2887), (normal, 0.0, 1.0)]:
        mean = case.op("MEAN", [numbers, axes], "ReducerOptions")
        off = case.op("ABS", [case.op("SUB", [mean, case.constant(middle)], "SubOptions")])
        case.output(case.op("LESS", [off, case.constant(0.15)], dtype="bool"))
        centered = case.op("SUB", [numbers, case.constant(middle)], "SubOptions")
        spread = case.op("SQRT", [case.op("MEAN", [case.op("SQUARE", [centered]), axes], "ReducerOptions")])
        off = case.op("ABS", [case.op("SUB", [spread, case.constant(deviation)], "SubOptions")])
        case.output(case.op("LESS", [off, case.constant(0.1)], dtype="bool"))
    logits = case.input([2, 3], data=numpy.log([[0.8, 0.1, 0.1], [0.05, 0.05, 0.9]]))
    for element in ["int32", "int64"]:
        chosen = case.op("MULTINOMIAL", [logits, case.constant(300)], "RandomOptions", dtype=element, seed=1, seed2=2)
        mean = case.op("MEAN", [case.op("CAST", [chosen], "CastOptions", dtype="float32"), case.constant([1])], "ReducerOptions")
        off = case.op("ABS", [case.op("SUB", [mean, case.constant([0.3, 1.85])], "SubOptions")])
        case.output(case.op("LESS", [off, case.constant(0.2)], dtype="bool"))
    yield case


def case_q_quotient():
    for dtype, points in [("uint8", (120, 7, 90)), ("int8", (-3, 120, 5))]:
        case = Case(f"q_div_{dtype}", 0, 0)
        bounds = numpy.iinfo(dtype)
        for activation in [0, 1, 3]:
            for scales in [(0.1, 0.05, 0.04), (0.5, 0.02, 0.9)]:
                # The shifts that quotients of almost nothing need are more than those of 32 bits.
                numbers = case.draw([4, 60], dtype)
                numbers = numpy.where(abs(numbers.astype(int) - points[0]) < 4, points[0] + 4, numbers)
                x = case.input([4, 60], dtype, (scales[0], points[0]), data=numbers)
                low, high = (points[1] + 1, bounds.max) if dtype == "uint8" else (bounds.min, points[1] - 1)
                y = case.input([4, 60], dtype, (scales[1], points[1]), low=low, high=high)
                z = case.input([60], dtype, (scales[1], points[1]), low=low, high=high)
                case.output(case.op("DIV", [x, y], "DivOptions", q=(scales[2], points[2]), fusedActivationFunction=activation))
                case.output(case.op("DIV", [x, z], "DivOptions", q=(scales[2], points[2]), fusedActivationFunction=activation))
        yield case


def case_q_log_softmax():
    for dtype, point, output in [("uint8", 100, 255), ("int8", 7, 127)]:
        case = Case(f"q_log_softmax_{dtype}", 0, 0)
        for scale, shape in [(0.1, [5, 4]), (0.02, [3, 2, 40]), (0.5, [4, 9]), (0.003, [2, 200]), (1.7, [3, 3]), (0.1, [4, 1])]:
            x = case.input(shape, dtype, (scale, point))
            case.output(case.op("LOG_SOFTMAX", [x], q=(16 / 256, output)))
        yield case


def case_bits_of_elements():
    case = Case("bitcast_sizes", 0, 0)
    x = case.input([2, 3])
    for dtype, width in [("uint8", 4), ("int16", 2)]:
        y = case.op("BITCAST", [x], dtype=dtype)
        case.proto.tensors[y.index].shape = [2, 3, width]
        case.output(y)
    for source, width, dtype in [("uint8", 4, "float32"), ("int16", 2, "int32"), ("int32", 2, "int64")]:
        x = case.input([3, width], source, low=0 if source == "uint8" else None, high=60 if source == "uint8" else None)
        y = case.op("BITCAST", [x], dtype=dtype)
        case.proto.tensors[y.index].shape = [3]
        case.output(y)
    yield case


def case_q_factors():
    for dtype, point in [("int8", 5), ("int16", 0)]:
        case = Case(f"q_reduce_prod_{dtype}", 0, 0)
        x = case.input([2, 3, 4], dtype, (0.05 if dtype == "int8" else 0.0002, point))
        for axes in [[1], [0, 2], [-1]]:
            for keep in [False, True]:
                case.output(case.op("REDUCE_PROD", [x, case.constant(axes)], "ReducerOptions", q=(0.9 if dtype == "int8" else 0.003, -3 if point else 0), keepDims=keep))
        yield case


def case_hybrid_products():
    case = Case("hybrid_batch_matmul_asymmetric", 1e-4, 1e-4)
    for transposed in [False, True]:
        a, b = case.input([2, 3, 4], low=-1, high=3), case.weights([5, 4] if transposed else [4, 5], "int8", (0.02, 0))
        case.output(case.op("BATCH_MATMUL", [a, b], "BatchMatMulOptions", adjY=transposed, asymmetricQuantizeInputs=True))
    yield case
