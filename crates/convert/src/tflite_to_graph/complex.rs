//! Complex numbers: pairs of floats along a last axis, which only these operators know of.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;
use std::f64::consts::TAU;

pub(crate) const ROWS: &[Row] = &[
    row("RFFT2D", transform),
    row("REAL", |node| part(node, 0)),
    row("IMAG", |node| part(node, 1)),
    row("COMPLEX_ABS", |node| {
        let (real, imaginary) = (part(node, 0)?[0], part(node, 1)?[0]);
        let (real, imaginary) =
            (node.binary("graph.multiply", real, real)?, node.binary("graph.multiply", imaginary, imaginary)?);
        let sum = node.binary("graph.add", real, imaginary)?;
        Ok(vec![node.unary("graph.sqrt", sum)?])
    }),
];

/// The operators that complex numbers may be operands of.
pub(crate) const KNOWN: [&str; 3] = ["REAL", "IMAG", "COMPLEX_ABS"];

/// The longest transform: its matrices are constants of the model.
const LONGEST: i64 = 4096;

fn part(node: &mut Node, index: u64) -> Results {
    let x = node.input(0)?;
    let axis = super::normalization::last_axis(node, x)?;
    let part = node.slice_axis(x, axis, Dim::Static(index), Dim::Static(1))?;
    Ok(vec![node.drop_axes(part, &[axis])?])
}

/// A matrix of `rows` x `columns` of a function of the angle that row and column give of a circle of `length` steps.
fn matrix(node: &mut Node, rows: i64, columns: i64, length: i64, function: fn(f64) -> f64) -> Result<Tracked, String> {
    let value = |place: i64| {
        let angle = (place / columns) * (place % columns) % length;
        function(TAU * angle as f64 / length as f64) as f32
    };
    let values: Vec<f32> = (0..rows * columns).map(value).collect();
    node.tensor(Tensor::from_values(&[rows as usize, columns as usize], &values))
}

/// The transform of the last two axes, cut or filled with zeros to the lengths of operand 1.
fn transform(node: &mut Node) -> Results {
    let (mut x, lengths) = (node.input(0)?, node.input(1)?);
    let &[height, width] = node.constant_ints(lengths, "the lengths")?.as_slice() else {
        return Err("there must be two lengths".into());
    };
    let rank = node.rank(x);
    if rank < 2 || ![height, width].iter().all(|length| (1..=LONGEST).contains(length)) {
        return Err(format!("a transform of {height} x {width} is not supported"));
    }
    for (axis, length) in [(rank - 2, height), (rank - 1, width)] {
        x = fitted(node, x, axis, length as u64)?;
    }
    let half = width / 2 + 1;
    let (cosines, sines) =
        (matrix(node, width, half, width, f64::cos)?, matrix(node, width, half, width, |a| -a.sin())?);
    let (mut real, mut imaginary) =
        (node.emit("graph.matmul", &[x, cosines], &[])?, node.emit("graph.matmul", &[x, sines], &[])?);
    if height > 1 {
        let cosines = matrix(node, height, height, height, f64::cos)?;
        let sines = matrix(node, height, height, height, f64::sin)?;
        let mut product = |left: Tracked, right: Tracked| node.emit("graph.matmul", &[left, right], &[]);
        let (rc, ic) = (product(cosines, real)?, product(cosines, imaginary)?);
        let (rs, is) = (product(sines, real)?, product(sines, imaginary)?);
        real = node.binary("graph.add", rc, is)?;
        imaginary = node.binary("graph.subtract", ic, rs)?;
    }
    let mut pair = node.shape(real).to_vec();
    pair.push(Dim::Static(1));
    let (real, imaginary) = (node.reshape(real, &pair)?, node.reshape(imaginary, &pair)?);
    Ok(vec![node.concat(&[real, imaginary], rank)?])
}

/// An axis cut or filled with zeros to a length.
fn fitted(node: &mut Node, x: Tracked, axis: usize, length: u64) -> Result<Tracked, String> {
    let extent = node.shape(x)[axis].as_static().ok_or("the extents that are transformed must be known")?;
    if extent >= length {
        return node.slice_axis(x, axis, Dim::Static(0), Dim::Static(length));
    }
    let none = vec![Dim::Static(0); node.rank(x)];
    let mut high = none.clone();
    high[axis] = Dim::Static(length - extent);
    let given = [("low", dims_attribute(&none)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    node.emit("graph.pad", &[x], &given)
}
