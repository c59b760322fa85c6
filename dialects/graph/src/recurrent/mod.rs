//! Recurrent layers with ONNX's operand layouts and attributes: what `lstm`, `gru` and `rnn` share.

mod activation;
mod gru;
mod lstm;
mod rnn;
mod run;

pub use activation::Activation;
pub use gru::GRU;
pub use lstm::LSTM;
pub use rnn::RNN;

use crate::read::Read;
use crate::rows::{operand, optional, optional_operand, required};
use crate::shape::{show, tensor};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Attributes, Dim, InferRequest, Module, Op, OpDefinition,
    OperandDefinition, Type, TypeConstraint,
};
use std::ops::Range;

/// Which way a layer runs through a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// From the first step to the last.
    Forward,
    /// From the last step to the first.
    Reverse,
    /// Both ways, side by side.
    Bidirectional,
}

impl Direction {
    /// 2 of a bidirectional layer, else 1.
    pub const fn count(self) -> usize {
        match self {
            Direction::Forward | Direction::Reverse => 1,
            Direction::Bidirectional => 2,
        }
    }

    /// Whether direction number `index` runs backwards.
    pub const fn is_reverse(self, index: usize) -> bool {
        matches!((self, index), (Direction::Reverse, _) | (Direction::Bidirectional, 1))
    }
}

/// The attributes of a recurrent layer.
#[derive(Clone, PartialEq, Debug)]
pub struct RecurrentView {
    /// The number of units.
    pub hidden_size: usize,
    /// Which way it runs.
    pub direction: Direction,
    /// The activations, `activations_per_direction` for each direction.
    pub activations: Vec<Activation>,
    /// Sums before activations are clamped to -clip and clip.
    pub clip: Option<f64>,
    /// Of `gru`: whether the hidden state is multiplied before the reset gate is.
    pub linear_before_reset: bool,
    /// Of `lstm`: whether the forget gate is one minus the input gate.
    pub input_forget: bool,
    /// Whether the batch comes before the sequence in `x`, `y` and the states.
    pub batch_first: bool,
}

/// What tells the three ops apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub definition: &'static OpDefinition,
    pub gates: usize,
    pub activations: &'static [&'static str],
}

pub(crate) const OPERANDS: [OperandDefinition; 6] = [
    operand("x", TypeConstraint::FloatTensor),
    optional_operand("w", TypeConstraint::FloatTensor),
    operand("r", TypeConstraint::FloatTensor),
    optional_operand("bias", TypeConstraint::FloatTensor),
    optional_operand("sequence_lengths", TypeConstraint::IntegerTensor),
    optional_operand("initial_h", TypeConstraint::FloatTensor),
];

const DIRECTIONS: &[&str] = &["forward", "reverse", "bidirectional"];

const STRINGS: AttributeConstraint =
    AttributeConstraint::Other("an array of strings", |attribute| attribute.as_strs().is_some());

pub(crate) const ATTRIBUTES: [AttributeDefinition; 8] = [
    required("operandSegmentSizes", AttributeConstraint::Integers, "How many values each operand has: 0 or 1."),
    required("hidden_size", AttributeConstraint::Integer, "The number of units."),
    optional("direction", AttributeConstraint::OneOf(DIRECTIONS), "Which way the layer runs; absent is `forward`."),
    optional(
        "activations",
        STRINGS,
        "The activation functions, by ONNX's names, for one direction after the other; absent is the op's usual ones.",
    ),
    optional(
        "activation_alpha",
        AttributeConstraint::Floats,
        "The first parameter of the activations that have one, in order; absent is each function's default.",
    ),
    optional(
        "activation_beta",
        AttributeConstraint::Floats,
        "The second parameter of the activations that have one, in order; absent is each function's default.",
    ),
    optional(
        "clip",
        AttributeConstraint::Float,
        "Sums before activations are clamped to -clip and clip; absent is not.",
    ),
    optional(
        "layout",
        AttributeConstraint::Integer,
        "0: `x` is sequence, batch, input, `y` is sequence, directions, batch, units, states are directions, batch, \
         units. 1: `x` is batch, sequence, input, `y` is batch, sequence, directions, units, states are batch, \
         directions, units. Absent is 0.",
    ),
];

impl RecurrentView {
    /// The attributes of an `lstm`, `gru` or `rnn` op.
    ///
    /// # Errors
    /// What is missing or out of range, or that it is none of the three.
    pub fn of(module: &Module, op: Op) -> Result<RecurrentView, String> {
        RecurrentView::read(module.name(op).as_str(), module.attributes(op))
    }

