//! `RandomUniform`, `RandomNormal`, `Bernoulli`, `Multinomial`: numbers made of a seed and each element's place.
//!
//! The place, moved by what the seed says, goes through a mixing function of 64 bits (that of SplitMix64). So a model gives
//! the same numbers each time; one without a seed has that of the node's place in the graph. Other engines give others.

use super::cast::element_of;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
pub(crate) use crate::conversion::random::fractions;
use crate::conversion::random::normal_numbers;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("RandomUniform", |node| {
        let shape = shape_of(node)?;
        uniform(node, &shape, ElementType::F32)
    }),
    row("RandomUniformLike", |node| {
        let x = node.input(0)?;
        let element = node.element(x);
        uniform(node, node.shape(x), element)
    }),
    row("RandomNormal", |node| {
        let shape = shape_of(node)?;
        normal(node, &shape, ElementType::F32)
    }),
    row("RandomNormalLike", |node| {
        let x = node.input(0)?;
        let element = node.element(x);
        normal(node, node.shape(x), element)
    }),
    row("Bernoulli", bernoulli),
    row("Multinomial", multinomial),
];

/// The most samples that are drawn at once.
const MOST_SAMPLES: i64 = 1 << 24;

fn shape_of(node: &Node) -> Result<Vec<Dim>, String> {
    let extents = node.ints("shape").ok_or("attribute \"shape\" is missing")?;
    let dims = extents.iter().map(|&extent| u64::try_from(extent).map(Dim::Static));
    dims.collect::<Result<_, _>>().map_err(|_| format!("shape {extents:?} has a negative extent"))
}

/// The type of the result, which an attribute may say, and the one in which it is computed.
fn elements(node: &Node, default: ElementType) -> Result<[ElementType; 2], String> {
    let element = node.int("dtype").map_or(Ok(default), element_of)?;
    Ok([element, if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 }])
}

fn uniform(node: &mut Node, shape: &[Dim], default: ElementType) -> Results {
    let [element, work] = elements(node, default)?;
    let (low, high) = (node.float_or("low", 0.0), node.float_or("high", 1.0));
    let numbers = fractions(node, shape, work, 0)?;
    let scaled = node.binary_scalar("graph.multiply", numbers, high - low)?;
    let moved = node.binary_scalar("graph.add", scaled, low)?;
    Ok(vec![node.cast(moved, element)?])
}

fn normal(node: &mut Node, shape: &[Dim], default: ElementType) -> Results {
    let [element, work] = elements(node, default)?;
    let (mean, scale) = (node.float_or("mean", 0.0), node.float_or("scale", 1.0));
    let numbers = normal_numbers(node, shape, work)?;
    let scaled = node.binary_scalar("graph.multiply", numbers, scale)?;
    let moved = node.binary_scalar("graph.add", scaled, mean)?;
    Ok(vec![node.cast(moved, element)?])
}

/// Ones as often as the input says.
fn bernoulli(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let [element, _] = elements(node, node.element(x))?;
    let work = if node.element(x) == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let numbers = fractions(node, node.shape(x), work, 0)?;
    let x = node.cast(x, work)?;
    let is_one = node.binary("graph.less", numbers, x)?;
    Ok(vec![node.cast(is_one, element)?])
}

/// Classes as often as the logarithms of their probabilities say: how many sums of probabilities a number reaches.
fn multinomial(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let &[batch, classes] = node.shape(x) else { return Err("the input must be a matrix".into()) };
    let samples = node.int_or("sample_size", 1);
    if !(0..=MOST_SAMPLES).contains(&samples) {
        return Err(format!("sample_size must be from 0 to {MOST_SAMPLES}, not {samples}"));
    }
    let samples = Dim::Static(samples as u64);
    let element = element_of(node.int_or("dtype", 6))?;
    let work = if node.element(x) == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let x = node.cast(x, work)?;
    let shares = node.emit("graph.softmax", &[x], &[("axis", attribute(1i64))])?;
    let given = [("axis", attribute(1i64)), ("exclusive", attribute(false)), ("reverse", attribute(false))];
    let sums = node.emit("graph.cumulative_sum", &[shares], &given)?;
    let sums = node.reshape(sums, &[batch, Dim::Static(1), classes])?;
    let numbers = fractions(node, &[batch, samples], work, 0)?;
    let numbers = node.reshape(numbers, &[batch, samples, Dim::Static(1)])?;
    let is_reached = node.binary("graph.greater_equal", numbers, sums)?;
    let is_reached = node.cast(is_reached, ElementType::I64)?;
    let count = node.reduce("graph.reduce_sum", is_reached, &[2])?;
    let count = node.reshape(count, &[batch, samples])?;
    // Sums that are rounded down may be less than one in the end.
    let classes = node.extent(crate::conversion::extent::expr(classes)?);
    let last = node.binary_scalar("graph.subtract", classes, 1.0)?;
    let class = node.binary("graph.minimum", count, last)?;
    Ok(vec![node.cast(class, element)?])
}
