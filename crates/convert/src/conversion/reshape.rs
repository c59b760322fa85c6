//! Shapes that are asked for with an extent left open.

use super::extent::{constant, dim, element_count, floor_divide, is_less, show};
use kiln_ir::{Dim, DimExpr};

/// The shape that `target` asks for: 0 takes the operand's extent, -1 what is left.
pub(crate) fn reshape_shape(from: &[Dim], target: &[DimExpr], zero_is_zero: bool) -> Result<Vec<Dim>, String> {
    let mut shape = Vec::with_capacity(target.len());
    let mut inferred = None;
    for (axis, &extent) in target.iter().enumerate() {
        shape.push(match extent.as_constant() {
            Some(0) if !zero_is_zero => *from.get(axis).ok_or_else(|| format!("axis {axis} has no extent to copy"))?,
            Some(-1) if inferred.is_some() => return Err("more than one extent of the shape is -1".into()),
            Some(-1) => {
                inferred = Some(axis);
                Dim::Static(1)
            }
            _ if is_less(extent, constant(0)) == Some(true) => return Err(format!("extent {extent} cannot be")),
            _ => dim(extent)?,
        });
    }
    if let Some(axis) = inferred {
        let others: Vec<Dim> =
            shape.iter().enumerate().filter(|(other, _)| *other != axis).map(|(_, dim)| *dim).collect();
        shape[axis] = remaining_extent(from, &others)?;
    }
    Ok(shape)
}

/// The elements of `from` divided by those of `others`; extents that are in both cancel first.
fn remaining_extent(from: &[Dim], others: &[Dim]) -> Result<Dim, String> {
    let mut numerators: Vec<Dim> = from.to_vec();
    let mut denominators = Vec::new();
    for &other in others {
        match numerators.iter().position(|&extent| extent == other && !extent.is(0)) {
            Some(position) => _ = numerators.swap_remove(position),
            None => denominators.push(other),
        }
    }
    let (numerator, denominator) = (element_count(&numerators)?, element_count(&denominators)?);
    let rest = numerator.modulo(denominator).and_then(DimExpr::as_constant);
    match rest {
        Some(rest) if rest != 0 => {
            Err(format!("a tensor of shape {} has no extent that goes with {}", show(from), show(others)))
        }
        _ => dim(floor_divide(numerator, denominator)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let (n, s) = (Dim::symbol("N"), Dim::symbol("S"));
        let check = |from: &[Dim], target: &[i64], expected: Result<&str, &str>| {
            let target: Vec<DimExpr> = target.iter().map(|&value| constant(value)).collect();
            let shape = reshape_shape(from, &target, false).map(|shape| show(&shape));
            assert_eq!(shape.as_deref().map_err(String::as_str), expected);
        };
        let six = Dim::Static(6);
        check(&[n, six, s], &[0, -1], Ok("[N, 6 * S]"));
        check(&[n, six, s], &[-1, 3], Ok("[2 * N * S, 3]"));
        check(&[six], &[4, -1], Err("a tensor of shape [6] has no extent that goes with [4]"));
        check(&[six], &[-1, -1], Err("more than one extent of the shape is -1"));
        check(&[six], &[6, 0], Err("axis 1 has no extent to copy"));
        check(&[six], &[-2], Err("extent -2 cannot be"));
    }

    #[test]
    fn symbolic_targets_cancel() {
        let n = DimExpr::symbol("N");
        let shape = reshape_shape(&[Dim::symbol("N"), Dim::Static(8)], &[n, constant(2), constant(-1)], false);
        assert_eq!(shape.map(|shape| show(&shape)).as_deref(), Ok("[N, 2, 4]"));
    }
}
