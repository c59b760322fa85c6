//! The forms of cells that are known.
//!
//! ```text
//! LSTM   h' = sigmoid(o) * tanh(c'), c' = sigmoid(f) * c + sigmoid(i) * tanh(z)
//! GRU    h' = (1 - z) * n + z * h  or  n + z * (h - n), n = tanh(... + r * (h R + b))  or  tanh(... + (r * h) R)
//! ```

use super::sums::{Block, Offset, Sum, extent};
use crate::matching::{find_producer, is_splat_of, shape_of};
use kiln_ir::{Module, Op, Value};

/// What a gate adds up: a product with the input, one with the state, and constants for each of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Gate {
    pub input: Block,
    pub hidden: Block,
    pub input_offsets: Vec<Offset>,
    pub hidden_offsets: Vec<Offset>,
}

/// Which cell it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// With the gates i, o, f, c.
    Lstm,
    /// With the gates z, r, h.
    Gru {
        /// Whether the state is multiplied by its weights before the reset gate applies.
        linear_before_reset: bool,
    },
}

/// A cell: its gates in the order of the op's weights.
pub(super) struct Cell {
    pub kind: Kind,
    pub gates: Vec<Gate>,
    pub input: Value,
    pub hidden: Value,
    /// Of an LSTM: the cell's state before, and after this step.
    pub state: Option<(Value, Value)>,
}

/// The cell whose new hidden state is the result of `op`.
pub(super) fn find_cell(module: &Module, op: Op) -> Option<Cell> {
    let value = *module.results(op).first()?;
    match module.name(op).as_str() {
        "graph.multiply" if shape_of(module, value).len() == 2 => find_lstm(module, op),
        "graph.add" if shape_of(module, value).len() == 2 => find_gru(module, op),
        _ => None,
    }
}

/// For each operand of a binary op that is `name` of something: that, and the other operand.
fn operand_pairs<'m>(module: &'m Module, op: Op, name: &'m str) -> impl Iterator<Item = (Value, Value)> + 'm {
    let operands = module.operands(op);
    [(0, 1), (1, 0)].into_iter().filter_map(move |(this, other)| {
        let inner = find_producer(module, *operands.get(this)?, name)?;
        Some((module.operand(inner, 0), *operands.get(other)?))
    })
}

/// The operands of the op called `name` that makes `value`, in both orders.
fn both_orders(module: &Module, value: Value, name: &str) -> Vec<(Value, Value)> {
    let op = find_producer(module, value, name);
    op.map_or(Vec::new(), |op| {
        let (left, right) = (module.operand(op, 0), module.operand(op, 1));
        vec![(left, right), (right, left)]
    })
}

fn find_lstm(module: &Module, op: Op) -> Option<Cell> {
    for (output, bounded) in operand_pairs(module, op, "graph.sigmoid") {
        let Some(tanh) = find_producer(module, bounded, "graph.tanh") else { continue };
        let after = module.operand(tanh, 0);
        for (kept, new) in both_orders(module, after, "graph.add") {
            let (Some(kept), Some(new)) = (find_product(module, kept), find_product(module, new)) else { continue };
            for (forget, before) in operand_pairs(module, kept, "graph.sigmoid") {
                for (input, proposed) in operand_pairs(module, new, "graph.sigmoid") {
                    let Some(proposal) = find_producer(module, proposed, "graph.tanh") else { continue };
                    let gates = [input, output, forget, module.operand(proposal, 0)];
                    if let Some(cell) = lstm(module, &gates, before, after) {
                        return Some(cell);
                    }
                }
            }
        }
    }
    None
}

fn find_product(module: &Module, value: Value) -> Option<Op> {
    find_producer(module, value, "graph.multiply")
}

fn lstm(module: &Module, gates: &[Value; 4], before: Value, after: Value) -> Option<Cell> {
    let size = extent(module, after, 1)?;
    if gates.iter().chain([&before]).any(|&part| shape_of(module, part) != shape_of(module, after)) {
        return None;
    }
    let sums = gates.iter().map(|&gate| Sum::of(module, gate)).collect::<Option<Vec<_>>>()?;
    for (input, hidden) in candidates(module, sums.first()?, size) {
        let gates: Option<Vec<Gate>> = sums.iter().map(|sum| gate(sum, input, hidden)).collect();
        let Some(gates) = gates else { continue };
        return Some(Cell { kind: Kind::Lstm, gates, input, hidden, state: Some((before, after)) });
    }
    None
}

/// The left operands of the two products of a sum, as input and hidden state; the likelier order first.
fn candidates(module: &Module, sum: &Sum, size: u64) -> Vec<(Value, Value)> {
    let &[first, second] = sum.products.as_slice() else { return Vec::new() };
    let mut orders = vec![(first.left, second.left), (second.left, first.left)];
    orders.retain(|&(_, hidden)| extent(module, hidden, 1) == Some(size));
    orders.sort_by_key(|&(_, hidden)| !is_state(module, hidden));
    orders
}

