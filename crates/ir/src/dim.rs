//! Extents of tensor axes: static, symbolic or unknown.
//!
//! A symbolic extent is a [`DimExpr`] in canonical form: a constant plus a sum of integer multiples of products of
//! atoms, where an atom is a named symbol or an opaque operation (`floordiv`, `mod`, `min`, `max`) on expressions.
//! Expressions with equal canonical forms are the same pointer, so that equality of shapes is a comparison.
//! Symbols stand for extents, hence are never negative; they may be zero.

use crate::intern::{Interned, Name};
use std::collections::BTreeMap;
use std::fmt;

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

/// What a [`DimExpr::fold`] visitor makes of each node, innermost first.
pub trait DimVisitor {
    /// What stands for a sub-expression.
    type Output: Clone;
    /// A constant.
    fn constant(&mut self, value: i64) -> Self::Output;
    /// A symbol.
    fn symbol(&mut self, name: Name) -> Self::Output;
    /// A sum.
    fn add(&mut self, left: Self::Output, right: Self::Output) -> Self::Output;
    /// A product.
    fn multiply(&mut self, left: Self::Output, right: Self::Output) -> Self::Output;
    /// Another operation.
    fn operation(&mut self, op: DimOp, left: Self::Output, right: Self::Output) -> Self::Output;
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

    /// The sum; `None` on overflow.
    pub fn checked_add(self, other: DimExpr) -> Option<DimExpr> {
        let mut terms: BTreeMap<Vec<Atom>, i64> = self.0.terms.iter().cloned().collect();
        for (product, coefficient) in &other.0.terms {
            let sum = terms.entry(product.clone()).or_insert(0);
            *sum = sum.checked_add(*coefficient)?;
        }
        Some(DimExpr::from_terms(self.0.constant.checked_add(other.0.constant)?, terms))
    }

    /// The product; `None` on overflow.
    pub fn checked_mul(self, other: DimExpr) -> Option<DimExpr> {
        let constant = |sum: &Sum| (Vec::new(), sum.constant);
        let mut terms: BTreeMap<Vec<Atom>, i64> = BTreeMap::new();
        for (left, left_coefficient) in self.0.terms.iter().cloned().chain([constant(&self.0)]) {
            for (right, right_coefficient) in other.0.terms.iter().cloned().chain([constant(&other.0)]) {
                let mut product: Vec<Atom> = left.iter().cloned().chain(right).collect();
                product.sort();
                let sum = terms.entry(product).or_insert(0);
                *sum = sum.checked_add(left_coefficient.checked_mul(right_coefficient)?)?;
            }
        }
        let constant = terms.remove(&Vec::new()).unwrap_or(0);
        Some(DimExpr::from_terms(constant, terms))
    }

    /// The difference; `None` on overflow.
    pub fn checked_sub(self, other: DimExpr) -> Option<DimExpr> {
        self.checked_add(other.checked_mul(DimExpr::constant(-1))?)
    }

    /// Floor division; `None` on division by zero or overflow.
    pub fn floor_div(self, other: DimExpr) -> Option<DimExpr> {
        if let Some(divisor) = other.as_constant() {
            if divisor == 0 {
                return None;
            }
            if let Some(value) = self.as_constant() {
                return Some(DimExpr::constant(floor_div(value, divisor)?));
            }
            if divisor == 1 {
                return Some(self);
            }
            if divisor > 1 {
                return Some(self.floor_div_constant(divisor));
            }
        }
        if let Some(quotient) = self.exact_quotient(other) {
            return Some(quotient);
        }
        Some(DimExpr::atom(Atom::Operation(DimOp::FloorDiv, self, other)))
    }

    /// Divides the terms that are multiples of `divisor`; the rest stays under one division.
    fn floor_div_constant(self, divisor: i64) -> DimExpr {
        let whole = self.0.terms.iter().filter(|(_, c)| c % divisor == 0).map(|(p, c)| (p.clone(), c / divisor));
        let rest: BTreeMap<_, _> = self.0.terms.iter().filter(|(_, c)| c % divisor != 0).cloned().collect();
        let quotient = self.0.constant.div_euclid(divisor);
        let whole = DimExpr::from_terms(quotient, whole.collect());
        if rest.is_empty() {
            return whole;
        }
        let rest = DimExpr::from_terms(self.0.constant.rem_euclid(divisor), rest);
        let rest = rest
            .nested_floor_div(divisor)
            .unwrap_or_else(|| DimExpr::atom(Atom::Operation(DimOp::FloorDiv, rest, DimExpr::constant(divisor))));
        whole.checked_add(rest).unwrap_or(rest)
    }

