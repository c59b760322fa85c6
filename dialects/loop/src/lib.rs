//! The loop dialect: Kernels and their parallel launch.

#![forbid(unsafe_code)]
