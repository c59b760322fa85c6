//! Read-only file mapping: the one place outside code generation and the runtime with `unsafe`.

use std::fs::File;
use std::io::{self, Read};
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;

/// A whole file, mapped read-only; clones share the mapping.
#[derive(Clone, Debug)]
pub struct MappedFile(Arc<memmap2::Mmap>);

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<MappedFile> {
        let file = File::open(path)?;
        MappedFile::map(&file)
    }

    /// A file without a name that holds these bytes, in the system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be written or mapped.
    pub fn of_bytes(mut bytes: &[u8]) -> io::Result<MappedFile> {
        MappedFile::of_reader(&mut bytes)
    }

    /// A file without a name that holds what a reader gives, in the system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be read, written or mapped.
    pub fn of_reader(reader: &mut impl Read) -> io::Result<MappedFile> {
        let mut file = tempfile::tempfile()?;
        io::copy(reader, &mut file)?;
        MappedFile::map(&file)
    }

    #[allow(unsafe_code, reason = "mapping a file is unsafe by nature; this is the module that does it")]
    fn map(file: &File) -> io::Result<MappedFile> {
        // SAFETY: the mapping is private and read-only; a process that truncates the file meanwhile can end us with
        // SIGBUS, which is the documented price of not reading weights into memory.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(MappedFile(Arc::new(map)))
    }

    /// Tells the system that these bytes will hardly be read again: it need not keep them in memory.
    #[allow(unsafe_code, reason = "advice of this kind could change memory that is not a file's")]
    pub fn release(&self, range: Range<usize>) {
        // SAFETY: the mapping is never written to, so that its pages are read from the file again if need be.
        let advised =
            unsafe { self.0.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, range.start, range.len()) };
        // It is advice: where it is not taken, memory is not saved.
        let _ = advised;
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
