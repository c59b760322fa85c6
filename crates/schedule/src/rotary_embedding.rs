//! Plans rotary embeddings: pairs are computed together, so that each element is read once.

use crate::axes::is_elementwise;
use crate::map::{lanes, operations, plan_space};
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec, Source};
use kiln_graph::RotaryView;
use kiln_ir::{Dim, Name, Type};
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "rotary_embedding";

/// Plans a rotary embedding whose operand comes from memory, perhaps through a transpose that keeps rows.
///
/// Options: `anchor`; those of [`plan_space`], where `lanes` are how many pairs are computed at once. A single row stands
/// in a space of two axes, so that tasks count rows.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| node.is("rotary_embedding"))?;
    let node = &spec.nodes[anchor];
    let fits = |(index, other): (usize, &NodeSpec)| {
        index == anchor
            || other.splat().is_some()
            || index < anchor && keeps_rows(other)
            || index > anchor && is_elementwise(other)
    };
    let is_anchor_space = spec.space() == Some(node.results[0].shape.as_slice());
    if !is_anchor_space || !spec.nodes.iter().enumerate().all(fits) {
        return None;
    }
    let view = view(spec, anchor)?;
    let run = if view.interleaved { view.turned } else { view.turned / 2 };
    let lanes = lanes(spec, target, Some(&Dim::Static(run)));
    let pairs = if view.interleaved { (lanes / 2).max(1) } else { lanes };
    let mut plan = plan_space(&rows(&node.results[0].shape), operations(spec) + 3, pairs);
    plan.family = Name::new(FAMILY);
    Some(plan.with("anchor", anchor as i64))
}

/// What the anchor turns.
pub fn view(spec: &KernelSpec, anchor: usize) -> Option<RotaryView> {
    let node = &spec.nodes[anchor];
    let ty = |&operand: &Source| {
        let tensor = spec.tensor(operand);
        Type::tensor(&tensor.shape, Type::from_element(tensor.element))
    };
    let types: Vec<Type> = node.operands.iter().map(ty).collect();
    RotaryView::parse(&types, &node.attributes).ok()
}

/// The space that is divided into tasks: two axes at least.
pub fn rows(shape: &[Dim]) -> Vec<Dim> {
    match shape {
        [only] => vec![Dim::Static(1), *only],
        _ => shape.to_vec(),
    }
}

fn keeps_rows(node: &NodeSpec) -> bool {
    let permutation = node.integers("permutation", 0, 0);
    node.is("transpose")
        && matches!(node.operands[0], Source::Input(_))
        && permutation.last() == Some(&(permutation.len() as i64 - 1))
}
