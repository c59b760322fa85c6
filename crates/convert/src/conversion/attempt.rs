//! What is tried in more than one way, and rounds of loops that are made one after the other.

use super::content::Item;
use super::extent::normalize_axis;
use super::node::Node;
use super::state::{REPORTED, Tracked};
use kiln_ir::Dim;

/// What `rolled` makes of a loop, else what `unrolled` does; if neither can, the reasons of both.
pub(crate) fn rolled_or<T>(
    node: &mut Node,
    rolled: impl FnOnce(&mut Node) -> Result<T, String>,
    unrolled: impl FnOnce(&mut Node) -> Result<T, String>,
) -> Result<T, String> {
    let (reason, reports) = match attempt(node, rolled) {
        Ok(results) => return Ok(results),
        Err(failure) => failure,
    };
    let (other, other_reports) = match attempt(node, unrolled) {
        Ok(results) => return Ok(results),
        Err(failure) => failure,
    };
    match (reason == REPORTED, other == REPORTED) {
        (false, false) => Err(format!("{reason}; nor can it be unrolled: {other}")),
        (true, false) => {
            node.conversion.report(reports);
            Err(reason)
        }
        (_, true) => {
            node.conversion.report(other_reports);
            Err(other)
        }
    }
}

type Failure = (String, Vec<kiln_diag::Diagnostic>);

pub(crate) fn attempt<T>(node: &mut Node, work: impl FnOnce(&mut Node) -> Result<T, String>) -> Result<T, Failure> {
    let (op, opset) = (node.op, node.version);
    node.conversion.attempt(|conversion| work(&mut Node::new(conversion, op, opset)))
}

/// The most rounds that are unrolled: each adds the whole body to the model.
pub(crate) const MOST_ROUNDS: usize = 256;

/// The only element of a constant.
pub(crate) fn known<T>(node: &Node, tensor: Tracked, read: impl Fn(Item) -> Option<T>) -> Result<T, String> {
    let first = node.content(tensor).and_then(|content| content.items.first().copied());
    first.and_then(read).ok_or_else(|| "how often the loop runs depends on data".into())
}

pub(crate) fn check_rounds(rounds: usize) -> Result<(), String> {
    match rounds > MOST_ROUNDS {
        true => Err(format!("it has more than {MOST_ROUNDS} rounds")),
        false => Ok(()),
    }
}

/// One element of an axis, which is dropped.
pub(crate) fn element(node: &mut Node, x: Tracked, axis: usize, position: u64) -> Result<Tracked, String> {
    let part = node.slice_axis(x, axis, Dim::Static(position), Dim::Static(1))?;
    node.drop_axes(part, &[axis])
}

/// Tensors of one shape side by side along a new axis.
pub(crate) fn stack(node: &mut Node, parts: &[Tracked], axis: i64) -> Result<Tracked, String> {
    let first = *parts.first().ok_or("a loop without a round yields tensors of unknown shape")?;
    let axis = normalize_axis(axis, node.rank(first) + 1)?;
    let mut apart = Vec::with_capacity(parts.len());
    for &part in parts {
        let mut shape = node.shape(part).to_vec();
        shape.insert(axis, Dim::Static(1));
        apart.push(node.reshape(part, &shape)?);
    }
    node.concat(&apart, axis)
}
