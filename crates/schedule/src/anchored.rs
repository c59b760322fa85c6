//! Kernels around one op that is not elementwise: which node it is, and how rows of its result become tasks.

use crate::axes::is_elementwise;
use crate::map::{operations, plan_space};
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec, Source};
use kiln_ir::Dim;
use kiln_target::Target;

/// The only node that is one of `ops`, if all others are elementwise and follow it (or are constants).
pub fn anchor(spec: &KernelSpec, ops: &[&str]) -> Option<usize> {
    let anchor = spec.only_node(|node| ops.contains(&node.op()))?;
    let fits = |(index, node): (usize, &NodeSpec)| {
        index == anchor || node.splat().is_some() || index > anchor && is_elementwise(node)
    };
    spec.nodes.iter().enumerate().all(fits).then_some(anchor)
}

/// As [`anchor`], where elementwise nodes may also come before and feed the anchor.
pub fn anchor_with_prologue(spec: &KernelSpec, ops: &[&str]) -> Option<usize> {
    let anchor = spec.only_node(|node| ops.contains(&node.op()))?;
    let fits = |(index, node): (usize, &NodeSpec)| index == anchor || node.splat().is_some() || is_elementwise(node);
    spec.nodes.iter().enumerate().all(fits).then_some(anchor)
}

/// Whether all outputs have the shape of the anchor's first result.
pub fn is_anchor_space(spec: &KernelSpec, anchor: usize) -> bool {
    spec.space() == Some(spec.nodes[anchor].results[0].shape.as_slice())
}

/// Whether the kernel is its anchor alone, with all the anchor's results as outputs, in order.
pub fn is_alone(spec: &KernelSpec, anchor: usize) -> bool {
    let results = spec.nodes[anchor].results.len();
    let own = |result: usize| Source::Node { node: anchor, result };
    spec.outputs.len() <= results && spec.outputs.iter().enumerate().all(|(result, &output)| output == own(result))
}

/// A plan in which each row along the last axis of the anchor's result is walked with lanes; `work` is how many
/// operations one element of the anchor takes.
pub fn plan_rows(family: &str, spec: &KernelSpec, anchor: usize, target: &Target, work: i64, vectorize: bool) -> Plan {
    let space: &[Dim] = &spec.nodes[anchor].results[0].shape;
    let lanes = if vectorize { crate::map::lanes(spec, target, space.last()) } else { 1 };
    let mut plan = plan_space(space, operations(spec).saturating_add(work), lanes);
    plan.family = kiln_ir::Name::new(family);
    plan.with("anchor", anchor as i64)
}

/// What an extent is taken for while planning.
pub fn estimate(dim: Dim) -> i64 {
    dim.as_static().map_or(crate::tuning::SYMBOLIC_EXTENT, |extent| extent as i64).max(1)
}
