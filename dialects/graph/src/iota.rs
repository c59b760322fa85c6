//! `graph.iota`: indices along an axis.

use crate::read::Read;
use crate::rows::{required, result};
use crate::strided::Around;
use kiln_ir::{AttributeConstraint, EvaluateRequest, Module, Op, OpDefinition, Traits, TypeConstraint};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const IOTA: OpDefinition = OpDefinition {
    name: "graph.iota",
    doc: "Each element is its index along `axis`: 0, 1, 2, ...",
    example: "%y = graph.iota {axis = 0} : () -> tensor<?xi64, #kiln.dims<[N]>>",
    attributes: &[required("axis", AttributeConstraint::Integer, "The axis, counted from 0.")],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let ty = module.ty(module.result(op, 0));
    let Some(tensor) = ty.as_tensor() else { return Ok(()) };
    module.attributes(op).axis("axis", tensor.rank()).map(|_| ())
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let (element, shape) = request.results.first().ok_or("iota has one result")?;
    let around = Around::new(shape, request.attributes.axis("axis", shape.len())?);
    let count = around.outer * around.length * around.inner;
    let values = (0..count).map(|flat| (flat / around.inner % around.length) as i128);
    Ok(vec![scalar::from_integers(*element, shape, values)?])
}
