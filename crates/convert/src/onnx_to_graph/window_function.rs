//! `HannWindow`, `HammingWindow`, `BlackmanWindow`: sums of cosines.

use super::cast::element_of;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Type;
use kiln_tensor::ElementType;
use std::f64::consts::TAU;

pub(crate) const ROWS: &[Row] = &[
    row("HannWindow", |node| cosines(node, &[0.5, -0.5])),
    row("HammingWindow", |node| cosines(node, &[25.0 / 46.0, -21.0 / 46.0])),
    row("BlackmanWindow", |node| cosines(node, &[0.42, -0.5, 0.08])),
];

/// The sum of `factors[k] * cos(2 * pi * k * n / period)` for each `n`.
fn cosines(node: &mut Node, factors: &[f64]) -> Results {
    let size = node.input(0)?;
    let size = *node.counts_of(size)?.first().ok_or("the size is empty")?;
    let period = if node.flag("periodic", true) { size } else { subtract(size, constant(1))? };
    let period = node.extent(period);
    let period = node.cast(period, ElementType::F64)?;
    let element = element_of(node.int_or("output_datatype", 1))?;
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[dim(size)?], Type::i64())?;
    let steps = node.cast(steps, ElementType::F64)?;
    let turns = node.binary("graph.divide", steps, period)?;
    let mut sum = None;
    for (index, &factor) in factors.iter().enumerate() {
        let scaled = node.binary_scalar("graph.multiply", turns, TAU * index as f64)?;
        let cosine = node.unary("graph.cos", scaled)?;
        let term = node.binary_scalar("graph.multiply", cosine, factor)?;
        sum = Some(match sum {
            Some(sum) => node.binary("graph.add", sum, term)?,
            None => term,
        });
    }
    let sum = sum.ok_or("a window has terms")?;
    Ok(vec![node.cast(sum, element)?])
}
