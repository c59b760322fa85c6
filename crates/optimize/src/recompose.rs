//! `recompose`: what exporters scatter over many ops becomes the one op it means.

use crate::rules::add_themes;
use kiln_ir::PatternSet;

/// The patterns: rules of the graph dialect, attention, rotary embedding and convolutions of blocks. What an op computes
/// where its scattered form overflows is no reason to keep that form.
pub fn recompose_patterns(patterns: &mut PatternSet) {
    add_themes(&["activation", "normalization"], true, patterns);
    crate::attention::add_patterns(patterns);
    crate::rotary::add_patterns(patterns);
    crate::space_to_depth::add_patterns(patterns);
}
