//! `Resize` and `Upsample` where data gives scales, sizes or the region: the elements that each index of the result is made
//! of are gathered along one axis after the other, and summed with their weights.
//!
//! Coordinates are computed in `f32`, as `graph.resize` has them.

use crate::conversion::content::Item;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, expr};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType::{self, F32, F64, I1, I64};

/// How elements are interpolated: see `graph.resize`.
pub(crate) struct Style<'a> {
    pub mode: &'a str,
    pub coordinates: &'a str,
    /// How `nearest` rounds; `by_scale` is up if any axis shrinks, else down.
    pub nearest: &'a str,
    pub cubic_coefficient: f64,
    pub exclude_outside: bool,
    pub antialias: bool,
    pub extrapolation: f64,
    /// Starts, then ends, as fractions of each axis.
    pub roi: Option<Tracked>,
}

/// Extents and scales of the axes that are resized.
pub(crate) struct Target {
    pub axes: Vec<usize>,
    pub lengths: Vec<Dim>,
    /// A vector of `f32`.
    pub scales: Tracked,
}

/// One axis on its way.
#[derive(Clone, Copy)]
struct Axis {
    length: Dim,
    last: Tracked,
    extent: Tracked,
    scale: Tracked,
    roi: Option<(Tracked, Tracked)>,
}

/// Extents are the operand's times the scale, rounded down.
pub(crate) fn by_scales(node: &mut Node, x: Tracked, axes: &[usize], scales: Tracked) -> Result<Target, String> {
    let scales = node.expect_shape(scales, &[Dim::Static(axes.len() as u64)], "the list of scales")?;
    let shape: Vec<Dim> = axes.iter().map(|&axis| node.shape(x)[axis]).collect();
    let extents = node.shape_vector(&shape)?;
    let (extents, wide) = (node.cast(extents, F64)?, node.cast(scales, F64)?);
    let lengths = node.binary("graph.multiply", extents, wide)?;
    let lengths = rounded_down(node, lengths)?;
    let lengths = known_or(node, scales, &shape, 1.0, lengths);
    Ok(Target { axes: axes.to_vec(), lengths, scales: node.cast(scales, F32)? })
}

/// Extents as given, or as the policy for keeping the aspect ratio makes them.
pub(crate) fn by_sizes(node: &mut Node, x: Tracked, axes: &[usize], sizes: Tracked) -> Result<Target, String> {
    let sizes = node.expect_shape(sizes, &[Dim::Static(axes.len() as u64)], "the list of sizes")?;
    let shape: Vec<Dim> = axes.iter().map(|&axis| node.shape(x)[axis]).collect();
    let (sizes_of, extents) = (node.integer_vector(sizes)?, node.shape_vector(&shape)?);
    let least = match node.string_or("keep_aspect_ratio_policy", "stretch") {
        "stretch" => {
            let lengths = node
                .counts_of(sizes)?
                .into_iter()
                .map(crate::conversion::extent::dim)
                .collect::<Result<Vec<_>, _>>()?;
            let (to, from) = (node.cast(sizes_of, F32)?, node.cast(extents, F32)?);
            return Ok(Target { axes: axes.to_vec(), lengths, scales: node.binary("graph.divide", to, from)? });
        }
        "not_larger" => "graph.reduce_min",
        "not_smaller" => "graph.reduce_max",
        other => return Err(format!("keep_aspect_ratio_policy \"{other}\" is not known")),
    };
    let (to, from) = (node.cast(sizes_of, F64)?, node.cast(extents, F64)?);
    let ratios = node.binary("graph.divide", to, from)?;
    let scale = node.reduce(least, ratios, &[0])?;
    let lengths = node.binary("graph.multiply", scale, from)?;
    let lengths = node.binary_scalar("graph.add", lengths, 0.5)?;
    let lengths = rounded_down(node, lengths)?;
    let scales = node.cast(scale, F32)?;
    let scales = node.broadcast(scales, &[Dim::Static(axes.len() as u64)])?;
    Ok(Target { axes: axes.to_vec(), lengths, scales })
}

