//! Pictures: parts of them, patches, and colours.

use crate::conversion::colours::{from_hsv, hsv_channels};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("CropAndResize", crop_and_resize),
    row("ExtractImagePatches", patches),
    row("RGBToHSV", to_hsv),
    row("HSVToRGB", |node| {
        let x = node.input(0)?;
        Ok(vec![from_hsv(node, x)?])
    }),
    row("AdjustHue", |node| {
        let (x, delta) = (node.input(0)?, node.input(1)?);
        let (hue, saturation, value) = hsv_channels(node, x)?;
        let delta = node.cast(delta, node.element(x))?;
        let turned = node.binary("graph.add", hue, delta)?;
        let one = node.scalar(node.element(x), 1.0)?;
        let hue = node.binary("graph.modulo", turned, one)?;
        rgb_of(node, hue, saturation, value)
    }),
    row("AdjustSaturation", |node| {
        let (x, scale) = (node.input(0)?, node.input(1)?);
        let (hue, saturation, value) = hsv_channels(node, x)?;
        let scale = node.cast(scale, node.element(x))?;
        let scaled = node.binary("graph.multiply", saturation, scale)?;
        let saturation = node.clamp(scaled, Some(0.0), Some(1.0))?;
        rgb_of(node, hue, saturation, value)
    }),
    row("AdjustContrastv2", |node| {
        let (x, factor) = (node.input(0)?, node.input(1)?);
        let rank = node.rank(x);
        if rank < 3 {
            return Err("a picture has 3 axes".into());
        }
        let mean = node.reduce("graph.reduce_mean", x, &[rank - 3, rank - 2])?;
        let distance = node.binary("graph.subtract", x, mean)?;
        let factor = node.cast(factor, node.element(x))?;
        let scaled = node.binary("graph.multiply", distance, factor)?;
        Ok(vec![node.binary("graph.add", scaled, mean)?])
    }),
];

/// Where the samples of each box lie along one axis: two neighbours, how much the second weighs, and which are inside.
struct Samples {
    lower: Tracked,
    upper: Tracked,
    weight: Tracked,
    are_inside: Tracked,
}

/// `start * (extent - 1) + i * (end - start) * (extent - 1) / (count - 1)`, or the middle of the box for one sample.
fn samples(node: &mut Node, ends: [Tracked; 2], extent: Dim, count: Dim, is_nearest: bool) -> Result<Samples, String> {
    let last = node.extent(subtract(expr(extent)?, constant(1))?);
    let last = node.cast(last, ElementType::F32)?;
    let [start, end] = ends;
    let at = if count.is(1) {
        let sum = node.binary("graph.add", start, end)?;
        let sum = node.binary("graph.multiply", sum, last)?;
        node.binary_scalar("graph.multiply", sum, 0.5)?
    } else {
        let steps = node.extent(maximum(subtract(expr(count)?, constant(1))?, constant(1)));
        let steps = node.cast(steps, ElementType::F32)?;
        let span = node.binary("graph.subtract", end, start)?;
        let span = node.binary("graph.multiply", span, last)?;
        let step = node.binary("graph.divide", span, steps)?;
        let places = node.line(1, count)?;
        let places = node.cast(places, ElementType::F32)?;
        let moved = node.binary("graph.multiply", places, step)?;
        let first = node.binary("graph.multiply", start, last)?;
        node.binary("graph.add", first, moved)?
    };
    let is_low = node.binary_scalar("graph.less", at, 0.0)?;
    let is_high = node.binary("graph.greater", at, last)?;
    let is_outside = node.binary("graph.or", is_low, is_high)?;
    let are_inside = node.unary("graph.not", is_outside)?;
    let (lower, upper, weight) = if is_nearest {
        let raised = node.binary_scalar("graph.add", at, 0.5)?;
        let nearest = node.unary("graph.floor", raised)?;
        let weight = node.binary("graph.subtract", nearest, nearest)?;
        (nearest, nearest, weight)
    } else {
        let (lower, upper) = (node.unary("graph.floor", at)?, node.unary("graph.ceil", at)?);
        let weight = node.binary("graph.subtract", at, lower)?;
        (lower, upper, weight)
    };
    let mut index = |x: Tracked| {
        let raised = node.clamp(x, Some(0.0), None)?;
        let inside = node.binary("graph.minimum", raised, last)?;
        node.cast(inside, ElementType::I64)
    };
    Ok(Samples { lower: index(lower)?, upper: index(upper)?, weight, are_inside })
}

