//! The numbers that plans depend on, each with what set it.

/// Elements of one task of a kernel that walks a single axis: 16 KiB of `f32`, half of a first-level cache.
pub const BLOCK_ELEMENTS: i64 = 4096;

/// What an extent is taken for while planning if it is symbolic: feature maps of detectors and lengths of texts are
/// mostly tens to hundreds.
pub const SYMBOLIC_EXTENT: i64 = 32;

/// Tasks a kernel should have, so that two to sixteen threads get equal shares.
pub const WANTED_TASKS: i64 = 32;

/// Simple operations on one element each that take as long as waking a thread, some 5 microseconds: below this, a kernel
/// stays on the calling thread.
pub const SERIAL_OPERATIONS: i64 = 60_000;

/// What a function such as `exp` costs, in simple operations.
pub const FUNCTION_OPERATIONS: i64 = 12;
