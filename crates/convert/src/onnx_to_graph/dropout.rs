//! `Dropout`: nothing in inference; in training, elements that are chosen at random are dropped.

use super::random::fractions;
use crate::conversion::content::Item;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("Dropout", dropout)];

/// Whether elements are dropped.
enum Training {
    Known(bool),
    Data(Tracked),
}

fn dropout(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let training = training(node)?;
    let share = match ratio(node, x)? {
        ratio if known(node, ratio) == Some(0.0) => None,
        ratio => Some(ratio),
    };
    let (y, kept) = match (training, share) {
        (Training::Known(false), _) | (_, None) => {
            let all = node.tensor(Tensor::from_bools(&[], &[true]))?;
            (x, node.broadcast(all, node.shape(x))?)
        }
        (training, Some(ratio)) => dropped(node, x, training, ratio)?,
    };
    Ok(if node.output_count() == 1 { vec![y] } else { vec![y, kept] })
}

/// An input says it, or an attribute of the first versions.
fn training(node: &mut Node) -> Result<Training, String> {
    if node.version < 7 {
        return Ok(Training::Known(!node.flag("is_test", false)));
    }
    let Some(training) = node.optional(2) else { return Ok(Training::Known(false)) };
    match node.content(training).and_then(|content| content.items.first().copied()) {
        Some(Item::Bool(value)) => Ok(Training::Known(value)),
        _ => Ok(Training::Data(node.reshape(training, &[])?)),
    }
}

/// The share that is dropped, as a scalar.
fn ratio(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    match node.optional(1) {
        Some(ratio) => node.reshape(ratio, &[]),
        None => node.scalar(node.element(x), node.float_or("ratio", 0.5)),
    }
}

fn known(node: &Node, ratio: Tracked) -> Option<f64> {
    node.constant_floats(ratio, "the ratio").ok().and_then(|ratio| ratio.first().copied())
}

/// What is kept, divided by the share that is, and which elements these are.
fn dropped(node: &mut Node, x: Tracked, training: Training, ratio: Tracked) -> Result<(Tracked, Tracked), String> {
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let mut ratio = node.cast(ratio, work)?;
    if let Training::Data(training) = training {
        let zero = node.scalar(work, 0.0)?;
        ratio = node.select(training, ratio, zero)?;
    }
    let numbers = fractions(node, node.shape(x), work, 0)?;
    let kept = node.binary("graph.greater_equal", numbers, ratio)?;
    let one = node.scalar(work, 1.0)?;
    let share = node.binary("graph.subtract", one, ratio)?;
    let wide = node.cast(x, work)?;
    let scaled = node.binary("graph.divide", wide, share)?;
    let zero = node.scalar(work, 0.0)?;
    let y = node.select(kept, scaled, zero)?;
    Ok((node.cast(y, element)?, kept))
}
