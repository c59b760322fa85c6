"""Cases of control flow, state, and of operators that are seldom used."""

import numpy

from tflite_model import Case


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
    case.output(case.op("SEGMENT_SUM", [x, case.constant([0, 0, 1, 3, 3])]))
    case.output(case.op("SEGMENT_SUM", [x, case.input([5], "int32", data=[0, 1, 1, 1, 2])]))
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
    case = Case("rnn", steps=2)
    x = case.input([2, 3])
    w, r, b = case.weights([4, 3]), case.weights([4, 4]), case.weights([4])
    state = case.tensor([2, 4], variable=True)
    case.output(case.op("RNN", [x, w, r, b, state], "RNNOptions", fusedActivationFunction=4))
    yield case
    case = Case("sequence_rnn", steps=2)
    for time_major in [False, True]:
        x = case.input([2, 5, 3] if not time_major else [5, 2, 3])
        state = case.tensor([2, 4], variable=True)
        inputs = [x, case.weights([4, 3]), case.weights([4, 4]), case.weights([4]), state]
        case.output(case.op("UNIDIRECTIONAL_SEQUENCE_RNN", inputs, "SequenceRNNOptions", timeMajor=time_major, fusedActivationFunction=4 if time_major else 1))
    yield case
    case = Case("sequence_lstm", steps=2)
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
