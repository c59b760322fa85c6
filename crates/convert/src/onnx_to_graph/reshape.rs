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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let (n, s) = (Dim::symbol("N"), Dim::symbol("S"));
        let check = |from: &[Dim], target: &[i64], expected: Result<&str, &str>| {
            let target: Vec<DimExpr> = target.iter().map(|&value| constant(value)).collect();
            let shape = reshape_shape(from, &target, false).map(|shape| show(&shape));
            assert_eq!(shape.as_deref().map_err(String::as_str), expected);
        };
        let six = Dim::Static(6);
        check(&[n, six, s], &[0, -1], Ok("[N, 6 * S]"));
        check(&[n, six, s], &[-1, 3], Ok("[2 * N * S, 3]"));
        check(&[six], &[4, -1], Err("a tensor of shape [6] has no extent that goes with [4]"));
        check(&[six], &[-1, -1], Err("more than one extent of the shape is -1"));
        check(&[six], &[6, 0], Err("axis 1 has no extent to copy"));
        check(&[six], &[-2], Err("extent -2 cannot be"));
    }

    #[test]
    fn symbolic_targets_cancel() {
        let n = DimExpr::symbol("N");
        let shape = reshape_shape(&[Dim::symbol("N"), Dim::Static(8)], &[n, constant(2), constant(-1)], false);
        assert_eq!(shape.map(|shape| show(&shape)).as_deref(), Ok("[N, 2, 4]"));
    }
}
