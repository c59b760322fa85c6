//! Layers that change the contrast of images, also outside of training.

use super::call::{Call, Row, plain};
use super::operations::hits;
use super::preprocessing::unchanged;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, scalar};

pub(crate) const ROWS: &[Row] = &[
    // In training alone.
    plain("Solarization", unchanged),
    plain("Equalization", |call| Ok(vec![call.first()?])),
    plain("AutoContrast", auto_contrast),
    plain("ContrastLimitedAdaptiveHistogramEqualization", clahe),
];

/// The numbers of values in images, and those that the work is done with.
const FULL: [f64; 2] = [0.0, 255.0];

fn value_range(call: &Call) -> [f64; 2] {
    let listed = call.attribute("value_range").and_then(|range| range.as_array()).unwrap_or_default();
    match listed.iter().map(|&end| super::call::number(end)).collect::<Option<Vec<f64>>>().as_deref() {
        Some(&[low, high]) if low != high => [low, high],
        _ => FULL,
    }
}

/// Values of one range as those of another one.
fn rescale(node: &mut Node, x: Tracked, from: [f64; 2], to: [f64; 2]) -> Result<Tracked, String> {
    if from == to {
        return Ok(x);
    }
    let moved = node.binary_scalar("graph.subtract", x, from[0])?;
    let share = node.binary_scalar("graph.divide", moved, from[1] - from[0])?;
    let wide = node.binary_scalar("graph.multiply", share, to[1] - to[0])?;
    node.binary_scalar("graph.add", wide, to[0])
}

/// Each channel stretched over all values; one that has but one value stays.
fn auto_contrast(call: &mut Call) -> Results {
    let original = call.first_as_floats()?;
    let range = value_range(call);
    let x = rescale(call, original, range, FULL)?;
    let first = call.rank(x).checked_sub(3).ok_or("an image has three axes, images have four")?;
    let axes = [first, first + 1];
    let (low, high) = (call.reduce("graph.reduce_min", x, &axes)?, call.reduce("graph.reduce_max", x, &axes)?);
    let width = call.binary("graph.subtract", high, low)?;
    let x_element = call.element(x);
    let most = call.scalar(x_element, FULL[1])?;
    let scale = call.binary("graph.divide", most, width)?;
    let moved = call.binary("graph.subtract", x, low)?;
    let stretched = call.binary("graph.multiply", moved, scale)?;
    let stretched = call.clamp(stretched, Some(FULL[0]), Some(FULL[1]))?;
    let stretched = rescale(call, stretched, FULL, range)?;
    let is_flat = call.binary("graph.equal", low, high)?;
    Ok(vec![call.select(is_flat, original, stretched)?])
}

/// How many values there are.
const LEVELS: u64 = 256;

/// Tiles whose values are spread evenly, but no further than a limit, and between whose middles is interpolated
/// (Zuiderveld 1994).
fn clahe(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let is_last = call.is_channels_last();
    let is_single = call.rank(x) == 3;
    let x_shape = call.shape(x);
    let x = if is_single { call.reshape(x, &[&[Dim::Static(1)], x_shape].concat())? } else { x };
    if call.rank(x) != 4 {
        return Err("an image has three axes, images have four".into());
    }
    let x = if is_last { x } else { call.transpose(x, &[0, 2, 3, 1])? };
    let x = call.cast(x, ElementType::F32)?;
    let range = value_range(call);
    let x = rescale(call, x, range, FULL)?;
    let known = [1, 2].map(|axis| call.shape(x)[axis].as_static().filter(|extent| (1..=1 << 16).contains(extent)));
    let [Some(height), Some(width)] = known else { return Err("the images must have known extents".into()) };
    let grid = call.integers("tile_grid_size", 2, 8)?;
    if grid.iter().any(|tiles| !(1..=1 << 10).contains(tiles)) {
        return Err("tile_grid_size must be two numbers".into());
    }
    let grid = [grid[0] as u64, grid[1] as u64];
    let tile = [height.div_ceil(grid[0]), width.div_ceil(grid[1])];
    let mut padded = x;
    for (axis, extent) in [height, width].into_iter().enumerate() {
        let missing = tile[axis] * grid[axis] - extent;
        padded = super::operations::mirror(call, padded, axis + 1, Dim::Static(0), Dim::Static(missing))?;
    }
    let levels = call.clamp(padded, Some(0.0), Some(255.0))?;
    let levels = call.cast(levels, ElementType::I64)?;
    let table = tables(call, levels, grid, tile)?;
    let y = interpolate(call, levels, table, grid, tile)?;
    let y = call.slice_axis(y, 1, Dim::Static(0), Dim::Static(height))?;
    let y = call.slice_axis(y, 2, Dim::Static(0), Dim::Static(width))?;
    let y = rescale(call, y, FULL, range)?;
    let y = call.as_floats(y)?;
    let y = if is_last { y } else { call.transpose(y, &[0, 3, 1, 2])? };
    Ok(vec![if is_single { call.drop_axes(y, &[0])? } else { y }])
}

