//! Blocks of space as batches: what dilated convolutions were made of.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[
    row("SpaceToBatchND", |node| {
        let (x, blocks, pads) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let blocks = node.constant_ints(blocks, "the block")?;
        to_batches(node, x, &blocks, pads)
    }),
    row("BatchToSpaceND", |node| {
        let (x, blocks, crops) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let blocks = node.constant_ints(blocks, "the block")?;
        to_space(node, x, &blocks, crops)
    }),
    row("SpaceToBatch", |node| {
        let (x, pads) = (node.input(0)?, node.input(1)?);
        let size = node.int_or("block_size", 2);
        to_batches(node, x, &[size, size], pads)
    }),
    row("BatchToSpace", |node| {
        let (x, crops) = (node.input(0)?, node.input(1)?);
        let size = node.int_or("block_size", 2);
        to_space(node, x, &[size, size], crops)
    }),
];

/// Pairs of amounts before and after each of `count` axes.
fn pairs(node: &mut Node, listed: Tracked, count: usize) -> Result<Vec<(DimExpr, DimExpr)>, String> {
    let listed = node.counts_of(listed)?;
    match listed.len() == 2 * count {
        true => Ok(listed.chunks(2).map(|pair| (pair[0], pair[1])).collect()),
        false => Err(format!("{count} axes take {} amounts, not {}", 2 * count, listed.len())),
    }
}

fn check(node: &Node, x: Tracked, blocks: &[i64]) -> Result<(), String> {
    match node.rank(x) > blocks.len() && blocks.iter().all(|size| (1..1 << 20).contains(size)) {
        true => Ok(()),
        false => Err(format!("blocks {blocks:?} are not for {} axes", node.rank(x))),
    }
}

fn to_batches(node: &mut Node, x: Tracked, blocks: &[i64], pads: Tracked) -> Results {
    check(node, x, blocks)?;
    let count = blocks.len();
    let pads = pairs(node, pads, count)?;
    let rank = node.rank(x);
    let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
    for (axis, &(before, after)) in pads.iter().enumerate() {
        (low[axis + 1], high[axis + 1]) = (dim(before)?, dim(after)?);
    }
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    let x = node.emit("graph.pad", &[x], &given)?;
    let shape = node.shape(x).to_vec();
    // Each axis becomes what is in its block and which block it is.
    let (mut apart, mut inner) = (vec![shape[0]], Vec::new());
    let mut batch = expr(shape[0])?;
    for (axis, &size) in blocks.iter().enumerate() {
        let blocks = dim(floor_divide(expr(shape[axis + 1])?, constant(size))?)?;
        apart.extend([blocks, Dim::Static(size as u64)]);
        inner.push(blocks);
        batch = multiply(batch, constant(size))?;
    }
    let rest = &shape[count + 1..];
    apart.extend(rest);
    let x = node.reshape(x, &apart)?;
    let within = (0..count).map(|axis| 2 * axis + 2);
    let which = (0..count).map(|axis| 2 * axis + 1);
    let order: Vec<usize> = within.chain([0]).chain(which).chain(2 * count + 1..apart.len()).collect();
    let x = node.transpose(x, &order)?;
    let shape = [&[dim(batch)?], inner.as_slice(), rest].concat();
    Ok(vec![node.reshape(x, &shape)?])
}

fn to_space(node: &mut Node, x: Tracked, blocks: &[i64], crops: Tracked) -> Results {
    check(node, x, blocks)?;
    let count = blocks.len();
    let crops = pairs(node, crops, count)?;
    let shape = node.shape(x).to_vec();
    let product = blocks.iter().try_fold(1i64, |product, size| product.checked_mul(*size)).ok_or("blocks overflow")?;
    let batch = dim(floor_divide(expr(shape[0])?, constant(product))?)?;
    let mut apart: Vec<Dim> = blocks.iter().map(|&size| Dim::Static(size as u64)).collect();
    apart.push(batch);
    apart.extend(&shape[1..]);
    let x = node.reshape(x, &apart)?;
    let mut order = vec![count];
    let mut joined = vec![batch];
    for (axis, &size) in blocks.iter().enumerate() {
        order.extend([count + 1 + axis, axis]);
        joined.push(dim(multiply(expr(shape[axis + 1])?, constant(size))?)?);
    }
    order.extend(2 * count + 1..apart.len());
    joined.extend(&shape[count + 1..]);
    let x = node.transpose(x, &order)?;
    let mut x = node.reshape(x, &joined)?;
    for (axis, &(before, after)) in crops.iter().enumerate() {
        let extent = expr(joined[axis + 1])?;
        let length = subtract(extent, add(before, after)?)?;
        x = node.slice_axis(x, axis + 1, dim(before)?, dim(length)?)?;
    }
    Ok(vec![x])
}
