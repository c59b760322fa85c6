//! Recurrent layers of floats, whose weights may be integers. What they keep from run to run is an operand that is a
//! variable, and a result behind theirs.

use super::recurrence::{Vector, Weight, over_time, time_axis, turned, width};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

pub(crate) const ROWS: &[Row] = &[
    row("RNN", one_step),
    row("UNIDIRECTIONAL_SEQUENCE_RNN", sequence),
    row("BIDIRECTIONAL_SEQUENCE_RNN", bidirectional),
];

/// The name of an activation in recurrent ops, if they have it.
pub(crate) fn activation_name(word: &str) -> Option<&'static str> {
    match word {
        "TANH" => Some("Tanh"),
        "RELU" => Some("Relu"),
        _ => None,
    }
}

/// Where the operands of a layer stand.
#[derive(Clone, Copy)]
struct Places {
    /// The weights of the input, of the state, and the bias.
    weights: usize,
    state: usize,
    /// The weights of a second input.
    auxiliary: Option<usize>,
}

const ONE_WAY: Places = Places { weights: 1, state: 4, auxiliary: None };

const BOTH_WAYS: [Places; 2] =
    [Places { weights: 1, state: 4, auxiliary: Some(10) }, Places { weights: 5, state: 8, auxiliary: Some(11) }];

/// The second input of a layer that runs both ways.
const AUXILIARY: usize = 9;

fn one_step(node: &mut Node) -> Results {
    let (x, hidden) = (node.input(0)?, node.input(4)?);
    let rnn = Rnn::read(node, ONE_WAY, false)?;
    let y = rnn.step(node, &[x], hidden)?;
    Ok(vec![y, y])
}

fn sequence(node: &mut Node) -> Results {
    let x = node.input(0)?;
    layer(node, &[x], ONE_WAY)
}

/// A layer forward and one backward over the sequence.
fn bidirectional(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let has_weights = BOTH_WAYS[0].auxiliary.is_some_and(|index| node.optional(index).is_some());
    let (mut forward, mut backward) = (vec![x], vec![x]);
    match node.optional(AUXILIARY) {
        Some(auxiliary) if has_weights => {
            forward.push(auxiliary);
            backward.push(auxiliary);
        }
        // Without weights of its own, it is what the layer that runs backward sees, if time comes first.
        Some(auxiliary) if time_axis(node) == 0 => backward = vec![auxiliary],
        _ => {}
    }
    let first = layer(node, &forward, BOTH_WAYS[0])?;
    for input in &mut backward {
        *input = turned(node, *input)?;
    }
    let second = layer(node, &backward, BOTH_WAYS[1])?;
    join(node, first, second)
}

/// What layers give that run forward and backward, and their states.
pub(crate) fn join(node: &mut Node, mut forward: Vec<Tracked>, mut backward: Vec<Tracked>) -> Results {
    let (to_last, to_first) = (forward.remove(0), backward.remove(0));
    let to_first = turned(node, to_first)?;
    let mut results = match node.option_flag("merge_outputs") {
        true => vec![node.concat(&[to_last, to_first], 2)?],
        false => vec![to_last, to_first],
    };
    results.extend(forward);
    results.extend(backward);
    Ok(results)
}

fn layer(node: &mut Node, inputs: &[Tracked], places: Places) -> Results {
    let rnn = Rnn::read(node, places, inputs.len() > 1)?;
    let hidden = node.input(places.state)?;
    let name = activation_name(node.option_word("fused_activation_function"));
    match name.filter(|_| rnn.of_auxiliary.is_none() && !rnn.of_input.is_integer()) {
        Some(name) => {
            let zeros = node.scalar(node.element(rnn.bias), 0.0)?;
            let rest = node.broadcast(zeros, node.shape(rnn.bias))?;
            let bias = node.concat(&[rnn.bias, rest], 0)?;
            let units = width(node, hidden)?;
            let (weights, recurrent) = (rnn.of_input.value, rnn.of_state.value);
            let layer = Layer { op: "graph.rnn", gates: 1, units, x: inputs[0], weights, recurrent, bias };
            layer.emit(node, &[hidden], None, Attribute::array(&[Attribute::string(name)]))
        }
        None => {
            over_time(node, inputs, vec![hidden], &|node, inputs, states| Ok(vec![rnn.step(node, inputs, states[0])?]))
        }
    }
}

