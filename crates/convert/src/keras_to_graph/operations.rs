//! Operations of `keras.ops` on shapes, products and the rest.

use super::arithmetic::{as_truth, first_float};
use super::call::{Call, Row, plain};
use super::normalization::{axes_of, unit};
use super::reshaping::repeat_along;
use super::sequences::flip;
use crate::conversion::einsum::einsum as einsum_of;
use crate::conversion::emit::{attribute, broadcast_shape, dims_attribute};
use crate::conversion::extent::{constant, normalize_axis};
use crate::conversion::product::matmul;
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Cast", cast),
    plain("ops.SaturateCast", cast),
    plain("ops.Matmul", |call| {
        let (a, b) = both(call)?;
        Ok(vec![matmul(call, a, b)?])
    }),
    plain("ops.Dot", |call| {
        let (a, b) = both(call)?;
        match call.rank(b) <= 2 && call.rank(a) > 0 && call.rank(b) > 0 {
            true => Ok(vec![matmul(call, a, b)?]),
            false => Err("a dot product with more than two axes on the right is not supported; einsum is".into()),
        }
    }),
    plain("ops.Einsum", |call| {
        let equation =
            call.setting_at(0, "subscripts").and_then(|text| text.as_str()).ok_or("subscripts are missing")?;
        let operands: Vec<Tracked> = (0..call.input_count()).filter_map(|index| call.optional(index)).collect();
        Ok(vec![einsum_of(call, equation, &operands)?])
    }),
    plain("ops.Reshape", |call| {
        let x = call.first()?;
        let target = call.setting_at(1, "newshape").ok_or("newshape is missing")?;
        let target = target.as_i64s().or(target.as_i64().map(|extent| vec![extent])).or_else(|| open_extents(target));
        let target = target.ok_or("newshape must be constant")?;
        let shape = reshape_shape(call.shape(x), &target.into_iter().map(constant).collect::<Vec<_>>(), true)?;
        Ok(vec![call.reshape(x, &shape)?])
    }),
    plain("ops.Ravel", |call| {
        let x = call.first()?;
        let shape = reshape_shape(call.shape(x), &[constant(-1)], true)?;
        Ok(vec![call.reshape(x, &shape)?])
    }),
    plain("ops.Transpose", |call| {
        let x = call.first()?;
        let axes = match call.setting_at(1, "axes").and_then(|axes| axes.as_i64s()) {
            Some(axes) => {
                axes.into_iter().map(|axis| normalize_axis(axis, call.rank(x))).collect::<Result<Vec<_>, _>>()?
            }
            None => (0..call.rank(x)).rev().collect(),
        };
        Ok(vec![call.transpose(x, &axes)?])
    }),
    plain("ops.Swapaxes", |call| {
        let x = call.first()?;
        let (a, b) = (axis_at(call, 1, "axis1", call.rank(x))?, axis_at(call, 2, "axis2", call.rank(x))?);
        let mut order: Vec<usize> = (0..call.rank(x)).collect();
        order.swap(a, b);
        Ok(vec![call.transpose(x, &order)?])
    }),
    plain("ops.Moveaxis", |call| {
        let x = call.first()?;
        let (from, to) = (axis_at(call, 1, "source", call.rank(x))?, axis_at(call, 2, "destination", call.rank(x))?);
        let mut order: Vec<usize> = (0..call.rank(x)).filter(|&axis| axis != from).collect();
        order.insert(to, from);
        Ok(vec![call.transpose(x, &order)?])
    }),
    plain("ops.ExpandDims", |call| {
        let x = call.first()?;
        let axes = call.setting_at(1, "axis").ok_or("the axis is missing")?;
        let axes = axes.as_i64().map(|axis| vec![axis]).or(axes.as_i64s()).ok_or("the axis is missing")?;
        let rank = call.rank(x) + axes.len();
        let places = axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
        let mut rest = call.shape(x).to_vec().into_iter();
        let shape = (0..rank).map(|axis| if places.contains(&axis) { Some(Dim::Static(1)) } else { rest.next() });
        let shape = shape.collect::<Option<Vec<Dim>>>().ok_or("an axis is there twice")?;
        Ok(vec![call.reshape(x, &shape)?])
    }),
    plain("ops.Squeeze", |call| {
        let x = call.first()?;
        let axes = match call.setting_at(1, "axis") {
            Some(_) => axes_of(call, if call.setting("axis").is_some() { "axis" } else { "1" }, -1, call.rank(x))?,
            None => (0..call.rank(x)).filter(|&axis| call.shape(x)[axis].is(1)).collect(),
        };
        Ok(vec![call.drop_axes(x, &axes)?])
    }),
    plain("ops.Concatenate", |call| {
        let parts = call.list("0");
        let rank = parts.first().map_or(0, |&part| call.rank(part));
        let axis = axis_of(call, 1, 0, rank)?;
        Ok(vec![call.concat(&parts, axis)?])
    }),
    plain("ops.Stack", |call| {
        let parts = call.list("0");
        let rank = parts.first().map_or(0, |&part| call.rank(part)) + 1;
        let axis = axis_of(call, 1, 0, rank)?;
        let mut raised = Vec::new();
        for part in parts {
            let mut shape = call.shape(part).to_vec();
            shape.insert(axis, Dim::Static(1));
            raised.push(call.reshape(part, &shape)?);
        }
        Ok(vec![call.concat(&raised, axis)?])
    }),
    plain("ops.Unstack", |call| {
        let x = call.first()?;
        let axis = axis_of(call, 2, 0, call.rank(x))?;
        let count = call.shape(x)[axis].as_static().ok_or("the axis that is taken apart must have a known extent")?;
        let mut parts = Vec::new();
        for index in 0..count {
            let part = call.slice_axis(x, axis, Dim::Static(index), Dim::Static(1))?;
            parts.push(call.drop_axes(part, &[axis])?);
        }
        Ok(parts)
    }),
    plain("ops.Split", split),
    plain("ops.BroadcastTo", |call| {
        let x = call.first()?;
        let target =
            call.setting_at(1, "shape").and_then(|shape| shape.as_i64s()).ok_or("the shape must be constant")?;
        let target = target.into_iter().map(|extent| u64::try_from(extent).map(Dim::Static));
        let target = target.collect::<Result<Vec<Dim>, _>>().map_err(|_| "an extent is negative")?;
        let shape = broadcast_shape(&[call.shape(x), &target])?;
        Ok(vec![call.broadcast(x, &shape)?])
    }),
    plain("ops.Tile", |call| {
        let x = call.first()?;
        let repeats = call.setting_at(1, "repeats").ok_or("repeats are missing")?;
        let mut repeats =
            repeats.as_i64s().or(repeats.as_i64().map(|count| vec![count])).ok_or("repeats must be constant")?;
        while repeats.len() < call.rank(x) {
            repeats.insert(0, 1);
        }
        let mut shape = call.shape(x).to_vec();
        while shape.len() < repeats.len() {
            shape.insert(0, Dim::Static(1));
        }
        let x = call.reshape(x, &shape)?;
        Ok(vec![call.emit("graph.tile", &[x], &[("repeats", attribute(repeats))])?])
    }),
    plain("ops.Repeat", |call| {
        let x = call.first()?;
        let times =
            call.setting_at(1, "repeats").and_then(|times| times.as_i64()).ok_or("repeats must be one number")?;
        let axis = axis_of(call, 2, 0, call.rank(x))?;
        Ok(vec![repeat_along(call, x, axis, times)?])
    }),
    plain("ops.Flip", |call| {
        let mut x = call.first()?;
        let axes = match call.setting_at(1, "axis") {
            Some(_) => axes_of(call, if call.setting("axis").is_some() { "axis" } else { "1" }, 0, call.rank(x))?,
            None => (0..call.rank(x)).collect(),
        };
        for axis in axes {
            x = flip(call, x, axis)?;
        }
        Ok(vec![x])
    }),
    plain("ops.OnesLike", |call| filled(call, 1.0)),
    plain("ops.ZerosLike", |call| filled(call, 0.0)),
    plain("ops.FullLike", |call| {
        let value =
            call.setting_at(1, "fill_value").and_then(|value| value.as_f64()).ok_or("fill_value must be a number")?;
        filled(call, value)
    }),
    plain("ops.Pad", pad),
    plain("ops.Cumsum", |call| accumulate(call, "graph.cumulative_sum")),
    plain("ops.Cumprod", |call| accumulate(call, "graph.cumulative_product")),
    plain("ops.Argmax", |call| extreme_place(call, "graph.arg_max")),
    plain("ops.Argmin", |call| extreme_place(call, "graph.arg_min")),
    plain("ops.Take", |call| {
        let (x, indices) = (call.first()?, call.argument(1, "indices").ok_or("indices must be a tensor")?);
        let axis = axis_of(call, 2, 0, call.rank(x))?;
        Ok(vec![call.emit("graph.gather", &[x, indices], &[("axis", attribute(axis as i64))])?])
    }),
    plain("ops.TakeAlongAxis", |call| {
        let (x, indices) = (call.first()?, call.argument(1, "indices").ok_or("indices must be a tensor")?);
        let axis = axis_of(call, 2, -1, call.rank(x))?;
        Ok(vec![call.emit("graph.gather_elements", &[x, indices], &[("axis", attribute(axis as i64))])?])
    }),
    plain("ops.TopK", |call| {
        let x = call.first()?;
        let count = call
            .setting_at(1, "k")
            .and_then(|k| k.as_i64())
            .and_then(|k| u64::try_from(k).ok())
            .ok_or("k is missing")?;
        let axis = call.rank(x).checked_sub(1).ok_or("the input has no axes")?;
        let given = [("axis", attribute(axis as i64)), ("k", dims_attribute(&[Dim::Static(count)]))];
        let results = call.emit_many("graph.top_k", &[x], &given)?;
        Ok(vec![results[0], call.cast(results[1], ElementType::I32)?])
    }),
    plain("ops.OneHot", |call| {
        let x = call.first()?;
        let count = call
            .setting_at(1, "num_classes")
            .and_then(|count| count.as_i64())
            .and_then(|count| u64::try_from(count).ok());
        let count = count.ok_or("num_classes is missing")?;
        let rank = call.rank(x) + 1;
        let axis = axis_of(call, 2, -1, rank)?;
        let indices = call.cast(x, ElementType::I64)?;
        let mut shape = call.shape(indices).to_vec();
        shape.insert(axis, Dim::Static(1));
        let indices = call.reshape(indices, &shape)?;
        let mut line = vec![Dim::Static(1); rank];
        line[axis] = Dim::Static(count);
        let places = call.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
        let hits = call.binary("graph.equal", places, indices)?;
        let element = element_named(call.setting("dtype").and_then(|name| name.as_str()).unwrap_or("float32"))?;
        Ok(vec![call.cast(hits, element)?])
    }),
    plain("ops.Normalize", |call| {
        let x = first_float(call)?;
        let axes = axes_of(call, "axis", -1, call.rank(x))?;
        let order = call.setting("order").and_then(|order| order.as_f64()).unwrap_or(2.0);
        if order != 2.0 {
            return Err("only a norm of order 2 is supported".into());
        }
        let epsilon = call.setting("epsilon").and_then(|epsilon| epsilon.as_f64()).unwrap_or(1e-7);
        Ok(vec![unit(call, x, &axes, epsilon)?])
    }),
    plain("ops.Tril", |call| triangle(call, true)),
    plain("ops.Triu", |call| triangle(call, false)),
    plain("ops.Roll", roll),
];

