//! Reading pictures between their pixels: what several operators have in common.
//!
//! A position along an axis has taps, pixels that it is computed from, each with a weight. Where all axes are taken together,
//! a position has a corner for every choice of one tap an axis.

use super::attention::scalar;
use crate::conversion::emit::attribute;
use crate::conversion::extent::expr;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

/// One tap along an axis: indices, whether they lie inside (if that matters), and weights (if there are several taps).
#[derive(Clone, Copy)]
pub(crate) struct Tap {
    pub index: Tracked,
    pub inside: Option<Tracked>,
    pub weight: Option<Tracked>,
}

/// The pixel before each place, and the weights of that and of the one after it.
pub(crate) fn linear(node: &mut Node, place: Tracked) -> Result<(Tracked, [Tracked; 2]), String> {
    let floor = node.unary("graph.floor", place)?;
    let upper = node.binary("graph.subtract", place, floor)?;
    let one = node.scalar(node.element(place), 1.0)?;
    let lower = node.binary("graph.subtract", one, upper)?;
    Ok((floor, [lower, upper]))
}

/// The values of all corners, times their weights. Pixels are the rows of `data` after `batch_dims` axes, in row-major order
/// of `extents`; `taps` are those of each axis, with an axis of extent 1 at their ends.
pub(crate) fn corner_values(
    node: &mut Node,
    data: Tracked,
    batch_dims: i64,
    taps: &[Vec<Tap>],
    extents: &[Dim],
) -> Result<Vec<Tracked>, String> {
    let element = node.element(data);
    let mut values = Vec::new();
    for corner in corners(node, taps, extents)? {
        let mut value =
            node.emit("graph.gather_nd", &[data, corner.index], &[("batch_dims", attribute(batch_dims))])?;
        if let Some(inside) = corner.inside {
            let zero = node.scalar(element, 0.0)?;
            value = node.select(inside, value, zero)?;
        }
        if let Some(weight) = corner.weight {
            value = node.binary("graph.multiply", value, weight)?;
        }
        values.push(value);
    }
    Ok(values)
}

/// All values in one, by an op of two operands.
pub(crate) fn combine(node: &mut Node, op: &str, values: Vec<Tracked>) -> Result<Tracked, String> {
    let mut values = values.into_iter();
    let first = values.next().ok_or("there are no taps")?;
    values.try_fold(first, |sum, value| node.binary(op, sum, value))
}

/// Every choice of one tap an axis.
fn corners(node: &mut Node, taps: &[Vec<Tap>], extents: &[Dim]) -> Result<Vec<Tap>, String> {
    let mut corners: Vec<Option<Tap>> = vec![None];
    for (taps, &extent) in taps.iter().zip(extents) {
        let mut next = Vec::new();
        for corner in corners {
            for &tap in taps {
                next.push(Some(join(node, corner, tap, extent)?));
            }
        }
        corners = next;
    }
    Ok(corners.into_iter().flatten().collect())
}

/// A tap of one more axis: indices count in row-major order.
fn join(node: &mut Node, before: Option<Tap>, tap: Tap, extent: Dim) -> Result<Tap, String> {
    let Some(before) = before else { return Ok(tap) };
    let extent = scalar(node, expr(extent)?)?;
    let scaled = node.binary("graph.multiply", before.index, extent)?;
    let index = node.binary("graph.add", scaled, tap.index)?;
    let mut both = |op: &str, left: Option<Tracked>, right: Option<Tracked>| match (left, right) {
        (Some(left), Some(right)) => node.binary(op, left, right).map(Some),
        (left, right) => Ok(left.or(right)),
    };
    let inside = both("graph.and", before.inside, tap.inside)?;
    let weight = both("graph.multiply", before.weight, tap.weight)?;
    Ok(Tap { index, inside, weight })
}
