//! What every importer shares: the mapped model file and its neighbours, symbols of extents, collected diagnostics, and
//! shapes given by the user.
//!
//! A model file is untrusted: nothing in it is executed, and what it says about sizes and places is checked here before
//! memory is taken or another file is opened. This crate knows no format.

#![forbid(unsafe_code)]

mod model_file;
mod reporter;
mod specialize;
mod symbol_table;

pub use model_file::ModelFile;
pub use reporter::Reporter;
pub use specialize::{Extent, specialize};
pub use symbol_table::SymbolTable;
