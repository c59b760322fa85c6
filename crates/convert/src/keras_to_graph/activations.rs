//! Activation functions: by name in a layer's configuration, as layers, and as operations.

use super::call::{Call, Row, entry, passing, plain};
use crate::conversion::emit::{attribute, axes_attribute};
use crate::conversion::extent::{normalize_axes, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, AttributeKind};

pub(crate) const ROWS: &[Row] = &[
    passing("ReLU", |call| {
        let x = call.first_as_floats()?;
        let (slope, most) = (call.float_or("negative_slope", 0.0), call.number("max_value"));
        let threshold = call.float_or("threshold", 0.0);
        Ok(vec![relu(call, x, slope, most, threshold)?])
    }),
    passing("ThresholdedReLU", |call| {
        let x = call.first_as_floats()?;
        let threshold = call.float_or("theta", 1.0);
        Ok(vec![relu(call, x, 0.0, None, threshold)?])
    }),
    passing("LeakyReLU", |call| {
        let x = call.first_as_floats()?;
        let slope = call.float_or("negative_slope", 0.3);
        Ok(vec![relu(call, x, slope, None, 0.0)?])
    }),
    passing("ELU", |call| {
        let x = call.first_as_floats()?;
        let alpha = call.float_or("alpha", 1.0);
        Ok(vec![elu(call, x, alpha)?])
    }),
    passing("PReLU", |call| {
        let x = call.first_as_floats()?;
        let slope = call.weight("alpha")?;
        let (positive, negative) = (call.unary("graph.relu", x)?, call.binary_scalar("graph.minimum", x, 0.0)?);
        let scaled = call.binary("graph.multiply", negative, slope)?;
        Ok(vec![call.binary("graph.add", positive, scaled)?])
    }),
    passing("Softmax", softmax_layer),
    plain("ops.Relu", |call| named(call, "relu")),
    plain("ops.Relu6", |call| named(call, "relu6")),
    plain("ops.Sigmoid", |call| named(call, "sigmoid")),
    plain("ops.Softplus", |call| named(call, "softplus")),
    plain("ops.Softsign", |call| named(call, "softsign")),
    plain("ops.Silu", |call| named(call, "silu")),
    plain("ops.LogSigmoid", |call| named(call, "log_sigmoid")),
    plain("ops.HardSigmoid", |call| named(call, "hard_sigmoid")),
    plain("ops.HardSilu", |call| named(call, "hard_silu")),
    plain("ops.HardTanh", |call| named(call, "hard_tanh")),
    plain("ops.Selu", |call| named(call, "selu")),
    plain("ops.SparsePlus", |call| named(call, "sparse_plus")),
    plain("ops.SparseSigmoid", |call| named(call, "sparse_sigmoid")),
    plain("ops.Squareplus", |call| {
        let x = call.first()?;
        let b = call.number_at(1, "b").unwrap_or(4.0);
        Ok(vec![squareplus(call, x, b)?])
    }),
    plain("ops.TanhShrink", |call| named(call, "tanh_shrink")),
    plain("ops.Gelu", |call| {
        let x = call.first()?;
        let is_near = call.setting_at(1, "approximate").and_then(super::call::truth).unwrap_or(true);
        Ok(vec![call.unary(if is_near { "graph.gelu_tanh" } else { "graph.gelu" }, x)?])
    }),
    plain("ops.LeakyRelu", |call| {
        let (x, slope) = (call.first()?, number(call, "negative_slope", 0.2));
        Ok(vec![relu(call, x, slope, None, 0.0)?])
    }),
    plain("ops.Elu", |call| {
        let (x, alpha) = (call.first()?, number(call, "alpha", 1.0));
        Ok(vec![elu(call, x, alpha)?])
    }),
    plain("ops.Celu", |call| {
        let (x, alpha) = (call.first()?, number(call, "alpha", 1.0));
        Ok(vec![celu(call, x, alpha)?])
    }),
    plain("ops.HardShrink", |call| {
        let (x, bound) = (call.first()?, number(call, "threshold", 0.5));
        Ok(vec![hard_shrink(call, x, bound)?])
    }),
    plain("ops.SoftShrink", |call| {
        let (x, bound) = (call.first()?, number(call, "threshold", 0.5));
        Ok(vec![soft_shrink(call, x, bound)?])
    }),
    plain("ops.Threshold", |call| {
        let x = call.first()?;
        let (bound, value) = (number(call, "threshold", 0.0), number(call, "default_value", 0.0));
        let element = call.element(x);
        let (bound, value) = (call.scalar(element, bound)?, call.scalar(element, value)?);
        let above = call.binary("graph.greater", x, bound)?;
        Ok(vec![call.select(above, x, value)?])
    }),
    plain("ops.Glu", |call| {
        let x = call.first()?;
        let axis = call.setting_at(1, "axis").and_then(|value| value.as_i64()).unwrap_or(-1);
        Ok(vec![glu(call, x, axis)?])
    }),
    plain("ops.Softmax", |call| along(call, "graph.softmax")),
    plain("ops.LogSoftmax", |call| along(call, "graph.log_softmax")),
];

