//! Reads IR text, runs passes, prints IR text.

#![forbid(unsafe_code)]

fn main() {}
