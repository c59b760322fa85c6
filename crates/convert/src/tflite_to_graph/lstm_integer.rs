//! Long short-term memory of 8-bit integers, whose cells and gates are 16-bit integers.
//!
//! Each product is scaled on its own and added on 16 bits, saturated; the functions of gates are tables. A layer with twelve
//! tensors between its steps keeps its products on 8 bits.

use super::lstm::{CELL, FORGET, INPUT, ONE_WAY, OUTPUT};
use super::product::integer_sums;
use super::quantization::{Quantization, integer_bounds};
use super::recurrence::over_time;
use super::rescale::Multiplier;
use super::sixteen_bits::{logistic, tanh};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// The digits before the point of what gates are functions of.
const GATE_DIGITS: u32 = 3;

pub(crate) fn sequence(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let lstm = Lstm::read(node)?;
    let states = vec![node.input(18)?, node.input(19)?];
    over_time(node, &[x], states, &|node, inputs, states| {
        Ok(lstm.step(node, inputs[0], states[0], states[1])?.to_vec())
    })
}

/// One step.
pub(crate) fn one_step(node: &mut Node) -> Results {
    let (x, hidden, cells) = (node.input(0)?, node.input(18)?, node.input(19)?);
    if node.intermediate_count() >= 12 {
        let [y, cells] = super::lstm_narrow::step(node, x, hidden, cells)?;
        return Ok(vec![y, y, cells]);
    }
    let lstm = Lstm::read(node)?;
    let [y, cells] = lstm.step(node, x, hidden, cells)?;
    Ok(vec![y, y, cells])
}

/// What a gate is made of.
struct Gate {
    of_input: (Tracked, Quantization, Multiplier),
    of_state: (Tracked, Quantization, Multiplier),
    peephole: Option<(Tracked, Multiplier)>,
    bias: Tracked,
    factors: Option<Factors>,
}

/// A normalization.
struct Factors {
    factors: Tracked,
    scale: Multiplier,
    /// What a variance of nothing is taken to be.
    least: i64,
}

struct Lstm {
    input: Option<Gate>,
    forget: Gate,
    cell: Gate,
    output: Gate,
    of_x: Quantization,
    of_hidden: Quantization,
    /// The logarithm of the cells' scale.
    cell_power: i32,
    /// The scale and the zero point of what gates let out.
    shown: (Multiplier, i64),
    projection: Option<(Tracked, Quantization, Option<Tracked>, Multiplier)>,
    clips: [i64; 2],
}

/// An operand and what its integers stand for.
fn weights(node: &Node, index: usize) -> Result<(Tracked, Quantization), String> {
    Ok((node.input(index)?, node.quantized_operand(index)?))
}

/// A scale, computed in floats of 32 bits and split.
fn split(scale: f32) -> Multiplier {
    Multiplier::of(scale.into())
}

impl Gate {
    fn read(node: &Node, gate: usize, of_x: f32, of_hidden: f32, cell_scale: f64) -> Result<Gate, String> {
        let factors = ONE_WAY.factors.and_then(|first| node.optional(first + gate));
        let inner = match factors {
            Some(_) => node.quantized_intermediate(gate)?.scale(),
            None => 1.0 / 4096.0,
        };
        let (input, input_scale) = weights(node, ONE_WAY.of_input(gate))?;
        let (state, state_scale) = weights(node, ONE_WAY.of_state(gate))?;
        let to_input = split(input_scale.scale() * of_x / inner);
        let to_state = split(state_scale.scale() * of_hidden / inner);
        let peephole = match ONE_WAY.peephole(gate).filter(|&index| node.optional(index).is_some()) {
            Some(index) => {
                let (weights, own) = weights(node, index)?;
                Some((weights, split((cell_scale * f64::from(own.scale()) / f64::from(inner)) as f32)))
            }
            None => None,
        };
        let factors = match (factors, ONE_WAY.factors) {
            (Some(factors), Some(first)) => {
                let scale = node.quantized_operand(first + gate)?.scale();
                Some(Factors { factors, scale: split(scale), least: ((10000.0 * scale) as i64).max(1) })
            }
            _ => None,
        };
        Ok(Gate {
            of_input: (input, input_scale, to_input),
            of_state: (state, state_scale, to_state),
            peephole,
            bias: node.input(ONE_WAY.bias(gate))?,
            factors,
        })
    }
}

