//! Fourier transforms: products with matrices of cosines and sines, which are constants where lengths are known.

use super::emit::attribute;
use super::extent::{add, constant, dim, expr, floor_divide, maximum, minimum, subtract};
use super::node::Node;
use super::product::product;
use super::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::{ElementType, scalar};
use std::f64::consts::TAU;

/// The longest transform of known length: its matrices are constants of the model.
const LONGEST: i64 = 4096;

/// Which transform.
#[derive(Clone, Copy)]
pub(crate) struct Transform {
    pub length: DimExpr,
    pub inverse: bool,
    pub onesided: bool,
}

/// The transform along `axis` of a tensor whose last axis holds real and imaginary parts, or real parts alone.
pub(crate) fn transform(node: &mut Node, x: Tracked, axis: usize, how: Transform) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if axis + 1 >= rank || how.length.as_constant().is_some_and(|length| !(1..=LONGEST).contains(&length)) {
        return Err(format!("a transform of length {} along axis {axis} is not supported", how.length));
    }
    let half = add(floor_divide(how.length, constant(2))?, constant(1))?;
    let read = if how.inverse && how.onesided { half } else { how.length };
    let written = if how.onesided && !how.inverse { half } else { how.length };
    let x = fit(node, x, axis, read)?;
    let x = with_parts(node, x)?;
    let parts = node.shape(x)[rank - 1];
    // The axis goes last, the parts are apart.
    let mut order: Vec<usize> = (0..rank - 1).filter(|&other| other != axis).collect();
    order.push(axis);
    let part = |node: &mut Node, index: u64| -> Result<Tracked, String> {
        let part = node.slice_axis(x, rank - 1, Dim::Static(index), Dim::Static(1))?;
        let part = node.drop_axes(part, &[rank - 1])?;
        node.transpose(part, &order)
    };
    let real = part(node, 0)?;
    let imaginary = if parts.is(2) { Some(part(node, 1)?) } else { None };
    let element = node.element(real);
    let (cosine, sine) = matrices(node, element, how, (read, written))?;
    let mut times = |x: Tracked, matrix: Tracked| product(node, x, matrix);
    // exp(i a) times (x + i y) is (x cos a - y sin a) + i (x sin a + y cos a).
    let mut result = [times(real, cosine)?, times(real, sine)?];
    if let Some(imaginary) = imaginary {
        let (along, across) = (times(imaginary, cosine)?, times(imaginary, sine)?);
        result = [node.binary("graph.subtract", result[0], across)?, node.binary("graph.add", result[1], along)?];
    }
    let parts = if how.inverse && how.onesided { &result[..1] } else { &result[..] };
    let mut back: Vec<usize> = (0..rank - 2).collect();
    back.insert(axis, rank - 2);
    let mut joined = Vec::new();
    for &part in parts {
        let part = node.transpose(part, &back)?;
        let shape = [node.shape(part), &[Dim::Static(1)]].concat();
        joined.push(node.reshape(part, &shape)?);
    }
    node.concat(&joined, rank - 1)
}

/// Where only a run tells whether there are imaginary parts, zeros stand for those that are missing.
fn with_parts(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let axis = node.rank(x) - 1;
    match node.shape(x)[axis] {
        Dim::Static(1 | 2) => Ok(x),
        Dim::Static(parts) => Err(format!("a number has one or two parts, not {parts}")),
        _ => fit(node, x, axis, constant(2)),
    }
}

/// Cut, or filled up with zeros, to `length` along an axis.
fn fit(node: &mut Node, x: Tracked, axis: usize, length: DimExpr) -> Result<Tracked, String> {
    let extent = expr(node.shape(x)[axis])?;
    let x = node.slice_axis(x, axis, Dim::Static(0), dim(minimum(extent, length))?)?;
    let missing = maximum(subtract(length, extent)?, constant(0));
    if missing == constant(0) {
        return Ok(x);
    }
    let low = vec![Dim::Static(0); node.rank(x)];
    let mut high = low.clone();
    high[axis] = dim(missing)?;
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    let padded = node.emit("graph.pad", &[x], &given)?;
    let mut shape = node.shape(x).to_vec();
    shape[axis] = dim(length)?;
    node.reshape(padded, &shape)
}

/// The matrices of cosines and sines, as constants where lengths are known.
fn matrices(
    node: &mut Node,
    element: ElementType,
    how: Transform,
    (read, written): (DimExpr, DimExpr),
) -> Result<(Tracked, Tracked), String> {
    let fixed =
        [how.length, read, written].map(|extent| extent.as_constant().and_then(|extent| usize::try_from(extent).ok()));
    let [Some(length), Some(read), Some(written)] = fixed else {
        return computed_matrices(node, element, how, (dim(read)?, dim(written)?));
    };
    let mut matrix = |function| matrix(node, element, (how, length), (read, written), function);
    Ok((matrix(f64::cos)?, matrix(f64::sin)?))
}

/// The same of lengths that only a run tells, in ops of the graph.
fn computed_matrices(
    node: &mut Node,
    element: ElementType,
    how: Transform,
    (read, written): (Dim, Dim),
) -> Result<(Tracked, Tracked), String> {
    let (from, to) = (node.line(0, read)?, node.line(1, written)?);
    let length = node.extent(how.length);
    let product = node.binary("graph.multiply", from, to)?;
    let steps = node.binary("graph.modulo", product, length)?;
    let (steps, wide) = (node.cast(steps, ElementType::F64)?, node.cast(length, ElementType::F64)?);
    let turns = node.binary("graph.divide", steps, wide)?;
    let angles = node.binary_scalar("graph.multiply", turns, if how.inverse { TAU } else { -TAU })?;
    let mut scale = node.scalar(ElementType::F64, 1.0)?;
    if how.inverse {
        scale = node.binary("graph.divide", scale, wide)?;
        if how.onesided {
            let double = node.binary_scalar("graph.multiply", from, 2.0)?;
            let double = node.binary("graph.modulo", double, length)?;
            let is_own_mirror = node.binary_scalar("graph.equal", double, 0.0)?;
            let twice = node.binary_scalar("graph.multiply", scale, 2.0)?;
            scale = node.select(is_own_mirror, scale, twice)?;
        }
    }
    let mut matrix = |function: &str| {
        let values = node.unary(function, angles)?;
        let values = node.binary("graph.multiply", values, scale)?;
        node.cast(values, element)
    };
    Ok((matrix("graph.cos")?, matrix("graph.sin")?))
}

/// `function(angle)` for each pair of an index read and one written. What is left out of a one-sided spectrum is the
/// mirror image of what is there, which counts twice.
fn matrix(
    node: &mut Node,
    element: ElementType,
    (how, length): (Transform, usize),
    (read, written): (usize, usize),
    function: fn(f64) -> f64,
) -> Result<Tracked, String> {
    let sign = if how.inverse { 1.0 } else { -1.0 };
    let scale = |from: usize| match (how.inverse, how.onesided) {
        (false, _) => 1.0,
        (true, true) if from != 0 && 2 * from != length => 2.0 / length as f64,
        (true, _) => 1.0 / length as f64,
    };
    let entry = |from: usize, to: usize| {
        let angle = TAU * ((from * to) % length) as f64 / length as f64;
        scale(from) * function(sign * angle)
    };
    let entries = (0..read).flat_map(|from| (0..written).map(move |to| entry(from, to)));
    node.tensor(scalar::from_floats(element, &[read, written], entries)?)
}
