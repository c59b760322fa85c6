//! Regions and blocks, and the names that mean something in them.

use crate::parse::cursor::Span;
use crate::parse::lexer::Token;
use crate::parse::locations::Located;
use crate::parse::parser::{MOST_ERRORS, OpName, Parsed, Parser, Reported};
use crate::parse::scope::{Labels, Named, Scope};
use kiln_diag::Diagnostic;
use kiln_ir::{Block, Op, OpState, Traits};

/// How deep regions may nest.
const DEEPEST: usize = 256;

impl<'s> Parser<'s, '_> {
    /// `({...}, {...})`; gives the op that holds them, if there are any.
    pub(super) fn regions(&mut self, name: OpName, start: Span) -> Parsed<Option<Op>> {
        if !self.cursor.eat(Token::LeftParenthesis) {
            return Ok(None);
        }
        let location = self.text_location(start);
        let op = self.module.create(OpState::named(name.0, location));
        let is_isolated = name.1.is_some_and(|row| row.traits.contains(Traits::ISOLATED_FROM_ABOVE));
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
    pub(super) fn op_or_recover(&mut self, block: Block) {
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
            self.emit(error.with_label(self.place(earlier), "previously defined here"));
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

    /// `%a: T loc(...)`.
    fn argument(&mut self, block: Block) -> Parsed<()> {
        let span = self.cursor.span;
        let Some(Token::Value(name)) = self.cursor.token else {
            return Err(self.report(self.cursor.unexpected("a block argument")));
        };
        self.cursor.advance();
        self.expect(Token::Colon)?;
        let ty = self.ty()?;
        let index = self.module.arguments(block).len();
        let value = self.module.add_argument(block, ty);
        if !self.trailing_location(Located::Argument(block, index))? {
            let location = self.text_location(span);
            self.module.set_argument_location(block, index, location);
        }
        self.define(name, Named::Argument(value), span)
    }

    pub(super) fn resolve_successors(&mut self) {
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

    pub(super) fn leave_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else { return };
        for (name, span) in scope.undefined() {
            let error = self.error(span, format!("'%{name}' is not defined"));
            let near = kiln_diag::suggest(name, scope.names());
            let help = near.map(|near| format!("did you mean '%{near}'?"));
            self.emit(help.into_iter().fold(error, Diagnostic::with_help));
        }
    }
}
