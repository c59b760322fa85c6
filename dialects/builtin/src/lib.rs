//! The builtin dialect: builtin.module and unrealized casts, as in MLIR.

#![forbid(unsafe_code)]