/// Both arguments of a product, in one type.
fn both(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let a = call.argument(0, "x1").ok_or("the left factor must be a tensor")?;
    let b = call.argument(1, "x2").ok_or("the right factor must be a tensor")?;
    let element = if call.element(a).is_float() { call.element(a) } else { call.element(b) };
    Ok((call.cast(a, element)?, call.cast(b, element)?))
}

/// Extents of which one may be left open.
fn open_extents(target: kiln_ir::Attribute) -> Option<Vec<i64>> {
    let extents = target.as_array()?.iter().map(|extent| match extent.kind() {
        kiln_ir::AttributeKind::Unit => Some(-1),
        _ => extent.as_i64(),
    });
    extents.collect()
}

fn axis_at(call: &Call, place: usize, name: &str, rank: usize) -> Result<usize, String> {
    let axis =
        call.setting_at(place, name).and_then(|axis| axis.as_i64()).ok_or_else(|| format!("{name} is missing"))?;
    normalize_axis(axis, rank)
}

fn axis_of(call: &Call, place: usize, otherwise: i64, rank: usize) -> Result<usize, String> {
    let axis = call.setting_at(place, "axis").and_then(|axis| axis.as_i64()).unwrap_or(otherwise);
    normalize_axis(axis, rank)
}

/// The element type that Keras calls `name`.
pub(crate) fn element_named(name: &str) -> Result<ElementType, String> {
    use ElementType::*;
    Ok(match name {
        "float32" => F32,
        "float64" => F64,
        "float16" => F16,
        "bfloat16" => BF16,
        "int8" => I8,
        "int16" => I16,
        "int32" | "int" => I32,
        "int64" => I64,
        "uint8" => U8,
        "uint16" => U16,
        "uint32" => U32,
        "bool" => I1,
        other => return Err(format!("element type \"{other}\" is not supported")),
    })
}

