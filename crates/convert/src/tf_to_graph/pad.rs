//! Padding.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, expr};
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[
    row("Pad", |node| {
        let (x, pads) = (node.input(0)?, node.input(1)?);
        Ok(vec![padded(node, x, pads, None, "constant")?])
    }),
    row("PadV2", |node| {
        let (x, pads, value) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let value = node.reshape(value, &[])?;
        Ok(vec![padded(node, x, pads, Some(value), "constant")?])
    }),
    row("MirrorPad", |node| {
        let (x, pads) = (node.input(0)?, node.input(1)?);
        let mode = node.string_or("mode", "REFLECT");
        Ok(vec![mirrored(node, x, pads, mode)?])
    }),
];

/// How much goes before and after each axis: rows of two numbers.
fn sides(node: &mut Node, x: Tracked, pads: Tracked) -> Result<(Vec<DimExpr>, Vec<DimExpr>), String> {
    let listed = node.counts_of(pads)?;
    let rank = node.rank(x);
    if listed.len() != 2 * rank {
        return Err(format!("{rank} axes take {} paddings, not {}", 2 * rank, listed.len()));
    }
    Ok((listed.iter().step_by(2).copied().collect(), listed.iter().skip(1).step_by(2).copied().collect()))
}

fn padded(node: &mut Node, x: Tracked, pads: Tracked, value: Option<Tracked>, mode: &str) -> Result<Tracked, String> {
    let (low, high) = sides(node, x, pads)?;
    let dims = |exprs: Vec<DimExpr>| exprs.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>();
    let given = [("low", attribute(dims(low)?)), ("high", attribute(dims(high)?)), ("mode", attribute(mode))];
    let operands: Vec<Tracked> = [Some(x), value].into_iter().flatten().collect();
    node.emit("graph.pad", &operands, &given)
}

/// Padding by a mirror image, with or without the border element.
pub(crate) fn mirrored(node: &mut Node, mut x: Tracked, pads: Tracked, mode: &str) -> Result<Tracked, String> {
    match mode {
        "REFLECT" => return padded(node, x, pads, None, "reflect"),
        "SYMMETRIC" => {}
        other => return Err(format!("mode \"{other}\" is not known")),
    }
    let (low, high) = sides(node, x, pads)?;
    for axis in 0..node.rank(x) {
        let extent = expr(node.shape(x)[axis])?;
        let mut parts = vec![x];
        for (at_start, &amount) in [(true, &low[axis]), (false, &high[axis])] {
            if amount.as_constant() == Some(0) {
                continue;
            }
            let start =
                if at_start { DimExpr::constant(0) } else { crate::conversion::extent::subtract(extent, amount)? };
            let part = node.slice_axis(x, axis, dim(start)?, dim(amount)?)?;
            let part = super::movement::reverse(node, part, &[axis])?;
            if at_start { parts.insert(0, part) } else { parts.push(part) }
        }
        x = node.concat(&parts, axis)?;
    }
    Ok(x)
}
