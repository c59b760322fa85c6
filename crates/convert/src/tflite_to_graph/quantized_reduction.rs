//! Reductions of integers that stand for other numbers.

use super::quantization::integer_bounds;
use super::rescale::Multiplier;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::ElementType;

/// How many elements become one.
pub(crate) fn count(node: &Node, x: Tracked, axes: &[usize]) -> Result<DimExpr, String> {
    let reduced: Vec<Dim> = axes.iter().map(|&axis| node.shape(x)[axis]).collect();
    element_count(&reduced)
}

/// How many elements become one, which must be known.
fn known_count(node: &Node, x: Tracked, axes: &[usize]) -> Result<i64, String> {
    let count = count(node, x, axes)?.as_constant().filter(|&count| count > 0);
    count.ok_or_else(|| "the extents that are reduced must be known".into())
}

pub(crate) fn mean(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let count = known_count(node, x, axes)?;
    scaled_sum(node, x, axes, |multiplier| {
        // Divided by the count, on as many bits as there is room for.
        let shift = (63 - count.leading_zeros() as i32).min(32).min(31 + multiplier.shift);
        let divided = (i64::from(multiplier.multiplier) << shift) / count;
        Multiplier { multiplier: divided as i32, shift: multiplier.shift - shift }
    })
}

pub(crate) fn sum(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    scaled_sum(node, x, axes, |multiplier| multiplier)
}

fn scaled_sum(
    node: &mut Node,
    x: Tracked,
    axes: &[usize],
    adjust: impl Fn(Multiplier) -> Multiplier,
) -> Result<Tracked, String> {
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.element(x);
    let centered = node.centered(x, input.zero_point())?;
    let sums = node.reduce("graph.reduce_sum", centered, axes)?;
    let multiplier = adjust(Multiplier::of(f64::from(input.scale()) / f64::from(output.scale())));
    let scaled = node.rescale(sums, &[multiplier])?;
    node.requantized(scaled, output.zero_point(), integer_bounds(element), element)
}

/// The most elements whose product is taken: each is a step of its own.
const MOST_FACTORS: i64 = 256;

/// The product of elements less their zero point, scaled at each step so that it stays in range.
pub(crate) fn product(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let count = known_count(node, x, axes)?;
    if count > MOST_FACTORS {
        return Err(format!("a product of {count} integers is not supported, but of up to {MOST_FACTORS}"));
    }
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.element(x);
    let step = f64::from(input.scale()) / f64::from(output.scale()).powf(1.0 / count as f64);
    let step = Multiplier::of(step);
    let shape = node.shape(x).to_vec();
    let kept: Vec<usize> = (0..shape.len()).filter(|axis| !axes.contains(axis)).collect();
    let centered = node.centered(x, input.zero_point())?;
    let moved = node.transpose(centered, &[axes, &kept].concat())?;
    let inner: Vec<Dim> = kept.iter().map(|&axis| shape[axis]).collect();
    let lines = node.reshape(moved, &[&[Dim::Static(count as u64)], inner.as_slice()].concat())?;
    let mut result = crate::conversion::attempt::element(node, lines, 0, 0)?;
    for place in 1..count as u64 {
        let factor = crate::conversion::attempt::element(node, lines, 0, place)?;
        let (left, right) = (node.cast(result, ElementType::I64)?, node.cast(factor, ElementType::I64)?);
        let product = node.binary("graph.multiply", left, right)?;
        result = node.rescale(product, &[step])?;
    }
    let wide = node.cast(result, ElementType::I64)?;
    let scaled = node.rescale(wide, &[step])?;
    let y = node.requantized(scaled, output.zero_point(), integer_bounds(element), element)?;
    let raised: Vec<Dim> =
        shape.iter().enumerate().map(|(axis, &dim)| if axes.contains(&axis) { Dim::Static(1) } else { dim }).collect();
    node.reshape(y, &raised)
}

/// Divided by the root of the sum of squares along the last axis; the result has 7 bits behind the point.
pub(crate) fn l2_normalization(node: &mut Node) -> Results {
    let (x, input, output) = (node.input(0)?, node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.element(x);
    let axis = super::normalization::last_axis(node, x)?;
    let centered = node.centered(x, input.zero_point())?;
    let centered = node.cast(centered, ElementType::I64)?;
    let squares = node.binary("graph.multiply", centered, centered)?;
    let sum = node.reduce("graph.reduce_sum", squares, &[axis])?;
    let (multiplier, shift) = node.inverse_root(sum)?;
    // Unsigned ones are moved up before they are scaled, signed ones while they are.
    let scaled = match element {
        ElementType::U8 => {
            let raised = node.binary_scalar("graph.multiply", centered, 128.0)?;
            node.rescale_by(raised, multiplier, shift)?
        }
        _ => {
            let shift = node.binary_scalar("graph.add", shift, 7.0)?;
            node.rescale_by(centered, multiplier, shift)?
        }
    };
    let scaled = node.cast(scaled, ElementType::I32)?;
    Ok(vec![node.requantized(scaled, output.zero_point(), integer_bounds(element), element)?])
}