    /// `((x floordiv a) + b) floordiv c = (x + a * b) floordiv (a * c)` for positive a and c.
    fn nested_floor_div(self, divisor: i64) -> Option<DimExpr> {
        let [(product, 1)] = self.0.terms.as_slice() else { return None };
        let [Atom::Operation(DimOp::FloorDiv, inner, inner_divisor)] = product.as_slice() else { return None };
        let inner_divisor = inner_divisor.as_constant().filter(|&value| value > 0)?;
        let shifted = inner.checked_add(DimExpr::constant(inner_divisor.checked_mul(self.0.constant)?))?;
        shifted.floor_div(DimExpr::constant(inner_divisor.checked_mul(divisor)?))
    }

    /// `self / other` where `other` is one product that divides every term of `self`.
    fn exact_quotient(self, other: DimExpr) -> Option<DimExpr> {
        if self == other {
            return Some(DimExpr::constant(1));
        }
        let (0, [(divisor, divisor_coefficient)]) = (other.0.constant, other.0.terms.as_slice()) else { return None };
        if self.0.constant != 0 {
            return None;
        }
        let mut terms = BTreeMap::new();
        let mut constant = 0;
        for (product, coefficient) in &self.0.terms {
            let mut rest = product.clone();
            for atom in divisor {
                rest.remove(rest.iter().position(|candidate| candidate == atom)?);
            }
            if coefficient % divisor_coefficient != 0 {
                return None;
            }
            match rest.is_empty() {
                true => constant = coefficient / divisor_coefficient,
                false => _ = terms.insert(rest, coefficient / divisor_coefficient),
            }
        }
        Some(DimExpr::from_terms(constant, terms))
    }

    /// Division that rounds up; `None` on division by zero or overflow.
    pub fn ceil_div(self, other: DimExpr) -> Option<DimExpr> {
        self.checked_add(other)?.checked_sub(DimExpr::constant(1))?.floor_div(other)
    }

    /// The remainder of floor division; `None` on division by zero or overflow.
    pub fn modulo(self, other: DimExpr) -> Option<DimExpr> {
        let quotient = self.floor_div(other)?;
        if let Some(divisor) = other.as_constant()
            && self.as_constant().is_none()
            && self.0.terms.iter().any(|(_, coefficient)| coefficient % divisor != 0)
        {
            return Some(DimExpr::atom(Atom::Operation(DimOp::Mod, self, other)));
        }
        match quotient
            .0
            .terms
            .iter()
            .any(|(product, _)| product.iter().any(|atom| matches!(atom, Atom::Operation(DimOp::FloorDiv, ..))))
        {
            true => Some(DimExpr::atom(Atom::Operation(DimOp::Mod, self, other))),
            false => self.checked_sub(quotient.checked_mul(other)?),
        }
    }

    /// The smaller of two.
    pub fn min(self, other: DimExpr) -> DimExpr {
        match self.checked_sub(other).and_then(DimExpr::as_constant) {
            Some(difference) => {
                if difference <= 0 {
                    self
                } else {
                    other
                }
            }
            None => DimExpr::atom(Atom::Operation(DimOp::Min, std::cmp::min(self, other), std::cmp::max(self, other))),
        }
    }

    /// The larger of two.
    pub fn max(self, other: DimExpr) -> DimExpr {
        match self.checked_sub(other).and_then(DimExpr::as_constant) {
            Some(difference) => {
                if difference >= 0 {
                    self
                } else {
                    other
                }
            }
            None if self.is_non_negative() && other.as_constant().is_some_and(|value| value <= 0) => self,
            None if other.is_non_negative() && self.as_constant().is_some_and(|value| value <= 0) => other,
            None => DimExpr::atom(Atom::Operation(DimOp::Max, std::cmp::min(self, other), std::cmp::max(self, other))),
        }
    }

    /// Whether it is certain that no assignment of extents makes this negative.
    pub fn is_non_negative(self) -> bool {
        self.0.constant >= 0
            && self
                .0
                .terms
                .iter()
                .all(|(product, coefficient)| *coefficient >= 0 && product.iter().all(Atom::is_non_negative))
    }

    /// Applies `op`; `None` on division by zero or overflow.
    pub fn apply(op: DimOp, left: DimExpr, right: DimExpr) -> Option<DimExpr> {
        match op {
            DimOp::FloorDiv => left.floor_div(right),
            DimOp::Mod => left.modulo(right),
            DimOp::Min => Some(left.min(right)),
            DimOp::Max => Some(left.max(right)),
        }
    }

