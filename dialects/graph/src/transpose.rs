//! `graph.transpose`: axes in another order.

use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use crate::strided::offsets;
use kiln_ir::{
    AttributeConstraint, Attributes, EvaluateRequest, FoldRequest, Folded, InferRequest, OpDefinition, Traits, Type,
    TypeConstraint,
};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const TRANSPOSE: OpDefinition = OpDefinition {
    name: "graph.transpose",
    doc: "Puts the axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.",
    example: "%y = graph.transpose %x {permutation = [0, 2, 1]} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    attributes: &[required(
        "permutation",
        AttributeConstraint::Integers,
        "For each axis of the result, the axis of the operand; every axis once.",
    )],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT),
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

/// The permutation of a transpose of a tensor of `rank` axes.
///
/// # Errors
/// When the attribute is missing or is not a permutation of the axes.
pub fn permutation(attributes: &Attributes, rank: usize) -> Result<Vec<usize>, String> {
    let axes = attributes.integers("permutation")?;
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..rank as i64) {
        return Err(format!("{axes:?} is not a permutation of the {rank} axes of the operand"));
    }
    Ok(axes.into_iter().map(|axis| axis as usize).collect())
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let axes = permutation(request.attributes, x.rank())?;
    let shape: Vec<_> = axes.into_iter().map(|axis| x.shape[axis]).collect();
    Ok(vec![Type::tensor(&shape, x.element)])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    let operand = module.operand(op, 0);
    let outer = module.attribute(op, "permutation")?.as_i64s()?;
    if outer.iter().copied().eq(0..outer.len() as i64) {
        return Some(vec![Folded::Value(operand)]);
    }
    let inner = module.defining_op(operand).filter(|&inner| module.is(inner, TRANSPOSE.name))?;
    let first = module.attribute(inner, "permutation")?.as_i64s()?;
    let composed = outer.iter().map(|&axis| first.get(usize::try_from(axis).ok()?).copied());
    let identity = composed.eq((0..outer.len() as i64).map(Some));
    identity.then(|| vec![Folded::Value(module.operand(inner, 0))])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("transpose has one operand and one result".into());
    };
    let strides = row_major_strides(x.shape());
    let axes = permutation(request.attributes, x.rank())?;
    let permuted: Vec<isize> = axes.into_iter().map(|axis| strides[axis] as isize).collect();
    // The last axis is walked, not listed: constants of a hundred million elements are transposed.
    let (last, outer) = (shape.len().checked_sub(1), shape.split_last().map_or(&[][..], |(_, outer)| outer));
    let (length, step) = last.map_or((1, 0), |last| (shape[last], permuted[last] as usize));
    let rows = offsets(outer, &permuted[..outer.len()], 0);
    let picks = rows.into_iter().flat_map(|row| (0..length).map(move |place| (0, row + place * step)));
    Ok(vec![Tensor::pick(request.operands, shape, picks)?])
}
