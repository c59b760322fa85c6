//! Plans determinant and inverse.

use crate::anchored::{anchor, estimate, is_alone};
use crate::map::serial_tasks;
use crate::plan::Plan;
use crate::spec::{KernelSpec, product};
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "elimination";

/// Plans determinant and inverse: a task is one matrix. Scratch memory holds a copy of it, for an inverse with as many
/// columns again.
///
/// Options: `anchor`, `width`, the columns in scratch memory for each of the matrix.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["determinant", "inverse"])?;
    if !is_alone(spec, anchor) {
        return None;
    }
    let operand = spec.operand(anchor, 0);
    let (outer, size) = (operand.rank() - 2, operand.shape[operand.rank() - 1]);
    let width = if spec.nodes[anchor].is("inverse") { 2 } else { 1 };
    let exprs = operand.exprs();
    let bytes = DimExpr::constant(width * operand.element.byte_size() as i64);
    let scratch = product(&[exprs[outer], exprs[outer + 1], bytes]);
    let work = (0..3).fold(width, |work: i64, _| work.saturating_mul(estimate(size)));
    let plan = Plan::new(FAMILY, product(&exprs[..outer])).with_serial_tasks(serial_tasks(work)).with_scratch(scratch);
    Some(plan.with("anchor", anchor as i64).with("width", width))
}
