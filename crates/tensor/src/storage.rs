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

    /// The same bytes in a file without a name, so that the system may drop them from memory; `None` where they are in a
    /// file already or none can be written.
    pub fn moved_to_file(&self) -> Option<Storage> {
        let Storage::Owned { length, .. } = self else { return None };
        let file = MappedFile::of_bytes(self.bytes()).ok()?;
        Some(Storage::Mapped { file, range: 0..*length })
    }

    /// Tells the system that the bytes will hardly be read again.
    pub fn release(&self) {
        if let Storage::Mapped { file, range } = self {
            file.release(range.clone());
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Storage::Owned { words, length } => &bytemuck::cast_slice::<u128, u8>(words)[..*length],
            Storage::Mapped { file, range } => &file[range.clone()],
        }
    }
}
