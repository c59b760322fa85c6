//! Derivatives of elementwise ops of one operand, as functions of `x` and of the result `y`.

use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use std::f64::consts::PI;

/// The derivative at `x`, where the op gives `y`.
pub(super) type Slope = fn(&mut Node, x: Tracked, y: Tracked) -> Result<Tracked, String>;

/// The derivative of the op of that name.
pub(super) fn find_slope(name: &str) -> Option<Slope> {
    SLOPES.iter().find(|(op, _)| *op == name).map(|(_, slope)| *slope)
}

const SLOPES: &[(&str, Slope)] = &[
    ("graph.negate", |node, x, _| node.scalar(node.element(x), -1.0)),
    ("graph.abs", |node, x, _| node.unary("graph.sign", x)),
    ("graph.exp", |_, _, y| Ok(y)),
    ("graph.log", |node, x, _| node.unary("graph.reciprocal", x)),
    ("graph.sqrt", |node, _, y| {
        let doubled = node.binary_scalar("graph.multiply", y, 2.0)?;
        node.unary("graph.reciprocal", doubled)
    }),
    ("graph.rsqrt", |node, _, y| {
        let square = node.binary("graph.multiply", y, y)?;
        let cube = node.binary("graph.multiply", square, y)?;
        node.binary_scalar("graph.multiply", cube, -0.5)
    }),
    ("graph.reciprocal", |node, _, y| {
        let square = node.binary("graph.multiply", y, y)?;
        node.unary("graph.negate", square)
    }),
    ("graph.sin", |node, x, _| node.unary("graph.cos", x)),
    ("graph.cos", |node, x, _| {
        let sine = node.unary("graph.sin", x)?;
        node.unary("graph.negate", sine)
    }),
    ("graph.tan", |node, _, y| of_square(node, y, 1.0, 1.0)),
    ("graph.asin", |node, x, _| {
        let rest = of_square(node, x, -1.0, 1.0)?;
        node.unary("graph.rsqrt", rest)
    }),
    ("graph.acos", |node, x, _| {
        let rest = of_square(node, x, -1.0, 1.0)?;
        let slope = node.unary("graph.rsqrt", rest)?;
        node.unary("graph.negate", slope)
    }),
    ("graph.atan", |node, x, _| {
        let sum = of_square(node, x, 1.0, 1.0)?;
        node.unary("graph.reciprocal", sum)
    }),
    ("graph.sinh", |node, x, _| node.unary("graph.cosh", x)),
    ("graph.cosh", |node, x, _| node.unary("graph.sinh", x)),
    ("graph.tanh", |node, _, y| of_square(node, y, -1.0, 1.0)),
    ("graph.asinh", |node, x, _| {
        let sum = of_square(node, x, 1.0, 1.0)?;
        node.unary("graph.rsqrt", sum)
    }),
    ("graph.acosh", |node, x, _| {
        let rest = of_square(node, x, 1.0, -1.0)?;
        node.unary("graph.rsqrt", rest)
    }),
    ("graph.atanh", |node, x, _| {
        let rest = of_square(node, x, -1.0, 1.0)?;
        node.unary("graph.reciprocal", rest)
    }),
    ("graph.erf", |node, x, _| {
        let exponent = of_square(node, x, -1.0, 0.0)?;
        let bell = node.unary("graph.exp", exponent)?;
        node.binary_scalar("graph.multiply", bell, 2.0 / PI.sqrt())
    }),
    ("graph.sigmoid", |node, _, y| {
        let one = node.scalar(node.element(y), 1.0)?;
        let rest = node.binary("graph.subtract", one, y)?;
        node.binary("graph.multiply", y, rest)
    }),
    ("graph.softplus", |node, x, _| node.unary("graph.sigmoid", x)),
    ("graph.softsign", |node, x, _| {
        let magnitude = node.unary("graph.abs", x)?;
        let sum = node.binary_scalar("graph.add", magnitude, 1.0)?;
        let square = node.binary("graph.multiply", sum, sum)?;
        node.unary("graph.reciprocal", square)
    }),
    ("graph.relu", |node, x, _| {
        let is_positive = node.binary_scalar("graph.greater", x, 0.0)?;
        node.cast(is_positive, node.element(x))
    }),
];

/// `factor * x^2 + constant`.
fn of_square(node: &mut Node, x: Tracked, factor: f64, constant: f64) -> Result<Tracked, String> {
    let square = node.binary("graph.multiply", x, x)?;
    let scaled = if factor == 1.0 { square } else { node.binary_scalar("graph.multiply", square, factor)? };
    if constant == 0.0 { Ok(scaled) } else { node.binary_scalar("graph.add", scaled, constant) }
}
