//! `graph.gru`.

use super::{ATTRIBUTES, Cell, OPERANDS, infer, run};
use crate::rows::{optional, result};
use kiln_ir::{AttributeConstraint, AttributeDefinition, OpDefinition, Traits, TypeConstraint};

const GRU_ATTRIBUTES: &[AttributeDefinition] = &{
    let [segments, hidden, direction, activations, alpha, beta, clip, layout] = ATTRIBUTES;
    let linear_before_reset = optional(
        "linear_before_reset",
        AttributeConstraint::Bool,
        "Whether the hidden state is multiplied by its weights before the reset gate applies; absent is false.",
    );
    [segments, hidden, direction, activations, alpha, beta, clip, linear_before_reset, layout]
};

/// The row.
pub const GRU: OpDefinition = OpDefinition {
    name: "graph.gru",
    doc: "A gated recurrent unit layer, as ONNX's GRU. For each step, with activations `f` and `g`:\n\n\
          ```text\n\
          z = f(x Wz' + h Rz' + Wbz + Rbz)\n\
          r = f(x Wr' + h Rr' + Wbr + Rbr)\n\
          n = g(x Wh' + (r * h) Rh' + Rbh + Wbh)      without linear_before_reset\n\
          n = g(x Wh' + r * (h Rh' + Rbh) + Wbh)      with linear_before_reset\n\
          H = (1 - z) * n + z * h\n\
          ```\n\n\
          `w` and `r` hold the gates z, r, h; without `w`, `x` holds its products, gate by gate for each direction; `bias` those of `w`, then of `r`. Results are every `H` and the last `H` \
          of each sequence; steps after its length are 0 in `y`.\n\n\
          Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder, 2014.",
    example: "%y, %y_h = graph.gru %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x6x3xf32>, tensor<1x6x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>)",
    operands: &OPERANDS,
    attributes: GRU_ATTRIBUTES,
    results: &[result("y", TypeConstraint::FloatTensor), result("y_h", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(|request| infer(request, &CELL)),
    evaluate: Some(|request| run::evaluate(request, &CELL)),
    ..OpDefinition::EMPTY
};

pub(super) static CELL: Cell = Cell { definition: &GRU, gates: 3, activations: &["Sigmoid", "Tanh"] };
