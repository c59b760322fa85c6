//! The messages of the file formats, generated from `third_party/tensorflow/tensorflow.proto`.

#![allow(missing_docs, unused_qualifications, clippy::all, reason = "generated code")]

include!(concat!(env!("OUT_DIR"), "/tensorflow.rs"));
