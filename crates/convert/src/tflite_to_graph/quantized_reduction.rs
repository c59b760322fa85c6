//! Reductions of integers that stand for other numbers.

use super::quantization::integer_bounds;
use super::rescale::Multiplier;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

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

pub(crate) fn product(_: &mut Node, _: Tracked, _: &[usize]) -> Result<Tracked, String> {
    Err("the product of quantized integers is not supported".into())
}

pub(crate) fn l2_normalization(_: &mut Node) -> Results {
    Err("the normalization of quantized integers is not supported".into())
}
