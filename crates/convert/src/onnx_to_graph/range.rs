//! `Range`.

use crate::conversion::node::Node;
use crate::conversion::range::range as range_of;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("Range", range)];

pub(crate) fn range(node: &mut Node) -> Results {
    Ok(vec![range_of(node)?])
}
