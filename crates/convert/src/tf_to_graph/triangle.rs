//! Bands and diagonals of matrices.

use super::elementwise::constant_of;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, maximum, minimum};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("MatrixBandPart", band_part),
    row("MatrixDiag", |node| {
        let x = node.input(0)?;
        Ok(vec![matrix_of(node, x)?])
    }),
    row("MatrixDiagV2", diagonal_matrix),
    row("MatrixDiagV3", diagonal_matrix),
    row("MatrixDiagPart", |node| {
        let x = node.input(0)?;
        Ok(vec![main_diagonal(node, x)?])
    }),
    row("MatrixDiagPartV2", diagonal_part),
    row("MatrixDiagPartV3", diagonal_part),
    row("MatrixSetDiag", set_diagonal),
    row("MatrixSetDiagV2", set_diagonal),
    row("MatrixSetDiagV3", set_diagonal),
    row("Diag", |node| {
        let x = node.input(0)?;
        let shape = node.shape(x).to_vec();
        let flat = node.reshape(x, &[dim(element_count(&shape)?)?])?;
        let matrix = matrix_of(node, flat)?;
        Ok(vec![node.reshape(matrix, &[shape.as_slice(), &shape].concat())?])
    }),
    row("DiagPart", |node| {
        let x = node.input(0)?;
        let half = node.shape(x)[..node.rank(x) / 2].to_vec();
        let side = dim(element_count(&half)?)?;
        let matrix = node.reshape(x, &[side, side])?;
        let diagonal = main_diagonal(node, matrix)?;
        Ok(vec![node.reshape(diagonal, &half)?])
    }),
];

/// The numbers of rows and columns of the last two axes.
fn places(node: &mut Node, shape: &[Dim]) -> Result<(Tracked, Tracked), String> {
    let &[.., height, width] = shape else { return Err("the input must have at least two axes".into()) };
    Ok((node.line(0, height)?, node.line(1, width)?))
}

/// What is at most so many diagonals below and above the main one; a negative number is no bound.
fn band_part(node: &mut Node) -> Results {
    let (x, below, above) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let shape = node.shape(x).to_vec();
    let (rows, columns) = places(node, &shape)?;
    let mut kept: Option<Tracked> = None;
    for (bound, larger, smaller) in [(below, rows, columns), (above, columns, rows)] {
        if node.constant_ints(bound, "a bound").is_ok_and(|bound| bound.first().is_some_and(|&bound| bound < 0)) {
            continue;
        }
        let bound = node.cast(bound, ElementType::I64)?;
        let bound = node.reshape(bound, &[])?;
        let distance = node.binary("graph.subtract", larger, smaller)?;
        let is_near = node.binary("graph.less_equal", distance, bound)?;
        let is_open = node.binary_scalar("graph.less", bound, 0.0)?;
        let is_near = node.binary("graph.or", is_near, is_open)?;
        kept = Some(match kept {
            Some(kept) => node.binary("graph.and", kept, is_near)?,
            None => is_near,
        });
    }
    let Some(kept) = kept else { return Ok(vec![x]) };
    let zero = constant_of(node, node.element(x), 0.0)?;
    Ok(vec![node.select(kept, x, zero)?])
}

/// The one diagonal that an operand names: 0 is the main one, those above it are positive.
fn diagonal_number(node: &Node, index: usize) -> Result<i64, String> {
    match *node.constant_ints(node.input(index)?, "the diagonal")?.as_slice() {
        [only] => Ok(only),
        [first, last] if first == last => Ok(first),
        _ => Err("bands of several diagonals are not supported".into()),
    }
    .and_then(|number: i64| match number.unsigned_abs() < 1 << 31 {
        true => Ok(number),
        false => Err("there is no such diagonal".into()),
    })
}

/// Where a diagonal begins: its first row and its first column.
fn corner(number: i64) -> (u64, u64) {
    ((-number).max(0) as u64, number.max(0) as u64)
}

/// Square matrices with vectors in their main diagonals.
fn matrix_of(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let &[.., side] = node.shape(x) else { return Err("a diagonal is a vector".into()) };
    let shape = [node.shape(x), &[side]].concat();
    let zero = constant_of(node, node.element(x), 0.0)?;
    let matrix = node.broadcast(zero, &shape)?;
    placed(node, matrix, x, 0)
}

