//! The vector dialect: Vectors, as in MLIR.

#![forbid(unsafe_code)]
