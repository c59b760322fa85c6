//! Custom operators on landmarks: the transform that makes a picture of them upright, and what it does to landmarks and
//! to pictures.
//!
//! Each is of a first and a second version, which are told apart by their options and by the axes of their operands.

use crate::conversion::attempt::element;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, floor_divide};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] =
    &[row("Landmarks2TransformMatrix", transform_matrix), row("TransformLandmarks", transform_landmarks)];

/// How large a picture may be.
const EXTENTS: std::ops::Range<i64> = 1..1 << 15;

/// An entry of a matrix.
#[derive(Clone, Copy)]
enum Entry {
    Number(f64),
    Scalar(Tracked),
}

use Entry::{Number, Scalar};

/// A matrix of `columns` columns, row by row.
fn matrix(node: &mut Node, columns: usize, entries: &[Entry]) -> Result<Tracked, String> {
    let mut parts = Vec::new();
    for entry in entries {
        let entry = match *entry {
            Number(number) => node.tensor(Tensor::scalar(number as f32))?,
            Scalar(scalar) => scalar,
        };
        parts.push(node.reshape(entry, &[Dim::Static(1)])?);
    }
    let joined = node.concat(&parts, 0)?;
    let (rows, columns) = ((entries.len() / columns) as u64, columns as u64);
    node.reshape(joined, &[Dim::Static(rows), Dim::Static(columns)])
}

/// The product of matrices, from the left.
fn product(node: &mut Node, matrices: &[Tracked]) -> Result<Tracked, String> {
    let (&first, rest) = matrices.split_first().ok_or("there are no matrices")?;
    rest.iter().try_fold(first, |left, &right| node.emit("graph.matmul", &[left, right], &[]))
}

/// What turns landmarks: an angle's cosine and sine.
#[derive(Clone, Copy)]
struct Turn {
    cosine: Tracked,
    sine: Tracked,
}

impl Turn {
    fn of(node: &mut Node, angle: Tracked) -> Result<Turn, String> {
        Ok(Turn { cosine: node.unary("graph.cos", angle)?, sine: node.unary("graph.sin", angle)? })
    }

    fn inverse(self, node: &mut Node) -> Result<Turn, String> {
        Ok(Turn { sine: node.unary("graph.negate", self.sine)?, ..self })
    }

    fn apply(self, node: &mut Node, [x, y]: [Tracked; 2]) -> Result<[Tracked; 2], String> {
        let (a, b) = (node.binary("graph.multiply", x, self.cosine)?, node.binary("graph.multiply", y, self.sine)?);
        let (c, d) = (node.binary("graph.multiply", x, self.sine)?, node.binary("graph.multiply", y, self.cosine)?);
        Ok([node.binary("graph.subtract", a, b)?, node.binary("graph.add", c, d)?])
    }
}

/// The first two coordinates of some landmarks, as vectors.
fn landmarks(node: &mut Node, x: Tracked, numbers: &[i64]) -> Result<[Tracked; 2], String> {
    let count = floor_divide(element_count(node.shape(x))?, constant(3))?;
    if let Some(count) = count.as_constant()
        && let Some(number) = numbers.iter().find(|number| !(0..count).contains(number))
    {
        return Err(format!("there is no landmark {number}, there are {count}"));
    }
    let lines = node.reshape(x, &[dim(count)?, Dim::Static(3)])?;
    let numbers = node.tensor(Tensor::from_values(&[numbers.len()], numbers))?;
    let taken = node.emit("graph.gather", &[lines, numbers], &[("axis", attribute(0i64))])?;
    let mut coordinates = [taken; 2];
    for (axis, coordinate) in coordinates.iter_mut().enumerate() {
        let part = node.slice_axis(taken, 1, Dim::Static(axis as u64), Dim::Static(1))?;
        *coordinate = node.drop_axes(part, &[1])?;
    }
    Ok(coordinates)
}

/// How far the right one of two landmarks is from the left one, as scalars.
fn distance(node: &mut Node, x: Tracked) -> Result<[Tracked; 2], String> {
    let number = |name| node.custom_integer(name, 0..1 << 20);
    let numbers = [number("left_rotation_idx")?, number("right_rotation_idx")?];
    let coordinates = landmarks(node, x, &numbers)?;
    let mut distances = coordinates;
    for distance in &mut distances {
        let (left, right) = (element(node, *distance, 0, 0)?, element(node, *distance, 0, 1)?);
        *distance = node.binary("graph.subtract", right, left)?;
    }
    Ok(distances)
}

