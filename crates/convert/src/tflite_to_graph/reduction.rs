//! Reductions along axes.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{normalize_axes, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("MEAN", |node| reduce(node, mean)),
    row("SUM", |node| reduce(node, |node, x, axes| quantized_or(node, "graph.reduce_sum", x, axes))),
    row("REDUCE_PROD", |node| reduce(node, |node, x, axes| quantized_or(node, "graph.reduce_product", x, axes))),
    row("REDUCE_MAX", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_max", x, axes))),
    row("REDUCE_MIN", |node| reduce(node, |node, x, axes| node.reduce("graph.reduce_min", x, axes))),
    row("REDUCE_ANY", |node| reduce(node, |node, x, axes| truth(node, "graph.reduce_max", x, axes))),
    row("REDUCE_ALL", |node| reduce(node, |node, x, axes| truth(node, "graph.reduce_min", x, axes))),
    row("ARG_MAX", |node| extreme(node, "graph.arg_max")),
    row("ARG_MIN", |node| extreme(node, "graph.arg_min")),
    row("CUMSUM", cumulative_sum),
];

type Kept = fn(&mut Node, Tracked, &[usize]) -> Result<Tracked, String>;

/// Reduces along the axes of operand 1, which stay with an extent of 1 if the options say so.
fn reduce(node: &mut Node, kept: Kept) -> Results {
    let (x, axes) = (node.input(0)?, node.input(1)?);
    let mut axes = node.constant_ints(axes, "axes")?;
    let rank = node.rank(x);
    for axis in &mut axes {
        *axis = normalize_axis(*axis, rank)? as i64;
    }
    axes.sort_unstable();
    axes.dedup();
    let axes = normalize_axes(&axes, rank)?;
    let result = kept(node, x, &axes)?;
    Ok(vec![match node.option_flag("keep_dims") {
        true => result,
        false => node.drop_axes(result, &axes)?,
    }])
}

fn mean(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let element = node.element(x);
    if node.is_quantized() {
        return super::quantized_reduction::mean(node, x, axes);
    }
    if element.is_float() {
        return node.reduce("graph.reduce_mean", x, axes);
    }
    // Integers that are what they are: the sum divided, rounded towards zero.
    let wide = node.cast(x, ElementType::I64)?;
    let sum = node.reduce("graph.reduce_sum", wide, axes)?;
    let count = super::quantized_reduction::count(node, x, axes)?;
    let count = node.extent(count);
    let mean = node.binary("graph.divide", sum, count)?;
    node.cast(mean, element)
}

fn quantized_or(node: &mut Node, op: &str, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    match node.is_quantized() {
        true if op == "graph.reduce_sum" => super::quantized_reduction::sum(node, x, axes),
        true => super::quantized_reduction::product(node, x, axes),
        false => node.reduce(op, x, axes),
    }
}

/// Truth values are compared as numbers.
fn truth(node: &mut Node, op: &str, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let numbers = node.cast(x, ElementType::U8)?;
    let reduced = node.reduce(op, numbers, axes)?;
    node.cast(reduced, ElementType::I1)
}

/// The index of the first extreme element.
fn extreme(node: &mut Node, op: &str) -> Results {
    let (mut x, axis) = (node.input(0)?, node.input(1)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is missing")?;
    let axis = normalize_axis(axis, node.rank(x))?;
    if node.element(x) == ElementType::I1 {
        x = node.cast(x, ElementType::U8)?;
    }
    let found = node.emit(op, &[x], &[("axis", attribute(axis as i64))])?;
    let found = node.drop_axes(found, &[axis])?;
    let element = node.result_element(0)?;
    Ok(vec![node.cast(found, element)?])
}

fn cumulative_sum(node: &mut Node) -> Results {
    let (x, axis) = (node.input(0)?, node.input(1)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is missing")?;
    let given = [
        ("axis", attribute(normalize_axis(axis, node.rank(x))? as i64)),
        ("exclusive", attribute(node.option_flag("exclusive"))),
        ("reverse", attribute(node.option_flag("reverse"))),
    ];
    Ok(vec![node.emit("graph.cumulative_sum", &[x], &given)?])
}
