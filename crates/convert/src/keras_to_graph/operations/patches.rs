//! Operations of `keras.ops` that cut images into patches, and join them.

use super::super::call::{Call, Row, plain};
use super::super::window::{Geometry, Window};
use crate::conversion::extent::{constant, dim, element_count, expr, floor_divide, multiply};
use crate::conversion::row::Results;
use crate::conversion::segments::scatter;
use crate::conversion::windows::Sliding;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.ExtractPatches", extract),
    plain("ops.Unfold", unfold),
    plain("ops.Fold", fold),
    plain("ops.DepthToSpace", |call| blocks(call, true)),
    plain("ops.SpaceToDepth", |call| blocks(call, false)),
];

/// Settings of patches over so many axes.
fn sliding(call: &Call, rank: usize, names: [&str; 3]) -> Result<Vec<Sliding>, String> {
    let size = call.integers(names[0], rank, 1)?;
    // Patches of images do not overlap if nothing is said, those of columns slide by one.
    let strides = match call.setting(names[1]) {
        Some(_) => call.integers(names[1], rank, 1)?,
        None if names[0] == "size" => size.clone(),
        None => vec![1; rank],
    };
    let dilations = call.integers(names[2], rank, 1)?;
    let all = size.into_iter().zip(strides).zip(dilations);
    Ok(all.map(|((size, stride), dilation)| Sliding { size, stride, dilation }).collect())
}

/// Patches in the order of the image, the elements of each as channels.
fn extract(call: &mut Call) -> Results {
    let x = call.first()?;
    let rank = call.setting("size").and_then(|size| size.as_array()).map_or(2, |size| size.len());
    let is_last = call.is_channels_last();
    let is_single = call.rank(x) == rank + 1;
    let x_shape = call.shape(x);
    let x = if is_single { call.reshape(x, &[&[Dim::Static(1)], x_shape].concat())? } else { x };
    if call.rank(x) != rank + 2 {
        return Err(format!("the input must have {} axes", rank + 2));
    }
    let last: Vec<usize> = [0].into_iter().chain(2..rank + 2).chain([1]).collect();
    let x = if is_last { x } else { call.transpose(x, &last)? };
    let along = sliding(call, rank, ["size", "strides", "dilation_rate"])?;
    let geometry = Geometry {
        strides: along.iter().map(|own| own.stride).collect(),
        dilations: along.iter().map(|own| own.dilation).collect(),
        padding: call.setting("padding").and_then(|padding| padding.as_str()).unwrap_or("valid"),
        is_channels_last: true,
    };
    let window = Window::new(call, x, along.iter().map(|own| own.size).collect(), &geometry, 0.0)?;
    let x = window.padded(call)?;
    let parts = call.windows(x, 1, &along)?;
    // Windows first, then what is in one, then the channels.
    let order: Vec<usize> = [0]
        .into_iter()
        .chain((0..rank).map(|axis| 1 + 2 * axis))
        .chain((0..rank).map(|axis| 2 + 2 * axis))
        .chain([1 + 2 * rank])
        .collect();
    let parts = call.transpose(parts, &order)?;
    let shape = call.shape(parts).to_vec();
    let channels = dim(element_count(&shape[rank + 1..])?)?;
    let mut y = call.reshape(parts, &[&shape[..=rank], &[channels]].concat())?;
    if !is_last {
        let first: Vec<usize> = [0, rank + 1].into_iter().chain(1..=rank).collect();
        y = call.transpose(y, &first)?;
    }
    Ok(vec![if is_single { call.drop_axes(y, &[0])? } else { y }])
}

/// Patches of images with channels first, a column each.
fn unfold(call: &mut Call) -> Results {
    let x = call.first()?;
    let &[batch, channels, ..] = call.shape(x) else { return Err("the input must have four axes".into()) };
    let along = sliding(call, 2, ["kernel_size", "stride", "dilation"])?;
    let padding = call.integers("padding", 2, 0)?;
    let around: Vec<Dim> =
        [0, 0].into_iter().chain(padding).map(|count: i64| Dim::Static(count.unsigned_abs())).collect();
    let x = super::super::window::pad(call, x, &around, &around, 0.0)?;
    let parts = call.windows(x, 2, &along)?;
    let parts = call.transpose(parts, &[0, 1, 3, 5, 2, 4])?;
    let shape = call.shape(parts).to_vec();
    let rows = dim(element_count(&[channels, shape[2], shape[3]])?)?;
    let columns = dim(element_count(&shape[4..])?)?;
    Ok(vec![call.reshape(parts, &[batch, rows, columns])?])
}

