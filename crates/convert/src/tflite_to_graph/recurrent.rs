//! Recurrent layers of floats. What they keep from run to run is an operand that is a variable, and a result behind theirs.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

pub(crate) const ROWS: &[Row] = &[
    row("UNIDIRECTIONAL_SEQUENCE_LSTM", lstm),
    row("UNIDIRECTIONAL_SEQUENCE_RNN", sequence_rnn),
    row("RNN", rnn),
    row("SVDF", svdf),
];

/// Requires floats: layers of integers are others.
fn expect_floats(node: &Node, operands: &[Tracked]) -> Result<(), String> {
    match operands.iter().all(|&operand| node.element(operand).is_float()) {
        true => Ok(()),
        false => Err("a recurrent layer of integers is not supported".into()),
    }
}

/// The name of an activation in recurrent ops.
fn activation_name(word: &str) -> Result<&'static str, String> {
    match word {
        "TANH" => Ok("Tanh"),
        "RELU" => Ok("Relu"),
        other => Err(format!("activation {other} of a recurrent layer is not supported")),
    }
}

/// The input gate's weights, or those of the forget gate negated: a layer without an input gate takes what the forget gate
/// leaves.
fn gate(node: &mut Node, index: usize, forget: usize) -> Result<Tracked, String> {
    match node.optional(index) {
        Some(weights) => Ok(weights),
        None => {
            let weights = node.input(forget)?;
            node.unary("graph.negate", weights)
        }
    }
}

fn lstm(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if [9, 10, 11, 16, 17, 20, 21, 22, 23].iter().any(|&index| node.optional(index).is_some()) {
        return Err("peepholes, projections and layer normalization of a recurrent layer are not supported".into());
    }
    if node.option_float("cell_clip") > 0.0 || node.option_word("fused_activation_function") != "TANH" {
        return Err(
            "a recurrent layer that clips its cells or has another activation than TANH is not supported".into()
        );
    }
    // Gates stand in the order input, forget, cell, output; they are wanted as input, output, forget, cell.
    let mut parts = Vec::new();
    for first in [1, 5, 12] {
        let input = gate(node, first, first + 1)?;
        let (forget, cell, output) = (node.input(first + 1)?, node.input(first + 2)?, node.input(first + 3)?);
        parts.push(node.concat(&[input, output, forget, cell], 0)?);
    }
    expect_floats(node, &[x, parts[0], parts[1]])?;
    let (hidden, cell) = (node.input(18)?, node.input(19)?);
    let &[_, units] = node.shape(hidden) else { return Err("the state must be a matrix".into()) };
    let zeros = node.scalar(node.element(x), 0.0)?;
    let rest = node.broadcast(zeros, node.shape(parts[2]))?;
    let bias = node.concat(&[parts[2], rest], 0)?;
    let layer = Layer { op: "graph.lstm", gates: 4, units, x, weights: parts[0], recurrent: parts[1], bias };
    layer.emit(node, &[hidden, cell], &[])
}

fn sequence_rnn(node: &mut Node) -> Results {
    let (x, weights, recurrent, bias) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let hidden = node.input(4)?;
    expect_floats(node, &[x, weights, recurrent])?;
    let &[_, units] = node.shape(hidden) else { return Err("the state must be a matrix".into()) };
    let name = activation_name(node.option_word("fused_activation_function"))?;
    let zeros = node.scalar(node.element(x), 0.0)?;
    let rest = node.broadcast(zeros, node.shape(bias))?;
    let bias = node.concat(&[bias, rest], 0)?;
    let layer = Layer { op: "graph.rnn", gates: 1, units, x, weights, recurrent, bias };
    let activations = Attribute::array(&[Attribute::string(name)]);
    layer.emit(node, &[hidden], &[("activations", activations)])
}

/// A layer that runs forward over a sequence.
struct Layer {
    op: &'static str,
    gates: u64,
    units: Dim,
    x: Tracked,
    weights: Tracked,
    recurrent: Tracked,
    bias: Tracked,
}

impl Layer {
    /// The sequence of outputs, then the states after the last step.
    fn emit(&self, node: &mut Node, states: &[Tracked], more: &[(&str, Attribute)]) -> Results {
        let batch_first = !node.option_flag("time_major");
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
            segments.push(0);
        }
        let mut given = vec![
            ("operandSegmentSizes", Attribute::dense_i32s(&segments)),
            ("hidden_size", attribute(hidden as i64)),
            ("layout", attribute(batch_first)),
        ];
        given.extend_from_slice(more);
        let mut results = node.emit_many(self.op, &operands, &given)?;
        results[0] = node.reshape(results[0], &[first, second, self.units])?;
        for result in &mut results[1..] {
            *result = node.reshape(*result, &[batch, self.units])?;
        }
        Ok(results)
    }
}

/// One step.
fn rnn(node: &mut Node) -> Results {
    let (x, weights, recurrent, bias) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let hidden = node.input(4)?;
    expect_floats(node, &[x, weights, recurrent])?;
    let given = [("transpose_b", attribute(true))];
    let of_input = node.emit("graph.matmul", &[x, weights], &given)?;
    let of_state = node.emit("graph.matmul", &[hidden, recurrent], &given)?;
    let sum = node.binary("graph.add", of_input, of_state)?;
    let sum = node.binary("graph.add", sum, bias)?;
    let y = node.fused_activation(sum)?;
    Ok(vec![y, y])
}

/// Filters of features over the last steps: the newest step's products move in behind those before.
fn svdf(node: &mut Node) -> Results {
    let (x, features, time) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let state = node.input(4)?;
    expect_floats(node, &[x, features, time])?;
    let (&[filters, steps], &[batch, _]) = (node.shape(time), node.shape(state)) else {
        return Err("weights and state must be matrices".into());
    };
    let rank =
        u64::try_from(node.option_int("rank")).ok().filter(|&rank| rank > 0).ok_or("the rank must be positive")?;
    let (Some(count), Some(length)) = (filters.as_static(), steps.as_static().filter(|&length| length > 0)) else {
        return Err("the weights must have a known shape".into());
    };
    let newest = node.emit("graph.matmul", &[x, features], &[("transpose_b", attribute(true))])?;
    let newest = node.reshape(newest, &[batch, filters, Dim::Static(1)])?;
    let before = node.reshape(state, &[batch, filters, steps])?;
    let before = node.slice_axis(before, 2, Dim::Static(1), Dim::Static(length - 1))?;
    let all = node.concat(&[before, newest], 2)?;
    let products = node.binary("graph.multiply", all, time)?;
    let sums = node.reduce("graph.reduce_sum", products, &[2])?;
    let units = Dim::Static(count / rank);
    let sums = node.reshape(sums, &[batch, units, Dim::Static(rank)])?;
    let sums = node.reduce("graph.reduce_sum", sums, &[2])?;
    let mut y = node.reshape(sums, &[batch, units])?;
    if let Some(bias) = node.optional(3) {
        y = node.binary("graph.add", y, bias)?;
    }
    let y = node.fused_activation(y)?;
    let state = node.reshape(all, node.shape(state))?;
    Ok(vec![y, state])
}
