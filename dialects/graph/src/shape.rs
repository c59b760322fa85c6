//! What inference shares: arithmetic on extents, broadcasting, axes, access to operand types.

use kiln_ir::{Dim, DimExpr, TensorType, Type};

/// The shape that all of `shapes` stretch to.
///
/// Shapes are aligned at their last axes; a missing axis and an extent of 1 stretch. Two symbolic extents must be the
/// same expression, and a symbolic extent meets no static one but 1.
///
/// # Errors
/// Which extents do not go together, in one sentence.
pub fn broadcast_shapes(shapes: &[&[Dim]]) -> Result<Vec<Dim>, String> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut result = vec![Dim::Static(1); rank];
    for shape in shapes {
        let offset = rank - shape.len();
        for (axis, &dim) in shape.iter().enumerate() {
            let place = &mut result[offset + axis];
            if place.is(1) {
                *place = dim;
            } else if *place != dim && !dim.is(1) {
                let shown: Vec<String> = shapes.iter().map(|shape| show(shape)).collect();
                let list = shown.join(" and ");
                return Err(format!(
                    "operands of shape {list} do not broadcast: axis {} from the end is {place} and {dim}",
                    shape.len() - axis
                ));
            }
        }
    }
    Ok(result)
}

/// The axis that `axis` means in a tensor of `rank` axes: a negative one counts from the end.
///
/// # Errors
/// When there is no such axis.
pub fn normalize_axis(axis: i64, rank: usize) -> Result<usize, String> {
    let place = usize::try_from(axis.unsigned_abs()).ok();
    let normalized = if axis < 0 { place.and_then(|back| rank.checked_sub(back)) } else { place };
    normalized
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("axis {axis} is not an axis of a tensor of rank {rank}"))
}

/// The number of elements of a shape as an expression.
///
/// # Errors
/// When an extent is unknown or the product overflows.
pub fn element_count(shape: &[Dim]) -> Result<DimExpr, String> {
    shape.iter().try_fold(DimExpr::constant(1), |count, &dim| multiply(count, expr(dim)?))
}

/// The extents as text: `[N, 3, 224]`.
pub(crate) fn show(shape: &[Dim]) -> String {
    format!("[{}]", shape.iter().map(Dim::to_string).collect::<Vec<_>>().join(", "))
}

/// The tensor type of operand number `index`.
pub(crate) fn tensor(operands: &[Type], index: usize) -> Result<&'static TensorType, String> {
    operands.get(index).and_then(|ty| ty.as_tensor()).ok_or_else(|| {
        let found = operands.get(index).map_or_else(|| "missing".to_owned(), Type::to_string);
        format!("operand #{index} must be a ranked tensor, not {found}")
    })
}

/// The type with `axis` replaced.
pub(crate) fn with_extent(ty: &TensorType, axis: usize, extent: Dim) -> Type {
    let mut shape = ty.shape.clone();
    shape[axis] = extent;
    Type::tensor(&shape, ty.element)
}

/// The expression of an extent.
pub(crate) fn expr(dim: Dim) -> Result<DimExpr, String> {
    dim.expr().ok_or_else(|| "an extent is unknown: the graph dialect takes static and symbolic ones".to_owned())
}

/// The extent of an expression.
pub(crate) fn dim(expr: DimExpr) -> Result<Dim, String> {
    match Dim::from_expr(expr) {
        Dim::Unknown => Err(format!("an extent would be negative: {expr}")),
        dim => Ok(dim),
    }
}

/// The sum of two expressions.
pub(crate) fn add(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_add(right).ok_or_else(overflow)
}

/// The difference of two expressions.
pub(crate) fn subtract(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_sub(right).ok_or_else(overflow)
}

/// The product of two expressions.
pub(crate) fn multiply(left: DimExpr, right: DimExpr) -> Result<DimExpr, String> {
    left.checked_mul(right).ok_or_else(overflow)
}

/// The quotient by a positive number, rounded down.
pub(crate) fn floor_divide(left: DimExpr, by: i64) -> DimExpr {
    assert!(by > 0, "strides and groups are positive");
    left.floor_div(constant(by)).expect("a positive divisor neither is zero nor overflows")
}

/// A constant expression.
pub(crate) fn constant(value: i64) -> DimExpr {
    DimExpr::constant(value)
}

/// Whether two expressions differ whatever the symbols are.
pub(crate) fn certainly_differ(left: DimExpr, right: DimExpr) -> bool {
    left.checked_sub(right).and_then(DimExpr::as_constant).is_some_and(|difference| difference != 0)
}

/// A tensor of type `ty` may be a part of a row-major tensor of extents `within`.
pub(crate) fn verify_within(within: &[Dim], ty: Type) -> Result<(), String> {
    let Some(tensor) = ty.as_tensor() else { return Ok(()) };
    let is_too_large = |(part, whole): (&Dim, &Dim)| {
        let room = whole.expr().zip(part.expr()).and_then(|(whole, part)| whole.checked_sub(part));
        room.and_then(DimExpr::as_constant).is_some_and(|room| room < 0)
    };
    if within.len() != tensor.rank() || tensor.shape.iter().zip(within).any(is_too_large) {
        return Err(format!("a tensor of shape {} is no part of one of shape {}", show(&tensor.shape), show(within)));
    }
    Ok(())
}

fn overflow() -> String {
    "an extent overflows 64 bits".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_broadcast_from_the_right() {
        let (n, one) = (Dim::symbol("N"), Dim::Static(1));
        let check = |shapes: &[&[Dim]], expected: Result<&[Dim], &str>| {
            let found = broadcast_shapes(shapes);
            assert_eq!(found.as_deref().map_err(String::as_str), expected);
        };
        check(&[&[n, Dim::Static(3)], &[Dim::Static(3)]], Ok(&[n, Dim::Static(3)]));
        check(&[&[n, one], &[one, Dim::Static(4)]], Ok(&[n, Dim::Static(4)]));
        check(&[&[], &[n]], Ok(&[n]));
        check(&[&[Dim::Static(0)], &[one]], Ok(&[Dim::Static(0)]));
        check(
            &[&[n], &[Dim::Static(4)]],
            Err("operands of shape [N] and [4] do not broadcast: axis 1 from the end is N and 4"),
        );
    }

    #[test]
    fn axes_count_from_both_ends() {
        assert_eq!(normalize_axis(-1, 3), Ok(2));
        assert_eq!(normalize_axis(2, 3), Ok(2));
        assert_eq!(normalize_axis(-4, 3), Err("axis -4 is not an axis of a tensor of rank 3".into()));
        assert!(normalize_axis(0, 0).is_err());
        assert!(normalize_axis(i64::MIN, 2).is_err());
    }

    #[test]
    fn operands_are_tensors() {
        let operands = [Type::tensor(&[Dim::Static(2)], Type::f32()), Type::index()];
        assert!(tensor(&operands, 0).is_ok_and(|ty| ty.rank() == 1));
        assert_eq!(tensor(&operands, 1).err().as_deref(), Some("operand #1 must be a ranked tensor, not index"));
        assert_eq!(tensor(&operands, 2).err().as_deref(), Some("operand #2 must be a ranked tensor, not missing"));
    }

    #[test]
    fn element_counts_are_symbolic() {
        let shape = [Dim::symbol("N"), Dim::Static(6)];
        assert_eq!(element_count(&shape).map(|count| count.to_string()), Ok("6 * N".into()));
        assert!(element_count(&[Dim::Unknown]).is_err());
    }
}
