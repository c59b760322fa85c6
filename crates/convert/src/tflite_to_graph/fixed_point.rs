//! Functions of 16-bit integers: tables whose entries are interpolated.

use super::normalization::last_axis;
use super::quantization::{Quantization, integer_bounds};
use super::rescale::Multiplier;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

/// The range of 16-bit integers.
const RANGE: f64 = 65535.0;

/// A function at 513 places of the range of 16-bit integers, moved so that the error in between is as large on both sides.
fn table_of(input: (f64, f64), output: (f64, f64), function: impl Fn(f64) -> f64) -> Vec<i64> {
    let (low, high) = (input.0 * (-32768.0 - input.1), input.0 * (32767.0 - input.1));
    let (least, most) = (output.0 * (-32768.0 - output.1), output.0 * (32767.0 - output.1));
    let (step, scale) = ((high - low) / 512.0, 65536.0 / (most - least));
    let limit = |value: f64| value.clamp(-32768.0, 32767.0) as i64;
    let entry = |index: i32| {
        let place = low + f64::from(index) * step;
        let (value, middle, next) = (function(place), function(place + step / 2.0), function(place + step));
        let sample = (value * scale).round();
        let interpolated = ((next * scale + sample) / 2.0).round();
        let bias = ((interpolated - (middle * scale).round()) / 2.0).round();
        limit(sample - bias)
    };
    (0..512).map(entry).chain([limit((function(high) * scale).round())]).collect()
}

/// As [`table_of`], computed in floats of 32 bits.
fn narrow_table_of(input: &Quantization, output: &Quantization, function: fn(f32) -> f32) -> Vec<i64> {
    let bound =
        |quantization: &Quantization, value: f32| quantization.scale() * (value - quantization.zero_point() as f32);
    let (low, high) = (bound(input, -32768.0), bound(input, 32767.0));
    let (least, most) = (bound(output, -32768.0), bound(output, 32767.0));
    let (step, scale) = ((high - low) / 512.0, 65536.0 / (most - least));
    let limit = |value: f32| value.clamp(-32768.0, 32767.0) as i64;
    let entry = |index: i32| {
        let place = low + index as f32 * step;
        let (value, middle) = (function(place), function(place + step / 2.0));
        let next = function(low + (index + 1) as f32 * step);
        let sample = (value * scale).round();
        let interpolated = ((next * scale + sample) / 2.0).round();
        let bias = ((interpolated - (middle * scale).round()) / 2.0).round();
        limit(sample - bias)
    };
    (0..512).map(entry).chain([limit((function(high) * scale).round())]).collect()
}

/// The entries of a table at places, which are numbers of it.
fn entries(node: &mut Node, table: Tracked, places: Tracked) -> Result<Tracked, String> {
    node.emit("graph.gather", &[table, places], &[("axis", attribute(0i64))])
}

/// A table of 513 entries at 16-bit integers, which are of 32 bits.
fn look_up(node: &mut Node, table: &[i64], x: Tracked) -> Result<Tracked, String> {
    let table = node.integers(ElementType::I32, &[table.len()], table)?;
    let whole = node.binary_scalar("graph.shift_right", x, 7.0)?;
    let place = node.binary_scalar("graph.add", whole, 256.0)?;
    let after = node.binary_scalar("graph.add", place, 1.0)?;
    let rest = node.binary_scalar("graph.and", x, 127.0)?;
    let (low, high) = (entries(node, table, place)?, entries(node, table, after)?);
    let slope = node.binary("graph.subtract", high, low)?;
    let part = node.binary("graph.multiply", slope, rest)?;
    let part = node.binary_scalar("graph.add", part, 64.0)?;
    let part = node.binary_scalar("graph.shift_right", part, 7.0)?;
    node.binary("graph.add", low, part)
}

pub(crate) fn exp(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let table = narrow_table_of(&input, &output, libm::expf);
    let wide = node.cast(x, ElementType::I32)?;
    let y = look_up(node, &table, wide)?;
    Ok(vec![node.cast(y, ElementType::I16)?])
}

/// The operand times 3 * 4096 times its scale, and the table of the logistic function at multiples of 1/24.
fn prepared(node: &mut Node) -> Result<(Tracked, Tracked), String> {
    let (x, input) = (node.input(0)?, node.quantized_operand(0)?);
    let x = node.cast(x, ElementType::I32)?;
    let logarithm = input.scale().log2();
    let power = 12 + logarithm.round() as i32;
    let is_power = (logarithm - logarithm.round()).abs() < 1e-3 && (0..=16).contains(&power);
    let scaled = match is_power {
        true => node.binary_scalar("graph.multiply", x, f64::from(3i32 << power))?,
        false => {
            let (mut multiplier, mut shift) = (f64::from(input.scale()) * 4096.0 * 3.0, 0);
            while multiplier <= 32767.0 / 2.0 && shift <= 30 {
                shift += 1;
                multiplier *= 2.0;
            }
            let product = node.binary_scalar("graph.multiply", x, f64::from(multiplier as i16))?;
            let half = if shift > 0 { f64::from(1i32 << (shift - 1)) } else { 0.0 };
            let raised = node.binary_scalar("graph.add", product, half)?;
            node.binary_scalar("graph.shift_right", raised, f64::from(shift))?
        }
    };
    let value = |index: i64| (65536.0 / (1.0 + (-(index as f64) / 24.0).exp())).round().min(65535.0) as i64;
    let table = node.integers(ElementType::I32, &[256], &(0..256).map(value).collect::<Vec<_>>())?;
    Ok((scaled, table))
}

