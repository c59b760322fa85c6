//! What can go wrong on the way from exit text to a linked model.

use std::fmt;

/// A failed step, with everything that was said about it.
///
/// Exit text is written by Kiln, not by a user, so most of these are bugs of Kiln; the reproducer replays one with
/// stock tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodegenError {
    /// The step that failed.
    pub step: Step,
    /// What was reported, in order; at least one message.
    pub messages: Vec<Message>,
    /// The text that failed, ending in the command that replays the failure; for the steps on MLIR and LLVM text.
    pub reproducer: Option<String>,
}

/// A step of code generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading and verifying the exit text.
    Parse,
    /// Splitting the module into parts.
    Split,
    /// Lowering to the llvm dialect.
    Lower,
    /// Translating the llvm dialect to LLVM IR.
    Translate,
    /// LLVM's optimizations.
    Optimize,
    /// Instruction selection and object writing.
    Emit,
    /// Reading or writing a file.
    File,
    /// Linking objects.
    Link,
}

/// One thing that was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Place in the exit text, if it is known.
    pub location: Option<SourceLocation>,
    /// The text, without a location.
    pub text: String,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLocation {
    /// Name of the text.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl CodegenError {
    pub(crate) fn new(step: Step, text: impl Into<String>) -> CodegenError {
        CodegenError { step, messages: vec![Message { location: None, text: text.into() }], reproducer: None }
    }

    /// `messages` as they were collected; `otherwise` if the library failed without a word.
    pub(crate) fn from_messages(step: Step, mut messages: Vec<Message>, otherwise: &str) -> CodegenError {
        if messages.is_empty() {
            messages.push(Message { location: None, text: otherwise.to_owned() });
        }
        CodegenError { step, messages, reproducer: None }
    }

    pub(crate) fn file(action: &str, path: &std::path::Path, error: std::io::Error) -> CodegenError {
        CodegenError::new(Step::File, format!("cannot {action} '{}': {error}", path.display()))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Step::Parse => "parse exit text",
            Step::Split => "split the module",
            Step::Lower => "lower to the llvm dialect",
            Step::Translate => "translate to LLVM IR",
            Step::Optimize => "optimize",
            Step::Emit => "emit machine code",
            Step::File => "access a file",
            Step::Link => "link",
        })
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(SourceLocation { file, line, column }) = &self.location {
            write!(formatter, "{file}:{line}:{column}: ")?;
        }
        formatter.write_str(&self.text)
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {}", self.step)?;
        for (index, message) in self.messages.iter().enumerate() {
            write!(formatter, "{}{message}", if index == 0 { ": " } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for CodegenError {}
