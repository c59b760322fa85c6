//! `Reshape`, `Flatten`, `Expand`.

use crate::conversion::emit::broadcast_shape;
use crate::conversion::extent::{constant, dim, element_count, expr, multiply};
use crate::conversion::node::Node;
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("Reshape", reshape), row("Flatten", flatten), row("Expand", expand)];

fn reshape(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if let Some(target) = node.run_time(1) {
        let shape = super::run_time_shapes::reshape_shape(node, node.shape(x), target)?;
        return Ok(vec![node.reshape(x, &shape)?]);
    }
    let target = match node.optional(1) {
        Some(target) => node.extents(target, "the shape")?,
        None => node.ints("shape").ok_or("the shape is missing")?.into_iter().map(constant).collect(),
    };
    let shape = reshape_shape(node.shape(x), &target, node.flag("allowzero", false))?;
    Ok(vec![node.reshape(x, &shape)?])
}

fn flatten(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let shape = flatten_shape(node.shape(x), node.int_or("axis", 1))?;
    Ok(vec![node.reshape(x, &shape)?])
}

fn expand(node: &mut Node) -> Results {
    let (x, target) = (node.input(0)?, node.input(1)?);
    if node.run_time(1).is_some() {
        let shape = super::run_time_shapes::expand_shape(node, node.shape(x), target)?;
        return Ok(vec![node.broadcast(x, &shape)?]);
    }
    let target = node.extents(target, "the shape")?.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>()?;
    let shape = broadcast_shape(&[node.shape(x), &target])?;
    Ok(vec![node.broadcast(x, &shape)?])
}

/// A matrix: the axes before `axis`, and the rest.
pub(crate) fn flatten_shape(from: &[Dim], axis: i64) -> Result<Vec<Dim>, String> {
    let rank = from.len() as i64;
    let axis = if axis < 0 { axis + rank } else { axis };
    let split = usize::try_from(axis).ok().filter(|&axis| axis <= from.len());
    let split = split.ok_or_else(|| format!("axis {axis} is out of range for rank {rank}"))?;
    Ok(vec![dim(element_count(&from[..split])?)?, dim(element_count(&from[split..])?)?])
}

/// `extent * count`.
pub(crate) fn scaled(extent: Dim, count: DimExpr) -> Result<Dim, String> {
    dim(multiply(expr(extent)?, count)?)
}
