//! Ops, blocks and regions.

use crate::parse::context::{Context, Problem, explain};
use crate::parse::cursor::{Cursor, Span, Spanned};
use crate::parse::grammar;
use crate::parse::lexer::Token;
use crate::parse::literal;
use crate::parse::resources::{self, Blobs};
use crate::parse::scope::{Labels, LookupError, Named, Scope};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Attribute, AttributeKind, Attributes, Block, Location, Module, Name, Op, OpState};
use kiln_ir::{Registry, Traits, Type};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::rc::Rc;
use std::sync::Arc;

/// How deep regions may nest.
const DEEPEST: usize = 256;

/// After so many errors, reading ends.
const MOST_ERRORS: usize = 100;

/// Texts of signatures and attributes up to this length are read once and looked up after.
const LONGEST_CACHED: usize = 256;

/// That an error was reported.
pub(super) struct Reported;

type Parsed<T> = Result<T, Reported>;

/// A use of a value: its name, which of the results, where.
type Operand<'s> = (&'s str, usize, Span);

/// A name on the left of an op: how many results it stands for, where.
type ResultName<'s> = (&'s str, usize, Span);

/// What an op consists of besides its regions.
#[derive(Default)]
struct Parts<'s> {
    operands: SmallVec<[Operand<'s>; 4]>,
    successors: Vec<(&'s str, Span)>,
    attributes: Attributes,
}

/// A place in the text and its line and column, which only goes forward: each character is looked at once.
struct Position {
    offset: usize,
    line: u32,
    column: u32,
}

impl Position {
    /// Line and column of `offset`, which is not before the last one.
    fn advance(&mut self, text: &str, offset: usize) -> (u32, u32) {
        for c in text[self.offset..offset].chars() {
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.offset = offset;
        (self.line, self.column)
    }
}

pub(super) struct Parser<'s, 'a> {
    cursor: Cursor<'s>,
    file: &'a str,
    sink: &'a Sink,
    errors: usize,
    module: Module,
    context: Context,
    /// Names inside each open op that is isolated from above, innermost last.
    scopes: Vec<Scope<'s>>,
    /// Blocks of each open region, innermost last.
    labels: Vec<Labels<'s>>,
    tokens: Vec<Spanned<'s>>,
    types: FxHashMap<&'s str, Type>,
    dictionaries: FxHashMap<&'s str, Rc<Vec<(Name, Attribute)>>>,
    blobs: Blobs<'s>,
    /// Ops whose location is an alias that is not defined yet.
    unlocated: Vec<(Op, &'s str, Span)>,
    position: Position,
}

impl<'s, 'a> Parser<'s, 'a> {
    pub(super) fn new(text: &'s str, file: &'a str, registry: &Arc<Registry>, sink: &'a Sink) -> Parser<'s, 'a> {
        Parser {
            cursor: Cursor::new(text),
            file,
            sink,
            errors: 0,
            module: Module::new(registry.clone()),
            context: Context::default(),
            scopes: vec![Scope::default()],
            labels: vec![Labels::default()],
            tokens: Vec::new(),
            types: FxHashMap::default(),
            dictionaries: FxHashMap::default(),
            blobs: Blobs::default(),
            unlocated: Vec::new(),
            position: Position { offset: 0, line: 1, column: 1 },
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
                    if let Err(problem) = resources::parse(&mut self.cursor, &mut self.blobs) {
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
        let ops = self.module.ops_of(self.module.body());
        if let [only] = ops.as_slice()
            && self.module.is(*only, "builtin.module")
            && self.module.regions(*only).first().is_some_and(|&region| self.module.blocks(region).len() == 1)
        {
            self.module.detach(*only);
            self.module.set_top(*only);
        }
    }

    // Errors.

    fn place(&self, span: Span) -> Place {
        let before = &self.cursor.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
        let column = before[line_start..].chars().count() as u32 + 1;
        let covered = self.cursor.text.get(span.start..span.end).unwrap_or_default();
        let length = covered.lines().next().unwrap_or_default().chars().count() as u32;
        Place::Text { file: self.file.to_owned(), line, column, length }
    }

    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.place(span), message)
    }

    fn emit(&mut self, diagnostic: Diagnostic) -> Reported {
        self.errors += 1;
        self.sink.report(diagnostic);
        Reported
    }

    fn report(&mut self, problem: Problem) -> Reported {
        self.emit(self.error(Span { start: problem.start, end: problem.end }, problem.message))
    }

    /// Skips from what begins at `start` to what may begin the next op: a token that is the first of its line, outside
    /// of brackets opened since.
    fn recover(&mut self, start: Span) {
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

    fn expect(&mut self, token: Token<'_>) -> Parsed<Span> {
        let span = self.cursor.span;
        match self.cursor.eat(token) {
            true => Ok(span),
            false => Err(self.report(self.cursor.unexpected(&token.to_string()))),
        }
    }

    // Pieces for the grammar.

    /// Runs `parse` of a generated parser over the collected tokens.
    fn grammar<T>(
        &mut self,
        parse: impl FnOnce(
            &mut Context,
            &mut dyn Iterator<Item = Result<Spanned<'s>, Problem>>,
        ) -> Result<T, super::context::Failure<'s>>,
    ) -> Parsed<T> {
        let end = self.tokens.last().map_or(self.cursor.previous_end, |(_, _, end)| *end);
        let mut tokens = std::mem::take(&mut self.tokens);
        let result = parse(&mut self.context, &mut tokens.drain(..).map(Ok));
        tokens.clear();
        self.tokens = tokens;
        result.map_err(|failure| self.report(explain(failure, end)))
    }

    fn collect(
        &mut self,
        collect: impl FnOnce(&mut Cursor<'s>, &mut Vec<Spanned<'s>>) -> Result<(), Problem>,
    ) -> Parsed<&'s str> {
        self.tokens.clear();
        let start = self.cursor.span.start;
        collect(&mut self.cursor, &mut self.tokens).map_err(|problem| self.report(problem))?;
        Ok(&self.cursor.text[start..self.cursor.previous_end])
    }

    fn ty(&mut self) -> Parsed<Type> {
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

    /// Adds the entries of `{...}` to `attributes`.
    fn dictionary(&mut self, attributes: &mut Attributes) -> Parsed<()> {
        let start = self.cursor.span;
        let text = self.collect(Cursor::group)?;
        let entries = match self.dictionaries.get(text) {
            Some(entries) => entries.clone(),
            None => {
                let entries =
                    self.grammar(|context, tokens| grammar::DictionaryParser::new().parse(context, tokens))?;
                let entries = Rc::new(entries);
                if text.len() <= LONGEST_CACHED {
                    self.dictionaries.insert(text, entries.clone());
                }
                entries
            }
        };
        for &(name, value) in entries.iter() {
            if attributes.set(name.as_str(), value).is_some() {
                let span = start.to(Span { start: start.start, end: self.cursor.previous_end });
                return Err(self.emit(self.error(span, format!("attribute '{name}' is set twice"))));
            }
        }
        Ok(())
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
        let is_new = match token {
            Some(Token::Type(name)) => {
                let ty = self.grammar(|context, tokens| grammar::TypeParser::new().parse(context, tokens))?;
                self.context.types.insert(name.to_owned(), ty).is_none()
            }
            Some(Token::Attribute(name)) => {
                let value = self.grammar(|context, tokens| grammar::AttributeParser::new().parse(context, tokens))?;
                self.context.attributes.insert(name.to_owned(), value).is_none()
            }
            _ => true,
        };
        match is_new {
            true => Ok(()),
            false => Err(self.emit(self.error(span, "the alias is defined twice"))),
        }
    }

    // Ops.

    /// Reads an op and puts it at the end of `block`.
    fn op(&mut self, block: Block) -> Parsed<()> {
        let start = self.cursor.span;
        let names = self.result_names()?;
        let result = self.named_op(&names, start, block);
        if result.is_err()
            && let Some(scope) = self.scopes.last_mut()
        {
            names.iter().for_each(|(name, ..)| scope.define_broken(name));
        }
        result
    }

    /// Reads what follows the names of the results.
    fn named_op(&mut self, names: &[ResultName<'s>], start: Span, block: Block) -> Parsed<()> {
        let op = match self.cursor.token {
            Some(Token::String(text)) => self.generic(text, start)?,
            Some(Token::Word(name)) => self.pretty(name, start)?,
            _ => return Err(self.report(self.cursor.unexpected("the name of an op"))),
        };
        self.trailing_location(op)?;
        self.define_results(op, names, start)?;
        self.module.append(block, op);
        Ok(())
    }

    fn unknown_op(&self, name: &str, span: Span) -> Diagnostic {
        let registry = self.module.registry();
        let error = self.error(span, format!("there is no op '{name}'"));
        let dialect = name.split_once('.').map_or(name, |(dialect, _)| dialect);
        let ops = |dialect: &'static kiln_ir::Dialect| dialect.ops.iter().copied().flatten().map(|op| op.name);
        let candidates = match registry.find_dialect(dialect) {
            Some(dialect) => ops(dialect).collect::<Vec<_>>(),
            None => registry.dialects().iter().copied().flat_map(ops).collect(),
        };
        match kiln_diag::suggest(name, candidates) {
            Some(near) => error.with_help(format!("did you mean '{near}'?")),
            None => error.with_help("an op of no registered dialect is written in quotes, in generic form"),
        }
    }

    /// `%a, %b:2 =`, or nothing.
    fn result_names(&mut self) -> Parsed<SmallVec<[ResultName<'s>; 1]>> {
        let mut names = SmallVec::new();
        while let Some(Token::Value(name)) = self.cursor.token {
            let span = self.cursor.span;
            self.cursor.advance();
            let mut count = 1;
            if self.cursor.eat(Token::Colon) {
                count = match self.cursor.token {
                    Some(Token::Integer(text)) => text.parse().unwrap_or(0),
                    _ => return Err(self.report(self.cursor.unexpected("the number of results"))),
                };
                if count == 0 || count > u16::MAX.into() {
                    return Err(self.emit(self.error(self.cursor.span, "a number of results from 1 to 65535")));
                }
                self.cursor.advance();
            }
            names.push((name, count, span));
            if !self.cursor.eat(Token::Comma) {
                self.expect(Token::Equal)?;
                return Ok(names);
            }
        }
        match names.is_empty() {
            true => Ok(names),
            false => Err(self.report(self.cursor.unexpected("another result"))),
        }
    }

    /// `"name"(%a)[^bb1] <{properties}> ({region}) {attributes} : (T) -> T`.
    fn generic(&mut self, quoted: &str, start: Span) -> Parsed<Op> {
        let span = self.cursor.span;
        let name = literal::string(quoted).map_err(|reason| self.report(Problem::at(span.start, span.end, reason)))?;
        if name.is_empty() {
            return Err(self.emit(self.error(span, "an op has a name")));
        }
        let name = name.as_str();
        self.cursor.advance();
        let mut parts = Parts::default();
        self.expect(Token::LeftParenthesis)?;
        if self.cursor.token != Some(Token::RightParenthesis) {
            parts.operands = self.operands()?;
        }
        self.expect(Token::RightParenthesis)?;
        parts.successors = self.successors()?;
        if self.cursor.eat(Token::Less) {
            self.dictionary(&mut parts.attributes)?;
            self.expect(Token::Greater)?;
        }
        let holder = self.regions(name, start)?;
        if self.cursor.token == Some(Token::LeftBrace) {
            self.dictionary(&mut parts.attributes)?;
        }
        let span = self.expect(Token::Colon)?;
        let ty = self.ty()?;
        self.finish(name, holder, parts, ty, start.to(span))
    }

    /// `name %a [^bb1] {attributes} ({region}) : (T) -> T`.
    fn pretty(&mut self, name: &str, start: Span) -> Parsed<Op> {
        if self.module.registry().find_op(Name::new(name)).is_none() {
            return Err(self.emit(self.unknown_op(name, self.cursor.span)));
        }
        self.cursor.advance();
        let mut parts = Parts::default();
        if matches!(self.cursor.token, Some(Token::Value(_))) {
            parts.operands = self.operands()?;
        }
        parts.successors = self.successors()?;
        if self.cursor.token == Some(Token::LeftBrace) {
            self.dictionary(&mut parts.attributes)?;
        }
        let holder = self.regions(name, start)?;
        let end = self.cursor.span;
        let is_plain = holder.is_some() && parts.operands.is_empty() && self.cursor.token != Some(Token::Colon);
        let ty = match is_plain {
            true => Type::function(&[], &[]),
            false => {
                self.expect(Token::Colon)?;
                self.ty()?
            }
        };
        self.finish(name, holder, parts, ty, start.to(end))
    }

    fn operands(&mut self) -> Parsed<SmallVec<[Operand<'s>; 4]>> {
        let mut operands = SmallVec::new();
        loop {
            let span = self.cursor.span;
            let Some(Token::Value(name)) = self.cursor.token else {
                return Err(self.report(self.cursor.unexpected("a value")));
            };
            self.cursor.advance();
            let mut position = 0;
            if let Some(Token::Position(text)) = self.cursor.token {
                position = text.parse().unwrap_or(usize::MAX);
                self.cursor.advance();
            }
            operands.push((name, position, span.to(Span { start: 0, end: self.cursor.previous_end })));
            if !self.cursor.eat(Token::Comma) {
                return Ok(operands);
            }
        }
    }

    fn successors(&mut self) -> Parsed<Vec<(&'s str, Span)>> {
        let mut successors = Vec::new();
        if !self.cursor.eat(Token::LeftBracket) {
            return Ok(successors);
        }
        loop {
            let Some(Token::Block(name)) = self.cursor.token else {
                return Err(self.report(self.cursor.unexpected("a block")));
            };
            successors.push((name, self.cursor.span));
            self.cursor.advance();
            if !self.cursor.eat(Token::Comma) {
                self.expect(Token::RightBracket)?;
                return Ok(successors);
            }
        }
    }

    /// Makes the op of what was read; an op with regions is made already and gets the rest here.
    fn finish(&mut self, name: &str, holder: Option<Op>, parts: Parts<'s>, ty: Type, span: Span) -> Parsed<Op> {
        let Some((inputs, results)) = ty.as_function() else {
            return Err(self.emit(self.error(span, format!("an op has a function type, not {ty}"))));
        };
        if inputs.len() != parts.operands.len() {
            let message = format!("{} operands, but {} types for them", parts.operands.len(), inputs.len());
            return Err(self.emit(self.error(span, message)));
        }
        let mut state = OpState::new(name, Location::unknown());
        for (&(name, position, span), &ty) in parts.operands.iter().zip(inputs) {
            state.operands.push(self.operand(name, position, ty, span)?);
        }
        let op = match holder {
            Some(op) => {
                self.module.set_operands(op, &state.operands);
                results.iter().for_each(|&ty| _ = self.module.add_result(op, ty));
                parts
                    .attributes
                    .iter()
                    .for_each(|(name, value)| _ = self.module.set_attribute(op, name.as_str(), value));
                op
            }
            None => {
                state.result_types = results.into();
                state.attributes = parts.attributes;
                state.location = self.text_location(span);
                self.module.create(state)
            }
        };
        if !parts.successors.is_empty()
            && let Some(labels) = self.labels.last_mut()
        {
            labels.successors.push((op, parts.successors));
        }
        Ok(op)
    }

    fn operand(&mut self, name: &'s str, position: usize, ty: Type, span: Span) -> Parsed<kiln_ir::Value> {
        let scope = self.scopes.last_mut().expect("the text itself is a scope");
        match scope.find(&mut self.module, name, position, ty, span) {
            Ok(value) => Ok(value),
            Err(LookupError::NoSuchResult { count }) => {
                let message = format!("'%{name}' has {count} values, there is no number {position}");
                Err(self.emit(self.error(span, message)))
            }
            Err(LookupError::OtherType { found, definition }) => {
                let error = self.error(span, format!("'%{name}' is of type {found}, not {ty}"));
                Err(self.emit(error.with_label(self.place(definition), "defined here")))
            }
        }
    }

    fn define_results(&mut self, op: Op, names: &[ResultName<'s>], start: Span) -> Parsed<()> {
        let named: usize = names.iter().map(|(_, count, _)| count).sum();
        let results = self.module.results(op).len();
        if !names.is_empty() && named != results {
            let message = format!("{named} names, but {results} results");
            return Err(self.emit(self.error(start, message)));
        }
        let mut first = 0;
        for &(name, count, span) in names {
            self.define(name, Named::Results { op, first, count }, span)?;
            first += count;
        }
        Ok(())
    }

    fn define(&mut self, name: &'s str, named: Named, span: Span) -> Parsed<()> {
        let scope = self.scopes.last_mut().expect("the text itself is a scope");
        if let Err(earlier) = scope.define(name, named, span) {
            let error = self.error(span, format!("'%{name}' is defined twice"));
            return Err(self.emit(error.with_label(self.place(earlier), "defined here before")));
        }
        for (used, expected) in scope.resolve_forwards(&mut self.module, name, named) {
            let error = self.error(used, format!("'%{name}' is used as a value of type {expected}"));
            self.emit(error.with_label(self.place(span), "defined here with another type"));
        }
        Ok(())
    }

    // Regions and blocks.

    /// `({...}, {...})`; gives the op that holds them, if there are any.
    fn regions(&mut self, name: &str, start: Span) -> Parsed<Option<Op>> {
        if !self.cursor.eat(Token::LeftParenthesis) {
            return Ok(None);
        }
        let location = self.text_location(start);
        let op = self.module.create(OpState::new(name, location));
        let is_isolated = self.module.has_traits(op, Traits::ISOLATED_FROM_ABOVE);
        if is_isolated {
            self.scopes.push(Scope::default());
        }
        let result = self.region_list(op);
        if is_isolated {
            self.leave_scope();
        }
        result.map(|()| Some(op))
    }

    fn region_list(&mut self, op: Op) -> Parsed<()> {
        loop {
            self.region(op)?;
            if !self.cursor.eat(Token::Comma) {
                return self.expect(Token::RightParenthesis).map(|_| ());
            }
        }
    }

    /// `{ ops, blocks }`.
    fn region(&mut self, op: Op) -> Parsed<()> {
        let open = self.expect(Token::LeftBrace)?;
        if self.labels.len() > DEEPEST {
            return Err(self.emit(self.error(open, "regions nest too deep")));
        }
        let region = self.module.add_region(op);
        self.labels.push(Labels::default());
        if let Some(scope) = self.scopes.last_mut() {
            scope.enter_region();
        }
        if !matches!(self.cursor.token, Some(Token::RightBrace | Token::Block(_))) {
            let block = self.module.create_block(region, &[]);
            self.block_ops(block);
        }
        while let Some(Token::Block(name)) = self.cursor.token {
            let span = self.cursor.span;
            let block = self.module.create_block(region, &[]);
            self.cursor.advance();
            match self.label(name, span, block) {
                Ok(()) => self.block_ops(block),
                Err(Reported) => {
                    self.recover(span);
                    self.block_ops(block);
                }
            }
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.leave_region();
        }
        self.resolve_successors();
        match self.cursor.eat(Token::RightBrace) {
            true => Ok(()),
            false => {
                let error = Diagnostic::error(self.place(self.cursor.span), "unexpected end of text, expected '}'");
                Err(self.emit(error.with_label(self.place(open), "the region begins here")))
            }
        }
    }

    /// Reads ops up to the end of the block.
    fn block_ops(&mut self, block: Block) {
        while self.errors < MOST_ERRORS {
            match self.cursor.token {
                None | Some(Token::RightBrace | Token::Block(_)) => return,
                Some(Token::Attribute(_) | Token::Type(_) | Token::MetadataBegin) => {
                    let start = self.cursor.span;
                    self.report(self.cursor.unexpected("an op"));
                    self.recover(start);
                }
                Some(_) => self.op_or_recover(block),
            }
        }
    }

    /// Reads an op; after an error, goes on to what may be the next.
    fn op_or_recover(&mut self, block: Block) {
        let start = self.cursor.span;
        if self.op(block).is_err() {
            self.recover(start);
        }
    }

    /// `(%a: T, %b: T):`, after the block's name.
    fn label(&mut self, name: &'s str, span: Span, block: Block) -> Parsed<()> {
        if let Some(labels) = self.labels.last_mut()
            && let Some((_, earlier)) = labels.blocks.insert(name, (block, span))
        {
            let error = self.error(span, format!("'^{name}' is defined twice"));
            self.emit(error.with_label(self.place(earlier), "defined here before"));
        }
        if self.cursor.eat(Token::LeftParenthesis) && !self.cursor.eat(Token::RightParenthesis) {
            loop {
                self.argument(block)?;
                if !self.cursor.eat(Token::Comma) {
                    break;
                }
            }
            self.expect(Token::RightParenthesis)?;
        }
        self.expect(Token::Colon).map(|_| ())
    }

    /// `%a: T loc(...)`; arguments keep no location.
    fn argument(&mut self, block: Block) -> Parsed<()> {
        let span = self.cursor.span;
        let Some(Token::Value(name)) = self.cursor.token else {
            return Err(self.report(self.cursor.unexpected("a block argument")));
        };
        self.cursor.advance();
        self.expect(Token::Colon)?;
        let ty = self.ty()?;
        if self.cursor.token == Some(Token::Loc) {
            self.collect(|cursor, tokens| {
                cursor.take(tokens);
                cursor.group(tokens)
            })?;
        }
        let value = self.module.add_argument(block, ty);
        self.define(name, Named::Argument(value), span)
    }

    fn resolve_successors(&mut self) {
        let Some(labels) = self.labels.pop() else { return };
        for (op, names) in labels.successors {
            let mut blocks = Vec::with_capacity(names.len());
            for (name, span) in names {
                match labels.blocks.get(name) {
                    Some((block, _)) => blocks.push(*block),
                    None => {
                        let error = self.error(span, format!("there is no block '^{name}' in this region"));
                        let near = kiln_diag::suggest(name, labels.blocks.keys().copied());
                        let help = near.map(|near| format!("did you mean '^{near}'?"));
                        self.emit(help.into_iter().fold(error, Diagnostic::with_help));
                    }
                }
            }
            self.module.set_successors(op, blocks);
        }
    }

    fn leave_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else { return };
        for (name, span) in scope.undefined() {
            let error = self.error(span, format!("'%{name}' is not defined"));
            let near = kiln_diag::suggest(name, scope.names());
            let help = near.map(|near| format!("did you mean '%{near}'?"));
            self.emit(help.into_iter().fold(error, Diagnostic::with_help));
        }
    }

    // Locations.

    /// The place of `span` in the text, as a location. Calls come in order of the text.
    fn text_location(&mut self, span: Span) -> Location {
        let (line, column) = self.position.advance(self.cursor.text, span.start);
        Location::file(self.file, line, column)
    }

    /// `loc(...)` after an op.
    fn trailing_location(&mut self, op: Op) -> Parsed<()> {
        if self.cursor.token != Some(Token::Loc) {
            return Ok(());
        }
        self.collect(|cursor, tokens| {
            cursor.take(tokens);
            cursor.group(tokens)
        })?;
        if let [_, _, (start, Token::Attribute(name), end), _] = self.tokens.as_slice() {
            self.unlocated.push((op, *name, Span { start: *start, end: *end }));
            return Ok(());
        }
        let location = self.grammar(|context, tokens| grammar::LocParser::new().parse(context, tokens))?;
        self.module.set_location(op, location);
        Ok(())
    }

    /// Sets locations that are aliases, which may be defined at the end of the text.
    fn resolve_locations(&mut self) {
        for (op, name, span) in std::mem::take(&mut self.unlocated) {
            match self.context.attributes.get(name).map(|attribute| attribute.kind()) {
                Some(AttributeKind::Location(location)) => self.module.set_location(op, *location),
                Some(_) => _ = self.emit(self.error(span, format!("'#{name}' is not a location"))),
                None => _ = self.emit(self.error(span, format!("'#{name}' is not defined"))),
            }
        }
    }
}
