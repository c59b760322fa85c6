//! Transposed convolutions.

use super::conv::{channel_multipliers, less_zero_point, shifted_bias};
use super::quantization::{Quantization, activation_bounds};
use super::quantize::dequantized;
use super::window::static_extents;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("TRANSPOSE_CONV", |node| convert(node, &[0, 3, 1, 2], "hw")),
    row("CONV_3D_TRANSPOSE", |node| convert(node, &[3, 4, 0, 1, 2], "dhw")),
    row("Convolution2DTransposeBias", with_bias),
];

/// A transposed convolution under way.
struct Transposed {
    x: Tracked,
    weights: Tracked,
    bias: Option<Tracked>,
    /// Where outputs, inputs and space stand in the weights.
    order: Vec<usize>,
    strides: Vec<i64>,
    /// How much is cut off before and after, for each spatial axis; negative is added.
    cut: Vec<(i64, i64)>,
}

fn convert(node: &mut Node, order: &[usize], letters: &str) -> Results {
    let (size, weights, x) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let size = node.constant_ints(size, "the result's shape")?;
    if size.len() != order.len() || node.rank(x) != order.len() || node.rank(weights) != order.len() {
        return Err(format!("the input, the weights and the result must have {} axes", order.len()));
    }
    let strides: Vec<i64> = letters.chars().map(|letter| node.option_int(&format!("stride_{letter}"))).collect();
    let is_same = node.option_word("padding") == "SAME";
    let outputs = &size[1..size.len() - 1];
    let cut = cuts(node, x, weights, order, &strides, Some(outputs), is_same)?;
    let bias = node.optional(3);
    let transposed = Transposed { x, weights, bias, order: order.to_vec(), strides, cut };
    if node.element(x).is_float() {
        let weights = match node.element(weights).is_float() {
            true => weights,
            false => {
                let scales = node.quantized_operand(1)?;
                dequantized(node, weights, &scales)?
            }
        };
        let y = transposed.of_floats(node, weights)?;
        return Ok(vec![node.fused_activation(y)?]);
    }
    transposed.of_integers(node)
}

/// What is cut off before and after such that the result has the extents that the padding asks for.
fn cuts(
    node: &Node,
    x: Tracked,
    weights: Tracked,
    order: &[usize],
    strides: &[i64],
    outputs: Option<&[i64]>,
    is_same: bool,
) -> Result<Vec<(i64, i64)>, String> {
    let kernel = static_extents(node, weights, &order[2..], "the weights")?;
    let axes: Vec<usize> = (1..=kernel.len()).collect();
    let inputs = static_extents(node, x, &axes, "the input")?;
    if strides.iter().chain(&kernel).any(|&size| !(1..1 << 31).contains(&size)) {
        return Err("strides and weights must not be empty".into());
    }
    let mut cut = Vec::new();
    for (axis, (&stride, &taps)) in strides.iter().zip(&kernel).enumerate() {
        let full = inputs[axis].checked_sub(1).and_then(|last| last.checked_mul(stride)?.checked_add(taps));
        let full = full.ok_or("an extent is too large")?;
        let output = match outputs {
            Some(outputs) => outputs[axis],
            None if is_same => inputs[axis] * stride,
            None => full,
        };
        // The padding of the convolution that this is the transpose of.
        let places = if is_same { (output + stride - 1) / stride } else { (output + stride - taps) / stride };
        let total = ((places - 1) * stride + taps - output).max(0);
        cut.push((total / 2, full - total / 2 - output));
    }
    Ok(cut)
}

impl Transposed {
    fn of_floats(&self, node: &mut Node, weights: Tracked) -> Result<Tracked, String> {
        let mut order = self.order.clone();
        order.swap(0, 1);
        let filter = node.transpose(weights, &order)?;
        let mut operands = vec![self.x, filter];
        operands.extend(self.bias);
        let ones = attribute(vec![1i64; self.strides.len()]);
        let low: Vec<i64> = self.cut.iter().map(|cut| cut.0).collect();
        let high: Vec<i64> = self.cut.iter().map(|cut| cut.1.max(0)).collect();
        let more: Vec<i64> = self.cut.iter().map(|cut| (-cut.1).max(0)).collect();
        let given = [
            ("strides", attribute(self.strides.clone())),
            ("dilations", ones),
            ("pad_low", attribute(low)),
            ("pad_high", attribute(high)),
            ("output_padding", attribute(more)),
            ("groups", attribute(1i64)),
            ("layout", attribute("channels_last")),
        ];
        node.emit("graph.conv_transpose", &operands, &given)
    }

    fn of_integers(&self, node: &mut Node) -> Results {
        let (weights, input) = (node.quantized_operand(1)?, node.quantized_operand(2)?);
        let output = node.quantized_result(0)?;
        let element = node.element(self.x);
        let bounds = activation_bounds(node.option_word("fused_activation_function"), element, &output)?;
        let multipliers = channel_multipliers(&input, &weights, &output, element == ElementType::U8);
        let sums = self.sums(node, &input, &weights)?;
        let scaled = node.rescale(sums, &multipliers)?;
        Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
    }

