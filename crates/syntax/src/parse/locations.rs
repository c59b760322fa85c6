//! Locations of ops and block arguments: written ones, and places in the text.

use crate::parse::cursor::Span;
use crate::parse::grammar;
use crate::parse::lexer::Token;
use crate::parse::parser::{Parsed, Parser};
use kiln_ir::{AttributeKind, Block, Location, LocationKind, Op};

/// A place in the text and its line and column, which only goes forward: each character is looked at once.
pub(super) struct Position {
    offset: usize,
    line: u32,
    column: u32,
}

impl Default for Position {
    fn default() -> Position {
        Position { offset: 0, line: 1, column: 1 }
    }
}

impl Position {
    /// Line and column of `offset`, which is not before the last one.
    fn advance(&mut self, text: &str, offset: usize) -> (u32, u32) {
        let passed = &text.as_bytes()[self.offset..offset];
        // Every byte begins a character but those that continue one.
        let characters = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32;
        match passed.iter().rposition(|&byte| byte == b'\n') {
            Some(last) => {
                self.line += passed[..=last].iter().filter(|&&byte| byte == b'\n').count() as u32;
                self.column = 1 + characters(&passed[last + 1..]);
            }
            None => self.column += characters(passed),
        }
        self.offset = offset;
        (self.line, self.column)
    }
}

/// What has a location.
#[derive(Clone, Copy)]
pub(super) enum Located {
    Op(Op),
    Argument(Block, usize),
}

/// What has a location that is an alias: the alias and its place.
pub(super) type Unlocated<'s> = (Located, &'s str, Span);

impl<'s> Parser<'s, '_> {
    /// The place of `span` in the text, as a location. Calls come in order of the text.
    pub(super) fn text_location(&mut self, span: Span) -> Location {
        let (line, column) = self.position.advance(self.cursor.text, span.start);
        Location::new(LocationKind::File { file: self.file, line, column })
    }

    fn set_location(&mut self, located: Located, location: Location) {
        match located {
            Located::Op(op) => self.module.set_location(op, location),
            Located::Argument(block, index) => self.module.set_argument_location(block, index, location),
        }
    }

    /// `loc(...)` after an op or a block argument; gives whether it is there.
    pub(super) fn trailing_location(&mut self, located: Located) -> Parsed<bool> {
        if self.cursor.token != Some(Token::Loc) {
            return Ok(false);
        }
        self.collect(|cursor, tokens| {
            cursor.take(tokens);
            cursor.group(tokens)
        })?;
        if let [_, _, (start, Token::Attribute(name), end), _] = self.tokens.as_slice() {
            self.unlocated.push((located, *name, Span { start: *start, end: *end }));
            return Ok(true);
        }
        let location = self.grammar(|context, tokens| grammar::LocParser::new().parse(context, tokens))?;
        self.set_location(located, location);
        Ok(true)
    }

    /// Sets locations that are aliases, which may be defined at the end of the text.
    pub(super) fn resolve_locations(&mut self) {
        for (located, name, span) in std::mem::take(&mut self.unlocated) {
            match self.context.find_alias(name).map(|attribute| attribute.kind()) {
                Ok(AttributeKind::Location(location)) => self.set_location(located, *location),
                Ok(_) => _ = self.emit(self.error(span, format!("'#{name}' is not a location"))),
                Err(reason) => _ = self.emit(self.error(span, reason)),
            }
        }
    }
}
