//! `graph.tile`: a tensor repeated along its axes.

use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::{constant, dim, expr, multiply, tensor};
use crate::strided::for_each_index;
use kiln_ir::{
    AttributeConstraint, EvaluateRequest, FoldRequest, Folded, InferRequest, OpDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const TILE: OpDefinition = OpDefinition {
    name: "graph.tile",
    doc: "Repeats the whole operand along each axis: `result[i] = x[i mod extent]`.",
    example: "%y = graph.tile %x {repeats = [1, 2]} : (tensor<2x3xf32>) -> tensor<2x6xf32>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    attributes: &[required("repeats", AttributeConstraint::Integers, "How often, for each axis; not negative.")],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT),
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let repeats = request.attributes.integers("repeats")?;
    if repeats.len() != x.rank() {
        return Err(format!("an operand of rank {} takes as many repeats, found {}", x.rank(), repeats.len()));
    }
    if let Some(negative) = repeats.iter().find(|&&count| count < 0) {
        return Err(format!("repeats must not be negative, found {negative}"));
    }
    let extent = |(&extent, &count)| dim(multiply(expr(extent)?, constant(count))?);
    let shape = x.shape.iter().zip(&repeats).map(extent).collect::<Result<Vec<_>, String>>()?;
    Ok(vec![Type::tensor(&shape, x.element)])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let repeats = request.module.attribute(request.op, "repeats")?.as_i64s()?;
    repeats.iter().all(|&count| count == 1).then(|| vec![Folded::Value(request.module.operand(request.op, 0))])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("tile has one operand and one result".into());
    };
    let strides = row_major_strides(x.shape());
    let mut picks = Vec::new();
    for_each_index(shape, |index| {
        picks.push((
            0,
            index.iter().zip(x.shape()).zip(&strides).map(|((i, extent), stride)| i % extent * stride).sum(),
        ));
        Ok(())
    })?;
    Ok(vec![Tensor::pick(request.operands, shape, picks)?])
}
