//! `graph.lstm`.

use super::{ATTRIBUTES, Cell, OPERANDS, infer, run};
use crate::rows::{optional, optional_operand, result};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, OpDefinition, OperandDefinition, ResultDefinition, Traits, TypeConstraint,
};

const LSTM_OPERANDS: &[OperandDefinition] = &{
    let [x, w, r, bias, lengths, initial_h] = OPERANDS;
    [
        x,
        w,
        r,
        bias,
        lengths,
        initial_h,
        optional_operand("initial_c", TypeConstraint::FloatTensor),
        optional_operand("peephole", TypeConstraint::FloatTensor),
    ]
};

const LSTM_ATTRIBUTES: &[AttributeDefinition] = &{
    let [segments, hidden, direction, activations, alpha, beta, clip, layout] = ATTRIBUTES;
    let input_forget = optional(
        "input_forget",
        AttributeConstraint::Bool,
        "Whether the forget gate is one minus the input gate; absent is false.",
    );
    [segments, hidden, direction, activations, alpha, beta, clip, input_forget, layout]
};

const LSTM_RESULTS: &[ResultDefinition] = &[
    result("y", TypeConstraint::FloatTensor),
    result("y_h", TypeConstraint::FloatTensor),
    result("y_c", TypeConstraint::FloatTensor),
];

/// The row.
pub const LSTM: OpDefinition = OpDefinition {
    name: "graph.lstm",
    doc: "A long short-term memory layer, as ONNX's LSTM. For each step, with activations `f`, `g`, `h`:\n\n\
          ```text\n\
          i = f(x Wi' + h Ri' + Pi * c + Wbi + Rbi)\n\
          o = f(x Wo' + h Ro' + Po * C + Wbo + Rbo)\n\
          F = f(x Wf' + h Rf' + Pf * c + Wbf + Rbf)\n\
          z = g(x Wc' + h Rc' + Wbc + Rbc)\n\
          C = F * c + i * z\n\
          H = o * h(C)\n\
          ```\n\n\
          `w` and `r` hold the gates i, o, f, c; without `w`, `x` holds its products, gate by gate for each direction; `bias` those of `w`, then of `r`; `peephole` i, o, f. Results are \
          every `H`, the last `H` and the last `C` of each sequence; steps after its length are 0 in `y`.\n\n\
          Hochreiter, Schmidhuber: Long Short-Term Memory, 1997; Gers, Schmidhuber, 2000.",
    example: "%y, %y_h, %y_c = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)",
    operands: LSTM_OPERANDS,
    attributes: LSTM_ATTRIBUTES,
    results: LSTM_RESULTS,
    traits: Traits::PURE,
    infer: Some(|request| infer(request, &CELL)),
    evaluate: Some(|request| run::evaluate(request, &CELL)),
    ..OpDefinition::EMPTY
};

pub(super) static CELL: Cell = Cell { definition: &LSTM, gates: 4, activations: &["Sigmoid", "Tanh", "Tanh"] };
