//! `NegativeLogLikelihoodLoss`, `SoftmaxCrossEntropyLoss`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("NegativeLogLikelihoodLoss", |node| {
        let x = node.input(0)?;
        Ok(vec![likelihood_loss(node, x)?])
    }),
    row("SoftmaxCrossEntropyLoss", |node| {
        let x = node.input(0)?;
        let log = node.emit("graph.log_softmax", &[x], &[("axis", attribute(1i64))])?;
        Ok(vec![likelihood_loss(node, log)?, log])
    }),
];

/// Minus the logarithm at each target class, weighted by class; ignored targets weigh nothing.
fn likelihood_loss(node: &mut Node, log: Tracked) -> Result<Tracked, String> {
    let target = node.input(1)?;
    let element = node.element(log);
    let ignored = match node.int("ignore_index") {
        Some(index) => {
            let index = node.scalar(node.element(target), index as f64)?;
            Some(node.binary("graph.equal", target, index)?)
        }
        None => None,
    };
    let classes = match ignored {
        Some(ignored) => {
            let first = node.scalar(node.element(target), 0.0)?;
            node.select(ignored, first, target)?
        }
        None => target,
    };
    let shape = node.shape(classes);
    if shape.is_empty() {
        return Err("the target must have at least one axis".into());
    }
    let mut column = shape.to_vec();
    column.insert(1, Dim::Static(1));
    let indices = node.reshape(classes, &column)?;
    let picked = node.emit("graph.gather_elements", &[log, indices], &[("axis", attribute(1i64))])?;
    let picked = node.reshape(picked, shape)?;
    let losses = node.unary("graph.negate", picked)?;
    let weights = match node.optional(2) {
        Some(weights) => Some(node.emit("graph.gather", &[weights, classes], &[("axis", attribute(0i64))])?),
        None => None,
    };
    let weights = match (ignored, weights) {
        (Some(ignored), weights) => {
            let (none, one) = (node.scalar(element, 0.0)?, node.scalar(element, 1.0)?);
            Some(node.select(ignored, none, weights.unwrap_or(one))?)
        }
        (None, weights) => weights,
    };
    let losses = match weights {
        Some(weights) => node.binary("graph.multiply", losses, weights)?,
        None => losses,
    };
    let axes: Vec<usize> = (0..shape.len()).collect();
    let result = match (node.string_or("reduction", "mean"), weights) {
        ("none", _) => return Ok(losses),
        ("mean", None) => node.reduce("graph.reduce_mean", losses, &axes)?,
        ("mean", Some(weights)) => {
            let total = node.reduce("graph.reduce_sum", losses, &axes)?;
            let weight = node.reduce("graph.reduce_sum", weights, &axes)?;
            node.binary("graph.divide", total, weight)?
        }
        ("sum", _) => node.reduce("graph.reduce_sum", losses, &axes)?,
        (other, _) => return Err(format!("reduction \"{other}\" is not known")),
    };
    node.reshape(result, &[])
}
