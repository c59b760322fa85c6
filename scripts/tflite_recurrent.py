"""Cases of recurrent layers: of floats with all options, with integers as weights, and of integers throughout."""

import itertools

from tflite_model import Case

BATCH, TIME, FEATURES, UNITS = 2, 4, 5, 6
ACTIVATIONS = {"none": 0, "relu": 1, "relu_n1_to_1": 2, "relu6": 3, "tanh": 4}


def _weights(case, shape, hybrid=False, scale=0.01, limit=None):
    """Floats, or 8-bit integers that stand for some."""
    if hybrid:
        return case.weights(shape, "int8", (scale, 0), -127, 127)
    return case.weights(shape) if limit is None else case.weights(shape, low=-limit, high=limit)


def _operands(case, features, units, outputs, hybrid=False, no_input_gate=False, peepholes=False, projection=False,
              diagonal=False):
    """The weights of the input and of the state, peepholes, biases and a projection of a layer."""
    gates = range(4)
    skips = lambda gate: no_input_gate and gate == 0
    inputs = [None if skips(gate) else _weights(case, [units, features], hybrid) for gate in gates]
    recurrent = [units] if diagonal else [units, outputs]
    inputs += [None if skips(gate) else _weights(case, recurrent, hybrid) for gate in gates]
    inputs += [_weights(case, [units], hybrid) if peepholes and not skips(gate) else None for gate in [0, 1, 3]]
    inputs += [None if skips(gate) else case.weights([units]) for gate in gates]
    inputs.append(_weights(case, [outputs, units], hybrid) if projection else None)
    inputs.append(case.weights([outputs]) if projection == "bias" else None)
    return inputs


def _sequence_lstm(case, name="UNIDIRECTIONAL_SEQUENCE_LSTM", time_major=False, normal=False, no_input_gate=False,
                   activation="tanh", cell_clip=0.0, proj_clip=0.0, asymmetric=False, **more):
    outputs = 3 if more.get("projection") else UNITS
    if name == "LSTM":
        x = case.input([BATCH, FEATURES])
    else:
        x = case.input([TIME, BATCH, FEATURES] if time_major else [BATCH, TIME, FEATURES])
    inputs = [x, *_operands(case, FEATURES, UNITS, outputs, no_input_gate=no_input_gate, **more)]
    inputs += [case.tensor([BATCH, outputs], variable=True), case.tensor([BATCH, UNITS], variable=True)]
    inputs += [case.weights([UNITS]) if normal and not (no_input_gate and gate == 0) else None for gate in range(4)]
    fields = dict(fusedActivationFunction=ACTIVATIONS[activation], cellClip=cell_clip, projClip=proj_clip,
                  asymmetricQuantizeInputs=asymmetric)
    if name == "LSTM":
        return case.op(name, inputs, "LSTMOptions", **fields)
    if more.get("diagonal"):
        fields["diagonalRecurrentTensors"] = True
    return case.op(name, inputs, "UnidirectionalSequenceLSTMOptions", timeMajor=time_major, **fields)


def case_lstm():
    variants = {
        "peepholes": dict(peepholes=True, time_major=True),
        "projection": dict(projection=True, proj_clip=0.4),
        "projection_bias": dict(projection="bias", peepholes=True, no_input_gate=True, time_major=True),
        "normal": dict(normal=True),
        "normal_all": dict(normal=True, peepholes=True, projection="bias", cell_clip=0.5, proj_clip=0.3),
        "normal_no_input_gate": dict(normal=True, no_input_gate=True, peepholes=True),
        "clip": dict(cell_clip=0.3),
        "relu": dict(activation="relu"),
        "relu6": dict(activation="relu6"),
        "clip_relu_n1_to_1": dict(activation="relu_n1_to_1", cell_clip=2.0),
        "diagonal": dict(diagonal=True),
    }
    for name, options in variants.items():
        case = Case(f"sequence_lstm_{name}", 1e-4, 1e-5, steps=2)
        case.output(_sequence_lstm(case, **options))
        yield case
    case = Case("lstm", 1e-4, 1e-5, steps=2)
    for options in [dict(), dict(no_input_gate=True, peepholes=True), dict(normal=True, projection="bias", cell_clip=0.5)]:
        case.output(_sequence_lstm(case, "LSTM", **options))
    yield case


