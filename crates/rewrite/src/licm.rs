//! Loop-invariant code motion.

use kiln_ir::{Block, Module, Op, Traits, Value};

/// Moves ops inside `root` that compute the same in every round of a loop before that loop; returns how many there were.
///
/// An op moves if it is pure, defined for all operands (the loop may run no round) and uses nothing that is defined in the
/// loop. Inner loops are looked at first, so that what leaves them may leave the outer ones, too.
pub fn hoist_loop_invariants(module: &mut Module, root: Op) -> usize {
    let mut moved = 0;
    for op in module.walk(root).into_iter().rev() {
        if op == root || !module.has_traits(op, Traits::LOOP) {
            continue;
        }
        let blocks: Vec<Block> = module.regions(op).iter().flat_map(|&region| module.blocks(region)).copied().collect();
        for block in blocks {
            for inner in module.ops_of(block) {
                if may_move(module, inner) && !module.operands(inner).iter().any(|&value| is_inside(module, value, op))
                {
                    module.move_before(op, inner);
                    moved += 1;
                }
            }
        }
    }
    moved
}

fn may_move(module: &Module, op: Op) -> bool {
    let kept = Traits::PARTIAL | Traits::TERMINATOR;
    module.has_traits(op, Traits::PURE)
        && module.regions(op).is_empty()
        && module.definition(op).is_some_and(|row| !row.traits.intersects(kept))
}

/// Whether a value is defined in a region of `op`.
fn is_inside(module: &Module, value: Value, op: Op) -> bool {
    let parent = |block: Block| module.block_parent_op(block);
    let outer = std::iter::successors(module.defining_block(value).and_then(parent), |&op| module.parent_op(op));
    outer.into_iter().any(|outer| outer == op)
}
