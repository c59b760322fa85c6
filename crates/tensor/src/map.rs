//! Read-only file mapping: the one place outside code generation and the runtime with `unsafe`.

use std::fs::File;
use std::io;
use std::ops::Deref;
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
    #[allow(unsafe_code, reason = "mapping a file is unsafe by nature; this is the module that does it")]
    pub fn open(path: &Path) -> io::Result<MappedFile> {
        let file = File::open(path)?;
        // SAFETY: the mapping is private and read-only; a process that truncates the file meanwhile can end us with
        // SIGBUS, which is the documented price of not reading weights into memory.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        Ok(MappedFile(Arc::new(map)))
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
