//! `graph.arg_max` and `graph.arg_min`: where the largest and the smallest element stand.

use crate::read::Read;
use crate::rows::{operand, optional, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Dim, EvaluateRequest, InferRequest, OpDefinition, OperandDefinition,
    ResultDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::Tensor;
use kiln_tensor::scalar::{self, Class};
use std::cmp::Ordering;

const OPERANDS: &[OperandDefinition] = &[operand("x", TypeConstraint::NumberTensor)];
const ATTRIBUTES: &[AttributeDefinition] = &[
    required("axis", AttributeConstraint::Integer, "The axis, counted from 0."),
    optional(
        "select_last",
        AttributeConstraint::Bool,
        "Whether the last of equal elements counts; absent is false: the first.",
    ),
];
const RESULTS: &[ResultDefinition] = &[result("y", TypeConstraint::IntegerTensor)];

/// The row of `arg_max`.
pub const ARG_MAX: OpDefinition = OpDefinition {
    name: "graph.arg_max",
    doc: "The index of the largest element along `axis`, which is kept with extent 1. NaN counts as larger than all.",
    example: "%y = graph.arg_max %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x1xi64>",
    operands: OPERANDS,
    attributes: ATTRIBUTES,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, Ordering::Greater)),
    ..OpDefinition::EMPTY
};

/// The row of `arg_min`.
pub const ARG_MIN: OpDefinition = OpDefinition {
    name: "graph.arg_min",
    doc: "The index of the smallest element along `axis`, which is kept with extent 1. NaN counts as smaller than all.",
    example: "%y = graph.arg_min %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x1xi64>",
    operands: OPERANDS,
    attributes: ATTRIBUTES,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, Ordering::Less)),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let axis = request.attributes.axis("axis", x.rank())?;
    if x.shape[axis].is(0) {
        return Err(format!("axis {axis} has no elements to choose from"));
    }
    let mut shape = x.shape.clone();
    shape[axis] = Dim::Static(1);
    Ok(vec![Type::tensor(&shape, Type::i64())])
}

fn evaluate(request: &EvaluateRequest, wanted: Ordering) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("the op has one operand and one result".into());
    };
    let axis = request.attributes.axis("axis", x.rank())?;
    let around = Around::new(x.shape(), axis);
    if around.length == 0 {
        return Err(format!("axis {axis} has no elements to choose from"));
    }
    let last = request.attributes.flag("select_last");
    let positions = match Class::of(x.element()) {
        Class::Float => {
            let values = scalar::floats(x)?;
            // NaN wins, whichever end is wanted.
            search(&values, around, last, |a, b| match (a.is_nan(), b.is_nan()) {
                (false, false) => a.partial_cmp(b).unwrap_or(Ordering::Equal) == wanted,
                (candidate, best) => candidate && !best,
            })
        }
        _ => search(&scalar::integers(x)?, around, last, |a, b| a.cmp(b) == wanted),
    };
    Ok(vec![Tensor::from_values(shape, &positions)])
}

fn search<T>(values: &[T], around: Around, last: bool, better: impl Fn(&T, &T) -> bool) -> Vec<i64> {
    let find = |(outer, inner): (usize, usize)| {
        let value = |position: usize| &values[around.at(outer, position, inner)];
        let mut best = 0;
        for position in 1..around.length {
            let wins = if last { !better(value(best), value(position)) } else { better(value(position), value(best)) };
            if wins {
                best = position;
            }
        }
        best as i64
    };
    around.lines().map(find).collect()
}
