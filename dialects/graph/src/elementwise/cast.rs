//! `graph.cast`: conversion between element types.

use crate::rows::{operand, optional, result};
use kiln_ir::{
    AttributeConstraint, EvaluateRequest, FoldRequest, Folded, Module, Op, OpDefinition, Traits, TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const CAST: OpDefinition = OpDefinition {
    name: "graph.cast",
    doc: "Converts each element to the element type of the result, whose shape is the operand's.\n\n\
          Floats round to the nearest, ties to even. Floats to integers truncate towards zero; what does not fit, \
          NaN included, is unspecified unless `saturate` (the interpreter wraps, and takes NaN for 0). Integers to integers wrap. Zero is false, all else true (NaN \
          included). Numbers to strings print the shortest decimal that reads back; strings to numbers parse it.",
    example: "%y = graph.cast %x : (tensor<2x3xf32>) -> tensor<2x3xi64>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    attributes: &[optional(
        "saturate",
        AttributeConstraint::Bool,
        "Whether values out of range become the nearest value of the result's type; absent means true for 8-bit \
         floats and false for all else.",
    )],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::ELEMENTWISE),
    verify: Some(verify),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let (from, to) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let (Some(source), Some(target)) = (from.as_tensor(), to.as_tensor()) else { return Ok(()) };
    if source.shape != target.shape {
        return Err(format!("a cast keeps the shape, but {from} becomes {to}"));
    }
    Ok(())
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let operand = request.module.operand(request.op, 0);
    let same = request.module.ty(operand) == request.module.ty(request.module.result(request.op, 0));
    same.then(|| vec![Folded::Value(operand)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, _)]) = (request.operands, request.results) else {
        return Err("cast has one operand and one result".into());
    };
    Ok(vec![scalar::cast(x, *element, request.attributes.bool("saturate"))?])
}
