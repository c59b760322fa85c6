//! How mistakes in the text of a rule are stated.

use crate::parse::lexer::Token;
use crate::syntax::Span;
use lalrpop_util::ParseError;

/// What is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Problem {
        Problem { span, message: message.into(), help: None }
    }
}

/// How the generated parser fails.
pub(crate) type Failure<'s> = ParseError<usize, Token<'s>, Problem>;

/// A result of an action, with its place.
pub(crate) fn located<'s, T>(start: usize, end: usize, result: Result<T, String>) -> Result<T, Failure<'s>> {
    result.map_err(|message| Problem::at(Span { start, end }, message).into())
}

/// What the parser failed on, in words; `end` is where the rule's text ends.
pub(crate) fn explain(failure: Failure<'_>, end: usize) -> Problem {
    let at = |start, end, message: String| Problem::at(Span { start, end }, message);
    match failure {
        ParseError::User { error } => error,
        ParseError::InvalidToken { location } => at(location, location + 1, "unexpected text".into()),
        ParseError::UnrecognizedEof { expected, .. } => {
            at(end.saturating_sub(1), end, format!("the rule ends too early{}", expectation(&expected)))
        }
        ParseError::UnrecognizedToken { token: (start, token, end), expected } => {
            at(start, end, format!("unexpected {token}{}", expectation(&expected)))
        }
        ParseError::ExtraToken { token: (start, token, end) } => {
            at(start, end, format!("unexpected {token} after the end of the rule"))
        }
    }
}

/// The most alternatives that a message lists.
const LISTED: usize = 5;

fn expectation(expected: &[String]) -> String {
    let has = |terminal: &str| expected.iter().any(|found| found.trim_matches('"') == terminal);
    if has("variable") && has("[") {
        let more = if has("}") { " or '}'" } else { "" };
        return match (has("call"), has("~")) {
            (true, false) => format!(", expected an expression{more}"),
            _ => format!(", expected an operand{more}"),
        };
    }
    let mut words: Vec<String> = Vec::new();
    for terminal in expected {
        let word = match terminal.trim_matches('"') {
            "word" | "call" => "a name".to_owned(),
            "integer" | "float" => "a number".to_owned(),
            "string" => "a string".to_owned(),
            "variable" => "a variable".to_owned(),
            "type" => "a type".to_owned(),
            fixed => format!("'{fixed}'"),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [] => String::new(),
        [only] => format!(", expected {only}"),
        [first @ .., last] if words.len() <= LISTED => format!(", expected {} or {last}", first.join(", ")),
        _ => String::new(),
    }
}
