//! `Concat`.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("Concat", concat)];

fn concat(node: &mut Node) -> Results {
    let parts = node.inputs()?;
    let rank = parts.first().map_or(0, |&part| node.rank(part));
    let axis = node.axis(1, rank)?;
    Ok(vec![node.concat(&parts, axis)?])
}
