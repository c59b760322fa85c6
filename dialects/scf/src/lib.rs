//! The scf dialect: Structured control flow, as in MLIR.

#![forbid(unsafe_code)]