/// The interpolated entry for a magnitude of which the lowest `bits` are between entries; `most` from the last entry on.
fn interpolated(node: &mut Node, size: Tracked, table: Tracked, bits: i32, most: f64) -> Result<Tracked, String> {
    let place = node.binary_scalar("graph.shift_right", size, f64::from(bits))?;
    let is_beyond = node.binary_scalar("graph.greater_equal", place, 255.0)?;
    let place = node.clamp(place, None, Some(254.0))?;
    let after = node.binary_scalar("graph.add", place, 1.0)?;
    let rest = node.binary_scalar("graph.and", size, f64::from((1i32 << bits) - 1))?;
    let (low, high) = (entries(node, table, place)?, entries(node, table, after)?);
    let slope = node.binary("graph.subtract", high, low)?;
    let part = node.binary("graph.multiply", slope, rest)?;
    let base = node.binary_scalar("graph.multiply", low, f64::from(1i32 << bits))?;
    let inside = node.binary("graph.add", base, part)?;
    let most = node.scalar(ElementType::I32, most)?;
    node.select(is_beyond, most, inside)
}

pub(crate) fn logistic(node: &mut Node) -> Results {
    let (x, table) = prepared(node)?;
    let size = node.unary("graph.abs", x)?;
    let value = interpolated(node, size, table, 9, f64::from(0x7fff << 10))?;
    let above = node.binary_scalar("graph.add", value, 512.0)?;
    let negated = node.unary("graph.negate", value)?;
    let below = node.binary_scalar("graph.add", negated, f64::from((1 << 25) + 511))?;
    let is_positive = node.binary_scalar("graph.greater_equal", x, 0.0)?;
    let taken = node.select(is_positive, above, below)?;
    let y = node.binary_scalar("graph.shift_right", taken, 10.0)?;
    Ok(vec![node.cast(y, ElementType::I16)?])
}

pub(crate) fn tanh(node: &mut Node) -> Results {
    let (x, table) = prepared(node)?;
    let size = node.unary("graph.abs", x)?;
    let value = interpolated(node, size, table, 8, f64::from(0xffff << 8))?;
    let above = node.binary_scalar("graph.add", value, f64::from((1 << 7) - (1 << 23)))?;
    let negated = node.unary("graph.negate", value)?;
    let below = node.binary_scalar("graph.add", negated, f64::from((1 << 23) + (1 << 7) - 1))?;
    let is_positive = node.binary_scalar("graph.greater_equal", x, 0.0)?;
    let taken = node.select(is_positive, above, below)?;
    let y = node.binary_scalar("graph.shift_right", taken, 8.0)?;
    Ok(vec![node.cast(y, ElementType::I16)?])
}

/// Softmax along the last axis: exponentials and the reciprocal of their sum from tables.
pub(crate) fn softmax(node: &mut Node) -> Results {
    let (x, input) = (node.input(0)?, node.quantized_operand(0)?);
    let axis = last_axis(node, x)?;
    let scale = f64::from(input.scale() * node.option_float("beta") as f32) / (10.0 / RANGE);
    let wide = node.cast(x, ElementType::I32)?;
    let most = node.reduce("graph.reduce_max", wide, &[axis])?;
    let below = node.binary("graph.subtract", wide, most)?;
    let scaled = node.rescale(below, &[Multiplier::of(scale)])?;
    let moved = node.binary_scalar("graph.add", scaled, 32767.0)?;
    let (least, largest) = integer_bounds(ElementType::I16);
    let moved = node.clamp(moved, Some(least as f64), Some(largest as f64))?;
    let table = table_of((10.0 / RANGE, 32767.0), (2.0 / RANGE, 0.0), f64::exp);
    let exps = look_up(node, &table, moved)?;
    let sum = node.reduce("graph.reduce_sum", exps, &[axis])?;
    // How many bits the sum has: one for each power of two that it reaches.
    let powers: Vec<i64> = (0..31).map(|bit| 1 << bit).collect();
    let powers = node.tensor(Tensor::from_values(&[31], &powers))?;
    let wide_sum = node.cast(sum, ElementType::I64)?;
    let reached = node.binary("graph.less_equal", powers, wide_sum)?;
    let ones = node.cast(reached, ElementType::I64)?;
    let bits = node.reduce("graph.reduce_sum", ones, &[axis])?;
    let spare = node.scalar(ElementType::I64, 31.0)?;
    let spare = node.binary("graph.subtract", spare, bits)?;
    let raised = node.binary("graph.shift_left", wide_sum, spare)?;
    let raised = node.binary_scalar("graph.add", raised, f64::from(1 << 13))?;
    let raised = node.binary_scalar("graph.shift_right", raised, 14.0)?;
    let moved = node.binary_scalar("graph.subtract", raised, f64::from((1 << 15) + (1 << 16)))?;
    let moved = node.clamp(moved, Some(least as f64), Some(largest as f64))?;
    let moved = node.cast(moved, ElementType::I32)?;
    let table = table_of((1.0 / RANGE, -32768.0), (2.0 / RANGE, 0.0), |x| 1.0 / (1.0 + x));
    let reciprocal = look_up(node, &table, moved)?;
    let (exps, reciprocal) = (node.cast(exps, ElementType::I64)?, node.cast(reciprocal, ElementType::I64)?);
    let product = node.binary("graph.multiply", exps, reciprocal)?;
    let count = node.binary_scalar("graph.subtract", bits, 1.0)?;
    let one = node.scalar(ElementType::I64, 1.0)?;
    let before = node.binary_scalar("graph.subtract", count, 1.0)?;
    let half = node.binary("graph.shift_left", one, before)?;
    let raised = node.binary("graph.add", product, half)?;
    let y = node.binary("graph.shift_right", raised, count)?;
    let y = node.clamp(y, Some(0.0), Some(32767.0))?;
    Ok(vec![node.cast(y, ElementType::I16)?])
}
