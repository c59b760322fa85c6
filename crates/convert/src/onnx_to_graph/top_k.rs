//! `TopK`.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("TopK", top_k)];

fn top_k(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axis = node.axis(-1, node.rank(x))?;
    let k = match (node.run_time(1), node.optional(1)) {
        (Some(k), _) => {
            let extent = expr(node.shape(x)[axis])?;
            let (k, most) = (node.one_integer(k, "k")?, node.extent(extent));
            let is_valid = node.binary("graph.less_equal", k, most)?;
            node.bind_valid(is_valid, k, &[node.shape(x)[axis]])?
        }
        (None, Some(k)) => node.extents(k, "k")?.into_iter().map(dim).collect::<Result<_, _>>()?,
        (None, None) => vec![dim(constant(node.int("k").ok_or("attribute \"k\" is missing")?))?],
    };
    let given = [
        ("axis", attribute(axis as i64)),
        ("k", dims_attribute(&k)),
        ("largest", attribute(node.flag("largest", true))),
        ("sorted", attribute(node.flag("sorted", true))),
    ];
    node.emit_many("graph.top_k", &[x], &given)
}
