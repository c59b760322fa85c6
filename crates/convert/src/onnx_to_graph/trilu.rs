//! `Trilu`, `EyeLike`: by comparing the indices of rows and columns.

use super::cast::element_of;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("Trilu", trilu), row("EyeLike", eye_like)];

/// The column less the row, for each element of the last two axes.
fn diagonals(node: &mut Node, shape: &[Dim]) -> Result<Tracked, String> {
    let &[.., height, width] = shape else { return Err("the input must have at least two axes".into()) };
    let one = Dim::Static(1);
    let rows = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[height, one], Type::i64())?;
    let columns = node.emit_as("graph.iota", &[], &[("axis", attribute(1i64))], &[one, width], Type::i64())?;
    node.binary("graph.subtract", columns, rows)
}

pub(crate) fn trilu(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let diagonal = match node.optional(1) {
        Some(k) => node.reshape(k, &[])?,
        None => node.tensor(Tensor::scalar(0i64))?,
    };
    let offsets = diagonals(node, node.shape(x))?;
    let comparison = if node.flag("upper", true) { "graph.greater_equal" } else { "graph.less_equal" };
    let kept = node.binary(comparison, offsets, diagonal)?;
    let zero = match node.element(x) {
        ElementType::I1 => node.tensor(Tensor::from_bools(&[], &[false]))?,
        element => node.scalar(element, 0.0)?,
    };
    Ok(vec![node.select(kept, x, zero)?])
}

fn eye_like(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.rank(x) != 2 {
        return Err("the input must be a matrix".into());
    }
    let element = match node.int("dtype") {
        Some(number) => element_of(number)?,
        None => node.element(x),
    };
    let offsets = diagonals(node, node.shape(x))?;
    let k = node.tensor(Tensor::scalar(node.int_or("k", 0)))?;
    let hit = node.binary("graph.equal", offsets, k)?;
    Ok(vec![node.cast(hit, element)?])
}
