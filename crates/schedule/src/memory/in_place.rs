//! Kernels that write their result over an operand.
//!
//! That is right where each element of the result is stored once, by the thread that has read that same element of the
//! operand before and no other of it: in kernels of elementwise ops alone, and for what the epilogue of a convolution or a
//! matrix product reads, since accumulators are kept in registers or in scratch memory until the one store.

use crate::anchored::anchor;
use crate::axes::is_elementwise;
use crate::parts::storage_of;
use crate::plan::Plan;
use crate::separable::SeparableKernel;
use crate::spec::{KernelSpec, NodeSpec, Source};
use crate::{conv, conv_transpose, depthwise, map, matmul, separable, winograd};
use kiln_ir::{DimExpr, Module, Op, Value};

/// The families that store each element once.
const FAMILIES: &[&str] = &[
    map::FAMILY,
    conv::FAMILY,
    conv_transpose::FAMILY,
    depthwise::FAMILY,
    separable::FAMILY,
    winograd::FAMILY,
    matmul::FAMILY,
];

/// What `request` knows of the memory that the only result of `op` can take over: of its first operand that `op` may
/// overwrite.
pub(super) fn overwritten_operand(module: &Module, op: Op, request: impl Fn(Value) -> Option<usize>) -> Option<usize> {
    let plan = module.attribute(op, "plan").and_then(Plan::from_attribute)?;
    if module.results(op).len() != 1 || !FAMILIES.contains(&plan.family.as_str()) {
        return None;
    }
    let storages: Vec<_> = module.operands(op).iter().map(|&operand| storage_of(module, operand)).collect();
    let mut known: Option<KernelSpec> = None;
    storages.iter().enumerate().find_map(|(index, storage)| {
        let found = request(storage.owner)?;
        let is_alone = storages.iter().filter(|other| other.owner == storage.owner).count() == 1;
        let is_whole = super::byte_count(module, storage.owner) == super::byte_count(module, module.operand(op, index));
        let spec = known.get_or_insert_with(|| KernelSpec::of(module, op).0);
        let fits = is_alone && is_whole && storage.offset == DimExpr::constant(0) && is_read_in_step(spec, index);
        fits.then_some(found)
    })
}

/// Whether `input` has the element type's size and the shape of the result, and all that reads it is elementwise.
fn is_read_in_step(spec: &KernelSpec, input: usize) -> bool {
    let (operand, result) = (&spec.inputs[input], spec.output(0));
    let is_alike = operand.shape == result.shape
        && operand.element.byte_size() == result.element.byte_size()
        && operand.within.is_none()
        && result.within.is_none();
    let is_simple = |node: &NodeSpec| is_elementwise(node) || node.constant.is_some();
    let has_one_anchor =
        spec.nodes.iter().all(is_simple) || anchor(spec, &["conv", "conv_transpose", "matmul"]).is_some();
    let reads = |node: &NodeSpec| node.operands.contains(&Source::Input(input));
    // What a pair's first half reads may be read for other elements of the result.
    let pair = SeparableKernel::of(spec).filter(|pair| !pair.first.nodes.iter().any(reads));
    let is_known = has_one_anchor || pair.is_some();
    is_alike && is_known && spec.nodes.iter().filter(|node| reads(node)).all(is_elementwise)
}