/// Boxes of pictures, each resampled to one size.
fn crop_and_resize(node: &mut Node) -> Results {
    let (x, boxes, pictures, size) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let size = node.counts_of(size)?;
    let (&[_, height, width, channels], &[rows, columns]) = (node.shape(x), size.as_slice()) else {
        return Err("the input must have 4 axes, and the size two numbers".into());
    };
    let count = node.shape(boxes)[0];
    let (rows, columns) = (dim(rows)?, dim(columns)?);
    let x = node.cast(x, ElementType::F32)?;
    let is_nearest = node.string_or("method", "bilinear") == "nearest";
    let mut ends = Vec::new();
    for index in 0..4 {
        ends.push(node.slice_axis(boxes, 1, Dim::Static(index), Dim::Static(1))?);
    }
    let vertical = samples(node, [ends[0], ends[2]], height, rows, is_nearest)?;
    let horizontal = samples(node, [ends[1], ends[3]], width, columns, is_nearest)?;
    let one = Dim::Static(1);
    let (tall, wide) = ([count, rows, one, one], [count, one, columns, one]);
    let pictures = node.cast(pictures, ElementType::I64)?;
    let pictures = node.reshape(pictures, &[count, one, one, one])?;
    let all = [count, rows, columns, one];
    let pictures = node.broadcast(pictures, &all)?;
    let mut corner = |row: Tracked, column: Tracked| {
        let row = node.reshape(row, &tall)?;
        let column = node.reshape(column, &wide)?;
        let (row, column) = (node.broadcast(row, &all)?, node.broadcast(column, &all)?);
        let indices = node.concat(&[pictures, row, column], 3)?;
        node.emit("graph.gather_nd", &[x, indices], &[("batch_dims", attribute(0i64))])
    };
    let top_left = corner(vertical.lower, horizontal.lower)?;
    let top_right = corner(vertical.lower, horizontal.upper)?;
    let bottom_left = corner(vertical.upper, horizontal.lower)?;
    let bottom_right = corner(vertical.upper, horizontal.upper)?;
    let right = node.reshape(horizontal.weight, &wide)?;
    let below = node.reshape(vertical.weight, &tall)?;
    let mut between = |from: Tracked, to: Tracked, weight: Tracked| {
        let distance = node.binary("graph.subtract", to, from)?;
        let moved = node.binary("graph.multiply", distance, weight)?;
        node.binary("graph.add", from, moved)
    };
    let top = between(top_left, top_right, right)?;
    let bottom = between(bottom_left, bottom_right, right)?;
    let result = between(top, bottom, below)?;
    let inside_rows = node.reshape(vertical.are_inside, &tall)?;
    let inside_columns = node.reshape(horizontal.are_inside, &wide)?;
    let are_inside = node.binary("graph.and", inside_rows, inside_columns)?;
    let other = node.scalar(ElementType::F32, node.float_or("extrapolation_value", 0.0))?;
    debug_assert_eq!(node.shape(result).last(), Some(&channels), "a crop keeps the channels");
    Ok(vec![node.select(are_inside, result, other)?])
}

/// Patches of pictures, the elements of each as channels.
fn patches(node: &mut Node) -> Results {
    use super::window::{same_padding, spatial};
    let x = node.input(0)?;
    let &[batch, height, width, channels] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let (size, strides) = (spatial(node, "ksizes", 4, true)?, spatial(node, "strides", 4, true)?);
    let rates = spatial(node, "rates", 4, true)?;
    let mut low = vec![Dim::Static(0); 4];
    let mut high = low.clone();
    if node.string_or("padding", "VALID") == "SAME" {
        for (axis, extent) in [height, width].into_iter().enumerate() {
            let reach = rates[axis] * (size[axis] - 1) + 1;
            let (before, after) = same_padding(expr(extent)?, strides[axis], reach)?;
            (low[axis + 1], high[axis + 1]) = (dim(before)?, dim(after)?);
        }
    }
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    let x = node.emit("graph.pad", &[x], &given)?;
    let mut places = Vec::new();
    for axis in 0..2 {
        let reach = rates[axis] * (size[axis] - 1) + 1;
        let room = subtract(expr(node.shape(x)[axis + 1])?, constant(reach))?;
        let count = crate::conversion::extent::add(
            crate::conversion::extent::floor_divide(room, constant(strides[axis]))?,
            constant(1),
        )?;
        let starts = node.line(0, dim(count)?)?;
        let starts = node.binary_scalar("graph.multiply", starts, strides[axis] as f64)?;
        let within = node.line(1, Dim::Static(size[axis] as u64))?;
        let within = node.binary_scalar("graph.multiply", within, rates[axis] as f64)?;
        places.push(node.binary("graph.add", starts, within)?);
    }
    let rows = node.emit("graph.gather", &[x, places[0]], &[("axis", attribute(1i64))])?;
    let both = node.emit("graph.gather", &[rows, places[1]], &[("axis", attribute(3i64))])?;
    let moved = node.transpose(both, &[0, 1, 3, 2, 4, 5])?;
    let depth = multiply(expr(channels)?, constant(size[0] * size[1]))?;
    let shape = [batch, node.shape(places[0])[0], node.shape(places[1])[0], dim(depth)?];
    Ok(vec![node.reshape(moved, &shape)?])
}

fn to_hsv(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (hue, saturation, value) = hsv_channels(node, x)?;
    let last = node.rank(x) - 1;
    Ok(vec![node.concat(&[hue, saturation, value], last)?])
}

fn rgb_of(node: &mut Node, hue: Tracked, saturation: Tracked, value: Tracked) -> Results {
    let last = node.rank(hue) - 1;
    let joined = node.concat(&[hue, saturation, value], last)?;
    Ok(vec![from_hsv(node, joined)?])
}
