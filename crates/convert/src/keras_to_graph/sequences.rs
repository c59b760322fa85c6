//! Recurrent layers over whole sequences: one op of the graph dialect where it can say all, else a loop over steps.

use super::cells::{Cell, Cells, Kind};
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

/// A run over a sequence.
pub(crate) struct Run {
    /// The sequence: batch, steps, and what a step is.
    pub x: Tracked,
    /// The states before the first step, of all cells; none if they are zeros.
    pub initial: Vec<Tracked>,
    /// Which steps count, `i1` of batch and steps.
    pub mask: Option<Tracked>,
    /// Whether it begins at the end.
    pub is_backward: bool,
    /// Whether the outputs of steps that do not count are zeros; else they are those of the step before.
    pub zeros_where_masked: bool,
    /// Whether the output of every step is wanted.
    pub wants_steps: bool,
}

/// What a run gives.
pub(crate) struct Ran {
    /// The output of every step, in the order of time, if it is wanted.
    pub steps: Option<Tracked>,
    /// The output of the step that comes last in the run.
    pub last: Tracked,
    /// The states after it.
    pub states: Vec<Tracked>,
}

/// Runs cells over a sequence.
pub(crate) fn run(node: &mut Node, cells: &Cells, run: Run) -> Result<Ran, String> {
    if let ([cell], None) = (&cells.0[..], run.mask)
        && let Some(fused) = Fused::of(cell)
    {
        return fused.run(node, cell, &run);
    }
    run_steps(node, cells, &run)
}

/// The elements of an axis in reverse order.
pub(crate) fn flip(node: &mut Node, x: Tracked, axis: usize) -> Result<Tracked, String> {
    let rank = node.rank(x);
    let mut steps = vec![1i64; rank];
    steps[axis] = -1;
    let last = subtract(expr(node.shape(x)[axis])?, constant(1))?;
    let mut starts = vec![Dim::Static(0); rank];
    starts[axis] = Dim::from_expr(last);
    let given = [("starts", dims_attribute(&starts)), ("steps", attribute(steps))];
    node.emit_as("graph.slice", &[x], &given, node.shape(x), node.element_type(x))
}

/// A loop over the steps.
fn run_steps(node: &mut Node, cells: &Cells, run: &Run) -> Result<Ran, String> {
    let &[_, length, ..] = node.shape(run.x) else { return Err("a sequence has at least three axes".into()) };
    let initial = match run.initial.is_empty() {
        true => cells.initial_states(node, run.x)?,
        false => run.initial.clone(),
    };
    if initial.len() != cells.state_count() {
        return Err(format!("there are {} initial states, the cells have {}", initial.len(), cells.state_count()));
    }
    let count = initial.len();
    let mut carried = initial;
    let output = *carried.get(first_state_of_last(cells)).ok_or("there are no states")?;
    let zero = node.scalar(node.element(output), 0.0)?;
    let zeros = node.broadcast(zero, node.shape(output))?;
    carried.push(zeros);
    let rolled = Rolled {
        rounds: Some(length),
        start: None,
        initial: carried,
        is_certain: true,
        counts: false,
        growing: 0,
        declared: usize::MAX / 2,
    };
    let results = node.roll(rolled, |node, round, carried| {
        let place = match run.is_backward {
            true => {
                let last = node.extent(subtract(expr(length)?, constant(1))?);
                node.binary("graph.subtract", last, round)?
            }
            false => round,
        };
        let x = node.emit("graph.gather", &[run.x, place], &[("axis", attribute(1i64))])?;
        let (states, before) = (&carried[..count], carried[count]);
        let (mut output, mut next) = cells.step(node, x, states)?;
        if let Some(mask) = run.mask {
            let holds = node.emit("graph.gather", &[mask, place], &[("axis", attribute(1i64))])?;
            for (next, &state) in next.iter_mut().zip(states) {
                *next = choose(node, holds, *next, state)?;
            }
            let otherwise = if run.zeros_where_masked { zeros } else { before };
            output = choose(node, holds, output, otherwise)?;
        }
        let mut yielded = next;
        yielded.push(output);
        if run.wants_steps {
            yielded.push(output);
        }
        Ok(yielded)
    })?;
    let steps = match results.get(count + 1).copied() {
        Some(stacked) => {
            let order: Vec<usize> = [1, 0].into_iter().chain(2..node.rank(stacked)).collect();
            let steps = node.transpose(stacked, &order)?;
            Some(if run.is_backward { flip(node, steps, 1)? } else { steps })
        }
        None => None,
    };
    Ok(Ran { steps, last: results[count], states: results[..count].to_vec() })
}

/// Which of all states is the output.
fn first_state_of_last(cells: &Cells) -> usize {
    cells.state_count() - Cells(cells.0.last().cloned().into_iter().collect()).state_count()
}

/// `on_true` for the examples for which a condition holds.
fn choose(node: &mut Node, condition: Tracked, on_true: Tracked, on_false: Tracked) -> Result<Tracked, String> {
    let mut shape = node.shape(condition).to_vec();
    shape.resize(node.rank(on_true), Dim::Static(1));
    let condition = node.reshape(condition, &shape)?;
    node.select(condition, on_true, on_false)
}

/// A layer as one op.
struct Fused {
    op: &'static str,
    /// Where the op has each gate.
    gates: &'static [u64],
    activations: Vec<Function>,
}

