//! Long short-term memory of floats, whose weights may be integers.
//!
//! Operands stand in groups of four, for the input, forget, cell and output gates. A layer without an input gate takes what
//! the forget gate leaves. Layers that are those of `graph.lstm` become it; what has a projection, a normalization, clips
//! or integers is a loop over its steps.

use super::recurrence::{Vector, Weight, over_time, turned, width};
use super::recurrent::{Layer, activation_name, join};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Attribute;

pub(crate) const ROWS: &[Row] = &[
    row("LSTM", one_step),
    row("UNIDIRECTIONAL_SEQUENCE_LSTM", sequence),
    row("BIDIRECTIONAL_SEQUENCE_LSTM", bidirectional),
];

/// Where the operands of a layer stand.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    /// The first of the weights of the input, behind which stand those of the state, peepholes, biases and a projection.
    pub weights: usize,
    /// What the layer gave last, and its cells.
    pub states: [usize; 2],
    /// The first of four factors of a normalization.
    pub factors: Option<usize>,
    /// The first of four weights of a second input.
    auxiliary: Option<usize>,
}

/// Of a layer that runs one way.
pub(crate) const ONE_WAY: Places = Places { weights: 1, states: [18, 19], factors: Some(20), auxiliary: None };

const BOTH_WAYS: [Places; 2] = [
    Places { weights: 1, states: [35, 36], factors: None, auxiliary: Some(40) },
    Places { weights: 18, states: [37, 38], factors: None, auxiliary: Some(44) },
];

/// The second input of a layer that runs both ways.
const AUXILIARY: usize = 39;

impl Places {
    pub fn of_input(&self, gate: usize) -> usize {
        self.weights + gate
    }

    pub fn of_state(&self, gate: usize) -> usize {
        self.weights + 4 + gate
    }

    /// The weights of the cells, which the cell gate does not see.
    pub fn peephole(&self, gate: usize) -> Option<usize> {
        [Some(self.weights + 8), Some(self.weights + 9), None, Some(self.weights + 10)][gate]
    }

    pub fn bias(&self, gate: usize) -> usize {
        self.weights + 11 + gate
    }

    pub fn projection(&self) -> usize {
        self.weights + 15
    }

    pub fn projection_bias(&self) -> usize {
        self.weights + 16
    }
}

/// The gates in the order of the operands.
pub(crate) const INPUT: usize = 0;
pub(crate) const FORGET: usize = 1;
pub(crate) const CELL: usize = 2;
pub(crate) const OUTPUT: usize = 3;

fn sequence(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if !node.element(x).is_float() {
        return super::lstm_integer::sequence(node);
    }
    layer(node, &[x], ONE_WAY)
}

/// One step, of the operator that is no sequence.
fn one_step(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.option_word("kernel_type") == "BASIC" {
        return super::lstm_basic::step(node);
    }
    if !node.element(x).is_float() {
        return super::lstm_integer::one_step(node);
    }
    let lstm = Lstm::read(node, ONE_WAY, false)?;
    let states = [node.input(18)?, node.input(19)?];
    let [y, cells] = lstm.step(node, &[x], states)?;
    Ok(vec![y, y, cells])
}

/// A layer forward and one backward over the sequence.
fn bidirectional(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let auxiliary = node.optional(AUXILIARY);
    let has_weights = BOTH_WAYS[0].auxiliary.is_some_and(|first| node.optional(first + FORGET).is_some());
    let (mut forward, mut backward) = (vec![x], vec![x]);
    match auxiliary {
        Some(auxiliary) if has_weights => {
            forward.push(auxiliary);
            backward.push(auxiliary);
        }
        // Without weights of its own, it is what the layer that runs backward sees.
        Some(auxiliary) => backward = vec![auxiliary],
        None => {}
    }
    let first = layer(node, &forward, BOTH_WAYS[0])?;
    for input in &mut backward {
        *input = turned(node, *input)?;
    }
    let second = layer(node, &backward, BOTH_WAYS[1])?;
    join(node, first, second)
}

