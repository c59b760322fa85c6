//! Element types, dense tensors, the blob store of memory-mapped weights, and scalar evaluation.
//!
//! A [`Tensor`] is immutable, cheap to clone and either owns its bytes or borrows them from a mapped file.
//! This crate knows nothing of the IR: types and attributes name [`ElementType`] and hold [`Tensor`]s, not the reverse.

#![deny(unsafe_code)]

mod blob;
mod element;
mod float8;
mod map;
mod pick;
pub mod scalar;
mod storage;
mod tensor;

pub use blob::{BlobKey, BlobStore};
pub use element::{Element, ElementType};
pub use float8::Float8;
pub use map::MappedFile;
pub use storage::Storage;
pub use tensor::{Tensor, TensorError, element_count, row_major_strides};
