//! Custom operators that keep where the largest element of a window was, and put elements back there.

use super::scattering::{Place, combined, numbers};
use super::window::Window;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] =
    &[row("MaxPoolingWithArgmax2D", max_pool_with_places), row("MaxUnpooling2D", max_unpool)];

/// What is added to the number of a place, so that it stays what it is where floats are imprecise.
const NUDGE: f64 = 0.1;

/// The window that the options say: padding, then strides and size, columns before rows.
fn window(node: &Node, x: Tracked) -> Result<(Window, i64), String> {
    if node.rank(x) != 4 {
        return Err(format!("the input must have 4 axes, not {}", node.rank(x)));
    }
    let words = node.custom_words(6)?;
    if words[1..5].iter().any(|word| !(1..1 << 15).contains(word)) {
        return Err(format!("strides and sizes of {:?} are out of range", &words[1..5]));
    }
    if words[5] != 0 {
        return Err("its activation is one that no converter writes".into());
    }
    let (strides, size) = (vec![words[2], words[1]], vec![words[4], words[3]]);
    let none = vec![0; 2];
    Ok((Window { size, strides, dilations: vec![1, 1], pad_low: none.clone(), pad_high: none }, words[0]))
}

/// The largest element of each window and the number of its place in the window, row by row.
fn max_pool_with_places(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (mut window, padding) = window(node, x)?;
    let padded = if padding == 1 { window.pad_same(node, x, f64::NEG_INFINITY)? } else { x };
    let mut given = window.pool_attributes();
    given.push(("return_indices", attribute(true)));
    let results = node.emit_many("graph.max_pool", &[padded], &given)?;
    let &[largest, places] = results.as_slice() else { return Err("a pool has two results".into()) };
    // The place is the number of an element of the operand: row and column of it, less where its window begins.
    let (input, output) = (node.shape(padded).to_vec(), node.shape(largest).to_vec());
    let (rows, columns) = (node.extent(expr(input[1])?), node.extent(expr(input[2])?));
    let line = node.binary("graph.divide", places, columns)?;
    let row = node.binary("graph.remainder", line, rows)?;
    let column = node.binary("graph.remainder", places, columns)?;
    let mut within = Vec::new();
    for (axis, place) in [row, column].into_iter().enumerate() {
        let begins = numbers(node, axis + 1, 4, output[axis + 1])?;
        let begins = node.binary_scalar("graph.multiply", begins, window.strides[axis] as f64)?;
        let begins = node.binary_scalar("graph.subtract", begins, window.pad_low[axis] as f64)?;
        within.push(node.binary("graph.subtract", place, begins)?);
    }
    let before = node.binary_scalar("graph.multiply", within[0], window.size[1] as f64)?;
    let number = node.binary("graph.add", before, within[1])?;
    let number = node.cast(number, ElementType::F32)?;
    Ok(vec![largest, node.binary_scalar("graph.add", number, NUDGE)?])
}

/// Each element at its place in a window of zeros; what is told to be outside of the result is dropped.
fn max_unpool(node: &mut Node) -> Results {
    let (x, places) = (node.input(0)?, node.input(1)?);
    let (window, _) = window(node, x)?;
    let shape = node.shape(x).to_vec();
    let places = node.expect_shape(places, &shape, "the second input")?;
    let places = node.cast(places, ElementType::I64)?;
    let width = window.size[1] as f64;
    let within =
        [node.binary_scalar("graph.divide", places, width)?, node.binary_scalar("graph.remainder", places, width)?];
    let mut result = shape.clone();
    let mut at = Vec::new();
    for (axis, place) in within.into_iter().enumerate() {
        let extent = expr(shape[axis + 1])?;
        let (stride, size) = (constant(window.strides[axis]), constant(window.size[axis]));
        let total = multiply(extent, size)?;
        let spare = add(multiply(subtract(extent, constant(1))?, stride)?, subtract(size, total)?)?;
        let pad = floor_divide(maximum(spare, constant(0)), constant(2))?;
        result[axis + 1] = dim(total)?;
        let begins = numbers(node, axis + 1, 4, shape[axis + 1])?;
        let begins = node.binary_scalar("graph.multiply", begins, window.strides[axis] as f64)?;
        let pad = node.extent(pad);
        let begins = node.binary("graph.subtract", begins, pad)?;
        let place = node.binary("graph.add", begins, place)?;
        at.push(place);
    }
    let batch = numbers(node, 0, 4, shape[0])?;
    let channel = numbers(node, 3, 4, shape[3])?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let zeros = node.broadcast(zero, &result)?;
    let place = Place { at: vec![Some(batch), Some(at[0]), Some(at[1]), Some(channel)], shape: result };
    Ok(vec![combined(node, zeros, &place, x, "none")?])
}
