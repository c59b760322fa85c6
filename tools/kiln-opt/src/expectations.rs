//! `--verify-diagnostics`: diagnostics against comments.
//!
//! A comment `// expected-error {{text}}` expects an error on its own line whose message contains the text; `@+2`,
//! `@-1`, `@below` and `@above` after `error` name another line, `@unknown` none. `@above` and `@below` mean the next
//! line up or down that is no such comment. `expected-error-re` has regular expressions between further braces:
//! `{{no op '{{[a-z]+}}'}}`. The same goes for `warning`, `remark` and `note`; the places that a diagnostic points at besides
//! its own are notes there, and so are its notes and its help, on its own line.
//!
//! A diagnostic that no comment expects is a problem, and so is an expectation that nothing met. Notes on the line of
//! their diagnostic may go without one.

use kiln_diag::{Diagnostic, Place, Severity};
use regex::Regex;

/// One comment's claim.
#[derive(Debug)]
struct Expectation {
    severity: Severity,
    /// The line that the diagnostic is on; `None` if nowhere.
    line: Option<u32>,
    pattern: Pattern,
    /// The line of the comment.
    comment: u32,
}

/// What a message has to contain.
#[derive(Debug)]
enum Pattern {
    Text(String),
    Regex(Box<Regex>),
}

impl Pattern {
    fn meets(&self, message: &str) -> bool {
        match self {
            Pattern::Text(text) => message.contains(text),
            Pattern::Regex(regex) => regex.is_match(message),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Pattern::Text(text) => text,
            Pattern::Regex(regex) => regex.as_str(),
        }
    }
}

/// Something that was said at a line.
struct Said<'a> {
    severity: Severity,
    line: Option<u32>,
    message: &'a str,
    place: &'a Place,
    /// Whether a comment has to expect it.
    is_strict: bool,
}

/// What differs between `found` and the comments of `text`.
pub(crate) fn check(text: &str, file: &str, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut expected = expectations(text, file, &mut problems);
    for said in found.iter().flat_map(said) {
        let meets = |expectation: &Expectation| {
            expectation.severity == said.severity
                && expectation.line == said.line
                && expectation.pattern.meets(said.message)
        };
        match expected.iter().position(meets) {
            Some(index) => _ = expected.remove(index),
            None if said.is_strict => {
                let message = format!("unexpected {}: {}", word(said.severity), said.message);
                problems.push(Diagnostic::error(said.place.clone(), message));
            }
            None => {}
        }
    }
    for Expectation { severity, pattern, comment, .. } in expected {
        let message = format!("nothing meets the expected {} '{}'", word(severity), pattern.as_str());
        problems.push(Diagnostic::error(at(file, comment), message));
    }
    problems
}

/// A diagnostic and its notes.
fn said(diagnostic: &Diagnostic) -> Vec<Said<'_>> {
    let line = |place: &Place| match place {
        Place::Text { line, .. } => Some(*line),
        _ => None,
    };
    let Diagnostic { severity, message, place, labels, notes, help } = diagnostic;
    let own = Said { severity: *severity, line: line(place), message, place, is_strict: true };
    let labels = labels.iter().map(|label| Said {
        severity: Severity::Note,
        line: line(&label.place),
        message: &label.message,
        place: &label.place,
        is_strict: line(&label.place) != line(place),
    });
    let notes = notes.iter().chain(help).map(|note| Said {
        severity: Severity::Note,
        line: line(place),
        message: note,
        place,
        is_strict: false,
    });
    std::iter::once(own).chain(labels).chain(notes).collect()
}

const SEVERITIES: [(&str, Severity); 4] = [
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("remark", Severity::Remark),
    ("note", Severity::Note),
];

fn word(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(_, candidate)| *candidate == severity).map_or("", |(word, _)| word)
}

fn at(file: &str, line: u32) -> Place {
    Place::Text { file: file.to_owned(), line, column: 1, length: 0 }
}

fn expectations(text: &str, file: &str, problems: &mut Vec<Diagnostic>) -> Vec<Expectation> {
    let mut expected = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in (1..).zip(&lines) {
        let Some((_, comment)) = line.split_once("//") else { continue };
        for claim in comment.split("expected-").skip(1) {
            match expectation(claim, number, &lines) {
                Some(expectation) => expected.push(expectation),
                None => {
                    let message = format!("this expectation cannot be read: expected-{}", claim.trim_end());
                    problems.push(Diagnostic::error(at(file, number), message));
                }
            }
        }
    }
    expected
}

