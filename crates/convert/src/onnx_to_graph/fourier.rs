//! `DFT`, `STFT`: products with matrices of cosines and sines, so lengths must be known.

use super::conversion::Tracked;
use super::emit::attribute;
use super::node::{Node, Results, Row, row, row_in};
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor, scalar};
use std::f64::consts::TAU;

pub(crate) const ROWS: &[Row] = &[
    row_in("DFT", 17..=19, |node| {
        let x = node.input(0)?;
        let axis = node.axis(1, node.rank(x))?;
        transform_node(node, x, axis)
    }),
    row_in("DFT", 20..=i64::MAX, |node| {
        let x = node.input(0)?;
        let axis = match node.optional(2) {
            Some(axis) => *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is empty")?,
            None => -2,
        };
        let axis = super::extent::normalize_axis(axis, node.rank(x))?;
        transform_node(node, x, axis)
    }),
    row("STFT", short_time_transform),
];

/// The longest transform: its matrices are constants of the model.
const LONGEST: usize = 4096;

/// Which transform.
#[derive(Clone, Copy)]
struct Transform {
    length: usize,
    inverse: bool,
    onesided: bool,
}

fn transform_node(node: &mut Node, x: Tracked, axis: usize) -> Results {
    let (inverse, onesided) = (node.flag("inverse", false), node.flag("onesided", false));
    let extent = node.shape(x)[axis].as_static().ok_or("the length of the signal must be static")? as usize;
    let length = match node.optional(1) {
        Some(length) => {
            let length = *node.constant_ints(length, "the length")?.first().ok_or("the length is empty")?;
            usize::try_from(length).map_err(|_| "the length is negative")?
        }
        None if inverse && onesided => 2 * extent.saturating_sub(1),
        None => extent,
    };
    Ok(vec![transform(node, x, axis, Transform { length, inverse, onesided })?])
}

/// The transform along `axis` of a tensor whose last axis holds real and imaginary parts, or real parts alone.
fn transform(node: &mut Node, x: Tracked, axis: usize, how: Transform) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if axis + 1 >= rank || how.length == 0 || how.length > LONGEST {
        return Err(format!("a transform of length {} along axis {axis} is not supported", how.length));
    }
    let read = if how.inverse && how.onesided { how.length / 2 + 1 } else { how.length };
    let x = fit(node, x, axis, read)?;
    let parts = node.shape(x)[rank - 1].as_static().ok_or("the last axis must be static")?;
    // The axis goes last, the parts are apart.
    let mut order: Vec<usize> = (0..rank - 1).filter(|&other| other != axis).collect();
    order.push(axis);
    let part = |node: &mut Node, index: u64| -> Result<Tracked, String> {
        let part = node.slice_axis(x, rank - 1, Dim::Static(index), Dim::Static(1))?;
        let part = super::reduction::drop_axes(node, part, &[rank - 1])?;
        node.transpose(part, &order)
    };
    let real = part(node, 0)?;
    let imaginary = if parts == 2 { Some(part(node, 1)?) } else { None };
    let element = node.element(real);
    let (cosine, sine) = (matrix(node, element, how, read, f64::cos)?, matrix(node, element, how, read, f64::sin)?);
    let mut times = |x: Tracked, matrix: Tracked| super::matmul::product(node, x, matrix);
    // exp(i a) times (x + i y) is (x cos a - y sin a) + i (x sin a + y cos a).
    let mut result = [times(real, cosine)?, times(real, sine)?];
    if let Some(imaginary) = imaginary {
        let (along, across) = (times(imaginary, cosine)?, times(imaginary, sine)?);
        result = [node.binary("graph.subtract", result[0], across)?, node.binary("graph.add", result[1], along)?];
    }
    let parts = if how.inverse && how.onesided { &result[..1] } else { &result[..] };
    let mut back: Vec<usize> = (0..rank - 2).collect();
    back.insert(axis, rank - 2);
    let mut joined = Vec::new();
    for &part in parts {
        let part = node.transpose(part, &back)?;
        let shape = [node.shape(part), &[Dim::Static(1)]].concat();
        joined.push(node.reshape(part, &shape)?);
    }
    node.concat(&joined, rank - 1)
}

