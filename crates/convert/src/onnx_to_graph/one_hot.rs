//! `OneHot`.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("OneHot", one_hot)];

/// `on` where the index of an added axis is the element, which counts from the end if negative; `off` elsewhere.
fn one_hot(node: &mut Node) -> Results {
    let (indices, depth, values) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let rank = node.rank(indices) + 1;
    let axis = normalize_axis(node.int_or("axis", -1), rank)?;
    let depth = match node.content(depth).and_then(|content| content.items.first()?.cast(ElementType::I64).to_integer())
    {
        Some(depth) => depth,
        None => {
            let depth = node.cast(depth, ElementType::I64)?;
            *node.counts_of(depth)?.first().ok_or("the depth is empty")?
        }
    };
    let indices = node.cast(indices, ElementType::I64)?;
    let count = node.conversion.track_content(crate::conversion::content::Content {
        shape: Vec::new(),
        ..crate::conversion::content::Content::vector(vec![depth])
    });
    let zero = node.tensor(Tensor::scalar(0i64))?;
    let negative = node.binary("graph.less", indices, zero)?;
    let from_end = node.binary("graph.add", indices, count)?;
    let indices = node.select(negative, from_end, indices)?;
    let mut shape = node.shape(indices).to_vec();
    shape.insert(axis, Dim::Static(1));
    let indices = node.reshape(indices, &shape)?;
    let mut line = vec![Dim::Static(1); rank];
    line[axis] = dim(depth)?;
    let positions = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
    let hit = node.binary("graph.equal", positions, indices)?;
    let off = node.slice_axis(values, 0, Dim::Static(0), Dim::Static(1))?;
    let on = node.slice_axis(values, 0, Dim::Static(1), Dim::Static(1))?;
    let (off, on) = (node.reshape(off, &[])?, node.reshape(on, &[])?);
    Ok(vec![node.select(hit, on, off)?])
}
