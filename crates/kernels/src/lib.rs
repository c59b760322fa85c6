//! Emits kernels in the loop, vector, memref, arith, math and scf dialects; never decides.

#![forbid(unsafe_code)]
