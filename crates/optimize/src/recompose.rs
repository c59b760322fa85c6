//! `recompose`: what exporters scatter over many ops becomes the one op it means.

mod layer_norm;

use kiln_ir::PatternSet;

/// The patterns.
pub fn recompose_patterns(patterns: &mut PatternSet) {
    layer_norm::add_patterns(patterns);
}
