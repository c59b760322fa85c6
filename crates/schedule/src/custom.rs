//! Plans calls of the user's functions.

use crate::call::lone_call;
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "custom";

/// Plans a call: one task, on the thread that runs the model.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = lone_call(spec, "custom")?;
    Some(Plan::new(FAMILY, DimExpr::constant(1)).with("anchor", anchor as i64))
}
