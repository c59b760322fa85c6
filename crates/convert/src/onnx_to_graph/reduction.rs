//! `ReduceSum` and its like.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("ReduceSum", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_sum", x, axes))),
    row("ReduceMean", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_mean", x, axes))),
    row("ReduceProd", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_product", x, axes))),
    row("ReduceMax", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_max", x, axes))),
    row("ReduceMin", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_min", x, axes))),
    row("ReduceL1", |node| {
        reduce(node, |node, x, axes| {
            let magnitude = node.unary("graph.abs", x)?;
            node.reduce("graph.reduce_sum", magnitude, axes)
        })
    }),
    row("ReduceL2", |node| reduce(node, |node, x, axes| in_floats(node, x, |node, x| l2(node, x, axes)))),
    row("ReduceSumSquare", |node| reduce(node, sum_of_squares)),
    row("ReduceLogSum", |node| {
        reduce(node, |node, x, axes| {
            in_floats(node, x, |node, x| {
                let sum = node.reduce("graph.reduce_sum", x, axes)?;
                node.unary("graph.log", sum)
            })
        })
    }),
    row("ReduceLogSumExp", |node| {
        reduce(node, |node, x, axes| in_floats(node, x, |node, x| log_sum_exp(node, x, axes)))
    }),
];

/// Reduces along the node's axes by `kept`, which keeps them as 1; drops them unless the node keeps them.
fn reduce(node: &mut Node, kept: impl FnOnce(&mut Node, Tracked, &[usize]) -> Result<Tracked, String>) -> Results {
    let x = node.input(0)?;
    let (none_is_none, keep) = (node.flag("noop_with_empty_axes", false), node.flag("keepdims", true));
    if let Some(axes) = node.run_time_axes(1) {
        return Ok(vec![node.reduce_named(x, axes, (none_is_none, keep), kept)?]);
    }
    let axes = node.axes(1, node.rank(x))?.unwrap_or_default();
    let axes = match axes.is_empty() {
        true if none_is_none => Vec::new(),
        true => (0..node.rank(x)).collect(),
        false => axes,
    };
    let result = kept(node, x, &axes)?;
    Ok(vec![if keep { result } else { node.drop_axes(result, &axes)? }])
}

/// Works in `f64` on integers.
fn in_floats(
    node: &mut Node,
    x: Tracked,
    work: impl FnOnce(&mut Node, Tracked) -> Result<Tracked, String>,
) -> Result<Tracked, String> {
    let element = node.element(x);
    if element.is_float() {
        return work(node, x);
    }
    let wide = node.cast(x, ElementType::F64)?;
    let result = work(node, wide)?;
    node.cast(result, element)
}

fn sum_of_squares(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let squares = node.binary("graph.multiply", x, x)?;
    node.reduce("graph.reduce_sum", squares, axes)
}

fn l2(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let sum = sum_of_squares(node, x, axes)?;
    node.unary("graph.sqrt", sum)
}

/// `log(sum(exp(x - m))) + m` where m is the maximum, or 0 where that is infinite.
fn log_sum_exp(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let maximum = node.reduce("graph.reduce_max", x, axes)?;
    let infinite = node.unary("graph.is_inf", maximum)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let shift = node.select(infinite, zero, maximum)?;
    let shifted = node.binary("graph.subtract", x, shift)?;
    let exp = node.unary("graph.exp", shifted)?;
    let sum = node.reduce("graph.reduce_sum", exp, axes)?;
    let log = node.unary("graph.log", sum)?;
    node.binary("graph.add", log, shift)
}
