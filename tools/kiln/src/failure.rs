//! How a command fails: what is said, and the exit status.

use kiln_npy::NpyError;
use kiln_runtime::{LoadError, RunError};
use std::process::ExitCode;

/// Why a command failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A file, a model or data is at fault: exit status 1.
    Input(String),
    /// The command was given wrongly: exit status 2.
    Usage(String),
}

impl Failure {
    /// Says why on standard error, and gives the exit status.
    pub fn report(&self) -> ExitCode {
        let (message, status) = match self {
            Failure::Input(message) => (message, 1),
            Failure::Usage(message) => (message, 2),
        };
        eprintln!("error: {message}");
        ExitCode::from(status)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        Failure::Input(error.to_string())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        Failure::Input(error.to_string())
    }
}

impl From<NpyError> for Failure {
    fn from(error: NpyError) -> Failure {
        Failure::Input(error.to_string())
    }
}
