//! `DFT`, `STFT`: products with matrices of cosines and sines, which are constants where lengths are known.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, multiply, subtract};
pub(crate) use crate::conversion::fourier::{Transform, transform};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[
    row_in("DFT", 17..=19, |node| {
        let x = node.input(0)?;
        let axis = node.axis(1, node.rank(x))?;
        transform_node(node, x, axis)
    }),
    row_in("DFT", 20..=i64::MAX, |node| {
        let x = node.input(0)?;
        if let Some(axis) = node.run_time_axes(2) {
            return transform_along(node, x, axis);
        }
        let axis = match node.optional(2) {
            Some(axis) => *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is empty")?,
            None => -2,
        };
        let axis = crate::conversion::extent::normalize_axis(axis, node.rank(x))?;
        transform_node(node, x, axis)
    }),
    row("STFT", short_time_transform),
];

fn transform_node(node: &mut Node, x: Tracked, axis: usize) -> Results {
    let how = how(node, node.shape(x)[axis])?;
    Ok(vec![transform(node, x, axis, how)?])
}

/// What the node asks for along an axis of `extent`.
fn how(node: &mut Node, extent: Dim) -> Result<Transform, String> {
    let (inverse, onesided) = (node.flag("inverse", false), node.flag("onesided", false));
    let extent = expr(extent)?;
    let length = match node.optional(1) {
        Some(length) => *node.counts_of(length)?.first().ok_or("the length is empty")?,
        None if inverse && onesided => multiply(subtract(extent, constant(1))?, constant(2))?,
        None => extent,
    };
    Ok(Transform { length, inverse, onesided })
}

/// The transform along the axis that data names.
fn transform_along(node: &mut Node, x: Tracked, axis: Tracked) -> Results {
    let within = node.rank(x).checked_sub(1).ok_or("a scalar has no axes")?;
    let around = node.around(x, axis, within)?;
    let how = how(node, node.shape(around.x)[1])?;
    let result = transform(node, around.x, 1, how)?;
    let [_, written, _, parts] = *node.shape(result) else { return Err("a signal has parts".into()) };
    let length = node.extent(expr(written)?);
    let extents = node.select(around.flags, length, around.extents)?;
    let shape = node.bind_shape(extents, &[])?;
    Ok(vec![node.reshape(result, &[shape, vec![parts]].concat())?])
}

/// Frames of the signal, each times the window, transformed.
fn short_time_transform(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let &[batch, signal, parts] = node.shape(x) else { return Err("the signal must have 3 axes".into()) };
    let window = node.optional(2);
    let length = match (node.optional(3), window) {
        (Some(length), _) => *node.counts_of(length)?.first().ok_or("the frame length is empty")?,
        (None, Some(window)) => expr(*node.shape(window).first().ok_or("the window must have an axis")?)?,
        (None, None) => expr(signal)?,
    };
    let step = node.input(1)?;
    let frames = frames(node, expr(signal)?, length, step)?;
    let (step, length) = (node.one_integer(step, "the frame step")?, dim(length)?);
    let (starts, within) = (node.line(0, frames)?, node.line(1, length)?);
    let starts = node.binary("graph.multiply", starts, step)?;
    let places = node.binary("graph.add", starts, within)?;
    let mut cut = node.emit("graph.gather", &[x, places], &[("axis", attribute(1i64))])?;
    if let Some(window) = window {
        let window = node.expect_shape(window, &[length], "the window")?;
        let window = node.column(window)?;
        cut = node.binary("graph.multiply", cut, window)?;
    }
    debug_assert_eq!(node.shape(cut)[0], batch, "frames keep the batch");
    debug_assert_eq!(node.shape(cut)[3], parts, "frames keep the parts");
    let onesided = node.flag("onesided", true);
    Ok(vec![transform(node, cut, 2, Transform { length: expr(length)?, inverse: false, onesided })?])
}

/// How many frames of `length` there are in a signal, one every `step` elements.
fn frames(node: &mut Node, signal: DimExpr, length: DimExpr, step: Tracked) -> Result<Dim, String> {
    let rest = subtract(signal, length)?;
    if crate::conversion::extent::is_less(rest, constant(0)) == Some(true) {
        return Err("the signal is shorter than a frame".into());
    }
    let known = node.constant_ints(step, "the frame step").ok();
    match known.as_deref() {
        Some(&[step, ..]) if step > 0 => dim(add(floor_divide(rest, constant(step))?, constant(1))?),
        Some(_) => Err("the frame step must be positive".into()),
        None => {
            let (step, rest) = (node.one_integer(step, "the frame step")?, node.extent(rest));
            let count = node.binary("graph.divide", rest, step)?;
            let count = node.binary_scalar("graph.add", count, 1.0)?;
            let (is_step, fits) = (
                node.binary_scalar("graph.greater", step, 0.0)?,
                node.binary_scalar("graph.greater_equal", rest, 0.0)?,
            );
            let are_valid = node.binary("graph.and", is_step, fits)?;
            node.bind_valid(are_valid, count, &[])?.first().copied().ok_or_else(|| "a count is one number".into())
        }
    }
}
