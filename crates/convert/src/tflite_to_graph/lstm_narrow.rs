//! One step of long short-term memory of 8-bit integers whose products are of 8 bits, too: each has a scale and a zero
//! point among the twelve tensors between the steps. Gates are always normalized, in floats, and there is no input gate: the
//! reference takes what the forget gate leaves.

use super::lstm::{CELL, FORGET, ONE_WAY, OUTPUT};
use super::lstm_integer::{clipped, next_cells, product, saturated, scaled};
use super::product::integer_sums;
use super::quantization::{Quantization, integer_bounds};
use super::quantize::rounded;
use super::rescale::Multiplier;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// A function of floats at a 16-bit integer of a scale, on 15 bits.
fn at(x: i16, power: i32, function: fn(f32) -> f32) -> i16 {
    let real = (f64::from(x) * 2f64.powi(power)) as f32;
    ((function(real) * 32768.0) as i32).clamp(-32768, 32767) as i16
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// What is multiplied: what its integers stand for, and where the weights and the tensor that the product is stand.
struct Factor<'q> {
    x: Tracked,
    quantization: &'q Quantization,
    weights: usize,
    between: usize,
}

impl Factor<'_> {
    /// The products, scaled to 8 bits, less their zero point and scaled to the gate's scale.
    fn times(&self, node: &mut Node, gate: f32) -> Result<Tracked, String> {
        let (weights, own) = (node.input(self.weights)?, node.quantized_operand(self.weights)?);
        let between = node.quantized_intermediate(self.between)?;
        let scale = own.scale() * self.quantization.scale() / between.scale();
        let sums = integer_sums(node, (self.x, self.quantization), (weights, &own), None)?;
        let sums = scaled(node, sums, Multiplier::of(scale.into()))?;
        let narrow = node.requantized(sums, between.zero_point(), integer_bounds(ElementType::I8), ElementType::I8)?;
        let centered = node.centered(narrow, between.zero_point())?;
        node.rescale(centered, &[Multiplier::of((between.scale() / gate).into())])
    }
}

/// What a gate is a function of.
fn sum(node: &mut Node, gate: usize, [x, hidden]: [Tracked; 2]) -> Result<Tracked, String> {
    let (of_x, of_hidden) = (node.quantized_operand(0)?, node.quantized_operand(18)?);
    let own = node.quantized_intermediate(3 * gate)?.scale();
    let first = Factor { x, quantization: &of_x, weights: ONE_WAY.of_input(gate), between: 3 * gate + 1 };
    let mut sum = first.times(node, own)?;
    // The reference scales what the output gate sees of the state to nothing.
    if gate != OUTPUT {
        let second =
            Factor { x: hidden, quantization: &of_hidden, weights: ONE_WAY.of_state(gate), between: 3 * gate + 2 };
        let second = second.times(node, own)?;
        sum = node.binary("graph.add", sum, second)?;
    }
    let sum = saturated(node, sum)?;
    normalized(node, gate, sum)
}

