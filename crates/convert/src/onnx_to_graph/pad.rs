//! `Pad`, `CenterCropPad`: negative padding is a slice.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{
    add, constant, dim, expr, floor_divide, is_less, maximum, minimum, normalize_axis, subtract,
};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("Pad", pad), row("CenterCropPad", center_crop_pad)];

pub(crate) fn pad(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    if node.run_time(1).or(node.run_time_axes(3)).is_some() {
        let pads = node.input(1)?;
        let (x, low, high) = super::run_time_slices::paddings(node, x, pads, node.optional(3))?;
        return pad_by(node, x, &low, &high);
    }
    let pads = match (node.optional(1), node.ints("pads").or_else(|| node.ints("paddings"))) {
        (Some(pads), _) => node.extents(pads, "the padding")?,
        (None, pads) => pads.ok_or("pads are missing")?.into_iter().map(constant).collect(),
    };
    let axes = match node.optional(3) {
        Some(axes) => {
            let axes = node.constant_ints(axes, "axes")?;
            axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<usize>, _>>()?
        }
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(format!("{} axes take {} pads, found {}", axes.len(), 2 * axes.len(), pads.len()));
    }
    let (mut low, mut high) = (vec![constant(0); rank], vec![constant(0); rank]);
    for (index, &axis) in axes.iter().enumerate() {
        low[axis] = pads[index];
        high[axis] = pads[axes.len() + index];
    }
    let x = crop(node, x, &mut low, &mut high)?;
    pad_by(node, x, &low, &high)
}

/// Pads as the node's mode says.
fn pad_by(node: &mut Node, x: Tracked, low: &[DimExpr], high: &[DimExpr]) -> Results {
    if low.iter().chain(high).all(|&pad| pad == constant(0)) {
        return Ok(vec![x]);
    }
    let mode = node.string_or("mode", "constant");
    let mut operands = vec![x];
    if mode == "constant" {
        let value = match (node.optional(2), node.attribute("value").and_then(|value| value.as_f64())) {
            (Some(value), _) => Some(node.reshape(value, &[])?),
            (None, Some(value)) => Some(node.scalar(node.element(x), value)?),
            (None, None) => None,
        };
        operands.extend(value);
    }
    let dims = |pads: &[DimExpr]| pads.iter().map(|&pad| dim(pad)).collect::<Result<Vec<Dim>, _>>();
    let given =
        [("low", dims_attribute(&dims(low)?)), ("high", dims_attribute(&dims(high)?)), ("mode", attribute(mode))];
    Ok(vec![node.emit("graph.pad", &operands, &given)?])
}

/// Slices off what is negative, and makes it 0.
fn crop(node: &mut Node, mut x: Tracked, low: &mut [DimExpr], high: &mut [DimExpr]) -> Result<Tracked, String> {
    for axis in 0..low.len() {
        let cut = |pad: &mut DimExpr| match is_less(*pad, constant(0)) {
            Some(true) => subtract(constant(0), std::mem::replace(pad, constant(0))),
            _ => Ok(constant(0)),
        };
        let (before, after) = (cut(&mut low[axis])?, cut(&mut high[axis])?);
        let length = subtract(expr(node.shape(x)[axis])?, add(before, after)?)?;
        x = node.slice_axis(x, axis, dim(before)?, dim(length)?)?;
    }
    Ok(x)
}

/// Crops or pads with zeros around the middle, to the extents that are asked for.
fn center_crop_pad(node: &mut Node) -> Results {
    let (mut x, target) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let target = node.counts_of(target)?;
    let axes = match node.ints("axes") {
        Some(axes) => axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<usize>, _>>()?,
        None => (0..rank).collect(),
    };
    if axes.len() != target.len() {
        return Err(format!("{} axes take as many extents, found {}", axes.len(), target.len()));
    }
    let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
    let mut shape = node.shape(x).to_vec();
    for (&axis, &wanted) in axes.iter().zip(&target) {
        let (extent, two) = (expr(node.shape(x)[axis])?, constant(2));
        let (surplus, missing) = (subtract(extent, wanted)?, subtract(wanted, extent)?);
        let start = floor_divide(maximum(surplus, constant(0)), two)?;
        x = node.slice_axis(x, axis, dim(start)?, dim(minimum(extent, wanted))?)?;
        let missing = maximum(missing, constant(0));
        let before = floor_divide(missing, two)?;
        (low[axis], high[axis]) = (dim(before)?, dim(subtract(missing, before)?)?);
        shape[axis] = dim(wanted)?;
    }
    if low.iter().chain(&high).all(|pad| pad.is(0)) {
        return Ok(vec![x]);
    }
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    let padded = node.emit("graph.pad", &[x], &given)?;
    Ok(vec![node.reshape(padded, &shape)?])
}
