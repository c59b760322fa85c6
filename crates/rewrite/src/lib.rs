//! Patterns, the greedy rewrite driver, dialect conversion.

#![forbid(unsafe_code)]
