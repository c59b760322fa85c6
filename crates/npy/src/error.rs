//! Why a file cannot be read or written.

use kiln_tensor::ElementType;
use std::path::{Path, PathBuf};

/// What is wrong with a `.npy` or `.npz` file, and where.
#[derive(Debug)]
pub struct NpyError {
    /// The file, once it is known.
    pub path: Option<PathBuf>,
    /// The array inside of a `.npz` file.
    pub entry: Option<String>,
    /// What is wrong.
    pub kind: NpyErrorKind,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum NpyErrorKind {
    /// The system cannot read or write it.
    Io(std::io::Error),
    /// The archive is damaged.
    Archive(zip::result::ZipError),
    /// It is not of the format.
    Malformed {
        /// The byte at which it stops making sense.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// Its elements are of a type that no tensor has.
    Unsupported {
        /// NumPy's name of the type.
        descriptor: String,
        /// What was expected, if anything.
        expected: Option<ElementType>,
    },
}

impl NpyError {
    pub(crate) fn malformed(offset: u64, reason: impl Into<String>) -> NpyError {
        NpyErrorKind::Malformed { offset, reason: reason.into() }.into()
    }

    /// The same error, about `path`.
    pub(crate) fn at_path(mut self, path: &Path) -> NpyError {
        self.path = Some(path.into());
        self
    }

    /// The same error, about an array of an archive.
    pub(crate) fn at_entry(mut self, entry: &str) -> NpyError {
        self.entry = Some(entry.into());
        self
    }
}

impl From<NpyErrorKind> for NpyError {
    fn from(kind: NpyErrorKind) -> NpyError {
        NpyError { path: None, entry: None, kind }
    }
}

impl From<std::io::Error> for NpyError {
    fn from(error: std::io::Error) -> NpyError {
        NpyErrorKind::Io(error).into()
    }
}

impl From<zip::result::ZipError> for NpyError {
    fn from(error: zip::result::ZipError) -> NpyError {
        NpyErrorKind::Archive(error).into()
    }
}

impl std::fmt::Display for NpyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        if let Some(entry) = &self.entry {
            write!(f, "array '{entry}': ")?;
        }
        match &self.kind {
            NpyErrorKind::Io(error) => write!(f, "{error}"),
            NpyErrorKind::Archive(error) => write!(f, "not a readable .npz archive: {error}"),
            NpyErrorKind::Malformed { offset, reason } => write!(f, "byte {offset}: {reason}"),
            NpyErrorKind::Unsupported { descriptor, expected: None } => {
                write!(f, "elements of NumPy type '{descriptor}' are no tensor's")
            }
            NpyErrorKind::Unsupported { descriptor, expected: Some(expected) } => {
                write!(f, "elements of NumPy type '{descriptor}', expected {expected}")
            }
        }
    }
}

impl std::error::Error for NpyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            NpyErrorKind::Io(error) => Some(error),
            NpyErrorKind::Archive(error) => Some(error),
            _ => None,
        }
    }
}
