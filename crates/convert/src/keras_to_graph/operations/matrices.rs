//! Operations of `keras.ops` on diagonals and triangles.

use super::super::call::{Call, Row, plain};
use super::reductions::summable;
use super::shapes::move_axes;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count, normalize_axis};
use crate::conversion::functions::constant_of;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Tril", |call| triangle(call, true)),
    plain("ops.Triu", |call| triangle(call, false)),
    plain("ops.Diag", |call| {
        let (x, offset) = (call.first()?, call.integer_at(1, "k").unwrap_or(0));
        match call.rank(x) {
            1 => Ok(vec![matrix_of(call, x, offset)?]),
            2 => Ok(vec![diagonal_of(call, x, offset)?]),
            rank => Err(format!("a diagonal is taken of one or two axes, not {rank}")),
        }
    }),
    plain("ops.Diagflat", |call| {
        let (x, offset) = (call.first()?, call.integer_at(1, "k").unwrap_or(0));
        let x_shape = call.shape(x);
        let flat = call.reshape(x, &[dim(element_count(x_shape)?)?])?;
        Ok(vec![matrix_of(call, flat, offset)?])
    }),
    plain("ops.Diagonal", |call| {
        let x = call.first()?;
        let (x, offset) = as_matrices(call, x)?;
        Ok(vec![diagonal_of(call, x, offset)?])
    }),
    plain("ops.Trace", |call| {
        let x = call.first()?;
        let x = summable(call, x)?;
        let (x, offset) = as_matrices(call, x)?;
        let diagonal = diagonal_of(call, x, offset)?;
        let last = call.rank(diagonal) - 1;
        let sum = call.reduce("graph.reduce_sum", diagonal, &[last])?;
        Ok(vec![call.drop_axes(sum, &[last])?])
    }),
];

/// The two axes of matrices at the end, and which diagonal is asked for.
fn as_matrices(call: &mut Call, x: Tracked) -> Result<(Tracked, i64), String> {
    let offset = call.integer_at(1, "offset").unwrap_or(0);
    let (a, b) = (call.integer_at(2, "axis1").unwrap_or(0), call.integer_at(3, "axis2").unwrap_or(1));
    if normalize_axis(a, call.rank(x))? == normalize_axis(b, call.rank(x))? {
        return Err("a matrix has two axes that differ".into());
    }
    Ok((move_axes(call, x, &[a, b], &[-2, -1])?, offset))
}

/// Zeros above or below a diagonal of the last two axes.
fn triangle(call: &mut Call, is_lower: bool) -> Results {
    let x = call.first()?;
    let offset = call.integer_at(1, "k").unwrap_or(0);
    let &[.., rows, columns] = call.shape(x) else { return Err("the input must have two axes".into()) };
    let (rows, columns) = (call.line(0, rows)?, call.line(1, columns)?);
    let rows = call.binary_scalar("graph.add", rows, offset as f64)?;
    let op = if is_lower { "graph.greater_equal" } else { "graph.less_equal" };
    let keeps = call.binary(op, rows, columns)?;
    let x_element = call.element(x);
    let zero = constant_of(call, x_element, 0.0)?;
    Ok(vec![call.select(keeps, x, zero)?])
}

/// The diagonal so far above the main one of the last two axes, whose extents are known.
pub(super) fn diagonal_of(node: &mut Node, x: Tracked, offset: i64) -> Result<Tracked, String> {
    let &[ref outer @ .., height, width] = node.shape(x) else { return Err("a matrix has two axes".into()) };
    let (Some(rows), Some(columns)) = (height.as_static(), width.as_static()) else {
        return Err("a matrix whose diagonal is taken must have known extents".into());
    };
    let (down, right) = (offset.min(0).unsigned_abs().min(rows), offset.max(0).unsigned_abs().min(columns));
    let count = (rows - down).min(columns - right);
    if count > 1 << 24 {
        return Err("a diagonal is too long".into());
    }
    let elements = rows.checked_mul(columns).ok_or("a matrix is too large")?;
    let flat = node.reshape(x, &[outer, &[Dim::Static(elements)]].concat())?;
    let places: Vec<i64> = (0..count).map(|index| ((down + index) * columns + right + index) as i64).collect();
    let places = node.tensor(Tensor::from_values(&[places.len()], &places))?;
    node.emit("graph.gather", &[flat, places], &[("axis", attribute(outer.len() as i64))])
}

/// A square matrix with a vector in a diagonal and zeros elsewhere.
fn matrix_of(node: &mut Node, x: Tracked, offset: i64) -> Result<Tracked, String> {
    let &[extent] = node.shape(x) else { return Err("a diagonal is a vector".into()) };
    let count = extent.as_static().ok_or("a vector that becomes a diagonal must have a known extent")?;
    let side = count.checked_add(offset.unsigned_abs()).filter(|&side| side <= 1 << 20).ok_or("k is too large")?;
    let (down, right) = (offset.min(0).unsigned_abs(), offset.max(0).unsigned_abs());
    // A column of the elements in their rows, where the columns are theirs.
    let given = [
        ("low", attribute(vec![Dim::Static(down)])),
        ("high", attribute(vec![Dim::Static(right)])),
        ("mode", attribute("constant")),
    ];
    let padded = node.emit("graph.pad", &[x], &given)?;
    let column = node.reshape(padded, &[Dim::Static(side), Dim::Static(1)])?;
    let (rows, columns) = (node.line(0, Dim::Static(side))?, node.line(1, Dim::Static(side))?);
    let rows = node.binary_scalar("graph.add", rows, offset as f64)?;
    let is_own = node.binary("graph.equal", rows, columns)?;
    let zero = constant_of(node, node.element(x), 0.0)?;
    node.select(is_own, column, zero)
}
