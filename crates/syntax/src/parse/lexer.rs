//! The tokens of IR text.
//!
//! Two places are not regular and are read by hand: the extents of `tensor<2x?xf32>`, where `2x` would else be a number
//! and a word, and the body of a dialect's type or attribute (`!llvm.struct<(ptr, i64)>`), which is text with balanced
//! brackets.

use logos::{Lexer, Logos};
use std::fmt;

/// A token.
#[derive(Logos, Clone, Copy, PartialEq, Debug)]
#[logos(skip r"[ \t\r\n]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
pub(crate) enum Token<'s> {
    #[token("(")]
    LeftParenthesis,
    #[token(")")]
    RightParenthesis,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("::")]
    ColonColon,
    #[token("=")]
    Equal,
    #[token("==")]
    EqualEqual,
    #[token(">=")]
    GreaterEqual,
    #[token("->")]
    Arrow,
    #[token("-")]
    Minus,
    #[token("+")]
    Plus,
    #[token("*")]
    Star,
    #[token("?")]
    Question,
    #[token("{-#")]
    MetadataBegin,
    #[token("#-}")]
    MetadataEnd,
    #[regex(r"[0-9]+|0x[0-9a-fA-F]+")]
    Integer(&'s str),
    #[regex(r"[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?")]
    Float(&'s str),
    /// With its quotes.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    String(&'s str),
    /// An op's name, a type's, a key.
    #[regex(r"[A-Za-z_][A-Za-z0-9_$.]*")]
    Word(&'s str),
    /// Without the percent sign.
    #[regex(r"%([0-9]+|[A-Za-z$._-][A-Za-z0-9$._-]*)", |lexer| &lexer.slice()[1..])]
    Value(&'s str),
    /// `#1` after a value.
    #[regex(r"#[0-9]+", |lexer| &lexer.slice()[1..])]
    Position(&'s str),
    /// Without the caret.
    #[regex(r"\^([0-9]+|[A-Za-z$._-][A-Za-z0-9$._-]*)", |lexer| &lexer.slice()[1..])]
    Block(&'s str),
    /// Without the at sign, with quotes if it has them.
    #[regex(r#"@([0-9]+|[A-Za-z$._-][A-Za-z0-9$._-]*|"([^"\\\n]|\\[^\n])*")"#, |lexer| &lexer.slice()[1..])]
    Symbol(&'s str),
    /// `#name`, or `#dialect.body<...>` whole, without the hash.
    #[regex(r"#[A-Za-z_][A-Za-z0-9_$.]*", dialect_body)]
    Attribute(&'s str),
    /// `!name`, or `!dialect.body<...>` whole, without the exclamation mark.
    #[regex(r"![A-Za-z_][A-Za-z0-9_$.]*", dialect_body)]
    Type(&'s str),
    /// `tensor<2x?x`: all before the element type.
    #[regex(r"tensor[ \t]*<", extents)]
    Tensor(&'s str),
    /// `vector<2x[4]x`.
    #[regex(r"vector[ \t]*<", extents)]
    Vector(&'s str),
    /// `memref<2x?x`.
    #[regex(r"memref[ \t]*<", extents)]
    MemRef(&'s str),

    // Words that begin something. Each is also a key, which the grammar's `Word` lists.
    #[token("affine_map")]
    AffineMap,
    #[token("affine_set")]
    AffineSet,
    #[token("array")]
    Array,
    #[token("at")]
    At,
    #[token("callsite")]
    CallSite,
    #[token("ceildiv")]
    CeilDiv,
    #[token("complex")]
    Complex,
    #[token("dense")]
    Dense,
    #[token("dense_resource")]
    DenseResource,
    #[token("distinct")]
    Distinct,
    #[token("false")]
    False,
    #[token("floordiv")]
    FloorDiv,
    #[token("fused")]
    Fused,
    #[token("loc")]
    Loc,
    #[token("max")]
    Max,
    #[token("min")]
    Min,
    #[token("mod")]
    Mod,
    #[token("offset")]
    Offset,
    #[token("sparse")]
    Sparse,
    #[token("strided")]
    Strided,
    #[token("to")]
    To,
    #[token("true")]
    True,
    #[token("tuple")]
    Tuple,
    #[token("unit")]
    Unit,
    #[token("unknown")]
    Unknown,

    /// What is no token.
    Unreadable,
}

/// Takes a balanced `<...>` that follows a name with a dot (`!llvm.ptr<1>`) or at once (`!opaque<"text">`).
fn dialect_body<'s>(lexer: &mut Lexer<'s, Token<'s>>) -> Result<&'s str, ()> {
    let rest = lexer.remainder();
    if rest.starts_with('<') {
        let length = balanced_length(rest).ok_or(())?;
        lexer.bump(length);
    }
    Ok(&lexer.slice()[1..])
}

/// The length of the bracketed text that `text` begins with; `None` if it does not close.
fn balanced_length(text: &str) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'-' if bytes.get(index + 1) == Some(&b'>') => index += 1,
            b'<' => open.push(b'>'),
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            b'"' => {
                let mut escaped = false;
                let end = bytes[index + 1..].iter().position(|&byte| {
                    let ends = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    ends
                });
                index += end? + 1;
            }
            close @ (b'>' | b')' | b']' | b'}') if open.pop() != Some(close) => return None,
            _ => {}
        }
        index += 1;
        if open.is_empty() {
            return Some(index);
        }
    }
    None
}

/// Takes extents, each with its `x`, and gives them without what was before.
fn extents<'s>(lexer: &mut Lexer<'s, Token<'s>>) -> &'s str {
    let rest = lexer.remainder();
    let mut length = 0;
    while let Some(extent) = extent_length(&rest[length..]) {
        length += extent;
    }
    lexer.bump(length);
    &rest[..length]
}

/// The length of one extent and its `x`: `12x`, `?x`, `*x`, `[4]x`, with blanks around.
fn extent_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let blanks = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start = blanks(0);
    let end = match bytes.get(start)? {
        b'?' | b'*' => start + 1,
        b'[' => {
            let end = digits(start + 1);
            (end > start + 1 && bytes.get(end) == Some(&b']')).then_some(end + 1)?
        }
        b'0'..=b'9' => digits(start),
        _ => return None,
    };
    let end = blanks(end);
    (bytes.get(end) == Some(&b'x')).then_some(end + 1)
}

/// What the token is, for messages.
impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Integer(text) | Token::Float(text) | Token::Word(text) => write!(f, "'{text}'"),
            Token::String(text) => f.write_str(text),
            Token::Value(name) => write!(f, "'%{name}'"),
            Token::Block(name) => write!(f, "'^{name}'"),
            Token::Symbol(name) => write!(f, "'@{name}'"),
            Token::Attribute(name) | Token::Position(name) => write!(f, "'#{name}'"),
            Token::Type(name) => write!(f, "'!{name}'"),
            Token::Tensor(_) => f.write_str("'tensor<'"),
            Token::Vector(_) => f.write_str("'vector<'"),
            Token::MemRef(_) => f.write_str("'memref<'"),
            Token::Unreadable => f.write_str("what is no token"),
            other => write!(f, "'{}'", other.fixed_text()),
        }
    }
}

impl Token<'_> {
    /// The text of a token that has only one.
    fn fixed_text(&self) -> &'static str {
        match self {
            Token::LeftParenthesis => "(",
            Token::RightParenthesis => ")",
            Token::LeftBrace => "{",
            Token::RightBrace => "}",
            Token::LeftBracket => "[",
            Token::RightBracket => "]",
            Token::Less => "<",
            Token::Greater => ">",
            Token::Comma => ",",
            Token::Colon => ":",
            Token::ColonColon => "::",
            Token::Equal => "=",
            Token::EqualEqual => "==",
            Token::GreaterEqual => ">=",
            Token::Arrow => "->",
            Token::Minus => "-",
            Token::Plus => "+",
            Token::Star => "*",
            Token::Question => "?",
            Token::MetadataBegin => "{-#",
            Token::MetadataEnd => "#-}",
            Token::AffineMap => "affine_map",
            Token::AffineSet => "affine_set",
            Token::Array => "array",
            Token::At => "at",
            Token::CallSite => "callsite",
            Token::CeilDiv => "ceildiv",
            Token::Complex => "complex",
            Token::Dense => "dense",
            Token::DenseResource => "dense_resource",
            Token::Distinct => "distinct",
            Token::False => "false",
            Token::FloorDiv => "floordiv",
            Token::Fused => "fused",
            Token::Loc => "loc",
            Token::Max => "max",
            Token::Min => "min",
            Token::Mod => "mod",
            Token::Offset => "offset",
            Token::Sparse => "sparse",
            Token::Strided => "strided",
            Token::To => "to",
            Token::True => "true",
            Token::Tuple => "tuple",
            Token::Unit => "unit",
            Token::Unknown => "unknown",
            _ => "",
        }
    }

    /// Whether the token is a word: a key may be any.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self, Token::Word(_)) || self.fixed_text().starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// Whether the token opens a bracket that another closes.
    pub(crate) fn is_open(&self) -> bool {
        use Token::*;
        matches!(self, LeftParenthesis | LeftBrace | LeftBracket | Less | Tensor(_) | Vector(_) | MemRef(_))
    }

    /// Whether the token closes a bracket.
    pub(crate) fn is_close(&self) -> bool {
        matches!(self, Token::RightParenthesis | Token::RightBrace | Token::RightBracket | Token::Greater)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        Token::lexer(text).map(|token| token.unwrap_or(Token::Unreadable)).collect()
    }

    #[test]
    fn extents_are_apart_from_their_element() {
        assert_eq!(tokens("tensor<0x12x?xf32>"), [Token::Tensor("0x12x?x"), Token::Word("f32"), Token::Greater]);
        assert_eq!(tokens("vector<[4]xi8>"), [Token::Vector("[4]x"), Token::Word("i8"), Token::Greater]);
        assert_eq!(tokens("tensor.dim"), [Token::Word("tensor.dim")]);
    }

    #[test]
    fn dialect_bodies_are_whole() {
        assert_eq!(
            tokens("!llvm.struct<(ptr, \"a>\") -> i>,"),
            [Token::Type("llvm.struct<(ptr, \"a>\") -> i>"), Token::Comma]
        );
        assert_eq!(tokens("#kiln.dims<[N, 3]>>")[0], Token::Attribute("kiln.dims<[N, 3]>"));
    }

    #[test]
    fn numbers_and_names() {
        assert_eq!(
            tokens("%0#1 -1.0e-3 0xFF ^bb0 @\"a b\" dense densely // c"),
            [
                Token::Value("0"),
                Token::Position("1"),
                Token::Minus,
                Token::Float("1.0e-3"),
                Token::Integer("0xFF"),
                Token::Block("bb0"),
                Token::Symbol("\"a b\""),
                Token::Dense,
                Token::Word("densely"),
            ]
        );
    }
}
