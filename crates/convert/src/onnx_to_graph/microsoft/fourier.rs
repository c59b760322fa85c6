//! `Rfft`, `Irfft`: transforms of real signals along the last one or two axes, forwards not scaled and backwards divided by
//! the number of elements.

use crate::conversion::extent::{constant, expr, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::fourier::{Transform, transform};
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("com.microsoft.Rfft", forward), row("com.microsoft.Irfft", backward)];

/// How many axes a signal has.
fn signal_axes(node: &Node) -> Result<usize, String> {
    if node.flag("normalized", false) {
        return Err("a normalized transform is not supported".into());
    }
    if !node.flag("onesided", true) {
        return Err("a transform with both sides is not supported".into());
    }
    match node.int_or("signal_ndim", 1) {
        axes @ 1..=2 => Ok(axes as usize),
        axes => Err(format!("signals of {axes} axes are not supported")),
    }
}

fn along(node: &mut Node, x: Tracked, axis: usize, inverse: bool) -> Result<Tracked, String> {
    let length = expr(node.shape(x)[axis])?;
    transform(node, x, axis, Transform { length, inverse, onesided: false })
}

fn forward(node: &mut Node) -> Results {
    let (x, axes) = (node.input(0)?, signal_axes(node)?);
    let rank = node.rank(x);
    if rank < axes {
        return Err(format!("a tensor of rank {rank} holds no signal of {axes} axes"));
    }
    let shape = [node.shape(x), &[Dim::Static(1)]].concat();
    let length = expr(shape[rank - 1])?;
    let x = node.reshape(x, &shape)?;
    let mut y = transform(node, x, rank - 1, Transform { length, inverse: false, onesided: true })?;
    if axes == 2 {
        y = along(node, y, rank - 2, false)?;
    }
    Ok(vec![y])
}

fn backward(node: &mut Node) -> Results {
    let (mut x, axes) = (node.input(0)?, signal_axes(node)?);
    let rank = node.rank(x);
    if rank < axes + 1 {
        return Err(format!("a tensor of rank {rank} holds no transform of {axes} axes"));
    }
    if axes == 2 {
        x = along(node, x, rank - 3, true)?;
    }
    let half = expr(node.shape(x)[rank - 2])?;
    let length = multiply(subtract(half, constant(1))?, constant(2))?;
    let y = transform(node, x, rank - 2, Transform { length, inverse: true, onesided: true })?;
    Ok(vec![node.drop_axes(y, &[rank - 1])?])
}
