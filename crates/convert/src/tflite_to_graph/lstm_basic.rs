//! One step of long short-term memory in its first form: one matrix of weights for what comes in and what was given last,
//! gates in the order input, cell, forget, output.

use super::lstm_integer::{product, saturated};
use super::product::integer_sums;
use super::quantization::integer_bounds;
use super::rescale::Multiplier;
use super::sixteen_bits::{logistic, tanh};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

/// The digits before the point of what gates are functions of, and of cells.
const GATE_DIGITS: u32 = 3;
const CELL_DIGITS: u32 = 4;

/// What it gives and its cells, then what stands between the steps, then both again as what is kept.
pub(crate) fn step(node: &mut Node) -> Results {
    let (x, last, weights, bias, cells) =
        (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?, node.input(4)?);
    let all = node.concat(&[x, last], 1)?;
    let is_float = node.element(x).is_float();
    let sums = match is_float {
        true => {
            let products = node.emit("graph.matmul", &[all, weights], &[("transpose_b", attribute(true))])?;
            node.binary("graph.add", products, bias)?
        }
        false => {
            let (input, own) = (node.quantized_operand(0)?, node.quantized_operand(2)?);
            let scale = 4096.0 * f64::from(node.quantized_operand(3)?.scale());
            let products = integer_sums(node, (all, &input), (weights, &own), Some(bias))?;
            let products = node.rescale_up(products, Multiplier::of(scale))?;
            saturated(node, products)?
        }
    };
    let &[_, units] = node.shape(cells) else { return Err("the cells must be a matrix".into()) };
    let units = units.as_static().ok_or("the number of units must be known")?;
    let mut gates = Vec::new();
    for gate in 0..4 {
        gates.push(node.slice_axis(sums, 1, Dim::Static(gate * units), Dim::Static(units))?);
    }
    let [y, next] = if is_float { of_floats(node, &gates, cells)? } else { of_integers(node, &gates, cells)? };
    Ok(vec![y, next, all, sums, y, next])
}

fn of_floats(node: &mut Node, gates: &[Tracked], cells: Tracked) -> Result<[Tracked; 2], String> {
    let takes = node.unary("graph.sigmoid", gates[0])?;
    let new = node.unary("graph.tanh", gates[1])?;
    let forgets = node.unary("graph.sigmoid", gates[2])?;
    let shows = node.unary("graph.sigmoid", gates[3])?;
    let (taken, kept) = (node.binary("graph.multiply", takes, new)?, node.binary("graph.multiply", forgets, cells)?);
    let next = node.binary("graph.add", taken, kept)?;
    let activated = node.unary("graph.tanh", next)?;
    Ok([node.binary("graph.multiply", shows, activated)?, next])
}

/// A product of fixed-point numbers, rounded.
fn high(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let product = product(node, left, right)?;
    let nudged = node.binary_scalar("graph.add", product, f64::from(1 << 14))?;
    node.binary_scalar("graph.shift_right", nudged, 15.0)
}

fn of_integers(node: &mut Node, gates: &[Tracked], cells: Tracked) -> Result<[Tracked; 2], String> {
    let sigmoid = |node: &mut Node, x: Tracked| node.of_sixteen_bits(x, |x| logistic(x, GATE_DIGITS));
    let (takes, forgets, shows) = (sigmoid(node, gates[0])?, sigmoid(node, gates[2])?, sigmoid(node, gates[3])?);
    let new = node.of_sixteen_bits(gates[1], |x| tanh(x, GATE_DIGITS))?;
    let (taken, kept) = (high(node, takes, new)?, high(node, forgets, cells)?);
    let taken = node.divide_by_power(taken, CELL_DIGITS as i32)?;
    let next = node.binary("graph.add", taken, kept)?;
    let next = saturated(node, next)?;
    let activated = node.of_sixteen_bits(next, |x| tanh(x, CELL_DIGITS))?;
    let shown = high(node, shows, activated)?;
    let narrow = node.divide_by_power(shown, 8)?;
    let output = node.quantized_result(0)?;
    let (low, high) = integer_bounds(ElementType::I8);
    let narrow = node.clamp(narrow, Some(low as f64), Some(high as f64))?;
    let y = node.requantized(narrow, output.zero_point(), integer_bounds(ElementType::U8), ElementType::U8)?;
    Ok([y, next])
}
