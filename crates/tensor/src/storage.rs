//! Where a tensor's bytes live.

use crate::MappedFile;
use std::ops::Range;
use std::sync::Arc;

/// Shared immutable bytes: owned and 16-byte aligned, or a range of a mapped file.
#[derive(Clone, Debug)]
pub enum Storage {
    /// Owned words; `length` bytes of them count.
    Owned {
        /// The bytes, as 16-byte words so that every element type is aligned.
        words: Arc<Vec<u128>>,
        /// How many bytes of `words` belong to the tensor.
        length: usize,
    },
    /// A range of a mapped file; its alignment is whatever the file gives.
    Mapped {
        /// The file.
        file: MappedFile,
        /// The bytes of it that belong to the tensor.
        range: Range<usize>,
    },
}

impl Storage {
    /// Copies `bytes` into owned storage.
    pub fn from_bytes(bytes: &[u8]) -> Storage {
        Storage::filled(bytes.len(), |target| target.copy_from_slice(bytes))
    }

    /// Owned storage of `length` bytes, zeros that `fill` writes over.
    pub fn filled(length: usize, fill: impl FnOnce(&mut [u8])) -> Storage {
        let mut words = vec![0u128; length.div_ceil(16)];
        fill(&mut bytemuck::cast_slice_mut::<u128, u8>(&mut words)[..length]);
        Storage::Owned { words: Arc::new(words), length }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Storage::Owned { words, length } => &bytemuck::cast_slice::<u128, u8>(words)[..*length],
            Storage::Mapped { file, range } => &file[range.clone()],
        }
    }
}
