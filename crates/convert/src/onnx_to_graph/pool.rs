//! Pools over windows and over all spatial axes.

use super::window::Window;
use crate::conversion::content::Content;
use crate::conversion::emit::attribute;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("MaxPool", |node| {
        let x = node.input(0)?;
        max_pool_of(node, x)
    }),
    row("AveragePool", |node| {
        let x = node.input(0)?;
        Ok(vec![average_pool_of(node, x)?])
    }),
    row("LpPool", lp_pool),
    row("GlobalAveragePool", |node| global(node, "graph.reduce_mean")),
    row("GlobalMaxPool", |node| global(node, "graph.reduce_max")),
    row("GlobalLpPool", global_lp_pool),
];

/// The pool of `x` that the node's attributes tell.
pub(crate) fn max_pool_of(node: &mut Node, x: Tracked) -> Results {
    let lowest = if node.element(x).is_float() { f64::NEG_INFINITY } else { lowest_integer(node.element(x)) };
    let padded = Window::read(node, x, None, lowest)?;
    let indices = node.output_count() > 1;
    if indices && padded.x != x {
        return Err("indices with automatic padding need static extents".into());
    }
    let mut given = padded.pool_attributes();
    if indices {
        given.push(("return_indices", attribute(true)));
    }
    let mut results = node.emit_many("graph.max_pool", &[padded.x], &given)?;
    for result in &mut results {
        *result = padded.drop_last(node, *result)?;
    }
    if indices && node.int_or("storage_order", 0) == 1 {
        results[1] = column_major(node, results[1], &node.shape(x)[2..])?;
    }
    Ok(results)
}

/// Flat indices into a tensor of these spatial extents, counted with the first spatial axis fastest.
fn column_major(node: &mut Node, indices: Tracked, spatial: &[Dim]) -> Result<Tracked, String> {
    let extent = |node: &mut Node, dims: &[Dim]| -> Result<Tracked, String> {
        let count = element_count(dims)?;
        Ok(node.conversion.track_content(Content { shape: Vec::new(), ..Content::vector(vec![count]) }))
    };
    let plane = extent(node, spatial)?;
    let within = node.binary("graph.remainder", indices, plane)?;
    let mut result = node.binary("graph.subtract", indices, within)?;
    for axis in 0..spatial.len() {
        let (after, own, before) = (
            extent(node, &spatial[axis + 1..])?,
            extent(node, &spatial[axis..=axis])?,
            extent(node, &spatial[..axis])?,
        );
        let coordinate = node.binary("graph.divide", within, after)?;
        let coordinate = node.binary("graph.remainder", coordinate, own)?;
        let offset = node.binary("graph.multiply", coordinate, before)?;
        result = node.binary("graph.add", result, offset)?;
    }
    Ok(result)
}

fn lowest_integer(element: ElementType) -> f64 {
    if element.is_signed_integer() { -(2f64.powi(element.bit_width() as i32 - 1)) } else { 0.0 }
}

/// As [`max_pool_of`], of averages.
pub(crate) fn average_pool_of(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let count_include_pad = node.flag("count_include_pad", false);
    let window = Window::read(node, x, None, 0.0)?;
    if window.x == x || count_include_pad {
        return average(node, &window, count_include_pad);
    }
    // Padding that depends on extents is in the operand, and counts: less is left of a one where a window has more of it.
    let one = node.scalar(node.element(x), 1.0)?;
    let plane = [&[Dim::Static(1); 2], &node.shape(x)[2..]].concat();
    let ones = node.broadcast(one, &plane)?;
    let counted = Window::read(node, ones, None, 0.0)?;
    let (averages, shares) = (average(node, &window, true)?, average(node, &counted, true)?);
    node.binary("graph.divide", averages, shares)
}

fn average(node: &mut Node, window: &Window, count_include_pad: bool) -> Result<Tracked, String> {
    let mut given = window.pool_attributes();
    given.push(("count_include_pad", attribute(count_include_pad)));
    if window.ceil_extra.iter().any(|&extra| extra > 0) {
        given.push(("ceil_extra", attribute(&window.ceil_extra)));
    }
    let averages = node.emit("graph.average_pool", &[window.x], &given)?;
    window.drop_last(node, averages)
}

/// The `p` of a p-norm, which the first version has as a float.
fn norm(node: &Node) -> f64 {
    node.int("p").map_or_else(|| node.float_or("p", 2.0), |p| p as f64)
}

/// The p-norm of each window: the mean of powers, times the window's size, to the power of 1/p.
fn lp_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let exponent = norm(node);
    let mut window = Window::read(node, x, None, 0.0)?;
    window.pad_with_zeros(node)?;
    let size: f64 = window.size.iter().map(|&size| size as f64).product();
    let magnitude = node.unary("graph.abs", window.x)?;
    let powers = node.binary_scalar("graph.power", magnitude, exponent)?;
    let means = node.emit("graph.average_pool", &[powers], &window.pool_attributes())?;
    let means = window.drop_last(node, means)?;
    let sums = node.binary_scalar("graph.multiply", means, size)?;
    Ok(vec![node.binary_scalar("graph.power", sums, 1.0 / exponent)?])
}

fn global(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    let axes: Vec<usize> = (2..node.rank(x)).collect();
    Ok(vec![node.reduce(op, x, &axes)?])
}

fn global_lp_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let exponent = norm(node);
    let axes: Vec<usize> = (2..node.rank(x)).collect();
    let magnitude = node.unary("graph.abs", x)?;
    let powers = node.binary_scalar("graph.power", magnitude, exponent)?;
    let sums = node.reduce("graph.reduce_sum", powers, &axes)?;
    Ok(vec![node.binary_scalar("graph.power", sums, 1.0 / exponent)?])
}
