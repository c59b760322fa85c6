//! `ScatterElements` (once `Scatter`), `ScatterND`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] =
    &[row("Scatter", scatter_elements), row("ScatterElements", scatter_elements), row("ScatterND", scatter_nd)];

fn scatter_nd(node: &mut Node) -> Results {
    let (x, indices, mut updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    if let Some((depth, outer)) = node.shape(indices).split_last()
        && let Some(inner) = depth.as_static().and_then(|depth| node.shape(x).get(usize::try_from(depth).ok()?..))
    {
        updates = agreed(node, updates, &[outer, inner].concat())?;
    }
    let given = [("reduction", attribute(node.string_or("reduction", "none")))];
    Ok(vec![node.emit("graph.scatter_nd", &[x, indices, updates], &given)?])
}

fn scatter_elements(node: &mut Node) -> Results {
    let (x, indices, updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let updates = agreed(node, updates, node.shape(indices))?;
    let operands = [x, indices, updates];
    let axis = node.axis(0, node.rank(x))?;
    let given = [("axis", attribute(axis as i64)), ("reduction", attribute(node.string_or("reduction", "none")))];
    Ok(vec![node.emit("graph.scatter_elements", &operands, &given)?])
}

/// What is written in the shape that it must have, where one of the two is open: the op looks at what is known.
fn agreed(node: &mut Node, updates: Tracked, shape: &[Dim]) -> Result<Tracked, String> {
    let is_open = node.shape(updates).iter().chain(shape).any(|dim| dim.as_static().is_none());
    if is_open { node.expect_shape(updates, shape, "what is written") } else { Ok(updates) }
}
