//! `CumSum`, `CumProd`.

use super::emit::attribute;
use super::extent::normalize_axis;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("CumSum", |node| accumulate(node, "graph.cumulative_sum")),
    row("CumProd", |node| accumulate(node, "graph.cumulative_product")),
];

fn accumulate(node: &mut Node, op: &str) -> Results {
    let (x, axis) = (node.input(0)?, node.input(1)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is empty")?;
    let axis = normalize_axis(axis, node.rank(x))?;
    let given = [
        ("axis", attribute(axis as i64)),
        ("exclusive", attribute(node.flag("exclusive", false))),
        ("reverse", attribute(node.flag("reverse", false))),
    ];
    Ok(vec![node.emit(op, &[x], &given)?])
}
