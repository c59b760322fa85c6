//! Tensors made of numbers: ranges, one-hot vectors, diagonals.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, floor_divide, maximum, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("RANGE", range),
    row("ONE_HOT", one_hot),
    row("BUCKETIZE", bucketize),
    row("MATRIX_DIAG", matrix_diag),
    row("MATRIX_SET_DIAG", matrix_set_diag),
];

fn range(node: &mut Node) -> Results {
    let (start, limit, step) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let element = node.element(start);
    let length = match element.is_float() {
        true => {
            let mut bounds = Vec::new();
            for bound in [start, limit, step] {
                bounds.push(*node.constant_floats(bound, "the range")?.first().ok_or("the range is empty")?);
            }
            let length = ((bounds[1] - bounds[0]) / bounds[2]).ceil().max(0.0);
            if length.is_nan() || length >= 1e15 {
                return Err("the range has no end".into());
            }
            Dim::Static(length as u64)
        }
        false => {
            let mut bounds = Vec::new();
            for bound in [start, limit, step] {
                bounds.push(*node.integers_of(bound)?.first().ok_or("the range is empty")?);
            }
            let size =
                bounds[2].as_constant().filter(|&size| size != 0).ok_or("the step must be constant and not 0")?;
            let (from, to) = if size > 0 { (bounds[0], bounds[1]) } else { (bounds[1], bounds[0]) };
            let distance = add(subtract(to, from)?, constant(size.abs() - 1))?;
            dim(maximum(floor_divide(distance, constant(size.abs()))?, constant(0)))?
        }
    };
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[length], Type::i64())?;
    let numbers = node.cast(numbers, element)?;
    let (start, step) = (node.reshape(start, &[])?, node.reshape(step, &[])?);
    let scaled = node.binary("graph.multiply", numbers, step)?;
    Ok(vec![node.binary("graph.add", scaled, start)?])
}

fn one_hot(node: &mut Node) -> Results {
    let (indices, depth) = (node.input(0)?, node.input(1)?);
    let (on, off) = (node.input(2)?, node.input(3)?);
    let depth = *node.extents_of(depth)?.first().ok_or("the depth is missing")?;
    let rank = node.rank(indices);
    let axis = match node.option_int("axis") {
        -1 => rank,
        axis => normalize_axis(axis, rank + 1)?,
    };
    let mut shape = node.shape(indices).to_vec();
    shape.insert(axis, Dim::Static(1));
    let indices = node.cast(indices, ElementType::I64)?;
    let indices = node.reshape(indices, &shape)?;
    let mut line = vec![Dim::Static(1); rank + 1];
    line[axis] = depth;
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
    let hit = node.binary("graph.equal", indices, places)?;
    let (on, off) = (node.reshape(on, &[])?, node.reshape(off, &[])?);
    Ok(vec![node.select(hit, on, off)?])
}

/// How many boundaries are not above each element.
fn bucketize(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let boundaries: Vec<f32> =
        node.floats("boundaries").unwrap_or_default().into_iter().map(|bound| bound as f32).collect();
    let mut shape = node.shape(x).to_vec();
    let axis = shape.len();
    shape.push(Dim::Static(1));
    let x = node.cast(x, ElementType::F32)?;
    let x = node.reshape(x, &shape)?;
    let boundaries = node.tensor(Tensor::from_values(&[boundaries.len()], &boundaries))?;
    let above = node.binary("graph.greater_equal", x, boundaries)?;
    let ones = node.cast(above, ElementType::I32)?;
    let count = node.reduce("graph.reduce_sum", ones, &[axis])?;
    Ok(vec![node.drop_axes(count, &[axis])?])
}

/// Where row and column of a matrix are the same.
fn diagonal(node: &mut Node, rows: Dim, columns: Dim) -> Result<Tracked, String> {
    let (down, across) = (node.line(0, rows)?, node.line(1, columns)?);
    node.binary("graph.equal", down, across)
}

fn matrix_diag(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let mut shape = node.shape(x).to_vec();
    let extent = *shape.last().ok_or("a scalar has no diagonal")?;
    shape.push(Dim::Static(1));
    let hit = diagonal(node, extent, extent)?;
    let x = node.reshape(x, &shape)?;
    let zero = Tensor::zeros(node.element(x), &[]).map_err(|error| error.to_string())?;
    let zero = node.tensor(zero)?;
    Ok(vec![node.select(hit, x, zero)?])
}

fn matrix_set_diag(node: &mut Node) -> Results {
    let (x, values) = (node.input(0)?, node.input(1)?);
    let &[.., rows, columns] = node.shape(x) else { return Err("the input must be a matrix".into()) };
    let hit = diagonal(node, rows, columns)?;
    // Each stands in its row, or in its column if there are fewer of these.
    let mut shape = node.shape(values).to_vec();
    let place = if shape.last() == Some(&rows) { shape.len() } else { shape.len() - 1 };
    shape.insert(place, Dim::Static(1));
    let values = node.reshape(values, &shape)?;
    Ok(vec![node.select(hit, values, x)?])
}
