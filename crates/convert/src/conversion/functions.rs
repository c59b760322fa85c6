//! Functions of numbers that are made of several graph ops.

use super::node::Node;
use super::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

/// A tensor of the shape and type of `x`, all of one value.
pub(crate) fn filled_like(node: &mut Node, x: Tracked, value: f64) -> Result<Tracked, String> {
    let shape = node.shape(x).to_vec();
    let value = constant_of(node, node.element(x), value)?;
    node.broadcast(value, &shape)
}

/// A number of any element type.
pub(crate) fn constant_of(node: &mut Node, element: ElementType, value: f64) -> Result<Tracked, String> {
    match element {
        ElementType::I1 => node.tensor(Tensor::from_bools(&[], &[value != 0.0])),
        element => node.scalar(element, value),
    }
}

/// `e^x - 1`, exact also where that is nearly 0: `tanh(x / 2) * (e^x + 1)`; where that overflows it is `e^x`.
pub(crate) fn exponential_less_one(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let power = node.unary("graph.exp", x)?;
    let more = node.binary_scalar("graph.add", power, 1.0)?;
    let half = node.binary_scalar("graph.multiply", x, 0.5)?;
    let tangent = node.unary("graph.tanh", half)?;
    let product = node.binary("graph.multiply", tangent, more)?;
    Ok(product)
}

/// `ln(1 + x)`, exact also where that is nearly 0: the error of `u = 1 + x` is divided out by `x / (u - 1)`.
pub(crate) fn logarithm_of_one_more(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let more = node.binary_scalar("graph.add", x, 1.0)?;
    let logarithm = node.unary("graph.log", more)?;
    let less = node.binary_scalar("graph.subtract", more, 1.0)?;
    let ratio = node.binary("graph.divide", x, less)?;
    let corrected = node.binary("graph.multiply", logarithm, ratio)?;
    let is_one = node.binary_scalar("graph.equal", more, 1.0)?;
    let is_infinite = node.unary("graph.is_inf", more)?;
    let corrected = node.select(is_infinite, logarithm, corrected)?;
    node.select(is_one, x, corrected)
}

/// `1 - erf(x)`.
pub(crate) fn erfc(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let erf = node.unary("graph.erf", x)?;
    let one = node.scalar(node.element(x), 1.0)?;
    node.binary("graph.subtract", one, erf)
}

/// Whether elements are neither infinite nor no numbers.
pub(crate) fn is_finite(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let (is_nan, is_inf) = (node.unary("graph.is_nan", x)?, node.unary("graph.is_inf", x)?);
    let is_wrong = node.binary("graph.or", is_nan, is_inf)?;
    node.unary("graph.not", is_wrong)
}

/// All bits of integers turned.
pub(crate) fn invert(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let element = node.element(x);
    if element.is_signed_integer() {
        return node.binary_scalar("graph.xor", x, -1.0);
    }
    let zero = node.scalar(element, 0.0)?;
    let one = node.scalar(element, 1.0)?;
    let all = node.binary("graph.subtract", zero, one)?;
    node.binary("graph.xor", x, all)
}

/// `result`, but 0 where `x` is 0.
pub(crate) fn zero_where_zero(node: &mut Node, x: Tracked, result: Tracked) -> Result<Tracked, String> {
    let is_zero = node.binary_scalar("graph.equal", x, 0.0)?;
    let zero = node.scalar(node.element(result), 0.0)?;
    node.select(is_zero, zero, result)
}

/// The angle of a point, by the quotient of its coordinates and their signs.
pub(crate) fn angle(node: &mut Node, y: Tracked, x: Tracked) -> Result<Tracked, String> {
    use std::f64::consts::PI;
    let quotient = node.binary("graph.divide", y, x)?;
    let raw = node.unary("graph.atan", quotient)?;
    let element = node.element(raw);
    let is_negative = node.binary_scalar("graph.less", x, 0.0)?;
    let is_below = node.binary_scalar("graph.less", y, 0.0)?;
    let (plus, minus, zero) = (node.scalar(element, PI)?, node.scalar(element, -PI)?, node.scalar(element, 0.0)?);
    let turn = node.select(is_below, minus, plus)?;
    let turn = node.select(is_negative, turn, zero)?;
    let turned = node.binary("graph.add", raw, turn)?;
    // On the axis of y the quotient is infinite, and at 0 it is not a number.
    let is_on_axis = node.binary_scalar("graph.equal", x, 0.0)?;
    let sign = node.unary("graph.sign", y)?;
    let right_angle = node.binary_scalar("graph.multiply", sign, PI / 2.0)?;
    node.select(is_on_axis, right_angle, turned)
}
