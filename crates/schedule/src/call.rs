//! Plans calls of the runtime.

use crate::anchored::is_alone;
use crate::plan::Plan;
use crate::spec::{KernelSpec, Source};
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "call";

/// Plans a call: one task, which does whole tensors. What is computed from them is a kernel of its own.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| node.is("call"))?;
    let is_input = |source: &Source| matches!(source, Source::Input(_));
    let reads_memory = spec.nodes[anchor].operands.iter().all(is_input);
    let is_call = reads_memory && is_alone(spec, anchor);
    is_call.then(|| Plan::new(FAMILY, DimExpr::constant(1)).with("anchor", anchor as i64))
}
