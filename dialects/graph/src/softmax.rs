//! `graph.softmax` and `graph.log_softmax`.

use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, EvaluateRequest, InferRequest, OpDefinition, OperandDefinition,
    ResultDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};

const OPERANDS: &[OperandDefinition] = &[operand("x", TypeConstraint::FloatTensor)];
const ATTRIBUTES: &[AttributeDefinition] =
    &[required("axis", AttributeConstraint::Integer, "The axis that is normalized, counted from 0.")];
const RESULTS: &[ResultDefinition] = &[result("y", TypeConstraint::FloatTensor)];

/// The row of `softmax`.
pub const SOFTMAX: OpDefinition = OpDefinition {
    name: "graph.softmax",
    doc: "`exp(x - m) / sum(exp(x - m))` along `axis`, where `m` is the largest element there.",
    example: "%y = graph.softmax %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
    operands: OPERANDS,
    attributes: ATTRIBUTES,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, |shifted, sum| libm::exp(shifted) / sum)),
    ..OpDefinition::EMPTY
};

/// The row of `log_softmax`.
pub const LOG_SOFTMAX: OpDefinition = OpDefinition {
    name: "graph.log_softmax",
    doc: "`x - m - log(sum(exp(x - m)))` along `axis`, where `m` is the largest element there.",
    example: "%y = graph.log_softmax %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
    operands: OPERANDS,
    attributes: ATTRIBUTES,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, |shifted, sum| shifted - libm::log(sum))),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    request.attributes.axis("axis", tensor(request.operands, 0)?.rank())?;
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest, finish: fn(f64, f64) -> f64) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("the op has one operand and one result".into());
    };
    let around = Around::new(shape, request.attributes.axis("axis", shape.len())?);
    let mut values = scalar::floats(x)?;
    for (outer, inner) in around.lines() {
        let places = (0..around.length).map(|position| around.at(outer, position, inner));
        let largest = places.clone().map(|place| values[place]).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = places.clone().map(|place| libm::exp(values[place] - largest)).sum();
        for place in places {
            values[place] = finish(values[place] - largest, sum);
        }
    }
    Ok(vec![scalar::from_floats(*element, shape, values)?])
}