/// The middle and the size of what is around some landmarks when they are turned.
fn bounds(node: &mut Node, x: Tracked, name: &str, turn: Turn) -> Result<([Tracked; 2], [Tracked; 2]), String> {
    let numbers = node.custom_integers(name)?;
    if numbers.is_empty() {
        return Err(format!("option {name} is empty"));
    }
    let coordinates = landmarks(node, x, &numbers)?;
    let turned = turn.apply(node, coordinates)?;
    let (mut middles, mut sizes) = (turned, turned);
    for axis in 0..2 {
        let (most, least) = (
            node.reduce("graph.reduce_max", turned[axis], &[0])?,
            node.reduce("graph.reduce_min", turned[axis], &[0])?,
        );
        sizes[axis] = node.binary("graph.subtract", most, least)?;
        let sum = node.binary("graph.add", most, least)?;
        middles[axis] = node.binary_scalar("graph.divide", sum, 2.0)?;
    }
    Ok((middles, sizes))
}

fn transform_matrix(node: &mut Node) -> Results {
    let x = node.input(0)?;
    match node.rank(x) {
        4 => first_transform(node, x),
        3 => second_transform(node, x),
        rank => Err(format!("the landmarks must have 3 or 4 axes, not {rank}")),
    }
}

/// From places in the upright picture to those in the first one, both in pixels.
fn first_transform(node: &mut Node, x: Tracked) -> Results {
    if node.custom_number("dimensions")? != 3.0 {
        return Err("landmarks must have 3 coordinates".into());
    }
    let range = node.custom_number("landmarks_range")?;
    let (input, output) = (node.custom_integers("input_hw")?, node.custom_integers("output_hw")?);
    let (&[in_height, in_width], &[out_height, out_width]) = (input.as_slice(), output.as_slice()) else {
        return Err("the sizes of both pictures must be of two numbers".into());
    };
    let [dx, dy] = distance(node, x)?;
    let slope = node.binary("graph.divide", dy, dx)?;
    let angle = node.unary("graph.atan", slope)?;
    let back = Turn::of(node, angle)?;
    let turn = back.inverse(node)?;
    let (middle, sizes) = bounds(node, x, "subset", turn)?;
    let multiplier = node.custom_number("bbox_size_multiplier")?;
    let (mut scales, mut moved) = (sizes, back.apply(node, middle)?);
    for (scale, place) in scales.iter_mut().zip(&mut moved) {
        let size = node.binary_scalar("graph.multiply", *scale, multiplier)?;
        *scale = node.binary_scalar("graph.divide", size, range)?;
        let relative = node.binary_scalar("graph.divide", *place, range)?;
        let doubled = node.binary_scalar("graph.multiply", relative, 2.0)?;
        *place = node.binary_scalar("graph.subtract", doubled, 1.0)?;
    }
    let (zero, one) = (Number(0.0), Number(1.0));
    let half = |extent: i64| Number((extent as f64 - 1.0) / 2.0);
    let twice = |extent: i64| Number(2.0 / (extent as f64 - 1.0));
    let absolute = [half(in_width), zero, half(in_width), zero, half(in_height), half(in_height), zero, zero, one];
    let rotation = [
        [Scalar(back.cosine), Scalar(turn.sine), Scalar(moved[0])],
        [Scalar(back.sine), Scalar(back.cosine), Scalar(moved[1])],
        [zero, zero, one],
    ];
    let scale = [Scalar(scales[0]), zero, zero, zero, Scalar(scales[1]), zero, zero, zero, one];
    let relative = [twice(out_width), zero, Number(-1.0), zero, twice(out_height), Number(-1.0), zero, zero, one];
    let matrices = [
        matrix(node, 3, &absolute)?,
        matrix(node, 3, &rotation.concat())?,
        matrix(node, 3, &scale)?,
        matrix(node, 3, &relative)?,
    ];
    let whole = product(node, &matrices)?;
    // The third axis is none of the picture's: the rows are two, then those of a matrix that changes nothing.
    let part = |node: &mut Node, first: u64, count: u64| -> Result<Tracked, String> {
        let rows = node.slice_axis(whole, 0, Dim::Static(0), Dim::Static(2))?;
        node.slice_axis(rows, 1, Dim::Static(first), Dim::Static(count))
    };
    let (turned, shift) = (part(node, 0, 2)?, part(node, 2, 1)?);
    let none = matrix(node, 1, &[zero, zero])?;
    let rows = node.concat(&[turned, none, shift], 1)?;
    let rest = matrix(node, 4, &[zero, zero, one, zero, zero, zero, zero, one])?;
    let all = node.concat(&[rows, rest], 0)?;
    Ok(vec![node.reshape(all, &[Dim::Static(1), Dim::Static(4), Dim::Static(4)])?])
}

