//! Sums, means and extremes of rows with the same number.

use super::elementwise::constant_of;
use crate::conversion::extent::dim;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::segments::join;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("UnsortedSegmentSum", |node| unsorted(node, "add")),
    row("UnsortedSegmentMax", |node| unsorted(node, "max")),
    row("UnsortedSegmentMin", |node| unsorted(node, "min")),
    row("UnsortedSegmentProd", |node| unsorted(node, "mul")),
    row("SegmentSum", |node| sorted(node, "add", false)),
    row("SegmentMean", |node| sorted(node, "add", true)),
    row("SegmentMax", |node| sorted(node, "max", false)),
    row("SegmentMin", |node| sorted(node, "min", false)),
    row("SegmentProd", |node| sorted(node, "mul", false)),
    row("Bincount", bincount),
    row("DenseBincount", bincount),
];

fn unsorted(node: &mut Node, reduction: &str) -> Results {
    let (x, numbers, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = dim(*node.counts_of(count)?.first().ok_or("the count is empty")?)?;
    Ok(vec![join(node, x, numbers, count, reduction)?])
}

/// There are as many segments as the last number says, less one; those without a row are 0.
fn sorted(node: &mut Node, reduction: &str, is_mean: bool) -> Results {
    let (x, numbers) = (node.input(0)?, node.input(1)?);
    let count = match node.constant_ints(numbers, "the numbers") {
        Ok(numbers) => {
            let most = numbers.into_iter().max().unwrap_or(-1);
            Dim::Static(u64::try_from(most + 1).map_err(|_| "a number is negative")?)
        }
        Err(_) => {
            let largest = node.reduce("graph.reduce_max", numbers, &[0])?;
            let count = node.binary_scalar("graph.add", largest, 1.0)?;
            dim(node.bind_extents(count, &[])?[0])?
        }
    };
    let joined = join(node, x, numbers, count, reduction)?;
    let ones = super::elementwise::filled_like(node, numbers, 1.0)?;
    let amounts = join(node, ones, numbers, count, "add")?;
    let mut shape = vec![Dim::Static(1); node.rank(joined)];
    shape[0] = count;
    let amounts = node.reshape(amounts, &shape)?;
    if is_mean {
        let amounts = node.clamp(amounts, Some(1.0), None)?;
        let amounts = node.cast(amounts, node.element(joined))?;
        return Ok(vec![node.binary("graph.divide", joined, amounts)?]);
    }
    let is_empty = node.binary_scalar("graph.equal", amounts, 0.0)?;
    let zero = constant_of(node, node.element(joined), 0.0)?;
    Ok(vec![node.select(is_empty, zero, joined)?])
}

/// How often each number is there, or the sum of the weights of where it is.
fn bincount(node: &mut Node) -> Results {
    let (numbers, size, weights) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let size = dim(*node.counts_of(size)?.first().ok_or("the size is empty")?)?;
    if node.rank(numbers) != 1 {
        return Err("only one row of numbers is supported".into());
    }
    let element = node.element(weights);
    let has_weights = !node.shape(weights).first().is_none_or(|extent| extent.is(0));
    let weights = if has_weights {
        weights
    } else {
        let one = node.scalar(element, 1.0)?;
        node.broadcast(one, node.shape(numbers))?
    };
    // Numbers from the size on are left out, as negative ones are.
    let limit = node.extent(crate::conversion::extent::expr(size)?);
    let numbers = node.cast(numbers, ElementType::I64)?;
    let is_inside = node.binary("graph.less", numbers, limit)?;
    let none = node.scalar(ElementType::I64, -1.0)?;
    let numbers = node.select(is_inside, numbers, none)?;
    let counts = join(node, weights, numbers, size, "add")?;
    match node.flag("binary_output", false) {
        true => {
            let is_there = node.binary_scalar("graph.not_equal", counts, 0.0)?;
            Ok(vec![node.cast(is_there, element)?])
        }
        false => Ok(vec![counts]),
    }
}