/// Less the mean, divided by the deviation, times factors, with 12 digits behind the point.
fn normalized(node: &mut Node, gate: usize, x: Tracked) -> Result<Tracked, String> {
    let first = ONE_WAY.factors.ok_or("a layer that runs one way has factors")?;
    let (factors, bias) = (node.input(first + gate)?, node.input(ONE_WAY.bias(gate))?);
    let scale = Multiplier::of(node.quantized_operand(first + gate)?.scale().into());
    let scale = (f64::from(scale.multiplier) * 2f64.powi(scale.shift - 31)) as f32;
    let x = node.cast(x, ElementType::F32)?;
    let &[_, units] = node.shape(x) else { return Err("a gate must be a matrix".into()) };
    let units = units.as_static().ok_or("the number of units must be known")? as f64;
    let squares = node.binary("graph.multiply", x, x)?;
    let (total, squares) = (node.reduce("graph.reduce_sum", x, &[1])?, node.reduce("graph.reduce_sum", squares, &[1])?);
    let (mean, squares) =
        (node.binary_scalar("graph.divide", total, units)?, node.binary_scalar("graph.divide", squares, units)?);
    let square = node.binary("graph.multiply", mean, mean)?;
    let variance = node.binary("graph.subtract", squares, square)?;
    let is_none = node.binary_scalar("graph.equal", variance, 0.0)?;
    let least = node.scalar(ElementType::F32, f64::from(1e-8f32))?;
    let variance = node.select(is_none, least, variance)?;
    let root = node.unary("graph.sqrt", variance)?;
    let inverse = node.unary("graph.reciprocal", root)?;
    let centered = node.binary("graph.subtract", x, mean)?;
    let normal = node.binary("graph.multiply", centered, inverse)?;
    let factors = node.cast(factors, ElementType::F32)?;
    let weighted = node.binary("graph.multiply", normal, factors)?;
    let weighted = node.binary_scalar("graph.multiply", weighted, scale.into())?;
    let bias = node.cast(bias, ElementType::F32)?;
    let bias = node.binary_scalar("graph.multiply", bias, f64::from(scale / 1024.0))?;
    let y = node.binary("graph.add", weighted, bias)?;
    let y = node.binary_scalar("graph.multiply", y, 4096.0)?;
    let y = rounded(node, y)?;
    let y = node.clamp(y, Some(-32768.0), Some(32767.0))?;
    node.cast(y, ElementType::I16)
}

/// What it gives in a step, and the cells after it.
pub(crate) fn step(node: &mut Node, x: Tracked, hidden: Tracked, cells: Tracked) -> Result<[Tracked; 2], String> {
    let gate = |node: &mut Node, gate: usize| -> Result<Tracked, String> {
        let sum = sum(node, gate, [x, hidden])?;
        let function: fn(f32) -> f32 = if gate == CELL { libm::tanhf } else { logistic };
        node.of_sixteen_bits(sum, |x| at(x, -12, function))
    };
    let (forgets, new, shows) = (gate(node, FORGET)?, gate(node, CELL)?, gate(node, OUTPUT)?);
    let clip = node.option_float("cell_clip") as f32;
    let clip = if clip > 0.0 && clip < 1.0 { (clip * 32768.0) as i64 } else { 0 };
    let cells = next_cells(node, [None, Some(forgets)], new, cells, -15, clip)?;
    let activated = node.of_sixteen_bits(cells, |x| at(x, -15, libm::tanhf))?;
    let shown = product(node, shows, activated)?;
    let shown = node.divide_by_power(shown, 15)?;
    let (of_hidden, of_result) = (node.quantized_operand(18)?, node.quantized_result(0)?);
    let (weights, own) = (node.input(ONE_WAY.projection())?, node.quantized_operand(ONE_WAY.projection())?);
    let scale = (f64::from(own.scale()) * 2f64.powi(-15) / f64::from(of_hidden.scale())) as f32;
    let (shown, weights) = (node.cast(shown, ElementType::I64)?, node.cast(weights, ElementType::I64)?);
    let mut y = node.emit("graph.matmul", &[shown, weights], &[("transpose_b", attribute(true))])?;
    if let Some(bias) = node.optional(ONE_WAY.projection_bias()) {
        let bias = node.cast(bias, ElementType::I64)?;
        y = node.binary("graph.add", y, bias)?;
    }
    let y = node.rescale(y, &[Multiplier::of(scale.into())])?;
    let y = node.requantized(y, of_hidden.zero_point(), integer_bounds(ElementType::I8), ElementType::I8)?;
    let clip = node.option_float("proj_clip") as f32;
    let clip = if clip > 0.0 { (clip / of_result.scale()).min(127.0) as i64 } else { 0 };
    Ok([clipped(node, y, clip)?, cells])
}
