//! Conversions between dialects, `<a>_to_<b>/<op>.rs`.
//!
//! A conversion knows both dialects; neither dialect knows the other.

#![forbid(unsafe_code)]

pub mod onnx_to_graph;
mod passes;

pub use passes::{ConvertOnnxToGraph, PASSES};
