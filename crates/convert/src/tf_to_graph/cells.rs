//! Recurrent cells that are one operator, and loops of one over time.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("LSTMBlockCell", |node| {
        let (x, cell, hidden) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let weights = LongShort::read(node, 3, ["i", "c", "f", "o"])?;
        Ok(weights.step(node, x, cell, hidden)?.to_vec())
    }),
    row("BlockLSTM", |node| over_time(node, ["i", "c", "f", "o"])),
    row("BlockLSTMV2", |node| over_time(node, ["i", "f", "c", "o"])),
    row("GRUBlockCell", gated),
];

/// The weights of a long short-term memory.
#[derive(Clone, Copy)]
struct LongShort {
    weights: Tracked,
    bias: Tracked,
    /// From the cell to the input, forget and output gates.
    peepholes: Option<[Tracked; 3]>,
    forget_bias: f64,
    clip: f64,
    /// The gates in the order of the weights' columns.
    order: [&'static str; 4],
}

/// The number of what a step gives: gates, cell and output, as the operators list them.
const RESULTS: usize = 7;
const CELL: usize = 1;
const HIDDEN: usize = 6;

impl LongShort {
    /// Reads weights, peepholes and the bias from the operands from `first` on.
    fn read(node: &Node, first: usize, order: [&'static str; 4]) -> Result<LongShort, String> {
        let peepholes = match node.flag("use_peephole", false) {
            true => Some([node.input(first + 1)?, node.input(first + 2)?, node.input(first + 3)?]),
            false => None,
        };
        let is_first = order[1] == "c";
        Ok(LongShort {
            weights: node.input(first)?,
            bias: node.input(first + 4)?,
            peepholes,
            forget_bias: if is_first { node.float_or("forget_bias", 1.0) } else { 0.0 },
            clip: node.float_or("cell_clip", if is_first { 3.0 } else { 0.0 }),
            order,
        })
    }

    /// One step: the input gate, the cell, the forget gate, the output gate, the cell's input, its output and the output.
    fn step(&self, node: &mut Node, x: Tracked, cell: Tracked, hidden: Tracked) -> Result<[Tracked; RESULTS], String> {
        let joined = node.concat(&[x, hidden], 1)?;
        let all = product(node, joined, self.weights)?;
        let all = node.binary("graph.add", all, self.bias)?;
        let size = *node.shape(cell).last().ok_or("the cell is a matrix")?;
        let gate = |node: &mut Node, name: &str| {
            let place = self.order.iter().position(|gate| *gate == name).unwrap_or(0) as i64;
            let start = crate::conversion::extent::expr(size)?.checked_mul(kiln_ir::DimExpr::constant(place));
            node.slice_axis(all, 1, Dim::from_expr(start.ok_or("the cell is too large")?), size)
        };
        let peek = |node: &mut Node, gate: Tracked, cell: Tracked, which: usize| match self.peepholes {
            Some(peepholes) => {
                let seen = node.binary("graph.multiply", cell, peepholes[which])?;
                node.binary("graph.add", gate, seen)
            }
            None => Ok(gate),
        };
        let input = gate(node, "i")?;
        let input = peek(node, input, cell, 0)?;
        let input = node.unary("graph.sigmoid", input)?;
        let forget = gate(node, "f")?;
        let forget =
            if self.forget_bias == 0.0 { forget } else { node.binary_scalar("graph.add", forget, self.forget_bias)? };
        let forget = peek(node, forget, cell, 1)?;
        let forget = node.unary("graph.sigmoid", forget)?;
        let candidate = gate(node, "c")?;
        let candidate = node.unary("graph.tanh", candidate)?;
        let added = node.binary("graph.multiply", candidate, input)?;
        let kept = node.binary("graph.multiply", cell, forget)?;
        let mut cell = node.binary("graph.add", added, kept)?;
        if self.clip > 0.0 {
            cell = node.clamp(cell, Some(-self.clip), Some(self.clip))?;
        }
        let output = gate(node, "o")?;
        let output = peek(node, output, cell, 2)?;
        let output = node.unary("graph.sigmoid", output)?;
        let squashed = node.unary("graph.tanh", cell)?;
        let hidden = node.binary("graph.multiply", squashed, output)?;
        Ok([input, cell, forget, output, candidate, squashed, hidden])
    }
}

/// A loop over the first axis; from the length on everything is 0.
fn over_time(node: &mut Node, order: [&'static str; 4]) -> Results {
    let (length, x, cell, hidden) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let weights = LongShort::read(node, 4, order)?;
    let time = *node.shape(x).first().ok_or("the input has an axis for time")?;
    let is_wanted: Vec<usize> = (0..RESULTS).filter(|&index| node.is_output_used(index)).collect();
    let rolled = Rolled {
        rounds: Some(time),
        start: None,
        initial: vec![cell, hidden],
        is_certain: false,
        counts: false,
        growing: 0,
        declared: 0,
    };
    let wanted = is_wanted.clone();
    let results = node.roll(rolled, |node, number, carried| {
        let row = node.emit("graph.gather", &[x, number], &[("axis", attribute(0i64))])?;
        let step = weights.step(node, row, carried[0], carried[1])?;
        let own = wanted.iter().map(|&index| step[index]);
        Ok([step[CELL], step[HIDDEN]].into_iter().chain(own).collect())
    })?;
    let length = node.cast(length, ElementType::I64)?;
    let length = node.reshape(length, &[])?;
    let shape = [time, Dim::Static(1), Dim::Static(1)];
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &shape, Type::i64())?;
    let is_inside = node.binary("graph.less", places, length)?;
    let mut stacked = results[2..].iter();
    let mut all = Vec::new();
    for index in 0..RESULTS {
        // What nothing takes may be anything.
        let value = match is_wanted.contains(&index) {
            true => *stacked.next().ok_or("a result is missing")?,
            false => {
                all.push(hidden);
                continue;
            }
        };
        let zero = node.scalar(node.element(value), 0.0)?;
        all.push(node.select(is_inside, value, zero)?);
    }
    Ok(all)
}

/// A gated recurrent unit: the reset gate, the update gate, the candidate and the output.
fn gated(node: &mut Node) -> Results {
    let (x, hidden, gates, weights) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let (gate_bias, bias) = (node.input(4)?, node.input(5)?);
    let size = *node.shape(hidden).last().ok_or("the state is a matrix")?;
    let joined = node.concat(&[x, hidden], 1)?;
    let both = product(node, joined, gates)?;
    let both = node.binary("graph.add", both, gate_bias)?;
    let both = node.unary("graph.sigmoid", both)?;
    let reset = node.slice_axis(both, 1, Dim::Static(0), size)?;
    let update = node.slice_axis(both, 1, size, size)?;
    let kept = node.binary("graph.multiply", reset, hidden)?;
    let joined = node.concat(&[x, kept], 1)?;
    let candidate = product(node, joined, weights)?;
    let candidate = node.binary("graph.add", candidate, bias)?;
    let candidate = node.unary("graph.tanh", candidate)?;
    let before = node.binary("graph.multiply", update, hidden)?;
    let one = node.scalar(node.element(update), 1.0)?;
    let rest = node.binary("graph.subtract", one, update)?;
    let new = node.binary("graph.multiply", rest, candidate)?;
    let output = node.binary("graph.add", before, new)?;
    Ok(vec![reset, update, candidate, output])
}
