//! Losses: what a model is trained by, which some give out.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("SoftmaxCrossEntropyWithLogits", |node| {
        let (logits, labels) = (node.input(0)?, node.input(1)?);
        let log = log_softmax(node, logits)?;
        let weighted = node.binary("graph.multiply", log, labels)?;
        let sum = node.reduce("graph.reduce_sum", weighted, &[1])?;
        let sum = node.drop_axes(sum, &[1])?;
        let loss = node.unary("graph.negate", sum)?;
        let chances = node.unary("graph.exp", log)?;
        Ok(vec![loss, node.binary("graph.subtract", chances, labels)?])
    }),
    row("SparseSoftmaxCrossEntropyWithLogits", |node| {
        let (logits, labels) = (node.input(0)?, node.input(1)?);
        let log = log_softmax(node, logits)?;
        let column = node.column(labels)?;
        let own = node.emit("graph.gather_elements", &[log, column], &[("axis", attribute(1i64))])?;
        let own = node.drop_axes(own, &[1])?;
        let loss = node.unary("graph.negate", own)?;
        let classes = node.shape(logits)[1];
        let places = node.line(1, classes)?;
        let column = node.cast(column, kiln_tensor::ElementType::I64)?;
        let is_own = node.binary("graph.equal", places, column)?;
        let hot = node.cast(is_own, node.element(logits))?;
        let chances = node.unary("graph.exp", log)?;
        Ok(vec![loss, node.binary("graph.subtract", chances, hot)?])
    }),
];

fn log_softmax(node: &mut Node, logits: Tracked) -> Result<Tracked, String> {
    match node.shape(logits) {
        [_, classes] if !classes.is(0) && *classes != Dim::Unknown => {
            node.emit("graph.log_softmax", &[logits], &[("axis", attribute(1i64))])
        }
        _ => Err("the scores must be a matrix".into()),
    }
}
