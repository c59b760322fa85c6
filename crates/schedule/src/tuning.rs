//! The numbers that plans depend on, each with what set it.
//!
//! "Zen 4" is one core of an AMD EPYC with 32 KiB and 1 MiB of cache, fp32 peak 117 GFLOP/s. "Xeon" is one core of an
//! Intel Xeon with AVX-512, 48 KiB and 2 MiB of cache; its times are the least processor times of many runs.

use crate::dot::Unit;
use crate::winograd::Form;
use kiln_target::{Architecture, Target};

/// Elements of one task of a kernel that walks a single axis: 16 KiB of `f32`, half of a first-level cache.
pub const BLOCK_ELEMENTS: i64 = 4096;

/// Vectors of units that a recurrent layer multiplies with a state at once: independent sums hide the latency of a
/// multiplication, and with them one element of the state is read for several vectors of weights.
pub const RECURRENT_VECTORS: usize = 8;

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

/// From how many wanted elements on a line of `length` is sorted. Finding the best one of the rest takes 2 ns for each element
/// of the line, sorting takes 70 ns for each of 100 elements, 80 of 1,000 and 120 of 10,000 (Zen 4): 32, 44 and 60.
pub const fn sort_from(length: i64) -> u64 {
    8 + 4 * length.ilog2() as u64
}

/// Runs of this many elements are sorted by counting, for each, those that come before it; longer ones are merged.
pub const SORTED_RUN: i64 = 8;

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

/// The fewest channels of a dilated convolution that is computed tap by tap: for each tap, sums are read and written.
///
/// Xeon, a window copied and tap by tap: 14x14x960 dilation 12 10.1 and 1.8 ms; 14x14x576 dilation 2 1.71 and 1.00; 28x28x160
/// dilation 4 2.04 and 1.66; 33x33x320 dilation 12 17.6 and 9.4; 65x65x480 dilation 24 79 and 41.
pub const TAP_CHANNELS: usize = 64;

/// Rows of a task of a resize that makes more of them: enough to use those of the operand several times.
pub const RESIZED_ROWS: usize = 32;

/// The most rows of a register tile: a tile one vector wide gains nothing from more.
///
/// Xeon, four layers 56x56x16 -> 16 of one tap: 16x1 vectors 0.093 ms, 20x1 0.093, 28x1 0.091, 8x1 0.098.
pub const TILE_ROWS: usize = 16;

/// The left operand's block takes this part of the second-level cache, the right-hand panel the rest: 3/8.
///
/// Xeon, four layers 14x14x1024 -> 256 of one tap, with the small ones between them: 98 rows (398 KiB) 3.20 ms, all 196
/// rows (796 KiB) 3.29; one panel at a time 3.11 and 3.33.
pub const LEFT_BLOCK_SHARE: (usize, usize) = (3, 8);

/// Whether kernels that multiply with packed panels fetch the next panel into the second-level cache while they use one.
///
/// Xeon, elapsed time: 128x768x3072 4.14 ms without, 3.57 with; 1024x1024x1024 15.0 and 13.8; 140x768x256, which fits the
/// cache, 0.291 and 0.293.
pub fn prefetches(target: &Target) -> bool {
    target.architecture == Architecture::X86_64
}

/// Bytes ahead of a stream of panels, each of which is read for a few rows only, that are fetched into the cache.
pub const STREAM_AHEAD: usize = 4096;

/// Steps of the depth that are written out one after the other, where they divide it: counting takes slots that
/// multiplications need.
///
/// Xeon, 1024x1024x1024 13.3 ms one by one, 13.0 by twos, 12.7 by fours, 12.7 by eights; the same within noise for
/// 128x768x3072 (3.50, 3.41, 3.41, 3.38).
pub const UNROLL: usize = 4;

/// The least steps of the depth that the matrix unit takes at once, of the 16 that it can.
///
/// Xeon: a product of tiles takes 5.0 ns however few the steps; 16 steps of it are 8 times as fast as vectors.
pub const TILE_STEPS: usize = 3;

/// Rows this many bytes apart fall into the same sets of the first-level cache (its ways are a page each).
///
/// Zen 4, 14x14x1024 -> 256: 90 GFLOP/s in place, 114 with rows copied 16 elements further apart.
pub const SET_CONFLICT_BYTES: usize = 4096;

