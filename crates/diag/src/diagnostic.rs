//! One diagnostic.

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Information.
    Note,
    /// What a pass did or left, for those who ask.
    Remark,
    /// Suspicious, yet the work goes on.
    Warning,
    /// The input is at fault.
    Error,
}

/// What a diagnostic or a label is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Place {
    /// Nothing in particular.
    #[default]
    Nowhere,
    /// A range of a text file.
    Text {
        /// The file's name.
        file: String,
        /// 1-based line.
        line: u32,
        /// 1-based column, in characters.
        column: u32,
        /// How many characters it covers; 0 is a point.
        length: u32,
    },
    /// A part of a model: a node, a tensor, a field.
    Model {
        /// The file's name, empty if unknown.
        file: String,
        /// What part: `node "conv1" (Conv)`.
        part: String,
    },
    /// A file as a whole.
    File(String),
}

/// Another place that matters, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// Why it matters: "previously defined here".
    pub message: String,
}

/// A message for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// Other places.
    pub labels: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What the user can do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error about `place`.
    pub fn error(place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, place, message)
    }

    /// A warning about `place`.
    pub fn warning(place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, place, message)
    }

    /// A diagnostic of any severity.
    pub fn new(severity: Severity, place: Place, message: impl Into<String>) -> Diagnostic {
        let message = message.into();
        Diagnostic { severity, message, place, labels: Vec::new(), notes: Vec::new(), help: Vec::new() }
    }

    /// Adds another place.
    pub fn with_label(mut self, place: Place, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { place, message: message.into() });
        self
    }

    /// Adds a fact.
    pub fn with_note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Adds advice.
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }
}
