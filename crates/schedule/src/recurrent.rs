//! Plans lstm, gru and rnn.

use crate::anchored::{estimate, is_alone};
use crate::map::serial_tasks;
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec};
use kiln_graph::RecurrentView;
use kiln_ir::DimExpr;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family's name.
pub const FAMILY: &str = "recurrent";

/// How many gates the cell of an op has.
pub fn gates(node: &NodeSpec) -> usize {
    match node.op() {
        "lstm" => 4,
        "gru" => 3,
        _ => 1,
    }
}

/// Plans a recurrent layer: a task is one sequence in one direction.
///
/// Options: `anchor`; `lanes`, along the units and along the sums. Scratch memory holds, as parts of `part` elements: the
/// gates from the input (as many parts as gates), those from the state, the state, the cell, the reset state.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| matches!(node.op(), "lstm" | "gru" | "rnn"))?;
    let others = spec.nodes.iter().enumerate().all(|(index, node)| index == anchor || node.splat().is_some());
    if !others || !is_alone(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let view = RecurrentView::read(node.name.as_str(), &node.attributes).ok()?;
    let x = spec.operand(anchor, 0);
    let (sequence, batch) = if view.batch_first { (x.shape[1], x.shape[0]) } else { (x.shape[0], x.shape[1]) };
    let compute = if x.element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let lanes = target.lanes(compute);
    let part = view.hidden_size.next_multiple_of(64 / compute.byte_size());
    let parts = 2 * gates(node) + 3;
    let directions = DimExpr::constant(view.direction.count() as i64);
    let tasks = batch.expr()?.checked_mul(directions)?;
    let row = estimate(x.shape[2]) + view.hidden_size as i64;
    let step = row.saturating_mul((gates(node) * view.hidden_size) as i64);
    let work = step.saturating_mul(estimate(sequence)) / lanes as i64;
    Some(
        Plan::new(FAMILY, tasks)
            .with_serial_tasks(serial_tasks(work))
            .with_scratch(DimExpr::constant((part * parts * compute.byte_size()) as i64))
            .with("anchor", anchor as i64)
            .with("lanes", lanes as i64)
            .with("part", part as i64),
    )
}