/// Operations of a task: 20 microseconds of a fast core on vectors, against 2 to 5 for waking a thread. Tiles multiply ten
/// times as fast, but what they are fed with and what becomes of the sums does not.
///
/// Xeon, bf16 on two threads, tasks of 20 and of 4 million: MobileNetV2 3.2 and 2.3 ms, EfficientNet-B0 6.2 and 4.9,
/// ResNet-18 3.6 and 2.9, ResNet-50 6.7 both.
pub const fn task_flops(unit: Unit) -> usize {
    match unit {
        Unit::Vectors => 2_000_000,
        Unit::Tiles => 4_000_000,
    }
}

/// As [`task_flops`] of vectors where extents are symbolic: tasks are larger, as their number cannot be limited from above.
pub const SYMBOLIC_TASK_FLOPS: usize = 8_000_000;

/// Reading right-hand panels from memory takes as long as multiplying them with this many rows: 20 GB/s against 100
/// GFLOP/s of `f32` on Zen 4, 25 GB/s against 2500 GFLOP/s of `bf16` or 5000 of bytes on tiles of the Xeon.
pub const fn streaming_rows(unit: Unit) -> usize {
    match unit {
        Unit::Vectors => 10,
        Unit::Tiles => 100,
    }
}

/// A task of symbolic extents has at least this many register tiles' rows, rather of fewer panels: panels that are streamed
/// for one tile cost as much as multiplying it.
///
/// Xeon, a MiniLM of 384 x 1152, 384 x 1536 and 1536 x 384 (8, 32 and 128 tokens): one tile, all panels 1.16, 3.18 and
/// 14.0 ms; two tiles, some panels 1.07, 2.74 and 12.3; eight 1.06, 2.74 and 12.6.
pub const STREAMED_TILES: usize = 2;

/// What depth and columns of a product of two computed matrices are taken for if symbolic: lengths of texts.
pub const SYMBOLIC_LENGTH: usize = 128;

/// The most tasks a kernel of known extents is cut into: balances any number of threads up to this within one task.
pub const TASKS: usize = 16;

/// The most columns of output that a depthwise kernel computes together.
pub const DEPTHWISE_COLUMNS: usize = 8;

/// An operation of a depthwise kernel takes as long as this many of a matrix kernel.
pub const DEPTHWISE_COST: usize = 3;

/// A depthwise and a pointwise convolution are one kernel where what is between them takes at least this part of the
/// second-level cache.
///
/// Xeon, six pairs one after the other: 100x76x64 (1.9 MB) 4.69 ms as two kernels each,
/// 3.81 as one; 100x76x128 (3.9 MB) 13.8 and 12.0; of 0.1 to 0.8 MB between 0.95 and 1.09 times as long as one. Whole
/// models with pairs of 0.5 to 0.8 MB as one: PP-OCR's recognizer 0.95, PP-LCNet 1.05.
pub const SEPARABLE_SHARE: (usize, usize) = (5, 8);

/// The same where extents are symbolic: so small are filters that reading them for each task costs nothing.
pub const SEPARABLE_FILTER_SHARE: (usize, usize) = (1, 4);

/// The fewest positions of a task of a depthwise and a pointwise convolution, which reads all filters; otherwise as many
/// as fit the first-level cache.
///
/// Xeon, times as one kernel by times as two: 100x76x64, 76 positions (19 KiB) 0.80, 228 0.85, 456 0.88; 25x19x512, 19
/// positions 0.95 to 1.11, 57 0.94.
pub const SEPARABLE_POSITIONS: usize = 64;

/// The fewest tasks of an image whose channels are expanded.
pub const EXPANDED_TASKS: usize = 4;

/// A task expands at most this many rows for each that only it needs.
pub const EXPANDED_AGAIN: (usize, usize) = (4, 3);

/// Registers that the register tile leaves to constants of the epilogues where there is but one panel: LLVM keeps
/// these in registers then and accumulators in memory.
///
/// Xeon, 24x160x32: 14x2 vectors 0.107 ms, 12x2 0.080.
pub const SEPARABLE_REGISTERS: u32 = 4;

/// The widest register tile when rows are few, as in a product of a vector and a matrix.
///
/// Zen 4, 4 x 4096 x 4096: four vectors wide 50 GFLOP/s, two 45, one 30; one row is bound by memory in every form.
pub const FEW_ROWS_VECTORS: usize = 4;

/// With no more rows than this, conflicts between rows do not matter: a set of the cache holds them all.
pub const FEW_ROWS: usize = 4;

/// Tiles of a block of Winograd's algorithm where each block transforms all filters: enough to spread that over, few
/// enough for the second-level cache.
///
/// Xeon, 56x56x256: 42 tiles 8.9 ms, 56 tiles 9.2, 70 tiles 9.7; 28x28x512: 52 tiles 9.4 ms, 26 tiles 10.2.
pub const WINOGRAD_TILES: usize = 52;

