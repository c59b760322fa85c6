//! The state of reading a text: errors and how reading goes on after them, and the pieces inside ops.

use crate::parse::context::{Context, Failure, Problem, explain};
use crate::parse::cursor::{Cursor, Span, Spanned};
use crate::parse::grammar;
use crate::parse::lexer::Token;
use crate::parse::literal;
use crate::parse::locations::{Position, Unlocated};
use crate::parse::resources::{self, Blobs};
use crate::parse::scope::{Labels, Scope};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Attribute, Attributes, Module, Name, OpDefinition, Registry, Type};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// After so many errors, reading ends.
pub(super) const MOST_ERRORS: usize = 100;

/// Texts of types and attributes up to this length are read once and looked up after.
const LONGEST_CACHED: usize = 512;

/// That an error was reported.
pub(super) struct Reported;

pub(super) type Parsed<T> = Result<T, Reported>;

/// The name of an op with its row, if a dialect defines it.
pub(super) type OpName = (Name, Option<&'static OpDefinition>);

pub(super) struct Parser<'s, 'a> {
    pub(super) cursor: Cursor<'s>,
    pub(super) file: Name,
    pub(super) errors: usize,
    pub(super) module: Module,
    pub(super) context: Context,
    /// Names inside each open op that is isolated from above, innermost last.
    pub(super) scopes: Vec<Scope<'s>>,
    /// Blocks of each open region, innermost last.
    pub(super) labels: Vec<Labels<'s>>,
    pub(super) tokens: Vec<Spanned<'s>>,
    /// Ops and block arguments whose location is an alias that is not defined yet.
    pub(super) unlocated: Vec<Unlocated<'s>>,
    pub(super) position: Position,
    sink: &'a Sink,
    blobs: Blobs<'s>,
    // What was read before, by its text.
    types: FxHashMap<&'s str, Type>,
    values: FxHashMap<&'s str, Attribute>,
    keys: FxHashMap<&'s str, Name>,
    op_names: FxHashMap<&'s str, OpName>,
}

impl<'s, 'a> Parser<'s, 'a> {
    pub(super) fn new(text: &'s str, file: &str, registry: &Arc<Registry>, sink: &'a Sink) -> Parser<'s, 'a> {
        Parser {
            cursor: Cursor::new(text),
            file: Name::new(file),
            errors: 0,
            module: Module::new(registry.clone()),
            context: Context::default(),
            scopes: vec![Scope::default()],
            labels: vec![Labels::default()],
            tokens: Vec::new(),
            unlocated: Vec::new(),
            position: Position::default(),
            sink,
            blobs: Blobs::default(),
            types: FxHashMap::default(),
            values: FxHashMap::default(),
            keys: FxHashMap::default(),
            op_names: FxHashMap::default(),
        }
    }

    /// Reads the whole text.
    pub(super) fn parse(mut self) -> Option<Module> {
        let body = self.module.body();
        while self.errors < MOST_ERRORS {
            match self.cursor.token {
                None => break,
                Some(Token::Attribute(_) | Token::Type(_)) => {
                    let start = self.cursor.span;
                    if self.alias().is_err() {
                        self.recover(start);
                    }
                }
                Some(Token::MetadataBegin) => {
                    let start = self.cursor.span;
                    if let Err(problem) =
                        resources::parse(&mut self.cursor, &mut self.blobs, &mut self.module.resources)
                    {
                        self.report(problem);
                        self.recover(start);
                    }
                }
                Some(Token::RightBrace | Token::Block(_)) => {
                    self.report(self.cursor.unexpected("an op"));
                    self.cursor.advance();
                }
                Some(_) => self.op_or_recover(body),
            }
        }
        self.leave_scope();
        self.resolve_successors();
        self.resolve_locations();
        for problem in resources::attach(&self.module, &self.context.resources, &self.blobs) {
            self.report(problem);
        }
        if self.errors > 0 {
            return None;
        }
        self.unwrap_module();
        Some(self.module)
    }

    /// Makes an only `builtin.module` the outermost op.
    fn unwrap_module(&mut self) {
        let body = self.module.body();
        if let Some(only) = self.module.first_op(body)
            && self.module.next(only).is_none()
            && self.module.is(only, "builtin.module")
            && self.module.regions(only).first().is_some_and(|&region| self.module.blocks(region).len() == 1)
        {
            self.module.detach(only);
            self.module.set_top(only);
        }
    }

    // Errors.

    pub(super) fn place(&self, span: Span) -> Place {
        let before = &self.cursor.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
        let column = before[line_start..].chars().count() as u32 + 1;
        let covered = self.cursor.text.get(span.start..span.end).unwrap_or_default();
        let length = covered.lines().next().unwrap_or_default().chars().count() as u32;
        Place::Text { file: self.file.as_str().to_owned(), line, column, length }
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.place(span), message)
    }

    pub(super) fn emit(&mut self, diagnostic: Diagnostic) -> Reported {
        self.errors += 1;
        self.sink.report(diagnostic);
        Reported
    }

    pub(super) fn report(&mut self, problem: Problem) -> Reported {
        self.emit(self.error(Span { start: problem.start, end: problem.end }, problem.message))
    }

    /// Skips from what begins at `start` to what may begin the next op: a token that is the first of its line, outside
    /// of brackets opened since.
    pub(super) fn recover(&mut self, start: Span) {
        // An error about the very first token left it at hand; skipping it, we get on.
        if self.cursor.span == start && !matches!(self.cursor.token, Some(token) if token.is_open() || token.is_close())
        {
            self.cursor.advance();
        }
        let mut depth = 0usize;
        while let Some(token) = self.cursor.token {
            match token {
                Token::LeftBrace | Token::LeftParenthesis | Token::LeftBracket => depth += 1,
                Token::RightBrace if depth == 0 => return,
                Token::RightBrace | Token::RightParenthesis | Token::RightBracket => depth = depth.saturating_sub(1),
                Token::Value(_)
                | Token::String(_)
                | Token::Word(_)
                | Token::Block(_)
                | Token::Attribute(_)
                | Token::Type(_)
                | Token::MetadataBegin
                    if depth == 0 && self.cursor.begins_line() =>
                {
                    return;
                }
                _ => {}
            }
            self.cursor.advance();
        }
    }

    pub(super) fn expect(&mut self, token: Token<'_>) -> Parsed<Span> {
        let span = self.cursor.span;
        match self.cursor.eat(token) {
            true => Ok(span),
            false => Err(self.report(self.cursor.unexpected(&token.to_string()))),
        }
    }

    // Pieces for the grammar.

    /// Runs `parse` of a generated parser over the collected tokens.
    pub(super) fn grammar<T>(
        &mut self,
        parse: impl FnOnce(&mut Context, &mut dyn Iterator<Item = Result<Spanned<'s>, Problem>>) -> Result<T, Failure<'s>>,
    ) -> Parsed<T> {
        let end = self.tokens.last().map_or(self.cursor.previous_end, |(_, _, end)| *end);
        let mut tokens = std::mem::take(&mut self.tokens);
        let result = parse(&mut self.context, &mut tokens.drain(..).map(Ok));
        tokens.clear();
        self.tokens = tokens;
        result.map_err(|failure| self.report(explain(failure, end)))
    }

    /// Collects tokens for the grammar; gives their text.
    pub(super) fn collect(
        &mut self,
        collect: impl FnOnce(&mut Cursor<'s>, &mut Vec<Spanned<'s>>) -> Result<(), Problem>,
    ) -> Parsed<&'s str> {
        self.tokens.clear();
        let start = self.cursor.span.start;
        collect(&mut self.cursor, &mut self.tokens).map_err(|problem| self.report(problem))?;
        Ok(&self.cursor.text[start..self.cursor.previous_end])
    }

    pub(super) fn ty(&mut self) -> Parsed<Type> {
        let text = self.collect(Cursor::ty)?;
        if let Some(&ty) = self.types.get(text) {
            return Ok(ty);
        }
        let ty = self.grammar(|context, tokens| grammar::TypeParser::new().parse(context, tokens))?;
        if text.len() <= LONGEST_CACHED {
            self.types.insert(text, ty);
        }
        Ok(ty)
    }

    /// The type of an op, after the colon at hand. A text that ends the line and was read before is not even cut into
    /// tokens.
    pub(super) fn signature(&mut self) -> Parsed<Type> {
        if self.cursor.token == Some(Token::Colon) {
            let text = self.cursor.rest_of_line();
            if let Some(&ty) = self.types.get(text.trim_start()) {
                self.cursor.skip(text.len());
                return Ok(ty);
            }
        }
        self.expect(Token::Colon)?;
        self.ty()
    }

    /// The name of the op written as `written`, with its row.
    pub(super) fn op_name(&mut self, written: &'s str) -> Result<OpName, String> {
        if let Some(&name) = self.op_names.get(written) {
            return Ok(name);
        }
        let name = match written.starts_with('"') {
            true => Name::new(&literal::string(written)?),
            false => Name::new(written),
        };
        let found = (name, self.module.registry().find_op(name));
        self.op_names.insert(written, found);
        Ok(found)
    }

    // Attributes.

    /// Adds the entries of `{...}` to `attributes`; after an error, what follows the brace that closes is at hand.
    pub(super) fn dictionary(&mut self, attributes: &mut Attributes) -> Parsed<()> {
        let start = self.expect(Token::LeftBrace)?;
        if self.cursor.eat(Token::RightBrace) {
            return Ok(());
        }
        let before = attributes.len();
        loop {
            if let Err(reported) = self.entry(attributes, before) {
                self.leave_braces();
                return Err(reported);
            }
            if !self.cursor.eat(Token::Comma) {
                break;
            }
        }
        if self.cursor.eat(Token::RightBrace) {
            return Ok(());
        }
        let problem = self.cursor.unexpected("',' or '}'");
        let error = self.error(Span { start: problem.start, end: problem.end }, problem.message);
        let reported = self.emit(error.with_label(self.place(start), "the attributes begin here"));
        self.leave_braces();
        Err(reported)
    }

    /// `a = 1`, or `a`; `before` is how many attributes there were before the braces.
    fn entry(&mut self, attributes: &mut Attributes, before: usize) -> Parsed<()> {
        let span = self.cursor.span;
        let key = self.key()?;
        let value = match self.cursor.eat(Token::Equal) {
            true => self.value()?,
            false => Attribute::unit(),
        };
        if attributes.insert(key, value).is_none() {
            return Ok(());
        }
        let message = match before {
            0 => format!("'{key}' occurs twice"),
            _ => format!("attribute '{key}' is set twice"),
        };
        Err(self.emit(self.error(span, message)))
    }

    /// Skips what is left inside the innermost braces, and the brace that closes them; not beyond what looks like an op.
    fn leave_braces(&mut self) {
        let mut depth = 1usize;
        while let Some(token) = self.cursor.token {
            match token {
                Token::Value(_) | Token::Block(_) if self.cursor.begins_line() => return,
                _ if token.is_open() => depth += 1,
                _ if token.is_close() => depth -= 1,
                _ => {}
            }
            self.cursor.advance();
            if depth == 0 {
                return;
            }
        }
    }

    fn key(&mut self) -> Parsed<Name> {
        let text = match self.cursor.token {
            Some(Token::String(text)) => text,
            Some(token) if token.is_word() => &self.cursor.text[self.cursor.span.start..self.cursor.span.end],
            _ => return Err(self.report(self.cursor.unexpected("the name of an attribute"))),
        };
        let name = match self.keys.get(text) {
            Some(&name) => name,
            None => {
                let span = self.cursor.span;
                let name = literal::symbol(text);
                let name = name.map_err(|reason| self.report(Problem::at(span.start, span.end, reason)))?;
                *self.keys.entry(text).or_insert(Name::new(&name))
            }
        };
        self.cursor.advance();
        Ok(name)
    }

    /// An attribute up to the comma or the bracket after it.
    pub(super) fn value(&mut self) -> Parsed<Attribute> {
        if self.cursor.token.is_none_or(|token| token == Token::Comma || token.is_close()) {
            return Err(self.report(self.cursor.unexpected("an attribute")));
        }
        let text = self.collect(Cursor::value)?;
        // What has one token has no type and no bracket.
        if let [(_, Token::Integer(digits), _)] = self.tokens.as_slice()
            && let Ok(value) = digits.parse()
        {
            return Ok(Attribute::i64(value));
        }
        if let Some(&value) = self.values.get(text) {
            return Ok(value);
        }
        let value = self.grammar(|context, tokens| grammar::AttributeParser::new().parse(context, tokens))?;
        if text.len() <= LONGEST_CACHED {
            self.values.insert(text, value);
        }
        Ok(value)
    }

    /// `#name = attribute` or `!name = type`; the value ends where a line begins outside of brackets.
    fn alias(&mut self) -> Parsed<()> {
        let (token, span) = (self.cursor.token, self.cursor.span);
        self.cursor.advance();
        self.expect(Token::Equal)?;
        self.tokens.clear();
        while let Some(token) = self.cursor.token {
            if self.cursor.begins_line() {
                break;
            }
            match token.is_open() {
                true => self.cursor.group(&mut self.tokens).map_err(|problem| self.report(problem))?,
                false => self.cursor.take(&mut self.tokens),
            }
        }
        let earlier = match token {
            Some(Token::Type(name)) => {
                let ty = self.grammar(|context, tokens| grammar::TypeParser::new().parse(context, tokens))?;
                self.context.define_type(name, ty, span)
            }
            Some(Token::Attribute(name)) => {
                let value = self.grammar(|context, tokens| grammar::AttributeParser::new().parse(context, tokens))?;
                self.context.define_attribute(name, value, span)
            }
            _ => None,
        };
        match earlier {
            None => Ok(()),
            Some(earlier) => {
                let error = self.error(span, "the alias is defined twice");
                Err(self.emit(error.with_label(self.place(earlier), "previously defined here")))
            }
        }
    }
}
