//! Runs the FileCheck tests under test/ from cargo test.

#![forbid(unsafe_code)]
