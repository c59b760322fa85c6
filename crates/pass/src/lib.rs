//! The pass manager: textual pipelines, registry, instrumentation, reproducers.

#![forbid(unsafe_code)]
