//! `graph.nonzero`: where a vector of truth values is true.

use crate::rows::{operand, result};
use kiln_ir::{EvaluateRequest, Module, Op, OpDefinition, Traits, TypeConstraint};
use kiln_tensor::Tensor;

/// The row.
pub const NONZERO: OpDefinition = OpDefinition {
    name: "graph.nonzero",
    doc: "The indices at which a vector is true, in order. There are as many as the result's extent says: a symbol that \
          was bound to their number. The kernel writes no more than that, and 0 where there are fewer.",
    example: "%y = graph.nonzero %x : (tensor<?xi1, #kiln.dims<[N]>>) -> tensor<?xi64, #kiln.dims<[data.0]>>",
    operands: &[operand("x", TypeConstraint::BoolTensor)],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let rank = |value| module.ty(value).as_tensor().map_or(0, |tensor| tensor.rank());
    match (rank(module.operand(op, 0)), rank(module.result(op, 0))) {
        (1, 1) => Ok(()),
        _ => Err("operand and result must be vectors".into()),
    }
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("nonzero has one operand and one result".into());
    };
    let places = x.bytes().iter().enumerate().filter(|(_, byte)| **byte != 0);
    let mut places: Vec<i64> = places.map(|(index, _)| index as i64).collect();
    places.resize(shape[0], 0);
    Ok(vec![Tensor::from_values(shape, &places)])
}
