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
