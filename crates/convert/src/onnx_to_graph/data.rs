//! `NonZero` and `Compress`: how much there is depends on data.

use crate::conversion::emit::attribute;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("NonZero", nonzero), row("Compress", compress)];

fn nonzero(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let shape = node.shape(x).to_vec();
    let mask = node.cast(x, ElementType::I1)?;
    let mask = node.reshape(mask, &[Dim::from_expr(element_count(&shape)?)])?;
    let found = node.nonzero(mask)?;
    let count = node.shape(found)[0];
    if shape.is_empty() {
        return Err("a scalar has no coordinates".into());
    }
    let mut rows = Vec::new();
    for row in node.coordinates(found, &shape)? {
        rows.push(node.reshape(row, &[Dim::Static(1), count])?);
    }
    Ok(vec![node.concat(&rows, 0)?])
}

fn compress(node: &mut Node) -> Results {
    let (mut x, condition) = (node.input(0)?, node.input(1)?);
    let axis = match node.int("axis") {
        Some(_) => node.axis(0, node.rank(x))?,
        None => {
            let count = element_count(node.shape(x))?;
            x = node.reshape(x, &[Dim::from_expr(count)])?;
            0
        }
    };
    let found = node.nonzero(condition)?;
    Ok(vec![node.emit("graph.gather", &[x, found], &[("axis", attribute(axis as i64))])?])
}
