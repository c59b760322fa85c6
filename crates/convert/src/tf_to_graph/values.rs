//! Constants, and values that stand for indices.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Const", |node| {
        let value = node.attribute("value").ok_or("attribute \"value\" is missing")?;
        let tensor = node.conversion.track_constant(value).ok_or("the value is no tensor")?;
        if matches!(node.element(tensor), ElementType::C64 | ElementType::C128) {
            return Ok(vec![super::complex::constant(node, tensor)?]);
        }
        Ok(vec![tensor])
    }),
    row("OneHot", one_hot),
];

/// `on` where the index of an added axis is the element, `off` elsewhere, and everywhere for a negative element.
fn one_hot(node: &mut Node) -> Results {
    let (indices, depth, on, off) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let rank = node.rank(indices) + 1;
    let axis = normalize_axis(node.int_or("axis", -1), rank)?;
    let depth = *node.counts_of(depth)?.first().ok_or("the depth is empty")?;
    let indices = node.cast(indices, ElementType::I64)?;
    let mut shape = node.shape(indices).to_vec();
    shape.insert(axis, Dim::Static(1));
    let indices = node.reshape(indices, &shape)?;
    let mut line = vec![Dim::Static(1); rank];
    line[axis] = dim(depth)?;
    let positions = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
    let hit = node.binary("graph.equal", positions, indices)?;
    if node.element(on) == ElementType::I1 {
        let (yes, no) = (node.constant_floats(on, "on_value").ok(), node.constant_floats(off, "off_value").ok());
        if yes.as_deref() == Some(&[1.0]) && no.as_deref() == Some(&[0.0]) {
            return Ok(vec![hit]);
        }
    }
    Ok(vec![node.select(hit, on, off)?])
}
