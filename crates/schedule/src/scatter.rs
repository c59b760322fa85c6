//! Plans scatter_elements and scatter_nd.

use crate::anchored::is_alone;
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "scatter";

/// Plans a scatter: one task, as updates may meet and their order counts.
pub fn plan(spec: &KernelSpec, _target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| node.is("scatter_elements") || node.is("scatter_nd"))?;
    let others = spec.nodes.iter().enumerate().all(|(index, node)| index == anchor || node.splat().is_some());
    (others && is_alone(spec, anchor)).then(|| Plan::new(FAMILY, DimExpr::constant(1)).with("anchor", anchor as i64))
}
