//! Loop-invariant code motion.

use kiln_ir::{Block, Module, Name, Op, Traits, Value, bound_symbols, mentioned_symbols};

/// Moves ops inside `root` that compute the same in every round of a loop before that loop; returns how many there were.
///
/// An op moves if it and all inside it is pure, defined for all operands (the loop may run no round) and uses nothing that
/// is defined in the loop, no symbol either. Inner loops are looked at first, so that what leaves them may leave the outer ones, too.
pub fn hoist_loop_invariants(module: &mut Module, root: Op) -> usize {
    let mut moved = 0;
    for op in module.walk(root).into_iter().rev() {
        if op == root || !module.has_traits(op, Traits::LOOP) {
            continue;
        }
        let blocks: Vec<Block> = module.regions(op).iter().flat_map(|&region| module.blocks(region)).copied().collect();
        let bound = bound_symbols(module, op);
        for block in blocks {
            for inner in module.ops_of(block) {
                if may_move(module, inner, op, &bound) {
                    module.move_before(op, inner);
                    moved += 1;
                }
            }
        }
    }
    moved
}

/// Whether all that `op` does may be done before the loop `around` it, in which the symbols `bound` get their values.
fn may_move(module: &Module, op: Op, around: Op, bound: &[Name]) -> bool {
    if !bound.is_empty() && mentioned_symbols(module, op).iter().any(|symbol| bound.contains(symbol)) {
        return false;
    }
    let inner = module.walk(op);
    let is_free = |&one: &Op| {
        let kept = Traits::PARTIAL | Traits::ISOLATED_FROM_ABOVE;
        let is_end = one != op && module.has_traits(one, Traits::TERMINATOR);
        let is_pure = module.has_traits(one, Traits::PURE) && !module.has_traits(one, Traits::TERMINATOR);
        (is_end || is_pure) && module.definition(one).is_some_and(|row| !row.traits.intersects(kept))
    };
    let comes_from_outside = |&value: &Value| !is_inside(module, value, around) || is_inside(module, value, op);
    inner.iter().all(is_free) && inner.iter().flat_map(|&one| module.operands(one)).all(comes_from_outside)
}

/// Whether a value is defined in a region of `op`.
fn is_inside(module: &Module, value: Value, op: Op) -> bool {
    let parent = |block: Block| module.block_parent_op(block);
    let outer = std::iter::successors(module.defining_block(value).and_then(parent), |&op| module.parent_op(op));
    outer.into_iter().any(|outer| outer == op)
}