impl Lstm {
    fn read(node: &Node) -> Result<Lstm, String> {
        let [of_hidden, of_cells] = [node.quantized_operand(18)?, node.quantized_operand(19)?];
        let of_x = node.quantized_operand(0)?;
        let power = of_cells.scale().log2();
        if (power - power.round()).abs() > 1e-3 || !(-15.0..=-9.0).contains(&power.round()) {
            return Err(format!(
                "the cells' scale must be a power of two from 2^-15 to 2^-9, not {}",
                of_cells.scale()
            ));
        }
        let cell_power = power.round() as i32;
        let gate = |gate| Gate::read(node, gate, of_x.scale(), of_hidden.scale(), 2f64.powi(cell_power));
        let input = node.optional(ONE_WAY.of_input(INPUT)).map(|_| gate(INPUT)).transpose()?;
        let between = node.quantized_intermediate(4)?;
        let shown = (2f64.powi(-15) / f64::from(between.scale()) * 2f64.powi(-15)) as f32;
        let projection = match node.optional(ONE_WAY.projection()) {
            Some(_) => {
                let (value, own) = weights(node, ONE_WAY.projection())?;
                let scale = split(own.scale() * between.scale() / of_hidden.scale());
                Some((value, own, node.optional(ONE_WAY.projection_bias()), scale))
            }
            None => None,
        };
        let clip = |option: &str, scale: f32, most: f32| {
            let clip = node.option_float(option) as f32;
            if clip > 0.0 { (clip / scale).min(most) as i64 } else { 0 }
        };
        let clips =
            [clip("cell_clip", of_cells.scale(), 32767.0), clip("proj_clip", node.quantized_result(0)?.scale(), 127.0)];
        Ok(Lstm {
            input,
            forget: gate(FORGET)?,
            cell: gate(CELL)?,
            output: gate(OUTPUT)?,
            cell_power,
            shown: (split(shown), between.zero_point()),
            projection,
            clips,
            of_x,
            of_hidden,
        })
    }

    /// What the gate is a function of, on 16 bits.
    fn sum(
        &self,
        node: &mut Node,
        gate: &Gate,
        x: Tracked,
        hidden: Tracked,
        cells: Tracked,
    ) -> Result<Tracked, String> {
        let bias = if gate.factors.is_some() { None } else { Some(gate.bias) };
        let (input, own, scale) = &gate.of_input;
        let of_input = integer_sums(node, (x, &self.of_x), (*input, own), bias)?;
        let of_input = scaled(node, of_input, *scale)?;
        let mut sum = saturated(node, of_input)?;
        let (state, own, scale) = &gate.of_state;
        let of_state = integer_sums(node, (hidden, &self.of_hidden), (*state, own), None)?;
        let of_state = scaled(node, of_state, *scale)?;
        sum = added(node, sum, of_state)?;
        if let Some((weights, scale)) = gate.peephole {
            if node.shape(cells) != node.shape(hidden) {
                return Err("peepholes and a projection at once are not defined for integers: the reference mixes up \
                            the cells of a batch"
                    .into());
            }
            let (weights, cells) = (node.cast(weights, ElementType::I32)?, node.cast(cells, ElementType::I32)?);
            let seen = node.binary("graph.multiply", weights, cells)?;
            let seen = scaled(node, seen, scale)?;
            sum = added(node, sum, seen)?;
        }
        match &gate.factors {
            Some(factors) => normalized(node, sum, factors, gate.bias),
            None => Ok(sum),
        }
    }

    /// What it gives in a step, and the cells after it.
    fn step(&self, node: &mut Node, x: Tracked, hidden: Tracked, cells: Tracked) -> Result<[Tracked; 2], String> {
        let gate = |node: &mut Node, gate: &Gate, cells: Tracked| -> Result<Tracked, String> {
            let sum = self.sum(node, gate, x, hidden, cells)?;
            node.of_sixteen_bits(sum, |x| logistic(x, GATE_DIGITS))
        };
        let takes = match &self.input {
            Some(input) => Some(gate(node, input, cells)?),
            None => None,
        };
        let forgets = gate(node, &self.forget, cells)?;
        let new = self.sum(node, &self.cell, x, hidden, cells)?;
        let new = node.of_sixteen_bits(new, |x| tanh(x, GATE_DIGITS))?;
        let cells = next_cells(node, [takes, Some(forgets)], new, cells, self.cell_power, self.clips[0])?;
        let shows = gate(node, &self.output, cells)?;
        let digits = (15 + self.cell_power) as u32;
        let activated = node.of_sixteen_bits(cells, |x| tanh(x, digits))?;
        let product = product(node, shows, activated)?;
        let shown = scaled(node, product, self.shown.0)?;
        let bounds = integer_bounds(ElementType::I8);
        let Some((weights, own, bias, scale)) = &self.projection else {
            return Ok([node.requantized(shown, self.shown.1, bounds, ElementType::I8)?, cells]);
        };
        // The zero point is subtracted where it would be added, and added back behind the products.
        let shown = node.requantized(shown, -self.shown.1, bounds, ElementType::I8)?;
        let inverse = Quantization { zero_points: vec![-self.shown.1], ..self.of_hidden.clone() };
        let y = integer_sums(node, (shown, &inverse), (*weights, own), *bias)?;
        let y = scaled(node, y, *scale)?;
        let y = node.requantized(y, self.of_hidden.zero_point(), bounds, ElementType::I8)?;
        Ok([clipped(node, y, self.clips[1])?, cells])
    }
}