fn cast(call: &mut Call) -> Results {
    let x = call.first()?;
    let name = call.setting_at(1, "dtype").and_then(|name| name.as_str()).ok_or("the type is missing")?;
    let element = element_named(name)?;
    match element == ElementType::I1 {
        true => Ok(vec![as_truth(call, x)?]),
        false => Ok(vec![call.cast(x, element)?]),
    }
}

fn filled(call: &mut Call, value: f64) -> Results {
    let x = call.first()?;
    let element = match call.setting("dtype").and_then(|name| name.as_str()) {
        Some(name) => element_named(name)?,
        None => call.element(x),
    };
    let value = call.scalar(element, value)?;
    let extents = call.shape(x);
    Ok(vec![call.broadcast(value, extents)?])
}

/// As many equal parts, or parts that begin at given places.
fn split(call: &mut Call) -> Results {
    let x = call.first()?;
    let axis = axis_of(call, 2, 0, call.rank(x))?;
    let extent = call.shape(x)[axis].as_static().ok_or("the axis that is split must have a known extent")?;
    let parts = call.setting_at(1, "indices_or_sections").ok_or("indices_or_sections are missing")?;
    let bounds: Vec<u64> = match (parts.as_i64(), parts.as_i64s()) {
        (Some(count), _) => {
            let count = u64::try_from(count)
                .ok()
                .filter(|&count| count > 0 && extent.is_multiple_of(count) && count <= 1 << 16);
            let count = count.ok_or_else(|| format!("an extent of {extent} has no such equal parts"))?;
            (0..=count).map(|index| index * (extent / count)).collect()
        }
        (None, Some(places)) => {
            let places = places.into_iter().map(|place| u64::try_from(place).map(|place| place.min(extent)));
            let places = places.collect::<Result<Vec<u64>, _>>().map_err(|_| "a place is negative")?;
            [&[0], &places[..], &[extent]].concat()
        }
        (None, None) => return Err("indices_or_sections must be constant".into()),
    };
    let mut results = Vec::new();
    for pair in bounds.windows(2) {
        let length = pair[1].checked_sub(pair[0]).ok_or("places must be in order")?;
        results.push(call.slice_axis(x, axis, Dim::Static(pair[0]), Dim::Static(length))?);
    }
    Ok(results)
}

