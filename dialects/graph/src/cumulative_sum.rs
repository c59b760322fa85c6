//! `graph.cumulative_sum`, `graph.cumulative_product`: running sums and products.

use crate::read::Read;
use crate::rows::{operand, optional, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;
use kiln_tensor::scalar::{self, Class};

/// The row.
pub const CUMULATIVE_SUM: OpDefinition = OpDefinition {
    name: "graph.cumulative_sum",
    doc: "Along `axis`, the sum of all elements up to and including each.",
    example: "%y = graph.cumulative_sum %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
    operands: &[operand("x", TypeConstraint::NumberTensor)],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The axis, counted from 0."),
        optional(
            "exclusive",
            AttributeConstraint::Bool,
            "Whether an element is left out of its own result; absent is false.",
        ),
        optional("reverse", AttributeConstraint::Bool, "Whether it runs from the last element; absent is false."),
    ],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, (0.0, |a, b| a + b), (0, |a, b| a.wrapping_add(b)))),
    ..OpDefinition::EMPTY
};

/// The row.
pub const CUMULATIVE_PRODUCT: OpDefinition = OpDefinition {
    name: "graph.cumulative_product",
    doc: "Along `axis`, the product of all elements up to and including each.",
    example: "%y = graph.cumulative_product %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
    evaluate: Some(|request| evaluate(request, (1.0, |a, b| a * b), (1, |a, b| a.wrapping_mul(b)))),
    ..CUMULATIVE_SUM
};

/// What changes nothing, and how two values become one.
type Combine<T> = (T, fn(T, T) -> T);

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    request.attributes.axis("axis", x.rank())?;
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest, floats: Combine<f64>, integers: Combine<i128>) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("there are one operand and one result".into());
    };
    let around = Around::new(shape, request.attributes.axis("axis", shape.len())?);
    let (exclusive, reverse) = (request.attributes.flag("exclusive"), request.attributes.flag("reverse"));
    let result = match Class::of(x.element()) {
        Class::Float => {
            scalar::from_floats(*element, shape, accumulate(&scalar::floats(x)?, around, exclusive, reverse, floats))
        }
        _ => scalar::from_integers(
            *element,
            shape,
            accumulate(&scalar::integers(x)?, around, exclusive, reverse, integers),
        ),
    };
    Ok(vec![result?])
}

fn accumulate<T: Copy>(
    values: &[T],
    around: Around,
    exclusive: bool,
    reverse: bool,
    (neutral, combine): Combine<T>,
) -> Vec<T> {
    let mut result = vec![neutral; values.len()];
    for (outer, inner) in around.lines() {
        let mut sum = neutral;
        for step in 0..around.length {
            let position = if reverse { around.length - 1 - step } else { step };
            let place = around.at(outer, position, inner);
            if exclusive {
                result[place] = sum;
            }
            sum = combine(sum, values[place]);
            if !exclusive {
                result[place] = sum;
            }
        }
    }
    result
}