/// Whether a line has nothing but an expectation.
fn is_expectation(line: &str) -> bool {
    line.trim_start().strip_prefix("//").is_some_and(|comment| comment.trim_start().starts_with("expected-"))
}

/// Reads `error@+1 {{text}}`.
fn expectation(claim: &str, comment: u32, lines: &[&str]) -> Option<Expectation> {
    let (severity, rest) =
        SEVERITIES.into_iter().find_map(|(word, severity)| Some((severity, claim.strip_prefix(word)?)))?;
    let (rest, is_regex) = rest.strip_prefix("-re").map_or((rest, false), |rest| (rest, true));
    let (place, rest) = rest.split_once("{{")?;
    let (text, _) = if is_regex { rest.rsplit_once("}}")? } else { rest.split_once("}}")? };
    let pattern = if is_regex { Pattern::Regex(Box::new(regex(text)?)) } else { Pattern::Text(text.to_owned()) };
    let is_other = |number: &u32| !lines.get(*number as usize - 1).is_some_and(|line| is_expectation(line));
    let line = match place.trim().strip_prefix('@') {
        None if place.trim().is_empty() => Some(comment),
        None => return None,
        Some("unknown") => None,
        Some("below") => (comment + 1..).find(is_other),
        Some("above") => Some((1..comment).rev().find(is_other)?),
        Some(offset) => Some(comment.checked_add_signed(offset.parse().ok()?)?),
    };
    Some(Expectation { severity, line, pattern, comment })
}

/// A text in which `{{...}}` are regular expressions.
fn regex(text: &str) -> Option<Regex> {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once("{{") {
        let (expression, after) = after.split_once("}}")?;
        pattern += &format!("{}(?:{expression})", regex::escape(literal));
        rest = after;
    }
    pattern += &regex::escape(rest);
    Regex::new(&pattern).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str, found: &[Diagnostic]) -> Vec<String> {
        check(text, "f", found).into_iter().map(|problem| problem.message).collect()
    }

    fn error(line: u32, message: &str) -> Diagnostic {
        Diagnostic::error(at("f", line), message)
    }

    #[test]
    fn expectations_are_met_or_reported() {
        let text = "// expected-error@+1 {{no op}}\nx\ny // expected-error {{odd}}\n// expected-error@unknown {{lost}}";
        let lost = Diagnostic::error(Place::Nowhere, "it is lost");
        assert_eq!(messages(text, &[error(2, "there is no op"), error(3, "odd"), lost.clone()]), [""; 0]);
        assert_eq!(
            messages(text, &[error(3, "there is no op"), error(3, "odd"), lost]),
            ["unexpected error: there is no op", "nothing meets the expected error 'no op'"]
        );
    }

    #[test]
    fn lines_may_be_above_and_below() {
        let text = "// expected-error@below {{a}}\n// expected-warning@below {{b}}\nx\n// expected-note@above {{c}}\n\
                    // expected-remark@-3 {{d}}";
        let warning = Diagnostic::warning(at("f", 3), "b");
        let remark = Diagnostic::new(Severity::Remark, at("f", 2), "d");
        assert_eq!(messages(text, &[error(3, "a").with_note("c"), warning.clone(), remark]), [""; 0]);
        let unmet = ["nothing meets the expected note 'c'", "nothing meets the expected remark 'd'"];
        assert_eq!(messages(text, &[error(3, "a"), warning]), unmet);
    }

    #[test]
    fn other_places_are_notes() {
        let text = "x // expected-note {{defined}}\ny // expected-error {{twice}}";
        let found = error(2, "twice").with_label(at("f", 1), "defined here");
        assert_eq!(messages(text, std::slice::from_ref(&found)), [""; 0]);
        assert_eq!(messages("\ny // expected-error {{twice}}", &[found]), ["unexpected note: defined here"]);
        assert_eq!(messages("", &[Diagnostic::warning(at("f", 1), "odd")]), ["unexpected warning: odd"]);
    }

    #[test]
    fn braces_hold_regular_expressions() {
        let text = "x // expected-error-re {{rank {{[0-9]+}}, not (2)}}";
        assert_eq!(messages(text, &[error(1, "of rank 12, not (2)")]), [""; 0]);
        assert_eq!(messages(text, &[error(1, "of rank two, not (2)")]).len(), 2);
        assert_eq!(messages("// expected-error-re {{{{[}}}}", &[]).len(), 1);
        assert_eq!(messages("// expected-oops {{x}}", &[]), ["this expectation cannot be read: expected-oops {{x}}"]);
    }
}