fn rounded_down(node: &mut Node, lengths: Tracked) -> Result<Vec<Dim>, String> {
    let lengths = node.unary("graph.floor", lengths)?;
    let lengths = node.clamp(lengths, Some(-1.0), Some(1e15))?;
    let lengths = node.cast(lengths, I64)?;
    node.bind_shape(lengths, &[])
}

/// The operand's extents where an element is known to leave them alone.
fn known_or(node: &Node, list: Tracked, shape: &[Dim], neutral: f64, lengths: Vec<Dim>) -> Vec<Dim> {
    let Some(content) = node.content(list) else { return lengths };
    let known = content.items.iter().map(|item: &Item| item.to_f64() == Some(neutral));
    known.zip(shape).zip(lengths).map(|((known, &own), length)| if known { own } else { length }).collect()
}

/// Resamples `x` along each axis of the target whose extent is not known to stay.
pub(crate) fn resample(node: &mut Node, x: Tracked, target: &Target, style: &Style) -> Result<Tracked, String> {
    let element = node.element(x);
    let work = match element {
        F32 | ElementType::F16 | ElementType::BF16 => F32,
        _ => F64,
    };
    let mut result = if style.mode == "nearest" { x } else { node.cast(x, work)? };
    let shrinks = any_shrinks(node, target)?;
    let mut outside: Option<Tracked> = None;
    for (place, (&index, &length)) in target.axes.iter().zip(&target.lengths).enumerate() {
        let own = node.shape(result)[index];
        if own == length && style.roi.is_none() {
            continue;
        }
        let scale = element_of(node, target.scales, place)?;
        let roi = match style.roi {
            Some(roi) => Some((element_of(node, roi, place)?, element_of(node, roi, target.axes.len() + place)?)),
            None => None,
        };
        let last = node.extent(crate::conversion::extent::subtract(expr(own)?, constant(1))?);
        let extent = extent_of(node, own)?;
        let axis = Axis { length, last, extent, scale, roi };
        let coordinate = coordinate(node, axis, style)?;
        if roi.is_some() {
            let mut shape = vec![Dim::Static(1); node.rank(x)];
            shape[index] = length;
            let flags = is_outside(node, axis, coordinate)?;
            let flags = node.reshape(flags, &shape)?;
            outside = Some(match outside {
                Some(before) => node.binary("graph.or", before, flags)?,
                None => flags,
            });
        }
        result = match style.mode {
            "nearest" => {
                let rounded = nearest(node, coordinate, style.nearest, shrinks)?;
                let rounded = node.cast(rounded, I64)?;
                let places = inside(node, axis, rounded)?;
                node.emit("graph.gather", &[result, places], &[("axis", attribute(index as i64))])?
            }
            _ => weighted(node, result, index, axis, coordinate, style)?,
        };
    }
    if let Some(outside) = outside {
        let value = node.scalar(node.element(result), style.extrapolation)?;
        result = node.select(outside, value, result)?;
    }
    node.cast(result, element)
}

fn any_shrinks(node: &mut Node, target: &Target) -> Result<Tracked, String> {
    let shrinks = node.binary_scalar("graph.less", target.scales, 1.0)?;
    let shrinks = node.cast(shrinks, I64)?;
    let count = node.reduce("graph.reduce_sum", shrinks, &[0])?;
    node.cast(count, I1)
}

/// One element of a vector, as a scalar of `f32`.
fn element_of(node: &mut Node, vector: Tracked, place: usize) -> Result<Tracked, String> {
    let element = node.slice_axis(vector, 0, Dim::Static(place as u64), Dim::Static(1))?;
    let element = node.reshape(element, &[])?;
    node.cast(element, F32)
}

fn extent_of(node: &mut Node, dim: Dim) -> Result<Tracked, String> {
    let extent = node.extent(expr(dim)?);
    node.cast(extent, F32)
}

/// The numbers from 0 on.
fn steps(node: &mut Node, count: Dim) -> Result<Tracked, String> {
    node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())
}

