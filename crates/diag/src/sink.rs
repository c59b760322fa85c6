//! Where diagnostics gather.

use crate::{Diagnostic, Severity};
use std::sync::Mutex;

/// Collects diagnostics from any number of threads.
#[derive(Debug, Default)]
pub struct Sink(Mutex<Vec<Diagnostic>>);

impl Sink {
    /// An empty sink.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Adds a diagnostic.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.0.lock().expect("no reporter panics").push(diagnostic);
    }

    /// Whether nothing was reported.
    ///
    /// # Panics
    /// Never: nobody who reports does.
    pub fn is_empty(&self) -> bool {
        self.0.lock().expect("no reporter panics").is_empty()
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// The number of errors.
    pub fn error_count(&self) -> usize {
        let diagnostics = self.0.lock().expect("no reporter panics");
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Takes all diagnostics out, in order of arrival.
    pub fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.0.lock().expect("no reporter panics"))
    }
}
