//! `HannWindow`, `HammingWindow`, `BlackmanWindow`: sums of cosines.

use super::cast::element_of;
use super::emit::attribute;
use super::node::{Node, Results, Row, row};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("HannWindow", |node| cosines(node, &[0.5, -0.5])),
    row("HammingWindow", |node| cosines(node, &[25.0 / 46.0, -21.0 / 46.0])),
    row("BlackmanWindow", |node| cosines(node, &[0.42, -0.5, 0.08])),
];

/// The sum of `factors[k] * cos(2 * pi * k * n / period)` for each `n`.
fn cosines(node: &mut Node, factors: &[f64]) -> Results {
    let size = node.input(0)?;
    let size = *node.constant_ints(size, "the size")?.first().ok_or("the size is empty")?;
    let extent = u64::try_from(size).map_err(|_| format!("size {size} cannot be"))?;
    let period = if node.flag("periodic", true) { size } else { size - 1 };
    let element = element_of(node.int_or("output_datatype", 1))?;
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[Dim::Static(extent)], Type::i64())?;
    let steps = node.cast(steps, ElementType::F64)?;
    let mut sum = None;
    for (index, &factor) in factors.iter().enumerate() {
        let angle = 2.0 * std::f64::consts::PI * index as f64 / period as f64;
        let scaled = node.binary_scalar("graph.multiply", steps, angle)?;
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
