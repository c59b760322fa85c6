//! `Identity`, `Dropout`: nothing, in inference.

use super::content::Item;
use super::conversion::Tracked;
use super::node::{Node, Results, Row, row, row_of_data};
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[row_of_data("Identity", |node| Ok(vec![node.datum(0)?])), row("Dropout", dropout)];

fn dropout(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.opset < 7 && !node.flag("is_test", false) && node.float_or("ratio", 0.5) != 0.0 {
        return Err("random results (is_test = 0) are not supported".into());
    }
    let x = match node.optional(2) {
        Some(training) => unless_random(node, x, training)?,
        None => x,
    };
    if node.output_count() == 1 {
        return Ok(vec![x]);
    }
    // Everything is kept.
    let kept = node.tensor(Tensor::from_bools(&[], &[true]))?;
    let mask = node.broadcast(kept, node.shape(x))?;
    Ok(vec![x, mask])
}

/// `x`, if nothing of it is dropped at random. Where only data says so, the compiled model reports an extent that is none
/// if something is: the first extent is data's from here on.
fn unless_random(node: &mut Node, x: Tracked, training: Tracked) -> Result<Tracked, String> {
    let is_training = match node.content(training).and_then(|content| content.items.first().copied()) {
        Some(Item::Bool(value)) => Some(value),
        _ => None,
    };
    let ratio = match node.optional(1) {
        Some(ratio) => ratio,
        None => node.scalar(node.element(x), 0.5)?,
    };
    let known = node.constant_floats(ratio, "the ratio").ok().and_then(|ratio| ratio.first().copied());
    match (is_training, known) {
        (Some(false), _) | (_, Some(0.0)) => return Ok(x),
        (Some(true), Some(_)) => return Err("random results (training mode) are not supported".into()),
        _ => {}
    }
    let (training, ratio) = (node.reshape(training, &[])?, node.reshape(ratio, &[])?);
    let keeps_all = node.binary_scalar("graph.equal", ratio, 0.0)?;
    let is_inference = node.unary("graph.not", training)?;
    let is_valid = node.binary("graph.or", keeps_all, is_inference)?;
    let (first, rest) = node.shape(x).split_first().ok_or("of a scalar, training_mode must be constant")?;
    let extent = node.extent(super::extent::expr(*first)?);
    let bound = node.bind_valid(is_valid, extent, &[*first])?;
    node.reshape(x, &[&bound, rest].concat())
}
