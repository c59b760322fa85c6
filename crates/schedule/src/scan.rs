//! Plans ops that walk along an axis and carry something: cumulative_sum, cumulative_product, arg_max, arg_min, top_k.

use crate::anchored::{anchor, estimate, is_alone, is_anchor_space};
use crate::map::{lanes, serial_tasks};
use crate::plan::Plan;
use crate::spec::{KernelSpec, product};
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "scan";

/// Plans a scan. A task is all lines along the axis that share the coordinates before it; lines side by side are walked
/// with lanes.
///
/// Options: `anchor`, `lanes`. Scratch memory of `top_k` holds one mark for each element of a line.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["cumulative_sum", "cumulative_product", "arg_max", "arg_min", "top_k"])?;
    let node = &spec.nodes[anchor];
    let is_top_k = node.is("top_k");
    if is_top_k && !is_alone(spec, anchor) || !is_top_k && !is_anchor_space(spec, anchor) {
        return None;
    }
    let operand = spec.operand(anchor, 0);
    let axis = usize::try_from(node.attributes.i64("axis")?).ok()?;
    let last = operand.rank() - 1;
    let lanes = if axis == last || is_top_k { 1 } else { lanes(spec, target, operand.shape.last()) };
    let exprs = operand.exprs();
    let tasks = product(&exprs[..axis]);
    let line: i64 = operand.shape[axis..].iter().map(|&dim| estimate(dim)).fold(1, i64::saturating_mul);
    let work = line.saturating_mul(if is_top_k { estimate(node.results[0].shape[axis]).max(1) } else { 2 });
    let scratch = if is_top_k { exprs[axis] } else { DimExpr::constant(0) };
    Some(
        Plan::new(FAMILY, tasks)
            .with_serial_tasks(serial_tasks(work / lanes as i64))
            .with_scratch(scratch)
            .with("anchor", anchor as i64)
            .with("lanes", lanes as i64),
    )
}
