//! Operations of `keras.ops` that move elements.

use super::super::call::{Call, Row, plain};
use super::super::reshaping::repeat_along;
use super::super::sequences::flip;
use crate::conversion::emit::{attribute, broadcast_shape};
use crate::conversion::extent::{constant, normalize_axis};
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, AttributeKind, Dim};

pub(crate) const ROWS: &[Row] = &[
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
        Ok(vec![flat(call, x)?])
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
        let missing = || Err::<i64, _>("an axis is missing".to_owned());
        let axis = |place, name| call.integer_at(place, name).map_or_else(missing, Ok);
        let (a, b) = (axis(1, "axis1")?, axis(2, "axis2")?);
        let (a, b) = (normalize_axis(a, call.rank(x))?, normalize_axis(b, call.rank(x))?);
        let mut order: Vec<usize> = (0..call.rank(x)).collect();
        order.swap(a, b);
        Ok(vec![call.transpose(x, &order)?])
    }),
    plain("ops.Moveaxis", |call| {
        let x = call.first()?;
        let axes = |place: usize, name: &str| {
            let value = call.setting_at(place, name);
            let listed = value.and_then(|value| value.as_i64s().or(value.as_i64().map(|axis| vec![axis])));
            listed.ok_or_else(|| format!("{name} is missing"))
        };
        let (from, to) = (axes(1, "source")?, axes(2, "destination")?);
        Ok(vec![move_axes(call, x, &from, &to)?])
    }),
    plain("ops.ExpandDims", |call| {
        let x = call.first()?;
        let value = call.setting_at(1, "axis").ok_or("the axis is missing")?;
        let axes = value.as_i64s().or(value.as_i64().map(|axis| vec![axis])).ok_or("the axis must be constant")?;
        let rank = call.rank(x) + axes.len();
        let places = axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
        let mut rest = call.shape(x).to_vec().into_iter();
        let shape = (0..rank).map(|axis| if places.contains(&axis) { Some(Dim::Static(1)) } else { rest.next() });
        let shape = shape.collect::<Option<Vec<Dim>>>().ok_or("an axis is there twice")?;
        Ok(vec![call.reshape(x, &shape)?])
    }),
    plain("ops.Squeeze", |call| {
        let x = call.first()?;
        let ones = || (0..call.rank(x)).filter(|&axis| call.shape(x)[axis].is(1)).collect();
        let axes = call.axes_at(1, "axis", call.rank(x))?.unwrap_or_else(ones);
        Ok(vec![call.drop_axes(x, &axes)?])
    }),
    plain("ops.Concatenate", |call| {
        let parts = members(call)?;
        match call.setting_at(1, "axis").is_some() || call.attribute("axis").is_some() {
            true => {
                let axis = call.axis_at(1, "axis", 0, call.rank(parts[0]))?;
                Ok(vec![call.concat(&parts, axis)?])
            }
            false => join_flat(call, parts),
        }
    }),
    plain("ops.Append", |call| {
        let (a, b) = super::binary::pair(call, (0, "x1"), (1, "x2"))?;
        match call.integer_at(2, "axis") {
            Some(_) => {
                let axis = call.axis_at(2, "axis", 0, call.rank(a))?;
                Ok(vec![call.concat(&[a, b], axis)?])
            }
            None => join_flat(call, vec![a, b]),
        }
    }),
    plain("ops.Hstack", |call| {
        let parts = raised(call, 1)?;
        let axis = usize::from(call.rank(parts[0]) > 1);
        Ok(vec![call.concat(&parts, axis)?])
    }),
    plain("ops.Vstack", |call| {
        let parts = raised(call, 2)?;
        Ok(vec![call.concat(&parts, 0)?])
    }),
    plain("ops.Dstack", |call| {
        let parts = raised(call, 3)?;
        Ok(vec![call.concat(&parts, 2)?])
    }),
    plain("ops.Stack", |call| {
        let parts = members(call)?;
        let axis = call.axis_at(1, "axis", 0, call.rank(parts[0]) + 1)?;
        Ok(vec![crate::conversion::attempt::stack(call, &parts, axis as i64)?])
    }),
    plain("ops.Unstack", |call| {
        let x = call.first()?;
        let axis = call.axis_at(2, "axis", 0, call.rank(x))?;
        let count = call.shape(x)[axis].as_static().filter(|&count| count <= 1 << 16);
        let count = count.ok_or("the axis that is taken apart must have a known extent of at most 65536")?;
        (0..count).map(|index| crate::conversion::attempt::element(call, x, axis, index)).collect()
    }),
    plain("ops.Split", |call| split(call, None)),
    plain("ops.ArraySplit", |call| split(call, None)),
    plain("ops.Hsplit", |call| split(call, Some(1))),
    plain("ops.Vsplit", |call| split(call, Some(0))),
    plain("ops.Dsplit", |call| split(call, Some(2))),
    plain("ops.BroadcastTo", |call| {
        let x = call.first()?;
        let target =
            call.setting_at(1, "shape").and_then(|shape| shape.as_i64s()).ok_or("the shape must be constant")?;
        let shape = broadcast_shape(&[call.shape(x), &super::segments::static_shape(&target)?])?;
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
    plain("ops.Repeat", repeat),
    plain("ops.Flip", |call| {
        let x = call.first()?;
        let axes = call.axes_at(1, "axis", call.rank(x))?.unwrap_or_else(|| (0..call.rank(x)).collect());
        Ok(vec![flip_all(call, x, &axes)?])
    }),
    plain("ops.Fliplr", |call| {
        let x = call.first()?;
        Ok(vec![flip_all(call, x, &[1])?])
    }),
    plain("ops.Flipud", |call| {
        let x = call.first()?;
        Ok(vec![flip_all(call, x, &[0])?])
    }),
    plain("ops.Rot90", rotate),
    plain("ops.Rearrange", |call| {
        let x = call.first()?;
        let pattern =
            call.setting_at(1, "pattern").and_then(|pattern| pattern.as_str()).ok_or("the pattern is missing")?;
        super::super::rearrange::rearrange(call, x, pattern)
    }),
];

/// The members of the list that is the argument, in one type.
fn members(call: &mut Call) -> Result<Vec<Tracked>, String> {
    let parts = call.list("0");
    let parts = if parts.is_empty() { call.list("xs") } else { parts };
    let first = parts.first().ok_or("there are no tensors")?;
    let start = call.element(*first);
    let element = parts.iter().fold(start, |element, &part| super::binary::common(element, call.element(part)));
    parts.into_iter().map(|part| call.cast(part, element)).collect()
}

/// The members of the list with at least so many axes: the second and the third are behind, the first is before.
fn raised(call: &mut Call, rank: usize) -> Result<Vec<Tracked>, String> {
    let mut parts = members(call)?;
    for part in &mut parts {
        let mut shape = call.shape(*part).to_vec();
        if shape.is_empty() {
            shape.push(Dim::Static(1));
        }
        if shape.len() == 1 && rank > 1 {
            shape.insert(0, Dim::Static(1));
        }
        if shape.len() == 2 && rank > 2 {
            shape.push(Dim::Static(1));
        }
        *part = call.reshape(*part, &shape)?;
    }
    Ok(parts)
}

/// All elements one after the other.
pub(super) fn flat(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let shape = reshape_shape(call.shape(x), &[constant(-1)], true)?;
    call.reshape(x, &shape)
}

fn join_flat(call: &mut Call, parts: Vec<Tracked>) -> Results {
    let parts = parts.into_iter().map(|part| flat(call, part)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![call.concat(&parts, 0)?])
}

/// Extents of which one may be left open.
fn open_extents(target: Attribute) -> Option<Vec<i64>> {
    let extents = target.as_array()?.iter().map(|extent| match extent.kind() {
        AttributeKind::Unit => Some(-1),
        _ => extent.as_i64(),
    });
    extents.collect()
}

/// Axes moved to other places; the others stay in order.
pub(super) fn move_axes(call: &mut Call, x: Tracked, from: &[i64], to: &[i64]) -> Result<Tracked, String> {
    let rank = call.rank(x);
    let places = |axes: &[i64]| axes.iter().map(|&axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>();
    let (from, to) = (places(from)?, places(to)?);
    if from.len() != to.len() {
        return Err("as many axes must be moved as there are places for them".into());
    }
    let mut rest = (0..rank).filter(|axis| !from.contains(axis));
    let order = (0..rank).map(|place| match to.iter().position(|&own| own == place) {
        Some(index) => Some(from[index]),
        None => rest.next(),
    });
    let order = order.collect::<Option<Vec<usize>>>().ok_or("an axis is there twice")?;
    call.transpose(x, &order)
}

fn flip_all(call: &mut Call, mut x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    for &axis in axes {
        if axis >= call.rank(x) {
            return Err(format!("the input has no axis {axis}"));
        }
        x = flip(call, x, axis)?;
    }
    Ok(x)
}

/// Equal parts, or nearly equal ones, or parts that begin at given places.
fn split(call: &mut Call, axis: Option<usize>) -> Results {
    let x = call.first()?;
    let axis = match axis {
        // What has one axis is split along that.
        Some(axis) => axis.min(call.rank(x).saturating_sub(1)),
        None => call.axis_at(2, "axis", 0, call.rank(x))?,
    };
    let extent = call.shape(x).get(axis).and_then(|extent| extent.as_static());
    let extent = extent.ok_or("the axis that is split must have a known extent")?;
    let parts = call.setting_at(1, "indices_or_sections").ok_or("indices_or_sections are missing")?;
    let bounds: Vec<u64> = match (parts.as_i64(), parts.as_i64s()) {
        (Some(count), _) => {
            let count = u64::try_from(count).ok().filter(|&count| (1..=1 << 16).contains(&count));
            let count = count.ok_or("the number of parts must be from 1 to 65536")?;
            let is_even =
                extent.is_multiple_of(count) || call.conversion.module.name(call.op).as_str() == "keras.ops.ArraySplit";
            if !is_even {
                return Err(format!("an extent of {extent} has no {count} equal parts"));
            }
            let (share, more) = (extent / count, extent % count);
            (0..=count).map(|index| index * share + index.min(more)).collect()
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

/// Each element so many times, or as many times as its own number says.
fn repeat(call: &mut Call) -> Results {
    let x = call.first()?;
    let times = call.setting_at(1, "repeats").ok_or("repeats must be constant")?;
    let (x, axis) = super::reductions::along(call, x, 2)?;
    if let Some(times) = times.as_i64() {
        return Ok(vec![repeat_along(call, x, axis, times)?]);
    }
    let times = times.as_i64s().ok_or("repeats must be numbers")?;
    if let [times] = times[..] {
        return Ok(vec![repeat_along(call, x, axis, times)?]);
    }
    if call.shape(x)[axis].as_static() != Some(times.len() as u64)
        || times.iter().any(|times| !(0..=1 << 20).contains(times))
    {
        return Err("repeats must be as many numbers as there are elements along the axis".into());
    }
    if times.iter().sum::<i64>() > 1 << 24 {
        return Err("there are too many repeats".into());
    }
    let places: Vec<i64> =
        (0..).zip(times).flat_map(|(place, times)| std::iter::repeat_n(place, times as usize)).collect();
    let places = call.tensor(kiln_tensor::Tensor::from_values(&[places.len()], &places))?;
    Ok(vec![call.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64))])?])
}

/// Quarters of a turn in the plane of two axes, from the first to the second.
fn rotate(call: &mut Call) -> Results {
    let x = call.values(0, "array")?;
    let rank = call.rank(x);
    let axes = call.setting_at(2, "axes").and_then(|axes| axes.as_i64s()).unwrap_or_else(|| vec![0, 1]);
    let &[a, b] = axes.as_slice() else { return Err("a plane has two axes".into()) };
    let (a, b) = (normalize_axis(a, rank)?, normalize_axis(b, rank)?);
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(a, b);
    let y = match call.integer_at(1, "k").unwrap_or(1).rem_euclid(4) {
        0 => x,
        1 => {
            let turned = flip_all(call, x, &[b])?;
            call.transpose(turned, &order)?
        }
        2 => flip_all(call, x, &[a, b])?,
        _ => {
            let turned = call.transpose(x, &order)?;
            flip_all(call, turned, &[b])?
        }
    };
    Ok(vec![y])
}
