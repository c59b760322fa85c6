//! The one crate that links MLIR and LLVM: exit text to objects to a linked model.

pub mod metadata;