/// A layer whose state is what it gave last.
struct Rnn {
    of_input: Weight,
    of_auxiliary: Option<Weight>,
    of_state: Weight,
    bias: Tracked,
}

impl Rnn {
    fn read(node: &mut Node, places: Places, has_auxiliary: bool) -> Result<Rnn, String> {
        let auxiliary = places.auxiliary.filter(|_| has_auxiliary);
        Ok(Rnn {
            of_input: Weight::must(node, places.weights)?,
            of_auxiliary: auxiliary.map(|index| Weight::must(node, index)).transpose()?,
            of_state: Weight::must(node, places.weights + 1)?,
            bias: node.input(places.weights + 2)?,
        })
    }

    fn step(&self, node: &mut Node, inputs: &[Tracked], hidden: Tracked) -> Result<Tracked, String> {
        let are_integers = self.of_input.is_integer();
        let x = Vector::new(node, inputs[0], are_integers)?;
        let mut sum = x.times(node, &self.of_input)?;
        if let (Some(weight), Some(&auxiliary)) = (&self.of_auxiliary, inputs.get(1)) {
            let auxiliary = Vector::new(node, auxiliary, are_integers)?;
            let more = auxiliary.times(node, weight)?;
            sum = node.binary("graph.add", sum, more)?;
        }
        let hidden = Vector::new(node, hidden, are_integers)?;
        let of_state = hidden.times(node, &self.of_state)?;
        let sum = node.binary("graph.add", sum, of_state)?;
        let sum = node.binary("graph.add", sum, self.bias)?;
        node.fused_activation(sum)
    }
}

/// A layer that runs forward over a sequence.
pub(crate) struct Layer {
    pub op: &'static str,
    pub gates: u64,
    pub units: Dim,
    pub x: Tracked,
    pub weights: Tracked,
    pub recurrent: Tracked,
    pub bias: Tracked,
}

impl Layer {
    /// The sequence of outputs, then the states after the last step.
    pub fn emit(
        &self,
        node: &mut Node,
        states: &[Tracked],
        peepholes: Option<Tracked>,
        activations: Attribute,
    ) -> Results {
        let batch_first = time_axis(node) == 1;
        let &[first, second, features] = node.shape(self.x) else { return Err("the input must have 3 axes".into()) };
        let one = Dim::Static(1);
        let hidden = self.units.as_static().ok_or("the number of units must be known")?;
        let size = |factor: u64| Dim::Static(factor * hidden);
        let batch = if batch_first { first } else { second };
        let weights = node.reshape(self.weights, &[one, size(self.gates), features])?;
        let recurrent = node.reshape(self.recurrent, &[one, size(self.gates), self.units])?;
        let bias = node.reshape(self.bias, &[one, size(2 * self.gates)])?;
        let mut operands = vec![self.x, weights, recurrent, bias];
        let state = if batch_first { [batch, one, self.units] } else { [one, batch, self.units] };
        for &value in states {
            operands.push(node.reshape(value, &state)?);
        }
        let mut segments = vec![1i32, 1, 1, 1, 0];
        segments.extend(states.iter().map(|_| 1));
        if self.gates == 4 {
            segments.push(i32::from(peepholes.is_some()));
        }
        if let Some(peepholes) = peepholes {
            operands.push(node.reshape(peepholes, &[one, size(3)])?);
        }
        let given = [
            ("operandSegmentSizes", Attribute::dense_i32s(&segments)),
            ("hidden_size", attribute(hidden as i64)),
            ("layout", attribute(i64::from(batch_first))),
            ("activations", activations),
        ];
        let mut results = node.emit_many(self.op, &operands, &given)?;
        results[0] = node.reshape(results[0], &[first, second, self.units])?;
        for result in &mut results[1..] {
            *result = node.reshape(*result, &[batch, self.units])?;
        }
        Ok(results)
    }
}
