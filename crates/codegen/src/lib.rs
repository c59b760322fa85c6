//! The one crate that links MLIR and LLVM: exit text to objects to a linked model.
//!
//! It takes text, so nothing else needs to know MLIR's or LLVM's libraries, and whatever crosses the border replays
//! with stock `mlir-opt-22`.

mod cache;
mod compile;
mod emit;
mod error;
mod host;
pub mod metadata;
mod mlir;
mod split;

pub use cache::ObjectCache;
pub use compile::{ObjectFile, OptimizationLevel, Options, Source, Stage, compile, print};
pub use error::{CodegenError, Message, SourceLocation, Step};
pub use host::host_cpu;
pub use mlir::LOWERING_PIPELINE;
