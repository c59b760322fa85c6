//! Extents of tensor axes: static, symbolic or unknown.
//!
//! A symbolic extent is a [`DimExpr`] in canonical form: a constant plus a sum of integer multiples of products of
//! atoms, where an atom is a named symbol or an opaque operation (`floordiv`, `mod`, `min`, `max`) on expressions.
//! Expressions with equal canonical forms are the same pointer, so that equality of shapes is a comparison.
//! Symbols stand for extents, hence are never negative; they may be zero.
//!
//! `arithmetic` keeps the form canonical, `visit` takes expressions apart, `bounds` finds what they are at most, `text`
//! writes them.

mod arithmetic;
mod bounds;
mod text;
mod visit;

use crate::intern::{Interned, Name};
pub use bounds::DimBounds;
use std::collections::BTreeMap;
pub use visit::DimVisitor;

/// One extent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Dim {
    /// Known when compiling.
    Static(u64),
    /// Known as a function of the model's symbols.
    Symbolic(DimExpr),
    /// Not known at all; framework dialects may have it, the graph dialect may not.
    Unknown,
}

/// An interned canonical expression over symbols.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DimExpr(Interned<Sum>);

/// `constant + sum of coefficient * product`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Sum {
    constant: i64,
    terms: Vec<(Vec<Atom>, i64)>,
}

crate::intern::interned!(Sum);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Atom {
    Symbol(Name),
    Operation(DimOp, DimExpr, DimExpr),
}

/// The operations that do not distribute over sums.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DimOp {
    /// Division that rounds towards minus infinity.
    FloorDiv,
    /// The remainder of `FloorDiv`.
    Mod,
    /// The smaller.
    Min,
    /// The larger.
    Max,
}

/// Values of symbols.
pub type SymbolValues = rustc_hash::FxHashMap<Name, i64>;

impl PartialOrd for DimExpr {
    fn partial_cmp(&self, other: &DimExpr) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DimExpr {
    fn cmp(&self, other: &DimExpr) -> std::cmp::Ordering {
        if self == other { std::cmp::Ordering::Equal } else { self.0.get().cmp(other.0.get()) }
    }
}

impl DimExpr {
    /// A constant.
    pub fn constant(value: i64) -> DimExpr {
        DimExpr(Interned::new(Sum { constant: value, terms: Vec::new() }))
    }

    /// A symbol.
    pub fn symbol(name: &str) -> DimExpr {
        DimExpr::atom(Atom::Symbol(Name::new(name)))
    }

    fn atom(atom: Atom) -> DimExpr {
        DimExpr(Interned::new(Sum { constant: 0, terms: vec![(vec![atom], 1)] }))
    }

    fn from_terms(constant: i64, terms: BTreeMap<Vec<Atom>, i64>) -> DimExpr {
        let terms = terms.into_iter().filter(|(_, coefficient)| *coefficient != 0).collect();
        DimExpr(Interned::new(Sum { constant, terms }))
    }

    /// The value, if there are no symbols.
    pub fn as_constant(self) -> Option<i64> {
        self.0.terms.is_empty().then_some(self.0.constant)
    }

    /// The symbol, if that is all there is.
    pub fn as_symbol(self) -> Option<Name> {
        match (self.0.constant, self.0.terms.as_slice()) {
            (0, [(product, 1)]) => match product.as_slice() {
                [Atom::Symbol(name)] => Some(*name),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Dim {
    /// The dim of an expression: static if it is a non-negative constant, unknown if it is a negative one.
    pub fn from_expr(expr: DimExpr) -> Dim {
        match expr.as_constant() {
            Some(value) => u64::try_from(value).map_or(Dim::Unknown, Dim::Static),
            None => Dim::Symbolic(expr),
        }
    }

    /// A symbol.
    pub fn symbol(name: &str) -> Dim {
        Dim::Symbolic(DimExpr::symbol(name))
    }

    /// The expression; `None` if unknown.
    pub fn expr(self) -> Option<DimExpr> {
        match self {
            Dim::Static(value) => i64::try_from(value).ok().map(DimExpr::constant),
            Dim::Symbolic(expr) => Some(expr),
            Dim::Unknown => None,
        }
    }

    /// The extent, if static.
    pub fn as_static(self) -> Option<u64> {
        match self {
            Dim::Static(value) => Some(value),
            Dim::Symbolic(_) | Dim::Unknown => None,
        }
    }

    /// Whether this is the static extent `value`.
    pub fn is(self, value: u64) -> bool {
        self == Dim::Static(value)
    }
}

impl From<u64> for Dim {
    fn from(value: u64) -> Dim {
        Dim::Static(value)
    }
}
