//! `graph.dims`: extents as data.

use crate::read::Read;
use crate::rows::{required, result};
use kiln_ir::{
    Attribute, AttributeConstraint, Dim, EvaluateRequest, FoldRequest, Folded, InferRequest, OpDefinition, Traits,
    Type, TypeConstraint,
};
use kiln_tensor::Tensor;

/// The row.
pub const DIMS: OpDefinition = OpDefinition {
    name: "graph.dims",
    doc: "The values of extents as a vector of `i64`: what is left of shape arithmetic whose value a model uses as \
          data. Expressions may be negative.",
    example: "%y = graph.dims {dims = #kiln.dims<[N, 2 * H + 1, 3]>} : () -> tensor<3xi64>",
    attributes: &[required("dims", AttributeConstraint::Dims, "One expression for each element of the result.")],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let dims = request.attributes.dims("dims")?;
    if dims.contains(&Dim::Unknown) {
        return Err("an extent is unknown: the graph dialect takes static and symbolic ones".into());
    }
    Ok(vec![Type::tensor(&[Dim::Static(dims.len() as u64)], Type::i64())])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let dims = request.module.attribute(request.op, "dims")?.as_dims()?;
    let values: Option<Vec<i64>> = dims.iter().map(|dim| dim.expr()?.as_constant()).collect();
    Some(vec![Folded::Constant(Attribute::dense(Tensor::from_values(&[dims.len()], &values?)))])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let values = request.attributes.resolved_dims("dims", request.symbols)?;
    Ok(vec![Tensor::from_values(&[values.len()], &values)])
}
