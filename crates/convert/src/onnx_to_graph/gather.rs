//! `Gather`, `GatherElements`, `GatherND`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("Gather", |node| on_axis(node, "graph.gather")),
    row("GatherElements", |node| on_axis(node, "graph.gather_elements")),
    row("GatherND", gather_nd),
];

pub(crate) fn gather_nd(node: &mut Node) -> Results {
    let (x, mut indices) = (node.input(0)?, node.input(1)?);
    let batch = node.int_or("batch_dims", 0);
    let given = [("batch_dims", attribute(batch))];
    let shared = usize::try_from(batch).ok().filter(|&shared| shared <= node.rank(x) && shared < node.rank(indices));
    if let Some(shared) = shared {
        let shape = [&node.shape(x)[..shared], &node.shape(indices)[shared..]].concat();
        indices = node.expect_shape(indices, &shape, "the indices")?;
    }
    Ok(vec![node.emit("graph.gather_nd", &[x, indices], &given)?])
}

fn on_axis(node: &mut Node, op: &str) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let axis = node.axis(0, node.rank(x))?;
    Ok(vec![node.emit(op, &[x, indices], &[("axis", attribute(axis as i64))])?])
}