/// An activation function of such an op: its name and parameters.
type Function = (&'static str, Option<f64>, Option<f64>);

impl Fused {
    /// The op for a cell, if there is one that computes what it does.
    fn of(cell: &Cell) -> Option<Fused> {
        let (own, gate) = (function(cell.activation), function(cell.recurrent_activation));
        Some(match &cell.kind {
            Kind::Lstm => Fused { op: "graph.lstm", gates: &[0, 3, 1, 2], activations: vec![gate?, own?, own?] },
            Kind::Gru { .. } => Fused { op: "graph.gru", gates: &[0, 1, 2], activations: vec![gate?, own?] },
            Kind::Simple => Fused { op: "graph.rnn", gates: &[0], activations: vec![own?] },
            Kind::ConvLstm { .. } => return None,
        })
    }

    /// Gates along the last axis of a kernel, as rows in the order of the op.
    fn rows(&self, node: &mut Node, cell: &Cell, kernel: Tracked) -> Result<Tracked, String> {
        let units = cell.units.as_static().ok_or("the number of units is not known")?;
        let axis = node.rank(kernel) - 1;
        let mut parts = Vec::new();
        for &gate in self.gates {
            parts.push(node.slice_axis(kernel, axis, Dim::Static(gate * units), cell.units)?);
        }
        let ordered = node.concat(&parts, axis)?;
        let rows = if axis == 1 { node.transpose(ordered, &[1, 0])? } else { ordered };
        let shape = [&[Dim::Static(1)], node.shape(rows)].concat();
        node.reshape(rows, &shape)
    }

    /// The bias of both products side by side.
    fn bias(&self, node: &mut Node, cell: &Cell, bias: Tracked) -> Result<Tracked, String> {
        let (first, second) = match node.rank(bias) {
            2 => {
                let mut row = |index: u64| -> Result<Tracked, String> {
                    let row = node.slice_axis(bias, 0, Dim::Static(index), Dim::Static(1))?;
                    node.drop_axes(row, &[0])
                };
                (row(0)?, Some(row(1)?))
            }
            _ => (bias, None),
        };
        let first = self.rows(node, cell, first)?;
        let second = match second {
            Some(second) => self.rows(node, cell, second)?,
            None => {
                let zero = node.scalar(node.element(first), 0.0)?;
                node.broadcast(zero, node.shape(first))?
            }
        };
        node.concat(&[first, second], 1)
    }

    fn run(&self, node: &mut Node, cell: &Cell, run: &Run) -> Result<Ran, String> {
        let &[batch, length, _] = node.shape(run.x) else { return Err("the input must have three axes".into()) };
        let w = self.rows(node, cell, cell.kernel)?;
        let x = node.expect_shape(run.x, &[batch, length, node.shape(w)[2]], "the input")?;
        let r = self.rows(node, cell, cell.recurrent)?;
        let (mut operands, mut segments) = (vec![x, w, r], vec![1i32, 1, 1, 0, 0]);
        if let Some(bias) = cell.bias {
            operands.push(self.bias(node, cell, bias)?);
            segments[3] = 1;
        }
        let states = if self.op == "graph.lstm" { 2 } else { 1 };
        if !run.initial.is_empty() && run.initial.len() != states {
            return Err(format!("there are {} initial states, the layer has {states}", run.initial.len()));
        }
        for &state in &run.initial {
            let state = node.expect_shape(state, &[batch, cell.units], "each initial state")?;
            operands.push(node.reshape(state, &[batch, Dim::Static(1), cell.units])?);
        }
        segments.extend(std::iter::repeat_n(i32::from(!run.initial.is_empty()), states));
        if self.op == "graph.lstm" {
            segments.push(0);
        }
        let names: Vec<Attribute> = self.activations.iter().map(|(name, _, _)| Attribute::string(name)).collect();
        let first: Vec<f64> = self.activations.iter().filter_map(|(_, alpha, _)| *alpha).collect();
        let second: Vec<f64> = self.activations.iter().filter_map(|(_, _, beta)| *beta).collect();
        let units =
            cell.units.as_static().and_then(|units| i64::try_from(units).ok()).ok_or("there are too many units")?;
        let mut given = vec![
            ("operandSegmentSizes", Attribute::dense_i32s(&segments)),
            ("hidden_size", attribute(units)),
            ("direction", attribute(if run.is_backward { "reverse" } else { "forward" })),
            ("activations", Attribute::array(&names)),
            ("layout", attribute(1i64)),
        ];
        for (name, values) in [("activation_alpha", first), ("activation_beta", second)] {
            if !values.is_empty() {
                given.push((name, Attribute::array(&values.into_iter().map(Attribute::f64).collect::<Vec<_>>())));
            }
        }
        if let Kind::Gru { reset_after: true } = cell.kind {
            given.push(("linear_before_reset", attribute(true)));
        }
        let mut results = node.emit_many(self.op, &operands, &given)?;
        for state in &mut results[1..] {
            *state = node.reshape(*state, &[batch, cell.units])?;
        }
        let steps = match run.wants_steps {
            true => Some(node.reshape(results[0], &[batch, length, cell.units])?),
            false => None,
        };
        Ok(Ran { steps, last: results[1], states: results[1..].to_vec() })
    }
}

/// An activation function as these ops have it.
fn function(name: Attribute) -> Option<Function> {
    Some(match name.as_str()? {
        "sigmoid" => ("Sigmoid", None, None),
        "tanh" => ("Tanh", None, None),
        "relu" => ("Relu", None, None),
        "softsign" => ("Softsign", None, None),
        "softplus" => ("Softplus", None, None),
        "linear" => ("Affine", Some(1.0), Some(0.0)),
        "elu" => ("Elu", Some(1.0), None),
        "leaky_relu" => ("LeakyRelu", Some(0.2), None),
        "hard_sigmoid" => ("HardSigmoid", Some(1.0 / 6.0), Some(0.5)),
        "hard_sigmoid_fifth" => ("HardSigmoid", Some(0.2), Some(0.5)),
        _ => return None,
    })
}
