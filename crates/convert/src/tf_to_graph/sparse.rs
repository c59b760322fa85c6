//! Sparse matrices as places and values, and what is sorted by number.

use super::matmul::flipped;
use super::scatter::scatter;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, multiply};
use crate::conversion::node::Node;
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("SparseReshape", reshape),
    row("SparseTensorDenseMatMul", multiply_dense),
    row("DynamicPartition", partition),
    row("UnravelIndex", |node| {
        let (numbers, shape) = (node.input(0)?, node.input(1)?);
        let element = node.element(numbers);
        let shape: Vec<Dim> = node.counts_of(shape)?.into_iter().map(dim).collect::<Result<_, _>>()?;
        let wide = node.cast(numbers, ElementType::I64)?;
        let mut rows = Vec::new();
        for row in node.coordinates(wide, &shape)? {
            let shape = [&[Dim::Static(1)], node.shape(numbers)].concat();
            let row = node.reshape(row, &shape)?;
            rows.push(node.cast(row, element)?);
        }
        Ok(vec![node.concat(&rows, 0)?])
    }),
    row("CTCGreedyDecoder", decode_best),
];

/// Coordinates in one shape as those in another one of as many elements.
fn reshape(node: &mut Node) -> Results {
    let (indices, from, to) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let from = node.counts_of(from)?.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>()?;
    let to = node.integers_of(to)?;
    let shape = reshape_shape(&from, &to, true)?;
    let mut number = None;
    let mut stride = constant(1);
    for (axis, &extent) in from.iter().enumerate().rev() {
        let column = node.slice_axis(indices, 1, Dim::Static(axis as u64), Dim::Static(1))?;
        let step = node.extent(stride);
        let part = node.binary("graph.multiply", column, step)?;
        number = Some(match number {
            Some(sum) => node.binary("graph.add", sum, part)?,
            None => part,
        });
        stride = multiply(stride, expr(extent)?)?;
    }
    let number = number.ok_or("a sparse tensor has axes")?;
    let columns = node.coordinates(number, &shape)?;
    let indices = node.concat(&columns, 1)?;
    let shape = node.shape_vector(&shape)?;
    Ok(vec![indices, shape])
}

/// Each value takes a row of the dense matrix to a row of the result.
fn multiply_dense(node: &mut Node) -> Results {
    let (places, values, shape, mut dense) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let is_turned = node.flag("adjoint_a", false);
    if node.flag("adjoint_b", false) {
        dense = flipped(node, dense)?;
    }
    let (row, column) = if is_turned { (1, 0) } else { (0, 1) };
    let rows = node.slice_axis(places, 1, Dim::Static(row), Dim::Static(1))?;
    let columns = node.slice_axis(places, 1, Dim::Static(column), Dim::Static(1))?;
    let columns = node.drop_axes(columns, &[1])?;
    let height = *node.counts_of(shape)?.get(row as usize).ok_or("a matrix has two extents")?;
    let taken = node.emit("graph.gather", &[dense, columns], &[("axis", attribute(0i64))])?;
    let values = node.column(values)?;
    let scaled = node.binary("graph.multiply", taken, values)?;
    let zero = node.scalar(node.element(dense), 0.0)?;
    let nothing = node.broadcast(zero, &[dim(height)?, node.shape(dense)[1]])?;
    Ok(vec![scatter(node, nothing, rows, scaled, "add")?])
}

/// The rows with each number.
fn partition(node: &mut Node) -> Results {
    let (x, numbers) = (node.input(0)?, node.input(1)?);
    let inner = node.shape(x).get(node.rank(numbers)..).ok_or("there are more numbers than rows")?.to_vec();
    let count = dim(element_count(node.shape(numbers))?)?;
    let rows = node.reshape(x, &[&[count], inner.as_slice()].concat())?;
    let numbers = node.reshape(numbers, &[count])?;
    let mut parts = Vec::new();
    for number in 0..node.output_count() {
        let is_own = node.binary_scalar("graph.equal", numbers, number as f64)?;
        let places = node.nonzero(is_own)?;
        parts.push(node.emit("graph.gather", &[rows, places], &[("axis", attribute(0i64))])?);
    }
    Ok(parts)
}

/// The best class at each time, without those that stay the same and without the blank one: where each is, what it is, the
/// extents of the matrix of them, and the sum of the scores, negated.
fn decode_best(node: &mut Node) -> Results {
    let (scores, lengths) = (node.input(0)?, node.input(1)?);
    let &[time, batch, classes] = node.shape(scores) else { return Err("the scores must have 3 axes".into()) };
    let blank = match node.int_or("blank_index", -1) {
        own if own < 0 => crate::conversion::extent::add(expr(classes)?, constant(own))?,
        own => constant(own),
    };
    let blank = node.extent(blank);
    let best = node.emit("graph.arg_max", &[scores], &[("axis", attribute(2i64))])?;
    let best = node.reshape(best, &[time, batch])?;
    let best = node.transpose(best, &[1, 0])?;
    let lengths = node.cast(lengths, ElementType::I64)?;
    let lengths = node.column(lengths)?;
    let places = node.line(1, time)?;
    let is_inside = node.binary("graph.less", places, lengths)?;
    let is_blank = node.binary("graph.equal", best, blank)?;
    let is_class = node.unary("graph.not", is_blank)?;
    let mut is_taken = node.binary("graph.and", is_class, is_inside)?;
    if node.flag("merge_repeated", false) {
        let none = node.scalar(ElementType::I64, -1.0)?;
        let first = node.broadcast(none, &[batch, Dim::Static(1)])?;
        let rest = crate::conversion::extent::subtract(expr(time)?, constant(1))?;
        let before = node.slice_axis(best, 1, Dim::Static(0), dim(rest)?)?;
        let before = node.concat(&[first, before], 1)?;
        let differs = node.binary("graph.not_equal", best, before)?;
        is_taken = node.binary("graph.and", is_taken, differs)?;
    }
    let ones = node.cast(is_taken, ElementType::I64)?;
    let counts = node.reduce("graph.reduce_sum", ones, &[1])?;
    let counts = node.reshape(counts, &[batch])?;
    let zero = node.vector(vec![constant(0)]);
    let counts = node.concat(&[counts, zero], 0)?;
    let widest = node.reduce("graph.reduce_max", counts, &[0])?;
    let extent = node.extent(expr(batch)?);
    let shape = node.join(&[extent, widest])?;
    let given = [("axis", attribute(1i64)), ("exclusive", attribute(true))];
    let numbers = node.emit("graph.cumulative_sum", &[ones], &given)?;
    let total = dim(element_count(&[batch, time])?)?;
    let flags = node.reshape(is_taken, &[total])?;
    let found = node.nonzero(flags)?;
    let pick = |node: &mut Node, x: Tracked| {
        let flat = node.reshape(x, &[total])?;
        node.emit("graph.gather", &[flat, found], &[("axis", attribute(0i64))])
    };
    let (numbers, values) = (pick(node, numbers)?, pick(node, best)?);
    let rows = node.coordinates(found, &[batch, time])?[0];
    let columns = [node.column(rows)?, node.column(numbers)?];
    let indices = node.concat(&columns, 1)?;
    let largest = node.reduce("graph.reduce_max", scores, &[2])?;
    let largest = node.reshape(largest, &[time, batch])?;
    let largest = node.transpose(largest, &[1, 0])?;
    let zero = node.scalar(node.element(scores), 0.0)?;
    let largest = node.select(is_inside, largest, zero)?;
    let sum = node.reduce("graph.reduce_sum", largest, &[1])?;
    Ok(vec![indices, values, shape, node.unary("graph.negate", sum)?])
}
