//! `Squeeze`, `Unsqueeze`: axes of extent 1 dropped and added.

use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axes;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[row("Squeeze", squeeze), row("Unsqueeze", unsqueeze)];

fn squeeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if let Some(axes) = node.run_time_axes(1) {
        let (named, extents) = (node.named_axes(axes, node.rank(x))?, node.shape_vector(node.shape(x))?);
        let count = node.static_count(axes, "axes")?;
        return Ok(vec![node.drop_named(x, extents, named, count)?]);
    }
    let axes = match node.axes(1, node.rank(x))? {
        Some(axes) => axes,
        None => (0..node.rank(x)).filter(|&axis| node.shape(x)[axis].is(1)).collect(),
    };
    if let Some(axis) = axes.iter().find(|&&axis| node.shape(x)[axis].as_static().is_some_and(|extent| extent != 1)) {
        return Err(format!("axis {axis} has extent {}, not 1", node.shape(x)[*axis]));
    }
    Ok(vec![node.drop_axes(x, &axes)?])
}

fn unsqueeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if let Some(axes) = node.run_time_axes(1) {
        return Ok(vec![unsqueeze_named(node, x, axes)?]);
    }
    let axes = match node.optional(1) {
        Some(axes) => node.constant_ints(axes, "axes")?,
        None => node.ints("axes").ok_or("attribute \"axes\" is missing")?,
    };
    let mut shape = node.shape(x).to_vec();
    for axis in normalize_axes(&axes, shape.len() + axes.len())? {
        shape.insert(axis, Dim::Static(1));
    }
    Ok(vec![node.reshape(x, &shape)?])
}

/// Axes of extent 1 where data has them: the others have the extents of the operand, in order.
fn unsqueeze_named(node: &mut Node, x: Tracked, axes: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x) + node.static_count(axes, "axes")?;
    if node.rank(x) == 0 {
        return node.reshape(x, &vec![Dim::Static(1); rank]);
    }
    let named = node.named_axes(axes, rank)?;
    let extents = node.shape_vector(node.shape(x))?;
    let others = node.unary("graph.not", named.flags)?;
    let places = node.places_of(others)?;
    let places = node.clamp(places, None, Some(node.rank(x) as f64 - 1.0))?;
    let extents = node.emit("graph.gather", &[extents, places], &[("axis", attribute(0i64))])?;
    let one = node.tensor(Tensor::scalar(1i64))?;
    let values = node.select(named.flags, one, extents)?;
    let shape = node.bind_valid(named.are_valid, values, &[])?;
    node.reshape(x, &shape)
}
