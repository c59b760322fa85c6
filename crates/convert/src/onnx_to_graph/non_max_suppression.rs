//! `NonMaxSuppression`: what is kept, as rows of picture, class and box.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, minimum};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("NonMaxSuppression", non_max_suppression)];

fn non_max_suppression(node: &mut Node) -> Results {
    let (boxes, scores) = (node.input(0)?, node.input(1)?);
    let &[pictures, count, _] = node.shape(boxes) else { return Err("the boxes must have 3 axes".into()) };
    let &[_, classes, _] = node.shape(scores) else { return Err("the scores must have 3 axes".into()) };
    let boxes = node.expect_shape(boxes, &[pictures, count, Dim::Static(4)], "the boxes")?;
    let scores = node.expect_shape(scores, &[pictures, classes, count], "the scores")?;
    let (boxes, scores) = (node.cast(boxes, ElementType::F32)?, node.cast(scores, ElementType::F32)?);

    // Without a limit nothing is kept.
    let constant_most = match node.optional(2) {
        Some(most) => node.constant_ints(most, "the limit").ok().and_then(|most| most.first().copied()),
        None => Some(0),
    };
    let most = limit(node, 2, ElementType::I64, 0.0)?;
    let room = match constant_most {
        Some(most) if most <= 0 => return Ok(vec![node.tensor(Tensor::from_values::<i64>(&[0, 3], &[]))?]),
        Some(most) => dim(minimum(expr(count)?, constant(most)))?,
        None => count,
    };
    let overlap = limit(node, 3, ElementType::F32, 0.0)?;
    let threshold = limit(node, 4, ElementType::F32, f64::NEG_INFINITY)?;
    let given = [("center_point_box", attribute(node.flag("center_point_box", false)))];
    let shape = [pictures, classes, room];
    let operands = [boxes, scores, most, overlap, threshold];
    let kept = node.emit_as("graph.non_max_suppression", &operands, &given, &shape, Type::i64())?;

    let kept = node.reshape(kept, &[dim(element_count(&shape)?)?])?;
    let zero = node.scalar(ElementType::I64, 0.0)?;
    let mask = node.binary("graph.greater_equal", kept, zero)?;
    let found = node.nonzero(mask)?;
    let mut columns = node.coordinates(found, &shape)?;
    columns[2] = node.emit("graph.gather", &[kept, found], &[("axis", attribute(0i64))])?;
    let rows = [node.shape(found)[0], Dim::Static(1)];
    for column in &mut columns {
        *column = node.reshape(*column, &rows)?;
    }
    Ok(vec![node.concat(&columns, 1)?])
}

/// The one element of an optional input.
fn limit(node: &mut Node, index: usize, element: ElementType, default: f64) -> Result<Tracked, String> {
    match node.optional(index) {
        Some(value) => {
            let value = node.reshape(value, &[])?;
            node.cast(value, element)
        }
        None => node.scalar(element, default),
    }
}
