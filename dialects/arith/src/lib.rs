//! The arith dialect: Integer and floating-point arithmetic, as in MLIR.

#![forbid(unsafe_code)]
