"""Cases of control flow, state, and of operators that are seldom used."""

import numpy
from flatbuffers import flexbuffers

from tflite_model import Case, ReferenceCase


def case_control():
    case = Case("while")
    cond, cond_index = case.subgraph("cond")
    body, body_index = case.subgraph("body")
    i, x = case.input([], "int32", data=0), case.input([3])
    a, b = cond.argument([], "int32"), cond.argument([3])
    cond.result(cond.op("LESS", [a, cond.constant(4)], dtype="bool"))
    a, b = body.argument([], "int32"), body.argument([3])
    body.result(body.op("ADD", [a, body.constant(1)], "AddOptions"))
    body.result(body.op("MUL", [b, body.constant([0.5, 2.0, -1.0])], "MulOptions"))
    results = case.op("WHILE", [i, x], "WhileOptions", outputs=2, dtype=["int32", "float32"], condSubgraphIndex=cond_index,
                      bodySubgraphIndex=body_index)
    case.output(*results)
    yield case
    for value in [True, False]:
        case = Case(f"if_{str(value).lower()}")
        then, then_index = case.subgraph("then")
        other, other_index = case.subgraph("else")
        flag, x = case.input([], "bool", data=value), case.input([3])
        a = then.argument([3])
        then.result(then.op("ADD", [a, then.constant(1.0)], "AddOptions"))
        a = other.argument([3])
        other.result(other.op("NEG", [a]))
        case.output(case.op("IF", [flag, x], "IfOptions", dtype="float32", thenSubgraphIndex=then_index, elseSubgraphIndex=other_index))
        yield case


def case_state():
    case = Case("state", steps=3)
    init, init_index = case.subgraph("init")
    handle = lambda graph: graph.op("VAR_HANDLE", [], "VarHandleOptions", dtype="resource", container="", sharedName="sum")
    init.op("ASSIGN_VARIABLE", [handle(init), init.constant([1.0, 2.0, 3.0])], outputs=0)
    x = case.input([3])
    case.op("CALL_ONCE", [], "CallOnceOptions", outputs=0, initSubgraphIndex=init_index)
    variable = handle(case)
    before = case.op("READ_VARIABLE", [variable], dtype="float32")
    after = case.op("ADD", [before, x], "AddOptions")
    case.op("ASSIGN_VARIABLE", [variable, after], outputs=0)
    again = case.op("READ_VARIABLE", [variable], dtype="float32")
    case.output(case.op("MUL", [again, x], "MulOptions"))
    yield case


def case_generated():
    case = Case("generated")
    ints = [case.constant(2), case.constant(11), case.constant(3)]
    case.output(case.op("RANGE", ints), case.op("RANGE", [case.constant(9), case.constant(-2), case.constant(-4)]))
    case.output(case.op("RANGE", [case.constant(0.5), case.constant(3.0), case.constant(0.75)]))
    indices = case.input([2, 3], "int32", low=-1, high=4)
    numbers = [case.constant(4), case.constant(1.5), case.constant(-0.5)]
    for axis in [-1, 0, 1]:
        case.output(case.op("ONE_HOT", [indices, *numbers], "OneHotOptions", dtype="float32", axis=axis))
    x = case.input([2, 3])
    case.output(case.op("BUCKETIZE", [x], "BucketizeOptions", dtype="int32", boundaries=[-1.0, 0.0, 0.5]))
    case.output(case.op("MATRIX_DIAG", [x]))
    for shape in [[2, 4, 3], [2, 3, 5]]:
        case.output(case.op("MATRIX_SET_DIAG", [case.input(shape), x]))
    yield case


