//! The math dialect: Elementary functions, as in MLIR.

#![forbid(unsafe_code)]
