//! Numbers rounded to the steps of quantized ones.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("FakeQuantWithMinMaxArgs", |node| {
        let x = node.input(0)?;
        let (low, high) = (node.float_or("min", -6.0), node.float_or("max", 6.0));
        let (low, high) = (node.scalar(ElementType::F32, low)?, node.scalar(ElementType::F32, high)?);
        fake_quantize(node, x, low, high)
    }),
    row("FakeQuantWithMinMaxVars", |node| {
        let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
        fake_quantize(node, x, low, high)
    }),
    row("FakeQuantWithMinMaxVarsPerChannel", |node| {
        let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
        fake_quantize(node, x, low, high)
    }),
    row("QuantizeAndDequantize", |node| {
        let x = node.input(0)?;
        let ends = [node.float_or("input_min", 0.0), node.float_or("input_max", 0.0)];
        let (low, high) = (node.scalar(node.element(x), ends[0])?, node.scalar(node.element(x), ends[1])?);
        through_steps(node, x, low, high, node.flag("range_given", false))
    }),
    row("QuantizeAndDequantizeV2", quantize_and_dequantize),
    row("QuantizeAndDequantizeV3", quantize_and_dequantize),
    row("QuantizeAndDequantizeV4", quantize_and_dequantize),
];

/// The range is moved such that 0 is one of the steps; what is outside goes to its ends.
fn fake_quantize(node: &mut Node, x: Tracked, low: Tracked, high: Tracked) -> Results {
    let bits = node.int_or("num_bits", 8);
    if !(2..=16).contains(&bits) {
        return Err(format!("num_bits must be from 2 to 16, not {bits}"));
    }
    let least = if node.flag("narrow_range", false) { 1.0 } else { 0.0 };
    let most = ((1u64 << bits) - 1) as f64;
    let span = node.binary("graph.subtract", high, low)?;
    let scale = node.binary_scalar("graph.divide", span, most - least)?;
    let offset = node.binary("graph.divide", low, scale)?;
    let least_value = node.scalar(ElementType::F32, least)?;
    let zero = node.binary("graph.subtract", least_value, offset)?;
    // Rounded half up, as the reference does where it is positive.
    let raised = node.binary_scalar("graph.add", zero, 0.5)?;
    let zero = node.unary("graph.floor", raised)?;
    let zero = node.clamp(zero, Some(least), Some(most))?;
    let below = node.binary("graph.subtract", least_value, zero)?;
    let low = node.binary("graph.multiply", below, scale)?;
    let most_value = node.scalar(ElementType::F32, most)?;
    let above = node.binary("graph.subtract", most_value, zero)?;
    let high = node.binary("graph.multiply", above, scale)?;
    let clamped = node.binary("graph.maximum", x, low)?;
    let clamped = node.binary("graph.minimum", clamped, high)?;
    let shifted = node.binary("graph.subtract", clamped, low)?;
    let inverse = node.unary("graph.reciprocal", scale)?;
    let steps = node.binary("graph.multiply", shifted, inverse)?;
    let steps = node.binary_scalar("graph.add", steps, 0.5)?;
    let steps = node.unary("graph.floor", steps)?;
    let scaled = node.binary("graph.multiply", steps, scale)?;
    Ok(vec![node.binary("graph.add", scaled, low)?])
}

fn quantize_and_dequantize(node: &mut Node) -> Results {
    let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
    through_steps(node, x, low, high, node.flag("range_given", true))
}

/// To the steps of a range and back; without a range, that of the numbers.
fn through_steps(node: &mut Node, x: Tracked, low: Tracked, high: Tracked, is_given: bool) -> Results {
    let is_signed = node.flag("signed_input", true);
    let bits = match node.attribute("num_bits") {
        Some(_) => node.int_or("num_bits", 8),
        None if node.input_count() > 3 => node.one_int(3, "the number of bits")?,
        None => 8,
    };
    if !(2..=31).contains(&bits) || node.int_or("axis", -1) != -1 {
        return Err("only one range for all, of 2 to 31 bits, is supported".into());
    }
    let (low, high) = match is_given {
        true => (low, high),
        false => {
            let axes: Vec<usize> = (0..node.rank(x)).collect();
            let (low, high) = (node.reduce("graph.reduce_min", x, &axes)?, node.reduce("graph.reduce_max", x, &axes)?);
            (node.reshape(low, &[])?, node.reshape(high, &[])?)
        }
    };
    let narrow = if node.flag("narrow_range", false) { 1.0 } else { 0.0 };
    let (least, most) = match is_signed {
        true => (-(2f64.powi(bits as i32 - 1)) + narrow, 2f64.powi(bits as i32 - 1) - 1.0),
        false => (0.0, 2f64.powi(bits as i32) - 1.0),
    };
    // The smaller of the scales that fit both ends.
    let element = node.element(x);
    let most_value = node.scalar(element, most)?;
    let of_high = node.binary("graph.divide", most_value, high)?;
    let is_positive = node.binary_scalar("graph.greater", high, 0.0)?;
    let huge = node.scalar(element, 3e38)?;
    let of_high = node.select(is_positive, of_high, huge)?;
    let mut scale = of_high;
    if is_signed {
        let least_value = node.scalar(element, least)?;
        let of_low = node.binary("graph.divide", least_value, low)?;
        let is_negative = node.binary_scalar("graph.less", low, 0.0)?;
        let of_low = node.select(is_negative, of_low, huge)?;
        scale = node.binary("graph.minimum", of_low, of_high)?;
    }
    let scaled = node.binary("graph.multiply", x, scale)?;
    let rounded = match node.string_or("round_mode", "HALF_TO_EVEN") {
        "HALF_TO_EVEN" => node.unary("graph.round", scaled)?,
        _ => {
            let raised = node.binary_scalar("graph.add", scaled, 0.5)?;
            node.unary("graph.floor", raised)?
        }
    };
    let clamped = node.clamp(rounded, Some(least), Some(most))?;
    Ok(vec![node.binary("graph.divide", clamped, scale)?])
}
