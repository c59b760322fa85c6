//! The model's file, and the files in its folder that hold its weights.

use kiln_diag::{Diagnostic, Place};
use kiln_tensor::MappedFile;
use rustc_hash::FxHashMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// A model's file, mapped, with the files beside it that it refers to, mapped when first asked for.
#[derive(Debug)]
pub struct ModelFile {
    path: PathBuf,
    bytes: MappedFile,
    neighbours: Mutex<FxHashMap<PathBuf, Neighbour>>,
}

/// A file in the model's folder.
#[derive(Debug)]
struct Neighbour {
    /// Where the model says it is.
    location: String,
    bytes: MappedFile,
}

impl ModelFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// When it is not a regular file, is empty or cannot be read.
    pub fn open(path: &Path) -> Result<ModelFile, Box<Diagnostic>> {
        let error = |message: String| Box::new(Diagnostic::error(Place::File(path.display().to_string()), message));
        let bytes = map_regular(path).map_err(|reason| error(format!("cannot be read: {reason}")))?;
        if bytes.is_empty() {
            return Err(error("the file is empty".into()));
        }
        Ok(ModelFile { path: path.to_path_buf(), bytes, neighbours: Mutex::default() })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its content.
    pub fn bytes(&self) -> &MappedFile {
        &self.bytes
    }

    /// The range of the mapping that `part`, a slice of it, covers; `None` if `part` is not a slice of it.
    pub fn range_of(&self, part: &[u8]) -> Option<std::ops::Range<usize>> {
        let start = part.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())?;
        let end = start.checked_add(part.len())?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// Maps a file that the model names by a path relative to its own folder; it must be inside that folder.
    ///
    /// # Errors
    /// When the path leaves the folder, by itself or through a link, or the file cannot be read; one sentence.
    pub fn open_neighbour(&self, location: &str) -> Result<MappedFile, String> {
        let relative = Path::new(location);
        let plain = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
        if location.is_empty() || location.contains('\0') || !relative.components().all(plain) {
            return Err(format!("external data \"{}\" is outside of the model's folder", location.escape_default()));
        }
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let unreadable = |error: io::Error| format!("external data \"{location}\" cannot be read: {error}");
        let folder = folder.canonicalize().map_err(unreadable)?;
        let path = folder.join(relative).canonicalize().map_err(unreadable)?;
        if !path.starts_with(&folder) {
            return Err(format!("external data \"{location}\" is a link that leaves the model's folder"));
        }
        let mut neighbours = self.neighbours.lock().expect("no holder of the lock panics");
        if let Some(neighbour) = neighbours.get(&path) {
            return Ok(neighbour.bytes.clone());
        }
        let file = map_regular(&path).map_err(unreadable)?;
        neighbours.insert(path, Neighbour { location: location.to_owned(), bytes: file.clone() });
        Ok(file)
    }

    /// The files mapped besides the model's own, by the paths that it names them by, in alphabetical order.
    ///
    /// # Panics
    /// Never: nobody who holds the lock does.
    pub fn neighbours(&self) -> Vec<String> {
        let neighbours = self.neighbours.lock().expect("no holder of the lock panics");
        let mut locations: Vec<_> = neighbours.values().map(|neighbour| neighbour.location.clone()).collect();
        locations.sort_unstable();
        locations
    }
}

/// Maps a regular file; pipes and devices could block or never end.
fn map_regular(path: &Path) -> io::Result<MappedFile> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    MappedFile::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn neighbours_stay_inside() {
        let outer = tempfile::tempdir().expect("a temporary folder");
        fs::write(outer.path().join("secret"), b"secret").expect("written");
        let folder = outer.path().join("model");
        fs::create_dir_all(folder.join("weights")).expect("created");
        fs::write(folder.join("model.bin"), b"abc").expect("written");
        fs::write(folder.join("weights/w"), b"weights").expect("written");
        std::os::unix::fs::symlink(outer.path().join("secret"), folder.join("link")).expect("linked");
        let file = ModelFile::open(&folder.join("model.bin")).expect("a file");
        assert_eq!(&file.open_neighbour("weights/w").expect("inside")[..], b"weights");
        for location in ["../secret", "/etc/passwd", "weights/../../secret", "link", "weights", "absent", "", "a\0b"] {
            assert!(file.open_neighbour(location).is_err(), "{location:?}");
        }
        file.open_neighbour("./weights/w").expect("the same file");
        assert_eq!(file.neighbours(), ["weights/w"]);
    }

    #[test]
    fn parts_are_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("m"), b"0123456789").expect("written");
        let file = ModelFile::open(&folder.path().join("m")).expect("a file");
        assert_eq!(file.range_of(&file.bytes()[3..5]), Some(3..5));
        assert_eq!(file.range_of(b"elsewhere"), None);
        assert!(ModelFile::open(folder.path()).is_err());
    }
}
