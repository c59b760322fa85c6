//! Random numbers. Those of a node are the same each time, and others than TensorFlow's.

use super::shape::shape_from;
use crate::conversion::node::Node;
use crate::conversion::random::{fractions, normal_numbers};
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("RandomUniform", uniform),
    row("StatelessRandomUniform", uniform),
    row("StatelessRandomUniformV2", uniform),
    row("RandomStandardNormal", |node| normal(node, false)),
    row("StatelessRandomNormal", |node| normal(node, false)),
    row("StatelessRandomNormalV2", |node| normal(node, false)),
    row("TruncatedNormal", |node| normal(node, true)),
    row("StatelessTruncatedNormal", |node| normal(node, true)),
    row("StatelessTruncatedNormalV2", |node| normal(node, true)),
    row("RandomUniformInt", |node| {
        let (low, high) = (node.input(1)?, node.input(2)?);
        whole(node, low, high)
    }),
    row("StatelessRandomUniformInt", |node| {
        let (low, high) = (node.input(2)?, node.input(3)?);
        whole(node, low, high)
    }),
    row("StatelessRandomUniformIntV2", |node| {
        let (low, high) = (node.input(4)?, node.input(5)?);
        whole(node, low, high)
    }),
    row("StatelessRandomGetKeyCounter", |node| {
        let key = node.tensor(Tensor::from_values(&[1], &[0u64]))?;
        Ok(vec![key, node.tensor(Tensor::from_values(&[2], &[0u64, 0]))?])
    }),
    row("StatelessRandomGetAlg", |node| Ok(vec![node.tensor(Tensor::scalar(1i32))?])),
    row("StatelessRandomGetKeyCounterAlg", |node| {
        let key = node.tensor(Tensor::from_values(&[1], &[0u64]))?;
        let counter = node.tensor(Tensor::from_values(&[2], &[0u64, 0]))?;
        Ok(vec![key, counter, node.tensor(Tensor::scalar(1i32))?])
    }),
];

/// The shape of the result, its element type and the one in which it is computed.
fn result(node: &mut Node) -> Result<(Vec<Dim>, ElementType, ElementType), String> {
    let shape = node.input(0)?;
    let shape = shape_from(node, shape)?;
    let element = node.element_attribute("dtype", ElementType::F32)?;
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    Ok((shape, element, work))
}

fn uniform(node: &mut Node) -> Results {
    let (shape, element, work) = result(node)?;
    let numbers = fractions(node, &shape, work, 0)?;
    Ok(vec![node.cast(numbers, element)?])
}

/// Numbers more than two deviations away become nearer ones.
fn normal(node: &mut Node, is_truncated: bool) -> Results {
    let (shape, element, work) = result(node)?;
    let mut numbers = normal_numbers(node, &shape, work)?;
    if is_truncated {
        numbers = node.clamp(numbers, Some(-2.0), Some(2.0))?;
    }
    Ok(vec![node.cast(numbers, element)?])
}

/// Whole numbers from `low` up to but not including `high`.
fn whole(node: &mut Node, low: Tracked, high: Tracked) -> Results {
    let shape = node.input(0)?;
    let shape = shape_from(node, shape)?;
    let element = node.element(low);
    let numbers = fractions(node, &shape, ElementType::F64, 0)?;
    let span = node.binary("graph.subtract", high, low)?;
    let span = node.cast(span, ElementType::F64)?;
    let scaled = node.binary("graph.multiply", numbers, span)?;
    let scaled = node.unary("graph.floor", scaled)?;
    let scaled = node.cast(scaled, element)?;
    Ok(vec![node.binary("graph.add", scaled, low)?])
}
