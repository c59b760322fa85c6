//! `x[...]`: parts of a tensor by numbers and slices.

use super::call::{Call, Row, entry, plain};
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, maximum, minimum, subtract};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, AttributeKind, Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[plain("ops.GetItem", get_item)];

fn get_item(call: &mut Call) -> Results {
    let mut x = call.first()?;
    let key = call.setting_at(1, "key").ok_or("indices that are tensors are not supported; keras.ops.take is")?;
    let items: Vec<Attribute> = match key.as_array() {
        Some(items) => items.to_vec(),
        None => vec![key],
    };
    let is_new = |item: &Attribute| matches!(item.kind(), AttributeKind::Unit);
    let is_rest = |item: &Attribute| item.as_str() == Some("...");
    let indexed = items.iter().filter(|item| !is_new(item) && !is_rest(item)).count();
    let skipped = call.rank(x).checked_sub(indexed).ok_or("there are more indices than axes")?;
    let mut axis = 0;
    for item in &items {
        if is_rest(item) {
            axis += skipped;
        } else if is_new(item) {
            let mut shape = call.shape(x).to_vec();
            shape.insert(axis, Dim::Static(1));
            x = call.reshape(x, &shape)?;
            axis += 1;
        } else if let Some(index) = item.as_i64() {
            x = pick(call, x, axis, index)?;
        } else {
            x = slice(call, x, axis, *item)?;
            axis += 1;
        }
    }
    Ok(vec![x])
}

/// The element at an index, which counts from the end if it is negative.
fn pick(call: &mut Call, x: Tracked, axis: usize, index: i64) -> Result<Tracked, String> {
    let extent = expr(*call.shape(x).get(axis).ok_or("there are more indices than axes")?)?;
    let place = if index < 0 { add(extent, constant(index))? } else { constant(index) };
    let part = call.slice_axis(x, axis, dim(place)?, Dim::Static(1))?;
    call.drop_axes(part, &[axis])
}

/// The elements of a slice: `{start, stop, step}`, of which each may be missing.
fn slice(call: &mut Call, x: Tracked, axis: usize, item: Attribute) -> Result<Tracked, String> {
    let number = |name: &str| entry(item, name).and_then(|value| value.as_i64());
    if !matches!(item.kind(), AttributeKind::Dictionary(_)) {
        return Err(format!("index {item} is not supported"));
    }
    let extent = expr(*call.shape(x).get(axis).ok_or("there are more indices than axes")?)?;
    let step = number("step").unwrap_or(1);
    if step == 0 {
        return Err("a slice has a step of 0".into());
    }
    // Counted from the end if negative, and within the axis.
    let bound = |index: i64, low: i64| -> Result<DimExpr, String> {
        let place = if index < 0 { add(extent, constant(index))? } else { constant(index) };
        let most = if low < 0 { subtract(extent, constant(1))? } else { extent };
        Ok(minimum(maximum(place, constant(low)), most))
    };
    let (start, length) = if step > 0 {
        let start = number("start").map_or(Ok(constant(0)), |start| bound(start, 0))?;
        let stop = number("stop").map_or(Ok(extent), |stop| bound(stop, 0))?;
        (start, subtract(stop, start)?)
    } else {
        let start = number("start").map_or_else(|| subtract(extent, constant(1)), |start| bound(start, -1))?;
        let stop = number("stop").map_or(Ok(constant(-1)), |stop| bound(stop, -1))?;
        (start, subtract(start, stop)?)
    };
    let count =
        maximum(length, constant(0)).ceil_div(constant(step.saturating_abs())).ok_or("a slice has a step of 0")?;
    let count = dim(count)?;
    if step == 1 {
        return call.slice_axis(x, axis, dim(start)?, count);
    }
    let mut shape = call.shape(x).to_vec();
    shape[axis] = count;
    let mut starts = vec![Dim::Static(0); shape.len()];
    starts[axis] = dim(start)?;
    let mut steps = vec![1i64; shape.len()];
    steps[axis] = step;
    let given = [("starts", dims_attribute(&starts)), ("steps", attribute(steps))];
    let element = call.element_type(x);
    call.emit_as("graph.slice", &[x], &given, &shape, element)
}
