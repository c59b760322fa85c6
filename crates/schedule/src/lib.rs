//! Decides: fusion groups, plans, tiles, layouts, memory; never emits.

#![forbid(unsafe_code)]

mod layout;

mod memory;
mod outline;

pub use layout::assign_layout;
pub use memory::{ARENA_ALIGNMENT, plan_memory, storage_of};
pub use outline::outline;
