//! Scattering.

use super::elementwise::constant_of;
use super::shape::shape_from;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
pub(crate) use crate::conversion::segments::scatter;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("ScatterNd", |node| {
        let (indices, updates, shape) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let shape = shape_from(node, shape)?;
        let zero = constant_of(node, node.element(updates), 0.0)?;
        let zeros = node.broadcast(zero, &shape)?;
        Ok(vec![scatter(node, zeros, indices, updates, "add")?])
    }),
    row("TensorScatterUpdate", |node| update(node, "none")),
    row("TensorScatterAdd", |node| update(node, "add")),
    row("TensorScatterMax", |node| update(node, "max")),
    row("TensorScatterMin", |node| update(node, "min")),
    row("TensorScatterSub", |node| {
        let (data, indices, updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let updates = node.unary("graph.negate", updates)?;
        Ok(vec![scatter(node, data, indices, updates, "add")?])
    }),
    row("SparseToDense", |node| {
        let (indices, shape, values, default) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
        let shape = shape_from(node, shape)?;
        let data = node.broadcast(default, &shape)?;
        let count = match node.rank(indices) {
            0 => Dim::Static(1),
            _ => node.shape(indices)[0],
        };
        let indices = if node.rank(indices) < 2 { node.reshape(indices, &[count, Dim::Static(1)])? } else { indices };
        let values = node.broadcast(values, &[count])?;
        Ok(vec![scatter(node, data, indices, values, "none")?])
    }),
    row("DynamicStitch", stitch),
    row("ParallelDynamicStitch", stitch),
];

fn update(node: &mut Node, reduction: &str) -> Results {
    let (data, indices, updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    Ok(vec![scatter(node, data, indices, updates, reduction)?])
}

/// Rows at places that are constant, so that it is known how many there are.
fn stitch(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    let (places, parts) = inputs.split_at(inputs.len() / 2);
    let mut most = -1;
    for &places in places {
        let known = node.constant_ints(places, "where parts go")?;
        most = known.into_iter().fold(most, i64::max);
    }
    let (&first, &first_places) = parts.first().zip(places.first()).ok_or("there are no parts")?;
    let inner = node.shape(first)[node.rank(first_places)..].to_vec();
    let count = u64::try_from(most + 1).map_err(|_| "a place is negative")?;
    let shape = [&[Dim::Static(count)], inner.as_slice()].concat();
    let zero = constant_of(node, node.element(first), 0.0)?;
    let mut result = node.broadcast(zero, &shape)?;
    for (&places, &part) in places.iter().zip(parts) {
        let column = [node.shape(places), &[Dim::Static(1)]].concat();
        let indices = node.reshape(places, &column)?;
        result = scatter(node, result, indices, part, "none")?;
    }
    Ok(vec![result])
}
