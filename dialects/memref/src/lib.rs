//! The memref dialect: Buffers, as in MLIR.

#![forbid(unsafe_code)]
