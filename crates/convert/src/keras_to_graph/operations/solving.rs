//! Operations of `keras.ops` of linear algebra: factors, inverses and equations.

use super::super::call::{Call, Row, plain};
use super::matrices::diagonal_of;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Det", |call| {
        let x = call.first_float()?;
        Ok(vec![call.unary("graph.determinant", x)?])
    }),
    plain("ops.Inv", |call| {
        let x = call.first_float()?;
        Ok(vec![call.unary("graph.inverse", x)?])
    }),
    plain("ops.Slogdet", |call| {
        let x = call.first_float()?;
        let determinant = call.unary("graph.determinant", x)?;
        let sign = call.unary("graph.sign", determinant)?;
        let magnitude = call.unary("graph.abs", determinant)?;
        Ok(vec![sign, call.unary("graph.log", magnitude)?])
    }),
    // Of a positive definite matrix, by the squares of its factor's diagonal.
    plain("ops.Logdet", |call| {
        let x = call.first_float()?;
        let factor = cholesky(call, x)?;
        let diagonal = diagonal_of(call, factor, 0)?;
        let logs = call.unary("graph.log", diagonal)?;
        let last = call.rank(logs) - 1;
        let sum = call.reduce("graph.reduce_sum", logs, &[last])?;
        let sum = call.drop_axes(sum, &[last])?;
        Ok(vec![call.binary_scalar("graph.multiply", sum, 2.0)?])
    }),
    plain("ops.Cholesky", |call| {
        let x = call.first_float()?;
        let factor = cholesky(call, x)?;
        Ok(vec![if call.is_set("upper", false) { turned(call, factor)? } else { factor }])
    }),
    plain("ops.CholeskyInverse", |call| {
        let factor = call.first_float()?;
        let other = turned(call, factor)?;
        let whole = match call.is_set("upper", false) {
            true => product(call, other, factor)?,
            false => product(call, factor, other)?,
        };
        Ok(vec![call.unary("graph.inverse", whole)?])
    }),
    plain("ops.Solve", |call| {
        let (a, b) = equations(call)?;
        let inverse = call.unary("graph.inverse", a)?;
        Ok(vec![applied(call, inverse, b)?])
    }),
    plain("ops.SolveTriangular", |call| {
        let (a, b) = equations(call)?;
        let is_lower = call.is_set("lower", false);
        let &[.., height, width] = call.shape(a) else { return Err("a matrix has two axes".into()) };
        // What is on the other side of the diagonal does not count.
        let (rows, columns) = (call.line(0, height)?, call.line(1, width)?);
        let keeps = call.binary(if is_lower { "graph.greater_equal" } else { "graph.less_equal" }, rows, columns)?;
        let a_element = call.element(a);
        let zero = call.scalar(a_element, 0.0)?;
        let a = call.select(keeps, a, zero)?;
        let inverse = call.unary("graph.inverse", a)?;
        Ok(vec![applied(call, inverse, b)?])
    }),
];

/// Matrices and right sides in one type.
fn equations(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let (a, b) = super::binary::pair(call, (0, "a"), (1, "b"))?;
    Ok((call.as_float(a)?, call.as_float(b)?))
}

/// The product with right sides, which are vectors if they have an axis less.
fn applied(call: &mut Call, inverse: Tracked, b: Tracked) -> Result<Tracked, String> {
    if call.rank(b) + 1 != call.rank(inverse) {
        return product(call, inverse, b);
    }
    let shape = call.shape(b).to_vec();
    let columns = call.reshape(b, &[shape.as_slice(), &[Dim::Static(1)]].concat())?;
    let y = product(call, inverse, columns)?;
    call.reshape(y, &shape)
}

/// The last two axes exchanged.
fn turned(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if rank < 2 {
        return Err("a matrix has two axes".into());
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    node.transpose(x, &order)
}

/// The lower triangle of which a positive definite matrix is the product with its transpose, column by column.
fn cholesky(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let &[.., side, _] = node.shape(x) else { return Err("a matrix has two axes".into()) };
    let count = side.as_static().ok_or("a matrix that is factored must have known extents")?;
    let (rank, element) = (node.rank(x), node.element(x));
    let zero = node.scalar(element, 0.0)?;
    let zeros = node.broadcast(zero, node.shape(x))?;
    let (rows, columns) = (node.line(0, side)?, node.line(1, side)?);
    let results = node.repeat(count, vec![zeros], |node, round, carried| {
        let factor = carried[0];
        let pick = |node: &mut Node, x: Tracked, axis: usize| {
            let place = node.reshape(round, &[Dim::Static(1)])?;
            node.emit("graph.gather", &[x, place], &[("axis", attribute(axis as i64))])
        };
        // What is left of the column once the columns before have their shares.
        let (own, row) = (pick(node, x, rank - 1)?, pick(node, factor, rank - 2)?);
        let row = turned(node, row)?;
        let shares = product(node, factor, row)?;
        let rest = node.binary("graph.subtract", own, shares)?;
        let pivot = pick(node, rest, rank - 2)?;
        let root = node.unary("graph.sqrt", pivot)?;
        let column = node.binary("graph.divide", rest, root)?;
        let is_below = node.binary("graph.greater_equal", rows, round)?;
        let zero = node.scalar(element, 0.0)?;
        let column = node.select(is_below, column, zero)?;
        let is_own = node.binary("graph.equal", columns, round)?;
        Ok(vec![node.select(is_own, column, factor)?])
    })?;
    Ok(results[0])
}
