"""Cases of variables that branches and loops assign."""

from tflite_model import Case


def _initial(case, names):
    """A first call that gives variables values, and a function for handles of them."""
    init, init_index = case.subgraph("init")
    handle = lambda graph, name: graph.op("VAR_HANDLE", [], "VarHandleOptions", dtype="resource", container="", sharedName=name)
    for name, value in names.items():
        init.op("ASSIGN_VARIABLE", [handle(init, name), init.constant(value)], outputs=0)
    case.op("CALL_ONCE", [], "CallOnceOptions", outputs=0, initSubgraphIndex=init_index)
    return handle


def _bump(graph, handle, name, by):
    """Adds to a variable."""
    variable = handle(graph, name)
    before = graph.op("READ_VARIABLE", [variable], dtype="float32")
    graph.op("ASSIGN_VARIABLE", [variable, graph.op("ADD", [before, by], "AddOptions")], outputs=0)
    return before


def case_state_in_branches():
    case = Case("state_in_branch", steps=4)
    flag = case.input([], "bool", data=[True, False, False, True])
    x = case.input([3])
    handle = _initial(case, {"a": [1.0, 2.0, 3.0], "b": [0.5, 0.25, -1.0]})
    then, then_index = case.subgraph("then")
    other, other_index = case.subgraph("else")
    y = then.argument([3])
    then.result(_bump(then, handle, "a", y))
    y = other.argument([3])
    other.result(_bump(other, handle, "b", other.op("NEG", [y])))
    seen = case.op("IF", [flag, x], "IfOptions", dtype="float32", thenSubgraphIndex=then_index, elseSubgraphIndex=other_index)
    case.output(seen)
    for name in ["a", "b"]:
        case.output(case.op("READ_VARIABLE", [handle(case, name)], dtype="float32"))
    yield case
    case = Case("state_in_loop", steps=3)
    rounds, x = case.input([], "int32", data=[3, 0, 2]), case.input([2])
    handle = _initial(case, {"sum": [0.0, 1.0], "other": [2.0, 2.0]})
    cond, cond_index = case.subgraph("cond")
    body, body_index = case.subgraph("body")
    a, b = cond.argument([], "int32"), cond.argument([2])
    cond.result(cond.op("GREATER", [a, cond.constant(0)], dtype="bool"))
    a, b = body.argument([], "int32"), body.argument([2])
    inner, inner_index = body.case.subgraph("inner")
    empty, empty_index = body.case.subgraph("empty")
    c = inner.argument([2])
    _bump(inner, handle, "other", c)
    inner.result(c)
    empty.result(empty.argument([2]))
    before = _bump(body, handle, "sum", b)
    is_odd = body.op("EQUAL", [body.op("FLOOR_MOD", [a, body.constant(2)]), body.constant(1)], dtype="bool")
    chosen = body.op("IF", [is_odd, before], "IfOptions", dtype="float32", thenSubgraphIndex=inner_index, elseSubgraphIndex=empty_index)
    body.result(body.op("SUB", [a, body.constant(1)], "SubOptions"))
    body.result(body.op("ADD", [chosen, b], "AddOptions"))
    results = case.op("WHILE", [rounds, x], "WhileOptions", outputs=2, dtype=["int32", "float32"], condSubgraphIndex=cond_index,
                      bodySubgraphIndex=body_index)
    case.output(*results)
    for name in ["sum", "other"]:
        case.output(case.op("READ_VARIABLE", [handle(case, name)], dtype="float32"))
    yield case
