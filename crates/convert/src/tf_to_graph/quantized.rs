//! Numbers as integers of a range, which operands say, and back.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("QuantizeV2", quantize), row("Dequantize", dequantize)];

/// The least and the most that an integer type holds, and how many bits it has.
fn limits(element: ElementType) -> Result<(f64, f64, i32), String> {
    if !element.is_integer() || element.bit_width() > 32 {
        return Err(format!("integers of {element} are not supported"));
    }
    let bits = element.bit_width() as i32;
    let all = 2f64.powi(bits);
    Ok(match element.is_signed_integer() {
        true => (-all / 2.0, all / 2.0 - 1.0, bits),
        false => (0.0, all - 1.0, bits),
    })
}

/// The ends of a range, or of one for each place along the axis that the node names, such that they stretch over `x`.
fn stretched(node: &mut Node, x: Tracked, ends: [Tracked; 2]) -> Result<[Tracked; 2], String> {
    let axis = match node.int_or("axis", -1) {
        -1 => return Ok([node.reshape(ends[0], &[])?, node.reshape(ends[1], &[])?]),
        axis => crate::conversion::extent::normalize_axis(axis, node.rank(x))?,
    };
    let mut shape = vec![Dim::Static(1); node.rank(x)];
    shape[axis] = node.shape(x)[axis];
    Ok([node.reshape(ends[0], &shape)?, node.reshape(ends[1], &shape)?])
}

/// Rounded, halves away from 0.
fn rounded(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let size = node.unary("graph.abs", x)?;
    let raised = node.binary_scalar("graph.add", size, 0.5)?;
    let whole = node.unary("graph.floor", raised)?;
    let sign = node.unary("graph.sign", x)?;
    node.binary("graph.multiply", whole, sign)
}

