//! What an expression is at least and at most where some of its symbols are only known within bounds.

use super::{DimExpr, DimOp, DimVisitor};
use crate::intern::Name;

/// The least and the largest value, as expressions; `None` where there is no bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DimBounds {
    /// The least value.
    pub least: Option<DimExpr>,
    /// The largest value.
    pub most: Option<DimExpr>,
}

impl DimBounds {
    /// Exactly `expr`.
    pub fn exactly(expr: DimExpr) -> DimBounds {
        DimBounds { least: Some(expr), most: Some(expr) }
    }

    /// From 0 to `most`.
    pub fn up_to(most: Option<DimExpr>) -> DimBounds {
        DimBounds { least: Some(DimExpr::constant(0)), most }
    }

    fn is_exact(self) -> bool {
        self.least.is_some() && self.least == self.most
    }

    fn is_non_negative(self) -> bool {
        self.least.is_some_and(DimExpr::is_non_negative)
    }
}

impl DimExpr {
    /// The bounds of the expression where those of each symbol are what `of` says; a symbol that it does not know stands
    /// for itself. What cannot be bounded is not.
    pub fn bounds(self, of: &dyn Fn(Name) -> Option<DimBounds>) -> DimBounds {
        self.fold(&mut Bounds(of))
    }
}

struct Bounds<'a>(&'a dyn Fn(Name) -> Option<DimBounds>);

impl DimVisitor for Bounds<'_> {
    type Output = DimBounds;

    fn constant(&mut self, value: i64) -> DimBounds {
        DimBounds::exactly(DimExpr::constant(value))
    }

    fn symbol(&mut self, name: Name) -> DimBounds {
        (self.0)(name).unwrap_or_else(|| DimBounds::exactly(DimExpr::symbol(name.as_str())))
    }

    fn add(&mut self, left: DimBounds, right: DimBounds) -> DimBounds {
        let sum = |left: Option<DimExpr>, right: Option<DimExpr>| left?.checked_add(right?);
        DimBounds { least: sum(left.least, right.least), most: sum(left.most, right.most) }
    }

    fn multiply(&mut self, left: DimBounds, right: DimBounds) -> DimBounds {
        let product = |left: Option<DimExpr>, right: Option<DimExpr>| left?.checked_mul(right?);
        if left.is_exact() && right.is_exact() || left.is_non_negative() && right.is_non_negative() {
            return DimBounds { least: product(left.least, right.least), most: product(left.most, right.most) };
        }
        // A factor that is a negative number turns the bounds of the other around.
        let negative = |bounds: DimBounds| {
            bounds.is_exact() && bounds.most.and_then(DimExpr::as_constant).is_some_and(|value| value < 0)
        };
        match (negative(left), negative(right)) {
            (true, _) => DimBounds { least: product(left.least, right.most), most: product(left.least, right.least) },
            (_, true) => DimBounds { least: product(left.most, right.least), most: product(left.least, right.least) },
            _ => DimBounds { least: None, most: None },
        }
    }

    fn operation(&mut self, op: DimOp, left: DimBounds, right: DimBounds) -> DimBounds {
        let both = |left: Option<DimExpr>, right: Option<DimExpr>| DimExpr::apply(op, left?, right?);
        if left.is_exact() && right.is_exact() {
            return DimBounds { least: both(left.least, right.least), most: both(left.most, right.most) };
        }
        let zero = Some(DimExpr::constant(0));
        match op {
            DimOp::Max => {
                let least = both(left.least, right.least).or(left.least).or(right.least);
                DimBounds { least, most: both(left.most, right.most) }
            }
            DimOp::Min => {
                let most = both(left.most, right.most).or(left.most).or(right.most);
                DimBounds { least: both(left.least, right.least), most }
            }
            // A divisor is an extent: of 1 or more, or taken for 1.
            DimOp::FloorDiv if left.is_non_negative() => {
                let divisor = right.least.filter(|_| right.is_exact());
                let most = match divisor {
                    Some(divisor) => left.most.and_then(|most| most.floor_div(divisor)),
                    None => left.most,
                };
                DimBounds { least: zero, most }
            }
            DimOp::Mod => DimBounds { least: zero, most: right.most },
            DimOp::FloorDiv => match right.is_exact() && right.is_non_negative() {
                true => DimBounds { least: both(left.least, right.least), most: both(left.most, right.most) },
                false => DimBounds { least: None, most: None },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(text: DimExpr) -> Option<String> {
        let of = |name: Name| match name.as_str() {
            "k" => Some(DimBounds::up_to(Some(DimExpr::symbol("N")))),
            "free" => Some(DimBounds::up_to(None)),
            _ => None,
        };
        text.bounds(&of).most.map(|most| most.to_string())
    }

    #[test]
    fn the_largest_value() {
        let (k, n, free) = (DimExpr::symbol("k"), DimExpr::symbol("N"), DimExpr::symbol("free"));
        let c = DimExpr::constant;
        let sub = |left: DimExpr, right: DimExpr| left.checked_sub(right).expect("small");
        assert_eq!(most(k), Some("N".into()));
        assert_eq!(most(k.checked_mul(c(3)).expect("small")), Some("3 * N".into()));
        assert_eq!(most(sub(n, k)), Some("N".into()));
        assert_eq!(most(sub(k, c(4)).max(c(0))), Some("max(N - 4, 0)".into()));
        assert_eq!(most(free.min(n)), Some("N".into()));
        assert_eq!(most(free.checked_mul(n).expect("small")), None);
        assert_eq!(most(sub(n, free)), Some("N".into()));
        assert_eq!(most(k.floor_div(c(2)).expect("not zero")), Some("N floordiv 2".into()));
        assert_eq!(most(n.floor_div(k).expect("not zero")), Some("N".into()));
    }
}
