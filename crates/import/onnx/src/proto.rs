//! The messages of the file format, generated from `third_party/onnx/onnx.proto`.

#![allow(missing_docs, unused_qualifications, clippy::all, reason = "generated code")]

include!(concat!(env!("OUT_DIR"), "/onnx.rs"));
