//! Plans reductions.

use crate::anchored::{anchor_with_prologue, estimate, is_anchor_space};
use crate::axes::{is_elementwise, merge_extents};
use crate::map::{lanes, operations, serial_tasks};
use crate::plan::Plan;
use crate::spec::{KernelSpec, Source, product};
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "reduce";

/// The ops of this family.
pub const OPS: &[&str] = &["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_product"];

/// Registers of accumulators along the last axis of a reduction that keeps it.
const COLUMN_REGISTERS: usize = 4;

/// Plans a reduction. Where the last axis is reduced, a task is one element of the result and lanes run along that
/// axis; where it is kept, a task is a block of columns and lanes run along them.
///
/// Options: `anchor`; `merge`, sizes of groups of adjacent axes that are walked as one; `lanes`; `columns`, elements of
/// a block where the last axis is kept, else 0.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor_with_prologue(spec, OPS)?;
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let groups = groups(spec, anchor);
    let merged = merge(spec, anchor, &groups);
    let working = merged.as_ref().unwrap_or(spec);
    let node = &working.nodes[anchor];
    let operand = &working.operand(anchor, 0).shape;
    let axes = merged_axes(spec, anchor, merged.is_some().then_some(&groups));
    let last = operand.len().checked_sub(1);
    let is_inner = last.is_none_or(|last| axes.contains(&last));
    let lanes = lanes(working, target, operand.last());
    let reduced: i64 = axes.iter().map(|&axis| estimate(operand[axis])).product();
    let expr = |dim: &Dim| dim.expr().expect("extents are known");
    let result: Vec<DimExpr> = node.results[0].shape.iter().map(expr).collect();
    let (tasks, columns) = match last {
        Some(last) if !is_inner => {
            let columns = lanes * COLUMN_REGISTERS;
            let blocks = result[last].ceil_div(DimExpr::constant(columns as i64)).expect("blocks are not empty");
            (product(&result[..last]).checked_mul(blocks).expect("tasks do not overflow"), columns)
        }
        _ => (product(&result), 0),
    };
    let task = reduced.saturating_mul(operations(spec)).saturating_mul(columns.max(1) as i64);
    let plan = Plan::new(FAMILY, tasks)
        .with_serial_tasks(serial_tasks(task / lanes as i64))
        .with("anchor", anchor as i64)
        .with("lanes", lanes as i64)
        .with("columns", columns as i64);
    Some(match merged {
        Some(_) => plan.with("merge", groups.iter().map(|group| group.len() as i64).collect::<Vec<i64>>()),
        None => plan,
    })
}

/// Adjacent axes that are both reduced or both kept.
fn groups(spec: &KernelSpec, anchor: usize) -> Vec<std::ops::Range<usize>> {
    let axes = spec.nodes[anchor].integers("axes", 0, 0);
    let rank = spec.nodes[anchor].results[0].rank();
    let is_reduced = |axis: usize| axes.contains(&(axis as i64));
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for axis in 0..rank {
        match groups.last_mut() {
            Some(group) if is_reduced(group.start) == is_reduced(axis) => group.end = axis + 1,
            _ => groups.push(axis..axis + 1),
        }
    }
    groups
}

/// The kernel with groups of axes merged, if its operand comes straight from memory.
pub fn merge(spec: &KernelSpec, anchor: usize, groups: &[std::ops::Range<usize>]) -> Option<KernelSpec> {
    let Source::Input(input) = spec.nodes[anchor].operands[0] else { return None };
    let has_prologue = spec.nodes[..anchor].iter().any(is_elementwise);
    if has_prologue || groups.len() == spec.nodes[anchor].results[0].rank() {
        return None;
    }
    let mut merged = spec.merge_axes(Some(anchor), groups)?;
    merged.inputs[input] = merge_extents(&spec.inputs[input], groups)?;
    Some(merged)
}

/// The axes to reduce, after merging.
pub fn merged_axes(spec: &KernelSpec, anchor: usize, groups: Option<&Vec<std::ops::Range<usize>>>) -> Vec<usize> {
    let axes: Vec<usize> = spec.nodes[anchor].integers("axes", 0, 0).into_iter().map(|axis| axis as usize).collect();
    match groups {
        None => axes,
        Some(groups) => (0..groups.len()).filter(|&group| axes.contains(&groups[group].start)).collect(),
    }
}
