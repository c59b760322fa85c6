//! `graph.scatter_nd`: slices stored where tuples of indices say.

use crate::index::{in_range, indices};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::scatter::{REDUCTION_DOC, REDUCTIONS, store};
use crate::shape::{show, tensor};
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const SCATTER_ND: OpDefinition = OpDefinition {
    name: "graph.scatter_nd",
    doc: "A copy of `data` in which slices of `updates` are stored: each line of the last axis of `indices` is a tuple \
          that names a place on the first axes of `data`. Negative indices count from the end; one out of range is an \
          error at run time.",
    example: "%y = graph.scatter_nd %data, %indices, %updates {reduction = \"none\"} : (tensor<3x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<3x4xf32>",
    operands: &[
        operand("data", TypeConstraint::Tensor),
        operand("indices", TypeConstraint::IntegerTensor),
        operand("updates", TypeConstraint::Tensor),
    ],
    attributes: &[required("reduction", AttributeConstraint::OneOf(REDUCTIONS), REDUCTION_DOC)],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::PARTIAL),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let [data, indices, updates] = [0, 1, 2].map(|index| tensor(request.operands, index));
    let (data, indices, updates) = (data?, indices?, updates?);
    if data.element != updates.element {
        return Err(format!(
            "data and updates must have one element type, found {} and {}",
            data.element, updates.element
        ));
    }
    let Some((&length, outer)) = indices.shape.split_last() else {
        return Err("indices must have at least one axis, the tuples', but have none".into());
    };
    let Some(length) = length.as_static().and_then(|length| usize::try_from(length).ok()) else {
        return Err(format!("the last extent of indices must be static, not {length}"));
    };
    if length > data.rank() {
        return Err(format!("tuples of {length} indices exceed rank {}", data.rank()));
    }
    let expected = [outer, &data.shape[length..]].concat();
    if updates.shape != expected {
        return Err(format!("updates have shape {}, but {} follows", show(&updates.shape), show(&expected)));
    }
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let [data, chosen, updates] = request.operands else { return Err("scatter_nd has three operands".into()) };
    let length = chosen.shape().last().copied().unwrap_or(0);
    let strides = row_major_strides(data.shape());
    let slice: usize = data.shape()[length..].iter().product();
    let tuples: usize = chosen.shape()[..chosen.rank() - 1].iter().product();
    let values = indices(chosen)?;
    let mut targets = Vec::with_capacity(updates.len());
    for tuple in 0..tuples {
        let mut offset = 0;
        for axis in 0..length {
            offset += in_range(values[tuple * length + axis], data.shape()[axis], axis)? * strides[axis];
        }
        targets.extend(offset..offset + slice);
    }
    Ok(vec![store(data, updates, &targets, request.attributes.word("reduction")?)?])
}
