//! Emits kernels in the loop, vector, memref, arith, math and scf dialects, and the functions that call them. It never
//! decides: what is emitted follows from a `KernelSpec` and a `Plan` of `kiln-schedule`.

#![forbid(unsafe_code)]

mod attention;
pub mod builder;
pub mod call;
pub mod contract;
pub mod conv;
mod custom;
pub mod depthwise;
pub mod elimination;
pub mod emitters;
mod gemm;
pub mod layer_norm;
pub mod lower_kernels;
mod lower_launch;
pub mod lrn;
pub mod main_function;
pub mod map;
pub mod matmul;
pub mod non_max_suppression;
pub mod nonzero;
mod passes;
pub mod pool;
pub mod recurrent;
pub mod reduce;
pub mod resize;
pub mod rotary_embedding;
pub mod scan;
pub mod scatter;
pub mod softmax;
pub mod sort;
pub mod transpose;
pub mod window;
pub mod winograd;

pub use builder::{Body, Buffer, Combine, Condition, Coordinate, EmitOptions, Index, KernelBuilder, Lanes};
pub use emitters::{EMITTERS, Emitter, emit_kernel};
pub use lower_kernels::lower_kernels;
pub use lower_launch::lower_launch;
pub use passes::PASSES;
