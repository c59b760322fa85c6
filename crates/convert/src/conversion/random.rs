//! Random numbers, made of a seed and each element's place.
//!
//! The place, moved by what the seed says, goes through a mixing function of 64 bits (that of SplitMix64). So a model gives
//! the same numbers each time; a node without a seed has that of its place in the graph.

use super::emit::attribute;
use super::extent::{dim, element_count};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

/// What places are apart by: 2 to the 64th divided by the golden ratio.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Shifts and factors of the mixing function; the last shift has no factor.
const MIXING: [(u64, u64); 2] = [(30, 0xBF58_476D_1CE4_E5B9), (27, 0x94D0_49BB_1331_11EB)];
const LAST_SHIFT: u64 = 31;

/// Where the node's numbers begin.
fn start(node: &Node, stream: u64) -> u64 {
    let seed = match node.attribute("seed").and_then(|seed| seed.as_f64()) {
        Some(seed) => (seed as f32).to_bits().into(),
        None => {
            let block = node.conversion.module.parent_block(node.op);
            let place = block.and_then(|block| node.conversion.module.block_ops(block).position(|op| op == node.op));
            (1 << 32) + place.unwrap_or(0) as u64
        }
    };
    mix(seed.wrapping_mul(2).wrapping_add(stream))
}

fn mix(bits: u64) -> u64 {
    let mixed = MIXING
        .iter()
        .fold(bits.wrapping_mul(STEP), |bits, (shift, factor)| (bits ^ bits >> shift).wrapping_mul(*factor));
    mixed ^ mixed >> LAST_SHIFT
}

/// Numbers from 0 up to but not including 1, all multiples of 2 to the -24th, or for `f64` to the -53rd.
pub(crate) fn fractions(node: &mut Node, shape: &[Dim], element: ElementType, stream: u64) -> Result<Tracked, String> {
    let count = dim(element_count(shape)?)?;
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let mut bits = node.cast(places, ElementType::U64)?;
    let with = |node: &mut Node, op: &str, bits: Tracked, by: u64| {
        let by = node.tensor(Tensor::scalar(by))?;
        node.binary(op, bits, by)
    };
    bits = with(node, "graph.multiply", bits, STEP)?;
    bits = with(node, "graph.add", bits, start(node, stream))?;
    for (shift, factor) in MIXING {
        let moved = with(node, "graph.shift_right", bits, shift)?;
        bits = node.binary("graph.xor", bits, moved)?;
        bits = with(node, "graph.multiply", bits, factor)?;
    }
    let moved = with(node, "graph.shift_right", bits, LAST_SHIFT)?;
    bits = node.binary("graph.xor", bits, moved)?;
    let digits = if element == ElementType::F64 { 53 } else { 24 };
    bits = with(node, "graph.shift_right", bits, 64 - digits)?;
    let numbers = node.cast(bits, element)?;
    let numbers = node.binary_scalar("graph.multiply", numbers, 0.5f64.powi(digits as i32))?;
    node.reshape(numbers, shape)
}

/// Normally distributed numbers: of two, one gives a distance and one an angle (Box and Muller).
pub(crate) fn normal_numbers(node: &mut Node, shape: &[Dim], work: ElementType) -> Result<Tracked, String> {
    let one = node.scalar(work, 1.0)?;
    let distance = fractions(node, shape, work, 0)?;
    let distance = node.binary("graph.subtract", one, distance)?;
    let distance = node.unary("graph.log", distance)?;
    let distance = node.binary_scalar("graph.multiply", distance, -2.0)?;
    let distance = node.unary("graph.sqrt", distance)?;
    let angle = fractions(node, shape, work, 1)?;
    let angle = node.binary_scalar("graph.multiply", angle, 2.0 * std::f64::consts::PI)?;
    let angle = node.unary("graph.cos", angle)?;
    node.binary("graph.multiply", distance, angle)
}
