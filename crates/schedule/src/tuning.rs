//! The numbers that plans depend on, each with what set it.
//!
//! "Zen 4" is one core of an AMD EPYC with 32 KiB and 1 MiB of cache, fp32 peak 117 GFLOP/s.

use kiln_target::{Architecture, Target};

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

/// How many vectors wide a register tile is, where the columns suffice.
///
/// Zen 4 with AVX-512: 14x2 vectors 115 GFLOP/s, 6x4 112, 8x3 107, 28x1 112; with AVX2: 6x2 107, 4x3 104. On x86-64 a
/// broadcast is part of the multiplication, elsewhere it is a load of its own, so that wide tiles need fewer.
pub fn tile_vectors(target: &Target) -> usize {
    match target.architecture {
        Architecture::X86_64 => 2,
        _ if target.vector_registers >= 32 => 4,
        _ => 2,
    }
}

/// Registers kept free beside accumulators and one row of right-hand vectors.
///
/// One broadcast on x86-64; elsewhere LLVM loads several scalars ahead (6x4 NEON and RVV tiles do not spill, 14x2 do).
pub fn spare_registers(target: &Target) -> usize {
    match target.architecture {
        Architecture::X86_64 => 1,
        _ => 3,
    }
}

/// The most rows of a register tile: a tile one vector wide gains nothing from more (Zen 4: 16x1 and 28x1 the same).
pub const TILE_ROWS: usize = 16;

/// The left operand's block takes this part of the second-level cache, the right-hand panel the rest: 3/8.
///
/// Zen 4, 14x14x1024 -> 256: 98 rows (392 KiB) 114 GFLOP/s; all 196 rows (784 KiB) 108.
pub const LEFT_BLOCK_SHARE: (usize, usize) = (3, 8);

/// Rows this many bytes apart fall into the same sets of the first-level cache (its ways are a page each).
///
/// Zen 4, 14x14x1024 -> 256: 90 GFLOP/s in place, 114 with rows copied 16 elements further apart.
pub const SET_CONFLICT_BYTES: usize = 4096;

/// Floating-point operations of a task: 20 microseconds of a fast core, against 2 to 5 for waking a thread.
pub const TASK_FLOPS: usize = 2_000_000;

/// As [`TASK_FLOPS`] where extents are symbolic: tasks are larger, as their number cannot be limited from above.
pub const SYMBOLIC_TASK_FLOPS: usize = 8_000_000;

/// Reading right-hand panels from memory takes as long as multiplying them with this many rows: 20 GB/s against 100
/// GFLOP/s on Zen 4.
pub const STREAMING_ROWS: usize = 10;

/// What depth and columns of a product of two computed matrices are taken for if symbolic: lengths of texts.
pub const SYMBOLIC_LENGTH: usize = 128;

/// The most tasks a kernel of known extents is cut into: balances any number of threads up to this within one task.
pub const TASKS: usize = 16;

/// The most columns of output that a depthwise kernel computes together.
pub const DEPTHWISE_COLUMNS: usize = 8;

/// An operation of a depthwise kernel takes as long as this many of a matrix kernel.
pub const DEPTHWISE_COST: usize = 3;

/// The widest register tile when rows are few, as in a product of a vector and a matrix.
///
/// Zen 4, 4 x 4096 x 4096: four vectors wide 50 GFLOP/s, two 45, one 30; one row is bound by memory in every form.
pub const FEW_ROWS_VECTORS: usize = 4;

/// With no more rows than this, conflicts between rows do not matter: a set of the cache holds them all.
pub const FEW_ROWS: usize = 4;

/// Tiles of a block of Winograd's algorithm: enough rows for the 36 products, few enough for the second-level cache.
///
/// Zen 4, ResNet-50's 3x3 layers: 28 to 49 tiles are equally fast, 14 and 98 a fifth slower.
pub const WINOGRAD_TILES: usize = 48;

/// With fewer tiles, reading 36 instead of 9 matrices of filters costs what is gained (Zen 4, 7x7x512: 4 tiles).
pub const WINOGRAD_FEWEST_TILES: usize = 14;

/// With fewer channels in or out, the transforms cost what is gained.
pub const WINOGRAD_CHANNELS: usize = 32;