/// What each tile makes of each value: batch, rows of tiles, columns of tiles, channels, values.
fn tables(call: &mut Call, levels: Tracked, grid: [u64; 2], tile: [u64; 2]) -> Result<Tracked, String> {
    let &[batch, _, _, channels] = call.shape(levels) else { return Err("images have four axes".into()) };
    let [rows, columns, height, width] = [grid[0], grid[1], tile[0], tile[1]].map(Dim::Static);
    let area = tile[0] * tile[1];
    let parted = call.reshape(levels, &[batch, rows, height, columns, width, channels])?;
    let parted = call.transpose(parted, &[0, 1, 3, 5, 2, 4])?;
    let parted = call.reshape(parted, &[batch, rows, columns, channels, Dim::Static(area)])?;
    let hits = hits(call, parted, 5, LEVELS, ElementType::F32)?;
    let counts = call.reduce("graph.reduce_sum", hits, &[4])?;
    let mut counts = call.drop_axes(counts, &[4])?;
    let limit = call.float_or("clip_limit", 4.0) * area as f64 / LEVELS as f64;
    if limit > 0.0 {
        let kept = call.clamp(counts, Some(0.0), Some(limit))?;
        let excess = call.binary("graph.subtract", counts, kept)?;
        let excess = call.reduce("graph.reduce_sum", excess, &[4])?;
        let share = call.binary_scalar("graph.divide", excess, LEVELS as f64)?;
        counts = call.binary("graph.add", kept, share)?;
    }
    let given = [("axis", attribute(4i64)), ("exclusive", attribute(false)), ("reverse", attribute(false))];
    let sums = call.emit("graph.cumulative_sum", &[counts], &given)?;
    let least = call.reduce("graph.reduce_min", sums, &[4])?;
    let above = call.binary("graph.subtract", sums, least)?;
    let above = call.binary_scalar("graph.multiply", above, FULL[1])?;
    let total = call.scalar(ElementType::F32, area as f64)?;
    let rest = call.binary("graph.subtract", total, least)?;
    let is_none = call.binary_scalar("graph.equal", rest, 0.0)?;
    let one = call.scalar(ElementType::F32, 1.0)?;
    let rest = call.select(is_none, one, rest)?;
    let table = call.binary("graph.divide", above, rest)?;
    call.clamp(table, Some(FULL[0]), Some(FULL[1]))
}

/// The tile before each place of an axis, with those at the ends twice, and how far it is to the next one.
fn neighbours(node: &mut Node, tiles: u64, length: u64) -> Result<[Tracked; 3], String> {
    let place = |index: u64| (index as f64 - length as f64 / 2.0) / length as f64 + 1.0;
    let count = (tiles * length) as usize;
    // Tiles outside are those at the ends.
    let tile = |number: f64| number.clamp(0.0, tiles as f64 + 1.0).clamp(1.0, tiles as f64) - 1.0;
    let mut line = |element: ElementType, value: &dyn Fn(u64) -> f64| {
        let values = (0..count as u64).map(value);
        node.tensor(scalar::from_floats(element, &[count], values)?)
    };
    Ok([
        line(ElementType::I64, &|index| tile(place(index).floor()))?,
        line(ElementType::I64, &|index| tile(place(index).floor() + 1.0))?,
        line(ElementType::F32, &|index| place(index) - place(index).floor())?,
    ])
}

/// What four tiles around each place make of its value, weighed by how near they are.
fn interpolate(
    call: &mut Call,
    levels: Tracked,
    table: Tracked,
    grid: [u64; 2],
    tile: [u64; 2],
) -> Result<Tracked, String> {
    let (&[batch, height, width, channels], &[_, rows, columns, _, values]) = (call.shape(levels), call.shape(table))
    else {
        return Err("images have four axes".into());
    };
    let (down, across) = (neighbours(call, grid[0], tile[0])?, neighbours(call, grid[1], tile[1])?);
    let one = Dim::Static(1);
    // For each example and channel, the place in its tables: tile by tile, value by value.
    let all = crate::conversion::extent::element_count(&[rows, columns, values])?;
    let order = call.transpose(table, &[0, 3, 1, 2, 4])?;
    let flat = call.reshape(order, &[batch, channels, crate::conversion::extent::dim(all)?])?;
    let pixels = call.transpose(levels, &[0, 3, 1, 2])?;
    let at = |call: &mut Call, row: Tracked, column: Tracked| -> Result<Tracked, String> {
        let row = call.binary_scalar("graph.multiply", row, (grid[1] * LEVELS) as f64)?;
        let row = call.reshape(row, &[height, one])?;
        let column = call.binary_scalar("graph.multiply", column, LEVELS as f64)?;
        let base = call.binary("graph.add", row, column)?;
        let places = call.binary("graph.add", pixels, base)?;
        let area = crate::conversion::extent::dim(crate::conversion::extent::element_count(&[height, width])?)?;
        let places = call.reshape(places, &[batch, channels, area])?;
        let found = call.emit("graph.gather_elements", &[flat, places], &[("axis", attribute(2i64))])?;
        call.reshape(found, &[batch, channels, height, width])
    };
    let corners = [
        at(call, down[0], across[0])?,
        at(call, down[0], across[1])?,
        at(call, down[1], across[0])?,
        at(call, down[1], across[1])?,
    ];
    let vertical = call.reshape(down[2], &[height, one])?;
    let mix = |call: &mut Call, from: Tracked, to: Tracked, share: Tracked| -> Result<Tracked, String> {
        let distance = call.binary("graph.subtract", to, from)?;
        let part = call.binary("graph.multiply", distance, share)?;
        call.binary("graph.add", from, part)
    };
    let (top, bottom) = (mix(call, corners[0], corners[1], across[2])?, mix(call, corners[2], corners[3], across[2])?);
    let y = mix(call, top, bottom, vertical)?;
    debug_assert_eq!(call.element_type(y), Type::from_element(ElementType::F32), "the work is done in f32");
    call.transpose(y, &[0, 2, 3, 1])
}
