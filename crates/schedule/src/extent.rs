//! Arithmetic on extents of kernels. Importers reject models whose sizes overflow, so these do not fail.

use kiln_ir::DimExpr;

const OVERFLOW: &str = "extents of a kernel do not overflow";

/// A constant.
pub fn constant(value: usize) -> DimExpr {
    DimExpr::constant(i64::try_from(value).expect(OVERFLOW))
}

/// The sum.
pub fn add(left: DimExpr, right: DimExpr) -> DimExpr {
    left.checked_add(right).expect(OVERFLOW)
}

/// The product.
pub fn multiply(left: DimExpr, right: DimExpr) -> DimExpr {
    left.checked_mul(right).expect(OVERFLOW)
}

/// The quotient, rounded down; `divisor` is positive.
pub fn divide(left: DimExpr, divisor: DimExpr) -> DimExpr {
    left.floor_div(divisor).expect(OVERFLOW)
}

/// The quotient, rounded up; `divisor` is positive.
pub fn divide_up(left: DimExpr, divisor: DimExpr) -> DimExpr {
    left.ceil_div(divisor).expect(OVERFLOW)
}

/// `extent`, or 1 if it is zero: a divisor.
pub fn at_least_one(extent: DimExpr) -> DimExpr {
    extent.max(DimExpr::constant(1))
}

/// The size of equal blocks that cover `extent`, none larger than `most` (which is positive).
///
/// 1 where `extent` is zero.
pub fn balanced_block(extent: DimExpr, most: DimExpr) -> DimExpr {
    let blocks = at_least_one(divide_up(extent, most));
    at_least_one(divide_up(extent, blocks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_balanced() {
        let block = |extent, most| balanced_block(constant(extent), constant(most)).as_constant();
        assert_eq!(block(56, 20), Some(19));
        assert_eq!(block(20, 20), Some(20));
        assert_eq!(block(21, 20), Some(11));
        assert_eq!(block(0, 20), Some(1));
    }
}