/// A layer that runs forward: what it gives, then its states.
fn layer(node: &mut Node, inputs: &[Tracked], places: Places) -> Results {
    let lstm = Lstm::read(node, places, inputs.len() > 1)?;
    let states = [node.input(places.states[0])?, node.input(places.states[1])?];
    if lstm.is_plain(node) {
        return lstm.as_graph(node, inputs[0], states);
    }
    over_time(node, inputs, states.to_vec(), &|node, inputs, states| {
        let &[hidden, cells] = states else { return Err("there are two states".into()) };
        Ok(lstm.step(node, inputs, [hidden, cells])?.to_vec())
    })
}

/// What a gate is made of.
struct Gate {
    of_input: Weight,
    of_auxiliary: Option<Weight>,
    of_state: Weight,
    peephole: Option<Weight>,
    factors: Option<Tracked>,
    bias: Tracked,
}

impl Gate {
    fn read(node: &mut Node, places: Places, gate: usize, has_auxiliary: bool) -> Result<Gate, String> {
        let auxiliary = places.auxiliary.filter(|_| has_auxiliary);
        let peephole = match places.peephole(gate) {
            Some(index) => Weight::read(node, index)?,
            None => None,
        };
        Ok(Gate {
            of_input: Weight::must(node, places.of_input(gate))?,
            of_auxiliary: auxiliary.map(|first| Weight::must(node, first + gate)).transpose()?,
            of_state: Weight::must(node, places.of_state(gate))?,
            peephole,
            factors: places.factors.and_then(|first| node.optional(first + gate)),
            bias: node.input(places.bias(gate))?,
        })
    }

    /// What the gate's activation is of.
    fn sum(&self, node: &mut Node, inputs: &[Vector], hidden: &Vector, cells: Tracked) -> Result<Tracked, String> {
        let mut sum = inputs[0].times(node, &self.of_input)?;
        if let (Some(weight), Some(auxiliary)) = (&self.of_auxiliary, inputs.get(1)) {
            let more = auxiliary.times(node, weight)?;
            sum = node.binary("graph.add", sum, more)?;
        }
        let of_state = hidden.times(node, &self.of_state)?;
        sum = node.binary("graph.add", sum, of_state)?;
        if let Some(peephole) = &self.peephole {
            let weights = peephole.floats(node)?;
            let seen = node.binary("graph.multiply", cells, weights)?;
            sum = node.binary("graph.add", sum, seen)?;
        }
        if let Some(factors) = self.factors {
            let normal = normalized(node, sum)?;
            sum = node.binary("graph.multiply", normal, factors)?;
        }
        node.binary("graph.add", sum, self.bias)
    }
}

/// Lines less their mean, divided by their deviation.
fn normalized(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    const LEAST: f64 = 1e-8;
    let mean = node.reduce("graph.reduce_mean", x, &[1])?;
    let centered = node.binary("graph.subtract", x, mean)?;
    let squares = node.binary("graph.multiply", centered, centered)?;
    let variance = node.reduce("graph.reduce_mean", squares, &[1])?;
    let raised = node.binary_scalar("graph.add", variance, LEAST)?;
    let factor = node.unary("graph.rsqrt", raised)?;
    node.binary("graph.multiply", centered, factor)
}

/// A layer of floats.
struct Lstm {
    /// In the order of the operands; the input gate may be left out.
    input: Option<Gate>,
    forget: Gate,
    cell: Gate,
    output: Gate,
    projection: Option<Weight>,
    projection_bias: Option<Tracked>,
}

impl Lstm {
    fn read(node: &mut Node, places: Places, has_auxiliary: bool) -> Result<Lstm, String> {
        let input = match node.optional(places.of_input(INPUT)) {
            Some(_) => Some(Gate::read(node, places, INPUT, has_auxiliary)?),
            None => None,
        };
        Ok(Lstm {
            input,
            forget: Gate::read(node, places, FORGET, has_auxiliary)?,
            cell: Gate::read(node, places, CELL, has_auxiliary)?,
            output: Gate::read(node, places, OUTPUT, has_auxiliary)?,
            projection: Weight::read(node, places.projection())?,
            projection_bias: node.optional(places.projection_bias()),
        })
    }