/// Matrices with vectors in one of their diagonals.
fn placed(node: &mut Node, matrix: Tracked, x: Tracked, number: i64) -> Result<Tracked, String> {
    let shape = node.shape(matrix).to_vec();
    let (rows, columns) = places(node, &shape)?;
    let distance = node.binary("graph.subtract", columns, rows)?;
    let is_own = node.binary_scalar("graph.equal", distance, number as f64)?;
    // From the main diagonal up, the row tells which element it is, below it the column.
    let (rank, length) = (shape.len(), *node.shape(x).last().ok_or("a diagonal is a vector")?);
    let side = if number < 0 { shape[rank - 1] } else { shape[rank - 2] };
    let missing = crate::conversion::extent::subtract(expr(side)?, expr(length)?)?;
    let mut high = vec![Dim::Static(0); rank - 1];
    high[rank - 2] = dim(missing)?;
    let given = [
        ("low", attribute(vec![Dim::Static(0); rank - 1])),
        ("high", attribute(high)),
        ("mode", attribute("constant")),
    ];
    let x = node.emit("graph.pad", &[x], &given)?;
    let mut line = node.shape(x).to_vec();
    line.insert(if number < 0 { rank - 2 } else { rank - 1 }, Dim::Static(1));
    let x = node.reshape(x, &line)?;
    node.select(is_own, x, matrix)
}

fn diagonal_matrix(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let number = diagonal_number(node, 1)?;
    let (row, column) = corner(number);
    let length = expr(*node.shape(x).last().ok_or("a diagonal is a vector")?)?;
    let mut shape = node.shape(x).to_vec();
    shape.pop();
    let mut sizes = Vec::new();
    for (index, first) in [(2, row), (3, column)] {
        let size = *node.integers_of(node.input(index)?)?.first().ok_or("the size is empty")?;
        let least = crate::conversion::extent::add(length, constant(first as i64))?;
        sizes.push((least, Some(size).filter(|size| size.as_constant() != Some(-1))));
    }
    // Nothing said about either, the matrix is square.
    let square = maximum(sizes[0].0, sizes[1].0);
    let is_square = sizes.iter().all(|(_, said)| said.is_none());
    for (least, said) in sizes {
        shape.push(dim(said.unwrap_or(if is_square { square } else { least }))?);
    }
    let padding = node.input(4)?;
    let padding = node.reshape(padding, &[])?;
    let matrix = node.broadcast(padding, &shape)?;
    Ok(vec![placed(node, matrix, x, number)?])
}

fn main_diagonal(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    let &[.., height, width] = node.shape(x) else { return Err("the input must have at least two axes".into()) };
    let side = dim(minimum(expr(height)?, expr(width)?))?;
    let x = node.slice_axis(x, rank - 2, Dim::Static(0), side)?;
    let x = node.slice_axis(x, rank - 1, Dim::Static(0), side)?;
    let mut shape = node.shape(x).to_vec();
    shape[rank - 1] = Dim::Static(1);
    let axis = (rank - 2) as i64;
    let mut line = vec![Dim::Static(1); rank];
    line[rank - 2] = side;
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(axis))], &line, Type::i64())?;
    let places = node.broadcast(places, &shape)?;
    let diagonal = node.emit("graph.gather_elements", &[x, places], &[("axis", attribute(axis + 1))])?;
    node.drop_axes(diagonal, &[rank - 1])
}

fn diagonal_part(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (row, column) = corner(diagonal_number(node, 1)?);
    let rank = node.rank(x);
    let &[.., height, width] = node.shape(x) else { return Err("the input must have at least two axes".into()) };
    let rest =
        |extent: Dim, first: u64| dim(crate::conversion::extent::subtract(expr(extent)?, constant(first as i64))?);
    let x = node.slice_axis(x, rank - 2, Dim::Static(row), rest(height, row)?)?;
    let x = node.slice_axis(x, rank - 1, Dim::Static(column), rest(width, column)?)?;
    Ok(vec![main_diagonal(node, x)?])
}

fn set_diagonal(node: &mut Node) -> Results {
    let (x, diagonal) = (node.input(0)?, node.input(1)?);
    let number = if node.input_count() > 2 { diagonal_number(node, 2)? } else { 0 };
    Ok(vec![placed(node, x, diagonal, number)?])
}
