//! What every importer shares: the mapped model file and its neighbours, symbols of extents, collected diagnostics, and
//! shapes given by the user; and what a format is to those who read any.
//!
//! A model file is untrusted: nothing in it is executed, and what it says about sizes and places is checked here before
//! memory is taken or another file is opened. This crate knows no format.

#![forbid(unsafe_code)]

mod format;
mod main_function;
mod model_file;
pub mod protobuf;
mod reporter;
mod specialize;
mod symbol_table;

pub use format::{Format, Import, ImportOptions};
pub use main_function::{MainFunction, with_suggestion};
pub use model_file::ModelFile;
pub use reporter::Reporter;
pub use specialize::{Extent, specialize};
pub use symbol_table::SymbolTable;
