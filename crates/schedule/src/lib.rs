//! Decides: fusion groups, plans, tiles, layouts, memory; never emits.

#![forbid(unsafe_code)]

mod layout;

pub use layout::assign_layout;