    /// What it gives in a step, and the cells after it.
    fn step(&self, node: &mut Node, inputs: &[Tracked], [hidden, cells]: [Tracked; 2]) -> Result<[Tracked; 2], String> {
        let activation = node.option_word("fused_activation_function");
        let are_integers = self.forget.of_input.is_integer();
        let mut vectors = Vec::new();
        for &input in inputs {
            vectors.push(Vector::new(node, input, are_integers)?);
        }
        let hidden = Vector::new(node, hidden, are_integers)?;
        let gate = |node: &mut Node, gate: &Gate, cells: Tracked| -> Result<Tracked, String> {
            let sum = gate.sum(node, &vectors, &hidden, cells)?;
            node.unary("graph.sigmoid", sum)
        };
        let forgets = gate(node, &self.forget, cells)?;
        let takes = match &self.input {
            Some(input) => gate(node, input, cells)?,
            None => {
                let one = node.scalar(node.element(forgets), 1.0)?;
                node.binary("graph.subtract", one, forgets)?
            }
        };
        let new = self.cell.sum(node, &vectors, &hidden, cells)?;
        let new = node.activation(new, activation)?;
        let (kept, taken) =
            (node.binary("graph.multiply", forgets, cells)?, node.binary("graph.multiply", takes, new)?);
        let cells = node.binary("graph.add", kept, taken)?;
        let cells = clipped(node, cells, "cell_clip")?;
        let shows = gate(node, &self.output, cells)?;
        let activated = node.activation(cells, activation)?;
        let mut y = node.binary("graph.multiply", shows, activated)?;
        if let Some(projection) = &self.projection {
            let vector = Vector::new(node, y, projection.is_integer())?;
            y = vector.times(node, projection)?;
            if let Some(bias) = self.projection_bias {
                y = node.binary("graph.add", y, bias)?;
            }
            y = clipped(node, y, "proj_clip")?;
        }
        Ok([y, cells])
    }

    fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.input.iter().chain([&self.forget, &self.cell, &self.output])
    }

    /// Whether it is what `graph.lstm` is.
    fn is_plain(&self, node: &Node) -> bool {
        let is_special = |gate: &Gate| {
            gate.of_input.is_integer()
                || gate.of_auxiliary.is_some()
                || gate.factors.is_some()
                || node.rank(gate.of_state.value) != 2
        };
        self.projection.is_none()
            && !self.gates().any(is_special)
            && node.option_float("cell_clip") <= 0.0
            && activation_name(node.option_word("fused_activation_function")).is_some()
    }

    /// The op of the graph dialect, whose gates stand in the order input, output, forget, cell.
    fn as_graph(&self, node: &mut Node, x: Tracked, states: [Tracked; 2]) -> Results {
        // The sigmoid of what is negated is one less that of what is not.
        let input = |node: &mut Node, own: Option<Tracked>, forget: Tracked| match (own, &self.input) {
            (Some(own), Some(_)) => Ok(own),
            _ => node.unary("graph.negate", forget),
        };
        let mut joined = Vec::new();
        let parts: [fn(&Gate) -> Tracked; 3] =
            [|gate| gate.of_input.value, |gate| gate.of_state.value, |gate| gate.bias];
        for part in parts {
            let first = input(node, self.input.as_ref().map(part), part(&self.forget))?;
            joined.push(node.concat(&[first, part(&self.output), part(&self.forget), part(&self.cell)], 0)?);
        }
        let peephole = |gate: &Gate| gate.peephole.as_ref().map(|weight| weight.value);
        let peepholes = match (peephole(&self.output), peephole(&self.forget)) {
            (Some(output), Some(forget)) => {
                let first = input(node, self.input.as_ref().and_then(peephole), forget)?;
                Some(node.concat(&[first, output, forget], 0)?)
            }
            _ => None,
        };
        let zeros = node.scalar(node.element(x), 0.0)?;
        let rest = node.broadcast(zeros, node.shape(joined[2]))?;
        let bias = node.concat(&[joined[2], rest], 0)?;
        let units = width(node, states[0])?;
        let layer = Layer { op: "graph.lstm", gates: 4, units, x, weights: joined[0], recurrent: joined[1], bias };
        let name = activation_name(node.option_word("fused_activation_function")).unwrap_or("Tanh");
        let names = ["Sigmoid", name, name].map(Attribute::string);
        layer.emit(node, &states, peepholes, Attribute::array(&names))
    }
}

/// Clipped to what an option says, if it says anything.
fn clipped(node: &mut Node, x: Tracked, option: &str) -> Result<Tracked, String> {
    match node.option_float(option) {
        most if most > 0.0 => node.clamp(x, Some(-most), Some(most)),
        _ => Ok(x),
    }
}
