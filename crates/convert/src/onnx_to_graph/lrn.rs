//! `LRN`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("LRN", lrn)];

fn lrn(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let given = [
        ("size", attribute(node.int("size").ok_or("attribute \"size\" is missing")?)),
        ("alpha", attribute(node.float_or("alpha", f64::from(1e-4_f32)))),
        ("beta", attribute(node.float_or("beta", 0.75))),
        ("bias", attribute(node.float_or("bias", 1.0))),
        ("layout", attribute("channels_first")),
    ];
    Ok(vec![node.emit("graph.lrn", &[x], &given)?])
}
