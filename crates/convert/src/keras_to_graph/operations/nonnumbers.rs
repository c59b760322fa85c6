//! Operations of `keras.ops` that leave out what is no number.

use super::super::call::{Call, Row, plain};
use super::reductions::{accumulated, along, kept, reduced_axes, summable};
use crate::conversion::emit::attribute;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Nansum", |call| reduce(call, "graph.reduce_sum", 0.0)),
    plain("ops.Nanprod", |call| reduce(call, "graph.reduce_product", 1.0)),
    plain("ops.Nanmax", |call| extreme(call, "graph.reduce_max")),
    plain("ops.Nanmin", |call| extreme(call, "graph.reduce_min")),
    plain("ops.Nanmean", |call| {
        let x = call.first_float()?;
        let axes = reduced_axes(call, x)?;
        let mean = mean(call, x, &axes)?;
        Ok(vec![kept(call, mean, &axes)?])
    }),
    plain("ops.Nanvar", |call| {
        let x = call.first_float()?;
        Ok(vec![variance(call, x)?])
    }),
    plain("ops.Nanstd", |call| {
        let x = call.first_float()?;
        let variance = variance(call, x)?;
        Ok(vec![call.unary("graph.sqrt", variance)?])
    }),
    plain("ops.Nancumsum", |call| accumulate(call, "graph.cumulative_sum", 0.0)),
    plain("ops.Nancumprod", |call| accumulate(call, "graph.cumulative_product", 1.0)),
    plain("ops.Nanargmax", |call| extreme_place(call, "graph.arg_max")),
    plain("ops.Nanargmin", |call| extreme_place(call, "graph.arg_min")),
];

/// Whether elements are numbers, and `otherwise` in place of those that are none.
pub(super) fn without(call: &mut Call, x: Tracked, otherwise: f64) -> Result<(Tracked, Tracked), String> {
    let element = call.element(x);
    let is_nan = call.unary("graph.is_nan", x)?;
    let value = call.scalar(element, otherwise)?;
    let numbers = call.select(is_nan, value, x)?;
    Ok((call.unary("graph.not", is_nan)?, numbers))
}

fn reduce(call: &mut Call, op: &str, otherwise: f64) -> Results {
    let mut x = call.first()?;
    if call.element(x).is_float() {
        x = without(call, x, otherwise)?.1;
    }
    let x = summable(call, x)?;
    let axes = reduced_axes(call, x)?;
    let reduced = call.reduce(op, x, &axes)?;
    Ok(vec![kept(call, reduced, &axes)?])
}

/// The largest or smallest number; where there is none, that is the result.
fn extreme(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let axes = reduced_axes(call, x)?;
    if !call.element(x).is_float() {
        let reduced = call.reduce(op, x, &axes)?;
        return Ok(vec![kept(call, reduced, &axes)?]);
    }
    let element = call.element(x);
    let otherwise = if op == "graph.reduce_max" { f64::NEG_INFINITY } else { f64::INFINITY };
    let (are_numbers, numbers) = without(call, x, otherwise)?;
    let reduced = call.reduce(op, numbers, &axes)?;
    let ones = call.cast(are_numbers, ElementType::U8)?;
    let any = call.reduce("graph.reduce_max", ones, &axes)?;
    let any = call.cast(any, ElementType::I1)?;
    let nothing = call.scalar(element, f64::NAN)?;
    let reduced = call.select(any, reduced, nothing)?;
    Ok(vec![kept(call, reduced, &axes)?])
}

/// The mean of the numbers, with the axes kept.
fn mean(call: &mut Call, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let element = call.element(x);
    let (are_numbers, numbers) = without(call, x, 0.0)?;
    let ones = call.cast(are_numbers, element)?;
    let (sum, count) = (call.reduce("graph.reduce_sum", numbers, axes)?, call.reduce("graph.reduce_sum", ones, axes)?);
    call.binary("graph.divide", sum, count)
}

fn variance(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let axes = reduced_axes(call, x)?;
    let centre = mean(call, x, &axes)?;
    let centred = call.binary("graph.subtract", x, centre)?;
    let squares = call.binary("graph.multiply", centred, centred)?;
    let variance = mean(call, squares, &axes)?;
    kept(call, variance, &axes)
}

fn accumulate(call: &mut Call, op: &str, otherwise: f64) -> Results {
    let mut x = call.first()?;
    if call.element(x).is_float() {
        x = without(call, x, otherwise)?.1;
    }
    let x = match call.element_at(2, "dtype")? {
        Some(element) => call.cast(x, element)?,
        None if call.element(x) == ElementType::I1 => call.cast(x, ElementType::I32)?,
        None => x,
    };
    let (x, axis) = along(call, x, 1)?;
    Ok(vec![accumulated(call, op, x, axis)?])
}

/// Where the largest or smallest number is; -1 where there is none.
fn extreme_place(call: &mut Call, op: &str) -> Results {
    let x = call.first_float()?;
    let rank = call.rank(x);
    let (x, axis) = along(call, x, 1)?;
    let otherwise = if op == "graph.arg_max" { f64::NEG_INFINITY } else { f64::INFINITY };
    let (are_numbers, numbers) = without(call, x, otherwise)?;
    let place = call.emit(op, &[numbers], &[("axis", attribute(axis as i64)), ("select_last", attribute(false))])?;
    let place = call.cast(place, ElementType::I32)?;
    let ones = call.cast(are_numbers, ElementType::U8)?;
    let any = call.reduce("graph.reduce_max", ones, &[axis])?;
    let any = call.cast(any, ElementType::I1)?;
    let nowhere = call.scalar(ElementType::I32, -1.0)?;
    let place = call.select(any, place, nowhere)?;
    match (call.is_set("keepdims", false), call.integer_at(1, "axis")) {
        (true, Some(_)) => Ok(vec![place]),
        (true, None) => Ok(vec![call.reshape(place, &vec![kiln_ir::Dim::Static(1); rank])?]),
        (false, _) => Ok(vec![call.drop_axes(place, &[axis])?]),
    }
}
