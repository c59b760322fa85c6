//! From floats to integers that stand for them, and back.

use super::quantization::{Quantization, integer_bounds};
use super::rescale::Multiplier;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] =
    &[row("QUANTIZE", quantize), row("DEQUANTIZE", dequantize), row("FAKE_QUANT", fake_quantize)];

/// The nearest integer, halves away from zero.
pub(crate) fn rounded(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let sign = node.unary("graph.sign", x)?;
    let size = node.unary("graph.abs", x)?;
    // What is left of a half is lost where it is added: only the fraction is compared.
    let whole = node.unary("graph.floor", size)?;
    let fraction = node.binary("graph.subtract", size, whole)?;
    let goes_up = node.binary_scalar("graph.greater_equal", fraction, 0.5)?;
    let up = node.binary_scalar("graph.add", whole, 1.0)?;
    let size = node.select(goes_up, up, whole)?;
    node.binary("graph.multiply", sign, size)
}

/// One number, or one for each index of an axis of a tensor of `rank`.
fn along(node: &mut Node, values: &[f32], axis: usize, rank: usize) -> Result<Tracked, String> {
    if values.len() == 1 {
        return node.tensor(Tensor::scalar(values[0]));
    }
    let mut shape = vec![1; rank];
    *shape.get_mut(axis).ok_or("the axis of scales is not there")? = values.len();
    node.tensor(Tensor::from_values(&shape, values))
}

fn quantize(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let output = node.quantized_result(0)?;
    let element = node.result_element(0)?;
    let bounds = integer_bounds(element);
    if !node.element(x).is_float() {
        let input = node.quantized_operand(0)?;
        return requantize(node, x, &input, &output, element);
    }
    let scales = along(node, &output.scales, output.axis, node.rank(x))?;
    let x = node.cast(x, ElementType::F32)?;
    let divided = node.binary("graph.divide", x, scales)?;
    let whole = rounded(node, divided)?;
    let points: Vec<f32> = output.zero_points.iter().map(|&point| point as f32).collect();
    let points = along(node, &points, output.axis, node.rank(x))?;
    let moved = node.binary("graph.add", whole, points)?;
    let clamped = node.clamp(moved, Some(bounds.0 as f64), Some(bounds.1 as f64))?;
    let wide = node.cast(clamped, ElementType::I32)?;
    Ok(vec![node.cast(wide, element)?])
}

/// Integers as those of another scale.
fn requantize(
    node: &mut Node,
    x: Tracked,
    input: &Quantization,
    output: &Quantization,
    element: ElementType,
) -> Results {
    let scale = f64::from(input.scale()) / f64::from(output.scale());
    let centered = node.centered(x, input.zero_point())?;
    let scaled = node.rescale(centered, &[Multiplier::of(scale)])?;
    Ok(vec![node.requantized(scaled, output.zero_point(), integer_bounds(element), element)?])
}

fn dequantize(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.element(x).is_float() {
        return Ok(vec![node.cast(x, ElementType::F32)?]);
    }
    let input = node.quantized_operand(0)?;
    Ok(vec![dequantized(node, x, &input)?])
}

/// What integers stand for.
pub(crate) fn dequantized(node: &mut Node, x: Tracked, input: &Quantization) -> Result<Tracked, String> {
    if input.block_size.is_some() {
        return Err("scales of blocks are not supported".into());
    }
    let rank = node.rank(x);
    let wide = node.cast(x, ElementType::I32)?;
    let centered = match input.zero_points.iter().all(|&point| point == 0) {
        true => wide,
        false => {
            let mut shape = vec![1; rank];
            if input.is_per_channel() {
                *shape.get_mut(input.axis).ok_or("the axis of scales is not there")? = input.zero_points.len();
            }
            let shape: &[usize] = if input.is_per_channel() { &shape } else { &[] };
            let points = node.integers(ElementType::I32, shape, &input.zero_points)?;
            node.binary("graph.subtract", wide, points)?
        }
    };
    let floats = node.cast(centered, ElementType::F32)?;
    let scales = along(node, &input.scales, input.axis, rank)?;
    node.binary("graph.multiply", floats, scales)
}

/// Floats that are as if they had been integers of some bits between two bounds, which are moved so that 0 is one of them.
fn fake_quantize(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (low, high) = (node.option_float("min") as f32, node.option_float("max") as f32);
    let bits = node.option_int("num_bits").clamp(2, 16);
    let least = if node.option_flag("narrow_range") { 1.0f32 } else { 0.0 };
    let most = ((1i64 << bits) - 1) as f32;
    let scale = (high - low) / (most - least);
    let (from_low, from_high) = (least - low / scale, most - high / scale);
    let near_low = (least.abs() + (low / scale).abs()) < (most.abs() + (high / scale).abs());
    let point = if near_low { from_low } else { from_high }.clamp(least, most).round();
    let (low, high) = ((least - point) * scale, (most - point) * scale);
    let clamped = node.clamp(x, Some(low.into()), Some(high.into()))?;
    let shifted = node.binary_scalar("graph.subtract", clamped, low.into())?;
    let divided = node.binary_scalar("graph.multiply", shifted, f64::from(1.0 / scale))?;
    let raised = node.binary_scalar("graph.add", divided, 0.5)?;
    let whole = node.unary("graph.floor", raised)?;
    let scaled = node.binary_scalar("graph.multiply", whole, scale.into())?;
    Ok(vec![node.binary_scalar("graph.add", scaled, low.into())?])
}
