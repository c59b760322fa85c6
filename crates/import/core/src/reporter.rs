//! Reports about the parts of one model.

use kiln_diag::{Diagnostic, Place, Severity, Sink};
use std::cell::Cell;

/// Reports about one model's parts into a sink, and stops passing them on when there are too many to read.
#[derive(Debug)]
pub struct Reporter<'s> {
    sink: &'s Sink,
    file: String,
    errors: Cell<usize>,
}

impl<'s> Reporter<'s> {
    /// The most errors that are passed on; a broken file may have millions.
    pub const MAX_ERRORS: usize = 1000;

    /// Reports about the model in `file`.
    pub fn new(sink: &'s Sink, file: &str) -> Reporter<'s> {
        Reporter { sink, file: file.into(), errors: Cell::new(0) }
    }

    /// A part of the model: `node "conv1" (Conv)`.
    pub fn part(&self, part: impl Into<String>) -> Place {
        Place::Model { file: self.file.clone(), part: part.into() }
    }

    /// The file as a whole.
    pub fn whole(&self) -> Place {
        Place::File(self.file.clone())
    }

    /// Reports an error about a part.
    pub fn error(&self, part: impl Into<String>, message: impl Into<String>) {
        self.report(Diagnostic::error(self.part(part), message));
    }

    /// Reports a warning about a part.
    pub fn warning(&self, part: impl Into<String>, message: impl Into<String>) {
        self.report(Diagnostic::warning(self.part(part), message));
    }

    /// Reports a note about the file.
    pub fn note(&self, message: impl Into<String>) {
        self.report(Diagnostic::new(Severity::Note, self.whole(), message));
    }

    /// Reports a diagnostic.
    pub fn report(&self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        match self.errors.get().cmp(&Reporter::MAX_ERRORS) {
            std::cmp::Ordering::Less => self.sink.report(diagnostic),
            std::cmp::Ordering::Equal if diagnostic.severity == Severity::Error => {
                self.sink.report(Diagnostic::error(self.whole(), "too many errors; the rest is not shown"));
            }
            _ => {}
        }
    }

    /// How many errors were reported here.
    pub fn error_count(&self) -> usize {
        self.errors.get()
    }

    /// Whether errors were reported here.
    pub fn has_errors(&self) -> bool {
        self.errors.get() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_off() {
        let sink = Sink::new();
        let reporter = Reporter::new(&sink, "m");
        for _ in 0..2 * Reporter::MAX_ERRORS {
            reporter.error("part", "wrong");
        }
        assert_eq!(reporter.error_count(), 2 * Reporter::MAX_ERRORS);
        assert_eq!(sink.take().len(), Reporter::MAX_ERRORS);
    }
}
