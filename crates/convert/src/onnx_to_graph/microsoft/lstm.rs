//! `DynamicQuantizeLSTM`: weights are quantized, and so are, by their own range, the input and in each step the hidden state.

use super::quantized::scaled_product;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::quantize::dynamic_quantize;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("com.microsoft.DynamicQuantizeLSTM", dynamic_quantize_lstm)];

/// Integers with a scale and a zero point.
#[derive(Clone, Copy)]
struct Quantized {
    values: Tracked,
    scale: Tracked,
    zero: Option<Tracked>,
}

/// One direction.
struct Direction {
    /// Of each step and example, what comes of the input and the biases.
    gates: Tracked,
    recurrent: Quantized,
    /// Of input, output and forget gate.
    peepholes: Option<[Tracked; 3]>,
    hidden: u64,
    clip: Option<f64>,
}

fn dynamic_quantize_lstm(node: &mut Node) -> Results {
    let (x, recurrent) = (node.input(0)?, node.input(2)?);
    let (&[length, batch, _], &[_, hidden, _]) = (node.shape(x), node.shape(recurrent)) else {
        return Err("inputs and weights must have three axes".into());
    };
    let hidden = node.int("hidden_size").map(|size| Dim::Static(size.unsigned_abs())).unwrap_or(hidden);
    let hidden = hidden.as_static().ok_or("hidden_size is missing")?;
    check(node)?;
    let reversed: &[bool] = match node.string_or("direction", "forward") {
        "forward" => &[false],
        "reverse" => &[true],
        "bidirectional" => &[false, true],
        other => return Err(format!("direction \"{other}\" is not known")),
    };
    let [values, scale, zero] = dynamic_quantize(node, x)?;
    let input = Quantized { values, scale, zero: Some(zero) };
    let last = node.vector(vec![subtract(expr(length)?, constant(1))?]);
    let last = node.reshape(last, &[])?;
    let mut results = [Vec::new(), Vec::new(), Vec::new()];
    for (number, &is_reversed) in reversed.iter().enumerate() {
        let direction = Direction::read(node, number, input, hidden)?;
        let state = [batch, Dim::Static(hidden)];
        let initial = vec![initial(node, 5, number, &state)?, initial(node, 6, number, &state)?];
        let rolled = Rolled {
            rounds: Some(length),
            start: None,
            initial,
            is_certain: true,
            counts: false,
            growing: 0,
            declared: node.output_count(),
        };
        let made = node.roll(rolled, |node, step, carried| {
            let [h, c] = *carried else { return Err("two states are carried".into()) };
            let place = if is_reversed { node.binary("graph.subtract", last, step)? } else { step };
            let [h, c] = direction.step(node, place, h, c)?;
            Ok(vec![h, c, h])
        })?;
        let [h, c, mut y] = made[..] else { return Err("the loop makes two states and outputs".into()) };
        if is_reversed {
            let line = node.line(0, length)?;
            let line = node.reshape(line, &[length])?;
            let places = node.binary("graph.subtract", last, line)?;
            y = node.emit("graph.gather", &[y, places], &[("axis", attribute(0i64))])?;
        }
        let y = node.reshape(y, &[length, Dim::Static(1), batch, Dim::Static(hidden)])?;
        let state = [Dim::Static(1), batch, Dim::Static(hidden)];
        results[0].push(y);
        results[1].push(node.reshape(h, &state)?);
        results[2].push(node.reshape(c, &state)?);
    }
    let axes = [1, 0, 0];
    results.iter().zip(axes).map(|(parts, axis)| node.concat(parts, axis)).collect()
}

/// What is not supported.
fn check(node: &mut Node) -> Result<(), String> {
    if node.optional(4).is_some() {
        return Err("sequence lengths are not supported".into());
    }
    if node.flag("input_forget", false) {
        return Err("coupled input and forget gates are not supported".into());
    }
    let activations = node.attribute("activations").and_then(|names| names.as_strs()).unwrap_or_default();
    let usual = ["Sigmoid", "Tanh", "Tanh"].into_iter().cycle();
    match activations.iter().zip(usual).find(|(name, usual)| name != &usual) {
        Some((name, usual)) => Err(format!("activation \"{name}\" where \"{usual}\" is usual is not supported")),
        None => Ok(()),
    }
}

