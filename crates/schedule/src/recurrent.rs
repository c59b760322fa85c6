//! Plans lstm, gru and rnn.

use crate::anchored::{estimate, is_alone};
use crate::dot::{Dot, Unit};
use crate::map::serial_tasks;
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::{KernelSpec, NodeSpec, Source};
use crate::tuning;
use kiln_graph::RecurrentView;
use kiln_ir::DimExpr;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family's name.
pub const FAMILY: &str = "recurrent";

/// Whether an op is a recurrent layer.
pub(crate) fn is_recurrent(name: &str) -> bool {
    matches!(name, "graph.lstm" | "graph.gru" | "graph.rnn")
}

/// How many gates the cell of an op has.
pub fn gates(node: &NodeSpec) -> usize {
    match node.op() {
        "lstm" => 4,
        "gru" => 3,
        _ => 1,
    }
}

/// The sources of a layer's operands, by their places in its definition.
pub fn operands(node: &NodeSpec) -> Vec<Option<Source>> {
    let segments = node.attributes.i64s("operandSegmentSizes").unwrap_or_default();
    let mut sources = node.operands.iter().copied();
    segments.iter().map(|&size| if size == 1 { sources.next() } else { None }).collect()
}

/// Plans a recurrent layer of which the products of the inputs are taken out: a task is one sequence in one direction.
///
/// The weights of the state are packed into panels of each gate. Options: `anchor`; the register tile, of one row; `part`,
/// the units of a gate filled up to whole vectors. Scratch memory holds, as parts of so many elements: the products of
/// the state, as many parts as gates; the state, the cell, the reset state.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = spec.only_node(|node| is_recurrent(node.name.as_str()))?;
    let others = spec.nodes.iter().enumerate().all(|(index, node)| index == anchor || node.splat().is_some());
    if !others || !is_alone(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let view = RecurrentView::read(node.name.as_str(), &node.attributes).ok()?;
    let (None, Some(Source::Input(weights))) = (operands(node)[1], operands(node)[2]) else { return None };
    let x = spec.operand(anchor, 0);
    let (sequence, batch) = if view.batch_first { (x.shape[1], x.shape[0]) } else { (x.shape[0], x.shape[1]) };
    let compute = if x.element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let lanes = target.lanes(compute);
    let vectors = view.hidden_size.div_ceil(lanes).min(tuning::RECURRENT_VECTORS);
    let (dot, unit) = (Dot::Fused, Unit::Vectors);
    let tile = RegisterTile { rows: vec![1], vectors, lanes, dot, unit, unroll: tuning::UNROLL };
    let part = view.hidden_size.next_multiple_of(lanes).next_multiple_of(64 / compute.byte_size());
    let parts = gates(node) + 3;
    let directions = DimExpr::constant(view.direction.count() as i64);
    let tasks = batch.expr()?.checked_mul(directions)?;
    let step = (view.hidden_size as i64).saturating_mul((gates(node) * view.hidden_size) as i64);
    let work = step.saturating_mul(estimate(sequence)) / lanes as i64;
    let plan = Plan::new(FAMILY, tasks)
        .with_serial_tasks(serial_tasks(work))
        .with_scratch(DimExpr::constant((part * parts * compute.byte_size()) as i64))
        .with("anchor", anchor as i64)
        .with("part", part as i64);
    let form = PackForm::GatePanels { gates: gates(node), columns: tile.columns() };
    Some(Packing { input: weights, form }.attach(tile.attach(plan)))
}