/// The coordinate in the operand of each index of the result.
fn coordinate(node: &mut Node, axis: Axis, style: &Style) -> Result<Tracked, String> {
    let index = steps(node, axis.length)?;
    let index = node.cast(index, F32)?;
    let length = extent_of(node, axis.length)?;
    let has_several = node.binary_scalar("graph.greater", length, 1.0)?;
    let zero = node.scalar(F32, 0.0)?;
    let half_pixel = |node: &mut Node| -> Result<Tracked, String> {
        let centre = node.binary_scalar("graph.add", index, 0.5)?;
        let scaled = node.binary("graph.divide", centre, axis.scale)?;
        node.binary_scalar("graph.subtract", scaled, 0.5)
    };
    let scaled = node.binary("graph.multiply", axis.scale, axis.extent)?;
    let last = node.cast(axis.last, F32)?;
    match style.coordinates {
        "half_pixel" => half_pixel(node),
        "half_pixel_symmetric" => {
            let pixel = half_pixel(node)?;
            let ratio = node.binary("graph.divide", length, scaled)?;
            let one = node.scalar(F32, 1.0)?;
            let rest = node.binary("graph.subtract", one, ratio)?;
            let centre = node.binary_scalar("graph.divide", axis.extent, 2.0)?;
            let offset = node.binary("graph.multiply", centre, rest)?;
            node.binary("graph.add", offset, pixel)
        }
        "pytorch_half_pixel" => {
            let pixel = half_pixel(node)?;
            node.select(has_several, pixel, zero)
        }
        "align_corners" => {
            let divisor = node.binary_scalar("graph.subtract", scaled, 1.0)?;
            let product = node.binary("graph.multiply", index, last)?;
            let value = node.binary("graph.divide", product, divisor)?;
            node.select(has_several, value, zero)
        }
        "asymmetric" => node.binary("graph.divide", index, axis.scale),
        "tf_crop_and_resize" => {
            let (start, end) = axis.roi.ok_or("the region of interest is missing")?;
            let width = node.binary("graph.subtract", end, start)?;
            let span = node.binary("graph.multiply", width, last)?;
            let divisor = node.binary_scalar("graph.subtract", scaled, 1.0)?;
            let product = node.binary("graph.multiply", index, span)?;
            let several = node.binary("graph.divide", product, divisor)?;
            let middle = node.binary_scalar("graph.divide", span, 2.0)?;
            let within = node.select(has_several, several, middle)?;
            let origin = node.binary("graph.multiply", start, last)?;
            node.binary("graph.add", origin, within)
        }
        other => Err(format!("coordinate_transformation_mode \"{other}\" is not known")),
    }
}

fn is_outside(node: &mut Node, axis: Axis, coordinate: Tracked) -> Result<Tracked, String> {
    let last = node.cast(axis.last, F32)?;
    let below = node.binary_scalar("graph.less", coordinate, 0.0)?;
    let above = node.binary("graph.greater", coordinate, last)?;
    node.binary("graph.or", below, above)
}

fn nearest(node: &mut Node, x: Tracked, how: &str, shrinks: Tracked) -> Result<Tracked, String> {
    match how {
        "round_prefer_floor" => {
            let moved = node.binary_scalar("graph.subtract", x, 0.5)?;
            node.unary("graph.ceil", moved)
        }
        "round_prefer_ceil" => {
            let moved = node.binary_scalar("graph.add", x, 0.5)?;
            node.unary("graph.floor", moved)
        }
        "floor" => node.unary("graph.floor", x),
        "ceil" => node.unary("graph.ceil", x),
        "by_scale" => {
            let (up, down) = (node.unary("graph.ceil", x)?, node.unary("graph.floor", x)?);
            node.select(shrinks, up, down)
        }
        other => Err(format!("nearest_mode \"{other}\" is not known")),
    }
}

/// Indices brought into the range of the operand.
fn inside(node: &mut Node, axis: Axis, index: Tracked) -> Result<Tracked, String> {
    let raised = node.clamp(index, Some(0.0), None)?;
    node.binary("graph.minimum", raised, axis.last)
}