/// As [`first_transform`], told as sizes and scales.
fn second_transform(node: &mut Node, x: Tracked) -> Results {
    let height = node.custom_integer("output_height", EXTENTS)? as f64;
    let width = node.custom_integer("output_width", EXTENTS)? as f64;
    let [dx, dy] = distance(node, x)?;
    let angle = super::elementwise::atan2(node, dy, dx)?;
    let negated = node.unary("graph.negate", angle)?;
    let target = node.custom_number_or("target_rotation_radians", 0.0);
    let angle = node.binary_scalar("graph.add", negated, target)?;
    let turn = Turn::of(node, angle)?;
    let back = turn.inverse(node)?;
    let (middle, sizes) = bounds(node, x, "subset_idxs", turn)?;
    let centre = back.apply(node, middle)?;
    let mut scales = sizes;
    for (scale, (name, extent)) in scales.iter_mut().zip([("scale_x", width), ("scale_y", height)]) {
        let size = node.binary_scalar("graph.multiply", *scale, node.custom_number(name)?)?;
        *scale = node.binary_scalar("graph.divide", size, extent)?;
    }
    let (zero, one) = (Number(0.0), Number(1.0));
    let moved = |x: Entry, y: Entry| {
        [[one, zero, zero, x], [zero, one, zero, y], [zero, zero, one, zero], [zero, zero, zero, one]]
    };
    let scaled = |x: Entry, y: Entry| {
        [[x, zero, zero, zero], [zero, y, zero, zero], [zero, zero, one, zero], [zero, zero, zero, one]]
    };
    let rotation = [
        [Scalar(back.cosine), Scalar(turn.sine), zero, zero],
        [Scalar(back.sine), Scalar(back.cosine), zero, zero],
        [zero, zero, one, zero],
        [zero, zero, zero, one],
    ];
    let steps = [
        moved(Scalar(centre[0]), Scalar(centre[1])),
        rotation,
        scaled(Scalar(scales[0]), Scalar(scales[1])),
        moved(Number(-width / 2.0), Number(-height / 2.0)),
    ];
    let mut matrices = Vec::new();
    for step in steps {
        matrices.push(matrix(node, 4, &step.concat())?);
    }
    let whole = product(node, &matrices)?;
    Ok(vec![node.reshape(whole, &[Dim::Static(1), Dim::Static(4), Dim::Static(4)])?])
}

/// The first two coordinates of each landmark, transformed; a third one stays.
fn transform_landmarks(node: &mut Node) -> Results {
    let (x, transform) = (node.input(0)?, node.input(1)?);
    let shape = node.shape(x).to_vec();
    let (dimensions, scale) = match (shape.as_slice(), node.custom_option("dimensions")) {
        ([_, _, _, _], Some(_)) => (node.custom_integer("dimensions", 2..4)?, node.custom_number_or("scale", 1.0)),
        (&[_, _, coordinates], _) => (coordinates.as_static().unwrap_or(0) as i64, 1.0),
        _ => return Err("the landmarks must have 4 axes and dimensions, or 3 axes".into()),
    };
    if !matches!(dimensions, 2 | 3) {
        return Err(format!("landmarks must have 2 or 3 coordinates, not {dimensions}"));
    }
    let count = dim(floor_divide(element_count(&shape)?, constant(dimensions))?)?;
    let lines = node.reshape(x, &[count, Dim::Static(dimensions as u64)])?;
    let column = |node: &mut Node, place: u64| node.slice_axis(lines, 1, Dim::Static(place), Dim::Static(1));
    let (x, y) = (column(node, 0)?, column(node, 1)?);
    let mut parts = transformed(node, transform, [x, y], scale, 0.0)?.to_vec();
    if dimensions == 3 {
        parts.push(column(node, 2)?);
    }
    let joined = node.concat(&parts, 1)?;
    Ok(vec![node.reshape(joined, &shape)?])
}

/// Places transformed by the first two rows of a matrix, whose shift is scaled; `middle` is where in a pixel its place is.
pub(crate) fn transformed(
    node: &mut Node,
    transform: Tracked,
    [x, y]: [Tracked; 2],
    scale: f64,
    middle: f64,
) -> Result<[Tracked; 2], String> {
    let entries = node.reshape(transform, &[Dim::Static(16)])?;
    let mut results = [x, y];
    for (row, result) in results.iter_mut().enumerate() {
        let entry = |node: &mut Node, column: usize| element(node, entries, 0, (4 * row + column) as u64);
        let (of_x, of_y, shift) = (entry(node, 0)?, entry(node, 1)?, entry(node, 3)?);
        let mut shift = if scale == 1.0 { shift } else { node.binary_scalar("graph.multiply", shift, scale)? };
        if middle != 0.0 {
            let halves = (
                node.binary_scalar("graph.multiply", of_x, middle)?,
                node.binary_scalar("graph.multiply", of_y, middle)?,
            );
            let sum = node.binary("graph.add", halves.0, halves.1)?;
            let correction = node.binary_scalar("graph.subtract", sum, middle)?;
            shift = node.binary("graph.add", shift, correction)?;
        }
        let (a, b) = (node.binary("graph.multiply", x, of_x)?, node.binary("graph.multiply", y, of_y)?);
        let sum = node.binary("graph.add", a, b)?;
        *result = node.binary("graph.add", sum, shift)?;
    }
    Ok(results)
}
