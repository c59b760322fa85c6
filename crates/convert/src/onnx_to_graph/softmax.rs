//! `Softmax`, `LogSoftmax`, `Hardmax`: along one axis, before opset 13 along all axes from one on.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::Type;

pub(crate) const ROWS: &[Row] = &[
    row_in("Softmax", 1..=12, |node| flattened(node, |node, x, axis| along(node, "graph.softmax", x, axis))),
    row_in("Softmax", 13..=i64::MAX, |node| on_axis(node, |node, x, axis| along(node, "graph.softmax", x, axis))),
    row_in("LogSoftmax", 1..=12, |node| flattened(node, |node, x, axis| along(node, "graph.log_softmax", x, axis))),
    row_in("LogSoftmax", 13..=i64::MAX, |node| {
        on_axis(node, |node, x, axis| along(node, "graph.log_softmax", x, axis))
    }),
    row_in("Hardmax", 1..=12, |node| flattened(node, hardmax)),
    row_in("Hardmax", 13..=i64::MAX, |node| on_axis(node, hardmax)),
];

type Along = fn(&mut Node, Tracked, usize) -> Result<Tracked, String>;

fn along(node: &mut Node, op: &str, x: Tracked, axis: usize) -> Result<Tracked, String> {
    node.emit(op, &[x], &[("axis", attribute(axis as i64))])
}

fn on_axis(node: &mut Node, work: Along) -> Results {
    let x = node.input(0)?;
    let axis = node.axis(-1, node.rank(x))?;
    Ok(vec![work(node, x, axis)?])
}

/// All axes from `axis` on as one.
fn flattened(node: &mut Node, work: Along) -> Results {
    let x = node.input(0)?;
    let shape = node.shape(x);
    let axis = node.axis(1, shape.len())?;
    if shape[axis + 1..].iter().all(|dim| dim.is(1)) {
        return Ok(vec![work(node, x, axis)?]);
    }
    let matrix = [dim(element_count(&shape[..axis])?)?, dim(element_count(&shape[axis..])?)?];
    let flat = node.reshape(x, &matrix)?;
    let result = work(node, flat, 1)?;
    Ok(vec![node.reshape(result, shape)?])
}

/// 1 at the first largest element, 0 elsewhere.
fn hardmax(node: &mut Node, x: Tracked, axis: usize) -> Result<Tracked, String> {
    let given = [("axis", attribute(axis as i64)), ("select_last", attribute(false))];
    let best = node.emit("graph.arg_max", &[x], &given)?;
    let place = attribute(axis as i64);
    let positions = node.emit_as("graph.iota", &[], &[("axis", place)], node.shape(x), Type::i64())?;
    let hit = node.binary("graph.equal", positions, best)?;
    node.cast(hit, node.element(x))
}
