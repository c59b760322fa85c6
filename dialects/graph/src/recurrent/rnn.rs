//! `graph.rnn`.

use super::{ATTRIBUTES, Cell, OPERANDS, infer, run};
use crate::rows::result;
use kiln_ir::{OpDefinition, Traits, TypeConstraint};

/// The row.
pub const RNN: OpDefinition = OpDefinition {
    name: "graph.rnn",
    doc: "A simple recurrent layer, as ONNX's RNN: `H = f(x W' + h R' + Wb + Rb)` for each step. Without `w`, `x` \
          holds its products for each direction. Results are every `H` \
          and the last `H` of each sequence; steps after its length are 0 in `y`.\n\n\
          Elman: Finding Structure in Time, 1990.",
    example: "%y, %y_h = graph.rnn %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x2x3xf32>, tensor<1x2x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>)",
    operands: &OPERANDS,
    attributes: &ATTRIBUTES,
    results: &[result("y", TypeConstraint::FloatTensor), result("y_h", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(|request| infer(request, &CELL)),
    evaluate: Some(|request| run::evaluate(request, &CELL)),
    ..OpDefinition::EMPTY
};

pub(super) static CELL: Cell = Cell { definition: &RNN, gates: 1, activations: &["Tanh"] };
