//! Convolutions, in floats, in integers, and in floats whose weights are integers.

use super::quantization::{Quantization, activation_bounds};
use super::rescale::Multiplier;
use super::window::{Window, static_extents};
use crate::conversion::emit::attribute;
use crate::conversion::extent::show;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("CONV_2D", |node| conv(node, &[0, 3, 1, 2], Groups::OfWeights)),
    row("DEPTHWISE_CONV_2D", |node| conv(node, &[3, 0, 1, 2], Groups::Channels)),
    row("CONV_3D", |node| conv(node, &[4, 3, 0, 1, 2], Groups::OfWeights)),
];

/// Into how many groups channels fall.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    /// As many as fit the weights' input channels.
    OfWeights,
    /// One for each channel.
    Channels,
}

/// A convolution whose weights have the axes of the graph dialect, outputs, inputs, space, at `order`.
fn conv(node: &mut Node, order: &[usize], groups: Groups) -> Results {
    let (x, weights) = (node.input(0)?, node.input(1)?);
    if node.rank(x) != order.len() || node.rank(weights) != order.len() {
        return Err(format!("input and weights must have {} axes", order.len()));
    }
    let size = static_extents(node, weights, &order[2..], "the weights")?;
    let window = Window::read(node, size)?;
    let channels = static_extents(node, x, &[order.len() - 1], "the input's channels")?[0];
    let groups = match groups {
        Groups::Channels => channels,
        Groups::OfWeights => {
            let inputs = static_extents(node, weights, &order[1..2], "the weights")?[0];
            if inputs < 1 || channels % inputs != 0 {
                return Err(format!("{channels} channels do not fall into groups of {inputs}"));
            }
            channels / inputs
        }
    };
    let convolution = Convolution { x, weights, bias: node.optional(2), order: order.to_vec(), window, groups };
    match (node.element(x).is_float(), node.element(weights).is_float()) {
        (true, true) => {
            let y = convolution.of_floats(node, weights)?;
            Ok(vec![node.fused_activation(y)?])
        }
        (true, false) => super::hybrid::conv(node, convolution),
        _ => convolution.of_integers(node),
    }
}

/// The parts of a convolution.
pub(crate) struct Convolution {
    pub x: Tracked,
    pub weights: Tracked,
    pub bias: Option<Tracked>,
    pub order: Vec<usize>,
    pub window: Window,
    pub groups: i64,
}

impl Convolution {
    /// In floats, by weights of floats.
    pub fn of_floats(mut self, node: &mut Node, weights: Tracked) -> Result<Tracked, String> {
        let x = self.window.pad(node, self.x, 0.0)?;
        let filter = node.transpose(weights, &self.order)?;
        let mut operands = vec![x, filter];
        operands.extend(self.bias);
        node.emit("graph.conv", &operands, &self.window.conv_attributes(self.groups))
    }

    fn of_integers(self, node: &mut Node) -> Results {
        let (input, weights) = (node.quantized_operand(0)?, node.quantized_operand(1)?);
        let output = node.quantized_result(0)?;
        let element = node.element(self.x);
        let outputs = static_extents(node, self.weights, &self.order[..1], "the weights")?[0];
        let bounds = activation_bounds(node.option_word("fused_activation_function"), element, &output)?;
        let multipliers = channel_multipliers(&input, &weights, &output, element == ElementType::U8);
        if multipliers.len() != 1 && multipliers.len() as i64 != outputs {
            return Err(format!("{} scales do not fit {outputs} output channels", multipliers.len()));
        }
        let sums = self.sums(node, &input, &weights)?;
        let scaled = node.rescale(sums, &multipliers)?;
        Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
    }

