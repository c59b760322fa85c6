//! `ScatterElements` (once `Scatter`), `ScatterND`.

use super::emit::attribute;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("Scatter", scatter_elements),
    row("ScatterElements", scatter_elements),
    row("ScatterND", |node| {
        let operands = [node.input(0)?, node.input(1)?, node.input(2)?];
        let given = [("reduction", attribute(node.string_or("reduction", "none")))];
        Ok(vec![node.emit("graph.scatter_nd", &operands, &given)?])
    }),
];

fn scatter_elements(node: &mut Node) -> Results {
    let operands = [node.input(0)?, node.input(1)?, node.input(2)?];
    let axis = node.axis(0, node.rank(operands[0]))?;
    let given = [("axis", attribute(axis as i64)), ("reduction", attribute(node.string_or("reduction", "none")))];
    Ok(vec![node.emit("graph.scatter_elements", &operands, &given)?])
}
