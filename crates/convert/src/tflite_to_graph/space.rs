//! Blocks of space as channels or as pictures of the batch, and back.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("SPACE_TO_DEPTH", space_to_depth),
    row("DEPTH_TO_SPACE", depth_to_space),
    row("SPACE_TO_BATCH_ND", space_to_batch),
    row("BATCH_TO_SPACE_ND", batch_to_space),
];

/// An extent times or divided by a number.
fn times(extent: Dim, factor: i64) -> Result<Dim, String> {
    dim(multiply(expr(extent)?, constant(factor))?)
}

fn divided(extent: Dim, divisor: i64) -> Result<Dim, String> {
    dim(floor_divide(expr(extent)?, constant(divisor))?)
}

fn block_size(node: &Node) -> Result<i64, String> {
    Some(node.option_int("block_size"))
        .filter(|size| (1..1 << 16).contains(size))
        .ok_or_else(|| "the block is empty".into())
}

fn picture(node: &Node, x: Tracked) -> Result<[Dim; 4], String> {
    node.shape(x).try_into().map_err(|_| format!("the input must have 4 axes, not {}", node.rank(x)))
}

fn space_to_depth(node: &mut Node) -> Results {
    let (x, block) = (node.input(0)?, block_size(node)?);
    let [batch, height, width, channels] = picture(node, x)?;
    let side = Dim::Static(block as u64);
    let (rows, columns) = (divided(height, block)?, divided(width, block)?);
    let cut = node.reshape(x, &[batch, rows, side, columns, side, channels])?;
    let moved = node.transpose(cut, &[0, 1, 3, 2, 4, 5])?;
    Ok(vec![node.reshape(moved, &[batch, rows, columns, times(channels, block * block)?])?])
}

fn depth_to_space(node: &mut Node) -> Results {
    let (x, block) = (node.input(0)?, block_size(node)?);
    let [batch, height, width, channels] = picture(node, x)?;
    let side = Dim::Static(block as u64);
    let depth = divided(channels, block * block)?;
    let cut = node.reshape(x, &[batch, height, width, side, side, depth])?;
    let moved = node.transpose(cut, &[0, 1, 3, 2, 4, 5])?;
    Ok(vec![node.reshape(moved, &[batch, times(height, block)?, times(width, block)?, depth])?])
}

/// The sizes of blocks, and what is added or cut on both sides of each spatial axis.
fn blocks(node: &mut Node) -> Result<(Vec<i64>, Vec<Dim>, Vec<Dim>), String> {
    let (sizes, margins) = (node.input(1)?, node.input(2)?);
    let sizes = node.constant_ints(sizes, "the sizes of blocks")?;
    let margins = node.counts_of(margins)?.into_iter().map(dim).collect::<Result<Vec<_>, _>>()?;
    if sizes.iter().any(|&size| size < 1) || margins.len() != 2 * sizes.len() {
        return Err(format!("{} margins do not fit blocks of {sizes:?}", margins.len()));
    }
    let side = |first: usize| margins.iter().skip(first).step_by(2).copied().collect();
    Ok((sizes, side(0), side(1)))
}

fn space_to_batch(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (sizes, low, high) = blocks(node)?;
    let (rank, count) = (node.rank(x), sizes.len());
    if rank < count + 1 {
        return Err("there are more blocks than axes".into());
    }
    let around = |margins: &[Dim]| {
        let mut all = vec![Dim::Static(0); rank];
        all[1..=count].copy_from_slice(margins);
        dims_attribute(&all)
    };
    let given = [("low", around(&low)), ("high", around(&high)), ("mode", attribute("constant"))];
    let mut operands = vec![x];
    if let Some(point) = node.result_quantization(0).map(|output| output.zero_point()).filter(|&point| point != 0) {
        operands.push(node.scalar(node.element(x), point as f64)?);
    }
    let padded = match low.iter().chain(&high).all(|margin| margin.is(0)) {
        true => x,
        false => node.emit("graph.pad", &operands, &given)?,
    };
    let shape = node.shape(padded).to_vec();
    let (mut cut, mut joined) = (vec![shape[0]], vec![times(shape[0], sizes.iter().product())?]);
    for (&extent, &size) in shape[1..].iter().zip(&sizes) {
        let rest = divided(extent, size)?;
        cut.extend([rest, Dim::Static(size as u64)]);
        joined.push(rest);
    }
    cut.extend(&shape[count + 1..]);
    joined.extend(&shape[count + 1..]);
    // The places inside of blocks come first.
    let inside = (0..count).map(|axis| 2 * axis + 2);
    let places = (0..count).map(|axis| 2 * axis + 1);
    let order: Vec<usize> = inside.chain([0]).chain(places).chain(2 * count + 1..cut.len()).collect();
    let cut = node.reshape(padded, &cut)?;
    let moved = node.transpose(cut, &order)?;
    Ok(vec![node.reshape(moved, &joined)?])
}

fn batch_to_space(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (sizes, low, high) = blocks(node)?;
    let (rank, count) = (node.rank(x), sizes.len());
    if rank < count + 1 {
        return Err("there are more blocks than axes".into());
    }
    let shape = node.shape(x).to_vec();
    let batch = divided(shape[0], sizes.iter().product())?;
    let mut cut: Vec<Dim> = sizes.iter().map(|&size| Dim::Static(size as u64)).collect();
    cut.push(batch);
    cut.extend(&shape[1..]);
    let mut order = vec![count];
    for axis in 0..count {
        order.extend([count + 1 + axis, axis]);
    }
    order.extend(2 * count + 1..cut.len());
    let mut joined = vec![batch];
    for (&extent, &size) in shape[1..].iter().zip(&sizes) {
        joined.push(times(extent, size)?);
    }
    joined.extend(&shape[count + 1..]);
    let cut = node.reshape(x, &cut)?;
    let moved = node.transpose(cut, &order)?;
    let mut y = node.reshape(moved, &joined)?;
    for axis in 0..count {
        let margins = crate::conversion::extent::add(expr(low[axis])?, expr(high[axis])?)?;
        let length = dim(subtract(expr(joined[axis + 1])?, margins)?)?;
        y = node.slice_axis(y, axis + 1, low[axis], length)?;
    }
    Ok(vec![y])
}
