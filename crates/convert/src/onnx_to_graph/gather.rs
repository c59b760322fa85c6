//! `Gather`, `GatherElements`, `GatherND`.

use super::emit::attribute;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("Gather", |node| on_axis(node, "graph.gather")),
    row("GatherElements", |node| on_axis(node, "graph.gather_elements")),
    row("GatherND", gather_nd),
];

pub(crate) fn gather_nd(node: &mut Node) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let given = [("batch_dims", attribute(node.int_or("batch_dims", 0)))];
    Ok(vec![node.emit("graph.gather_nd", &[x, indices], &given)?])
}

fn on_axis(node: &mut Node, op: &str) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let axis = node.axis(0, node.rank(x))?;
    Ok(vec![node.emit(op, &[x, indices], &[("axis", attribute(axis as i64))])?])
}