/// Tiles of a block where filters stay transformed: as many as a register tile has rows.
///
/// Xeon, 56x56x64, elapsed time: 14 tiles 0.43 ms, 28 tiles 0.45, 42 tiles 0.46.
pub const WINOGRAD_FEW_TILES: usize = 14;

/// Filters that are transformed together, where they do not stay, take this part of the second-level cache.
///
/// Xeon, 14x14x512, one panel: 64 channels (288 KiB) 3.1 ms, 128 channels 3.3, all 512 channels 4.2;
/// two panels: 32 channels 3.3 ms, 64 channels 3.2, 128 channels 3.3.
pub const WINOGRAD_PART_SHARE: (usize, usize) = (1, 6);

/// Filters that stay transformed take at most this part of the second-level cache.
///
/// Xeon, 224x224x64: both panels (576 KiB) 8.7 ms, one at a time 9.2; 28x28x128: two panels (1152 KiB) 0.52 ms, one at a
/// time 0.55; 112x112x128: 8.1 and 8.0.
pub const WINOGRAD_FILTER_SHARE: (usize, usize) = (5, 8);

/// What the transforms of a form of Winograd's algorithm cost.
#[derive(Clone, Copy, Debug)]
pub struct WinogradCosts {
    /// Transforming a vector of input takes as long as this many multiplications of vectors.
    pub input: usize,
    /// Transforming a vector of filters.
    pub filter: usize,
    /// Transforming a vector of products back.
    pub output: usize,
    /// Vector registers that the transforms need, not to spill.
    pub registers: u32,
}

/// The costs of a form.
///
/// Xeon, F(4x4, 3x3): 224x224x64, the input transformed twice instead of once 8.7 -> 9.2 ms; 56x56x64, filters once 0.43
/// ms, for each of five blocks 0.50 (layers imply 230 to 540: it is bound by its 36 stores). F(6x6, 3x3), in huge pages,
/// takes this part of the time of F(4x4, 3x3): 256x256x64 0.90, 224x224x64 0.95, 160x160x32 0.97, 112x112x128 1.01,
/// 80x80x64 1.04, 56x56x64 1.12, 56x56x256 1.33, where each block transforms all filters. F(2x2, 3x3): 7x7x512 0.97.
pub fn winograd_costs(form: Form) -> WinogradCosts {
    match form {
        Form::Two => WinogradCosts { input: 70, filter: 110, output: 50, registers: 0 },
        Form::Four => WinogradCosts { input: 200, filter: 250, output: 170, registers: 0 },
        Form::Six => WinogradCosts { input: 600, filter: 900, output: 600, registers: 32 },
    }
}

/// With fewer tiles, transforming the filters costs what is gained.
///
/// Xeon, 4 tiles: 7x7x512 1.5 ms, directly 4.0; 7x7x128 0.092 ms, directly 0.102. One tile: 4x4x128 0.071 ms,
/// directly 0.058.
pub const WINOGRAD_FEWEST_TILES: usize = 4;

/// With fewer channels in or out, the transforms cost what is gained.
///
/// Xeon, 16 channels: 28x28 0.017 ms, directly 0.026; 112x112 0.22 ms, directly 0.39.
pub const WINOGRAD_CHANNELS: usize = 16;

/// The most channels that a convolution reads as planes of a channels-first image, so that it need not be transposed.
///
/// Xeon, transposed and convolved, then read as planes: 640x640x3 3x3 stride 2 1.24 ms, 0.82; 224x224x3 3x3 1.57, 1.53;
/// 224x224x3 7x7 stride 2 1.25, 1.22; 112x112x12 3x3 stride 2 0.160, 0.125; 112x112x15 5x5 3.33, 3.40.
pub const PLANES: u64 = 12;

/// The most queries that an attention's task answers, for which it copies keys into panels.
///
/// Xeon, 8 heads of 2048 queries and keys of size 64: 128 queries 96 ms, 64 queries 140, 32 queries 143 to 169, 256 queries 94
/// to 144; 12 heads of 512 queries: all within a tenth.
pub const ATTENTION_QUERIES: usize = 128;

/// Keys and values of a block of attention, and scores of a tile, take this part of the second-level cache.
pub const ATTENTION_SHARE: (usize, usize) = (1, 8);

/// The most keys of a block of attention.
///
/// Xeon, 128 queries: 2048 keys of size 64: 64 a block 97 ms, 128 a block 96, 256 a block 99, 512 a block 105; 128 keys of
/// size 32 0.23 ms in every form.
pub const ATTENTION_KEYS: usize = 256;
