//! The graph dialect: Framework-neutral tensor ops, one meaning each.

#![forbid(unsafe_code)]