/// Integers of 32 bits, scaled.
pub(crate) fn scaled(node: &mut Node, x: Tracked, scale: Multiplier) -> Result<Tracked, String> {
    let x = node.cast(x, ElementType::I32)?;
    node.rescale(x, &[scale])
}

/// Integers of 32 bits on 16 bits.
pub(crate) fn saturated(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    node.requantized(x, 0, integer_bounds(ElementType::I16), ElementType::I16)
}

/// Integers of 32 bits added to ones of 16 bits.
fn added(node: &mut Node, sum: Tracked, more: Tracked) -> Result<Tracked, String> {
    let sum = node.cast(sum, ElementType::I32)?;
    let sum = node.binary("graph.add", more, sum)?;
    saturated(node, sum)
}

/// The product of integers of 16 bits on 32 bits.
pub(crate) fn product(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let (left, right) = (node.cast(left, ElementType::I32)?, node.cast(right, ElementType::I32)?);
    node.binary("graph.multiply", left, right)
}

/// The cells after a step: what is kept and what is new, by the input and the forget gate.
pub(crate) fn next_cells(
    node: &mut Node,
    [takes, forgets]: [Option<Tracked>; 2],
    new: Tracked,
    cells: Tracked,
    cell_power: i32,
    clip: i64,
) -> Result<Tracked, String> {
    let forgets = forgets.ok_or("a layer has a forget gate")?;
    let takes = match takes {
        Some(takes) => takes,
        None => {
            let most = node.scalar(ElementType::I16, 32767.0)?;
            node.binary("graph.subtract", most, forgets)?
        }
    };
    let (kept, taken) = (product(node, forgets, cells)?, product(node, takes, new)?);
    let (kept, taken) = (node.divide_by_power(kept, 15)?, node.divide_by_power(taken, 30 + cell_power)?);
    let sum = node.binary("graph.add", kept, taken)?;
    let sum = saturated(node, sum)?;
    clipped(node, sum, clip)
}

/// Clipped, if there is a clip.
pub(crate) fn clipped(node: &mut Node, x: Tracked, clip: i64) -> Result<Tracked, String> {
    match clip {
        0 => Ok(x),
        _ => node.clamp_to(x, (-clip, clip)),
    }
}

/// Lines of 16-bit integers less their mean, divided by their deviation, times factors.
fn normalized(node: &mut Node, x: Tracked, factors: &Factors, bias: Tracked) -> Result<Tracked, String> {
    let &[_, units] = node.shape(x) else { return Err("a gate must be a matrix".into()) };
    let units = units.as_static().filter(|units| (1..1 << 20).contains(units));
    let units = units.ok_or("the number of units must be known")? as f64;
    let x = node.cast(x, ElementType::I64)?;
    let squares = node.binary("graph.multiply", x, x)?;
    let (sum, squares) = (node.reduce("graph.reduce_sum", x, &[1])?, node.reduce("graph.reduce_sum", squares, &[1])?);
    let mean = node.binary_scalar("graph.multiply", sum, 1024.0)?;
    let mean = node.binary_scalar("graph.divide", mean, units)?;
    let share = (f64::from(1 << 20) / units).floor();
    let squares = node.binary_scalar("graph.multiply", squares, share)?;
    let square = node.binary("graph.multiply", mean, mean)?;
    let variance = node.binary("graph.subtract", squares, square)?;
    let variance = node.binary_scalar("graph.divide", variance, f64::from(1 << 20))?;
    let is_none = node.binary_scalar("graph.less", variance, 1.0)?;
    let least = node.scalar(ElementType::I64, factors.least as f64)?;
    let variance = node.select(is_none, least, variance)?;
    let (multiplier, shift) = node.inverse_root(variance)?;
    let raised = node.binary_scalar("graph.multiply", x, 1024.0)?;
    let centered = node.binary("graph.subtract", raised, mean)?;
    let normal = node.rescale_by(centered, multiplier, shift)?;
    // On 32 bits, as the reference has it.
    let (normal, own) = (node.cast(normal, ElementType::I32)?, node.cast(factors.factors, ElementType::I32)?);
    let weighted = node.binary("graph.multiply", normal, own)?;
    let weighted = node.binary("graph.add", weighted, bias)?;
    let weighted = node.cast(weighted, ElementType::I64)?;
    let is_positive = node.binary_scalar("graph.greater", weighted, 0.0)?;
    let (up, down) =
        (node.binary_scalar("graph.add", weighted, 512.0)?, node.binary_scalar("graph.subtract", weighted, 512.0)?);
    let rounded = node.select(is_positive, up, down)?;
    let rounded = node.binary_scalar("graph.divide", rounded, 1024.0)?;
    let scale = Multiplier { shift: factors.scale.shift + 12, ..factors.scale };
    let y = scaled(node, rounded, scale)?;
    saturated(node, y)
}
