//! Decides: fusion groups, kernel plans, tiles, layouts, memory. It never emits code.
//!
//! A `graph.fusion` op becomes a [`KernelSpec`] (what to compute), a planner makes a [`Plan`] of it (how), and
//! `kiln-kernels` emits it. Specs hash and compare, so that equal kernels are made once; plans print as attributes.

#![forbid(unsafe_code)]

mod alternatives;
pub mod anchored;
pub mod attention;
pub mod axes;
pub mod blocking;
pub mod call;
mod candidates;
pub mod contract;
pub mod conv;
pub mod conv_shape;
pub mod conv_transpose;
mod custom;
pub mod depthwise;
pub mod dot;
pub mod elimination;
pub mod expanded;
pub mod extent;
pub mod families;
mod fuse_separable;
mod layout;
mod lower_images;
mod lower_strings;
pub mod map;
mod match_signs;
pub mod matmul;
mod memory;
pub mod non_max_suppression;
pub mod nonzero;
pub mod normalize;
mod order_kernels;
mod outline;
pub mod pack;
pub mod parts;
mod passes;
mod place_parts;
pub mod plan;
pub mod pool;
mod project_recurrent;
pub mod recurrent;
pub mod reduce;
pub mod register_tile;
pub mod resize;
pub mod rotary_embedding;
pub mod run_lengths;
pub mod scan;
pub mod scatter;
pub mod separable;
pub mod sort;
pub mod spec;
pub mod stages;
pub mod transpose;
pub mod tuning;
pub mod winograd;

pub use alternatives::{Tried, TunedPlan, TunedPlans, kernel_key, plan_text, plans};
pub use candidates::{Candidate, candidates};
pub use families::{FAMILIES, Family, plan_kernel};
pub use fuse_separable::fuse_separable;
pub use layout::assign_layout;
pub use lower_images::lower_images;
pub use lower_strings::{STRING_ARGUMENTS, STRING_RESULTS, lower_strings};
pub use match_signs::match_signs;
pub use memory::{ARENA_ALIGNMENT, loop_homes, plan_memory};
pub use order_kernels::order_kernels;
pub use outline::outline;
pub use pack::pack_weights;
pub use parts::{Storage, is_in_place, storage_of};
pub use passes::PASSES;
pub use place_parts::place_parts;
pub use plan::Plan;
pub use project_recurrent::project_recurrent;
pub use register_tile::RegisterTile;
pub use spec::{KernelSpec, NodeSpec, Source, TensorSpec};
