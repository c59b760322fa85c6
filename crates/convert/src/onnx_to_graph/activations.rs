//! Activation functions with parameters, composed of elementwise graph ops.

use super::batch_normalization::per_channel;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row, row_in};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("LeakyRelu", leaky_relu),
    row("PRelu", prelu),
    row("Elu", elu),
    row("Selu", selu),
    row("Celu", celu),
    row("ThresholdedRelu", thresholded_relu),
    row("Shrink", shrink),
    row("HardSigmoid", |node| {
        let x = node.input(0)?;
        let (alpha, beta) = (node.float_or("alpha", 0.2), node.float_or("beta", 0.5));
        Ok(vec![hard_sigmoid(node, x, alpha, beta)?])
    }),
    row("HardSwish", |node| {
        let x = node.input(0)?;
        let gate = hard_sigmoid(node, x, 1.0 / 6.0, 0.5)?;
        Ok(vec![node.binary("graph.multiply", x, gate)?])
    }),
    row("Softplus", |node| {
        let x = node.input(0)?;
        Ok(vec![softplus(node, x)?])
    }),
    row("Softsign", |node| {
        let x = node.input(0)?;
        let magnitude = node.unary("graph.abs", x)?;
        let divisor = node.binary_scalar("graph.add", magnitude, 1.0)?;
        Ok(vec![node.binary("graph.divide", x, divisor)?])
    }),
    row("Mish", |node| {
        let x = node.input(0)?;
        let soft = softplus(node, x)?;
        let gate = node.unary("graph.tanh", soft)?;
        Ok(vec![node.binary("graph.multiply", x, gate)?])
    }),
    row("Swish", |node| {
        let x = node.input(0)?;
        let alpha = node.float_or("alpha", 1.0);
        Ok(vec![swish(node, x, alpha)?])
    }),
    row("Gelu", gelu),
    row("SwiGLU", |node| {
        let (a, b) = (node.input(0)?, node.input(1)?);
        let alpha = node.float_or("alpha", 1.0);
        let gate = swish(node, a, alpha)?;
        Ok(vec![node.binary("graph.multiply", gate, b)?])
    }),
    row_in("Clip", 1..=10, |node| {
        let x = node.input(0)?;
        let (low, high) = (node.attribute("min"), node.attribute("max"));
        let bound = |value: Option<kiln_ir::Attribute>| {
            value.and_then(|value| value.as_f64()).filter(|b| b.abs() < f32::MAX.into())
        };
        Ok(vec![node.clamp(x, bound(low), bound(high))?])
    }),
    row_in("Clip", 11..=i64::MAX, |node| {
        let mut x = node.input(0)?;
        for (index, op) in [(1, "graph.maximum"), (2, "graph.minimum")] {
            if let Some(bound) = node.optional(index) {
                let bound = node.reshape(bound, &[])?;
                x = node.binary(op, x, bound)?;
            }
        }
        Ok(vec![x])
    }),
];

/// `x * sigmoid(alpha * x)`.
pub(crate) fn swish(node: &mut Node, x: Tracked, alpha: f64) -> Result<Tracked, String> {
    let scaled = if alpha == 1.0 { x } else { node.binary_scalar("graph.multiply", x, alpha)? };
    let gate = node.unary("graph.sigmoid", scaled)?;
    node.binary("graph.multiply", x, gate)
}

/// `negative` where x < 0, else x.
fn where_negative(node: &mut Node, x: Tracked, negative: Tracked) -> Result<Tracked, String> {
    let zero = node.scalar(node.element(x), 0.0)?;
    let is_negative = node.binary("graph.less", x, zero)?;
    node.select(is_negative, negative, x)
}

fn leaky_relu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let alpha = node.float_or("alpha", 0.01);
    Ok(vec![leaky(node, x, alpha)?])
}

/// `x` where that is not negative, else `alpha x`.
pub(crate) fn leaky(node: &mut Node, x: Tracked, alpha: f64) -> Result<Tracked, String> {
    let negative = node.binary_scalar("graph.multiply", x, alpha)?;
    where_negative(node, x, negative)
}

/// The slope stretches to the operand, not the other way round.
fn prelu(node: &mut Node) -> Results {
    let (x, mut slope) = (node.input(0)?, node.input(1)?);
    // Before opset 7 there is one slope for all, or one for each channel.
    if node.version < 7 && node.rank(slope) == 1 {
        slope = match node.shape(slope)[0].is(1) {
            true => node.reshape(slope, &[])?,
            false => per_channel(node, x, slope)?,
        };
    }
    let negative = node.binary("graph.multiply", x, slope)?;
    if node.rank(negative) != node.rank(x) {
        return Err("the slope has more axes than the input".into());
    }
    Ok(vec![where_negative(node, x, negative)?])
}

