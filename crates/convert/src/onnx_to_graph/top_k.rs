//! `TopK`.

use super::emit::attribute;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("TopK", top_k)];

fn top_k(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axis = node.axis(-1, node.rank(x))?;
    let k = match node.optional(1) {
        Some(k) => *node.constant_ints(k, "k")?.first().ok_or("k is empty")?,
        None => node.int("k").ok_or("attribute \"k\" is missing")?,
    };
    let given = [
        ("axis", attribute(axis as i64)),
        ("k", attribute(k)),
        ("largest", attribute(node.flag("largest", true))),
        ("sorted", attribute(node.flag("sorted", true))),
    ];
    node.emit_many("graph.top_k", &[x], &given)
}
