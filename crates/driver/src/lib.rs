//! Named pipelines and options; strings the passes together.

#![forbid(unsafe_code)]
