//! Dead code elimination.

use kiln_ir::{Module, Op, Traits};

/// Whether erasing `op` changes nothing: it has no effect and nobody uses its results.
pub fn is_trivially_dead(module: &Module, op: Op) -> bool {
    module.has_traits(op, Traits::PURE)
        && !module.has_traits(op, Traits::TERMINATOR)
        && !module.results(op).iter().any(|&result| module.has_uses(result))
}

/// Erases every dead op inside `root`; returns how many there were.
pub fn dce(module: &mut Module, root: Op) -> usize {
    let mut erased = 0;
    // Users stand after what they use, so one walk from the end finds chains as a whole.
    for op in module.walk(root).into_iter().rev() {
        if op != root && !module.is_erased(op) && is_trivially_dead(module, op) {
            module.erase(op);
            erased += 1;
        }
    }
    erased
}
