//! `ScatterElements` (once `Scatter`), `ScatterND`.

use super::emit::attribute;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] =
    &[row("Scatter", scatter_elements), row("ScatterElements", scatter_elements), row("ScatterND", scatter_nd)];

fn scatter_nd(node: &mut Node) -> Results {
    let (x, indices, mut updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    if let Some((depth, outer)) = node.shape(indices).split_last()
        && let Some(inner) = depth.as_static().and_then(|depth| node.shape(x).get(usize::try_from(depth).ok()?..))
    {
        updates = node.expect_shape(updates, &[outer, inner].concat(), "what is written")?;
    }
    let given = [("reduction", attribute(node.string_or("reduction", "none")))];
    Ok(vec![node.emit("graph.scatter_nd", &[x, indices, updates], &given)?])
}

fn scatter_elements(node: &mut Node) -> Results {
    let (x, indices, updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let updates = node.expect_shape(updates, node.shape(indices), "what is written")?;
    let operands = [x, indices, updates];
    let axis = node.axis(0, node.rank(x))?;
    let given = [("axis", attribute(axis as i64)), ("reduction", attribute(node.string_or("reduction", "none")))];
    Ok(vec![node.emit("graph.scatter_elements", &operands, &given)?])
}