/// A number of the configuration, or the second argument.
fn number(call: &Call, name: &str, otherwise: f64) -> f64 {
    call.number_at(1, name).unwrap_or(otherwise)
}

fn named(call: &mut Call, name: &str) -> Results {
    let x = call.first()?;
    Ok(vec![activate(call, x, name)?])
}

/// A softmax or its logarithm along the axis that the operation says.
fn along(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let axis = call.setting_at(1, "axis").and_then(|axis| axis.as_i64()).unwrap_or(-1);
    let axis = normalize_axis(axis, call.rank(x))?;
    Ok(vec![call.emit(op, &[x], &[("axis", attribute(axis as i64))])?])
}

/// What the function that an entry of the configuration names makes of `x`.
pub(crate) fn activate_as_set(node: &mut Node, x: Tracked, name: &str) -> Result<Tracked, String> {
    match node.attribute(name) {
        Some(value) => activate_by(node, x, value),
        None => Ok(x),
    }
}

/// What a function makes of `x` that is named, or is a layer with a configuration.
pub(crate) fn activate_by(node: &mut Node, x: Tracked, function: Attribute) -> Result<Tracked, String> {
    if let Some(name) = function.as_str() {
        return activate(node, x, name);
    }
    if !matches!(function.kind(), AttributeKind::Dictionary(_)) {
        return Err(format!("{function} is no activation"));
    }
    let number = |name: &str| entry(function, name).and_then(super::call::number);
    match entry(function, "class_name").and_then(|class| class.as_str()).unwrap_or_default() {
        "ReLU" => relu(
            node,
            x,
            number("negative_slope").unwrap_or(0.0),
            number("max_value"),
            number("threshold").unwrap_or(0.0),
        ),
        "LeakyReLU" => relu(node, x, number("negative_slope").or(number("alpha")).unwrap_or(0.3), None, 0.0),
        "ELU" => elu(node, x, number("alpha").unwrap_or(1.0)),
        "Softmax" => softmax(node, x, -1),
        class => Err(format!("an activation of class \"{class}\" is not supported")),
    }
}

