//! `Identity`, `Dropout`: nothing, in inference.

use super::content::Item;
use super::node::{Node, Results, Row, row};
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[row("Identity", |node| Ok(vec![node.input(0)?])), row("Dropout", dropout)];

fn dropout(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.opset < 7 && !node.flag("is_test", false) && node.float_or("ratio", 0.5) != 0.0 {
        return Err("random results (is_test = 0) are not supported".into());
    }
    if let Some(training) = node.optional(2) {
        let constant = |content: &super::content::Content| match content.items.first() {
            Some(Item::Bool(value)) => Some(*value),
            _ => None,
        };
        let training = node.content(training).as_deref().and_then(constant).ok_or("training_mode must be constant")?;
        let ratio = match node.optional(1) {
            Some(ratio) => node.constant_floats(ratio, "the ratio")?.first().copied().unwrap_or(0.5),
            None => 0.5,
        };
        if training && ratio != 0.0 {
            return Err("random results (training mode) are not supported".into());
        }
    }
    if node.output_count() == 1 {
        return Ok(vec![x]);
    }
    // Everything is kept.
    let kept = node.tensor(Tensor::from_bools(&[], &[true]))?;
    let mask = node.broadcast(kept, node.shape(x))?;
    Ok(vec![x, mask])
}
