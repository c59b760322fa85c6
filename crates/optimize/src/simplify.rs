//! `simplify`: rewrites that only improve: identities, chains of shape ops, cheaper forms of the same function.

mod arithmetic;
mod layout;
mod shape;

use kiln_ir::PatternSet;

/// All simplification patterns.
pub fn simplify_patterns(patterns: &mut PatternSet) {
    arithmetic::add_patterns(patterns);
    shape::add_patterns(patterns);
    layout::add_patterns(patterns);
}
