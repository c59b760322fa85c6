//! Functions of one element, or of one element of each operand.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("ABS", |node| quantized_or(node, "graph.abs", super::quantized_activation::abs)),
    row("CEIL", |node| unary(node, "graph.ceil")),
    row("COS", |node| unary(node, "graph.cos")),
    row("EXP", |node| quantized_or(node, "graph.exp", super::table::exp)),
    row("FLOOR", |node| unary(node, "graph.floor")),
    row("LOG", |node| quantized_or(node, "graph.log", super::quantized_activation::log)),
    row("LOGICAL_NOT", |node| unary(node, "graph.not")),
    row("LOGISTIC", |node| quantized_or(node, "graph.sigmoid", super::table::logistic)),
    row("NEG", |node| unary(node, "graph.negate")),
    row("ROUND", |node| unary(node, "graph.round")),
    row("RSQRT", |node| quantized_or(node, "graph.rsqrt", super::quantized_activation::rsqrt)),
    row("SIGN", |node| unary(node, "graph.sign")),
    row("SIN", |node| unary(node, "graph.sin")),
    row("SQRT", |node| unary(node, "graph.sqrt")),
    row("SQUARE", |node| {
        let x = node.input(0)?;
        Ok(vec![node.binary("graph.multiply", x, x)?])
    }),
    row("TANH", |node| quantized_or(node, "graph.tanh", super::table::tanh)),
    row("ZEROS_LIKE", zeros_like),
    row("LOGICAL_AND", |node| binary(node, "graph.and")),
    row("LOGICAL_OR", |node| binary(node, "graph.or")),
    row("BITWISE_XOR", |node| binary(node, "graph.xor")),
    row("RIGHT_SHIFT", right_shift),
    row("POW", |node| binary(node, "graph.power")),
    row("FLOOR_DIV", floor_div),
    row("FLOOR_MOD", |node| binary(node, "graph.modulo")),
    row("ATAN2", |node| {
        let (y, x) = (node.input(0)?, node.input(1)?);
        Ok(vec![atan2(node, y, x)?])
    }),
    row("ADD_N", add_n),
    row("SELECT", select),
    row("SELECT_V2", |node| {
        let (condition, on_true, on_false) = (node.input(0)?, node.input(1)?, node.input(2)?);
        Ok(vec![node.select(condition, on_true, on_false)?])
    }),
    row("CAST", |node| {
        let x = node.input(0)?;
        Ok(vec![cast(node, x)?])
    }),
    row("BITCAST", bitcast),
];

fn unary(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    Ok(vec![node.unary(op, x)?])
}

fn quantized_or(node: &mut Node, op: &str, quantized: fn(&mut Node) -> Results) -> Results {
    match node.is_quantized() {
        true => quantized(node),
        false => unary(node, op),
    }
}

pub(crate) fn binary(node: &mut Node, op: &str) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    Ok(vec![node.binary(op, left, right)?])
}

fn zeros_like(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let zero = Tensor::zeros(node.element(x), &[]).map_err(|error| error.to_string())?;
    let zero = node.tensor(zero)?;
    Ok(vec![node.broadcast(zero, node.shape(x))?])
}

/// Counts of at least the width move as far as they can; negative ones do not at all.
fn right_shift(node: &mut Node) -> Results {
    let (x, count) = (node.input(0)?, node.input(1)?);
    let most = node.element(x).bit_width() as f64 - 1.0;
    let count = node.clamp(count, Some(0.0), Some(most))?;
    Ok(vec![node.binary("graph.shift_right", x, count)?])
}

/// Rounded down.
fn floor_div(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    if node.element(left).is_float() {
        let quotient = node.binary("graph.divide", left, right)?;
        return Ok(vec![node.unary("graph.floor", quotient)?]);
    }
    let rest = node.binary("graph.modulo", left, right)?;
    let whole = node.binary("graph.subtract", left, rest)?;
    Ok(vec![node.binary("graph.divide", whole, right)?])
}

