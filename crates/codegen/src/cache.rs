//! An on-disk cache of kernel objects, keyed by what they are made from.

use crate::{LOWERING_PIPELINE, Options, emit::OPTIONS, error::CodegenError};
use inkwell::support::get_llvm_version;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Raised whenever this crate emits other code for the same text.
const CACHE_VERSION: u32 = 2;

/// A directory of objects. Several processes may share it: entries appear whole or not at all.
#[derive(Clone, Debug)]
pub struct ObjectCache {
    directory: PathBuf,
}

impl ObjectCache {
    /// The cache in a directory, which is made if there is none. Users expect it in `$XDG_CACHE_HOME/kiln`. Nothing is
    /// ever removed from it; its files may be deleted at any time.
    pub fn open(directory: &Path) -> Result<ObjectCache, CodegenError> {
        fs::create_dir_all(directory).map_err(|error| CodegenError::file("make the cache", directory, error))?;
        Ok(ObjectCache { directory: directory.to_owned() })
    }

    /// The name of the object made from a part's text.
    pub(crate) fn key(part: &str, options: &Options) -> String {
        let Options { target, level, suffix, .. } = options;
        let mut hasher = blake3::Hasher::new();
        let settings = format!(
            "{CACHE_VERSION}\0{}\0{:?}\0{OPTIONS:?}\0{}\0{}\0{}\0{}\0{level:?}\0{suffix}\0{LOWERING_PIPELINE}\0",
            env!("CARGO_PKG_VERSION"),
            get_llvm_version(),
            target.triple,
            target.cpu,
            target.features,
            target.vector_bits,
        );
        hasher.update(settings.as_bytes()).update(part.as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    pub(crate) fn find(&self, key: &str) -> Option<Vec<u8>> {
        fs::read(self.path(key)).ok()
    }

    /// Adds an object. A cache that cannot be written to (full, read-only) is no reason to fail a compilation, so
    /// nothing is reported.
    pub(crate) fn insert(&self, key: &str, object: &[u8]) {
        let written =
            tempfile::NamedTempFile::new_in(&self.directory).and_then(|mut file| file.write_all(object).map(|()| file));
        if let Ok(file) = written {
            let _ = file.persist(self.path(key));
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.directory.join(format!("{key}.o"))
    }
}
