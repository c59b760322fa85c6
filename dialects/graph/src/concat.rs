//! `graph.concat`: tensors joined along an axis.

use crate::read::Read;
use crate::rows::{operands, optional, required, result};
use crate::shape::{add, constant, dim, expr, show, tensor, verify_within, with_extent};
use crate::strided::Around;
use kiln_ir::{
    AttributeConstraint, EvaluateRequest, FoldRequest, Folded, InferRequest, Module, Op, OpDefinition, Traits, Type,
    TypeConstraint,
};
use kiln_tensor::Tensor;

/// The row.
pub const CONCAT: OpDefinition = OpDefinition {
    name: "graph.concat",
    doc: "Joins tensors of one element type along `axis`, in order; their other extents are the same.",
    example: "%y = graph.concat %a, %b {axis = 1} : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>",
    operands: &[operands("parts", TypeConstraint::Tensor)],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The axis, counted from 0."),
        optional("within", AttributeConstraint::Dims, WITHIN),
    ],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT),
    verify: Some(verify),
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

const WITHIN: &str = "If there, no kernel joins the parts, they lie in memory where the result has them: the extents \
                      of the row-major tensor in memory that the result is, or is a part of.";

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let within = module.attribute(op, "within").and_then(|within| within.as_dims());
    within.map_or(Ok(()), |within| verify_within(within, module.ty(module.result(op, 0))))
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    if request.operands.is_empty() {
        return Err("expected at least one part".into());
    }
    let first = tensor(request.operands, 0)?;
    let axis = request.attributes.axis("axis", first.rank())?;
    let mut total = constant(0);
    for index in 0..request.operands.len() {
        let part = tensor(request.operands, index)?;
        if part.element != first.element {
            return Err(format!("parts must have one element type, found {} and {}", first.element, part.element));
        }
        let others_match = part.rank() == first.rank()
            && (0..first.rank()).all(|other| other == axis || part.shape[other] == first.shape[other]);
        if !others_match {
            let (first, part) = (show(&first.shape), show(&part.shape));
            return Err(format!("parts of shape {first} and {part} differ outside of axis {axis}"));
        }
        total = add(total, expr(part.shape[axis])?)?;
    }
    Ok(vec![with_extent(first, axis, dim(total)?)])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    if request.module.attribute(request.op, "within").is_some() {
        return None;
    }
    match request.module.operands(request.op) {
        &[only] => Some(vec![Folded::Value(only)]),
        _ => None,
    }
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let (_, shape) = request.results.first().ok_or("concat has one result")?;
    let axis = request.attributes.axis("axis", shape.len())?;
    let whole = Around::new(shape, axis);
    let total: usize = request.operands.iter().map(|part| part.shape()[axis]).sum();
    if total != whole.length {
        return Err(format!("the parts have {total} elements along axis {axis}, the result has {}", whole.length));
    }
    let picks = (0..whole.outer).flat_map(|outer| {
        request.operands.iter().enumerate().flat_map(move |(source, part)| {
            let run = part.shape()[axis] * whole.inner;
            (outer * run..(outer + 1) * run).map(move |offset| (source, offset))
        })
    });
    Ok(vec![Tensor::pick(request.operands, shape, picks)?])
}
