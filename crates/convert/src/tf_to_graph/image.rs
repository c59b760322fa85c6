//! Pictures: parts of them, patches, and colours.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("CropAndResize", crop_and_resize),
    row("ExtractImagePatches", patches),
    row("RGBToHSV", to_hsv),
    row("HSVToRGB", |node| {
        let x = node.input(0)?;
        Ok(vec![from_hsv(node, x)?])
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

/// One channel of the last axis, which is kept.
fn channel(node: &mut Node, x: Tracked, index: u64) -> Result<Tracked, String> {
    let last = node.rank(x).checked_sub(1).ok_or("a picture has channels")?;
    node.slice_axis(x, last, Dim::Static(index), Dim::Static(1))
}

fn to_hsv(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (red, green, blue) = (channel(node, x, 0)?, channel(node, x, 1)?, channel(node, x, 2)?);
    let last = node.rank(x) - 1;
    let value = node.reduce("graph.reduce_max", x, &[last])?;
    let least = node.reduce("graph.reduce_min", x, &[last])?;
    let range = node.binary("graph.subtract", value, least)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let share = node.binary("graph.divide", range, value)?;
    let is_lit = node.binary_scalar("graph.greater", value, 0.0)?;
    let saturation = node.select(is_lit, share, zero)?;
    let mut sixth = |left: Tracked, right: Tracked, turn: f64| {
        let difference = node.binary("graph.subtract", left, right)?;
        let ratio = node.binary("graph.divide", difference, range)?;
        let hue = node.binary_scalar("graph.divide", ratio, 6.0)?;
        node.binary_scalar("graph.add", hue, turn)
    };
    let (of_red, of_green, of_blue) =
        (sixth(green, blue, 0.0)?, sixth(blue, red, 2.0 / 6.0)?, sixth(red, green, 4.0 / 6.0)?);
    let is_green = node.binary("graph.equal", green, value)?;
    let is_red = node.binary("graph.equal", red, value)?;
    let hue = node.select(is_green, of_green, of_blue)?;
    let hue = node.select(is_red, of_red, hue)?;
    let is_coloured = node.binary_scalar("graph.greater", range, 0.0)?;
    let hue = node.select(is_coloured, hue, zero)?;
    let is_below = node.binary_scalar("graph.less", hue, 0.0)?;
    let turned = node.binary_scalar("graph.add", hue, 1.0)?;
    let hue = node.select(is_below, turned, hue)?;
    Ok(vec![node.concat(&[hue, saturation, value], last)?])
}

/// Each colour is a trapezoid over the hue.
fn from_hsv(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let (hue, saturation, value) = (channel(node, x, 0)?, channel(node, x, 1)?, channel(node, x, 2)?);
    let last = node.rank(x) - 1;
    let turns = node.binary_scalar("graph.multiply", hue, 6.0)?;
    let mut colours = Vec::new();
    for (centre, sign, offset) in [(3.0, 1.0, -1.0), (2.0, -1.0, 2.0), (4.0, -1.0, 2.0)] {
        let distance = node.binary_scalar("graph.subtract", turns, centre)?;
        let distance = node.unary("graph.abs", distance)?;
        let line = node.binary_scalar("graph.multiply", distance, sign)?;
        let line = node.binary_scalar("graph.add", line, offset)?;
        let share = node.clamp(line, Some(0.0), Some(1.0))?;
        // (1 - s + s * share) * v
        let lost = node.binary_scalar("graph.subtract", share, 1.0)?;
        let lost = node.binary("graph.multiply", lost, saturation)?;
        let kept = node.binary_scalar("graph.add", lost, 1.0)?;
        colours.push(node.binary("graph.multiply", kept, value)?);
    }
    debug_assert!(node.element_type(x) == Type::from_element(node.element(x)));
    node.concat(&colours, last)
}
