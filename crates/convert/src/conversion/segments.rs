//! Rows scattered, and rows with the same number joined.

use super::emit::attribute;
use super::extent::{add, constant, dim, expr};
use super::functions::constant_of;
use super::node::Node;
use super::reach::{highest, lowest};
use super::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

/// `data` with rows at indices changed: put in place (`none`), added, multiplied, or the larger or smaller kept.
pub(crate) fn scatter(
    node: &mut Node,
    data: Tracked,
    indices: Tracked,
    updates: Tracked,
    reduction: &str,
) -> Result<Tracked, String> {
    let indices = node.cast(indices, ElementType::I64)?;
    node.emit("graph.scatter_nd", &[data, indices, updates], &[("reduction", attribute(reduction))])
}

/// What rows are joined to first.
fn initial(element: ElementType, reduction: &str) -> f64 {
    match reduction {
        "mul" => 1.0,
        "max" => lowest(element),
        "min" => highest(element),
        _ => 0.0,
    }
}

/// The rows of `x` joined by the number of each, of which there are `count`.
pub(crate) fn join(
    node: &mut Node,
    x: Tracked,
    numbers: Tracked,
    count: Dim,
    reduction: &str,
) -> Result<Tracked, String> {
    let inner = node.shape(x).get(node.rank(numbers)..).ok_or("there are more numbers than rows")?.to_vec();
    // A row with a negative number goes to one more segment, which is then dropped.
    let more = dim(add(expr(count)?, constant(1))?)?;
    let start = constant_of(node, node.element(x), initial(node.element(x), reduction))?;
    let data = node.broadcast(start, &[&[more], inner.as_slice()].concat())?;
    let numbers = node.cast(numbers, ElementType::I64)?;
    let column = [node.shape(numbers), &[Dim::Static(1)]].concat();
    let last = node.extent(expr(count)?);
    let is_negative = node.binary_scalar("graph.less", numbers, 0.0)?;
    let numbers = node.select(is_negative, last, numbers)?;
    let indices = node.reshape(numbers, &column)?;
    let joined = scatter(node, data, indices, x, reduction)?;
    node.slice_axis(joined, 0, Dim::Static(0), count)
}
