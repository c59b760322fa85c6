//! A place in the text: the token at hand, and bracketed groups of tokens for the grammar.

use crate::parse::context::Problem;
use crate::parse::lexer::Token;
use logos::{Lexer, Logos};

/// A range of bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// From the start of this to the end of `other`.
    pub(super) fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// A token with its place, as the generated parsers take it.
pub(super) type Spanned<'s> = (usize, Token<'s>, usize);

/// How deep brackets may nest.
const DEEPEST: usize = 256;

pub(super) struct Cursor<'s> {
    pub(super) text: &'s str,
    lexer: Lexer<'s, Token<'s>>,
    /// The token at hand; `None` at the end of the text.
    pub(super) token: Option<Token<'s>>,
    pub(super) span: Span,
    /// Where the token before ends.
    pub(super) previous_end: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(text: &'s str) -> Cursor<'s> {
        let span = Span { start: 0, end: 0 };
        let mut cursor = Cursor { text, lexer: Token::lexer(text), token: None, span, previous_end: 0 };
        cursor.advance();
        cursor
    }

    /// Goes to the next token.
    pub(super) fn advance(&mut self) {
        self.previous_end = self.span.end;
        self.token = self.lexer.next().map(|token| token.unwrap_or(Token::Unreadable));
        let span = self.lexer.span();
        self.span = match self.token {
            Some(_) => Span { start: span.start, end: span.end },
            None => Span { start: self.text.len(), end: self.text.len() },
        };
    }

    /// What follows the token at hand in its line, without a location.
    pub(super) fn rest_of_line(&self) -> &'s str {
        let rest = self.lexer.remainder();
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        line.find(" loc(").map_or(line, |end| &line[..end]).trim_end()
    }

    /// Goes to the token after `length` bytes that follow the token at hand.
    pub(super) fn skip(&mut self, length: usize) {
        self.lexer.bump(length);
        self.span.end += length;
        self.advance();
    }

    /// Whether the token at hand is the first of its line.
    pub(super) fn begins_line(&self) -> bool {
        self.previous_end == 0 || self.text[self.previous_end..self.span.start].contains('\n')
    }

    /// Takes `token` if it is at hand.
    pub(super) fn eat(&mut self, token: Token<'_>) -> bool {
        let found = self.token == Some(token);
        if found {
            self.advance();
        }
        found
    }

    /// Appends the bracketed tokens that begin here to `tokens`.
    pub(super) fn group(&mut self, tokens: &mut Vec<Spanned<'s>>) -> Result<(), Problem> {
        let mut open: Vec<(Token<'s>, Span)> = Vec::new();
        loop {
            let Some(token) = self.token else {
                let (opener, span) = *open.last().unwrap_or(&(Token::Unreadable, self.span));
                return Err(Problem::at(span.start, span.end, format!("{opener} is not closed")));
            };
            if token.is_open() {
                open.push((token, self.span));
                if open.len() > DEEPEST {
                    return Err(Problem::at(self.span.start, self.span.end, "brackets nest too deep"));
                }
            } else if token.is_close() {
                match open.last() {
                    Some((opener, _)) if closer_of(*opener) == token => _ = open.pop(),
                    Some((opener, _)) => {
                        let message = format!("unexpected {token}, expected {} to close {opener}", closer_of(*opener));
                        return Err(Problem::at(self.span.start, self.span.end, message));
                    }
                    None => return Err(Problem::at(self.span.start, self.span.end, format!("unexpected {token}"))),
                }
            }
            self.take(tokens);
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    /// Appends the token at hand to `tokens`.
    pub(super) fn take(&mut self, tokens: &mut Vec<Spanned<'s>>) {
        if let Some(token) = self.token {
            tokens.push((self.span.start, token, self.span.end));
            self.advance();
        }
    }

    /// Appends the tokens of the attribute that begins here, up to what ends it outside of brackets.
    pub(super) fn value(&mut self, tokens: &mut Vec<Spanned<'s>>) -> Result<(), Problem> {
        while let Some(token) = self.token {
            match token {
                Token::Comma => break,
                _ if token.is_close() => break,
                _ if token.is_open() => self.group(tokens)?,
                _ => self.take(tokens),
            }
        }
        Ok(())
    }

    /// Appends the tokens of the type that begins here to `tokens`.
    pub(super) fn ty(&mut self, tokens: &mut Vec<Spanned<'s>>) -> Result<(), Problem> {
        if self.token == Some(Token::LeftParenthesis) {
            self.group(tokens)?;
            if self.token != Some(Token::Arrow) {
                return Err(self.unexpected("'->' after the types of operands"));
            }
            self.take(tokens);
            if self.token == Some(Token::LeftParenthesis) {
                return self.group(tokens);
            }
        }
        match self.token {
            Some(Token::Word(_) | Token::Type(_)) => {
                self.take(tokens);
                Ok(())
            }
            Some(Token::Complex | Token::Tuple) => {
                self.take(tokens);
                match self.token {
                    Some(Token::Less) => self.group(tokens),
                    _ => Err(self.unexpected("'<'")),
                }
            }
            Some(Token::Tensor(_) | Token::Vector(_) | Token::MemRef(_)) => self.group(tokens),
            _ => Err(self.unexpected("a type")),
        }
    }

    /// That the token at hand is not what is expected.
    pub(super) fn unexpected(&self, expected: &str) -> Problem {
        match self.token {
            Some(token) => {
                Problem::at(self.span.start, self.span.end, format!("unexpected {token}, expected {expected}"))
            }
            None => Problem::at(self.span.start, self.span.end, format!("unexpected end of text, expected {expected}")),
        }
    }
}

fn closer_of(opener: Token<'_>) -> Token<'static> {
    match opener {
        Token::LeftParenthesis => Token::RightParenthesis,
        Token::LeftBrace => Token::RightBrace,
        Token::LeftBracket => Token::RightBracket,
        _ => Token::Greater,
    }
}