/// `scale * (exp(x / width) - 1)`. Narrow floats are widened: the difference would lose most of their digits.
fn scaled_exp(node: &mut Node, x: Tracked, scale: f64, width: f64) -> Result<Tracked, String> {
    let element = node.element(x);
    let wide = node.cast(x, if element.is_narrow_float() { ElementType::F32 } else { element })?;
    let divided = if width == 1.0 { wide } else { node.binary_scalar("graph.divide", wide, width)? };
    let exp = node.unary("graph.exp", divided)?;
    let shifted = node.binary_scalar("graph.subtract", exp, 1.0)?;
    let scaled = if scale == 1.0 { shifted } else { node.binary_scalar("graph.multiply", shifted, scale)? };
    node.cast(scaled, element)
}

fn elu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let negative = scaled_exp(node, x, node.float_or("alpha", 1.0), 1.0)?;
    Ok(vec![where_negative(node, x, negative)?])
}

fn selu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let alpha = node.float_or("alpha", f64::from(1.673_263_2_f32));
    let gamma = node.float_or("gamma", f64::from(1.050_701_f32));
    let negative = scaled_exp(node, x, alpha, 1.0)?;
    let result = where_negative(node, x, negative)?;
    Ok(vec![node.binary_scalar("graph.multiply", result, gamma)?])
}

fn celu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let alpha = node.float_or("alpha", 1.0);
    let negative = scaled_exp(node, x, alpha, alpha)?;
    Ok(vec![where_negative(node, x, negative)?])
}

fn thresholded_relu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let bound = node.scalar(node.element(x), node.float_or("alpha", 1.0))?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let above = node.binary("graph.greater", x, bound)?;
    Ok(vec![node.select(above, x, zero)?])
}

/// `x + bias` below `-lambd`, `x - bias` above `lambd`, 0 between.
fn shrink(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let element = node.element(x);
    let (bias, lambd) = (node.float_or("bias", 0.0), node.float_or("lambd", 0.5));
    let (low, high, zero) = (node.scalar(element, -lambd)?, node.scalar(element, lambd)?, node.scalar(element, 0.0)?);
    let raised = shifted(node, x, "graph.add", bias)?;
    let lowered = shifted(node, x, "graph.subtract", bias)?;
    let above = node.binary("graph.greater", x, high)?;
    let upper = node.select(above, lowered, zero)?;
    let below = node.binary("graph.less", x, low)?;
    Ok(vec![node.select(below, raised, upper)?])
}

/// `x` and a float bias: integers are shifted as floats.
fn shifted(node: &mut Node, x: Tracked, op: &str, bias: f64) -> Result<Tracked, String> {
    let element = node.element(x);
    if element.is_float() {
        return node.binary_scalar(op, x, bias);
    }
    let wide = node.cast(x, ElementType::F64)?;
    let moved = node.binary_scalar(op, wide, bias)?;
    node.cast(moved, element)
}

pub(crate) fn hard_sigmoid(node: &mut Node, x: Tracked, alpha: f64, beta: f64) -> Result<Tracked, String> {
    let scaled = node.binary_scalar("graph.multiply", x, alpha)?;
    let shifted = node.binary_scalar("graph.add", scaled, beta)?;
    node.clamp(shifted, Some(0.0), Some(1.0))
}

/// `max(x, 0) + log(1 + exp(-|x|))`, which does not overflow.
pub(crate) fn softplus(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let magnitude = node.unary("graph.abs", x)?;
    let negated = node.unary("graph.negate", magnitude)?;
    let small = node.unary("graph.exp", negated)?;
    let one_more = node.binary_scalar("graph.add", small, 1.0)?;
    let rest = node.unary("graph.log", one_more)?;
    let positive = node.unary("graph.relu", x)?;
    node.binary("graph.add", positive, rest)
}

pub(crate) fn gelu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let is_tanh = match node.string_or("approximate", "none") {
        "none" => false,
        "tanh" => true,
        other => return Err(format!("approximation \"{other}\" is not known")),
    };
    Ok(vec![gelu_of(node, x, is_tanh)?])
}

/// `x / 2 (1 + erf(x / sqrt 2))`, or with the hyperbolic tangent that approximates it.
pub(crate) fn gelu_of(node: &mut Node, x: Tracked, is_tanh: bool) -> Result<Tracked, String> {
    let inner = if is_tanh {
        let square = node.binary("graph.multiply", x, x)?;
        let cube = node.binary("graph.multiply", square, x)?;
        let small = node.binary_scalar("graph.multiply", cube, 0.044715)?;
        let sum = node.binary("graph.add", x, small)?;
        let scaled = node.binary_scalar("graph.multiply", sum, (2.0 / std::f64::consts::PI).sqrt())?;
        node.unary("graph.tanh", scaled)?
    } else {
        let scaled = node.binary_scalar("graph.multiply", x, std::f64::consts::FRAC_1_SQRT_2)?;
        node.unary("graph.erf", scaled)?
    };
    let gate = node.binary_scalar("graph.add", inner, 1.0)?;
    let half = node.binary_scalar("graph.multiply", x, 0.5)?;
    node.binary("graph.multiply", half, gate)
}
