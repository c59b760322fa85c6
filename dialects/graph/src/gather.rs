//! `graph.gather`: slices of an axis chosen by index.

use crate::index::{in_range, indices};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;

/// The row.
pub const GATHER: OpDefinition = OpDefinition {
    name: "graph.gather",
    doc: "Takes slices of `data` along `axis`: the axis gives way to the axes of `indices`. Negative indices count \
          from the end; one out of range is an error at run time.",
    example: "%y = graph.gather %data, %indices {axis = 1} : (tensor<2x3x4xf32>, tensor<5x6xi64>) -> tensor<2x5x6x4xf32>",
    operands: &[operand("data", TypeConstraint::Tensor), operand("indices", TypeConstraint::IntegerTensor)],
    attributes: &[required("axis", AttributeConstraint::Integer, "The axis of `data`, counted from 0.")],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::PARTIAL),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (data, indices) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    let axis = request.attributes.axis("axis", data.rank())?;
    let shape = [&data.shape[..axis], &indices.shape, &data.shape[axis + 1..]].concat();
    Ok(vec![Type::tensor(&shape, data.element)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([data, chosen], [(_, shape)]) = (request.operands, request.results) else {
        return Err("gather has two operands and one result".into());
    };
    let axis = request.attributes.axis("axis", data.rank())?;
    let around = Around::new(data.shape(), axis);
    let chosen = indices(chosen)?;
    let positions: Vec<usize> =
        chosen.into_iter().map(|index| in_range(index, around.length, axis)).collect::<Result<_, _>>()?;
    let positions = &positions;
    let picks = (0..around.outer).flat_map(|outer| {
        positions
            .iter()
            .flat_map(move |&position| (0..around.inner).map(move |inner| (0, around.at(outer, position, inner))))
    });
    Ok(vec![Tensor::pick(&request.operands[..1], shape, picks)?])
}
