//! Reductions.

use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axes;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Sum", |node| reduce(node, "graph.reduce_sum")),
    row("Mean", |node| reduce(node, "graph.reduce_mean")),
    row("Max", |node| reduce(node, "graph.reduce_max")),
    row("Min", |node| reduce(node, "graph.reduce_min")),
    row("Prod", |node| reduce(node, "graph.reduce_product")),
    row("Any", |node| reduce(node, "graph.reduce_max")),
    row("All", |node| reduce(node, "graph.reduce_min")),
    row("L2Loss", |node| {
        let x = node.input(0)?;
        let square = node.binary("graph.multiply", x, x)?;
        let axes: Vec<usize> = (0..node.rank(x)).collect();
        let sum = node.reduce("graph.reduce_sum", square, &axes)?;
        let sum = node.reshape(sum, &[])?;
        Ok(vec![node.binary_scalar("graph.multiply", sum, 0.5)?])
    }),
    row("ArgMax", |node| extreme(node, "graph.arg_max")),
    row("ArgMin", |node| extreme(node, "graph.arg_min")),
    row("Softmax", |node| along_last(node, "graph.softmax")),
    row("LogSoftmax", |node| along_last(node, "graph.log_softmax")),
    row("Cumsum", |node| cumulative(node, "graph.cumulative_sum")),
    row("Cumprod", |node| cumulative(node, "graph.cumulative_product")),
    row("CumulativeLogsumexp", |node| {
        let x = node.input(0)?;
        let axis = node.one_int(1, "the axis")?;
        let axis = crate::conversion::extent::normalize_axis(axis, node.rank(x))?;
        let largest = node.reduce("graph.reduce_max", x, &[axis])?;
        let shifted = node.binary("graph.subtract", x, largest)?;
        let powers = node.unary("graph.exp", shifted)?;
        let sums = node.emit("graph.cumulative_sum", &[powers], &direction(node, axis))?;
        let logarithms = node.unary("graph.log", sums)?;
        Ok(vec![node.binary("graph.add", logarithms, largest)?])
    }),
];

/// The axes that an operand lists.
fn axes(node: &Node, rank: usize) -> Result<Vec<usize>, String> {
    let mut axes = node.constant_ints(node.input(1)?, "the axes")?;
    // An axis may be named more than once.
    axes.iter_mut().for_each(|axis| *axis += if *axis < 0 { rank as i64 } else { 0 });
    axes.sort_unstable();
    axes.dedup();
    normalize_axes(&axes, rank)
}

fn reduce(node: &mut Node, name: &str) -> Results {
    let x = node.input(0)?;
    let axes = axes(node, node.rank(x))?;
    if axes.is_empty() {
        return Ok(vec![x]);
    }
    let reduced = if name == "graph.reduce_mean" && node.element(x).is_integer() {
        let element = node.element(x);
        let wide = node.cast(x, ElementType::F64)?;
        let mean = node.reduce(name, wide, &axes)?;
        node.cast(mean, element)?
    } else {
        node.reduce(name, x, &axes)?
    };
    finish(node, reduced, &axes)
}

/// A result without the axes, unless the node keeps them.
fn finish(node: &mut Node, reduced: Tracked, axes: &[usize]) -> Results {
    match node.flag("keep_dims", false) {
        true => Ok(vec![reduced]),
        false => Ok(vec![node.drop_axes(reduced, axes)?]),
    }
}

fn extreme(node: &mut Node, name: &str) -> Results {
    let x = node.input(0)?;
    let axis = node.one_int(1, "the axis")?;
    let axis = crate::conversion::extent::normalize_axis(axis, node.rank(x))?;
    let x = if node.element(x) == ElementType::I1 { node.cast(x, ElementType::U8)? } else { x };
    let index = node.emit(name, &[x], &[("axis", attribute(axis as i64))])?;
    let index = node.drop_axes(index, &[axis])?;
    let element = node.element_attribute("output_type", ElementType::I64)?;
    Ok(vec![node.cast(index, element)?])
}

fn along_last(node: &mut Node, name: &str) -> Results {
    let x = node.input(0)?;
    let axis = node.rank(x).checked_sub(1).ok_or("the input must have an axis")?;
    Ok(vec![node.emit(name, &[x], &[("axis", attribute(axis as i64))])?])
}

fn direction(node: &Node, axis: usize) -> [(&'static str, kiln_ir::Attribute); 3] {
    [
        ("axis", attribute(axis as i64)),
        ("exclusive", attribute(node.flag("exclusive", false))),
        ("reverse", attribute(node.flag("reverse", false))),
    ]
}

fn cumulative(node: &mut Node, name: &str) -> Results {
    let x = node.input(0)?;
    let axis = node.one_int(1, "the axis")?;
    let axis = crate::conversion::extent::normalize_axis(axis, node.rank(x))?;
    let given = direction(node, axis);
    Ok(vec![node.emit(name, &[x], &given)?])
}
