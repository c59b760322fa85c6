//! Random graphs and inputs, by seed: what tests run two ways and compare.
//!
//! A graph grows op by op from a few inputs; each op is taken from a table of families and applied to values that suit
//! it. Values stay of moderate size, and ops that jump (comparisons, roundings, indices) see only values that every way
//! of computing gives alike, so that a difference tells of a bug and not of rounding.

#![forbid(unsafe_code)]

mod families;
mod graph;
mod inputs;
mod number;

pub use graph::{RandomGraph, generate};
pub use number::Random;
