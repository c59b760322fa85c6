//! What the grammar's actions know: aliases, resources, and how problems are stated.

use crate::parse::cursor::Span;
use crate::parse::grammar::DimsParser;
use crate::parse::lexer::Token;
use kiln_ir::{Attribute, AttributeKind, Location, Name, Type};
use lalrpop_util::ParseError;
use logos::Logos;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

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

/// An alias: what it stands for, and where it is defined.
type Alias<T> = (T, Span);

/// Aliases defined so far, resources mentioned so far.
#[derive(Default)]
pub(crate) struct Context {
    types: FxHashMap<String, Alias<Type>>,
    attributes: FxHashMap<String, Alias<Attribute>>,
    /// Keys of `dense_resource`s with their types, in order of appearance.
    pub(crate) resources: Vec<(Name, Type)>,
}

impl Context {
    /// Defines `!name`; gives the place of an earlier definition.
    pub(super) fn define_type(&mut self, name: &str, ty: Type, span: Span) -> Option<Span> {
        self.types.insert(name.to_owned(), (ty, span)).map(|(_, earlier)| earlier)
    }

    /// Defines `#name`; gives the place of an earlier definition.
    pub(super) fn define_attribute(&mut self, name: &str, value: Attribute, span: Span) -> Option<Span> {
        self.attributes.insert(name.to_owned(), (value, span)).map(|(_, earlier)| earlier)
    }

    /// The type `!name`: an alias if there is no dot.
    pub(crate) fn dialect_type(&self, name: &str) -> Result<Type, String> {
        match split_dialect(name) {
            Some((dialect, body)) => {
                let body = self.expand(body);
                Ok(around(dialect, &body).unwrap_or_else(|| Type::dialect(dialect, &body)))
            }
            None => self.types.get(name).map(|(ty, _)| *ty).ok_or_else(|| undefined('!', name, self.types.keys())),
        }
    }

    /// The attribute `#name`, or `#dialect.body : ty`: an alias if there is no dot.
    pub(crate) fn dialect_attribute<'s>(
        &mut self,
        name: &'s str,
        ty: Option<Type>,
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
                let mut body = self.expand(body);
                if let Some(ty) = ty {
                    body = Cow::Owned(format!("{body} : {ty}"));
                }
                let (dialect, body) = (Name::new(dialect), Name::new(&body));
                Ok(Attribute::new(AttributeKind::Dialect { dialect, body }))
            }
            None if ty.is_some() => located(start, end, Err(format!("the alias '#{name}' has its own type"))),
            None => located(start, end, self.find_alias(name)),
        }
    }

    /// What the alias `#name` stands for.
    pub(super) fn find_alias(&self, name: &str) -> Result<Attribute, String> {
        let found = self.attributes.get(name).map(|(value, _)| *value);
        found.ok_or_else(|| undefined('#', name, self.attributes.keys()))
    }

    /// The body of a dialect's type or attribute, with what aliases in it stand for.
    fn expand<'b>(&self, body: &'b str) -> Cow<'b, str> {
        let bytes = body.as_bytes();
        let mut expanded = String::new();
        let (mut copied, mut index) = (0, 0);
        while let Some(&byte) = bytes.get(index) {
            let start = index;
            index += 1;
            match byte {
                b'"' => {
                    while let Some(&byte) = bytes.get(index) {
                        index += if byte == b'\\' { 2 } else { 1 };
                        if byte == b'"' {
                            break;
                        }
                    }
                }
                b'#' | b'!' => {
                    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.');
                    index += bytes[index..].iter().take_while(is_name).count();
                    if let Some(text) = self.alias_text(byte, &body[start + 1..index]) {
                        expanded.push_str(&body[copied..start]);
                        expanded.push_str(&text);
                        copied = index;
                    }
                }
                _ => {}
            }
        }
        match copied {
            0 => Cow::Borrowed(body),
            _ => Cow::Owned(expanded + &body[copied..]),
        }
    }

    fn alias_text(&self, sigil: u8, name: &str) -> Option<String> {
        match sigil {
            b'#' => self.attributes.get(name).map(|(value, _)| value.to_string()),
            _ => self.types.get(name).map(|(ty, _)| ty.to_string()),
        }
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

/// The most brackets in a dialect's type that is read as one around another type; deeper ones stay text.
const DEEPEST: usize = 8;

/// `seq<tensor<*xf32>>` as a type around another, if it reads as one.
fn around(dialect: &str, body: &str) -> Option<Type> {
    let (name, inner) = body.strip_suffix('>')?.split_once('<')?;
    if name.is_empty() || inner.matches('<').count() > DEEPEST {
        return None;
    }
    let ty = super::parse_type(inner).ok()?;
    (ty.to_string() == inner).then(|| Type::around(dialect, name, ty))
}