    /// Evaluates bottom up.
    pub fn fold<V: DimVisitor>(self, visitor: &mut V) -> V::Output {
        let mut sum: Option<V::Output> = None;
        for (product, coefficient) in &self.0.terms {
            let mut term: Option<V::Output> = None;
            for atom in product {
                let factor = match atom {
                    Atom::Symbol(name) => visitor.symbol(*name),
                    Atom::Operation(op, left, right) => {
                        let (left, right) = (left.fold(visitor), right.fold(visitor));
                        visitor.operation(*op, left, right)
                    }
                };
                term = Some(match term {
                    Some(term) => visitor.multiply(term, factor),
                    None => factor,
                });
            }
            let term = term.expect("a term of a sum has at least one factor");
            let term = match coefficient {
                1 => term,
                _ => {
                    let coefficient = visitor.constant(*coefficient);
                    visitor.multiply(coefficient, term)
                }
            };
            sum = Some(match sum {
                Some(sum) => visitor.add(sum, term),
                None => term,
            });
        }
        match sum {
            Some(sum) if self.0.constant == 0 => sum,
            Some(sum) => {
                let constant = visitor.constant(self.0.constant);
                visitor.add(sum, constant)
            }
            None => visitor.constant(self.0.constant),
        }
    }

    /// The value under `values`; `None` if a symbol is missing, on overflow or on division by zero.
    pub fn evaluate(self, values: &SymbolValues) -> Option<i64> {
        struct Evaluate<'a>(&'a SymbolValues);
        impl DimVisitor for Evaluate<'_> {
            type Output = Option<i64>;
            fn constant(&mut self, value: i64) -> Option<i64> {
                Some(value)
            }
            fn symbol(&mut self, name: Name) -> Option<i64> {
                self.0.get(&name).copied()
            }
            fn add(&mut self, left: Option<i64>, right: Option<i64>) -> Option<i64> {
                left?.checked_add(right?)
            }
            fn multiply(&mut self, left: Option<i64>, right: Option<i64>) -> Option<i64> {
                left?.checked_mul(right?)
            }
            fn operation(&mut self, op: DimOp, left: Option<i64>, right: Option<i64>) -> Option<i64> {
                let (left, right) = (left?, right?);
                match op {
                    DimOp::FloorDiv => floor_div(left, right),
                    DimOp::Mod => left.checked_sub(floor_div(left, right)?.checked_mul(right)?),
                    DimOp::Min => Some(left.min(right)),
                    DimOp::Max => Some(left.max(right)),
                }
            }
        }
        self.fold(&mut Evaluate(values))
    }

    /// The expression with symbols replaced; symbols that `replace` does not know stay. `None` on overflow.
    pub fn substitute(self, replace: &dyn Fn(Name) -> Option<DimExpr>) -> Option<DimExpr> {
        struct Substitute<'a>(&'a dyn Fn(Name) -> Option<DimExpr>);
        impl DimVisitor for Substitute<'_> {
            type Output = Option<DimExpr>;
            fn constant(&mut self, value: i64) -> Option<DimExpr> {
                Some(DimExpr::constant(value))
            }
            fn symbol(&mut self, name: Name) -> Option<DimExpr> {
                Some((self.0)(name).unwrap_or_else(|| DimExpr::atom(Atom::Symbol(name))))
            }
            fn add(&mut self, left: Option<DimExpr>, right: Option<DimExpr>) -> Option<DimExpr> {
                left?.checked_add(right?)
            }
            fn multiply(&mut self, left: Option<DimExpr>, right: Option<DimExpr>) -> Option<DimExpr> {
                left?.checked_mul(right?)
            }
            fn operation(&mut self, op: DimOp, left: Option<DimExpr>, right: Option<DimExpr>) -> Option<DimExpr> {
                DimExpr::apply(op, left?, right?)
            }
        }
        self.fold(&mut Substitute(replace))
    }

    /// The symbols in it, in order of first appearance, without repeats.
    pub fn symbols(self) -> Vec<Name> {
        struct Collect(Vec<Name>);
        impl DimVisitor for Collect {
            type Output = ();
            fn constant(&mut self, _: i64) {}
            fn symbol(&mut self, name: Name) {
                if !self.0.contains(&name) {
                    self.0.push(name);
                }
            }
            fn add(&mut self, (): (), (): ()) {}
            fn multiply(&mut self, (): (), (): ()) {}
            fn operation(&mut self, _: DimOp, (): (), (): ()) {}
        }
        let mut collect = Collect(Vec::new());
        self.fold(&mut collect);
        collect.0
    }
}

