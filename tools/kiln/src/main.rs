//! The command line: compile, run, bench, check, inspect.

#![forbid(unsafe_code)]

fn main() {}
