//! Decides: fusion groups, plans, tiles, layouts, memory; never emits.

#![forbid(unsafe_code)]
