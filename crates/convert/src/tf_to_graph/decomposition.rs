//! Matrices taken apart, by loops over their columns; and what is solved with them.

use super::matmul::flipped;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, expr, minimum};
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Cholesky", cholesky),
    row("MatrixTriangularSolve", triangular_solve),
    row("TridiagonalSolve", tridiagonal_solve),
    row("LogMatrixDeterminant", |node| {
        let x = node.input(0)?;
        let wide = node.cast(x, ElementType::F64)?;
        let determinant = node.emit("graph.determinant", &[wide], &[])?;
        let (sign, size) = (node.unary("graph.sign", determinant)?, node.unary("graph.abs", determinant)?);
        let log = node.unary("graph.log", size)?;
        let element = node.element(x);
        Ok(vec![node.cast(sign, element)?, node.cast(log, element)?])
    }),
    row("Qr", orthogonal_triangular),
    row("Lu", lower_upper),
];

/// A loop of as many rounds as an extent, over carried tensors.
fn each(
    node: &mut Node,
    rounds: Dim,
    initial: Vec<Tracked>,
    body: impl FnOnce(&mut Node, Tracked, &[Tracked]) -> Result<Vec<Tracked>, String>,
) -> Results {
    let rolled = Rolled {
        rounds: Some(rounds),
        start: None,
        initial,
        is_certain: false,
        counts: false,
        growing: 0,
        declared: 0,
    };
    node.roll(rolled, body)
}

/// Extents of matrices in the last two axes.
fn extents(node: &Node, x: Tracked) -> Result<(usize, Dim, Dim), String> {
    match *node.shape(x) {
        [.., height, width] => Ok((node.rank(x), height, width)),
        _ => Err("a matrix has two axes".into()),
    }
}

/// One column of each matrix, as a matrix of one column.
fn column(node: &mut Node, x: Tracked, number: Tracked) -> Result<Tracked, String> {
    let number = node.reshape(number, &[Dim::Static(1)])?;
    let last = node.rank(x) as i64 - 1;
    node.emit("graph.gather", &[x, number], &[("axis", attribute(last))])
}

/// One row of each matrix, as a matrix of one row.
fn line(node: &mut Node, x: Tracked, number: Tracked) -> Result<Tracked, String> {
    let number = node.reshape(number, &[Dim::Static(1)])?;
    let axis = node.rank(x) as i64 - 2;
    node.emit("graph.gather", &[x, number], &[("axis", attribute(axis))])
}

/// `x` where a comparison of places along one of the last two axes with a number holds, 0 elsewhere.
fn masked(node: &mut Node, x: Tracked, axis: usize, comparison: &str, number: Tracked) -> Result<Tracked, String> {
    let extent = node.shape(x)[node.rank(x) - 2 + axis];
    let places = node.line(axis, extent)?;
    let holds = node.binary(comparison, places, number)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    node.select(holds, x, zero)
}

/// Column by column: what is left of a matrix without the part that a column and its transpose make.
fn cholesky(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (_, side, _) = extents(node, x)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let nothing = node.broadcast(zero, node.shape(x))?;
    let results = each(node, side, vec![x, nothing], |node, number, carried| {
        let (rest, made) = (carried[0], carried[1]);
        let own = column(node, rest, number)?;
        let pivot = line(node, own, number)?;
        let root = node.unary("graph.sqrt", pivot)?;
        let scaled = node.binary("graph.divide", own, root)?;
        let scaled = masked(node, scaled, 0, "graph.greater_equal", number)?;
        let turned = flipped(node, scaled)?;
        let outer = product(node, scaled, turned)?;
        let rest = node.binary("graph.subtract", rest, outer)?;
        let spread = node.broadcast(scaled, node.shape(made))?;
        let placed = masked(node, spread, 1, "graph.equal", number)?;
        Ok(vec![rest, node.binary("graph.add", made, placed)?])
    })?;
    Ok(vec![results[1]])
}

