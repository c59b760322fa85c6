//! Plans top_k of many elements: the line is sorted, where finding the best one again and again would take longer.

use crate::anchored::{anchor, estimate, is_alone};
use crate::map::serial_tasks;
use crate::plan::Plan;
use crate::spec::{KernelSpec, product};
use crate::tuning::{SORTED_RUN, sort_from};
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "sort";

/// Plans a sort. A task is all lines along the axis that share the coordinates before it. Scratch memory holds the line's
/// places twice, from one to the other of which runs are merged, and its elements.
///
/// Options: `anchor`, `run`, the length of the runs to begin with.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["top_k"])?;
    let node = &spec.nodes[anchor];
    let axis = usize::try_from(node.attributes.i64("axis")?).ok()?;
    let operand = spec.operand(anchor, 0);
    let fewest = sort_from(estimate(operand.shape[axis]));
    if !is_alone(spec, anchor) || node.results[0].shape[axis].as_static().is_some_and(|k| k < fewest) {
        return None;
    }
    let exprs = operand.exprs();
    let length = exprs[axis];
    // In whole lines of the cache: 64 bytes are the places of 4 elements, twice.
    let places = length.checked_add(DimExpr::constant(3))?.floor_div(DimExpr::constant(4))?;
    let places = product(&[places, DimExpr::constant(64)]);
    let scratch = places.checked_add(product(&[length, DimExpr::constant(operand.element.byte_size() as i64)]))?;
    let line: i64 = operand.shape[axis..].iter().map(|&dim| estimate(dim)).fold(1, i64::saturating_mul);
    let steps = SORTED_RUN + 8 * i64::from(estimate(operand.shape[axis]).ilog2());
    Some(
        Plan::new(FAMILY, product(&exprs[..axis]))
            .with_serial_tasks(serial_tasks(line.saturating_mul(steps)))
            .with_scratch(scratch)
            .with("anchor", anchor as i64)
            .with("run", SORTED_RUN),
    )
}
