//! Sums, means and extremes of rows with the same number.

use super::elementwise::constant_of;
use crate::conversion::emit::attribute;
use crate::conversion::extent::dim;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::segments::join;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("UnsortedSegmentSum", |node| unsorted(node, "add")),
    row("UnsortedSegmentMax", |node| unsorted(node, "max")),
    row("UnsortedSegmentMin", |node| unsorted(node, "min")),
    row("UnsortedSegmentProd", |node| unsorted(node, "mul")),
    row("SegmentSum", |node| of_rows(node, "add", Share::None)),
    row("SegmentMean", |node| of_rows(node, "add", Share::Count)),
    row("SegmentMax", |node| of_rows(node, "max", Share::None)),
    row("SegmentMin", |node| of_rows(node, "min", Share::None)),
    row("SegmentProd", |node| of_rows(node, "mul", Share::None)),
    row("SparseSegmentSum", |node| of_chosen_rows(node, Share::None)),
    row("SparseSegmentMean", |node| of_chosen_rows(node, Share::Count)),
    row("SparseSegmentSqrtN", |node| of_chosen_rows(node, Share::Root)),
    row("HistogramFixedWidth", histogram),
    row("Bincount", bincount),
    row("DenseBincount", bincount),
];

fn unsorted(node: &mut Node, reduction: &str) -> Results {
    let (x, numbers, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = dim(*node.counts_of(count)?.first().ok_or("the count is empty")?)?;
    Ok(vec![join(node, x, numbers, count, reduction)?])
}

/// What a sum is divided by.
#[derive(Clone, Copy)]
enum Share {
    None,
    /// The number of rows.
    Count,
    /// Its root.
    Root,
}

fn of_rows(node: &mut Node, reduction: &str, share: Share) -> Results {
    let (x, numbers) = (node.input(0)?, node.input(1)?);
    sorted(node, x, numbers, reduction, share)
}

/// Of rows that are chosen by their places.
fn of_chosen_rows(node: &mut Node, share: Share) -> Results {
    let (x, places, numbers) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let rows = node.emit("graph.gather", &[x, places], &[("axis", attribute(0i64))])?;
    sorted(node, rows, numbers, "add", share)
}

/// How many values are in each of as many parts of a range; what is outside is in the first or the last.
fn histogram(node: &mut Node) -> Results {
    let (x, range, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = *node.counts_of(count)?.first().ok_or("the count is empty")?;
    let flat = node.flat(x)?;
    let end = |node: &mut Node, place: u64| {
        let end = node.slice_axis(range, 0, Dim::Static(place), Dim::Static(1))?;
        node.reshape(end, &[])
    };
    let (low, high) = (end(node, 0)?, end(node, 1)?);
    let parts = node.extent(count);
    let width = node.binary("graph.subtract", high, low)?;
    let wide = node.cast(parts, node.element(width))?;
    let step = node.binary("graph.divide", width, wide)?;
    let moved = node.binary("graph.subtract", flat, low)?;
    let place = node.binary("graph.divide", moved, step)?;
    let place = node.clamp(place, Some(0.0), None)?;
    let place = node.binary("graph.minimum", place, wide)?;
    let place = node.cast(place, ElementType::I64)?;
    let last = node.binary_scalar("graph.subtract", parts, 1.0)?;
    let place = node.binary("graph.minimum", place, last)?;
    let element = node.element_attribute("dtype", ElementType::I32)?;
    let one = node.scalar(element, 1.0)?;
    let ones = node.broadcast(one, node.shape(place))?;
    Ok(vec![join(node, ones, place, dim(count)?, "add")?])
}

/// There are as many segments as the last number says, less one; those without a row are 0, products 1.
fn sorted(node: &mut Node, x: Tracked, numbers: Tracked, reduction: &str, share: Share) -> Results {
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
    if !matches!(share, Share::None) {
        let amounts = node.clamp(amounts, Some(1.0), None)?;
        let mut amounts = node.cast(amounts, node.element(joined))?;
        if matches!(share, Share::Root) {
            amounts = node.unary("graph.sqrt", amounts)?;
        }
        return Ok(vec![node.binary("graph.divide", joined, amounts)?]);
    }
    if reduction == "mul" {
        return Ok(vec![joined]);
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
