//! `DepthToSpace`, `SpaceToDepth`: blocks of channels and squares of pixels.

use super::reshape::scaled;
use crate::conversion::extent::{constant, dim, expr, floor_divide, is_equal, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("DepthToSpace", depth_to_space), row("SpaceToDepth", space_to_depth)];

fn block_size(node: &Node, x: Tracked) -> Result<i64, String> {
    if node.rank(x) != 4 {
        return Err("the input must have 4 axes".into());
    }
    let size = node.int("blocksize").filter(|size| (1..1 << 20).contains(size));
    size.ok_or_else(|| "blocksize must be positive".into())
}

/// An extent divided by what must divide it.
fn divided(extent: Dim, by: i64) -> Result<Dim, String> {
    let quotient = floor_divide(expr(extent)?, constant(by))?;
    if is_equal(multiply(quotient, constant(by))?, expr(extent)?) == Some(false) {
        return Err(format!("extent {extent} is not a multiple of {by}"));
    }
    dim(quotient)
}

fn depth_to_space(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let size = block_size(node, x)?;
    let &[batch, channels, height, width] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let (block, depth) = (Dim::Static(size as u64), divided(channels, size * size)?);
    let (apart, permutation) = match node.string_or("mode", "DCR") {
        "DCR" => ([batch, block, block, depth, height, width], [0, 3, 4, 1, 5, 2]),
        "CRD" => ([batch, depth, block, block, height, width], [0, 1, 4, 2, 5, 3]),
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let apart = node.reshape(x, &apart)?;
    let moved = node.transpose(apart, &permutation)?;
    let by: DimExpr = constant(size);
    Ok(vec![node.reshape(moved, &[batch, depth, scaled(height, by)?, scaled(width, by)?])?])
}

fn space_to_depth(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let size = block_size(node, x)?;
    let &[batch, channels, height, width] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let block = Dim::Static(size as u64);
    let (rows, columns) = (divided(height, size)?, divided(width, size)?);
    let apart = node.reshape(x, &[batch, channels, rows, block, columns, block])?;
    let permutation = match node.string_or("mode", "DCR") {
        "DCR" => [0, 3, 5, 1, 2, 4],
        "CRD" => [0, 1, 3, 5, 2, 4],
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let moved = node.transpose(apart, &permutation)?;
    Ok(vec![node.reshape(moved, &[batch, scaled(channels, constant(size * size))?, rows, columns])?])
}
