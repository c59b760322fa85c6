//! Arithmetic on extents with errors in words, and what can be proved about them.
//!
//! Proofs take every symbol of an input to be at least 1: models are not exported for empty tensors, and where an extent
//! comes out negative for one, the compiled model says so at run time. Symbols that data gives may be 0.

use kiln_ir::{Dim, DimExpr};

/// What the symbol for the length of an input that is a sequence ends with.
pub(crate) const SEQUENCE_COUNT: &str = ".count";

/// What the symbol for the elements of all elements of an input that is a sequence ends with.
pub(crate) const SEQUENCE_TOTAL: &str = ".total";

/// Why an extent could not be computed.
pub(crate) const OVERFLOW: &str = "an extent overflows 64 bits";

pub(crate) fn constant(value: i64) -> DimExpr {
    DimExpr::constant(value)
}

pub(crate) fn add(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_add(right).ok_or_else(|| OVERFLOW.into())
}

pub(crate) fn subtract(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_sub(right).ok_or_else(|| OVERFLOW.into())
}

pub(crate) fn multiply(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_mul(right).ok_or_else(|| OVERFLOW.into())
}

pub(crate) fn floor_divide(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.floor_div(right).ok_or_else(|| "an extent is divided by zero".into())
}

/// The expression of a known extent.
pub(crate) fn expr(dim: Dim) -> Result<DimExpr, String> {
    dim.expr().ok_or_else(|| "an extent is not known".into())
}

/// The extent that an expression gives.
pub(crate) fn dim(expr: DimExpr) -> Result<Dim, String> {
    match Dim::from_expr(expr) {
        Dim::Unknown => Err(format!("an extent would be {expr}")),
        dim => Ok(dim),
    }
}

/// The number of elements.
pub(crate) fn element_count(shape: &[Dim]) -> Result<DimExpr, String> {
    shape.iter().try_fold(constant(1), |count, &dim| multiply(count, expr(dim)?))
}

/// The shape in words.
pub(crate) fn show(shape: &[Dim]) -> String {
    format!("[{}]", shape.iter().map(Dim::to_string).collect::<Vec<_>>().join(", "))
}

/// Whether `expr >= 0` for all symbols of at least 1, or 0 where data gives them; `false` is no proof of the contrary.
pub(crate) fn is_non_negative(expr: DimExpr) -> bool {
    let shifted = expr.substitute(&|name| match may_be_none(name.as_str()) {
        true => None,
        false => DimExpr::symbol(name.as_str()).checked_add(constant(1)),
    });
    expr.is_non_negative() || shifted.is_some_and(DimExpr::is_non_negative)
}

/// Whether a symbol may be 0: of what data gives, or of an input that is a sequence.
fn may_be_none(symbol: &str) -> bool {
    symbol.starts_with(kiln_graph::DATA_SYMBOL) || symbol.ends_with(SEQUENCE_COUNT) || symbol.ends_with(SEQUENCE_TOTAL)
}

/// Whether `left < right`, if that can be decided.
pub(crate) fn is_less(left: DimExpr, right: DimExpr) -> Option<bool> {
    let room = right.checked_sub(left)?;
    if is_non_negative(room.checked_sub(constant(1))?) {
        return Some(true);
    }
    is_non_negative(left.checked_sub(right)?).then_some(false)
}

/// Whether `left == right`, if that can be decided.
pub(crate) fn is_equal(left: DimExpr, right: DimExpr) -> Option<bool> {
    if left == right {
        return Some(true);
    }
    (is_less(left, right) == Some(true) || is_less(right, left) == Some(true)).then_some(false)
}

/// The smaller, simplified by what can be proved.
pub(crate) fn minimum(left: DimExpr, right: DimExpr) -> DimExpr {
    match (is_less(right, left), is_less(left, right)) {
        (Some(false), _) => left,
        (_, Some(false)) => right,
        _ => left.min(right),
    }
}

/// The larger, simplified by what can be proved.
pub(crate) fn maximum(left: DimExpr, right: DimExpr) -> DimExpr {
    match (is_less(left, right), is_less(right, left)) {
        (Some(false), _) => left,
        (_, Some(false)) => right,
        _ => left.max(right),
    }
}

/// The axis counted from 0.
pub(crate) fn normalize_axis(axis: i64, rank: usize) -> Result<usize, String> {
    let signed = rank as i64;
    let normalized = if axis < 0 { axis.checked_add(signed) } else { Some(axis) };
    match normalized {
        Some(axis) if (0..signed).contains(&axis) => Ok(axis as usize),
        _ => Err(format!("axis {axis} is out of range for rank {rank}")),
    }
}

/// Distinct axes counted from 0, sorted.
pub(crate) fn normalize_axes(axes: &[i64], rank: usize) -> Result<Vec<usize>, String> {
    let mut normalized = Vec::with_capacity(axes.len());
    for &axis in axes {
        normalized.push(normalize_axis(axis, rank)?);
    }
    normalized.sort_unstable();
    match normalized.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("axis {} is there twice", pair[0])),
        None => Ok(normalized),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs() {
        let n = DimExpr::symbol("N");
        let plus = |value| n.checked_add(constant(value)).expect("small");
        assert_eq!(is_equal(n, constant(-1)), Some(false));
        assert_eq!(is_equal(n, constant(1)), None);
        assert_eq!(is_less(n, plus(1)), Some(true));
        assert_eq!(maximum(plus(-1), constant(0)), plus(-1));
        assert_eq!(minimum(n, constant(1)), constant(1));
        assert_eq!(minimum(n, constant(5)).to_string(), "min(N, 5)");
    }

    #[test]
    fn axes() {
        assert_eq!(normalize_axes(&[-1, 0], 3), Ok(vec![0, 2]));
        assert!(normalize_axes(&[2, -1], 3).is_err());
        assert!(normalize_axis(i64::MIN, 3).is_err());
    }
}
