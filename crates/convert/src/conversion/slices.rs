//! Which part of an axis a slice takes.

use super::extent::{add, constant, is_less, maximum, minimum, subtract};
use kiln_ir::DimExpr;

/// Beyond this a bound means "to the end", whatever the extent.
const UNBOUNDED: i64 = i32::MAX as i64 - 1;

/// First index and number of elements of a slice of an axis of `extent`.
pub(crate) fn bounds(extent: DimExpr, start: DimExpr, end: DimExpr, step: i64) -> Result<(DimExpr, DimExpr), String> {
    if step == 0 {
        return Err("a step is 0".into());
    }
    // Downwards, an index may be one before the first.
    let (low, high) = if step > 0 { (constant(0), extent) } else { (constant(-1), subtract(extent, constant(1))?) };
    let start = resolve(extent, start, if step > 0 { low } else { constant(0) }, high)?;
    let end = resolve(extent, end, low, high)?;
    let span = if step > 0 { subtract(end, start)? } else { subtract(start, end)? };
    let length = span.ceil_div(constant(step.saturating_abs())).ok_or("a step overflows")?;
    let length = maximum(length, constant(0));
    match length.as_constant() {
        Some(0) => Ok((constant(0), length)),
        _ => Ok((start, length)),
    }
}

/// An index counted from 0 and clamped; a negative one counts from the end.
fn resolve(extent: DimExpr, index: DimExpr, low: DimExpr, high: DimExpr) -> Result<DimExpr, String> {
    match index.as_constant() {
        Some(index) if index >= UNBOUNDED => return Ok(high),
        Some(index) if index <= -UNBOUNDED => return Ok(low),
        _ => {}
    }
    let index = if is_less(index, constant(0)) == Some(true) { add(index, extent)? } else { index };
    Ok(minimum(maximum(index, low), high))
}
