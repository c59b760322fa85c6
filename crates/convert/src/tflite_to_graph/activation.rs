//! Activations: operators, and what is fused into others.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[
    row("RELU", |node| quantizable(node, "RELU")),
    row("RELU_N1_TO_1", |node| quantizable(node, "RELU_N1_TO_1")),
    row("RELU6", |node| quantizable(node, "RELU6")),
    row("RELU_0_TO_1", |node| quantizable(node, "RELU_0_TO_1")),
    row("ELU", |node| float_or_table(node, elu, |x| if x < 0.0 { x.exp_m1() } else { x })),
    row("GELU", gelu),
    row("LEAKY_RELU", leaky_relu),
    row("PRELU", prelu),
    row("HARD_SWISH", hard_swish),
];

impl Node<'_, '_> {
    /// The activation that the operator has fused, of floats or of integers that are what they are.
    pub fn fused_activation(&mut self, x: Tracked) -> Result<Tracked, String> {
        let word = self.option_word("fused_activation_function");
        self.activation(x, word)
    }

    /// An activation by its name in the file format.
    pub fn activation(&mut self, x: Tracked, word: &str) -> Result<Tracked, String> {
        match word {
            "" | "NONE" => Ok(x),
            "RELU" => self.unary("graph.relu", x),
            "RELU_N1_TO_1" => self.clamp(x, Some(-1.0), Some(1.0)),
            "RELU_0_TO_1" => self.clamp(x, Some(0.0), Some(1.0)),
            "RELU6" => self.clamp(x, Some(0.0), Some(6.0)),
            "TANH" => self.unary("graph.tanh", x),
            other => Err(format!("activation {other} is not supported")),
        }
    }
}

/// The range that an activation clamps to.
pub(crate) fn activation_range(word: &str) -> Result<(Option<f64>, Option<f64>), String> {
    match word {
        "" | "NONE" => Ok((None, None)),
        "RELU" => Ok((Some(0.0), None)),
        "RELU_N1_TO_1" => Ok((Some(-1.0), Some(1.0))),
        "RELU_0_TO_1" => Ok((Some(0.0), Some(1.0))),
        "RELU6" => Ok((Some(0.0), Some(6.0))),
        other => Err(format!("activation {other} of integers is not supported")),
    }
}

fn quantizable(node: &mut Node, word: &str) -> Results {
    let x = node.input(0)?;
    if node.is_quantized() {
        return super::quantized_activation::clamped(node, word);
    }
    Ok(vec![node.activation(x, word)?])
}

/// A function of floats; of 8-bit integers, by a table.
fn float_or_table(
    node: &mut Node,
    of_floats: fn(&mut Node, Tracked) -> Result<Tracked, String>,
    of_one: fn(f32) -> f32,
) -> Results {
    let x = node.input(0)?;
    match node.is_quantized() {
        true => super::table::of_function(node, of_one),
        false => Ok(vec![of_floats(node, x)?]),
    }
}

/// `x` where it is not negative, `exp(x) - 1` elsewhere.
fn elu(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let negative = node.clamp(x, None, Some(0.0))?;
    let exp = node.unary("graph.exp", negative)?;
    let below = node.binary_scalar("graph.subtract", exp, 1.0)?;
    let is_negative = node.binary_scalar("graph.less", x, 0.0)?;
    node.select(is_negative, below, x)
}

fn gelu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let approximate = node.option_flag("approximate");
    if node.is_quantized() {
        return super::table::of_function(node, if approximate { gelu_tanh_of } else { gelu_of });
    }
    Ok(vec![node.unary(if approximate { "graph.gelu_tanh" } else { "graph.gelu" }, x)?])
}

fn gelu_of(x: f32) -> f32 {
    0.5 * x * libm::erfcf(x * -std::f32::consts::FRAC_1_SQRT_2)
}

fn gelu_tanh_of(x: f32) -> f32 {
    const SQRT_2_OVER_PI: f32 = 0.797_884_6;
    0.5 * x * (1.0 + libm::tanhf(SQRT_2_OVER_PI * (x + 0.044_715 * x * x * x)))
}

fn leaky_relu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let alpha = node.option_float("alpha");
    if node.is_quantized() {
        return super::quantized_activation::leaky_relu(node, alpha as f32);
    }
    let scaled = node.binary_scalar("graph.multiply", x, alpha)?;
    let positive = node.binary_scalar("graph.greater", x, 0.0)?;
    Ok(vec![node.select(positive, x, scaled)?])
}

fn prelu(node: &mut Node) -> Results {
    let (x, alpha) = (node.input(0)?, node.input(1)?);
    if node.is_quantized() {
        return super::quantized_activation::prelu(node);
    }
    let scaled = node.binary("graph.multiply", x, alpha)?;
    let positive = node.binary_scalar("graph.greater_equal", x, 0.0)?;
    Ok(vec![node.select(positive, x, scaled)?])
}

fn hard_swish(node: &mut Node) -> Results {
    let x = node.input(0)?;
    match node.is_quantized() {
        true => super::quantized_activation::hard_swish(node),
        false => Ok(vec![node.unary("graph.hard_swish", x)?]),
    }
}