/// The sums of the neighbours of coordinates along axis number `index`, with weights by the interpolation kernel.
fn weighted(
    node: &mut Node,
    x: Tracked,
    index: usize,
    axis: Axis,
    coordinate: Tracked,
    style: &Style,
) -> Result<Tracked, String> {
    let work = node.element(x);
    let radius = match style.mode {
        "linear" => 1.0,
        "cubic" => 2.0,
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let above = node.unary("graph.ceil", coordinate)?;
    let before = node.binary_scalar("graph.subtract", above, 1.0)?;
    let ratio = node.binary("graph.subtract", coordinate, before)?;
    let (ratio, base) = (node.cast(ratio, work)?, node.cast(before, I64)?);
    let (ratio, base) = (node.column(ratio)?, node.column(base)?);
    let one = node.scalar(work, 1.0)?;
    let mut shrink = one;
    let mut reach = constant(radius as i64);
    if style.antialias {
        let scale = node.clamp(axis.scale, None, Some(1.0))?;
        shrink = node.cast(scale, work)?;
        let wide = node.cast(scale, F64)?;
        let radius = node.scalar(F64, radius)?;
        let widened = node.binary("graph.divide", radius, wide)?;
        let widened = node.unary("graph.ceil", widened)?;
        let widened = node.clamp(widened, None, Some(1e15))?;
        let widened = node.cast(widened, I64)?;
        reach = *node.bind_extents(widened, &[])?.first().ok_or("a reach is one number")?;
    }
    let taps = crate::conversion::extent::dim(crate::conversion::extent::multiply(reach, constant(2))?)?;
    let (steps, lead) = (steps(node, taps)?, node.extent(crate::conversion::extent::subtract(constant(1), reach)?));
    let steps = node.binary("graph.add", steps, lead)?;
    let places = node.binary("graph.add", base, steps)?;
    let steps = node.cast(steps, work)?;
    let distance = node.binary("graph.subtract", steps, ratio)?;
    let distance = node.unary("graph.abs", distance)?;
    let distance = node.binary("graph.multiply", distance, shrink)?;
    let mut weights = match style.mode {
        "linear" => {
            let weight = node.binary("graph.subtract", one, distance)?;
            node.clamp(weight, Some(0.0), None)?
        }
        _ => cubic(node, distance, style.cubic_coefficient)?,
    };
    let clamped = inside(node, axis, places)?;
    if style.exclude_outside {
        let is_inside = node.binary("graph.equal", places, clamped)?;
        let zero = node.scalar(work, 0.0)?;
        weights = node.select(is_inside, weights, zero)?;
    }
    if style.exclude_outside || style.antialias {
        let total = node.reduce("graph.reduce_sum", weights, &[1])?;
        weights = node.binary("graph.divide", weights, total)?;
    }
    let gathered = node.emit("graph.gather", &[x, clamped], &[("axis", attribute(index as i64))])?;
    let after = vec![Dim::Static(1); node.rank(x) - index - 1];
    let weights = node.reshape(weights, &[&[axis.length, taps], after.as_slice()].concat())?;
    let products = node.binary("graph.multiply", gathered, weights)?;
    let sums = node.reduce("graph.reduce_sum", products, &[index + 1])?;
    node.drop_axes(sums, &[index + 1])
}

/// Keys' cubic convolution kernel.
fn cubic(node: &mut Node, distance: Tracked, a: f64) -> Result<Tracked, String> {
    let inner = polynomial(node, distance, &[a + 2.0, -(a + 3.0), 0.0, 1.0])?;
    let outer = polynomial(node, distance, &[a, -5.0 * a, 8.0 * a, -4.0 * a])?;
    let zero = node.scalar(node.element(distance), 0.0)?;
    let is_inner = node.binary_scalar("graph.less_equal", distance, 1.0)?;
    let is_outer = node.binary_scalar("graph.less", distance, 2.0)?;
    let far = node.select(is_outer, outer, zero)?;
    node.select(is_inner, inner, far)
}

/// The polynomial of these coefficients, that of the highest power first.
fn polynomial(node: &mut Node, x: Tracked, coefficients: &[f64]) -> Result<Tracked, String> {
    let mut value = node.scalar(node.element(x), coefficients[0])?;
    for &coefficient in &coefficients[1..] {
        value = node.binary("graph.multiply", value, x)?;
        value = node.binary_scalar("graph.add", value, coefficient)?;
    }
    Ok(value)
}
