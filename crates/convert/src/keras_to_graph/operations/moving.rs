//! Operations of `keras.ops` that move elements along axes, add some around them, or take differences.

use super::super::call::{Call, Row, plain};
use super::super::sequences::flip;
use super::shapes::flat;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr, normalize_axis, subtract};
use crate::conversion::functions::constant_of;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[plain("ops.Pad", pad), plain("ops.Roll", roll), plain("ops.Diff", diff)];

fn pad(call: &mut Call) -> Results {
    let mut x = call.first()?;
    let mode = call.setting_at(2, "mode").and_then(|mode| mode.as_str()).unwrap_or("constant");
    let widths = call.setting_at(1, "pad_width").ok_or("pad_width is missing")?;
    let count = |value: i64| u64::try_from(value).map(Dim::Static).map_err(|_| "padding is negative".to_owned());
    let (mut low, mut high) = (vec![Dim::Static(0); call.rank(x)], vec![Dim::Static(0); call.rank(x)]);
    let rows = widths.as_array().unwrap_or_default();
    for axis in 0..call.rank(x) {
        let pair = match (widths.as_i64(), widths.as_i64s().as_deref()) {
            (Some(same), _) | (None, Some(&[same])) => vec![same; 2],
            (None, Some(&[before, after])) => vec![before, after],
            _ => rows.get(axis).or(rows.first()).and_then(|row| row.as_i64s()).unwrap_or_default(),
        };
        let (before, after) = match pair[..] {
            [before, after] => (before, after),
            [same] => (same, same),
            _ => return Err("pad_width must be two numbers for each axis".into()),
        };
        (low[axis], high[axis]) = (count(before)?, count(after)?);
    }
    if mode == "symmetric" {
        for axis in 0..call.rank(x) {
            x = mirror(call, x, axis, low[axis], high[axis])?;
        }
        return Ok(vec![x]);
    }
    if !["constant", "reflect", "edge", "wrap"].contains(&mode) {
        return Err(format!("mode \"{mode}\" of padding is not supported"));
    }
    let mut operands = vec![x];
    if mode == "constant" {
        let element = call.element(x);
        let value = match call.argument(3, "constant_values") {
            Some(value) => call.cast(value, element)?,
            None => {
                let value = call.number_at(3, "constant_values").unwrap_or(0.0);
                constant_of(call, element, value)?
            }
        };
        operands.push(value);
    }
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute(mode))];
    Ok(vec![call.emit("graph.pad", &operands, &given)?])
}

/// Elements next to the ends of an axis, the last ones too, once more in reverse order behind the ends.
pub(crate) fn mirror(call: &mut Call, x: Tracked, axis: usize, low: Dim, high: Dim) -> Result<Tracked, String> {
    let (Some(before), Some(after)) = (low.as_static(), high.as_static()) else {
        return Err("a mirrored image must have known extents".into());
    };
    if (before, after) == (0, 0) {
        return Ok(x);
    }
    let extent = call.shape(x)[axis].as_static().ok_or("an axis that is mirrored must have a known extent")?;
    if before.max(after) > extent {
        return Err(format!("an extent of {extent} cannot be mirrored to {}", before.max(after)));
    }
    let mut parts = vec![x];
    if before > 0 {
        let start = call.slice_axis(x, axis, Dim::Static(0), low)?;
        parts.insert(0, flip(call, start, axis)?);
    }
    if after > 0 {
        let end = call.slice_axis(x, axis, Dim::Static(extent - after), high)?;
        parts.push(flip(call, end, axis)?);
    }
    call.concat(&parts, axis)
}

/// Elements moved along axes, those that leave at one end come in at the other.
fn roll(call: &mut Call) -> Results {
    let mut x = call.first()?;
    let shape = call.shape(x).to_vec();
    let shift = call.setting_at(1, "shift").ok_or("shift is missing")?;
    let mut shifts = shift.as_i64s().or(shift.as_i64().map(|shift| vec![shift])).ok_or("shift must be constant")?;
    let axes = match call.setting_at(2, "axis") {
        Some(axes) => axes.as_i64s().or(axes.as_i64().map(|axis| vec![axis])).ok_or("the axis must be constant")?,
        None => {
            x = flat(call, x)?;
            vec![0]
        }
    };
    if let [same] = shifts[..] {
        shifts = vec![same; axes.len()];
    }
    for (&axis, shift) in axes.iter().zip(shifts) {
        let axis = normalize_axis(axis, call.rank(x))?;
        let extent = call.shape(x)[axis];
        let line = call.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[extent], Type::i64())?;
        let length = call.extent(expr(extent)?);
        let moved = call.binary_scalar("graph.subtract", line, shift as f64)?;
        let places = call.binary("graph.modulo", moved, length)?;
        x = call.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64))])?;
    }
    Ok(vec![call.reshape(x, &shape)?])
}

/// Differences of neighbours, so many times.
fn diff(call: &mut Call) -> Results {
    let mut x = call.values(0, "a")?;
    let times = call.integer_at(1, "n").unwrap_or(1);
    let axis = call.axis_at(2, "axis", -1, call.rank(x))?;
    let op = if call.element(x) == ElementType::I1 { "graph.xor" } else { "graph.subtract" };
    for _ in 0..u64::try_from(times).ok().filter(|&times| times <= 256).ok_or("n must be from 0 to 256")? {
        let extent = expr(call.shape(x)[axis])?;
        let count = dim(subtract(extent, constant(1))?)?;
        let left = call.slice_axis(x, axis, Dim::Static(0), count)?;
        let right = call.slice_axis(x, axis, Dim::Static(1), count)?;
        x = call.binary(op, right, left)?;
    }
    Ok(vec![x])
}
