//! Plans non_max_suppression.

use crate::anchored::{anchor, estimate, is_alone};
use crate::map::serial_tasks;
use crate::plan::Plan;
use crate::spec::{KernelSpec, product};
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "non_max_suppression";

/// Plans non_max_suppression: a task is one class of one picture. Scratch memory holds one mark for each box.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["non_max_suppression"])?;
    if !is_alone(spec, anchor) {
        return None;
    }
    let scores = spec.operand(anchor, 1);
    let kept = spec.nodes[anchor].results[0].shape[2];
    let exprs = scores.exprs();
    let work = estimate(scores.shape[2]).saturating_mul(estimate(kept));
    let plan = Plan::new(FAMILY, product(&exprs[..2])).with_serial_tasks(serial_tasks(work)).with_scratch(exprs[2]);
    Some(plan.with("anchor", anchor as i64))
}
