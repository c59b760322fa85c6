//! The register-tiled matrix product that all matrix kernels share: convolutions, transposed convolutions, matrix
//! products and the inner products of Winograd's algorithm.
//!
//! A tile is a few rows by a few vectors of accumulators. Its left operand is read element by element from rows a fixed
//! distance apart, its right operand vector by vector from a panel. What differs from kernel to kernel, where rows and
//! panels begin and what becomes of the accumulators, stays with the kernels.

mod accumulate;
mod block;
mod columns;
mod copy;
mod dot;
mod finish;
mod pack;
mod pairs;
mod rows;
mod tile_pair;
mod tiles;

pub(crate) use accumulate::{Ahead, DepthLoop, Operands, accumulate, accumulate_rows, merge_depth, zero_tile};
pub(crate) use block::{Block, Rows, TilePlace};
pub(crate) use columns::{Columns, Presence, for_panels, for_row_tiles};
pub(crate) use copy::{copy_run, fill_number, fill_zero, is_first_of_run, pad_run};
pub(crate) use finish::{Finish, Kept, finish_tile, finish_value};
pub(crate) use pack::{Matrix, Panels, pack_panels};
pub(crate) use pairs::pack_pairs;
pub(crate) use rows::RowSpace;
pub(crate) use tile_pair::{Heights, TilePair, TileSums, release_tiles};