fn pad(call: &mut Call) -> Results {
    let x = call.first()?;
    let mode = match call.setting_at(2, "mode").and_then(|mode| mode.as_str()).unwrap_or("constant") {
        "constant" => "constant",
        "reflect" => "reflect",
        "edge" => "edge",
        other => return Err(format!("mode \"{other}\" is not supported")),
    };
    let widths = call.setting_at(1, "pad_width").ok_or("pad_width is missing")?;
    let count = |value: i64| u64::try_from(value).map(Dim::Static).map_err(|_| "padding is negative".to_owned());
    let (mut low, mut high) = (vec![Dim::Static(0); call.rank(x)], vec![Dim::Static(0); call.rank(x)]);
    let rows = widths.as_array().unwrap_or_default();
    for axis in 0..call.rank(x) {
        let pair = match widths.as_i64() {
            Some(same) => vec![same; 2],
            None => rows.get(axis).or(rows.first()).and_then(|row| row.as_i64s()).unwrap_or_default(),
        };
        let [before, after] = pair[..] else { return Err("pad_width must be two numbers for each axis".into()) };
        (low[axis], high[axis]) = (count(before)?, count(after)?);
    }
    let mut operands = vec![x];
    if mode == "constant" {
        let value = call.setting("constant_values").and_then(|value| value.as_f64()).unwrap_or(0.0);
        let element = call.element(x);
        operands.push(call.scalar(element, value)?);
    }
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute(mode))];
    Ok(vec![call.emit("graph.pad", &operands, &given)?])
}

