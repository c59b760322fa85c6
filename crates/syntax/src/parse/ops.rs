//! Ops, in generic and in pretty form.

use crate::parse::context::Problem;
use crate::parse::cursor::Span;
use crate::parse::lexer::Token;
use crate::parse::locations::Located;
use crate::parse::parser::{OpName, Parsed, Parser};
use crate::parse::scope::{LookupError, Named};
use kiln_diag::Diagnostic;
use kiln_ir::{Attribute, Attributes, Block, Location, Op, OpState, Type, Value};
use smallvec::SmallVec;

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
    properties: Option<Attribute>,
}

impl<'s> Parser<'s, '_> {
    /// Reads an op and puts it at the end of `block`.
    pub(super) fn op(&mut self, block: Block) -> Parsed<()> {
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
        let (op, is_located) = match self.cursor.token {
            Some(Token::String(text)) => self.generic(text, start)?,
            Some(Token::Word(name)) => self.pretty(name, start)?,
            _ => return Err(self.report(self.cursor.unexpected("the name of an op"))),
        };
        if !self.trailing_location(Located::Op(op))? && !is_located {
            let location = self.text_location(start);
            self.module.set_location(op, location);
        }
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
            None => match kiln_diag::suggest(dialect, registry.dialects().iter().map(|dialect| dialect.name)) {
                Some(near) if near != dialect => error.with_help(format!("did you mean the dialect '{near}'?")),
                Some(_) => error,
                None => error.with_help("an op of no registered dialect is written in quotes, in generic form"),
            },
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

    /// `"name"(%a)[^bb1] <{properties}> ({region}) {attributes} : (T) -> T`; gives whether the op has its location.
    fn generic(&mut self, quoted: &'s str, start: Span) -> Parsed<(Op, bool)> {
        let span = self.cursor.span;
        let name = self.op_name(quoted).map_err(|reason| self.report(Problem::at(span.start, span.end, reason)))?;
        if name.0.as_str().is_empty() {
            return Err(self.emit(self.error(span, "an op has a name")));
        }
        self.cursor.advance();
        let mut parts = Parts::default();
        self.expect(Token::LeftParenthesis)?;
        if self.cursor.token != Some(Token::RightParenthesis) {
            parts.operands = self.operands()?;
        }
        self.expect(Token::RightParenthesis)?;
        parts.successors = self.successors()?;
        self.properties(name, &mut parts)?;
        let holder = self.regions(name, start)?;
        if self.cursor.token == Some(Token::LeftBrace) {
            self.dictionary(&mut parts.attributes)?;
        }
        let end = self.cursor.span;
        let ty = self.signature()?;
        self.finish(name, holder, parts, ty, start.to(end))
    }

    /// `<{a = 1}>`: attributes of an op that is defined here; what they are of another is not known, so they stay apart.
    fn properties(&mut self, name: OpName, parts: &mut Parts<'s>) -> Parsed<()> {
        if !self.cursor.eat(Token::Less) {
            return Ok(());
        }
        match name.1 {
            Some(_) => self.dictionary(&mut parts.attributes)?,
            None => parts.properties = Some(self.value()?),
        }
        self.expect(Token::Greater).map(|_| ())
    }

    /// `name %a [^bb1] {attributes} ({region}) : (T) -> T`; gives whether the op has its location.
    fn pretty(&mut self, written: &'s str, start: Span) -> Parsed<(Op, bool)> {
        let span = self.cursor.span;
        let name = self.op_name(written).map_err(|reason| self.report(Problem::at(span.start, span.end, reason)))?;
        if name.1.is_none() {
            return Err(self.emit(self.unknown_op(written, span)));
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
        let ty = if is_plain { Type::function(&[], &[]) } else { self.signature()? };
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

    /// Makes the op of what was read; an op with regions is made already, has a location, and gets the rest here.
    fn finish(
        &mut self,
        name: OpName,
        holder: Option<Op>,
        parts: Parts<'s>,
        ty: Type,
        span: Span,
    ) -> Parsed<(Op, bool)> {
        let Some((inputs, results)) = ty.as_function() else {
            return Err(self.emit(self.error(span, format!("an op has a function type, not {ty}"))));
        };
        if inputs.len() != parts.operands.len() {
            let message = format!("{} operands, but {} types for them", parts.operands.len(), inputs.len());
            return Err(self.emit(self.error(span, message)));
        }
        let mut operands = SmallVec::with_capacity(inputs.len());
        for (&(name, position, span), &ty) in parts.operands.iter().zip(inputs) {
            operands.push(self.operand(name, position, ty, span)?);
        }
        let op = match holder {
            Some(op) => {
                self.module.set_operands(op, &operands);
                results.iter().for_each(|&ty| _ = self.module.add_result(op, ty));
                let attributes = parts.attributes.iter();
                attributes.for_each(|(name, value)| _ = self.module.set_attribute(op, name.as_str(), value));
                if let Some(properties) = parts.properties {
                    self.module.set_properties(op, properties);
                }
                op
            }
            None => self.module.create(OpState {
                operands,
                result_types: results.into(),
                attributes: parts.attributes,
                properties: parts.properties,
                ..OpState::named(name.0, Location::unknown())
            }),
        };
        if !parts.successors.is_empty()
            && let Some(labels) = self.labels.last_mut()
        {
            labels.successors.push((op, parts.successors));
        }
        Ok((op, holder.is_some()))
    }

    fn operand(&mut self, name: &'s str, position: usize, ty: Type, span: Span) -> Parsed<Value> {
        let scope = self.scopes.last_mut().expect("the text itself is a scope");
        match scope.find(&mut self.module, name, position, ty, span) {
            Ok(value) => Ok(value),
            Err(LookupError::NoSuchResult { count }) => {
                let message = format!("'%{name}' has {count} values, there is no number {position}");
                Err(self.emit(self.error(span, message)))
            }
            Err(LookupError::OtherType { found, place, is_defined }) => {
                let error = self.error(span, format!("'%{name}' is of type {found}, not {ty}"));
                let label = match is_defined {
                    true => "defined here".to_owned(),
                    false => format!("previously used here with type {found}"),
                };
                Err(self.emit(error.with_label(self.place(place), label)))
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

    pub(super) fn define(&mut self, name: &'s str, named: Named, span: Span) -> Parsed<()> {
        let scope = self.scopes.last_mut().expect("the text itself is a scope");
        if let Err(earlier) = scope.define(name, named, span) {
            let error = self.error(span, format!("'%{name}' is defined twice"));
            return Err(self.emit(error.with_label(self.place(earlier), "previously defined here")));
        }
        for (used, expected, found) in scope.resolve_forwards(&mut self.module, name, named) {
            let error = self.error(used, format!("'%{name}' is used as a value of type {expected}"));
            self.emit(error.with_label(self.place(span), format!("defined here with type {found}")));
        }
        Ok(())
    }
}
