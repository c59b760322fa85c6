//! `graph.top_k`: the largest or smallest elements along an axis.

use crate::read::Read;
use crate::rows::{operand, optional, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{AttributeConstraint, Dim, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;
use kiln_tensor::scalar::{self, Class};
use std::cmp::Ordering;

/// The row.
pub const TOP_K: OpDefinition = OpDefinition {
    name: "graph.top_k",
    doc: "The `k` largest (or smallest) elements along `axis` and their indices. Of equal elements the one with the \
          lower index comes first; NaN counts as larger than all.",
    example: "%values, %indices = graph.top_k %x {axis = 1, k = #kiln.dims<[2]>} : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)",
    operands: &[operand("x", TypeConstraint::NumberTensor)],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The axis, counted from 0."),
        required("k", AttributeConstraint::Dims, "How many: one number, at most the axis' extent."),
        optional("largest", AttributeConstraint::Bool, "Whether the largest are wanted; absent is true."),
        optional(
            "sorted",
            AttributeConstraint::Bool,
            "Whether they come best first; absent is true. If false any order is right, and the interpreter sorts too.",
        ),
    ],
    results: &[result("values", TypeConstraint::NumberTensor), result("indices", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let axis = request.attributes.axis("axis", x.rank())?;
    let &[k] = request.attributes.dims("k")? else { return Err("k must be one number".into()) };
    let is_less = |(extent, k): (u64, u64)| extent < k;
    if k == Dim::Unknown || x.shape[axis].as_static().zip(k.as_static()).is_some_and(is_less) {
        return Err(format!("k must be from 0 to the extent {} of axis {axis}, not {k}", x.shape[axis]));
    }
    let mut shape = x.shape.clone();
    shape[axis] = k;
    Ok(vec![Type::tensor(&shape, x.element), Type::tensor(&shape, Type::i64())])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape), _]) = (request.operands, request.results) else {
        return Err("top_k has one operand and two results".into());
    };
    let axis = request.attributes.axis("axis", x.rank())?;
    let around = Around::new(x.shape(), axis);
    let chosen = Around::new(shape, axis);
    if chosen.length > around.length {
        return Err(format!("k is {}, but axis {axis} has {} elements", chosen.length, around.length));
    }
    let largest = request.attributes.bool("largest").unwrap_or(true);
    let order = match Class::of(x.element()) {
        Class::Float => {
            let values = scalar::floats(x)?;
            let compare = move |a: usize, b: usize| {
                let unordered = values[a].is_nan().cmp(&values[b].is_nan());
                values[a].partial_cmp(&values[b]).unwrap_or(unordered)
            };
            select(around, chosen, largest, compare)
        }
        _ => {
            let values = scalar::integers(x)?;
            select(around, chosen, largest, move |a, b| values[a].cmp(&values[b]))
        }
    };
    let picks = order.iter().map(|&(offset, _)| (0, offset));
    let indices: Vec<i64> = order.iter().map(|&(_, position)| position as i64).collect();
    Ok(vec![Tensor::pick(request.operands, shape, picks)?, Tensor::from_values(shape, &indices)])
}

/// Flat index and position along the axis of each chosen element, in the order of the result.
fn select(
    around: Around,
    chosen: Around,
    largest: bool,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<(usize, usize)> {
    let mut result = vec![(0, 0); chosen.outer * chosen.length * chosen.inner];
    for (outer, inner) in around.lines() {
        let mut positions: Vec<usize> = (0..around.length).collect();
        positions.sort_by(|&a, &b| {
            let order = compare(around.at(outer, a, inner), around.at(outer, b, inner));
            if largest { order.reverse() } else { order }
        });
        for (rank, &position) in positions.iter().take(chosen.length).enumerate() {
            result[chosen.at(outer, rank, inner)] = (around.at(outer, position, inner), position);
        }
    }
    result
}