fn accumulate(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let axis = axis_of(call, 1, 0, call.rank(x))?;
    let given = [("axis", attribute(axis as i64)), ("exclusive", attribute(false)), ("reverse", attribute(false))];
    Ok(vec![call.emit(op, &[x], &given)?])
}

fn extreme_place(call: &mut Call, op: &str) -> Results {
    let mut x = call.first()?;
    let axis = match call.setting_at(1, "axis") {
        Some(_) => axis_of(call, 1, 0, call.rank(x))?,
        None => {
            let shape = reshape_shape(call.shape(x), &[constant(-1)], true)?;
            x = call.reshape(x, &shape)?;
            0
        }
    };
    let place = call.emit(op, &[x], &[("axis", attribute(axis as i64)), ("select_last", attribute(false))])?;
    let place = call.cast(place, ElementType::I32)?;
    Ok(vec![if call.is_set("keepdims", false) { place } else { call.drop_axes(place, &[axis])? }])
}

/// Zeros above or below a diagonal of the last two axes.
fn triangle(call: &mut Call, is_lower: bool) -> Results {
    let x = call.first()?;
    let offset = call.setting_at(1, "k").and_then(|k| k.as_i64()).unwrap_or(0);
    let &[.., rows, columns] = call.shape(x) else { return Err("the input must have two axes".into()) };
    let (rows, columns) = (call.line(0, rows)?, call.line(1, columns)?);
    let rows = call.binary_scalar("graph.add", rows, offset as f64)?;
    let op = if is_lower { "graph.greater_equal" } else { "graph.less_equal" };
    let keeps = call.binary(op, rows, columns)?;
    let element = call.element(x);
    let zero = call.scalar(element, 0.0)?;
    Ok(vec![call.select(keeps, x, zero)?])
}

/// Elements moved along axes, those that leave at one end come in at the other.
fn roll(call: &mut Call) -> Results {
    let mut x = call.first()?;
    let shift = call.setting_at(1, "shift").ok_or("shift is missing")?;
    let shifts = shift.as_i64s().or(shift.as_i64().map(|shift| vec![shift])).ok_or("shift must be constant")?;
    let axes = call.setting_at(2, "axis").ok_or("a roll without axes is not supported")?;
    let axes = axes.as_i64s().or(axes.as_i64().map(|axis| vec![axis])).ok_or("the axis must be constant")?;
    for (&axis, shift) in axes.iter().zip(shifts) {
        let axis = normalize_axis(axis, call.rank(x))?;
        let extent = call.shape(x)[axis].as_static().ok_or("the axis that is rolled must have a known extent")?;
        let length = i64::try_from(extent).map_err(|_| "an extent is too large")?;
        let moved = if length == 0 { 0 } else { shift.rem_euclid(length).unsigned_abs() };
        let end = call.slice_axis(x, axis, Dim::Static(extent - moved), Dim::Static(moved))?;
        let start = call.slice_axis(x, axis, Dim::Static(0), Dim::Static(extent - moved))?;
        x = if moved == 0 { x } else { call.concat(&[end, start], axis)? };
    }
    Ok(vec![x])
}
