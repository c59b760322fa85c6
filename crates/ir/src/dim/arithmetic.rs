//! Arithmetic on expressions: every result is in canonical form.

use super::{Atom, DimExpr, DimOp, Sum};
use std::collections::BTreeMap;

impl DimExpr {
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
        match (self.is_at_most(other, DEPTH), other.is_at_most(self, DEPTH)) {
            (true, _) => self,
            (_, true) => other,
            _ => DimExpr::atom(Atom::Operation(DimOp::Min, std::cmp::min(self, other), std::cmp::max(self, other))),
        }
    }

    /// The larger of two.
    pub fn max(self, other: DimExpr) -> DimExpr {
        match (other.is_at_most(self, DEPTH), self.is_at_most(other, DEPTH)) {
            (true, _) => self,
            (_, true) => other,
            _ => DimExpr::atom(Atom::Operation(DimOp::Max, std::cmp::min(self, other), std::cmp::max(self, other))),
        }
    }

    /// Whether it is certain that this is no more than `other`, as far as `depth` minima and maxima in one another tell.
    fn is_at_most(self, other: DimExpr, depth: usize) -> bool {
        if other.checked_sub(self).is_some_and(DimExpr::is_non_negative) {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        let by_own = match self.as_operation() {
            Some((DimOp::Min, left, right)) => left.is_at_most(other, depth) || right.is_at_most(other, depth),
            Some((DimOp::Max, left, right)) => left.is_at_most(other, depth) && right.is_at_most(other, depth),
            _ => false,
        };
        by_own
            || match other.as_operation() {
                Some((DimOp::Min, left, right)) => self.is_at_most(left, depth) && self.is_at_most(right, depth),
                Some((DimOp::Max, left, right)) => self.is_at_most(left, depth) || self.is_at_most(right, depth),
                _ => false,
            }
    }

    /// The operation, if the expression is one and no more.
    fn as_operation(self) -> Option<(DimOp, DimExpr, DimExpr)> {
        match self.0.terms.as_slice() {
            [(product, 1)] if self.0.constant == 0 => match product.as_slice() {
                &[Atom::Operation(op, left, right)] => Some((op, left, right)),
                _ => None,
            },
            _ => None,
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
}

/// How many minima and maxima in one another are looked into.
const DEPTH: usize = 6;

/// The quotient rounded down; `None` on division by zero or overflow.
pub(super) fn floor_div(left: i64, right: i64) -> Option<i64> {
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
    fn extremes_within_extremes_are_seen_through() {
        let (n, m) = (s("N"), s("M"));
        let limited = n.min(c(512));
        assert_eq!(n.max(limited), n);
        assert_eq!(limited.min(n), limited);
        assert_eq!(n.max(m).max(m), n.max(m));
        assert_eq!(n.min(m).max(n.max(m)), n.max(m));
        assert_eq!(limited.max(m).to_string(), "max(M, min(N, 512))");
    }

    #[test]
    fn exact_quotients_cancel() {
        let area = s("H").checked_mul(s("W")).and_then(|e| e.checked_mul(c(6))).expect("small");
        assert_eq!(area.floor_div(s("W")).expect("exact").to_string(), "6 * H");
        assert_eq!(area.modulo(s("W")).and_then(DimExpr::as_constant), Some(0));
    }
}
