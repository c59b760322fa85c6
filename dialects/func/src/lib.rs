//! The func dialect: Functions, calls and returns, as in MLIR.

#![forbid(unsafe_code)]
