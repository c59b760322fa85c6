//! What loops stack without computing it.

use super::{is_inside, view};
use kiln_ir::{Builder, Module, Op, Rewrite, Type, Value};

/// The stacked results in use whose slices are of a kind.
fn find(module: &Module, op: Op, is_of_kind: impl Fn(Value) -> bool) -> Vec<(Value, Value)> {
    let view = view(module, op);
    let pairs = view.slices.into_iter().zip(view.stacked);
    pairs.filter(|&(slice, stacked)| module.has_uses(stacked) && is_of_kind(slice)).collect()
}

/// `loop { yield x } = broadcast(x)`, where `x`, which is stacked, is from outside
pub(super) fn broadcast_invariants(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let found = find(module, op, |slice| !is_inside(module, slice, &view));
    if found.is_empty() {
        return Err("nothing that it stacks is from outside".into());
    }
    for (slice, stacked) in found {
        let ty = module.ty(stacked);
        let whole = Builder::before(module, op).op("graph.broadcast").operand(slice).result(ty).value();
        module.replace_all_uses(stacked, whole);
    }
    Ok(())
}

/// `loop { i: yield i } = iota`, where the number of the round is stacked
pub(super) fn count_rounds(module: &mut Module, op: Op) -> Rewrite {
    let round = view(module, op).round;
    let found = find(module, op, |slice| slice == round);
    if found.is_empty() {
        return Err("it does not stack the numbers of its rounds".into());
    }
    for (_, stacked) in found {
        let ty: Type = module.ty(stacked);
        let numbers = Builder::before(module, op).op("graph.iota").attribute("axis", 0i64).result(ty).value();
        module.replace_all_uses(stacked, numbers);
    }
    Ok(())
}
