//! Functions of 8-bit integers, as tables that are made when a model is converted.

use super::quantization::{Quantization, integer_bounds};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// The function of floats that the operator is, of integers that stand for them.
pub(crate) fn of_function(node: &mut Node, function: fn(f32) -> f32) -> Results {
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    of_integers(node, |value, (low, high)| quantized(function, value, &input, &output).clamp(low, high))
}

/// What a function of floats gives for an integer, rounded to the nearest.
fn quantized(function: fn(f32) -> f32, value: i32, input: &Quantization, output: &Quantization) -> i64 {
    let real = input.scale() * (i64::from(value) - input.zero_point()) as f32;
    let rescaled = (function(real) * (1.0 / output.scale())).round();
    (rescaled + output.zero_point() as f32) as i64
}

/// A function of the operand's integers, which is told the bounds of the result's.
pub(crate) fn of_integers(node: &mut Node, function: impl Fn(i32, (i64, i64)) -> i64) -> Results {
    let x = node.input(0)?;
    let element = node.element(x);
    if !matches!(element, ElementType::I8 | ElementType::U8) {
        return Err(format!("integers of {element} are not supported by this operator"));
    }
    let bounds = integer_bounds(element);
    // In the order of the bits: those with the sign come last.
    let values: Vec<i64> = (0..256i32).map(|bits| function(of_bits(element, bits), bounds)).collect();
    let table = node.integers(element, &[256], &values)?;
    Ok(vec![look_up(node, table, x)?])
}

fn of_bits(element: ElementType, bits: i32) -> i32 {
    match element {
        ElementType::I8 => i32::from(bits as u8 as i8),
        _ => bits,
    }
}

/// The elements of a table of 256 that the bits of `x` are the numbers of.
fn look_up(node: &mut Node, table: Tracked, x: Tracked) -> Result<Tracked, String> {
    let bits = match node.element(x) {
        ElementType::U8 => x,
        _ => {
            let shape = node.shape(x).to_vec();
            node.emit_as("graph.bitcast", &[x], &[], &shape, kiln_ir::Type::from_element(ElementType::U8))?
        }
    };
    node.emit("graph.gather", &[table, bits], &[("axis", attribute(0i64))])
}

pub(crate) fn logistic(node: &mut Node) -> Results {
    let x = node.input(0)?;
    match node.element(x) {
        ElementType::I16 => super::fixed_point::logistic(node),
        _ => of_function(node, |x| 1.0 / (1.0 + libm::expf(-x))),
    }
}

pub(crate) fn tanh(node: &mut Node) -> Results {
    let x = node.input(0)?;
    match node.element(x) {
        ElementType::I16 => super::fixed_point::tanh(node),
        _ => of_function(node, libm::tanhf),
    }
}

pub(crate) fn exp(node: &mut Node) -> Results {
    let x = node.input(0)?;
    match node.element(x) {
        ElementType::I16 => super::fixed_point::exp(node),
        _ => of_function(node, libm::expf),
    }
}