/// What the function called `name` makes of `x`.
fn activate(node: &mut Node, x: Tracked, name: &str) -> Result<Tracked, String> {
    match name {
        "linear" => Ok(x),
        "relu" => node.unary("graph.relu", x),
        "relu6" => node.clamp(x, Some(0.0), Some(6.0)),
        "sigmoid" => node.unary("graph.sigmoid", x),
        "tanh" => node.unary("graph.tanh", x),
        "softmax" => softmax(node, x, -1),
        "log_softmax" => {
            let axis = node.rank(x).checked_sub(1).ok_or("the input has no axes")?;
            node.emit("graph.log_softmax", &[x], &[("axis", attribute(axis as i64))])
        }
        "softplus" => node.unary("graph.softplus", x),
        "softsign" => node.unary("graph.softsign", x),
        "silu" | "swish" => node.unary("graph.silu", x),
        "gelu" => node.unary("graph.gelu", x),
        "mish" => node.unary("graph.mish", x),
        "exponential" => node.unary("graph.exp", x),
        "elu" => elu(node, x, 1.0),
        "selu" => {
            let y = elu(node, x, 1.673_263_242_354_377_3)?;
            node.binary_scalar("graph.multiply", y, 1.050_700_987_355_480_5)
        }
        "celu" => celu(node, x, 1.0),
        "leaky_relu" => relu(node, x, 0.2, None, 0.0),
        "glu" => glu(node, x, -1),
        "hard_sigmoid" => hard_sigmoid(node, x, 1.0 / 6.0),
        // Before Keras 3 the slope was another one.
        "hard_sigmoid_fifth" => hard_sigmoid(node, x, 0.2),
        "hard_silu" | "hard_swish" => node.unary("graph.hard_swish", x),
        "hard_tanh" => node.clamp(x, Some(-1.0), Some(1.0)),
        "hard_shrink" => hard_shrink(node, x, 0.5),
        "soft_shrink" => soft_shrink(node, x, 0.5),
        "tanh_shrink" => {
            let bounded = node.unary("graph.tanh", x)?;
            node.binary("graph.subtract", x, bounded)
        }
        "threshold" => {
            let above = node.binary_scalar("graph.greater", x, 0.0)?;
            let zero = node.scalar(node.element(x), 0.0)?;
            node.select(above, x, zero)
        }
        "log_sigmoid" => {
            let negated = node.unary("graph.negate", x)?;
            let soft = node.unary("graph.softplus", negated)?;
            node.unary("graph.negate", soft)
        }
        "squareplus" => squareplus(node, x, 4.0),
        "sparse_plus" => sparse_plus(node, x),
        "sparse_sigmoid" => {
            let half = node.binary_scalar("graph.add", x, 1.0)?;
            let half = node.binary_scalar("graph.multiply", half, 0.5)?;
            node.clamp(half, Some(0.0), Some(1.0))
        }
        other => Err(format!(
            "there is no activation \"{other}\" in Keras; say it with layers or operations of Keras and save the model again"
        )),
    }
}

fn softmax(node: &mut Node, x: Tracked, axis: i64) -> Result<Tracked, String> {
    let axis = normalize_axis(axis, node.rank(x))?;
    node.emit("graph.softmax", &[x], &[("axis", attribute(axis as i64))])
}

/// Along one axis or several; where the mask does not hold there is next to nothing.
fn softmax_layer(call: &mut Call) -> Results {
    let mut x = call.first_as_floats()?;
    let rank = call.rank(x);
    let axes = match call.attribute("axis") {
        Some(axis) if axis.as_i64().is_none() => normalize_axes(&axis.as_i64s().unwrap_or_default(), rank)?,
        axis => vec![normalize_axis(axis.and_then(|axis| axis.as_i64()).unwrap_or(-1), rank)?],
    };
    if let Some(mask) = call.list("mask").first().copied() {
        let large = if call.element(x).byte_size() == 2 { -3e4 } else { -1e9 };
        let element = call.element(x);
        let (zero, large) = (call.scalar(element, 0.0)?, call.scalar(element, large)?);
        let added = call.select(mask, zero, large)?;
        x = call.binary("graph.add", x, added)?;
    }
    if let [axis] = axes[..] {
        return Ok(vec![call.emit("graph.softmax", &[x], &[("axis", attribute(axis as i64))])?]);
    }
    let given = [("axes", axes_attribute(&axes))];
    let most = call.emit("graph.reduce_max", &[x], &given)?;
    let shifted = call.binary("graph.subtract", x, most)?;
    let powers = call.unary("graph.exp", shifted)?;
    let sum = call.emit("graph.reduce_sum", &[powers], &given)?;
    Ok(vec![call.binary("graph.divide", powers, sum)?])
}

