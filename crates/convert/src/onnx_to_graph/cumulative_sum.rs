//! `CumSum`, `CumProd`.

use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[
    row("CumSum", |node| accumulate(node, "graph.cumulative_sum")),
    row("CumProd", |node| accumulate(node, "graph.cumulative_product")),
];

fn accumulate(node: &mut Node, op: &str) -> Results {
    let (x, axis) = (node.input(0)?, node.input(1)?);
    if let Some(axis) = node.run_time_axes(1) {
        let around = node.around(x, axis, node.rank(x))?.x;
        let sums = accumulate_along(node, op, around, 1)?;
        return Ok(vec![node.reshape(sums, node.shape(x))?]);
    }
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is empty")?;
    let axis = normalize_axis(axis, node.rank(x))?;
    Ok(vec![accumulate_along(node, op, x, axis)?])
}

fn accumulate_along(node: &mut Node, op: &str, x: Tracked, axis: usize) -> Result<Tracked, String> {
    let given = [
        ("axis", attribute(axis as i64)),
        ("exclusive", attribute(node.flag("exclusive", false))),
        ("reverse", attribute(node.flag("reverse", false))),
    ];
    node.emit(op, &[x], &given)
}
