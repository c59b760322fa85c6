//! Passes on the graph dialect: constant folding, simplification, substitution.
//!
//! Every pass here is a set of patterns (or a walk) over graph ops that leaves the graph dialect only. What they decide
//! from is the IR itself: no target, no layout, no kernel; those belong to `kiln-schedule`.

#![forbid(unsafe_code)]

mod apply_rules;
mod attention;
mod casts;
mod check_rules;
mod concat;
mod control_flow;
mod dead_taps;
mod fold_constants;
mod fold_scale;
mod gather_to_slice;
mod loops;
pub mod matching;
mod merge_siblings;
mod move_transposes;
mod narrow;
mod passes;
mod quantized;
mod recompose;
mod recurrent;
mod remove_dead_values;
mod rotary;
mod rules;
mod simplify;
mod slices;
mod space_to_depth;
mod unfold_transposed;

pub use apply_rules::ApplyRules;
pub use check_rules::{RuleCheck, check_rules, show_rules};
pub use fold_constants::fold_constants;
pub use fold_scale::fold_scale_patterns;
pub use merge_siblings::merge_siblings_patterns;
pub use move_transposes::sink_transpose_patterns;
pub use narrow::{hoist_cast_patterns, narrow_products};
pub use passes::PASSES;
pub use quantized::recompose_quantized_patterns;
pub use recompose::recompose_patterns;
pub use recurrent::recompose_recurrent;
pub use remove_dead_values::RemoveDeadValues;
pub use rules::{Theme, themes};
pub use simplify::simplify_patterns;
