//! Conversions between dialects, `<a>_to_<b>/<op>.rs`.
//!
//! A conversion knows both dialects; neither dialect knows the other.

#![forbid(unsafe_code)]

mod conversion;
mod custom_operator;
pub mod keras_to_graph;
pub mod onnx_to_graph;
mod passes;
pub mod tf_to_graph;
pub mod tflite_to_graph;
mod unsupported;

pub use conversion::missing::Missing;
pub use custom_operator::CustomOperator;
pub use passes::{PASSES, conversion};
pub use unsupported::{missing, report_unsupported};
