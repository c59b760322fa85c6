//! The one crate that links MLIR and LLVM: exit text to objects to a linked model.
//!
//! It takes text, so nothing else needs to know MLIR's or LLVM's libraries, and whatever crosses the border replays
//! with stock `mlir-opt-22`.

mod archive;
mod cache;
mod compile;
mod data;
mod emit;
mod error;
mod host;
mod link;
pub mod metadata;
mod mlir;
mod split;

pub use cache::ObjectCache;
pub use compile::{ObjectFile, OptimizationLevel, Options, Source, Stage, compile, print};
pub use data::{write_metadata, write_weights};
pub use error::{CodegenError, Message, SourceLocation, Step};
pub use host::host_cpu;
pub use link::{LinkInput, LinkOptions, LinkOutput, link};
pub use mlir::LOWERING_PIPELINE;