/// Row by row, from the first or from the last one, each row found is taken out of the others.
fn triangular_solve(node: &mut Node) -> Results {
    let (matrix, right) = (node.input(0)?, node.input(1)?);
    let is_adjoint = node.flag("adjoint", false);
    let is_lower = node.flag("lower", true) != is_adjoint;
    let matrix = if is_adjoint { flipped(node, matrix)? } else { matrix };
    let (_, side, _) = extents(node, matrix)?;
    // Batches may differ: those of the product are the result's.
    let shape = {
        let product = product(node, matrix, right)?;
        node.shape(product).to_vec()
    };
    let right = node.broadcast(right, &shape)?;
    let results = each(node, side, vec![right], |node, round, carried| {
        let rest = carried[0];
        let number = if is_lower {
            round
        } else {
            let last =
                node.extent(crate::conversion::extent::subtract(expr(side)?, crate::conversion::extent::constant(1))?);
            node.binary("graph.subtract", last, round)?
        };
        let own = column(node, matrix, number)?;
        let pivot = line(node, own, number)?;
        let found = line(node, rest, number)?;
        let found = node.binary("graph.divide", found, pivot)?;
        let after = if is_lower { "graph.greater" } else { "graph.less" };
        let others = masked(node, own, 0, after, number)?;
        let taken = product(node, others, found)?;
        let rest = node.binary("graph.subtract", rest, taken)?;
        let places = node.line(0, side)?;
        let is_own = node.binary("graph.equal", places, number)?;
        Ok(vec![node.select(is_own, found, rest)?])
    })?;
    Ok(vec![results[0]])
}

/// The matrix of three diagonals is made, and inverted.
fn tridiagonal_solve(node: &mut Node) -> Results {
    let (diagonals, right) = (node.input(0)?, node.input(1)?);
    let (rank, _, side) = extents(node, diagonals)?;
    let (rows, columns) = (node.line(0, side)?, node.line(1, side)?);
    let distance = node.binary("graph.subtract", columns, rows)?;
    let zero = node.scalar(node.element(diagonals), 0.0)?;
    let mut matrix = zero;
    for (which, offset) in [(0u64, 1.0), (1, 0.0), (2, -1.0)] {
        let own = node.slice_axis(diagonals, rank - 2, Dim::Static(which), Dim::Static(1))?;
        let own = flipped(node, own)?;
        let is_there = node.binary_scalar("graph.equal", distance, offset)?;
        matrix = node.select(is_there, own, matrix)?;
    }
    let inverse = node.emit("graph.inverse", &[matrix], &[])?;
    Ok(vec![product(node, inverse, right)?])
}

/// Householder's reflections, one for each column.
fn orthogonal_triangular(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (rank, height, width) = extents(node, x)?;
    let count = dim(minimum(expr(height)?, expr(width)?))?;
    let (rows, columns) = (node.line(0, height)?, node.line(1, height)?);
    let is_main = node.binary("graph.equal", rows, columns)?;
    let (zero, one) = (node.scalar(node.element(x), 0.0)?, node.scalar(node.element(x), 1.0)?);
    let unit = node.select(is_main, one, zero)?;
    let mut square = node.shape(x).to_vec();
    square[rank - 1] = height;
    let unit = node.broadcast(unit, &square)?;
    let results = each(node, count, vec![x, unit], |node, number, carried| {
        let (r, q) = (carried[0], carried[1]);
        let own = column(node, r, number)?;
        let own = masked(node, own, 0, "graph.greater_equal", number)?;
        let tail = masked(node, own, 0, "graph.greater", number)?;
        let first = line(node, own, number)?;
        let squares = |node: &mut Node, x: Tracked| {
            let square = node.binary("graph.multiply", x, x)?;
            node.reduce("graph.reduce_sum", square, &[rank - 2])
        };
        let (all, below) = (squares(node, own)?, squares(node, tail)?);
        let norm = node.unary("graph.sqrt", all)?;
        let is_negative = node.binary_scalar("graph.less", first, 0.0)?;
        let opposite = node.unary("graph.negate", norm)?;
        // The new first element has the other sign.
        let new = node.select(is_negative, norm, opposite)?;
        let is_done = node.binary_scalar("graph.equal", below, 0.0)?;
        let new = node.select(is_done, first, new)?;
        let difference = node.binary("graph.subtract", first, new)?;
        let places = node.line(0, height)?;
        let is_first = node.binary("graph.equal", places, number)?;
        let vector = node.select(is_first, difference, tail)?;
        let size = squares(node, vector)?;
        let inverse = node.unary("graph.reciprocal", size)?;
        let factor = node.binary_scalar("graph.multiply", inverse, 2.0)?;
        let factor = node.select(is_done, zero, factor)?;
        let turned = flipped(node, vector)?;
        let part = product(node, turned, r)?;
        let part = node.binary("graph.multiply", part, factor)?;
        let part = product(node, vector, part)?;
        let r = node.binary("graph.subtract", r, part)?;
        let part = product(node, q, vector)?;
        let part = node.binary("graph.multiply", part, factor)?;
        let part = product(node, part, turned)?;
        Ok(vec![r, node.binary("graph.subtract", q, part)?])
    })?;
    let (r, q) = (results[0], results[1]);
    let (rows, columns) = (node.line(0, height)?, node.line(1, width)?);
    let is_upper = node.binary("graph.less_equal", rows, columns)?;
    let r = node.select(is_upper, r, zero)?;
    match node.flag("full_matrices", false) {
        true => Ok(vec![q, r]),
        false => {
            let q = node.slice_axis(q, rank - 1, Dim::Static(0), count)?;
            Ok(vec![q, node.slice_axis(r, rank - 2, Dim::Static(0), count)?])
        }
    }
}