    /// The sums of products of integers less their zero points, and of the bias.
    pub fn sums(mut self, node: &mut Node, input: &Quantization, weights: &Quantization) -> Result<Tracked, String> {
        let filter = node.transpose(self.weights, &self.order)?;
        let (x_element, filter_element) = (node.element(self.x), node.element(filter));
        let is_narrow = |element| matches!(element, ElementType::I8 | ElementType::U8);
        let has_points = weights.zero_points.iter().any(|&point| point != 0);
        if is_narrow(x_element) && filter_element.bit_width() <= 8 && !has_points {
            let filter = node.cast(filter, if is_narrow(filter_element) { filter_element } else { ElementType::I8 })?;
            let x = self.window.pad(node, self.x, input.zero_point() as f64)?;
            let mut given = self.window.conv_attributes(self.groups);
            given.push(("widening", attribute(true)));
            if input.zero_point() != 0 {
                given.push(("pad_value", attribute(input.zero_point())));
            }
            let axes: Vec<usize> = (1..node.rank(filter)).collect();
            let bias = shifted_bias(node, self.bias, filter, &axes, input.zero_point())?;
            let mut operands = vec![x, filter];
            operands.extend(bias);
            return node.emit("graph.conv", &operands, &given);
        }
        // Sums of products of 16 bits take 64.
        let element = if x_element == ElementType::I16 { ElementType::I64 } else { ElementType::I32 };
        let x = less_zero_point(node, self.x, element, &input.zero_points[..1])?;
        let filter = less_zero_point(node, filter, element, &weights.zero_points)?;
        let x = self.window.pad(node, x, 0.0)?;
        let mut operands = vec![x, filter];
        if let Some(bias) = self.bias {
            operands.push(node.cast(bias, element)?);
        }
        node.emit("graph.conv", &operands, &self.window.conv_attributes(self.groups))
    }
}

/// Integers in a wider type less their zero points, of which there is one or one for each index of the first axis.
pub(crate) fn less_zero_point(
    node: &mut Node,
    x: Tracked,
    element: ElementType,
    zero_points: &[i64],
) -> Result<Tracked, String> {
    let wide = node.cast(x, element)?;
    if zero_points.iter().all(|&point| point == 0) {
        return Ok(wide);
    }
    let mut shape = vec![1; node.rank(x)];
    if zero_points.len() > 1 {
        shape[0] = zero_points.len();
    }
    let points = node.integers(element, if zero_points.len() > 1 { &shape } else { &[] }, zero_points)?;
    node.binary("graph.subtract", wide, points)
}

/// The bias for products of operands that are not less their zero point: less the zero point times the weights' sums along
/// `axes`.
pub(crate) fn shifted_bias(
    node: &mut Node,
    bias: Option<Tracked>,
    weights: Tracked,
    axes: &[usize],
    zero_point: i64,
) -> Result<Option<Tracked>, String> {
    if zero_point == 0 {
        return bias.map(|bias| node.cast(bias, ElementType::I32)).transpose();
    }
    let wide = node.cast(weights, ElementType::I32)?;
    let sums = node.reduce("graph.reduce_sum", wide, axes)?;
    let sums = node.drop_axes(sums, axes)?;
    let moved = node.binary_scalar("graph.multiply", sums, -zero_point as f64)?;
    match bias {
        Some(bias) => {
            let bias = node.cast(bias, ElementType::I32)?;
            node.binary("graph.add", bias, moved).map(Some)
        }
        None => Ok(Some(moved)),
    }
}

/// The scales from sums of products to the result. The reference multiplies scales of a whole tensor in 32 bits where
/// `is_narrow`.
pub(crate) fn channel_multipliers(
    input: &Quantization,
    weights: &Quantization,
    output: &Quantization,
    is_narrow: bool,
) -> Vec<Multiplier> {
    let output = f64::from(output.scale());
    let scale = |&weight: &f32| match is_narrow {
        true => f64::from(input.scale() * weight) / output,
        false => f64::from(input.scale()) * f64::from(weight) / output,
    };
    weights.scales.iter().map(|weight| Multiplier::of(scale(weight))).collect()
}

/// Requires a vector of one element for each output channel.
pub(crate) fn expect_bias(node: &mut Node, bias: Tracked, outputs: Dim) -> Result<Tracked, String> {
    if node.rank(bias) != 1 {
        return Err(format!("the bias must have one axis, not {}", show(node.shape(bias))));
    }
    node.expect_shape(bias, &[outputs], "the bias")
}
