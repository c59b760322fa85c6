//! `ArgMax`, `ArgMin`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("ArgMax", |node| arg_extreme(node, "graph.arg_max")),
    row("ArgMin", |node| arg_extreme(node, "graph.arg_min")),
];

fn arg_extreme(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    let axis = node.axis(0, node.rank(x))?;
    let given = [("axis", attribute(axis as i64)), ("select_last", attribute(node.flag("select_last_index", false)))];
    let result = node.emit(op, &[x], &given)?;
    let keep = node.flag("keepdims", true);
    Ok(vec![if keep { result } else { node.drop_axes(result, &[axis])? }])
}
