//! `graph.scatter_elements`: one element stored for each index.

use crate::index::{in_range, indices};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::scatter::{REDUCTION_DOC, REDUCTIONS, store};
use crate::shape::{show, tensor};
use crate::strided::for_each_index;
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const SCATTER_ELEMENTS: OpDefinition = OpDefinition {
    name: "graph.scatter_elements",
    doc: "A copy of `data` in which each element of `updates` is stored at its own place but on `axis`, where \
          `indices` says; the three have the same rank, the last two the same shape. Negative indices count from the \
          end; one out of range is an error at run time.",
    example: "%y = graph.scatter_elements %data, %indices, %updates {axis = 0, reduction = \"add\"} : (tensor<3x4xf32>, tensor<2x4xi64>, tensor<2x4xf32>) -> tensor<3x4xf32>",
    operands: &[
        operand("data", TypeConstraint::Tensor),
        operand("indices", TypeConstraint::IntegerTensor),
        operand("updates", TypeConstraint::Tensor),
    ],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The axis, counted from 0."),
        required("reduction", AttributeConstraint::OneOf(REDUCTIONS), REDUCTION_DOC),
    ],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::PARTIAL),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let [data, indices, updates] = [0, 1, 2].map(|index| tensor(request.operands, index));
    let (data, indices, updates) = (data?, indices?, updates?);
    request.attributes.axis("axis", data.rank())?;
    if data.rank() != indices.rank() || indices.shape != updates.shape {
        let (data, indices, updates) = (show(&data.shape), show(&indices.shape), show(&updates.shape));
        return Err(format!("indices {indices} and updates {updates} must have one shape, of the rank of data {data}"));
    }
    if data.element != updates.element {
        return Err(format!(
            "data and updates must have one element type, found {} and {}",
            data.element, updates.element
        ));
    }
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let [data, chosen, updates] = request.operands else { return Err("scatter_elements has three operands".into()) };
    let axis = request.attributes.axis("axis", data.rank())?;
    let strides = row_major_strides(data.shape());
    let mut values = indices(chosen)?.into_iter();
    let mut targets = Vec::with_capacity(values.len());
    for_each_index(chosen.shape(), |index| {
        let mut offset = 0;
        for (place, &position) in index.iter().enumerate() {
            let position = match place == axis {
                true => in_range(values.next().ok_or("an index is missing")?, data.shape()[axis], axis)?,
                false => in_range(position as i64, data.shape()[place], place)?,
            };
            offset += position * strides[place];
        }
        targets.push(offset);
        Ok(())
    })?;
    Ok(vec![store(data, updates, &targets, request.attributes.word("reduction")?)?])
}