    /// As the convolution of the operand with zeros between its elements by the weights backwards.
    fn sums(&self, node: &mut Node, input: &Quantization, weights: &Quantization) -> Result<Tracked, String> {
        let filter = node.transpose(self.weights, &self.order)?;
        let space: Vec<usize> = (2..node.rank(filter)).collect();
        let filter = node.reversed(filter, &space)?;
        let has_points = weights.zero_points.iter().any(|&point| point != 0);
        let is_narrow = node.element(self.x) != ElementType::I16 && !has_points;
        let ones = vec![1i64; self.strides.len()];
        let mut given = vec![
            ("strides", attribute(ones.clone())),
            ("dilations", attribute(ones.clone())),
            ("pad_low", attribute(vec![0i64; ones.len()])),
            ("pad_high", attribute(vec![0i64; ones.len()])),
            ("groups", attribute(1i64)),
            ("layout", attribute("channels_last")),
        ];
        if is_narrow {
            let x = self.spread(node, self.x, filter, input.zero_point() as f64)?;
            given.push(("widening", attribute(true)));
            let axes: Vec<usize> = (1..node.rank(filter)).collect();
            let bias = shifted_bias(node, self.bias, filter, &axes, input.zero_point())?;
            let operands: Vec<Tracked> = [x, filter].into_iter().chain(bias).collect();
            return node.emit("graph.conv", &operands, &given);
        }
        let element = if node.element(self.x) == ElementType::I16 { ElementType::I64 } else { ElementType::I32 };
        let x = less_zero_point(node, self.x, element, &input.zero_points[..1])?;
        let filter = less_zero_point(node, filter, element, &weights.zero_points)?;
        let x = self.spread(node, x, filter, 0.0)?;
        let mut operands = vec![x, filter];
        if let Some(bias) = self.bias {
            operands.push(node.cast(bias, element)?);
        }
        node.emit("graph.conv", &operands, &given)
    }

    /// The operand with `fill` between its elements and around them, as far as the weights reach.
    fn spread(&self, node: &mut Node, x: Tracked, filter: Tracked, fill: f64) -> Result<Tracked, String> {
        let value = node.scalar(node.element(x), fill)?;
        let shape = node.shape(x).to_vec();
        let (count, rank) = (self.strides.len(), shape.len());
        let (mut raised, mut high, mut joined) = (vec![shape[0]], vec![Dim::Static(0)], vec![shape[0]]);
        for (&extent, &stride) in shape[1..=count].iter().zip(&self.strides) {
            raised.extend([extent, Dim::Static(1)]);
            high.extend([Dim::Static(0), Dim::Static(stride as u64 - 1)]);
            joined.push(dim(multiply(crate::conversion::extent::expr(extent)?, constant(stride))?)?);
        }
        raised.push(shape[rank - 1]);
        high.push(Dim::Static(0));
        joined.push(shape[rank - 1]);
        let mut y = x;
        if self.strides.iter().any(|&stride| stride > 1) {
            let low = vec![Dim::Static(0); raised.len()];
            let raised = node.reshape(x, &raised)?;
            let given =
                [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
            let padded = node.emit("graph.pad", &[raised, value], &given)?;
            y = node.reshape(padded, &joined)?;
        }
        let kernel = static_extents(node, filter, &(2..rank).collect::<Vec<_>>(), "the weights")?;
        let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
        for axis in 0..count {
            // Behind the last element there are as many as the stride has more than one.
            let before = kernel[axis] - 1 - self.cut[axis].0;
            let after = kernel[axis] - 1 - self.cut[axis].1 - (self.strides[axis] - 1);
            let extent = static_extents(node, y, &[axis + 1], "the input")?[0];
            let (start, end) = ((-before).max(0), extent - (-after).max(0));
            y = node.slice_axis(y, axis + 1, Dim::Static(start as u64), Dim::Static((end - start).max(0) as u64))?;
            low[axis + 1] = Dim::Static(before.max(0) as u64);
            high[axis + 1] = Dim::Static(after.max(0) as u64);
        }
        let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
        node.emit("graph.pad", &[y, value], &given)
    }
}

/// The custom operator whose options are padding and strides as they stand in memory: three numbers of 32 bits.
fn with_bias(node: &mut Node) -> Results {
    let (x, weights, bias) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let words = node.custom_words(3)?;
    let (padding, columns, rows) = (words[0], words[1], words[2]);
    let (order, strides) = (vec![0, 3, 1, 2], vec![rows, columns]);
    if node.rank(x) != 4 || node.rank(weights) != 4 {
        return Err("the input and the weights must have 4 axes".into());
    }
    let cut = cuts(node, x, weights, &order, &strides, None, padding == 1)?;
    let transposed = Transposed { x, weights, bias: Some(bias), order, strides, cut };
    Ok(vec![transposed.of_floats(node, weights)?])
}
