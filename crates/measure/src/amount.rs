//! Sums of many products of extents.

use kiln_ir::{Dim, DimExpr, Type};
use rustc_hash::FxHashMap;

/// A sum that grows: one expression is made of it in the end, not one for each term.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Amount {
    constant: i64,
    symbolic: FxHashMap<DimExpr, i64>,
}

impl Amount {
    /// `factor` times the product of `dims`; `None` if an extent is unknown, or on overflow.
    pub fn product(factor: i64, dims: &[Dim]) -> Option<Amount> {
        let (mut factor, mut symbolic) = (factor, None::<DimExpr>);
        for dim in dims {
            match *dim {
                Dim::Static(extent) => factor = factor.checked_mul(i64::try_from(extent).ok()?)?,
                Dim::Symbolic(expr) => {
                    symbolic = Some(match symbolic {
                        Some(product) => product.checked_mul(expr)?,
                        None => expr,
                    });
                }
                Dim::Unknown => return None,
            }
        }
        Some(match symbolic {
            Some(product) if factor != 0 => Amount { constant: 0, symbolic: [(product, factor)].into_iter().collect() },
            Some(_) => Amount::default(),
            None => Amount { constant: factor, symbolic: FxHashMap::default() },
        })
    }

    /// The bytes of a tensor; `None` if it is none, or an extent is unknown.
    pub fn bytes(ty: Type) -> Option<Amount> {
        let size = ty.element().map_or(1, |element| element.byte_size().max(1));
        Amount::product(i64::try_from(size).ok()?, &ty.as_tensor()?.shape)
    }

    /// Adds `other`; `None` on overflow.
    pub fn add(&mut self, other: &Amount) -> Option<()> {
        self.constant = self.constant.checked_add(other.constant)?;
        for (&product, &factor) in &other.symbolic {
            let sum = self.symbolic.entry(product).or_insert(0);
            *sum = sum.checked_add(factor)?;
        }
        Some(())
    }

    /// `factor` times as much, nothing if that is negative; `None` on overflow.
    pub fn times(&self, factor: DimExpr) -> Option<Amount> {
        let mut product = Amount::default();
        match factor.as_constant().map(|factor| factor.max(0)) {
            Some(factor) => {
                product.constant = self.constant.checked_mul(factor)?;
                for (&term, &count) in self.symbolic.iter().filter(|_| factor != 0) {
                    product.symbolic.insert(term, count.checked_mul(factor)?);
                }
            }
            None => {
                for (&term, &count) in &self.symbolic {
                    product.add(&Amount {
                        constant: 0,
                        symbolic: [(term.checked_mul(factor)?, count)].into_iter().collect(),
                    })?;
                }
                if self.constant != 0 {
                    product.add(&Amount { constant: 0, symbolic: [(factor, self.constant)].into_iter().collect() })?;
                }
            }
        }
        Some(product)
    }

    /// The sum of `amounts`; `None` on overflow, or if there is none of one.
    pub fn sum(amounts: impl IntoIterator<Item = Option<Amount>>) -> Option<Amount> {
        let mut sum = Amount::default();
        for amount in amounts {
            sum.add(&amount?)?;
        }
        Some(sum)
    }

    /// As one expression; `None` on overflow.
    pub fn to_expr(&self) -> Option<DimExpr> {
        let mut terms: Vec<(DimExpr, i64)> =
            self.symbolic.iter().map(|(&product, &factor)| (product, factor)).collect();
        // Sums are canonical; in a fixed order, so are the expressions made on the way.
        terms.sort_unstable();
        let term = |sum: DimExpr, (product, factor): (DimExpr, i64)| {
            sum.checked_add(product.checked_mul(DimExpr::constant(factor))?)
        };
        terms.into_iter().try_fold(DimExpr::constant(self.constant), term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_products_are_one_expression() {
        let (n, h) = (Dim::symbol("N"), Dim::symbol("H"));
        let amounts = [
            Amount::product(4, &[n, Dim::Static(3), h]),
            Amount::product(2, &[h, n]),
            Amount::product(4, &[Dim::Static(5)]),
            Amount::product(7, &[Dim::Static(0), n]),
        ];
        let sum = Amount::sum(amounts).and_then(|sum| sum.to_expr());
        assert_eq!(sum.map(|sum| sum.to_string()).as_deref(), Some("14 * H * N + 20"));
    }

    #[test]
    fn amounts_are_multiplied_by_rounds() {
        let n = Dim::symbol("N");
        let sum = Amount::sum([Amount::product(4, &[n, Dim::Static(3)]), Amount::product(2, &[Dim::Static(5)])]);
        let times = |factor| sum.as_ref()?.times(factor)?.to_expr().map(|product| product.to_string());
        assert_eq!(times(DimExpr::symbol("T")).as_deref(), Some("12 * N * T + 10 * T"));
        assert_eq!(times(DimExpr::constant(3)).as_deref(), Some("36 * N + 30"));
        assert_eq!(times(DimExpr::constant(-1)).as_deref(), Some("0"));
    }

    #[test]
    fn what_is_not_known_is_no_number() {
        assert_eq!(Amount::product(4, &[Dim::Unknown]), None);
        assert_eq!(Amount::product(i64::MAX, &[Dim::Static(2)]), None);
        assert_eq!(Amount::sum([Some(Amount::default()), None]), None);
    }
}