/// Whether `value` is known to be the state after a step.
fn is_state(module: &Module, value: Value) -> bool {
    let source = find_producer(module, value, "graph.reshape").map_or(value, |reshape| module.operand(reshape, 0));
    module.defining_op(source).is_some_and(|op| ["graph.lstm", "graph.gru"].contains(&module.name(op).as_str()))
}

/// The gate whose sum has exactly one product with each of input and state, and else constants.
fn gate(sum: &Sum, input: Value, hidden: Value) -> Option<Gate> {
    let &[first, second] = sum.products.as_slice() else { return None };
    let (by_input, by_hidden) = if first.left == input { (first, second) } else { (second, first) };
    let fits = by_input.left == input && by_hidden.left == hidden && input != hidden && sum.others.is_empty();
    fits.then(|| Gate {
        input: by_input.weights,
        hidden: by_hidden.weights,
        input_offsets: sum.offsets.clone(),
        hidden_offsets: Vec::new(),
    })
}

fn find_gru(module: &Module, op: Op) -> Option<Cell> {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    [(left, right), (right, left)].into_iter().find_map(|(kept, new)| {
        interpolated(module, kept, new).into_iter().find_map(|mix| gru(module, &mix, module.result(op, 0)))
    })
}

/// `(1 - z) * new + z * hidden`, z the sigmoid of `update`.
struct Mix {
    update: Value,
    new: Value,
    hidden: Value,
}

/// How `kept + added` mixes two values.
fn interpolated(module: &Module, kept: Value, added: Value) -> Vec<Mix> {
    let mut found = Vec::new();
    let Some(kept) = find_product(module, kept) else { return found };
    for (update, other) in operand_pairs(module, kept, "graph.sigmoid") {
        let sigmoid = module.operands(kept).iter().copied().find(|&operand| operand != other);
        // z * h + (1 - z) * n
        for (complement, new) in both_orders(module, added, "graph.multiply") {
            let one_minus = find_producer(module, complement, "graph.subtract").filter(|&difference| {
                is_splat_of(module, module.operand(difference, 0), 1.0)
                    && Some(module.operand(difference, 1)) == sigmoid
            });
            if one_minus.is_some() {
                found.push(Mix { update, new, hidden: other });
            }
        }
        // z * (h - n) + n
        if let Some(difference) = find_producer(module, other, "graph.subtract")
            && module.operand(difference, 1) == added
        {
            found.push(Mix { update, new: added, hidden: module.operand(difference, 0) });
        }
    }
    found
}

fn gru(module: &Module, mix: &Mix, result: Value) -> Option<Cell> {
    let hidden = mix.hidden;
    let fits = |part: Value| shape_of(module, part) == shape_of(module, result);
    if ![hidden, mix.new, mix.update].into_iter().all(fits) || extent(module, result, 1).is_none() {
        return None;
    }
    let tanh = find_producer(module, mix.new, "graph.tanh")?;
    let proposal = Sum::of(module, module.operand(tanh, 0))?;
    let update = Sum::of(module, mix.update)?;
    let input = update.products.iter().map(|product| product.left).find(|&left| left != hidden)?;
    let (reset, proposed, linear_before_reset) = match proposal.products.len() {
        1 => reset_after_product(module, &proposal, input, hidden)?,
        _ => reset_before_product(module, &proposal, input, hidden)?,
    };
    if !fits(reset) {
        return None;
    }
    let gates = vec![gate(&update, input, hidden)?, gate(&Sum::of(module, reset)?, input, hidden)?, proposed];
    Some(Cell { kind: Kind::Gru { linear_before_reset }, gates, input, hidden, state: None })
}

/// `x W + r * (h R + b)`: what the sigmoid r is of, and the gate.
fn reset_after_product(module: &Module, sum: &Sum, input: Value, hidden: Value) -> Option<(Value, Gate, bool)> {
    let (&[product], &[(scaled, 0)]) = (sum.products.as_slice(), sum.others.as_slice()) else { return None };
    let multiply = find_product(module, scaled)?;
    operand_pairs(module, multiply, "graph.sigmoid").find_map(|(reset, inner)| {
        let inner = Sum::of(module, inner)?;
        let &[by_hidden] = inner.products.as_slice() else { return None };
        let fits = product.left == input && by_hidden.left == hidden && inner.others.is_empty();
        let gate = Gate {
            input: product.weights,
            hidden: by_hidden.weights,
            input_offsets: sum.offsets.clone(),
            hidden_offsets: inner.offsets,
        };
        fits.then_some((reset, gate, true))
    })
}

/// `x W + (r * h) R`: what the sigmoid r is of, and the gate.
fn reset_before_product(module: &Module, sum: &Sum, input: Value, hidden: Value) -> Option<(Value, Gate, bool)> {
    let scaled = sum.products.iter().find(|product| product.left != input)?;
    let multiply = find_product(module, scaled.left)?;
    let (reset, _) = operand_pairs(module, multiply, "graph.sigmoid").find(|&(_, other)| other == hidden)?;
    Some((reset, gate(sum, input, scaled.left)?, false))
}

impl Cell {
    /// The size of the hidden state.
    pub(super) fn size(&self, module: &Module) -> u64 {
        extent(module, self.hidden, 1).expect("a cell is found only where its size is known")
    }
}
