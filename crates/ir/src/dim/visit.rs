//! Walks over expressions: values, replacement of symbols, the symbols themselves.

use super::arithmetic::floor_div;
use super::{Atom, DimExpr, DimOp, SymbolValues};
use crate::intern::Name;

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
    fn evaluation_agrees_with_arithmetic() {
        let e = s("W").checked_add(c(5)).and_then(|e| e.floor_div(c(3))).expect("positive");
        for w in 0..20 {
            assert_eq!(e.evaluate(&[(Name::new("W"), w)].into_iter().collect()), Some((w + 5) / 3));
        }
        assert_eq!(e.evaluate(&SymbolValues::default()), None);
    }
}