fn floor_div(left: i64, right: i64) -> Option<i64> {
    let quotient = left.checked_div(right)?;
    Some(if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

impl Atom {
    fn is_non_negative(&self) -> bool {
        match self {
            Atom::Symbol(_) => true,
            Atom::Operation(DimOp::FloorDiv, left, right) => left.is_non_negative() && right.is_non_negative(),
            Atom::Operation(DimOp::Mod, _, right) => right.is_non_negative(),
            Atom::Operation(DimOp::Min, left, right) => left.is_non_negative() && right.is_non_negative(),
            Atom::Operation(DimOp::Max, left, right) => left.is_non_negative() || right.is_non_negative(),
        }
    }
}

/// Parseable text: `2 * H + 1`, `(W - 1) floordiv 2 + 1`, `min(A, B)`.
impl fmt::Display for DimExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (product, coefficient) in &self.0.terms {
            let sign = match (first, *coefficient < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            f.write_str(sign)?;
            first = false;
            let magnitude = coefficient.unsigned_abs();
            if magnitude != 1 {
                write!(f, "{magnitude} * ")?;
            }
            // After a leading minus, `-(a floordiv b)` must not read as `(-a) floordiv b`.
            let alone = product.len() == 1 && magnitude == 1 && sign != "-";
            for (index, atom) in product.iter().enumerate() {
                if index > 0 {
                    f.write_str(" * ")?;
                }
                atom.write(f, alone)?;
            }
        }
        match self.0.constant {
            value if first => write!(f, "{value}"),
            0 => Ok(()),
            value if value < 0 => write!(f, " - {}", value.unsigned_abs()),
            value => write!(f, " + {value}"),
        }
    }
}

impl Atom {
    fn write(&self, f: &mut fmt::Formatter<'_>, alone: bool) -> fmt::Result {
        match self {
            Atom::Symbol(name) => write_symbol(f, *name),
            Atom::Operation(DimOp::Min, left, right) => write!(f, "min({left}, {right})"),
            Atom::Operation(DimOp::Max, left, right) => write!(f, "max({left}, {right})"),
            Atom::Operation(op, left, right) => {
                let word = if *op == DimOp::Mod { "mod" } else { "floordiv" };
                if !alone {
                    f.write_str("(")?;
                }
                write_operand(f, *left)?;
                write!(f, " {word} ")?;
                write_operand(f, *right)?;
                if !alone { f.write_str(")") } else { Ok(()) }
            }
        }
    }
}

fn write_operand(f: &mut fmt::Formatter<'_>, expr: DimExpr) -> fmt::Result {
    let simple = expr.as_symbol().is_some() || expr.as_constant().is_some_and(|value| value >= 0);
    if simple { write!(f, "{expr}") } else { write!(f, "({expr})") }
}

/// A symbol that is not an identifier (or is a word of the notation) stands in quotes.
fn write_symbol(f: &mut fmt::Formatter<'_>, name: Name) -> fmt::Result {
    let text = name.as_str();
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        && !matches!(text, "floordiv" | "mod" | "min" | "max");
    if plain { f.write_str(text) } else { crate::attribute::write_string(f, text.as_bytes()) }
}

impl fmt::Debug for DimExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Static(value) => write!(f, "{value}"),
            Dim::Symbolic(expr) => write!(f, "{expr}"),
            Dim::Unknown => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(name: &str) -> DimExpr {
        DimExpr::symbol(name)
    }

    fn c(value: i64) -> DimExpr {
        DimExpr::constant(value)
    }

    #[test]
    fn sums_are_canonical() {
        let (h, w) = (s("H"), s("W"));
        let left = h.checked_add(w).and_then(|e| e.checked_mul(c(2))).expect("small");
        let right = w.checked_add(w).and_then(|e| e.checked_add(h)).and_then(|e| e.checked_add(h)).expect("small");
        assert_eq!(left, right);
        assert_eq!(left.checked_sub(right).and_then(DimExpr::as_constant), Some(0));
        assert_eq!(left.to_string(), "2 * H + 2 * W");
    }

    #[test]
    fn division_extracts_multiples() {
        let w = s("W");
        let e = w.checked_mul(c(4)).and_then(|e| e.checked_add(c(3))).expect("small");
        assert_eq!(e.floor_div(c(2)).expect("positive").to_string(), "2 * W + 1");
        let down = |e: DimExpr| e.checked_sub(c(1)).and_then(|e| e.floor_div(c(2))).and_then(|e| e.checked_add(c(1)));
        let half = down(w).expect("positive");
        assert_eq!(half.to_string(), "(W + 1) floordiv 2");
        assert_eq!(down(half).expect("positive").to_string(), "(W + 3) floordiv 4");
    }

    #[test]
    fn exact_quotients_cancel() {
        let area = s("H").checked_mul(s("W")).and_then(|e| e.checked_mul(c(6))).expect("small");
        assert_eq!(area.floor_div(s("W")).expect("exact").to_string(), "6 * H");
        assert_eq!(area.modulo(s("W")).and_then(DimExpr::as_constant), Some(0));
    }

    #[test]
    fn evaluation_agrees_with_arithmetic() {
        let e = s("W").checked_add(c(5)).and_then(|e| e.floor_div(c(3))).expect("positive");
        for w in 0..20 {
            assert_eq!(e.evaluate(&[(Name::new("W"), w)].into_iter().collect()), Some((w + 5) / 3));
        }
        assert_eq!(e.evaluate(&SymbolValues::default()), None);
    }
}