/// The angle of (x, y) in -pi to pi.
pub(crate) fn atan2(node: &mut Node, y: Tracked, x: Tracked) -> Result<Tracked, String> {
    let quotient = node.binary("graph.divide", y, x)?;
    let angle = node.unary("graph.atan", quotient)?;
    let (is_left, is_below) = (node.binary_scalar("graph.less", x, 0.0)?, node.binary_scalar("graph.less", y, 0.0)?);
    let pi = node.scalar(node.element(x), std::f64::consts::PI)?;
    let minus_pi = node.unary("graph.negate", pi)?;
    let turn = node.select(is_below, minus_pi, pi)?;
    let turned = node.binary("graph.add", angle, turn)?;
    let result = node.select(is_left, turned, angle)?;
    // 0 / 0 is no angle, but (0, 0) has one.
    let is_zero = node.binary_scalar("graph.equal", y, 0.0)?;
    let right = node.binary_scalar("graph.greater_equal", x, 0.0)?;
    let is_zero = node.binary("graph.and", is_zero, right)?;
    node.select(is_zero, y, result)
}

fn add_n(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    let mut sum = *inputs.first().ok_or("there is nothing to add")?;
    for &term in &inputs[1..] {
        sum = node.binary("graph.add", sum, term)?;
    }
    Ok(vec![sum])
}

/// A condition of one axis chooses whole slices.
fn select(node: &mut Node) -> Results {
    let (mut condition, on_true, on_false) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let rank = node.rank(on_true);
    if node.rank(condition) == 1 && rank > 1 {
        let mut shape = vec![kiln_ir::Dim::Static(1); rank];
        shape[0] = node.shape(condition)[0];
        condition = node.reshape(condition, &shape)?;
    }
    Ok(vec![node.select(condition, on_true, on_false)?])
}

/// Floats to integers saturate, as the reference's conversions do.
pub(crate) fn cast(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let (from, to) = (node.element(x), node.result_element(0)?);
    if from.is_complex() && !to.is_complex() {
        let parts = node.emit_parts(x)?;
        return node.cast(parts.0, to);
    }
    node.cast(x, to)
}

fn bitcast(node: &mut Node) -> Results {
    let (x, to) = (node.input(0)?, node.result_element(0)?);
    let (from, width) = (node.element(x).byte_size(), to.byte_size());
    let bits = unsigned(from).zip(unsigned(width)).filter(|_| !node.element(x).is_complex() && !to.is_complex());
    let (own, other) = bits.ok_or_else(|| format!("{} as elements of {to} is not supported", node.element(x)))?;
    let x = as_bits(node, x, own)?;
    let mut shape = node.shape(x).to_vec();
    // The lowest bits come first, along a last axis.
    let parts = from.max(width) / from.min(width).max(1);
    let shifts: Vec<i64> = (0..parts as i64).map(|part| part * 8 * from.min(width) as i64).collect();
    let x = if from > width {
        shape.push(kiln_ir::Dim::Static(1));
        let column = node.reshape(x, &shape)?;
        let shifts = node.integers(own, &[parts], &shifts)?;
        let lowered = node.binary("graph.shift_right", column, shifts)?;
        node.cast(lowered, other)?
    } else if from < width {
        if shape.pop() != Some(kiln_ir::Dim::Static(parts as u64)) {
            return Err(format!("the last axis must have {parts} elements, which become one"));
        }
        let axis = shape.len();
        let wide = node.cast(x, other)?;
        let shifts = node.integers(other, &[parts], &shifts)?;
        let raised = node.binary("graph.shift_left", wide, shifts)?;
        let sum = node.reduce("graph.reduce_sum", raised, &[axis])?;
        node.drop_axes(sum, &[axis])?
    } else {
        x
    };
    Ok(vec![as_bits(node, x, to)?])
}

/// The unsigned integer of so many bytes.
fn unsigned(bytes: usize) -> Option<ElementType> {
    match bytes {
        1 => Some(ElementType::U8),
        2 => Some(ElementType::U16),
        4 => Some(ElementType::U32),
        8 => Some(ElementType::U64),
        _ => None,
    }
}

/// The same bits as elements of another type of their size.
fn as_bits(node: &mut Node, x: Tracked, to: ElementType) -> Result<Tracked, String> {
    match node.element(x) == to {
        true => Ok(x),
        false => node.emit_as("graph.bitcast", &[x], &[], node.shape(x), kiln_ir::Type::from_element(to)),
    }
}

impl Node<'_, '_> {
    /// Real and imaginary part of complex numbers.
    pub fn emit_parts(&mut self, x: Tracked) -> Result<(Tracked, Tracked), String> {
        Err(format!("elements of {} are not supported here", self.element(x)))
    }

    /// Whether the operator computes with integers that stand for other numbers.
    pub fn is_quantized(&self) -> bool {
        let is_integer = |index: usize| self.optional(index).is_some_and(|x| self.element(x).is_integer());
        is_integer(0) && self.operand_quantization(0).is_some()
    }
}
