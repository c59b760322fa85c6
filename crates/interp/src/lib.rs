//! The reference interpreter of the graph dialect.

#![forbid(unsafe_code)]