def case_selection():
    case = Case("top_k", 0, 0)
    x = case.input([2, 3, 6])
    case.output(*case.op("TOPK_V2", [x, case.constant(4)], outputs=2, dtype=["float32", "int32"]))
    yield case
    case = Case("where", 0, 0)
    case.output(case.op("WHERE", [case.input([3, 4], "bool")], dtype="int64"))
    case.output(case.op("WHERE", [case.input([7], "int32", low=0, high=2)], dtype="int64"))
    yield case
    case = Case("scatter")
    indices, updates = case.constant([[1], [3], [1]]), case.input([3, 2])
    case.output(case.op("SCATTER_ND", [indices, updates, case.constant([5, 2])], dtype="float32"))
    places = case.constant([[0, 1], [2, 0], [2, 3]])
    inputs = [places, case.constant([3, 4]), case.input([3]), case.input([])]
    case.output(case.op("SPARSE_TO_DENSE", inputs, "SparseToDenseOptions", dtype="float32"))
    inputs = [case.constant([0, 3]), case.constant([5]), case.input([]), case.input([])]
    case.output(case.op("SPARSE_TO_DENSE", inputs, "SparseToDenseOptions", dtype="float32"))
    yield case
    case = Case("segment_sum", resolver="BUILTIN_WITHOUT_DEFAULT_DELEGATES")
    x = case.input([5, 2])
    case.output(case.op("SEGMENT_SUM", [x, case.constant([0, 0, 1, 2, 2])]))
    case.output(case.op("SEGMENT_SUM", [x, case.input([5], "int32", data=numpy.array([0, 1, 1, 1, 2]))]))
    yield case
    case = Case("segments")
    x = case.input([5, 2])
    ids = case.constant([2, 0, -1, 2, 1])
    for name in ["SUM", "PROD", "MAX", "MIN"]:
        case.output(case.op(f"UNSORTED_SEGMENT_{name}", [x, ids, case.constant(4)]))
    yield case
    case = Case("non_max_suppression")
    corners = case.random.uniform(0, 1, [8, 2])
    boxes = numpy.concatenate([corners, corners + case.random.uniform(0.2, 0.6, [8, 2])], axis=1)
    inputs = [case.input([8, 4], data=boxes), case.input([8], low=0, high=1), case.constant(5), case.constant(0.3), case.constant(0.2)]
    case.output(*case.op("NON_MAX_SUPPRESSION_V4", inputs, outputs=2, dtype=["int32", "int32"]))
    case.output(*case.op("NON_MAX_SUPPRESSION_V5", [*inputs, case.constant(0.0)], outputs=3, dtype=["int32", "float32", "int32"]))
    yield case


def case_complex():
    case = Case("complex", 1e-4, 1e-4)
    for shape, length in [([2, 3, 8], [1, 8]), ([4, 6], [4, 8]), ([3, 16], [1, 8])]:
        if shape[-2] != length[0] and length[0] == 1:
            shape[-2] = 1
        spectrum = case.op("RFFT2D", [case.input(shape), case.constant(length)], dtype="complex64")
        for name in ["COMPLEX_ABS", "REAL", "IMAG"]:
            case.output(case.op(name, [spectrum], dtype="float32"))
    yield case


def case_recurrent():
    # What a step rounds differently, the next ones enlarge.
    case = Case("rnn", 1e-4, 1e-5, steps=2)
    x = case.input([2, 3])
    w, r, b = case.weights([4, 3]), case.weights([4, 4]), case.weights([4])
    state = case.tensor([2, 4], variable=True)
    case.output(case.op("RNN", [x, w, r, b, state], "RNNOptions", fusedActivationFunction=4))
    yield case
    case = Case("sequence_rnn", 1e-4, 1e-5, steps=2)
    for time_major in [False, True]:
        x = case.input([2, 5, 3] if not time_major else [5, 2, 3])
        state = case.tensor([2, 4], variable=True)
        inputs = [x, case.weights([4, 3]), case.weights([4, 4]), case.weights([4]), state]
        case.output(case.op("UNIDIRECTIONAL_SEQUENCE_RNN", inputs, "SequenceRNNOptions", timeMajor=time_major, fusedActivationFunction=4 if time_major else 1))
    yield case
    case = Case("sequence_lstm", 1e-4, 1e-5, steps=2)
    for time_major, has_input_gate in [(False, True), (True, True), (False, False)]:
        x = case.input([2, 5, 3] if not time_major else [5, 2, 3])
        inputs = [x]
        for shape in [[4, 3], [4, 4]]:
            inputs += [case.weights(shape) if has_input_gate else None] + [case.weights(shape) for _ in range(3)]
        inputs += [None] * 3
        inputs += [case.weights([4]) if has_input_gate else None] + [case.weights([4]) for _ in range(3)]
        inputs += [None] * 2
        inputs += [case.tensor([2, 4], variable=True), case.tensor([2, 4], variable=True)]
        inputs += [None] * 4
        case.output(case.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, "UnidirectionalSequenceLSTMOptions", timeMajor=time_major, fusedActivationFunction=4))
    yield case
    case = Case("svdf", steps=3)
    state = case.tensor([2, 8 * 5], variable=True)
    inputs = [case.input([2, 3]), case.weights([8, 3]), case.weights([8, 5]), case.weights([4]), state]
    case.output(case.op("SVDF", inputs, "SVDFOptions", rank=2, fusedActivationFunction=1))
    yield case


