//! What can go wrong with a model: loading it, and running it.

use crate::DescriptionError;
use std::path::PathBuf;

/// Why a model cannot be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is no compiled model.
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// The file's metadata cannot be read.
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: DescriptionError,
    },
    /// The model is for another processor than this process runs on.
    WrongArchitecture {
        /// The file.
        path: PathBuf,
        /// What the model is for.
        model: String,
        /// What this is.
        host: &'static str,
    },
    /// The model's interface is of a version that this program does not know.
    WrongVersion {
        /// The file.
        path: PathBuf,
        /// The model's version.
        found: u32,
        /// The version known here.
        expected: u32,
    },
    /// The system's loader refuses the file.
    Refused {
        /// The file.
        path: PathBuf,
        /// What the loader says.
        error: libloading::Error,
    },
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Unreadable { path, error } => write!(f, "cannot read {}: {error}", path.display()),
            LoadError::NotAModel { path, reason } => {
                write!(f, "{} is not a compiled Kiln model: {reason}", path.display())
            }
            LoadError::Metadata { path, error } => write!(f, "cannot use {}: {error}", path.display()),
            LoadError::WrongArchitecture { path, model, host } => {
                write!(f, "{} is compiled for {model}, and this is {host}", path.display())
            }
            LoadError::WrongVersion { path, found, expected } => write!(
                f,
                "{} has interface version {found}, this program knows version {expected}; compile it again",
                path.display()
            ),
            LoadError::Refused { path, error } => write!(f, "cannot load {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Unreadable { error, .. } => Some(error),
            LoadError::Metadata { error, .. } => Some(error),
            LoadError::Refused { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Why a call into a model failed: the statuses of the C interface.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// A wrong number of tensors or threads, a misaligned buffer.
    InvalidArgument,
    /// An input's element type is not the model's.
    WrongElementType,
    /// An input's rank is not the model's.
    WrongRank,
    /// An extent is not the fixed one, or does not fit its symbol's range or expression.
    WrongShape,
    /// Two axes that share a symbol have different extents.
    SymbolConflict,
    /// An extent, a tensor or the workspace does not fit in memory's address range.
    SizeOverflow,
    /// A buffer is smaller than its shape asks for.
    BufferTooSmall,
    /// There is no memory.
    OutOfMemory,
    /// The data held an index outside of the axis it indexes.
    IndexOutOfRange,
    /// A defect of the compiler.
    Internal,
    /// The machine lacks what the model's code needs.
    UnsupportedProcessor,
    /// A custom operator failed.
    CustomOperatorFailed,
}

impl Status {
    /// The status of a `kiln_status` that is not `KILN_OK`.
    pub(crate) fn of_code(code: i32) -> Status {
        match code {
            1 => Status::InvalidArgument,
            2 => Status::WrongElementType,
            3 => Status::WrongRank,
            4 => Status::WrongShape,
            5 => Status::SymbolConflict,
            6 => Status::SizeOverflow,
            7 => Status::BufferTooSmall,
            8 => Status::OutOfMemory,
            9 => Status::IndexOutOfRange,
            11 => Status::UnsupportedProcessor,
            12 => Status::CustomOperatorFailed,
            _ => Status::Internal,
        }
    }
}

/// A call into a model that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunError {
    /// The kind of failure.
    pub status: Status,
    /// One line that names the tensor, axis or node.
    pub message: String,
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RunError {}
