//! Dead code elimination.

use kiln_ir::{Module, Op, Traits};

/// Whether erasing `op` changes nothing: it has no effect and nobody uses its results.
pub fn is_trivially_dead(module: &Module, op: Op) -> bool {
    !module.results(op).iter().any(|&result| module.has_uses(result))
        && !module.has_traits(op, Traits::TERMINATOR)
        && has_no_effects(module, op)
}

/// Whether running `op` does nothing but compute its results.
fn has_no_effects(module: &Module, op: Op) -> bool {
    if !module.has_traits(op, Traits::EFFECTS_OF_REGIONS) {
        return module.has_traits(op, Traits::PURE);
    }
    let blocks = module.regions(op).iter().flat_map(|&region| module.blocks(region));
    let mut inner = blocks.flat_map(|&block| module.block_ops(block));
    inner.all(|inner| module.has_traits(inner, Traits::TERMINATOR) || has_no_effects(module, inner))
}

/// Erases every dead op inside `root`; returns how many there were.
pub fn dce(module: &mut Module, root: Op) -> usize {
    let mut erased = 0;
    // Users stand after what they use, so one walk from the end finds chains as a whole. What is inside a dead op goes
    // before it.
    for op in module.walk(root).into_iter().rev() {
        if op != root && !module.is_erased(op) && is_trivially_dead(module, op) {
            module.erase(op);
            erased += 1;
        }
    }
    erased
}