/// `x` from the threshold on, at most `most`; below, the slope times what is missing to the threshold.
pub(crate) fn relu(
    node: &mut Node,
    x: Tracked,
    slope: f64,
    most: Option<f64>,
    threshold: f64,
) -> Result<Tracked, String> {
    let element = node.element(x);
    let kept = match threshold == 0.0 {
        true => node.unary("graph.relu", x)?,
        false => {
            let (bound, zero) = (node.scalar(element, threshold)?, node.scalar(element, 0.0)?);
            let above = node.binary("graph.greater", x, bound)?;
            node.select(above, x, zero)?
        }
    };
    let kept = node.clamp(kept, None, most)?;
    if slope == 0.0 {
        return Ok(kept);
    }
    let missing = if threshold == 0.0 { x } else { node.binary_scalar("graph.subtract", x, threshold)? };
    let missing = node.binary_scalar("graph.minimum", missing, 0.0)?;
    let scaled = node.binary_scalar("graph.multiply", missing, slope)?;
    node.binary("graph.add", kept, scaled)
}

/// `alpha (exp(x) - 1)` below 0.
fn elu(node: &mut Node, x: Tracked, alpha: f64) -> Result<Tracked, String> {
    let negative = node.binary_scalar("graph.minimum", x, 0.0)?;
    let power = node.unary("graph.exp", negative)?;
    let power = node.binary_scalar("graph.subtract", power, 1.0)?;
    let scaled = if alpha == 1.0 { power } else { node.binary_scalar("graph.multiply", power, alpha)? };
    let positive = node.unary("graph.relu", x)?;
    node.binary("graph.add", positive, scaled)
}

/// `alpha (exp(x / alpha) - 1)` below 0.
fn celu(node: &mut Node, x: Tracked, alpha: f64) -> Result<Tracked, String> {
    let narrow = node.binary_scalar("graph.divide", x, alpha)?;
    let y = elu(node, narrow, 1.0)?;
    node.binary_scalar("graph.multiply", y, alpha)
}

fn hard_sigmoid(node: &mut Node, x: Tracked, slope: f64) -> Result<Tracked, String> {
    let scaled = node.binary_scalar("graph.multiply", x, slope)?;
    let shifted = node.binary_scalar("graph.add", scaled, 0.5)?;
    node.clamp(shifted, Some(0.0), Some(1.0))
}

fn squareplus(node: &mut Node, x: Tracked, b: f64) -> Result<Tracked, String> {
    let square = node.binary("graph.multiply", x, x)?;
    let root = node.binary_scalar("graph.add", square, b)?;
    let root = node.unary("graph.sqrt", root)?;
    let sum = node.binary("graph.add", x, root)?;
    node.binary_scalar("graph.multiply", sum, 0.5)
}

/// 0 up to -1, `(x + 1)^2 / 4` up to 1, `x` from there on.
fn sparse_plus(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let more = node.binary_scalar("graph.add", x, 1.0)?;
    let more = node.clamp(more, Some(0.0), None)?;
    let square = node.binary("graph.multiply", more, more)?;
    let curve = node.binary_scalar("graph.multiply", square, 0.25)?;
    let is_straight = node.binary_scalar("graph.greater_equal", x, 1.0)?;
    node.select(is_straight, x, curve)
}

fn hard_shrink(node: &mut Node, x: Tracked, bound: f64) -> Result<Tracked, String> {
    let magnitude = node.unary("graph.abs", x)?;
    let above = node.binary_scalar("graph.greater", magnitude, bound)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    node.select(above, x, zero)
}

fn soft_shrink(node: &mut Node, x: Tracked, bound: f64) -> Result<Tracked, String> {
    let kept = node.clamp(x, Some(-bound), Some(bound))?;
    node.binary("graph.subtract", x, kept)
}

/// The first half of an axis times the sigmoid of the second.
fn glu(node: &mut Node, x: Tracked, axis: i64) -> Result<Tracked, String> {
    let axis = normalize_axis(axis, node.rank(x))?;
    let extent = node.shape(x)[axis].as_static().filter(|extent| extent.is_multiple_of(2));
    let half = extent.ok_or_else(|| format!("axis {axis} has no two halves"))? / 2;
    let [value, gate] =
        [0, half].map(|start| node.slice_axis(x, axis, kiln_ir::Dim::Static(start), kiln_ir::Dim::Static(half)));
    let gate = node.unary("graph.sigmoid", gate?)?;
    node.binary("graph.multiply", value?, gate)
}
