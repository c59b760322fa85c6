//! What recurrent layers share: a loop over time, and products of floats by weights that may be integers.

use super::hybrid::{Lines, product, quantized_lines};
use super::quantization::Quantization;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

/// What a layer does in a step: the next states, of which the first is what it gives.
pub(crate) type Step<'s> = &'s dyn Fn(&mut Node, &[Tracked], &[Tracked]) -> Results;

/// Which axis of a sequence is time.
pub(crate) fn time_axis(node: &Node) -> usize {
    usize::from(!node.option_flag("time_major"))
}

/// Takes a step for each place of the time axis of `inputs`, which have 3 axes: the sequence of what the steps give, then
/// the states after the last one.
pub(crate) fn over_time(node: &mut Node, inputs: &[Tracked], states: Vec<Tracked>, step: Step) -> Results {
    let axis = time_axis(node);
    let first = *inputs.first().ok_or("there is no input")?;
    if inputs.iter().any(|&input| node.rank(input) != 3) {
        return Err("the input must have 3 axes".into());
    }
    let rolled = Rolled {
        rounds: Some(node.shape(first)[axis]),
        start: None,
        initial: states,
        is_certain: true,
        counts: false,
        growing: 0,
        // Nothing is declared of what the steps give: the model says it of the whole sequence.
        declared: usize::MAX / 2,
    };
    let mut results = node.roll(rolled, |node, round, states| {
        let mut parts = Vec::new();
        for &input in inputs {
            parts.push(node.emit("graph.gather", &[input, round], &[("axis", attribute(axis as i64))])?);
        }
        let mut next = step(node, &parts, states)?;
        let given = *next.first().ok_or("a step gives nothing")?;
        next.push(given);
        Ok(next)
    })?;
    let sequence = results.pop().ok_or("a loop has results")?;
    let sequence = if axis == 1 { node.transpose(sequence, &[1, 0, 2])? } else { sequence };
    results.insert(0, sequence);
    Ok(results)
}

/// The same backward: the last place of the time axis comes first.
pub(crate) fn turned(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let axis = time_axis(node);
    if node.rank(x) != 3 {
        return Err("the input must have 3 axes".into());
    }
    node.reversed(x, &[axis])
}

/// A weight of a layer, by the number of its operand.
#[derive(Clone)]
pub(crate) struct Weight {
    pub value: Tracked,
    /// What its integers stand for.
    quantization: Option<Quantization>,
}

impl Weight {
    /// Operand number `index`, whose integers have a sign whatever their type says.
    pub fn read(node: &mut Node, index: usize) -> Result<Option<Weight>, String> {
        let Some(mut value) = node.optional(index) else { return Ok(None) };
        if node.element(value).is_float() {
            return Ok(Some(Weight { value, quantization: None }));
        }
        if node.element(value) == ElementType::U8 {
            let shape = node.shape(value).to_vec();
            value = node.emit_as("graph.bitcast", &[value], &[], &shape, Type::from_element(ElementType::I8))?;
        }
        Ok(Some(Weight { value, quantization: Some(node.quantized_operand(index)?) }))
    }

    /// Operand number `index`, which must be there.
    pub fn must(node: &mut Node, index: usize) -> Result<Weight, String> {
        Weight::read(node, index)?.ok_or_else(|| format!("input {index} is missing"))
    }

    /// Whether floats become integers to be multiplied by it.
    pub fn is_integer(&self) -> bool {
        self.quantization.is_some()
    }

    /// Its elements in floats.
    pub fn floats(&self, node: &mut Node) -> Result<Tracked, String> {
        match &self.quantization {
            None => Ok(self.value),
            Some(quantization) => super::quantize::dequantized(node, self.value, quantization),
        }
    }
}

/// Lines of floats that weights are multiplied by.
pub(crate) struct Vector {
    floats: Tracked,
    /// The same as integers, where weights are.
    lines: Option<Lines>,
}

impl Vector {
    pub fn new(node: &mut Node, floats: Tracked, are_weights_integers: bool) -> Result<Vector, String> {
        let asymmetric = node.option_flag("asymmetric_quantize_inputs");
        let lines = match are_weights_integers {
            true => Some(quantized_lines(node, floats, &[1], asymmetric)?),
            false => None,
        };
        Ok(Vector { floats, lines })
    }

    /// The lines times the transpose of a weight, or times the diagonal that a weight of one axis is.
    pub fn times(&self, node: &mut Node, weight: &Weight) -> Result<Tracked, String> {
        if node.rank(weight.value) == 1 {
            let diagonal = weight.floats(node)?;
            return node.binary("graph.multiply", self.floats, diagonal);
        }
        match (&self.lines, &weight.quantization) {
            (Some(lines), Some(quantization)) => product(node, lines, weight.value, quantization),
            _ => {
                let weights = weight.floats(node)?;
                node.emit("graph.matmul", &[self.floats, weights], &[("transpose_b", attribute(true))])
            }
        }
    }
}

/// Requires that a state is a matrix of known width, and gives the width.
pub(crate) fn width(node: &Node, state: Tracked) -> Result<Dim, String> {
    match node.shape(state) {
        &[_, units] => Ok(units),
        _ => Err("the state must be a matrix".into()),
    }
}
