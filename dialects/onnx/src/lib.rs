//! The onnx dialect: ONNX operators, one op per node, no semantics.

#![forbid(unsafe_code)]
