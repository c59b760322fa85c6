//! Custom operators that take each pixel of a picture from a place between pixels of another one.

use super::landmarks::transformed;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] =
    &[row("TransformTensor", transform), row("TransformTensorBilinear", transform), row("Resampler", resample)];

/// How large a picture may be.
const EXTENTS: std::ops::Range<i64> = 1..1 << 15;

/// A picture, whose pixels stand one after the other.
struct Picture {
    pixels: Tracked,
    /// Where the pixels of each place's picture begin, if there is more than one.
    first: Option<Tracked>,
    height: Dim,
    width: Dim,
}

impl Picture {
    /// The pixels at whole places, in floats; those outside are zeros.
    fn at(&self, node: &mut Node, [x, y]: [Tracked; 2]) -> Result<Tracked, String> {
        let mut is_inside = Vec::new();
        let mut places = [x, y];
        for (place, extent) in places.iter_mut().zip([self.width, self.height]) {
            let (last, floats) = (node.extent(subtract(expr(extent)?, constant(1))?), node.element(*place));
            let limit = node.cast(last, floats)?;
            is_inside.push(node.binary_scalar("graph.greater_equal", *place, 0.0)?);
            is_inside.push(node.binary("graph.less_equal", *place, limit)?);
            // Compared so that what is no number is at 0.
            let below = node.binary("graph.minimum", *place, limit)?;
            let is_positive = node.binary_scalar("graph.greater", below, 0.0)?;
            let zero = node.scalar(floats, 0.0)?;
            let clamped = node.select(is_positive, below, zero)?;
            *place = node.cast(clamped, ElementType::I64)?;
        }
        let width = node.extent(expr(self.width)?);
        let line = node.binary("graph.multiply", places[1], width)?;
        let mut number = node.binary("graph.add", line, places[0])?;
        if let Some(first) = self.first {
            number = node.binary("graph.add", number, first)?;
        }
        let taken = node.emit("graph.gather", &[self.pixels, number], &[("axis", attribute(0i64))])?;
        let mut fits = is_inside[0];
        for &flag in &is_inside[1..] {
            fits = node.binary("graph.and", fits, flag)?;
        }
        let fits = with_channels(node, fits)?;
        let zero = node.scalar(node.element(self.pixels), 0.0)?;
        node.select(fits, taken, zero)
    }

    /// The pixels at places in between, mixed of the four around.
    fn between(&self, node: &mut Node, [x, y]: [Tracked; 2]) -> Result<Tracked, String> {
        let (left, upper) = (node.unary("graph.floor", x)?, node.unary("graph.floor", y)?);
        let (right, lower) =
            (node.binary_scalar("graph.add", left, 1.0)?, node.binary_scalar("graph.add", upper, 1.0)?);
        let mut shares = [x, y];
        for (share, whole) in shares.iter_mut().zip([left, upper]) {
            *share = node.binary("graph.subtract", *share, whole)?;
            *share = with_channels(node, *share)?;
        }
        let mut lines = Vec::new();
        for row in [upper, lower] {
            let (first, second) = (self.at(node, [left, row])?, self.at(node, [right, row])?);
            lines.push(mixed(node, first, second, shares[0])?);
        }
        mixed(node, lines[0], lines[1], shares[1])
    }
}

/// `(1 - share) * first + share * second`.
fn mixed(node: &mut Node, first: Tracked, second: Tracked, share: Tracked) -> Result<Tracked, String> {
    let one = node.scalar(node.element(share), 1.0)?;
    let rest = node.binary("graph.subtract", one, share)?;
    let (first, second) = (node.binary("graph.multiply", rest, first)?, node.binary("graph.multiply", share, second)?);
    node.binary("graph.add", first, second)
}

/// An axis of extent 1 behind all others.
fn with_channels(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let shape = [node.shape(x), &[Dim::Static(1)]].concat();
    node.reshape(x, &shape)
}

/// The shape of a batch of pictures.
fn pictures(node: &Node, x: Tracked) -> Result<[Dim; 4], String> {
    node.shape(x).try_into().map_err(|_| format!("the picture must have 4 axes, not {}", node.rank(x)))
}

/// A picture in which the place of each pixel in the first one is transformed by a matrix; zeros where that is outside.
fn transform(node: &mut Node) -> Results {
    let (x, transform) = (node.input(0)?, node.input(1)?);
    let [_, height, width, channels] = pictures(node, x)?;
    // The first version of the operator takes pixels to be at their corners.
    let (rows, columns, middle) = match node.custom_option("output_size") {
        Some(_) => match node.custom_integers("output_size")?.as_slice() {
            &[rows, columns] if EXTENTS.contains(&rows) && EXTENTS.contains(&columns) => (rows, columns, 0.0),
            other => return Err(format!("option output_size must be two extents, not {other:?}")),
        },
        None => (node.custom_integer("output_height", EXTENTS)?, node.custom_integer("output_width", EXTENTS)?, 0.5),
    };
    let (rows, columns) = (Dim::Static(rows as u64), Dim::Static(columns as u64));
    let (down, across) = (node.line(0, rows)?, node.line(1, columns)?);
    let places = [node.cast(across, ElementType::F32)?, node.cast(down, ElementType::F32)?];
    let places = transformed(node, transform, places, 1.0, middle)?;
    let pixels = node.reshape(x, &[dim(multiply(expr(height)?, expr(width)?)?)?, channels])?;
    let picture = Picture { pixels, first: None, height, width };
    let mut fits = Vec::new();
    for (place, extent) in places.into_iter().zip([width, height]) {
        let last = node.extent(subtract(expr(extent)?, constant(1))?);
        let last = node.cast(last, ElementType::F32)?;
        fits.push(node.binary_scalar("graph.greater_equal", place, 0.0)?);
        fits.push(node.binary("graph.less_equal", place, last)?);
    }
    let mut is_inside = fits[0];
    for &flag in &fits[1..] {
        is_inside = node.binary("graph.and", is_inside, flag)?;
    }
    let is_inside = with_channels(node, is_inside)?;
    let taken = picture.between(node, places)?;
    let zero = node.scalar(ElementType::F32, 0.0)?;
    let y = node.select(is_inside, taken, zero)?;
    Ok(vec![node.reshape(y, &[Dim::Static(1), rows, columns, channels])?])
}

/// A picture whose pixels are those of another one at the places that the second operand says: x, y for each.
fn resample(node: &mut Node) -> Results {
    let (x, places) = (node.input(0)?, node.input(1)?);
    let [batch, height, width, channels] = pictures(node, x)?;
    let places = node.expect_shape(places, &[batch, height, width, Dim::Static(2)], "the second input")?;
    let coordinate = |node: &mut Node, axis: u64| -> Result<Tracked, String> {
        let part = node.slice_axis(places, 3, Dim::Static(axis), Dim::Static(1))?;
        node.drop_axes(part, &[3])
    };
    let places = [coordinate(node, 0)?, coordinate(node, 1)?];
    let area = multiply(expr(height)?, expr(width)?)?;
    let pixels = node.reshape(x, &[dim(multiply(expr(batch)?, area)?)?, channels])?;
    let line = [batch, Dim::Static(1), Dim::Static(1)];
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &line, Type::i64())?;
    let area = node.extent(area);
    let first = node.binary("graph.multiply", numbers, area)?;
    let picture = Picture { pixels, first: Some(first), height, width };
    Ok(vec![picture.between(node, places)?])
}
