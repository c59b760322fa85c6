//! `--verify-diagnostics`: diagnostics against comments.
//!
//! A comment `// expected-error {{text}}` expects an error on its own line whose message contains the text; `@+2`,
//! `@-1`, `@below` and `@above` after `error` name another line, `@unknown` none. The same goes for `warning` and `note`.
//! An error that no comment expects is a problem, and so is an expectation that nothing met. Notes and warnings are
//! only compared where some are expected.

use kiln_diag::{Diagnostic, Place, Severity};

/// One comment's claim.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Expectation {
    severity: Severity,
    /// The line that the diagnostic is on; `None` if nowhere.
    line: Option<u32>,
    text: String,
    /// The line of the comment.
    comment: u32,
}

/// What differs between `found` and the comments of `text`.
pub(crate) fn check(text: &str, file: &str, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut expected = expectations(text, file, &mut problems);
    for diagnostic in found {
        let line = match &diagnostic.place {
            Place::Text { line, .. } => Some(*line),
            _ => None,
        };
        let meets = |expectation: &Expectation| {
            expectation.severity == diagnostic.severity
                && expectation.line == line
                && diagnostic.message.contains(&expectation.text)
        };
        match expected.iter().position(meets) {
            Some(index) => _ = expected.remove(index),
            None if diagnostic.severity == Severity::Error => {
                let message = format!("unexpected error: {}", diagnostic.message);
                problems.push(Diagnostic { message, ..diagnostic.clone() });
            }
            None => {}
        }
    }
    for Expectation { text: expected, comment, .. } in expected {
        problems.push(Diagnostic::error(at(file, comment), format!("nothing meets the expectation '{expected}'")));
    }
    problems
}

fn at(file: &str, line: u32) -> Place {
    Place::Text { file: file.to_owned(), line, column: 1, length: 0 }
}

fn expectations(text: &str, file: &str, problems: &mut Vec<Diagnostic>) -> Vec<Expectation> {
    let mut expected = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some((_, comment)) = line.split_once("//") else { continue };
        for claim in comment.split("expected-").skip(1) {
            match expectation(claim, number) {
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

/// Reads `error@+1 {{text}}`.
fn expectation(claim: &str, comment: u32) -> Option<Expectation> {
    let words = [("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];
    let (severity, rest) =
        words.into_iter().find_map(|(word, severity)| Some((severity, claim.strip_prefix(word)?)))?;
    let (place, rest) = rest.split_once("{{")?;
    let (text, _) = rest.split_once("}}")?;
    let line = match place.trim().strip_prefix('@') {
        None if place.trim().is_empty() => Some(comment),
        None => return None,
        Some("unknown") => None,
        Some("below") => Some(comment + 1),
        Some("above") => Some(comment.checked_sub(1)?),
        Some(offset) => Some(comment.checked_add_signed(offset.parse().ok()?)?),
    };
    Some(Expectation { severity, line, text: text.to_owned(), comment })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_met_or_reported() {
        let text = "// expected-error@+1 {{no op}}\nx\ny // expected-error {{odd}}\n// expected-error@unknown {{lost}}";
        let error = |line: u32, message: &str| Diagnostic::error(at("f", line), message);
        let lost = Diagnostic::error(Place::Nowhere, "it is lost");
        assert_eq!(check(text, "f", &[error(2, "there is no op"), error(3, "odd"), lost.clone()]), []);
        let problems = check(text, "f", &[error(3, "there is no op"), error(3, "odd"), lost]);
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["unexpected error: there is no op", "nothing meets the expectation 'no op'"]);
    }
}