def case_detection():
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in dict(max_detections=5, max_classes_per_detection=1, detections_per_class=100, num_classes=3).items():
            builder.Int(key, value)
        builder.Bool("use_regular_nms", False)
        for key, value in dict(nms_score_threshold=0.1, nms_iou_threshold=0.4, y_scale=10.0, x_scale=10.0, h_scale=5.0, w_scale=5.0).items():
            builder.Float(key, value)
    options = bytes(builder.Finish())
    case = Case("detection")
    anchors = numpy.concatenate([case.random.uniform(0.2, 0.8, [12, 2]), case.random.uniform(0.1, 0.5, [12, 2])], axis=1)
    inputs = [case.input([1, 12, 4]), case.input([1, 12, 4], low=0, high=1), case.constant(anchors)]
    case.output(*case.op("TFLite_Detection_PostProcess", inputs, outputs=4, dtype="float32", custom=options))
    yield case


def case_bidirectional():
    case = Case("bidirectional_rnn", 1e-4, 1e-5, steps=2)
    for time_major, merge in [(False, True), (True, False)]:
        x = case.input([2, 5, 3] if not time_major else [5, 2, 3])
        inputs = [x]
        for _ in range(2):
            inputs += [case.weights([4, 3]), case.weights([4, 4]), case.weights([4]), case.tensor([2, 4], variable=True)]
        inputs += [None] * 3
        results = case.op("BIDIRECTIONAL_SEQUENCE_RNN", inputs, "BidirectionalSequenceRNNOptions", outputs=1 if merge else 2,
                          timeMajor=time_major, mergeOutputs=merge, fusedActivationFunction=4)
        case.output(*([results] if merge else results))
    yield case
    case = Case("bidirectional_lstm", 1e-4, 1e-5, steps=2)
    for time_major, merge in [(True, True), (True, False)]:
        x = case.input([2, 5, 3] if not time_major else [5, 2, 3])
        inputs = [x]
        for _ in range(2):
            inputs += [case.weights([4, 3]) for _ in range(4)] + [case.weights([4, 4]) for _ in range(4)]
            inputs += [None] * 3 + [case.weights([4]) for _ in range(4)] + [None] * 2
        inputs += [case.tensor([2, 4], variable=True) for _ in range(4)] + [None] * 9
        results = case.op("BIDIRECTIONAL_SEQUENCE_LSTM", inputs, "BidirectionalSequenceLSTMOptions", outputs=1 if merge else 2,
                          timeMajor=time_major, mergeOutputs=merge, fusedActivationFunction=4)
        case.output(*([results] if merge else results))
    yield case


def case_dilate():
    case = Case("dilate", 0, 0)
    case.output(case.op("DILATE", [case.input([2, 3, 2]), case.constant([2, 3, 1]), case.constant(-1.5)]))
    yield case


def case_stablehlo():
    case = Case("stablehlo")
    x, y = case.input([2, 3]), case.input([2, 3])
    for name in ["ADD", "MAXIMUM", "MINIMUM", "MULTIPLY"]:
        case.output(case.op(f"STABLEHLO_{name}", [x, y]))
    yield case


