//! Operands of an epilogue that are converted from shorter elements: a residual that was quantized or narrowed, or what is
//! gathered of it.
//!
//! ```mlir
//! %c = graph.conv %x, %w {...}
//! %s = graph.add %c, %r            // %r = (cast(%bytes) - %zero) * %scale: read as bytes
//! ```

use super::{Role, role, shape};
use kiln_ir::{Module, Op, Value};
use kiln_tensor::ElementType;
use rustc_hash::FxHashSet;

/// Anchors whose kernels compute such operands.
const ANCHORS: [&str; 2] = ["graph.conv", "graph.matmul"];

/// The elementwise ops that make operands of the group's epilogue of bytes, and nothing else.
pub(super) fn dequantized_operands(module: &Module, anchor: Op, group: &[Op], taken: &FxHashSet<Op>) -> Vec<Op> {
    let mut found = Vec::new();
    if !ANCHORS.contains(&module.name(anchor).as_str()) {
        return found;
    }
    for &op in group.iter().filter(|&&op| op != anchor) {
        for &operand in module.operands(op) {
            let is_inside = module.defining_op(operand).is_some_and(|op| group.contains(&op) || found.contains(&op));
            let is_whole = shape(module, operand) == shape(module, module.result(anchor, 0));
            if !is_inside && is_whole {
                found.extend(ops_from_bytes(module, operand, (op, anchor), taken).unwrap_or_default());
            }
        }
    }
    found
}

/// The ops between bytes and `value`, each of which only the next one reads; `None` if it is made of anything else.
fn ops_from_bytes(module: &Module, value: Value, (user, anchor): (Op, Op), taken: &FxHashSet<Op>) -> Option<Vec<Op>> {
    let mut ops = Vec::new();
    let mut pending = vec![(value, user)];
    while let Some((value, user)) = pending.pop() {
        let is_small = shape(module, value) != shape(module, module.result(anchor, 0));
        let is_short = |element: ElementType| element.byte_size() < size_of::<f32>() && element != ElementType::I1;
        if is_small || module.ty(value).element().is_some_and(is_short) {
            continue;
        }
        let op = module.defining_op(value)?;
        if ops.contains(&op) {
            continue;
        }
        let is_private = module.uses(value).iter().all(|other| other.op == user);
        let fits = role(module, op) == Role::Elementwise && !taken.contains(&op) && is_private;
        if !fits || module.parent_block(op) != module.parent_block(anchor) {
            return None;
        }
        pending.extend(module.operands(op).iter().map(|&operand| (operand, op)));
        ops.push(op);
    }
    Some(ops)
}
