//! `Squeeze`, `Unsqueeze`: axes of extent 1 dropped and added.

use super::extent::normalize_axes;
use super::node::{Node, Results, Row, row};
use super::reduction::drop_axes;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("Squeeze", squeeze), row("Unsqueeze", unsqueeze)];

fn squeeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axes = match node.axes(1, node.rank(x))? {
        Some(axes) => axes,
        None => (0..node.rank(x)).filter(|&axis| node.shape(x)[axis].is(1)).collect(),
    };
    if let Some(axis) = axes.iter().find(|&&axis| node.shape(x)[axis].as_static().is_some_and(|extent| extent != 1)) {
        return Err(format!("axis {axis} has extent {}, not 1", node.shape(x)[*axis]));
    }
    Ok(vec![drop_axes(node, x, &axes)?])
}

fn unsqueeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
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
