//! Diagnostics as text for people.

use crate::{Diagnostic, Place, Severity};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, termcolor};
use std::ops::Range;

/// The most bytes of a file that is read to be quoted.
const LONGEST_FILE: u64 = 16 << 20;

/// Texts that diagnostics may quote.
#[derive(Debug)]
pub struct Sources {
    files: SimpleFiles<String, String>,
    texts: Vec<(String, String)>,
}

impl Default for Sources {
    fn default() -> Sources {
        Sources { files: SimpleFiles::new(), texts: Vec::new() }
    }
}

impl Sources {
    /// No texts.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a file's text.
    pub fn add(&mut self, name: &str, text: &str) {
        self.files.add(name.to_owned(), text.to_owned());
        self.texts.push((name.to_owned(), text.to_owned()));
    }

    /// Adds the files that diagnostics are about, where they can be read and are no models: what cannot be quoted is named.
    pub fn add_files_of(&mut self, diagnostics: &[Diagnostic]) {
        let labels = diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels).map(|label| &label.place);
        let places = diagnostics.iter().map(|diagnostic| &diagnostic.place).chain(labels);
        for place in places {
            let Place::Text { file, .. } = place else { continue };
            let is_known = self.texts.iter().any(|(name, _)| name == file);
            let is_short = std::fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() <= LONGEST_FILE);
            if !is_known
                && is_short
                && let Ok(text) = std::fs::read_to_string(file)
            {
                self.add(file, &text);
            }
        }
    }

    /// Index of the file and byte range of a place in it.
    fn find(&self, place: &Place) -> Option<(usize, Range<usize>)> {
        let Place::Text { file, line, column, length } = place else { return None };
        let index = self.texts.iter().position(|(name, _)| name == file)?;
        let text = &self.texts[index].1;
        let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)? as usize).map(str::len).sum();
        let rest = text.get(start..)?.lines().next().unwrap_or("");
        let byte = |column: usize| rest.char_indices().nth(column).map_or(rest.len(), |(byte, _)| byte);
        let column = column.checked_sub(1)? as usize;
        let range = start + byte(column)..start + byte(column + (*length).max(1) as usize);
        Some((index, range.start..range.end.max(range.start)))
    }
}

/// The text of `diagnostics`, quoting `sources`; with terminal colours if `color`.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let mut buffer = match color {
        true => termcolor::Buffer::ansi(),
        false => termcolor::Buffer::no_color(),
    };
    let config = term::Config::default();
    for diagnostic in diagnostics {
        let rendered = to_codespan(diagnostic, sources);
        // Writing to memory fails only for a file that is not in `sources`, and those became notes.
        let _ = term::emit_to_write_style(&mut buffer, &config, &sources.files, &rendered);
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

fn to_codespan(diagnostic: &Diagnostic, sources: &Sources) -> codespan::Diagnostic<usize> {
    let severity = match diagnostic.severity {
        Severity::Note | Severity::Remark => codespan::Severity::Note,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Error => codespan::Severity::Error,
    };
    let mut labels = Vec::new();
    let mut notes = Vec::new();
    match sources.find(&diagnostic.place) {
        Some((file, range)) => labels.push(codespan::Label::primary(file, range)),
        None => notes.extend(describe(&diagnostic.place).map(|place| format!("at {place}"))),
    }
    for label in &diagnostic.labels {
        match sources.find(&label.place) {
            Some((file, range)) => labels.push(codespan::Label::secondary(file, range).with_message(&label.message)),
            None => notes.extend(describe(&label.place).map(|place| format!("{}: {place}", label.message))),
        }
    }
    notes.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    notes.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    codespan::Diagnostic::new(severity).with_message(&diagnostic.message).with_labels(labels).with_notes(notes)
}

/// A place in words; `None` if it is nowhere.
fn describe(place: &Place) -> Option<String> {
    match place {
        Place::Nowhere => None,
        Place::Text { file, line, column, .. } => Some(format!("{file}:{line}:{column}")),
        Place::Model { file, part } if file.is_empty() => Some(part.clone()),
        Place::Model { file, part } => Some(format!("{part} of {file}")),
        Place::File(file) => Some(file.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_the_source() {
        let mut sources = Sources::new();
        sources.add("a.mlir", "%0 = x.y\n%1 = z.w\n");
        let place = Place::Text { file: "a.mlir".into(), line: 2, column: 6, length: 3 };
        let text = render(&[Diagnostic::error(place, "unknown op").with_help("register it")], &sources, false);
        assert!(text.contains("error: unknown op"), "{text}");
        assert!(text.contains("a.mlir:2:6"), "{text}");
        assert!(text.contains("%1 = z.w"), "{text}");
        assert!(text.contains("help: register it"), "{text}");
    }

    #[test]
    fn places_without_text_are_named() {
        let place = Place::Model { file: "m.onnx".into(), part: "node \"a\" (Conv)".into() };
        let text = render(&[Diagnostic::error(place, "bad")], &Sources::new(), false);
        assert!(text.contains("at node \"a\" (Conv) of m.onnx"), "{text}");
    }
}
