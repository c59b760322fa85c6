//! `graph.bitcast`: the bits of elements, read as another type.

use crate::rows::{operand, result};
use kiln_ir::{EvaluateRequest, FoldRequest, Folded, Module, Op, OpDefinition, Traits, TypeConstraint};
use kiln_tensor::{ElementType, Tensor};

/// The row.
pub const BITCAST: OpDefinition = OpDefinition {
    name: "graph.bitcast",
    doc: "The bits of each element as an element of the result's type, which is as wide: whole bytes, and no string. A truth \
          value is the byte 0 or 1, and a byte is true unless it is 0.",
    example: "%y = graph.bitcast %x : (tensor<2x3xf32>) -> tensor<2x3xi32>",
    operands: &[operand("x", TypeConstraint::Tensor)],
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
        return Err(format!("a bitcast keeps the shape, but {from} becomes {to}"));
    }
    match (from.element().and_then(width), to.element().and_then(width)) {
        (Some(before), Some(after)) if before == after => Ok(()),
        _ => Err(format!("elements must be numbers of equally many bytes, but {from} becomes {to}")),
    }
}

/// Bytes of an element, if its bits may be taken for others.
fn width(element: ElementType) -> Option<usize> {
    let is_number = element != ElementType::String && !element.is_complex() && !matches!(element.bit_width(), 2 | 4);
    is_number.then(|| element.byte_size())
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let operand = request.module.operand(request.op, 0);
    let same = request.module.ty(operand) == request.module.ty(request.module.result(request.op, 0));
    same.then(|| vec![Folded::Value(operand)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, _)]) = (request.operands, request.results) else {
        return Err("bitcast has one operand and one result".into());
    };
    if *element == ElementType::I1 {
        let bits: Vec<bool> = x.bytes().iter().map(|&byte| byte != 0).collect();
        return Ok(vec![Tensor::from_bools(x.shape(), &bits)]);
    }
    Ok(vec![Tensor::from_bytes(*element, x.shape(), x.bytes()).map_err(|error| error.to_string())?])
}