/// Part `number` of input `index` along its first axis, which is dropped.
fn part(node: &mut Node, index: usize, number: usize) -> Result<Option<Tracked>, String> {
    let Some(all) = node.optional(index) else { return Ok(None) };
    let own = node.slice_axis(all, 0, Dim::Static(number as u64), Dim::Static(1))?;
    node.drop_axes(own, &[0]).map(Some)
}

fn initial(node: &mut Node, index: usize, number: usize, shape: &[Dim]) -> Result<Tracked, String> {
    match part(node, index, number)? {
        Some(state) => node.expect_shape(state, shape, "an initial state"),
        None => {
            let zero = node.scalar(ElementType::F32, 0.0)?;
            node.broadcast(zero, shape)
        }
    }
}

/// Weights, whose scale and zero point are inputs from `point` on.
fn weights(node: &mut Node, index: usize, point: usize, number: usize) -> Result<Quantized, String> {
    let values = part(node, index, number)?.ok_or("weights are missing")?;
    let scale = part(node, point, number)?.ok_or("a scale is missing")?;
    Ok(Quantized { values, scale, zero: part(node, point + 1, number)? })
}

fn multiply(node: &mut Node, a: Quantized, b: Quantized, bias: Option<Tracked>) -> Result<Tracked, String> {
    scaled_product(node, (a.values, a.scale, a.zero), b.values, b.scale, b.zero, bias)
}

impl Direction {
    fn read(node: &mut Node, number: usize, input: Quantized, hidden: u64) -> Result<Direction, String> {
        let gates = Dim::Static(4 * hidden);
        let bias = match part(node, 3, number)? {
            Some(both) => {
                let own = node.slice_axis(both, 0, Dim::Static(0), gates)?;
                let recurrent = node.slice_axis(both, 0, gates, gates)?;
                Some(node.binary("graph.add", own, recurrent)?)
            }
            None => None,
        };
        let peepholes = match part(node, 7, number)? {
            Some(all) => {
                let mut one = |gate: u64| node.slice_axis(all, 0, Dim::Static(gate * hidden), Dim::Static(hidden));
                Some([one(0)?, one(1)?, one(2)?])
            }
            None => None,
        };
        let own = weights(node, 1, 8, number)?;
        Ok(Direction {
            gates: multiply(node, input, own, bias)?,
            recurrent: weights(node, 2, 10, number)?,
            peepholes,
            hidden,
            clip: Some(node.float_or("clip", 0.0)).filter(|&limit| limit > 0.0),
        })
    }

    /// The states after a step.
    fn step(&self, node: &mut Node, place: Tracked, h: Tracked, c: Tracked) -> Result<[Tracked; 2], String> {
        let [values, scale, zero] = dynamic_quantize(node, h)?;
        let h = Quantized { values, scale, zero: Some(zero) };
        let recurrent = multiply(node, h, self.recurrent, None)?;
        let own = node.emit("graph.gather", &[self.gates, place], &[("axis", attribute(0i64))])?;
        let gates = node.binary("graph.add", own, recurrent)?;
        let input = self.gate(node, gates, 0, Some((0, c)), "graph.sigmoid")?;
        let forget = self.gate(node, gates, 2, Some((2, c)), "graph.sigmoid")?;
        let candidate = self.gate(node, gates, 3, None, "graph.tanh")?;
        let kept = node.binary("graph.multiply", forget, c)?;
        let new = node.binary("graph.multiply", input, candidate)?;
        let c = node.binary("graph.add", kept, new)?;
        let output = self.gate(node, gates, 1, Some((1, c)), "graph.sigmoid")?;
        let shown = node.unary("graph.tanh", c)?;
        Ok([node.binary("graph.multiply", output, shown)?, c])
    }

    /// One gate, which may look at a cell state.
    fn gate(
        &self,
        node: &mut Node,
        gates: Tracked,
        number: u64,
        seen: Option<(usize, Tracked)>,
        activation: &str,
    ) -> Result<Tracked, String> {
        let mut gate = node.slice_axis(gates, 1, Dim::Static(number * self.hidden), Dim::Static(self.hidden))?;
        if let (Some(peepholes), Some((which, cell))) = (self.peepholes, seen) {
            let weighted = node.binary("graph.multiply", peepholes[which], cell)?;
            gate = node.binary("graph.add", gate, weighted)?;
        }
        if let Some(limit) = self.clip {
            gate = node.clamp(gate, Some(-limit), Some(limit))?;
        }
        node.unary(activation, gate)
    }
}
