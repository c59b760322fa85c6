//! `graph.constant`: data known when compiling.

use crate::rows::{required, result};
use kiln_ir::{
    AttributeConstraint, AttributeKind, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::Tensor;

/// The row.
pub const CONSTANT: OpDefinition = OpDefinition {
    name: "graph.constant",
    doc: "A tensor known when compiling: a few elements in the IR, more in the blob store, by key.",
    example: "%y = graph.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>",
    attributes: &[required("value", AttributeConstraint::Elements, "The elements; their type is the result's.")],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::CONSTANT_LIKE),
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    match request.attributes.get("value").map(|value| value.kind()) {
        Some(AttributeKind::Dense { ty, .. } | AttributeKind::DenseResource { ty, .. }) => Ok(vec![*ty]),
        _ => Err("attribute 'value' must be dense elements".into()),
    }
}

/// Elements in the blob store are out of sight here: the interpreter looks them up in the module.
fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let tensor = request.attributes.get("value").and_then(|value| value.as_tensor());
    tensor.map(|tensor| vec![tensor]).ok_or_else(|| "the constant's elements are not in the IR".into())
}