def case_table():
    case = Case("table", resolver="BUILTIN_WITHOUT_DEFAULT_DELEGATES")
    init, init_index = case.subgraph("init")
    kinds = dict(tableId=7, keyDtype=5, valueDtype=4)
    handle = lambda graph: graph.op("HASHTABLE", [], "HashtableOptions", dtype="resource", **kinds)
    keys = init.constant(numpy.array([b"one", b"two", b"three"], object), "string")
    init.op("HASHTABLE_IMPORT", [handle(init), keys, init.constant([1, 2, 3], "int64")], outputs=0)
    case.op("CALL_ONCE", [], "CallOnceOptions", outputs=0, initSubgraphIndex=init_index)
    words = case.input([4], "string", data=numpy.array([b"two", b"none", b"three", b"one"], object))
    table = handle(case)
    case.output(case.op("HASHTABLE_FIND", [table, words, case.constant([-1], "int64")], dtype="int64"))
    case.output(case.op("HASHTABLE_SIZE", [table], dtype="int64"))
    yield case


def case_calls():
    case = Case("stablehlo_composite")
    graph, index = case.subgraph("sum")
    a, b = graph.argument([2, 3]), graph.argument([2, 3])
    graph.result(graph.op("ADD", [a, b], "AddOptions"))
    x, y = case.input([2, 3]), case.input([2, 3])
    case.output(case.op("STABLEHLO_COMPOSITE", [x, y], "StableHLOCompositeOptions", decompositionSubgraphIndex=index, version=1))
    options = case.proto.operators[-1].builtinOptions2
    options.name, options.compositeAttributes = "my.sum", numpy.frombuffer(flexbuffers.Dumps({"scale": 2}), numpy.uint8)
    yield case
    case = ReferenceCase("call")
    graph, index = case.subgraph("sum")
    a, b = graph.argument([2, 3]), graph.argument([2, 3])
    graph.result(graph.op("ADD", [a, b], "AddOptions"))
    x, y = case.input([2, 3]), case.input([2, 3])
    case.expect(case.op("CALL", [x, y], "CallOptions", subgraph=index), lambda x, y: x + y)
    yield case
    case = ReferenceCase("stablehlo_while")
    cond, cond_index = case.subgraph("cond")
    body, body_index = case.subgraph("body")
    i, x = case.input([], "int32", data=5), case.input([3])
    a, b = cond.argument([], "int32"), cond.argument([3])
    cond.result(cond.op("GREATER", [a, cond.constant(0)], dtype="bool"))
    a, b = body.argument([], "int32"), body.argument([3])
    body.result(body.op("SUB", [a, body.constant(1)], "SubOptions"))
    body.result(body.op("MUL", [b, body.constant([0.5, 2.0, -1.0])], "MulOptions"))
    results = case.op("STABLEHLO_WHILE", [i, x], "StablehloWhileOptions", outputs=2, dtype=["int32", "float32"],
                      condSubgraphIndex=cond_index, bodySubgraphIndex=body_index)
    case.expect(results[0], lambda i, x: numpy.zeros([], numpy.int32))
    case.expect(results[1], lambda i, x: x * numpy.array([0.5, 2.0, -1.0], numpy.float32)**5)
    yield case


def case_densify():
    from ai_edge_litert import schema_py_generated as schema

    case = Case("densify", 1e-5, 1e-5)
    dense = numpy.zeros([4, 6], numpy.float32)
    dense[0, 1], dense[2, 5], dense[2, 0], dense[3, 3] = 1.5, -2, 0.25, 4
    weights = case.constant(numpy.array([1.5, 0.25, -2.0, 4.0]), shape=[4, 6])
    sparsity = schema.SparsityParametersT()
    sparsity.traversalOrder = [0, 1]
    rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
    rows.format, rows.denseSize = schema.DimensionType.DENSE, 4
    columns.format = schema.DimensionType.SPARSE_CSR
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Int32Vector
    columns.arraySegments, columns.arrayIndices = schema.Int32VectorT(), schema.Int32VectorT()
    columns.arraySegments.values, columns.arrayIndices.values = [0, 1, 1, 3, 4], [1, 0, 5, 3]
    sparsity.dimMetadata = [rows, columns]
    case.proto.tensors[weights.index].sparsity = sparsity
    full = case.op("DENSIFY", [weights])
    case.output(full, case.op("ADD", [full, case.input([4, 6])], "AddOptions"))
    yield case
