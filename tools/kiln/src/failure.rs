//! How a command fails: what is said, and the exit status.

use kiln_diag::{Diagnostic, Sources, render};
use kiln_npy::NpyError;
use kiln_runtime::{LoadError, RunError};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A file, a model or data is at fault: exit status 1.
    Input(String),
    /// The command was given wrongly: exit status 2.
    Usage(String),
    /// A model is at fault, in one way or several: exit status 1.
    Diagnosed(Vec<Diagnostic>),
}

impl Failure {
    /// Says why on standard error, and gives the exit status.
    pub fn report(&self) -> ExitCode {
        match self {
            Failure::Input(message) | Failure::Usage(message) => eprintln!("error: {message}"),
            Failure::Diagnosed(diagnostics) => show(diagnostics),
        }
        ExitCode::from(if matches!(self, Failure::Usage(_)) { 2 } else { 1 })
    }
}

/// Writes diagnostics to standard error, in colour on a terminal.
pub(crate) fn show(diagnostics: &[Diagnostic]) {
    let mut sources = Sources::new();
    sources.add_files_of(diagnostics);
    eprint!("{}", render(diagnostics, &sources, std::io::stderr().is_terminal()));
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        let mut message = error.to_string();
        if let LoadError::NotAModel { path, .. } = &error
            && path.extension().is_some_and(|extension| extension == "onnx")
        {
            message += &format!("; compile it first: kiln compile {}", path.display());
        }
        Failure::Input(message)
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
