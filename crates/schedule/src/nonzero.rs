//! Plans nonzero.

use crate::anchored::is_alone;
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "nonzero";

/// Plans nonzero: one task, as each place depends on all before it.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| node.is("nonzero"))?;
    is_alone(spec, anchor).then(|| Plan::new(FAMILY, DimExpr::constant(1)).with("anchor", anchor as i64))
}