/// Elimination with the largest element of each column as pivot: both triangles in one matrix, and where rows came from.
fn lower_upper(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (rank, side, _) = extents(node, x)?;
    let mut line_shape = node.shape(x).to_vec();
    line_shape[rank - 1] = Dim::Static(1);
    let axis = rank - 2;
    let mut flat = vec![Dim::Static(1); rank];
    flat[axis] = side;
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &flat, Type::i64())?;
    let order = node.broadcast(places, &line_shape)?;
    let results = each(node, side, vec![x, order], |node, number, carried| {
        let (rest, order) = (carried[0], carried[1]);
        let own = column(node, rest, number)?;
        let size = node.unary("graph.abs", own)?;
        let places = node.line(0, side)?;
        let is_left = node.binary("graph.greater_equal", places, number)?;
        let less = node.scalar(node.element(size), -1.0)?;
        let size = node.select(is_left, size, less)?;
        let pivot = node.emit("graph.arg_max", &[size], &[("axis", attribute(axis as i64))])?;
        // The two rows change places.
        let (is_own, is_pivot) =
            (node.binary("graph.equal", places, number)?, node.binary("graph.equal", places, pivot)?);
        let from = node.select(is_pivot, number, places)?;
        let from = node.select(is_own, pivot, from)?;
        let from_lines = node.broadcast(from, &line_shape)?;
        let given = [("axis", attribute(axis as i64))];
        let order = node.emit("graph.gather_elements", &[order, from_lines], &given)?;
        let shape = node.shape(rest).to_vec();
        let from = node.broadcast(from_lines, &shape)?;
        let rest = node.emit("graph.gather_elements", &[rest, from], &given)?;
        let own = column(node, rest, number)?;
        let head = line(node, own, number)?;
        let scaled = node.binary("graph.divide", own, head)?;
        let scaled = masked(node, scaled, 0, "graph.greater", number)?;
        let row = line(node, rest, number)?;
        let row = masked(node, row, 1, "graph.greater", number)?;
        let taken = product(node, scaled, row)?;
        let rest = node.binary("graph.subtract", rest, taken)?;
        let columns = node.line(1, side)?;
        let is_column = node.binary("graph.equal", columns, number)?;
        let is_below = node.binary("graph.greater", places, number)?;
        let is_factor = node.binary("graph.and", is_column, is_below)?;
        Ok(vec![node.select(is_factor, scaled, rest)?, order])
    })?;
    let order = node.drop_axes(results[1], &[rank - 1])?;
    let element = node.element_attribute("output_idx_type", ElementType::I32)?;
    Ok(vec![results[0], node.cast(order, element)?])
}
