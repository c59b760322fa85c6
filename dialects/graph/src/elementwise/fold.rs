//! Folding of elementwise ops by the laws in their rows. Constants fold through evaluation, elsewhere.

use super::{ElementwiseRow, Facts, Special};
use kiln_ir::{Attribute, FoldRequest, Folded, Module, Op, Traits, Value};
use kiln_tensor::Tensor;

/// What the row's laws say about the op.
pub(super) fn fold(row: &ElementwiseRow, request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    let folded = match row.arity() {
        1 => fold_unary(&row.facts, module, op),
        _ => fold_binary(&row.facts, module, op),
    };
    folded.map(|folded| vec![folded])
}

/// The value that a constant repeats, as a rank-0 tensor.
pub(crate) fn splat(module: &Module, value: Value) -> Option<Tensor> {
    let op = module.defining_op(value)?;
    if !module.has_traits(op, Traits::CONSTANT_LIKE) {
        return None;
    }
    module.attribute(op, "value")?.as_splat()
}

fn fold_unary(facts: &Facts, module: &Module, op: Op) -> Option<Folded> {
    let operand = *module.operands(op).first()?;
    let inner = module.defining_op(operand).filter(|&inner| module.name(inner) == module.name(op))?;
    if facts.idempotent {
        return Some(Folded::Value(operand));
    }
    facts.involution.then(|| Folded::Value(module.operand(inner, 0)))
}

fn fold_binary(facts: &Facts, module: &Module, op: Op) -> Option<Folded> {
    let &[left, right] = module.operands(op) else { return None };
    let result = module.ty(module.result(op, 0));
    let is = |value: Value, special: Option<Special>| {
        special.is_some_and(|special| splat(module, value).is_some_and(|splat| special.is(&splat)))
    };
    let keep = |value: Value| (module.ty(value) == result).then_some(Folded::Value(value));
    if is(right, facts.right_identity)
        && let Some(folded) = keep(left)
    {
        return Some(folded);
    }
    if is(left, facts.left_identity)
        && let Some(folded) = keep(right)
    {
        return Some(folded);
    }
    if left == right && facts.idempotent {
        return keep(left);
    }
    if module.ty(left).scalar().is_float() {
        return None;
    }
    let absorbed = facts.absorbing.filter(|&special| is(left, Some(special)) || is(right, Some(special)));
    let special = absorbed.or(facts.on_equal.filter(|_| left == right))?;
    result.as_tensor()?.static_shape()?;
    Some(Folded::Constant(Attribute::splat(result, special.tensor(result.element()?)?)))
}
