//! `graph.gather_elements`: one element for each index.

use crate::index::{in_range, indices};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::{show, tensor};
use crate::strided::for_each_index;
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const GATHER_ELEMENTS: OpDefinition = OpDefinition {
    name: "graph.gather_elements",
    doc: "Takes one element of `data` for each element of `indices`, which has as many axes: at the same place but on \
          `axis`, where the index says. Negative indices count from the end; one out of range is an error at run time.",
    example: "%y = graph.gather_elements %data, %indices {axis = 0} : (tensor<3x4xf32>, tensor<2x4xi64>) -> tensor<2x4xf32>",
    operands: &[operand("data", TypeConstraint::Tensor), operand("indices", TypeConstraint::IntegerTensor)],
    attributes: &[required("axis", AttributeConstraint::Integer, "The axis, counted from 0.")],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::PARTIAL),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (data, indices) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    request.attributes.axis("axis", data.rank())?;
    if data.rank() != indices.rank() {
        let (data, indices) = (show(&data.shape), show(&indices.shape));
        return Err(format!("data {data} and indices {indices} must have the same rank"));
    }
    Ok(vec![Type::tensor(&indices.shape, data.element)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([data, chosen], [(_, shape)]) = (request.operands, request.results) else {
        return Err("gather_elements has two operands and one result".into());
    };
    let axis = request.attributes.axis("axis", data.rank())?;
    let strides = row_major_strides(data.shape());
    let mut chosen = indices(chosen)?.into_iter();
    let mut picks = Vec::new();
    for_each_index(shape, |index| {
        let mut offset = 0;
        for (place, &position) in index.iter().enumerate() {
            let position = match place == axis {
                true => in_range(chosen.next().ok_or("an index is missing")?, data.shape()[axis], axis)?,
                false => in_range(position as i64, data.shape()[place], place)?,
            };
            offset += position * strides[place];
        }
        picks.push((0, offset));
        Ok(())
    })?;
    Ok(vec![Tensor::pick(&request.operands[..1], shape, picks)?])
}