fn quantize(node: &mut Node) -> Results {
    let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let shape = node.shape(low).to_vec();
    let [low, high] = stretched(node, x, [low, high])?;
    let element = node.element_attribute("T", ElementType::U8)?;
    let (least, most, bits) = limits(element)?;
    // The range has 0 in it, and some room.
    let (from_low, from_high) = (node.unary("graph.abs", low)?, node.unary("graph.abs", high)?);
    let size = node.binary("graph.maximum", from_low, from_high)?;
    let size = node.clamp(size, Some(1.0), None)?;
    let room = node.float_or("ensure_minimum_range", f64::from(0.01f32));
    let room = node.binary_scalar("graph.multiply", size, room)?;
    let low = node.clamp(low, None, Some(0.0))?;
    let least_high = node.binary("graph.add", low, room)?;
    let high = node.binary("graph.maximum", high, least_high)?;
    let high = node.clamp(high, Some(0.0), None)?;
    let span = node.binary("graph.subtract", high, low)?;
    let clamped = |node: &mut Node, low: Tracked, high: Tracked| {
        let below = node.binary("graph.minimum", x, high)?;
        node.binary("graph.maximum", below, low)
    };
    let (steps, low, high) = match node.string_or("mode", "MIN_COMBINED") {
        "MIN_COMBINED" => {
            let all = node.scalar(ElementType::F32, most - least)?;
            let scale = node.binary("graph.divide", all, span)?;
            let inside = clamped(node, low, high)?;
            let moved = node.binary("graph.subtract", inside, low)?;
            let scaled = node.binary("graph.multiply", moved, scale)?;
            let steps = match least < 0.0 {
                true => {
                    let centered = node.binary_scalar("graph.subtract", scaled, (most - least + 1.0) / 2.0)?;
                    rounded(node, centered)?
                }
                false => {
                    let raised = node.binary_scalar("graph.add", scaled, 0.5)?;
                    node.unary("graph.floor", raised)?
                }
            };
            (steps, low, high)
        }
        "MIN_FIRST" => {
            let all = 2f64.powi(bits);
            let adjusted = node.binary_scalar("graph.multiply", span, all / (all - 1.0))?;
            let all = node.scalar(ElementType::F32, all)?;
            let scale = node.binary("graph.divide", all, adjusted)?;
            let scaled = node.binary("graph.multiply", x, scale)?;
            let first = node.binary("graph.multiply", low, scale)?;
            let (scaled, first) = (rounded(node, scaled)?, rounded(node, first)?);
            let steps = node.binary("graph.subtract", scaled, first)?;
            (node.binary_scalar("graph.add", steps, least)?, low, high)
        }
        "SCALED" => {
            let least = if node.flag("narrow_range", false) { least + 1.0 } else { least };
            let huge = node.scalar(ElementType::F32, f64::from(f32::MAX))?;
            let fit = |node: &mut Node, end: f64, bound: Tracked| {
                let end_value = node.scalar(ElementType::F32, end)?;
                let scale = node.binary("graph.divide", end_value, bound)?;
                let comparison = if end < 0.0 { "graph.less" } else { "graph.greater" };
                let is_there = node.binary_scalar(comparison, bound, 0.0)?;
                if end == 0.0 { Ok(huge) } else { node.select(is_there, scale, huge) }
            };
            let (of_low, of_high) = (fit(node, least, low)?, fit(node, most, high)?);
            let scale = node.binary("graph.minimum", of_low, of_high)?;
            let (least, most) = (node.scalar(ElementType::F32, least)?, node.scalar(ElementType::F32, most)?);
            let (low, high) = (node.binary("graph.divide", least, scale)?, node.binary("graph.divide", most, scale)?);
            let inside = clamped(node, low, high)?;
            let scaled = node.binary("graph.multiply", inside, scale)?;
            let steps = match node.string_or("round_mode", "HALF_AWAY_FROM_ZERO") {
                "HALF_TO_EVEN" => node.unary("graph.round", scaled)?,
                _ => rounded(node, scaled)?,
            };
            (steps, low, high)
        }
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let steps = node.clamp(steps, Some(least), Some(most))?;
    let (low, high) = (node.reshape(low, &shape)?, node.reshape(high, &shape)?);
    Ok(vec![node.cast(steps, element)?, low, high])
}

fn dequantize(node: &mut Node) -> Results {
    let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let [low, high] = stretched(node, x, [low, high])?;
    let (least, most, bits) = limits(node.element(x))?;
    let x = node.cast(x, ElementType::F32)?;
    let span = node.binary("graph.subtract", high, low)?;
    let value = match node.string_or("mode", "MIN_COMBINED") {
        "MIN_COMBINED" => {
            let scale = node.binary_scalar("graph.divide", span, most - least)?;
            let half = if least < 0.0 { (most - least + 1.0) / 2.0 } else { 0.0 };
            let moved = node.binary_scalar("graph.add", x, half)?;
            let scaled = node.binary("graph.multiply", moved, scale)?;
            node.binary("graph.add", scaled, low)?
        }
        "MIN_FIRST" => {
            let all = 2f64.powi(bits);
            let scale = node.binary_scalar("graph.multiply", span, 1.0 / (all - 1.0))?;
            let first = node.binary("graph.divide", low, scale)?;
            let first = rounded(node, first)?;
            let moved = node.binary_scalar("graph.subtract", x, least)?;
            let steps = node.binary("graph.add", moved, first)?;
            node.binary("graph.multiply", steps, scale)?
        }
        "SCALED" => {
            let least = if node.flag("narrow_range", false) { least + 1.0 } else { least };
            let mut scale = node.binary_scalar("graph.divide", high, most)?;
            if least < 0.0 {
                let of_low = node.binary_scalar("graph.divide", low, least)?;
                scale = node.binary("graph.maximum", scale, of_low)?;
            }
            node.binary("graph.multiply", x, scale)?
        }
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let element = node.element_attribute("dtype", ElementType::F32)?;
    Ok(vec![node.cast(value, element)?])
}
