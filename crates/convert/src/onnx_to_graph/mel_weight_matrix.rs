//! `MelWeightMatrix`: triangles on a scale of pitch, as weights of frequencies.

use super::cast::element_of;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, floor_divide};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("MelWeightMatrix", mel_weight_matrix)];

/// A pitch is this times the logarithm to base 10 of one and a part of [`BREAK`] hertz.
const PITCH: f64 = 2595.0;
const BREAK: f64 = 700.0;

fn mel_weight_matrix(node: &mut Node) -> Results {
    let mut numbers = Vec::new();
    for index in 0..5 {
        let number = node.input(index)?;
        numbers.push(node.reshape(number, &[])?);
    }
    let mut extents = Vec::new();
    for &number in &numbers[..2] {
        extents.push(*node.counts_of(number)?.first().ok_or("a count is empty")?);
    }
    let bands = dim(extents[0])?;
    let bins = dim(add(floor_divide(extents[1], constant(2))?, constant(1))?)?;
    let element = element_of(node.int_or("output_datatype", 1))?;

    let edges = edges(node, &numbers, bands)?;
    let shape = [bins, Dim::Static(1)];
    let bin = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &shape, Type::i64())?;
    let bin = node.cast(bin, ElementType::F64)?;
    let [low, centre, high] = edges;
    let rises = side(node, bin, low, centre)?;
    let falls = side(node, bin, high, centre)?;
    // A centre that is its own lower edge weighs one.
    let is_centre = node.binary("graph.equal", bin, centre)?;
    let is_flat = node.binary("graph.equal", low, centre)?;
    let is_flat = node.binary("graph.and", is_flat, is_centre)?;
    let is_falling = {
        let is_beyond = node.binary("graph.greater_equal", bin, centre)?;
        let is_within = node.binary("graph.less", bin, high)?;
        node.binary("graph.and", is_beyond, is_within)?
    };
    let is_rising = {
        let is_beyond = node.binary("graph.greater_equal", bin, low)?;
        let is_within = node.binary("graph.less_equal", bin, centre)?;
        node.binary("graph.and", is_beyond, is_within)?
    };
    let zero = node.scalar(ElementType::F64, 0.0)?;
    let one = node.scalar(ElementType::F64, 1.0)?;
    let weight = node.select(is_rising, rises, zero)?;
    let weight = node.select(is_flat, one, weight)?;
    let weight = node.select(is_falling, falls, weight)?;
    let weight = node.broadcast(weight, &[bins, bands])?;
    Ok(vec![node.cast(weight, element)?])
}

/// How far a bin is from an edge on its way to the centre.
fn side(node: &mut Node, bin: Tracked, edge: Tracked, centre: Tracked) -> Result<Tracked, String> {
    let done = node.binary("graph.subtract", bin, edge)?;
    let whole = node.binary("graph.subtract", centre, edge)?;
    node.binary("graph.divide", done, whole)
}

/// The bins at which each band begins, is highest and ends: evenly spaced by pitch.
fn edges(node: &mut Node, numbers: &[Tracked], bands: Dim) -> Result<[Tracked; 3], String> {
    let &[count, length, rate, low, high] = numbers else { return Err("it has five inputs".into()) };
    let low = pitch(node, low)?;
    let high = pitch(node, high)?;
    let span = node.binary("graph.subtract", high, low)?;
    let count = node.cast(count, ElementType::F64)?;
    let count = node.binary_scalar("graph.add", count, 2.0)?;
    let step = node.binary("graph.divide", span, count)?;
    let length = node.cast(length, ElementType::F64)?;
    let length = node.binary_scalar("graph.add", length, 1.0)?;
    let rate = node.cast(rate, ElementType::F64)?;
    let shape = [Dim::Static(1), bands];
    let band = node.emit_as("graph.iota", &[], &[("axis", attribute(1i64))], &shape, Type::i64())?;
    let band = node.cast(band, ElementType::F64)?;
    let mut edge = |offset: f64| {
        let number = node.binary_scalar("graph.add", band, offset)?;
        let moved = node.binary("graph.multiply", number, step)?;
        let pitch = node.binary("graph.add", moved, low)?;
        let power = node.binary_scalar("graph.multiply", pitch, std::f64::consts::LN_10 / PITCH)?;
        let power = node.unary("graph.exp", power)?;
        let ratio = node.binary_scalar("graph.subtract", power, 1.0)?;
        let frequency = node.binary_scalar("graph.multiply", ratio, BREAK)?;
        let scaled = node.binary("graph.multiply", frequency, length)?;
        let place = node.binary("graph.divide", scaled, rate)?;
        node.unary("graph.floor", place)
    };
    Ok([edge(0.0)?, edge(1.0)?, edge(2.0)?])
}

fn pitch(node: &mut Node, frequency: Tracked) -> Result<Tracked, String> {
    let frequency = node.cast(frequency, ElementType::F64)?;
    let ratio = node.binary_scalar("graph.divide", frequency, BREAK)?;
    let ratio = node.binary_scalar("graph.add", ratio, 1.0)?;
    let logarithm = node.unary("graph.log", ratio)?;
    node.binary_scalar("graph.multiply", logarithm, PITCH / std::f64::consts::LN_10)
}
