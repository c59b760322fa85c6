//! Names of values and blocks, and uses that come before their definition.

use crate::parse::cursor::Span;
use kiln_ir::{Block, Module, Op, OpState, Type, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a name stands for: one value, or results of an op by position.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Argument(Value),
    /// `count` results from number `first`.
    Results {
        op: Op,
        first: usize,
        count: usize,
    },
}

/// A value that is used before its definition is read.
struct Forward {
    placeholder: Op,
    span: Span,
}

/// The names visible inside one op that is isolated from above.
#[derive(Default)]
pub(super) struct Scope<'s> {
    names: FxHashMap<&'s str, (Named, Span)>,
    /// Names to forget at the end of each open region, innermost last.
    regions: Vec<Vec<&'s str>>,
    forwards: FxHashMap<(&'s str, usize), Forward>,
    /// Names whose definition cannot be read: their uses are not reported, too.
    broken: FxHashSet<&'s str>,
}

/// Why a name does not give a value; other labels and help are the caller's.
pub(super) enum LookupError {
    /// There is no such result.
    NoSuchResult { count: usize },
    /// The value is of another type, by its definition or by an earlier use.
    OtherType { found: Type, place: Span, is_defined: bool },
}

impl<'s> Scope<'s> {
    pub(super) fn enter_region(&mut self) {
        self.regions.push(Vec::new());
    }

    pub(super) fn leave_region(&mut self) {
        for name in self.regions.pop().unwrap_or_default() {
            self.names.remove(name);
        }
    }

    /// Names a value; gives the place of an earlier definition, if there is one.
    pub(super) fn define(&mut self, name: &'s str, named: Named, span: Span) -> Result<(), Span> {
        if let Some((_, earlier)) = self.names.get(name) {
            return Err(*earlier);
        }
        self.names.insert(name, (named, span));
        if let Some(region) = self.regions.last_mut() {
            region.push(name);
        }
        Ok(())
    }

    /// Notes that the definition of `name` is there, but cannot be read.
    pub(super) fn define_broken(&mut self, name: &'s str) {
        self.broken.insert(name);
    }

    /// Makes the uses of `name` read so far use its definition; gives those of another type with it and the definition's.
    pub(super) fn resolve_forwards(
        &mut self,
        module: &mut Module,
        name: &'s str,
        named: Named,
    ) -> Vec<(Span, Type, Type)> {
        let mut mismatches = Vec::new();
        if self.forwards.is_empty() {
            return mismatches;
        }
        for (position, value) in values(module, named).into_iter().enumerate() {
            let Some(Forward { placeholder, span }) = self.forwards.remove(&(name, position)) else { continue };
            let expected = module.ty(module.result(placeholder, 0));
            match module.ty(value) {
                found if found == expected => module.replace(placeholder, &[value]),
                found => mismatches.push((span, expected, found)),
            }
        }
        mismatches
    }

    /// The value that a use means; of an undefined name, a placeholder.
    pub(super) fn find(
        &mut self,
        module: &mut Module,
        name: &'s str,
        position: usize,
        ty: Type,
        span: Span,
    ) -> Result<Value, LookupError> {
        if let Some(&(named, definition)) = self.names.get(name) {
            let value = match named {
                Named::Argument(value) if position == 0 => value,
                Named::Results { op, first, count } if position < count => module.result(op, first + position),
                Named::Argument(_) => return Err(LookupError::NoSuchResult { count: 1 }),
                Named::Results { count, .. } => return Err(LookupError::NoSuchResult { count }),
            };
            let found = module.ty(value);
            return if found == ty {
                Ok(value)
            } else {
                Err(LookupError::OtherType { found, place: definition, is_defined: true })
            };
        }
        let forward = self.forwards.entry((name, position)).or_insert_with(|| {
            let mut state = OpState::new("builtin.unrealized_conversion_cast", kiln_ir::Location::unknown());
            state.result_types.push(ty);
            Forward { placeholder: module.create(state), span }
        });
        let value = module.result(forward.placeholder, 0);
        match module.ty(value) {
            found if found == ty || self.broken.contains(name) => Ok(value),
            found => Err(LookupError::OtherType { found, place: forward.span, is_defined: false }),
        }
    }

    /// Uses whose definition never came, in order of the text.
    pub(super) fn undefined(&self) -> Vec<(&'s str, Span)> {
        let forwards = self.forwards.iter().filter(|((name, _), _)| !self.broken.contains(name));
        let mut uses: Vec<_> = forwards.map(|((name, _), forward)| (*name, forward.span)).collect();
        uses.sort_by_key(|(_, span)| span.start);
        uses
    }

    /// The names that are defined.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> + '_ {
        self.names.keys().copied()
    }
}

fn values(module: &Module, named: Named) -> Vec<Value> {
    match named {
        Named::Argument(value) => vec![value],
        Named::Results { op, first, count } => module.results(op)[first..first + count].to_vec(),
    }
}

/// The blocks of one region.
#[derive(Default)]
pub(super) struct Labels<'s> {
    pub(super) blocks: FxHashMap<&'s str, (Block, Span)>,
    /// Ops with the labels of their successors.
    pub(super) successors: Vec<(Op, Vec<(&'s str, Span)>)>,
}