def case_hybrid_lstm():
    for asymmetric in [False, True]:
        for name, options in {
            "plain": dict(), "all": dict(peepholes=True, projection="bias", normal=True, cell_clip=1.0, proj_clip=1.0),
            "no_input_gate": dict(no_input_gate=True, peepholes=True, time_major=True),
        }.items():
            # A float that is rounded the other way changes an integer by one.
            case = Case(f"hybrid_lstm_{name}" + "_asymmetric" * asymmetric, 1e-3, 1e-3, steps=2)
            case.output(_sequence_lstm(case, hybrid=True, asymmetric=asymmetric, **options))
            yield case
    case = Case("hybrid_lstm_step", 1e-3, 1e-3, steps=2)
    case.output(_sequence_lstm(case, "LSTM", hybrid=True))
    yield case


def case_both_ways():
    for hybrid, auxiliary in itertools.product([False, True], ["weights", "plain"]):
        case = Case(("hybrid_" if hybrid else "") + f"bidirectional_lstm_{auxiliary}", *([1e-3] * 2 if hybrid else [1e-4, 1e-5]), steps=2)
        x, second = case.input([TIME, BATCH, FEATURES]), case.input([TIME, BATCH, FEATURES])
        inputs = [x]
        for peepholes in [False, True]:
            inputs += _operands(case, FEATURES, UNITS, 3, hybrid, peepholes=peepholes, projection="bias", no_input_gate=peepholes)
        for width in [3, UNITS] * 2:
            inputs.append(case.tensor([BATCH, width], variable=True))
        inputs.append(second)
        for backward in [False, True]:
            inputs += [_weights(case, [UNITS, FEATURES], hybrid) if auxiliary == "weights" and not (backward and gate == 0) else None for gate in range(4)]
        results = case.op("BIDIRECTIONAL_SEQUENCE_LSTM", inputs, "BidirectionalSequenceLSTMOptions", outputs=2,
                          timeMajor=True, mergeOutputs=False, fusedActivationFunction=4, cellClip=1.0, projClip=0.5)
        case.output(*results)
        yield case
        case = Case(("hybrid_" if hybrid else "") + f"bidirectional_rnn_{auxiliary}", *([1e-3] * 2 if hybrid else [1e-4, 1e-5]), steps=2)
        shape = [BATCH, TIME, FEATURES]
        x, second = case.input(shape), case.input(shape)
        inputs = [x]
        for _ in range(2):
            inputs += [_weights(case, [UNITS, FEATURES], hybrid), _weights(case, [UNITS, UNITS], hybrid), case.weights([UNITS])]
            inputs.append(case.tensor([BATCH, UNITS], variable=True))
        inputs.append(second)
        inputs += [_weights(case, [UNITS, FEATURES], hybrid) if auxiliary == "weights" else None for _ in range(2)]
        case.output(case.op("BIDIRECTIONAL_SEQUENCE_RNN", inputs, "BidirectionalSequenceRNNOptions", timeMajor=False,
                            mergeOutputs=True, fusedActivationFunction=4))
        yield case


def case_rnn():
    for hybrid, asymmetric in [(False, False), (True, False), (True, True)]:
        tolerance = [1e-3] * 2 if hybrid else [1e-4, 1e-5]
        name = "hybrid_rnn" + "_asymmetric" * asymmetric if hybrid else "rnn_activations"
        case = Case(name, *tolerance, steps=2)
        layer = lambda: [_weights(case, [UNITS, FEATURES], hybrid), _weights(case, [UNITS, UNITS], hybrid, 0.005, 0.5),
                         case.weights([UNITS]), case.tensor([BATCH, UNITS], variable=True)]
        for activation in ["relu6", "tanh"] if hybrid else ["none", "relu", "relu_n1_to_1", "relu6"]:
            fields = dict(fusedActivationFunction=ACTIVATIONS[activation], asymmetricQuantizeInputs=asymmetric)
            case.output(case.op("RNN", [case.input([BATCH, FEATURES]), *layer()], "RNNOptions", **fields))
            x = case.input([BATCH, TIME, FEATURES])
            case.output(case.op("UNIDIRECTIONAL_SEQUENCE_RNN", [x, *layer()], "SequenceRNNOptions", **fields))
        yield case


