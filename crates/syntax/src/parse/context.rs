//! What the grammar's actions know: aliases, resources, and how problems are stated.

use crate::parse::grammar::DimsParser;
use crate::parse::lexer::Token;
use kiln_ir::{Attribute, AttributeKind, Location, Name, Type};
use lalrpop_util::ParseError;
use logos::Logos;
use rustc_hash::FxHashMap;

/// What is wrong, and the bytes of the text it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn at(start: usize, end: usize, message: impl Into<String>) -> Problem {
        Problem { start, end, message: message.into() }
    }
}

/// How the generated parsers fail.
pub(crate) type Failure<'s> = ParseError<usize, Token<'s>, Problem>;

/// A result of an action, with its place.
pub(crate) fn located<'s, T>(start: usize, end: usize, result: Result<T, String>) -> Result<T, Failure<'s>> {
    result.map_err(|message| Problem::at(start, end, message).into())
}

/// A result of arithmetic on extents, with its place.
pub(crate) fn checked<'s, T>(start: usize, end: usize, result: Option<T>) -> Result<T, Failure<'s>> {
    located(start, end, result.ok_or_else(|| "the extent overflows or divides by zero".into()))
}

/// What a parser failed on, in words.
pub(crate) fn explain(failure: Failure<'_>, end_of_group: usize) -> Problem {
    match failure {
        ParseError::User { error } => error,
        ParseError::InvalidToken { location } => Problem::at(location, location + 1, "unexpected text"),
        ParseError::UnrecognizedEof { location, expected } => {
            Problem::at(location, end_of_group.max(location), format!("unexpected end{}", expectation(&expected)))
        }
        ParseError::UnrecognizedToken { token: (start, token, end), expected } => {
            Problem::at(start, end, format!("unexpected {token}{}", expectation(&expected)))
        }
        ParseError::ExtraToken { token: (start, token, end) } => {
            Problem::at(start, end, format!("unexpected {token}, expected the end"))
        }
    }
}

/// The most alternatives that a message lists.
const LISTED: usize = 5;

fn expectation(expected: &[String]) -> String {
    let words: Vec<&str> = expected
        .iter()
        .map(|terminal| match terminal.trim_matches('"') {
            "word" => "a name",
            "integer" | "float" => "a number",
            "string" => "a string",
            _ => terminal.as_str(),
        })
        .collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => format!(", expected {only}"),
        [first @ .., last] if words.len() <= LISTED => format!(", expected {} or {last}", first.join(", ")),
        _ if expected.iter().any(|terminal| terminal == "\"dense\"") => {
            match expected.iter().any(|terminal| terminal == "\"[\"") {
                true => ", expected an attribute".into(),
                false => ", expected a name".into(),
            }
        }
        _ if expected.iter().any(|terminal| terminal == "\"tensor<\"") => ", expected a type".into(),
        _ => String::new(),
    }
}

/// Aliases defined so far, resources mentioned so far.
#[derive(Default)]
pub(crate) struct Context {
    pub(crate) types: FxHashMap<String, Type>,
    pub(crate) attributes: FxHashMap<String, Attribute>,
    /// Keys of `dense_resource`s with their types, in order of appearance.
    pub(crate) resources: Vec<(Name, Type)>,
}

impl Context {
    /// The type `!name`: an alias if there is no dot.
    pub(crate) fn dialect_type(&self, name: &str) -> Result<Type, String> {
        match split_dialect(name) {
            Some((dialect, body)) => Ok(Type::dialect(dialect, body)),
            None => self.types.get(name).copied().ok_or_else(|| undefined('!', name, self.types.keys())),
        }
    }

    /// The attribute `#name`: an alias if there is no dot.
    pub(crate) fn dialect_attribute<'s>(
        &mut self,
        name: &'s str,
        start: usize,
        end: usize,
    ) -> Result<Attribute, Failure<'s>> {
        if let Some(dims) = name.strip_prefix("kiln.dims<").and_then(|body| body.strip_suffix('>')) {
            let base = end - 1 - dims.len();
            let tokens = Token::lexer(dims)
                .spanned()
                .map(|(token, span)| Ok((base + span.start, token.unwrap_or(Token::Unreadable), base + span.end)));
            let dims = DimsParser::new().parse(self, tokens).map_err(|failure| explain(failure, end))?;
            return Ok(Attribute::dims(&dims));
        }
        match split_dialect(name) {
            Some((dialect, body)) => {
                let (dialect, body) = (Name::new(dialect), Name::new(body));
                Ok(Attribute::new(AttributeKind::Dialect { dialect, body }))
            }
            None => located(start, end, self.find_alias(name)),
        }
    }

    fn find_alias(&self, name: &str) -> Result<Attribute, String> {
        self.attributes.get(name).copied().ok_or_else(|| undefined('#', name, self.attributes.keys()))
    }

    /// The location that `#name` stands for.
    pub(crate) fn location_alias<'s>(&self, name: &str, start: usize, end: usize) -> Result<Location, Failure<'s>> {
        let location = self.find_alias(name).and_then(|attribute| match attribute.kind() {
            AttributeKind::Location(location) => Ok(*location),
            _ => Err(format!("'#{name}' is not a location")),
        });
        located(start, end, location)
    }

    /// `dense_resource<key> : ty`.
    pub(crate) fn resource(&mut self, key: Name, ty: Type) -> Attribute {
        self.resources.push((key, ty));
        Attribute::new(AttributeKind::DenseResource { ty, key })
    }
}

/// `llvm.ptr<1>` is of dialect `llvm`, body `ptr<1>`; `opaque<"x">` of dialect `opaque`, body `<"x">`.
fn split_dialect(name: &str) -> Option<(&str, &str)> {
    let position = name.find(['.', '<'])?;
    let body = if name.as_bytes()[position] == b'.' { position + 1 } else { position };
    Some((&name[..position], &name[body..]))
}

fn undefined<'a>(sigil: char, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    match kiln_diag::suggest(name, known.map(String::as_str)) {
        Some(near) => format!("'{sigil}{name}' is not defined; did you mean '{sigil}{near}'?"),
        None => format!("'{sigil}{name}' is not defined"),
    }
}
