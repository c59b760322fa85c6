//! The tokens of a rule file.

use logos::Logos;
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
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("..")]
    Dots,
    #[token("@")]
    At,
    #[token("~")]
    Tilde,
    #[token("|")]
    Bar,
    #[token("=>")]
    Arrow,
    #[token("=")]
    Equal,
    #[token("==")]
    EqualEqual,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[regex(r"[0-9]+")]
    Integer(&'s str),
    #[regex(r"[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+")]
    Float(&'s str),
    /// With its quotes.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    String(&'s str),
    /// An op, an attribute, a guard: words joined by dots and hyphens.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*([.-][A-Za-z_][A-Za-z0-9_]*)*")]
    Word(&'s str),
    /// A word that a parenthesis follows at once, without it: a call, not an operand after a guard.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*([.-][A-Za-z_][A-Za-z0-9_]*)*\(", |lexer| lexer.slice().trim_end_matches('('))]
    Call(&'s str),
    /// Without its dollar sign.
    #[regex(r"\$[A-Za-z_][A-Za-z0-9_]*", |lexer| &lexer.slice()[1..])]
    Variable(&'s str),
    /// `tensor<2x3xf32>`, whole.
    #[regex(r"tensor<[^<>\n]*>")]
    Type(&'s str),

    #[token("rule")]
    Rule,
    #[token("relaxed")]
    Relaxed,
    #[token("benefit")]
    Benefit,
    #[token("where")]
    Where,
    #[token("example")]
    Example,
    #[token("in")]
    In,
    #[token("and")]
    And,
    #[token("or")]
    Or,
    #[token("not")]
    Not,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("absent")]
    Absent,

    /// What is no token.
    Unreadable,
}

/// What the token is, for messages.
impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Token::Integer(text) | Token::Float(text) | Token::Word(text) | Token::Type(text) => text,
            Token::String(text) => return f.write_str(text),
            Token::Call(name) => return write!(f, "'{name}('"),
            Token::Variable(name) => return write!(f, "'${name}'"),
            Token::Unreadable => return f.write_str("what is no token"),
            other => other.fixed_text(),
        };
        write!(f, "'{text}'")
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
            Token::Comma => ",",
            Token::Colon => ":",
            Token::Dots => "..",
            Token::At => "@",
            Token::Tilde => "~",
            Token::Bar => "|",
            Token::Arrow => "=>",
            Token::Equal => "=",
            Token::EqualEqual => "==",
            Token::NotEqual => "!=",
            Token::Less => "<",
            Token::LessEqual => "<=",
            Token::Greater => ">",
            Token::GreaterEqual => ">=",
            Token::Plus => "+",
            Token::Minus => "-",
            Token::Star => "*",
            Token::Slash => "/",
            Token::Rule => "rule",
            Token::Relaxed => "relaxed",
            Token::Benefit => "benefit",
            Token::Where => "where",
            Token::Example => "example",
            Token::In => "in",
            Token::And => "and",
            Token::Or => "or",
            Token::Not => "not",
            Token::True => "true",
            Token::False => "false",
            Token::Absent => "absent",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_operands() {
        let tokens: Vec<Token<'_>> = Token::lexer("$x:float (mul rank($x) -1").map(|t| t.expect("readable")).collect();
        use Token::*;
        assert_eq!(
            tokens,
            [
                Variable("x"),
                Colon,
                Word("float"),
                LeftParenthesis,
                Word("mul"),
                Call("rank"),
                Variable("x"),
                RightParenthesis,
                Minus,
                Integer("1")
            ]
        );
    }
}
