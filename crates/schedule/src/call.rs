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
    let anchor = lone_call(spec, "call")?;
    Some(Plan::new(FAMILY, DimExpr::constant(1)).with("anchor", anchor as i64))
}

/// The kernel's only node, if it is an op of that name that reads and writes memory.
pub(crate) fn lone_call(spec: &KernelSpec, name: &str) -> Option<usize> {
    let anchor = spec.only_node(|node| node.is(name))?;
    let is_input = |source: &Source| matches!(source, Source::Input(_));
    let reads_memory = spec.nodes[anchor].operands.iter().all(is_input);
    (reads_memory && is_alone(spec, anchor)).then_some(anchor)
}
