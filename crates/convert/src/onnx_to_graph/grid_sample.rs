//! `GridSample`, `AffineGrid`: pictures read at computed places.

use super::attention::scalar;
use super::sampling::{Tap, combine, corner_values, linear};
use crate::conversion::extent::{dim, element_count, expr};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("GridSample", grid_sample), row("AffineGrid", affine_grid)];

/// The coefficient of cubic interpolation that the operator prescribes.
const CUBIC: f64 = -0.75;

/// Sums over the taps of every axis, all places of the grid in one row.
fn grid_sample(node: &mut Node) -> Results {
    let (x, grid) = (node.input(0)?, node.input(1)?);
    let (shape, places) = (node.shape(x), node.shape(grid));
    let axes = shape.len().checked_sub(2).filter(|&axes| axes > 0 && places.len() == axes + 2);
    let axes = axes.ok_or("input and grid must have as many axes, 3 at least")?;
    let (batch, channels) = (shape[0], shape[1]);
    let row_length = dim(element_count(&places[1..=axes])?)?;
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };

    let order: Vec<usize> = [0].into_iter().chain(2..shape.len()).chain([1]).collect();
    let last = node.transpose(x, &order)?;
    let pixels = dim(element_count(&shape[2..])?)?;
    let data = node.reshape(last, &[batch, pixels, channels])?;
    let data = node.cast(data, work)?;
    let grid = node.cast(grid, work)?;
    let grid = node.reshape(grid, &[batch, row_length, Dim::Static(axes as u64)])?;
    let mut taps = Vec::new();
    for axis in 0..axes {
        // The last coordinate of the grid is that of the first axis.
        let position = node.slice_axis(grid, 2, Dim::Static((axes - 1 - axis) as u64), Dim::Static(1))?;
        taps.push(axis_taps(node, position, shape[axis + 2])?);
    }
    let values = corner_values(node, data, 1, &taps, &shape[2..])?;
    let sum = combine(node, "graph.add", values)?;
    let sum = node.cast(sum, element)?;
    let turned = node.transpose(sum, &[0, 2, 1])?;
    Ok(vec![node.reshape(turned, &[&[batch, channels], &places[1..=axes]].concat())?])
}

/// The taps along an axis of `extent` for positions from -1 to 1.
fn axis_taps(node: &mut Node, position: Tracked, extent: Dim) -> Result<Vec<Tap>, String> {
    let element = node.element(position);
    let size = scalar(node, expr(extent)?)?;
    let size = node.cast(size, element)?;
    let raised = node.binary_scalar("graph.add", position, 1.0)?;
    let place = if node.flag("align_corners", false) {
        let last = node.binary_scalar("graph.subtract", size, 1.0)?;
        let scaled = node.binary("graph.multiply", raised, last)?;
        node.binary_scalar("graph.divide", scaled, 2.0)?
    } else {
        let scaled = node.binary("graph.multiply", raised, size)?;
        let scaled = node.binary_scalar("graph.subtract", scaled, 1.0)?;
        node.binary_scalar("graph.divide", scaled, 2.0)?
    };
    match node.string_or("mode", "linear") {
        "nearest" => {
            let nearest = node.unary("graph.round", place)?;
            Ok(vec![tap(node, nearest, 0.0, None, extent)?])
        }
        "linear" | "bilinear" => {
            let (floor, [lower, upper]) = linear(node, place)?;
            Ok(vec![tap(node, floor, 0.0, Some(lower), extent)?, tap(node, floor, 1.0, Some(upper), extent)?])
        }
        "cubic" | "bicubic" => {
            let floor = node.unary("graph.floor", place)?;
            let rest = node.binary("graph.subtract", place, floor)?;
            let mut taps = Vec::new();
            for offset in -1..=2 {
                let weight = cubic_weight(node, rest, offset)?;
                taps.push(tap(node, floor, f64::from(offset), Some(weight), extent)?);
            }
            Ok(taps)
        }
        other => Err(format!("mode \"{other}\" is not known")),
    }
}

/// Keys' cubic at the distance of the tap that is `offset` from the one before: `((a d + b) d + c) d + e`.
fn cubic_weight(node: &mut Node, rest: Tracked, offset: i32) -> Result<Tracked, String> {
    let element = node.element(rest);
    let offset_value = node.scalar(element, f64::from(offset))?;
    let distance = node.binary("graph.subtract", rest, offset_value)?;
    let distance = node.unary("graph.abs", distance)?;
    let coefficients = match offset {
        0 | 1 => [CUBIC + 2.0, -(CUBIC + 3.0), 0.0, 1.0],
        _ => [CUBIC, -5.0 * CUBIC, 8.0 * CUBIC, -4.0 * CUBIC],
    };
    let mut value = node.scalar(element, coefficients[0])?;
    for coefficient in &coefficients[1..] {
        value = node.binary("graph.multiply", value, distance)?;
        value = node.binary_scalar("graph.add", value, *coefficient)?;
    }
    Ok(value)
}

