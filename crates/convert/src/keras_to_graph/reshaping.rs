//! Layers that move elements.

use super::call::{Call, Row, plain};
use super::window::pad;
use crate::conversion::extent::{constant, dim, element_count, expr, multiply, subtract};
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

pub(crate) const ROWS: &[Row] = &[
    plain("Reshape", |call| {
        let x = call.first()?;
        let target = call.ints("target_shape").ok_or("target_shape is missing")?;
        let batch = *call.shape(x).first().ok_or("the input has no axes")?;
        let rest = reshape_shape(&call.shape(x)[1..], &target.into_iter().map(constant).collect::<Vec<_>>(), true)?;
        Ok(vec![call.reshape(x, &[&[batch], &rest[..]].concat())?])
    }),
    plain("Flatten", flatten),
    plain("Permute", |call| {
        let x = call.first()?;
        let order = call.ints("dims").ok_or("dims are missing")?;
        let axes = order.iter().map(|&axis| usize::try_from(axis).ok().filter(|&axis| axis > 0 && axis < call.rank(x)));
        let axes: Option<Vec<usize>> = std::iter::once(Some(0)).chain(axes).collect();
        let axes = axes
            .filter(|axes| axes.len() == call.rank(x))
            .ok_or_else(|| format!("dims {order:?} are no order of the axes"))?;
        Ok(vec![call.transpose(x, &axes)?])
    }),
    plain("RepeatVector", |call| {
        let x = call.first()?;
        let &[batch, size] = call.shape(x) else { return Err("the input must have two axes".into()) };
        let count = Dim::Static(call.int("n").and_then(|count| u64::try_from(count).ok()).ok_or("n is missing")?);
        let row = call.reshape(x, &[batch, Dim::Static(1), size])?;
        Ok(vec![call.broadcast(row, &[batch, count, size])?])
    }),
    plain("Cropping1D", |call| crop(call, 1)),
    plain("Cropping2D", |call| crop(call, 2)),
    plain("Cropping3D", |call| crop(call, 3)),
    plain("ZeroPadding1D", |call| zero_pad(call, 1)),
    plain("ZeroPadding2D", |call| zero_pad(call, 2)),
    plain("ZeroPadding3D", |call| zero_pad(call, 3)),
    plain("UpSampling1D", |call| repeat(call, 1)),
    plain("UpSampling3D", |call| repeat(call, 3)),
];

/// All axes but the first as one; those of channels come last, whatever the layout.
fn flatten(call: &mut Call) -> Results {
    let mut x = call.first()?;
    let rank = call.rank(x);
    if !call.is_channels_last() && rank > 2 {
        let order: Vec<usize> = [0].into_iter().chain(2..rank).chain([1]).collect();
        x = call.transpose(x, &order)?;
    }
    let shape = call.shape(x).to_vec();
    let Some((&batch, rest)) = shape.split_first() else { return Err("the input has no axes".into()) };
    let flat = dim(element_count(rest)?)?;
    Ok(vec![call.reshape(x, &[batch, flat])?])
}

/// Pairs of numbers for each spatial axis: from one number, one for each axis, or two for each.
fn pairs(call: &Call, name: &str, rank: usize) -> Result<Vec<[u64; 2]>, String> {
    let value = call.attribute(name).ok_or_else(|| format!("{name} is missing"))?;
    let wrong = || format!("{name} must be numbers for {rank} axes, not {value}");
    let count = |value: Attribute| value.as_i64().and_then(|value| u64::try_from(value).ok());
    if let Some(same) = count(value) {
        return Ok(vec![[same; 2]; rank]);
    }
    let items = value.as_array().ok_or_else(wrong)?;
    if rank == 1 && items.len() == 2 {
        let pair = items.iter().map(|&item| count(item)).collect::<Option<Vec<u64>>>();
        if let Some([low, high]) = pair.as_deref() {
            return Ok(vec![[*low, *high]]);
        }
    }
    let pair = |item: &Attribute| match (count(*item), item.as_i64s().as_deref()) {
        (Some(same), _) => Some([same; 2]),
        (None, Some(&[low, high])) => Some([u64::try_from(low).ok()?, u64::try_from(high).ok()?]),
        _ => None,
    };
    let pairs: Option<Vec<[u64; 2]>> = items.iter().map(pair).collect();
    pairs.filter(|pairs| pairs.len() == rank).ok_or_else(wrong)
}

/// The first spatial axis.
pub(crate) fn first_spatial_axis(call: &Call) -> usize {
    if call.is_channels_last() { 1 } else { 2 }
}

fn expect_rank(call: &Call, x: Tracked, rank: usize) -> Result<(), String> {
    match call.rank(x) == rank + 2 {
        true => Ok(()),
        false => Err(format!("the input must have {} axes, not {}", rank + 2, call.rank(x))),
    }
}

fn crop(call: &mut Call, rank: usize) -> Results {
    let mut x = call.first()?;
    expect_rank(call, x, rank)?;
    let first = first_spatial_axis(call);
    for (axis, [low, high]) in pairs(call, "cropping", rank)?.into_iter().enumerate() {
        let cut = i64::try_from(low.saturating_add(high)).map_err(|_| "more is cropped than there can be")?;
        let length = subtract(expr(call.shape(x)[first + axis])?, constant(cut))?;
        x = call.slice_axis(x, first + axis, Dim::Static(low), dim(length)?)?;
    }
    Ok(vec![x])
}

fn zero_pad(call: &mut Call, rank: usize) -> Results {
    let x = call.first()?;
    expect_rank(call, x, rank)?;
    let first = first_spatial_axis(call);
    let (mut low, mut high) = (vec![Dim::Static(0); rank + 2], vec![Dim::Static(0); rank + 2]);
    for (axis, [before, after]) in pairs(call, "padding", rank)?.into_iter().enumerate() {
        (low[first + axis], high[first + axis]) = (Dim::Static(before), Dim::Static(after));
    }
    Ok(vec![pad(call, x, &low, &high, 0.0)?])
}

/// Every element as often as `size` says, along each spatial axis.
pub(crate) fn repeat(call: &mut Call, rank: usize) -> Results {
    let mut x = call.first()?;
    expect_rank(call, x, rank)?;
    let first = first_spatial_axis(call);
    for (axis, times) in call.integers("size", rank, 2)?.into_iter().enumerate() {
        x = repeat_along(call, x, first + axis, times)?;
    }
    Ok(vec![x])
}

/// Every element along an axis `times` times.
pub(crate) fn repeat_along(call: &mut Call, x: Tracked, axis: usize, times: i64) -> Result<Tracked, String> {
    let shape = call.shape(x).to_vec();
    let count = Dim::Static(u64::try_from(times).map_err(|_| "a size is negative")?);
    let parted = [&shape[..=axis], &[Dim::Static(1)], &shape[axis + 1..]].concat();
    let mut repeated = parted.clone();
    repeated[axis + 1] = count;
    let mut joined = shape;
    joined[axis] = dim(multiply(expr(joined[axis])?, constant(times))?)?;
    let x = call.reshape(x, &parted)?;
    let x = call.broadcast(x, &repeated)?;
    call.reshape(x, &joined)
}
