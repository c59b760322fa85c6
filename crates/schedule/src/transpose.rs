//! Plans transposes that move the last axis: tiles are turned over in registers, so that loads and stores both run along
//! memory.

use crate::anchored::{anchor, estimate, is_anchor_space};
use crate::map::{operations, serial_tasks};
use crate::plan::Plan;
use crate::spec::{KernelSpec, Source, product};
use kiln_ir::DimExpr;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family's name.
pub const FAMILY: &str = "transpose";

/// Tiles smaller than this are left to the `map` family.
const SMALLEST_TILE: usize = 4;

/// Up to this extent of the last axis, vectors are interleaved instead of turned over.
const INTERLEAVED: u64 = 4;

/// Plans a transpose of 4-byte elements whose operand comes from memory.
///
/// Options: `anchor`; `tile`, the sides of a tile; `across`, the axis of the result that is the operand's last one;
/// `interleave`, whether the result's last axis is so short that its elements are interleaved, which asks for `across`
/// to be the axis before. A task is a stretch of `tile` elements along `across`, for all of the last axis.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["transpose"])?;
    let node = &spec.nodes[anchor];
    let is_plain = is_anchor_space(spec, anchor) && matches!(node.operands[0], Source::Input(_));
    let element = node.results[0].element;
    if !is_plain || !matches!(element, ElementType::F32 | ElementType::I32 | ElementType::U32) {
        return None;
    }
    let permutation = node.integers("permutation", 0, 0);
    let last = permutation.len().checked_sub(1)?;
    let across = permutation.iter().position(|&axis| axis == last as i64)?;
    if across == last {
        return None;
    }
    let shape = &node.results[0].shape;
    let is_alone = crate::anchored::is_alone(spec, anchor);
    let interleave = is_alone
        && spec.output(0).within.is_none()
        && across + 1 == last
        && shape[last].as_static().is_some_and(|extent| (2..=INTERLEAVED).contains(&extent));
    let mut tile = target.lanes(element);
    let extents = [Some(shape[across]), (!interleave).then_some(shape[last])];
    for extent in extents.into_iter().flatten().filter_map(|dim| dim.as_static()) {
        while tile as u64 > extent {
            tile /= 2;
        }
    }
    if tile < SMALLEST_TILE {
        return None;
    }
    let exprs = node.results[0].exprs();
    let blocks = exprs[across].ceil_div(DimExpr::constant(tile as i64))?;
    let others: Vec<DimExpr> = (0..last).filter(|&axis| axis != across).map(|axis| exprs[axis]).collect();
    let tasks = product(&others).checked_mul(blocks)?;
    let work = estimate(shape[last]).saturating_mul(operations(spec));
    Some(
        Plan::new(FAMILY, tasks)
            .with_serial_tasks(serial_tasks(work))
            .with("anchor", anchor as i64)
            .with("tile", tile as i64)
            .with("across", across as i64)
            .with("interleave", interleave),
    )
}
