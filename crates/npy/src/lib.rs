//! NumPy's `.npy` and `.npz` files as tensors: every element type that a model takes, `f16`, `bf16` and `i1` included.
//!
//! Files are untrusted: sizes are checked against what the file holds before memory is taken, and nothing in them is
//! executed (an array of Python objects is refused, not unpickled). The format is NumPy's own description of it,
//! `numpy.lib.format`, versions 1 to 3.
//!
//! What NumPy has no type for is stored as raw bytes (`|V1`, `|V2`), as the `ml_dtypes` package does; reading such an
//! array takes knowing what is expected.

#![forbid(unsafe_code)]

mod error;
mod header;
mod npz;
mod read;
mod strings;
mod write;

pub use error::{NpyError, NpyErrorKind};
pub use npz::{read_npz, write_npz};
pub use read::{read_npy, read_npy_file};
pub use write::{write_npy, write_npy_file};
