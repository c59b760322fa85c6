//! The one crate that links MLIR and LLVM: exit text to objects to a linked model.
//!
//! It takes text, so nothing else needs to know MLIR's or LLVM's libraries, and whatever crosses the border replays
//! with stock `mlir-opt-22`. It decides nothing about kernels: widths, tiles and unrolling are in the text.
//!
//! ```text
//! exit text --parse, split--> parts --LOWERING_PIPELINE--> llvm dialect --translate--> LLVM IR --optimize, emit--> objects
//! tensors   --write_weights--> object      Metadata --write_versions--> object      all objects --link--> .so, .a or .o
//! ```
//!
//! [`compile`] goes all the way to objects, [`print()`] stops at a [`Stage`], [`link`] makes the model.
//!
//! # What an exit module looks like
//!
//! - **Kernels** are public functions. They become hidden symbols, are compiled apart from each other on several
//!   threads, and are not inlined into each other unless small.
//! - **Helpers** are private functions with a body. Each part that calls one gets its own internal copy, which LLVM
//!   inlines as it sees fit.
//! - **Constants** are globals marked `constant`; they are copied like helpers. A global that can change is refused.
//! - **Declarations** are the runtime's functions, `llvm.func @kiln_fail(!llvm.ptr, i64, i64, i64)`, and the weights,
//!   `llvm.mlir.global external constant @kiln_weights() {addr_space = 0 : i32} : !llvm.array<N x i8>`.
//!   The weights are addressed through the global offset table and may be of any size.
//! - The address of a function, for `kiln_parallel`, is a `func.constant` cast to `!llvm.ptr` by
//!   `builtin.unrealized_conversion_cast`; `llvm.mlir.addressof` takes `llvm.func` only.
//! - A memref over raw memory is a descriptor, `!llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>`, filled by
//!   `llvm.insertvalue` and cast to `memref<?xi8>`; `memref.view` and `memref.reinterpret_cast` give it a shape. All of
//!   that folds away. See `tests/model/model.mlir`, which is a whole model written by hand.
//! - `llvm.noalias` on a memref argument of a `func.func` is honoured.
//!
//! # What kernels should be made of
//!
//! Each of these was measured or read off the assembly; `tests/codegen.rs` keeps the central ones true.
//!
//! **Micro-kernels.** Accumulators are the `iter_args` of one `scf.for` over k, a `vector.load` for each vector of B, a
//! `memref.load` and `vector.broadcast` for each element of A, `vector.fma`. The form of the memref does not matter:
//! packed panels, static rows, rows with a dynamic stride and flat memrefs with computed indices all reach 104 to 114
//! GFLOP/s on a Zen 4 core whose peak is 117, from 4 x 32 to 14 x 32, 6 x 64, 9 x 48. What matters:
//!
//! - *Registers.* Accumulators + vectors of B + 1 for the broadcast must not exceed the target's registers: 14 x 2, 9 x 3
//!   and 6 x 4 of 32; 6 x 2 and 4 x 3 of 16. One row more (7 x 4) spills and costs a third. With a single vector of B the
//!   broadcast folds into `vfmadd231ps zmm, zmm, dword ptr [mem]{1to16}` and 28 x 1 fits; with more than one LLVM
//!   broadcasts once and uses the register, which is as fast. Few accumulators are slow: two FMA units of 4 cycles'
//!   latency need 8 at least (1 x 4 reaches half the peak, 2 x 4 all of it).
//! - *Unrolling* is the emitter's: LLVM's is switched off, as it unrolls what is already unrolled until it spills. A loop
//!   that LLVM should unroll says so: `scf.for {... } {llvm.loop_annotation = #llvm.loop_annotation<unroll = <full = true>>}`.
//! - *Vector width.* `vector<NxT>` with N a power of two. One register is best; two or four registers' worth is split
//!   cleanly (on RISC-V it becomes LMUL 2 or 4). Any other N is a disaster outside of x86: `vector<12xf32>` on NEON spills
//!   everything.
//! - *NEON.* Adjacent scalar loads of A, as from a packed panel, become one vector load and `fmla` by lane; strided ones
//!   cost an `ld1r` each. Prefer packed A.
//! - *RISC-V.* A broadcast scalar becomes `vfmacc.vf` at no cost. Fixed-length vectors use `vsetivli`; one configuration
//!   serves a whole loop as long as the element width does not change in it.
//!
//! **Alignment** needs no care: vector loads and stores assume the element's alignment only, and cost the same.
//! **Descriptors** cost registers and a few moves per call, nothing inside of loops. **Index arithmetic** in `index` is
//! folded into addresses. A `memref.alloca` belongs in the function's first block: in a loop it grows the stack each time.
//!
//! **Tails.** `vector.create_mask` with `vector.maskedload` and `vector.maskedstore` is one compare and one instruction
//! each on AVX-512 and RISC-V, any element type, and `vmaskmov` on AVX2 for 32 and 64-bit elements (a masked store there
//! is slow to be read back). NEON and SSE, and AVX2 for smaller elements, branch per lane: there, let the last vector
//! overlap the one before it if the extent is at least one vector, else go element by element. [`kiln_target::Target::has_masks`]
//! says which. A masked-off lane touches no memory. LLVM vectorizes no loops by itself: what is emitted scalar stays so.
//!
//! **Float semantics** are exact. Nothing is reassociated or contracted unless an op says so: `arith.mulf` and
//! `arith.addf` fuse if both carry `fastmath<contract>`; `vector.fma` always is fused, and is a library call per lane
//! where [`kiln_target::Target::has_fma`] is false. `vector.reduction <add>` is a chain of scalar additions without
//! `fastmath<reassoc>`, a logarithmic tree with it.
//!
//! **Maxima.** `arith.cmpf ogt` and `arith.select` drops a NaN in the first operand; it is one instruction on x86, and
//! elsewhere against a constant, like the zero of a ReLU, else two. `arith.maximumf` (NaN wins) is one instruction on NEON, 3 on x86. `arith.maxnumf` (NaN loses) is one on NEON
//! and RISC-V; on x86 it is 3, one with `fastmath<nnan>`. A `vector.reduction` of either on x86 is a chain of scalar work
//! (60 instructions): write the tree with `vector.shuffle`, or use `<maxnumf>` with `fastmath<nnan>` where NaN is excluded.
//!
//! **Shuffles.** `vector.transpose` of 16 x 16 is the best known sequence. For 4 x 4 and 8 x 8 LLVM finds about twice the
//! shortest: where it is hot, write the log2(n) rounds of `vector.shuffle` that unpack pairs, then pairs of pairs.
//! `vector.deinterleave` is one or two instructions. `vector.gather` is hardware on AVX-512 and RISC-V, scalar loads elsewhere.
//!
//! **Functions of libm do not exist** in a model: `math.exp`, `log`, `tanh`, `erf`, `sin`, `pow` and their like become calls
//! and [`link`] refuses them. `math.sqrt`, `absf`, `copysign`, `floor`, `ceil`, `trunc`, `roundeven`, `fma` and the integer
//! functions are instructions; `math.round` is one on AArch64 and a few elsewhere. Nor do libgcc's functions exist: conversions between f32 and f16 are
//! instructions on x86-64-v3 and AArch64 but calls on plain RISC-V, f32 to bf16 is a call on everything but AVX-512 BF16;
//! there, convert with integer arithmetic. i64 to f32 is scalar below AVX-512.
//!
//! **Memory.** `memref.copy` is a `memcpy` if both sides are contiguous by type, else a call to a library that is not there:
//! write a loop. `memref.alloc` is `malloc`: models use their workspace.
//!
//! **Compile time.** An op costs about 140 µs in all, a quarter of it MLIR's: 100 000 ops take 7 s on two threads.

mod archive;
mod cache;
mod compile;
mod data;
mod emit;
mod error;
mod host;
mod library;
mod link;
pub mod metadata;
mod mlir;
mod split;
mod versions;

pub use cache::ObjectCache;
pub use compile::{ObjectFile, OptimizationLevel, Options, Source, Stage, compile, print};
pub use data::write_weights;
pub use error::{CodegenError, Message, SourceLocation, Step};
pub use host::host_cpu;
pub use link::{LinkInput, LinkOptions, LinkOutput, link};
pub use mlir::LOWERING_PIPELINE;
pub use versions::{Version, write_versions};