/// The tap at `place + offset`, brought inside as the padding has it.
fn tap(node: &mut Node, place: Tracked, offset: f64, weight: Option<Tracked>, extent: Dim) -> Result<Tap, String> {
    let place = if offset == 0.0 { place } else { node.binary_scalar("graph.add", place, offset)? };
    let index = node.cast(place, ElementType::I64)?;
    let size = scalar(node, expr(extent)?)?;
    let zero = node.tensor(Tensor::scalar(0i64))?;
    let last = node.binary_scalar("graph.subtract", size, 1.0)?;
    let clamp = |node: &mut Node, index: Tracked| -> Result<Tracked, String> {
        let raised = node.binary("graph.maximum", index, zero)?;
        node.binary("graph.minimum", raised, last)
    };
    match node.string_or("padding_mode", "zeros") {
        "zeros" => {
            let clamped = clamp(node, index)?;
            let inside = node.binary("graph.equal", index, clamped)?;
            Ok(Tap { index: clamped, inside: Some(inside), weight })
        }
        "border" => Ok(Tap { index: clamp(node, index)?, inside: None, weight }),
        "reflection" => Ok(Tap { index: reflect(node, index, size)?, inside: None, weight }),
        other => Err(format!("padding_mode \"{other}\" is not known")),
    }
}

/// Mirrored at the edges: at the last elements themselves if corners are aligned, else half an element beyond.
fn reflect(node: &mut Node, index: Tracked, size: Tracked) -> Result<Tracked, String> {
    let aligned = node.flag("align_corners", false);
    let span = if aligned { node.binary_scalar("graph.subtract", size, 1.0)? } else { size };
    let period = node.binary_scalar("graph.multiply", span, 2.0)?;
    // A single element is its own mirror.
    let period = node.binary_scalar("graph.maximum", period, 1.0)?;
    let within = node.binary("graph.modulo", index, period)?;
    let mut mirrored = node.binary("graph.subtract", period, within)?;
    if !aligned {
        mirrored = node.binary_scalar("graph.subtract", mirrored, 1.0)?;
    }
    node.binary("graph.minimum", within, mirrored)
}

/// The places of a picture's elements, from -1 to 1, turned by a matrix.
fn affine_grid(node: &mut Node) -> Results {
    let (theta, size) = (node.input(0)?, node.input(1)?);
    let size = node.counts_of(size)?.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>()?;
    let spatial = size.get(2..).ok_or("the size has no spatial axes")?;
    let axes = spatial.len();
    let &[batch, _, _] = node.shape(theta) else { return Err("the matrices must have 3 axes".into()) };
    let theta = node.expect_shape(theta, &[batch, Dim::Static(axes as u64), Dim::Static(axes as u64 + 1)], "theta")?;
    let element = node.element(theta);
    let one_each = [spatial, &[Dim::Static(1)]].concat();
    // Coordinates of the last axis come first, then a 1 for the offset.
    let mut parts = Vec::new();
    for axis in (0..axes).rev() {
        let line = centres(node, axis, spatial)?;
        let line = node.cast(line, element)?;
        parts.push(node.broadcast(line, &one_each)?);
    }
    let one = node.scalar(element, 1.0)?;
    parts.push(node.broadcast(one, &one_each)?);
    let places = node.concat(&parts, axes)?;
    let places = node.reshape(places, &[dim(element_count(spatial)?)?, Dim::Static(axes as u64 + 1)])?;
    let turned = node.transpose(theta, &[0, 2, 1])?;
    let moved = super::matmul::product(node, places, turned)?;
    Ok(vec![node.reshape(moved, &[&[batch], spatial, &[Dim::Static(axes as u64)]].concat())?])
}

/// The places of elements along an axis of a picture, from -1 to 1, in a shape that broadcasts to the picture's and one
/// axis more.
fn centres(node: &mut Node, axis: usize, spatial: &[Dim]) -> Result<Tracked, String> {
    let mut shape = vec![Dim::Static(1); spatial.len() + 1];
    shape[axis] = spatial[axis];
    let given = [("axis", crate::conversion::emit::attribute(axis as i64))];
    let steps = node.emit_as("graph.iota", &[], &given, &shape, kiln_ir::Type::i64())?;
    let steps = node.cast(steps, ElementType::F64)?;
    let size = scalar(node, expr(spatial[axis])?)?;
    let size = node.cast(size, ElementType::F64)?;
    let twice = node.binary_scalar("graph.multiply", steps, 2.0)?;
    let turns = if node.flag("align_corners", false) {
        // A single element is the first.
        let last = node.binary_scalar("graph.subtract", size, 1.0)?;
        let last = node.clamp(last, Some(1.0), None)?;
        node.binary("graph.divide", twice, last)?
    } else {
        let middle = node.binary_scalar("graph.add", twice, 1.0)?;
        node.binary("graph.divide", middle, size)?
    };
    node.binary_scalar("graph.subtract", turns, 1.0)
}
