//! Numbers at equal distances.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, maximum, subtract};
use crate::conversion::node::Node;
use crate::conversion::range::range;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{DimExpr, Type};
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[row("Range", |node| Ok(vec![range(node)?])), row("LinSpace", line_space)];

/// Numbers from a first to a last one.
fn line_space(node: &mut Node) -> Results {
    let (start, stop, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = *node.counts_of(count)?.first().ok_or("the count is empty")?;
    let element = node.element(start);
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[dim(count)?], Type::i64())?;
    let steps = node.cast(steps, element)?;
    let last: Tracked = node.extent(maximum(subtract(count, DimExpr::constant(1))?, DimExpr::constant(1)));
    let last = node.cast(last, element)?;
    let span = node.binary("graph.subtract", stop, start)?;
    let step = node.binary("graph.divide", span, last)?;
    let moved = node.binary("graph.multiply", steps, step)?;
    let line = node.binary("graph.add", moved, start)?;
    // The last is the one that is asked for, however steps are rounded.
    let is_last = node.binary("graph.equal", steps, last)?;
    let zero = node.tensor(Tensor::scalar(0.0f32))?;
    let zero = node.cast(zero, element)?;
    let has_more = node.binary("graph.greater", steps, zero)?;
    let is_last = node.binary("graph.and", is_last, has_more)?;
    Ok(vec![node.select(is_last, stop, line)?])
}
