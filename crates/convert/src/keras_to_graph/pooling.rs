//! Pools over windows, over everything, and over as many windows as are asked for.

use super::call::{Call, Row, plain};
use super::window::{Geometry, Window};
use crate::conversion::emit::attribute;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    plain("MaxPooling1D", |call| pool(call, 1, Kind::Max)),
    plain("MaxPooling2D", |call| pool(call, 2, Kind::Max)),
    plain("MaxPooling3D", |call| pool(call, 3, Kind::Max)),
    plain("AveragePooling1D", |call| pool(call, 1, Kind::Average)),
    plain("AveragePooling2D", |call| pool(call, 2, Kind::Average)),
    plain("AveragePooling3D", |call| pool(call, 3, Kind::Average)),
    plain("GlobalMaxPooling1D", |call| global(call, "graph.reduce_max")),
    plain("GlobalMaxPooling2D", |call| global(call, "graph.reduce_max")),
    plain("GlobalMaxPooling3D", |call| global(call, "graph.reduce_max")),
    plain("GlobalAveragePooling1D", global_average_of_steps),
    plain("GlobalAveragePooling2D", |call| global(call, "graph.reduce_mean")),
    plain("GlobalAveragePooling3D", |call| global(call, "graph.reduce_mean")),
    plain("AdaptiveMaxPooling1D", |call| adaptive(call, 1, "graph.reduce_max")),
    plain("AdaptiveMaxPooling2D", |call| adaptive(call, 2, "graph.reduce_max")),
    plain("AdaptiveMaxPooling3D", |call| adaptive(call, 3, "graph.reduce_max")),
    plain("AdaptiveAveragePooling1D", |call| adaptive(call, 1, "graph.reduce_mean")),
    plain("AdaptiveAveragePooling2D", |call| adaptive(call, 2, "graph.reduce_mean")),
    plain("AdaptiveAveragePooling3D", |call| adaptive(call, 3, "graph.reduce_mean")),
    plain("ops.AdaptiveMaxPool", |call| adaptive_of_rank(call, "graph.reduce_max")),
    plain("ops.AdaptiveAveragePool", |call| adaptive_of_rank(call, "graph.reduce_mean")),
    plain("ops.MaxPool", |call| pool_of_rank(call, Kind::Max)),
    plain("ops.AveragePool", |call| pool_of_rank(call, Kind::Average)),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Max,
    Average,
}

/// The most windows along an axis of an adaptive pool.
const MAX_WINDOWS: u64 = 256;

fn pool_of_rank(call: &mut Call, kind: Kind) -> Results {
    let x = call.first()?;
    let rank = call.rank(x).checked_sub(2).ok_or("the input has no spatial axes")?;
    pool(call, rank, kind)
}

fn adaptive_of_rank(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let rank = call.rank(x).checked_sub(2).ok_or("the input has no spatial axes")?;
    adaptive(call, rank, op)
}

fn pool(call: &mut Call, rank: usize, kind: Kind) -> Results {
    let x = match kind {
        Kind::Max => call.first_as_floats_unless_integers()?,
        Kind::Average => call.first_as_floats()?,
    };
    let size = call.integers("pool_size", rank, 2)?;
    // Without strides, windows do not overlap.
    let strides = if call.setting("strides").is_some() { call.integers("strides", rank, 1)? } else { size.clone() };
    let geometry = Geometry { strides, dilations: vec![1; rank], ..Geometry::read(call, rank)? };
    let fill = if kind == Kind::Max { f64::NEG_INFINITY } else { 0.0 };
    let window = Window::new(call, x, size.clone(), &geometry, fill)?;
    let mut given = window.attributes();
    given.push(("window", attribute(&window.size)));
    if kind == Kind::Max {
        return Ok(vec![call.emit_many("graph.max_pool", &[window.x], &given)?[0]]);
    }
    given.push(("count_include_pad", attribute(window.is_padded)));
    let averages = call.emit("graph.average_pool", &[window.x], &given)?;
    if !window.is_padded {
        return Ok(vec![averages]);
    }
    // Padding that depends on extents is in the operand, and counts: less is left of a one where a window has more of it.
    let element = call.element(x);
    let one = call.scalar(element, 1.0)?;
    let mut plane = vec![Dim::Static(1); rank + 2];
    (0..rank).for_each(|axis| plane[window.place(axis)] = call.shape(x)[window.place(axis)]);
    let ones = call.broadcast(one, &plane)?;
    let counted = Window::new(call, ones, size, &geometry, 0.0)?;
    let shares = call.emit("graph.average_pool", &[counted.x], &given)?;
    Ok(vec![call.binary("graph.divide", averages, shares)?])
}

/// The spatial axes of a tensor.
fn spatial_axes(call: &Call, x: Tracked) -> Vec<usize> {
    let rank = call.rank(x);
    if call.is_channels_last() { (1..rank.saturating_sub(1)).collect() } else { (2..rank).collect() }
}

fn global(call: &mut Call, op: &str) -> Results {
    let x = call.first_as_floats()?;
    let axes = spatial_axes(call, x);
    let reduced = call.reduce(op, x, &axes)?;
    Ok(vec![if call.is_set("keepdims", false) { reduced } else { call.drop_axes(reduced, &axes)? }])
}

/// The mean of the steps that the mask says count.
fn global_average_of_steps(call: &mut Call) -> Results {
    let Some(mask) = call.mask() else { return global(call, "graph.reduce_mean") };
    let x = call.first_as_floats()?;
    let axes = spatial_axes(call, x);
    let element = call.element(x);
    let weights = call.cast(mask, element)?;
    let &[batch, steps] = call.shape(weights) else { return Err("the mask must have two axes".into()) };
    let one = Dim::Static(1);
    let shape = if call.is_channels_last() { [batch, steps, one] } else { [batch, one, steps] };
    let weights = call.reshape(weights, &shape)?;
    let kept = call.binary("graph.multiply", x, weights)?;
    let (sum, count) =
        (call.reduce("graph.reduce_sum", kept, &axes)?, call.reduce("graph.reduce_sum", weights, &axes)?);
    let mean = call.binary("graph.divide", sum, count)?;
    Ok(vec![if call.is_set("keepdims", false) { mean } else { call.drop_axes(mean, &axes)? }])
}

/// As many windows along each axis as are asked for, which cover it.
fn adaptive(call: &mut Call, rank: usize, op: &str) -> Results {
    let mut x = call.first_as_floats()?;
    let sizes = call.integers("output_size", rank, 1)?;
    let axes = spatial_axes(call, x);
    for (&axis, size) in axes.iter().zip(sizes) {
        let extent = call.shape(x)[axis].as_static().ok_or("an adaptive pool needs extents that are known")?;
        let size = u64::try_from(size).ok().filter(|size| (1..=MAX_WINDOWS).contains(size));
        let size = size.ok_or_else(|| format!("an adaptive pool has 1 to {MAX_WINDOWS} windows along an axis"))?;
        let mut parts = Vec::new();
        for index in 0..size {
            let (start, end) = (index * extent / size, ((index + 1) * extent).div_ceil(size));
            let part = call.slice_axis(x, axis, Dim::Static(start), Dim::Static(end - start))?;
            parts.push(call.reduce(op, part, &[axis])?);
        }
        x = call.concat(&parts, axis)?;
    }
    Ok(vec![x])
}