/// Columns put back where patches were; what overlaps is added.
fn fold(call: &mut Call) -> Results {
    let x = call.first()?;
    let &[batch, rows, _] = call.shape(x) else { return Err("the input must have three axes".into()) };
    let along = sliding(call, 2, ["kernel_size", "stride", "dilation"])?;
    let padding = call.integers("padding", 2, 0)?;
    let output = call.integers("output_size", 2, 1)?;
    let taps = along[0].size.checked_mul(along[1].size).filter(|&taps| taps > 0).ok_or("a patch is too large")?;
    let channels = dim(floor_divide(expr(rows)?, constant(taps))?)?;
    let extent = |axis: usize| Dim::Static((output[axis] + 2 * padding[axis]).unsigned_abs());
    let (height, width) = (extent(0), extent(1));
    let (down, across) = (call.window_places(height, along[0])?, call.window_places(width, along[1])?);
    let (&[high, k], &[wide, l]) = (call.shape(down), call.shape(across)) else {
        return Err("places have two axes".into());
    };
    let parts = call.reshape(x, &[batch, channels, k, l, high, wide])?;
    let updates = call.transpose(parts, &[4, 2, 5, 3, 0, 1])?;
    // The place in an image whose rows follow each other.
    let one = Dim::Static(1);
    let down = call.reshape(down, &[high, k, one, one])?;
    let stride = call.extent(expr(width)?);
    let down = call.binary("graph.multiply", down, stride)?;
    let places = call.binary("graph.add", down, across)?;
    let places = call.reshape(places, &[high, k, wide, l, one])?;
    let x_element = call.element(x);
    let zero = call.scalar(x_element, 0.0)?;
    let area = dim(multiply(expr(height)?, expr(width)?)?)?;
    let zeros = call.broadcast(zero, &[area, batch, channels])?;
    let sums = scatter(call, zeros, places, updates, "add")?;
    let sums = call.transpose(sums, &[1, 2, 0])?;
    let mut y = call.reshape(sums, &[batch, channels, height, width])?;
    for axis in 0..2 {
        let (low, length) = (padding[axis].unsigned_abs(), output[axis].unsigned_abs());
        y = call.slice_axis(y, axis + 2, Dim::Static(low), Dim::Static(length))?;
    }
    Ok(vec![y])
}

/// Channels as blocks of pixels, or the other way round.
fn blocks(call: &mut Call, to_space: bool) -> Results {
    let x = call.first()?;
    let is_last = call.is_channels_last();
    let x = if is_last { x } else { call.transpose(x, &[0, 2, 3, 1])? };
    let side =
        call.integer_at(1, "block_size").filter(|&side| (1..1 << 16).contains(&side)).ok_or("block_size is missing")?;
    let &[batch, height, width, channels] = call.shape(x) else { return Err("the input must have four axes".into()) };
    let (own, block) = (Dim::Static(side.unsigned_abs()), constant(side));
    let (more, less) = (
        |extent: Dim, by| -> Result<Dim, String> { dim(multiply(expr(extent)?, by)?) },
        |extent: Dim, by| -> Result<Dim, String> { dim(floor_divide(expr(extent)?, by)?) },
    );
    let y = match to_space {
        true => {
            let depth = less(channels, constant(side * side))?;
            let parted = call.reshape(x, &[batch, height, width, own, own, depth])?;
            let moved = call.transpose(parted, &[0, 1, 3, 2, 4, 5])?;
            call.reshape(moved, &[batch, more(height, block)?, more(width, block)?, depth])?
        }
        false => {
            let (rows, columns) = (less(height, block)?, less(width, block)?);
            let parted = call.reshape(x, &[batch, rows, own, columns, own, channels])?;
            let moved = call.transpose(parted, &[0, 1, 3, 2, 4, 5])?;
            call.reshape(moved, &[batch, rows, columns, more(channels, constant(side * side))?])?
        }
    };
    Ok(vec![if is_last { y } else { call.transpose(y, &[0, 3, 1, 2])? }])
}
