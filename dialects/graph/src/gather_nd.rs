//! `graph.gather_nd`: slices chosen by tuples of indices.

use crate::index::{in_range, indices};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::{show, tensor};
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const GATHER_ND: OpDefinition = OpDefinition {
    name: "graph.gather_nd",
    doc: "Takes slices of `data`: each line of the last axis of `indices` is a tuple that names one on the axes after \
          the first `batch_dims`, which `data` and `indices` share. Negative indices count from the end; one out of \
          range is an error at run time.",
    example: "%y = graph.gather_nd %data, %indices {batch_dims = 0} : (tensor<3x4x5xf32>, tensor<7x2xi64>) -> tensor<7x5xf32>",
    operands: &[operand("data", TypeConstraint::Tensor), operand("indices", TypeConstraint::IntegerTensor)],
    attributes: &[required("batch_dims", AttributeConstraint::Integer, "How many leading axes both share.")],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::PARTIAL),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (data, indices) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    let batch = batch_dims(request.attributes.integer("batch_dims")?, data.rank(), indices.rank())?;
    let Some((&length, outer)) = indices.shape.split_last() else {
        return Err("indices must have at least one axis, the tuples', but have none".into());
    };
    let Some(length) = length.as_static() else {
        return Err(format!("the last extent of indices must be static, not {length}"));
    };
    if data.shape[..batch] != indices.shape[..batch] {
        let (data, indices) = (show(&data.shape), show(&indices.shape));
        return Err(format!("data {data} and indices {indices} differ in the first {batch} axes"));
    }
    let indexed = batch + usize::try_from(length).unwrap_or(usize::MAX - batch);
    if indexed > data.rank() {
        return Err(format!("tuples of {length} indices after {batch} batch axes exceed rank {}", data.rank()));
    }
    let shape = [outer, &data.shape[indexed..]].concat();
    Ok(vec![Type::tensor(&shape, data.element)])
}

fn batch_dims(count: i64, data_rank: usize, indices_rank: usize) -> Result<usize, String> {
    let limit = data_rank.min(indices_rank);
    usize::try_from(count)
        .ok()
        .filter(|&count| count < limit.max(1))
        .ok_or_else(|| format!("batch_dims must be from 0 to {}, not {count}", limit.max(1) - 1))
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([data, chosen], [(_, shape)]) = (request.operands, request.results) else {
        return Err("gather_nd has two operands and one result".into());
    };
    let batch = batch_dims(request.attributes.integer("batch_dims")?, data.rank(), chosen.rank())?;
    let length = chosen.shape().last().copied().unwrap_or(0);
    let strides = row_major_strides(data.shape());
    let slice: usize = data.shape()[batch + length..].iter().product();
    let batch_size: usize = data.shape()[batch..].iter().product();
    let tuples: usize = chosen.shape()[..chosen.rank() - 1].iter().product();
    let batches: usize = data.shape()[..batch].iter().product();
    let tuples_per_batch = tuples.checked_div(batches).unwrap_or(0);
    let values = indices(chosen)?;
    let mut picks = Vec::new();
    for tuple in 0..tuples {
        let mut offset = tuple.checked_div(tuples_per_batch).unwrap_or(0) * batch_size;
        for place in 0..length {
            let axis = batch + place;
            offset += in_range(values[tuple * length + place], data.shape()[axis], axis)? * strides[axis];
        }
        picks.extend((offset..offset + slice).map(|offset| (0, offset)));
    }
    Ok(vec![Tensor::pick(&request.operands[..1], shape, picks)?])
}