/// Cut, or filled up with zeros, to `length` along an axis.
fn fit(node: &mut Node, x: Tracked, axis: usize, length: usize) -> Result<Tracked, String> {
    let extent = node.shape(x)[axis].as_static().ok_or("the length of the signal must be static")? as usize;
    if extent >= length {
        return node.slice_axis(x, axis, Dim::Static(0), Dim::Static(length as u64));
    }
    let low = vec![Dim::Static(0); node.rank(x)];
    let mut high = low.clone();
    high[axis] = Dim::Static((length - extent) as u64);
    node.emit("graph.pad", &[x], &[("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))])
}

/// `function(angle)` for each pair of an index read and one written. What is left out of a one-sided spectrum is the
/// mirror image of what is there, which counts twice.
fn matrix(
    node: &mut Node,
    element: ElementType,
    how: Transform,
    read: usize,
    function: fn(f64) -> f64,
) -> Result<Tracked, String> {
    let written = if how.onesided && !how.inverse { how.length / 2 + 1 } else { how.length };
    let sign = if how.inverse { 1.0 } else { -1.0 };
    let scale = |from: usize| match (how.inverse, how.onesided) {
        (false, _) => 1.0,
        (true, true) if from != 0 && 2 * from != how.length => 2.0 / how.length as f64,
        (true, _) => 1.0 / how.length as f64,
    };
    let entry = |from: usize, to: usize| {
        let angle = TAU * ((from * to) % how.length) as f64 / how.length as f64;
        scale(from) * function(sign * angle)
    };
    let entries = (0..read).flat_map(|from| (0..written).map(move |to| entry(from, to)));
    node.tensor(scalar::from_floats(element, &[read, written], entries)?)
}

/// Frames of the signal, each times the window, transformed.
fn short_time_transform(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let first = |node: &Node, x: Tracked, what: &str| -> Result<usize, String> {
        let value = *node.constant_ints(x, what)?.first().ok_or_else(|| format!("{what} is empty"))?;
        usize::try_from(value).ok().filter(|&value| value > 0).ok_or_else(|| format!("{what} must be positive"))
    };
    let step = node.input(1)?;
    let step = first(node, step, "the frame step")?;
    let &[batch, signal, parts] = node.shape(x) else { return Err("the signal must have 3 axes".into()) };
    let signal = signal.as_static().ok_or("the length of the signal must be static")? as usize;
    let window = node.optional(2);
    let length = match (node.optional(3), window) {
        (Some(length), _) => first(node, length, "the frame length")?,
        (None, Some(window)) => {
            let extent = node.shape(window).first().and_then(|extent| extent.as_static());
            extent.ok_or("the length of the window must be static")? as usize
        }
        (None, None) => signal,
    };
    let frames = signal.checked_sub(length).ok_or("the signal is shorter than a frame")? / step + 1;
    let places: Vec<i64> =
        (0..frames).flat_map(|frame| (0..length).map(move |index| (frame * step + index) as i64)).collect();
    let places = node.tensor(Tensor::from_values(&[frames, length], &places))?;
    let mut cut = node.emit("graph.gather", &[x, places], &[("axis", attribute(1i64))])?;
    if let Some(window) = window {
        let window = node.reshape(window, &[Dim::Static(length as u64), Dim::Static(1)])?;
        cut = node.binary("graph.multiply", cut, window)?;
    }
    debug_assert_eq!(node.shape(cut)[0], batch, "frames keep the batch");
    debug_assert_eq!(node.shape(cut)[3], parts, "frames keep the parts");
    let onesided = node.flag("onesided", true);
    Ok(vec![transform(node, cut, 2, Transform { length, inverse: false, onesided })?])
}