def case_svdf():
    for hybrid, asymmetric in [(True, False), (True, True)]:
        case = Case("hybrid_svdf" + "_asymmetric" * asymmetric, 1e-3, 1e-3, steps=3)
        for rank, activation in [(2, 1), (1, 0)]:
            state = case.tensor([BATCH, 8 * 5], variable=True)
            inputs = [case.input([BATCH, 3]), _weights(case, [8, 3], True), _weights(case, [8, 5], True), case.weights([8 // rank]), state]
            case.output(case.op("SVDF", inputs, "SVDFOptions", rank=rank, fusedActivationFunction=activation, asymmetricQuantizeInputs=asymmetric))
        yield case
    case = Case("q_svdf", 0, 0, steps=3)
    for rank in [1, 2]:
        inputs = [case.input([BATCH, 3], "int8", (0.1, 3)), case.weights([8, 3], "int8", (0.01, 0)),
                  case.weights([8, 5], "int16", (0.0002, 0), -3000, 3000),
                  case.weights([8 // rank], "int32", (0.0002 * 0.0004, 0), -90000, 90000),
                  case.tensor([BATCH, 8 * 5], "int16", (0.0004, 0), variable=True)]
        case.output(case.op("SVDF", inputs, "SVDFOptions", q=(0.03, -5), rank=rank, fusedActivationFunction=1))
    yield case


def _integer_lstm(case, name="UNIDIRECTIONAL_SEQUENCE_LSTM", no_input_gate=False, peepholes=False, projection=False,
                  normal=False, cell_clip=0.0, proj_clip=0.0, time_major=False):
    outputs = 3 if projection else UNITS
    gates, skips = range(4), lambda gate: no_input_gate and gate == 0
    shape = [BATCH, FEATURES] if name == "LSTM" else [TIME, BATCH, FEATURES] if time_major else [BATCH, TIME, FEATURES]
    inputs = [case.input(shape, "int8", (0.02, 7))]
    inputs += [None if skips(gate) else case.weights([UNITS, FEATURES], "int8", (0.008 + 0.001 * gate, 0)) for gate in gates]
    inputs += [None if skips(gate) else case.weights([UNITS, outputs], "int8", (0.006 + 0.001 * gate, 0)) for gate in gates]
    inputs += [case.weights([UNITS], "int16", (0.0001, 0), -20000, 20000) if peepholes and not skips(gate) else None for gate in [0, 1, 3]]
    inputs += [None if skips(gate) else case.weights([UNITS], "int32", (0.02 * 0.008, 0), -3000, 3000) for gate in gates]
    inputs.append(case.weights([outputs, UNITS], "int8", (0.007, 0)) if projection else None)
    inputs.append(case.weights([outputs], "int32", (0.007 * 0.008, 0), -900, 900) if projection == "bias" else None)
    output = (0.009, -11)
    inputs += [case.tensor([BATCH, outputs], "int8", output, variable=True), case.tensor([BATCH, UNITS], "int16", (2.0**-11, 0), variable=True)]
    inputs += [case.weights([UNITS], "int16", (0.00006, 0), 3000, 30000) if normal and not skips(gate) else None for gate in gates]
    between = [case.tensor([], "int16", (0.0006 + 0.0001 * gate, 0)) for gate in gates]
    between.append(case.tensor([], "int8", (0.0078 if projection else 0.009, 5 if projection else -11)))
    fields = dict(fusedActivationFunction=4, cellClip=cell_clip, projClip=proj_clip)
    if name == "LSTM":
        return case.op(name, inputs, "LSTMOptions", q=output, between=between, **fields)
    return case.op(name, inputs, "UnidirectionalSequenceLSTMOptions", q=output, between=between, timeMajor=time_major, **fields)


def case_integer_lstm():
    for name, options in {
        "plain": dict(), "no_input_gate": dict(no_input_gate=True, time_major=True), "peepholes": dict(peepholes=True, cell_clip=3.0),
        "projection": dict(projection="bias", proj_clip=0.5), "projection_no_bias": dict(projection=True),
        "normal": dict(normal=True), "normal_all": dict(normal=True, no_input_gate=True, projection="bias", time_major=True),
    }.items():
        case = Case(f"q_sequence_lstm_{name}", 0, 0, steps=2)
        case.output(_integer_lstm(case, **options))
        yield case
    case = Case("q_lstm", 0, 0, steps=2)
    case.output(_integer_lstm(case, "LSTM"), _integer_lstm(case, "LSTM", normal=True, projection="bias"))
    yield case


def case_narrow_lstm():
    case = Case("q_lstm_narrow", 0, 0, steps=2)
    outputs, gates = 3, range(4)
    inputs = [case.input([BATCH, FEATURES], "int8", (0.02, 7))]
    inputs += [case.weights([UNITS, FEATURES], "int8", (0.008 + 0.001 * gate, 0)) for gate in gates]
    inputs += [case.weights([UNITS, outputs], "int8", (0.006 + 0.001 * gate, 0)) for gate in gates]
    inputs += [None] * 3 + [case.weights([UNITS], "int32", (0.0001, 0), -3000, 3000) for _ in gates]
    inputs += [case.weights([outputs, UNITS], "int8", (0.007, 0)), case.weights([outputs], "int32", (0.0001, 0), -9000, 9000)]
    output = (0.009, -11)
    inputs += [case.tensor([BATCH, outputs], "int8", output, variable=True), case.tensor([BATCH, UNITS], "int16", (2.0**-15, 0), variable=True)]
    inputs += [case.weights([UNITS], "int16", (0.00006, 0), 3000, 30000) for _ in gates]
    between = [case.tensor([], "int16" if index % 3 == 0 else "int8", (0.0006 if index % 3 == 0 else 0.03 + 0.001 * index, 0 if index % 3 == 0 else index - 6)) for index in range(12)]
    case.output(case.op("LSTM", inputs, "LSTMOptions", q=output, between=between, fusedActivationFunction=4, cellClip=0.7))
    yield case


def case_basic_lstm():
    case = Case("basic_lstm", 1e-4, 1e-5, steps=2)
    inputs = [case.input([BATCH, FEATURES]), case.tensor([BATCH, UNITS], variable=True), case.weights([4 * UNITS, FEATURES + UNITS]),
              case.weights([4 * UNITS]), case.tensor([BATCH, UNITS], variable=True)]
    case.output(*case.op("LSTM", inputs, "LSTMOptions", outputs=4, dtype="float32", fusedActivationFunction=4, kernelType=1)[:2])
    yield case
    case = Case("q_basic_lstm", 0, 0, steps=2)
    activation, cells, half = (1 / 128, 128), (1 / 2048, 0), (1 / 4096, 0)
    inputs = [case.input([BATCH, FEATURES], "uint8", activation), case.tensor([BATCH, UNITS], "uint8", activation, variable=True),
              case.weights([4 * UNITS, FEATURES + UNITS], "uint8", (0.011, 131)),
              case.weights([4 * UNITS], "int32", (0.011 / 128, 0), -9000, 9000), case.tensor([BATCH, UNITS], "int16", cells, variable=True)]
    case.output(*case.op("LSTM", inputs, "LSTMOptions", outputs=4, dtype=["uint8", "int16", "uint8", "int16"],
                         q=[activation, cells, activation, half], fusedActivationFunction=4, kernelType=1)[:2])
    yield case
