//! `Tile`.

use super::reshape::scaled;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row_in("Tile", 1..=5, tile_axis), row_in("Tile", 6..=i64::MAX, tile)];

/// The first version: one axis, and how often.
fn tile_axis(node: &mut Node) -> Results {
    let (x, count, axis) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let first = |values: Vec<DimExpr>| values.first().copied().ok_or("an input is empty");
    let count = first(node.extents(count, "the number of repeats")?)?;
    let axis = first(node.extents(axis, "the axis")?)?.as_constant().ok_or("the axis must be constant")?;
    let mut repeats = vec![constant(1); node.rank(x)];
    repeats[normalize_axis(axis, node.rank(x))?] = count;
    repeat(node, x, &repeats)
}

fn tile(node: &mut Node) -> Results {
    let (x, repeats) = (node.input(0)?, node.input(1)?);
    let repeats = node.counts_of(repeats)?;
    repeat(node, x, &repeats)
}

fn repeat(node: &mut Node, x: Tracked, repeats: &[DimExpr]) -> Results {
    let shape = node.shape(x);
    if repeats.len() != shape.len() {
        return Err(format!("{} axes take as many repeats, found {}", shape.len(), repeats.len()));
    }
    if let Some(constants) = repeats.iter().map(|count| count.as_constant()).collect::<Option<Vec<i64>>>() {
        return Ok(vec![node.emit("graph.tile", &[x], &[("repeats", attribute(constants))])?]);
    }
    // An axis of its own for the repeats of each axis.
    let apart: Vec<Dim> = shape.iter().flat_map(|&extent| [Dim::Static(1), extent]).collect();
    let pairs = |(&extent, &count): (&Dim, &DimExpr)| Ok([dim(count)?, extent]);
    let stretched = shape.iter().zip(repeats).map(pairs).collect::<Result<Vec<[Dim; 2]>, String>>()?.concat();
    let whole =
        shape.iter().zip(repeats).map(|(&extent, &count)| scaled(extent, count)).collect::<Result<Vec<_>, _>>()?;
    let apart = node.reshape(x, &apart)?;
    let repeated = node.broadcast(apart, &stretched)?;
    Ok(vec![node.reshape(repeated, &whole)?])
}
