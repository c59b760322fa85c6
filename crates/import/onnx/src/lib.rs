//! ONNX files to the onnx dialect, one op per node.

#![forbid(unsafe_code)]
