//! Plans softmax, log_softmax, layer_norm, rms_norm and lrn: ops that look at a line of elements before they write any of it.

use crate::anchored::{anchor, estimate, is_anchor_space};
use crate::map::{lanes, operations, serial_tasks};
use crate::plan::Plan;
use crate::spec::{KernelSpec, product};
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family of softmax and log_softmax.
pub const SOFTMAX: &str = "softmax";
/// The family of layer_norm.
pub const LAYER_NORM: &str = "layer_norm";
/// The family of lrn.
pub const LRN: &str = "lrn";

/// Bytes of an element in scratch memory, where it stands as it is computed.
fn scratch_bytes(element: ElementType) -> i64 {
    if element == ElementType::F64 { 8 } else { 4 }
}

fn expr(dim: &Dim) -> DimExpr {
    dim.expr().expect("extents are known")
}

fn multiply(left: DimExpr, right: i64) -> DimExpr {
    left.checked_mul(DimExpr::constant(right)).expect("sizes do not overflow")
}

/// Plans softmax and log_softmax. A task is one line along the axis, or, where the axis is not the last, a vector of
/// lines side by side.
///
/// Options: `anchor`, `lanes`. Scratch memory holds the exponentials of a line (or of a vector of lines).
pub fn plan_softmax(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["softmax", "log_softmax"])?;
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let shape = &node.results[0].shape;
    let axis = usize::try_from(node.attributes.i64("axis")?).ok()?;
    let lanes = lanes(spec, target, shape.last());
    let exprs = node.results[0].exprs();
    let outer = product(&exprs[..axis]);
    let length = estimate(shape[axis]);
    let (tasks, width) = if axis + 1 == shape.len() {
        (outer, 1)
    } else {
        let inner = exprs[axis + 1..].split_last().map(|(last, middle)| {
            let blocks = last.ceil_div(DimExpr::constant(lanes as i64)).expect("lanes are positive");
            product(middle).checked_mul(blocks).expect("tasks do not overflow")
        })?;
        (outer.checked_mul(inner).expect("tasks do not overflow"), lanes as i64)
    };
    let work = length * width * (operations(spec) + 2 * crate::tuning::FUNCTION_OPERATIONS) / lanes as i64;
    let bytes = multiply(exprs[axis], width * scratch_bytes(node.results[0].element));
    Some(
        Plan::new(SOFTMAX, tasks)
            .with_serial_tasks(serial_tasks(work))
            .with_scratch(bytes)
            .with("anchor", anchor as i64)
            .with("lanes", lanes as i64),
    )
}

/// Plans layer_norm and rms_norm. A task is one line of all normalized axes.
///
/// Options: `anchor`, `lanes`; lanes is 1 where several axes are normalized and something is broadcast among them.
pub fn plan_layer_norm(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["layer_norm", "rms_norm"])?;
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let shape = &node.results[0].shape;
    let axis = usize::try_from(node.attributes.i64("axis")?).ok()?;
    let lanes = if axis + 1 == shape.len() { lanes(spec, target, shape.last()) } else { 1 };
    let work = shape[axis..].iter().map(|&dim| estimate(dim)).fold(4i64, i64::saturating_mul);
    let tasks = product(&shape[..axis].iter().map(expr).collect::<Vec<_>>());
    Some(
        Plan::new(LAYER_NORM, tasks)
            .with_serial_tasks(serial_tasks(work.saturating_mul(operations(spec)) / lanes as i64))
            .with("anchor", anchor as i64)
            .with("lanes", lanes as i64),
    )
}

/// Plans lrn. A task is one line along the last axis.
///
/// Options: `anchor`, `lanes`. Scratch memory holds the squares of a line of channels with a margin on both sides, where
/// channels are the last axis.
pub fn plan_lrn(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["lrn"])?;
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let shape = &node.results[0].shape;
    let size = node.attributes.i64("size")?;
    let lanes = lanes(spec, target, shape.last());
    let exprs = node.results[0].exprs();
    let (last, outer) = exprs.split_last()?;
    let mut scratch = DimExpr::constant(0);
    if node.is_channels_last() {
        let margin = DimExpr::constant(size + target.lanes(node.results[0].element) as i64);
        let elements = last.checked_add(margin).expect("sizes do not overflow");
        scratch = multiply(elements, scratch_bytes(node.results[0].element));
    }
    let work = estimate(*shape.last()?) * (size + 2 * crate::tuning::FUNCTION_OPERATIONS);
    Some(
        Plan::new(LRN, product(outer))
            .with_serial_tasks(serial_tasks(work / lanes as i64))
            .with_scratch(scratch)
            .with("anchor", anchor as i64)
            .with("lanes", lanes as i64),
    )
}
