//! Diagnostics as text for people.

use crate::{Diagnostic, Place, Severity};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, termcolor};
use std::collections::HashMap;
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

/// How many parts of a model are named that have a fault in common, after the first.
const MOST_PARTS: usize = 8;

/// The text of `diagnostics`, quoting `sources`; with terminal colours if `color`. One fault of many parts of a model is
/// told once.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let mut buffer = match color {
        true => termcolor::Buffer::ansi(),
        false => termcolor::Buffer::no_color(),
    };
    let config = term::Config::default();
    for diagnostic in &merged(diagnostics) {
        let rendered = to_codespan(diagnostic, sources);
        // Writing to memory fails only for a file that is not in `sources`, and those became notes.
        let _ = term::emit_to_write_style(&mut buffer, &config, &sources.files, &rendered);
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

/// The diagnostics, with those that say the same of several parts of a model as one, in the place of the first.
fn merged(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut merged: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    let mut firsts: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for diagnostic in diagnostics {
        if let Place::Model { file, part } = &diagnostic.place {
            let alike = firsts.entry((file, &diagnostic.message)).or_default();
            let is_same = |index: &usize| {
                let first = &merged[*index].0;
                Diagnostic { place: first.place.clone(), ..diagnostic.clone() } == *first
            };
            if let Some(index) = alike.iter().copied().find(is_same) {
                merged[index].1.push(part);
                continue;
            }
            alike.push(merged.len());
        }
        merged.push((diagnostic.clone(), Vec::new()));
    }
    let with_parts = |(mut diagnostic, parts): (Diagnostic, Vec<&str>)| {
        if !parts.is_empty() {
            let named = parts.iter().take(MOST_PARTS).copied().collect::<Vec<_>>().join(", ");
            let rest = parts.len().saturating_sub(MOST_PARTS);
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            diagnostic.notes.insert(0, format!("also at {named}{rest}"));
        }
        diagnostic
    };
    merged.into_iter().map(with_parts).collect()
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
    fn a_fault_of_many_nodes_is_told_once() {
        let place = |part: String| Place::Model { file: "m.onnx".into(), part };
        let mut all: Vec<Diagnostic> =
            (0..11).map(|index| Diagnostic::error(place(format!("node {index}")), "not known")).collect();
        all.insert(1, Diagnostic::error(place("node x".into()), "bad"));
        all.push(Diagnostic::error(place("node y".into()), "not known").with_help("say which version"));
        all.push(Diagnostic::error(Place::Model { file: "n.onnx".into(), part: "node 0".into() }, "not known"));
        let text = render(&all, &Sources::new(), false);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let expected = [
            "error: not known",
            " = at node 0 of m.onnx",
            " = note: also at node 1, node 2, node 3, node 4, node 5, node 6, node 7, node 8 and 2 more",
            "error: bad",
            " = at node x of m.onnx",
            "error: not known",
            " = at node y of m.onnx",
            " = help: say which version",
            "error: not known",
            " = at node 0 of n.onnx",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn places_without_text_are_named() {
        let place = Place::Model { file: "m.onnx".into(), part: "node \"a\" (Conv)".into() };
        let text = render(&[Diagnostic::error(place, "bad")], &Sources::new(), false);
        assert!(text.contains("at node \"a\" (Conv) of m.onnx"), "{text}");
    }
}
