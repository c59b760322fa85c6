//! Parts of tensors: `x[...]`, by numbers and slices, and elements that indices or conditions choose.

use super::super::call::{Call, Row, entry, plain};
use super::as_truth;
use super::binary::{common, promote};
use super::reductions::along;
use crate::conversion::emit::{attribute, broadcast_shape, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, maximum, minimum, subtract};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, AttributeKind, Dim, DimExpr, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.GetItem", get_item),
    plain("ops.Take", |call| {
        let (x, indices) = (call.first()?, call.values(1, "indices")?);
        let (x, axis) = along(call, x, 2)?;
        let indices = as_indices(call, indices)?;
        Ok(vec![call.emit("graph.gather", &[x, indices], &[("axis", attribute(axis as i64))])?])
    }),
    plain("ops.TakeAlongAxis", |call| {
        let (x, indices) = (call.first()?, call.values(1, "indices")?);
        let mut indices = as_indices(call, indices)?;
        if call.integer_at(2, "axis").is_none() {
            let count = crate::conversion::extent::element_count(call.shape(indices))?;
            indices = call.reshape(indices, &[dim(count)?])?;
        }
        let (mut x, axis) = along(call, x, 2)?;
        // The other axes broadcast.
        let (mut own, mut others) = (call.shape(x).to_vec(), call.shape(indices).to_vec());
        if own.len() != others.len() {
            return Err("the indices must have as many axes as the input".into());
        }
        let (length, count) = (own[axis], others[axis]);
        (own[axis], others[axis]) = (Dim::Static(1), Dim::Static(1));
        let mut shape = broadcast_shape(&[&own, &others])?;
        shape[axis] = count;
        indices = call.broadcast(indices, &shape)?;
        shape[axis] = length;
        x = call.broadcast(x, &shape)?;
        Ok(vec![call.emit("graph.gather_elements", &[x, indices], &[("axis", attribute(axis as i64))])?])
    }),
    plain("ops.Slice", |call| {
        let x = call.values(0, "inputs")?;
        let shape =
            call.setting_at(2, "shape").and_then(|shape| shape.as_i64s()).ok_or("the shape must be constant")?;
        if shape.len() != call.rank(x) {
            return Err("the shape of a slice must have as many extents as the input".into());
        }
        let starts = starts(call)?;
        let mut y = x;
        for (axis, extent) in shape.into_iter().enumerate() {
            let start = call.slice_axis(starts, 0, Dim::Static(axis as u64), Dim::Static(1))?;
            if let (-1, Ok(known)) = (extent, call.constant_ints(start, "the start")) {
                let rest = subtract(expr(call.shape(y)[axis])?, constant(known[0]))?;
                y = call.slice_axis(y, axis, dim(constant(known[0]))?, dim(rest)?)?;
                continue;
            }
            let length = Dim::Static(u64::try_from(extent).map_err(|_| "an extent of a slice is negative")?);
            y = match call.constant_ints(start, "the start") {
                Ok(known) => call.slice_axis(y, axis, dim(constant(known[0]))?, length)?,
                Err(_) => {
                    let line = call.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[length], Type::i64())?;
                    let places = call.binary("graph.add", line, start)?;
                    call.emit("graph.gather", &[y, places], &[("axis", attribute(axis as i64))])?
                }
            };
        }
        Ok(vec![y])
    }),
    plain("ops.SliceUpdate", slice_update),
    plain("ops.Select", choose),
];

/// Indices as integers that ops take.
fn as_indices(call: &mut Call, indices: Tracked) -> Result<Tracked, String> {
    match call.element(indices) {
        ElementType::I32 | ElementType::I64 => Ok(indices),
        _ => call.cast(indices, ElementType::I64),
    }
}

/// Where a part begins: a vector of a number for each axis.
fn starts(call: &mut Call) -> Result<Tracked, String> {
    let members = call.list("1");
    let starts = match call.argument(1, "start_indices").is_none() && !members.is_empty() {
        // Some of them tensors, the others numbers.
        true => {
            let mut parts = Vec::new();
            let x = call.values(0, "inputs")?;
            for index in 0..call.rank(x) {
                let part = call.values(usize::MAX, &format!("1.{index}"))?;
                let part = call.cast(part, ElementType::I64)?;
                parts.push(call.reshape(part, &[Dim::Static(1)])?);
            }
            call.concat(&parts, 0)?
        }
        false => call.values(1, "start_indices")?,
    };
    call.cast(starts, ElementType::I64)
}

/// A tensor with a part of it replaced.
fn slice_update(call: &mut Call) -> Results {
    let (x, mut updates) = (call.values(0, "inputs")?, call.values(2, "updates")?);
    let x_element = call.element(x);
    updates = call.cast(updates, x_element)?;
    let starts = starts(call)?;
    if call.rank(updates) != call.rank(x) {
        return Err("the updates must have as many axes as the input".into());
    }
    let (mut is_inside, rank) = (None, call.rank(x));
    for axis in 0..rank {
        let (extent, length) = (call.shape(x)[axis], call.shape(updates)[axis]);
        let start = call.slice_axis(starts, 0, Dim::Static(axis as u64), Dim::Static(1))?;
        // A part that would stick out begins earlier.
        let most = call.extent(subtract(expr(extent)?, expr(length)?)?);
        let start = call.binary("graph.minimum", start, most)?;
        let start = call.clamp(start, Some(0.0), None)?;
        let line = call.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[extent], Type::i64())?;
        let place = call.binary("graph.subtract", line, start)?;
        let count = call.extent(expr(length)?);
        let (from, to) =
            (call.binary_scalar("graph.greater_equal", place, 0.0)?, call.binary("graph.less", place, count)?);
        let inside = call.binary("graph.and", from, to)?;
        let mut shape = vec![Dim::Static(1); rank];
        shape[axis] = extent;
        let inside = call.reshape(inside, &shape)?;
        is_inside = Some(match is_inside {
            Some(others) => call.binary("graph.and", others, inside)?,
            None => inside,
        });
        let last = call.extent(subtract(expr(length)?, constant(1))?);
        let place = call.binary("graph.minimum", place, last)?;
        let place = call.clamp(place, Some(0.0), None)?;
        updates = call.emit("graph.gather", &[updates, place], &[("axis", attribute(axis as i64))])?;
    }
    match is_inside {
        Some(is_inside) => Ok(vec![call.select(is_inside, updates, x)?]),
        None => Ok(vec![updates]),
    }
}

/// Of several choices, the first of which the condition holds.
fn choose(call: &mut Call) -> Results {
    let count = call.list("0").len();
    let mut choices = Vec::new();
    for index in 0..count {
        choices.push(call.values(usize::MAX, &format!("1.{index}"))?);
    }
    let default = call.values(2, "default").or_else(|_| call.scalar(ElementType::I32, 0.0))?;
    let first = *choices.first().ok_or("there are no choices")?;
    let start = call.element(first);
    let element = choices.iter().fold(start, |element, &choice| common(element, call.element(choice)));
    let mut y = call.cast(default, element)?;
    for index in (0..count).rev() {
        let condition = call.values(usize::MAX, &format!("0.{index}"))?;
        let condition = as_truth(call, condition)?;
        let (choice, other) = promote(call, choices[index], y)?;
        y = call.select(condition, choice, other)?;
    }
    Ok(vec![y])
}

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
