//! Where ops and the arguments of their blocks come from: nothing to look at where the failure is what matters.

use kiln_ir::{Block, Location, Module, Op};

/// Whether an op or an argument of its blocks has a location.
pub(crate) fn has_location(module: &Module, op: Op) -> bool {
    let is_known = |location: &Location| *location != Location::unknown();
    is_known(&module.location(op))
        || blocks(module, op).iter().any(|&block| module.argument_locations(block).iter().any(is_known))
}

/// Forgets the locations of an op and of the arguments of its blocks.
pub(crate) fn forget(module: &mut Module, op: Op) -> bool {
    module.set_location(op, Location::unknown());
    for block in blocks(module, op) {
        for index in 0..module.arguments(block).len() {
            module.set_argument_location(block, index, Location::unknown());
        }
    }
    true
}

fn blocks(module: &Module, op: Op) -> Vec<Block> {
    module.regions(op).iter().flat_map(|&region| module.blocks(region)).copied().collect()
}
