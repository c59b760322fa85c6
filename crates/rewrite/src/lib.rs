//! The drivers that apply patterns, and the clean-ups every dialect shares.
//!
//! [`apply_greedily`] applies a [`PatternSet`](kiln_ir::PatternSet) until nothing matches; [`cse`] merges equal ops;
//! [`dce`] erases unused ones, [`hoist_loop_invariants`] takes them out of loops; [`convert`] takes ops
//! from one dialect to another and reports what it leaves. All of them know ops by their traits alone.

#![forbid(unsafe_code)]

mod constants;
mod conversion;
mod cse;
mod dce;
mod greedy;
mod licm;
mod symbols;
mod types;

pub use conversion::{ConversionTarget, LegalityCheck, convert};
pub use cse::cse;
pub use dce::{dce, is_trivially_dead};
pub use greedy::{GreedyOptions, GreedyResult, MaterializeConstant, TraceEvent, apply_greedily};
pub use licm::hoist_loop_invariants;
pub use symbols::symbol_dce;
pub use types::{TypeConverter, cast};