    /// The attributes of an op called `name`: `graph.lstm`, `graph.gru` or `graph.rnn`.
    ///
    /// # Errors
    /// What is missing or out of range, or that it is none of the three.
    pub fn read(name: &str, attributes: &Attributes) -> Result<RecurrentView, String> {
        let cell = [&lstm::CELL, &gru::CELL, &rnn::CELL].into_iter().find(|cell| name == cell.definition.name);
        let cell = cell.ok_or_else(|| format!("{name} is no recurrent layer"))?;
        RecurrentView::parse(attributes, cell)
    }

    pub(crate) fn parse(attributes: &Attributes, cell: &Cell) -> Result<RecurrentView, String> {
        let hidden_size = attributes.integer("hidden_size")?;
        let directions = [Direction::Forward, Direction::Reverse, Direction::Bidirectional];
        let direction = match attributes.get("direction") {
            Some(_) => directions[attributes.choice("direction", DIRECTIONS)?],
            None => Direction::Forward,
        };
        let size = usize::try_from(hidden_size).ok().filter(|&size| size > 0);
        Ok(RecurrentView {
            hidden_size: size.ok_or_else(|| format!("hidden_size must be positive, not {hidden_size}"))?,
            direction,
            activations: activation::parse(attributes, cell, direction.count())?,
            clip: attributes.f64("clip").filter(|&clip| clip > 0.0),
            linear_before_reset: truth(attributes, "linear_before_reset"),
            input_forget: truth(attributes, "input_forget"),
            batch_first: truth(attributes, "layout"),
        })
    }
}

/// A truth value that may be written as an integer, as ONNX does.
fn truth(attributes: &Attributes, name: &str) -> bool {
    attributes.flag(name) || attributes.i64(name).is_some_and(|value| value != 0)
}

/// The values of each operand, by its place in the definition.
pub(crate) fn operand_ranges(cell: &Cell, count: usize, attributes: &Attributes) -> Result<Vec<Range<usize>>, String> {
    let segments = attributes.integers("operandSegmentSizes")?;
    let ranges = cell.definition.operand_ranges(count, Some(&segments));
    ranges.ok_or_else(|| format!("expected operands {segments:?}, found {count}"))
}

/// The types of `y` and of the states, once the shapes of all operands are checked.
pub(crate) fn infer(request: &InferRequest, cell: &Cell) -> Result<Vec<Type>, String> {
    let view = RecurrentView::parse(request.attributes, cell)?;
    let ranges = operand_ranges(cell, request.operands.len(), request.attributes)?;
    let x = tensor(request.operands, 0)?;
    let &[first, second, input] = x.shape.as_slice() else {
        return Err(format!("x must have three axes, not {}", show(&x.shape)));
    };
    let (sequence, batch) = if view.batch_first { (second, first) } else { (first, second) };
    let fixed = |value: usize| Dim::Static(value as u64);
    let (directions, hidden) = (fixed(view.direction.count()), fixed(view.hidden_size));
    let rows = fixed(cell.gates * view.hidden_size);
    let products = fixed(view.direction.count() * cell.gates * view.hidden_size);
    if ranges[1].is_empty() && input != products {
        return Err(format!("without 'w', x holds the products of all gates: {products} for each step, not {input}"));
    }
    let state = if view.batch_first { [batch, directions, hidden] } else { [directions, batch, hidden] };
    let expected = |name: &str| match name {
        "w" => vec![directions, rows, input],
        "r" => vec![directions, rows, hidden],
        "bias" => vec![directions, fixed(2 * cell.gates * view.hidden_size)],
        "sequence_lengths" => vec![batch],
        "peephole" => vec![directions, fixed(3 * view.hidden_size)],
        _ => state.to_vec(),
    };
    for (declared, range) in cell.definition.operands.iter().zip(&ranges).skip(1) {
        for index in range.clone() {
            let (found, expected) = (tensor(request.operands, index)?, expected(declared.name));
            if found.shape != expected {
                let (name, found) = (declared.name, show(&found.shape));
                return Err(format!("'{name}' has shape {found}, but {} follows", show(&expected)));
            }
        }
    }
    let y = match view.batch_first {
        true => [batch, sequence, directions, hidden],
        false => [sequence, directions, batch, hidden],
    };
    let mut types = vec![Type::tensor(&y, x.element)];
    types.resize(cell.definition.results.len(), Type::tensor(&state, x.element));
    Ok(types)
}
