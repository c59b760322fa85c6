//! Products of matrices.

use super::conv::{channel_multipliers, less_zero_point, shifted_bias};
use super::quantization::{Quantization, activation_bounds};
use super::rescale::Multiplier;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count, expr, floor_divide};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("FULLY_CONNECTED", fully_connected), row("BATCH_MATMUL", batch_matmul)];

/// Lines of the operand times the transpose of the weights.
fn fully_connected(node: &mut Node) -> Results {
    let (x, weights) = (node.input(0)?, node.input(1)?);
    if node.option_word("weights_format") != "DEFAULT" {
        return Err("shuffled weights are not supported: they are made when a model is loaded".into());
    }
    let &[units, depth] = node.shape(weights) else { return Err("the weights must be a matrix".into()) };
    let shape = node.shape(x).to_vec();
    let mut result: Vec<Dim> = match node.option_flag("keep_num_dims") {
        true => shape[..shape.len().saturating_sub(1)].to_vec(),
        false => vec![dim(floor_divide(element_count(&shape)?, expr(depth)?)?)?],
    };
    let lines = dim(floor_divide(element_count(&shape)?, expr(depth)?)?)?;
    result.push(units);
    let lines = node.reshape(x, &[lines, depth])?;
    let bias = node.optional(2);
    let y = match (node.element(x).is_float(), node.element(weights).is_float()) {
        (true, true) => {
            let mut y = node.emit("graph.matmul", &[lines, weights], &[("transpose_b", attribute(true))])?;
            if let Some(bias) = bias {
                let bias = super::conv::expect_bias(node, bias, units)?;
                y = node.binary("graph.add", y, bias)?;
            }
            node.fused_activation(y)?
        }
        (true, false) => super::hybrid::fully_connected(node, lines, weights, bias)?,
        _ => of_integers(node, lines, weights, bias)?,
    };
    Ok(vec![node.reshape(y, &result)?])
}

fn of_integers(node: &mut Node, x: Tracked, weights: Tracked, bias: Option<Tracked>) -> Result<Tracked, String> {
    let (input, scales) = (node.quantized_operand(0)?, node.quantized_operand(1)?);
    let output = node.quantized_result(0)?;
    let element = node.result_element(0)?;
    let bounds = activation_bounds(node.option_word("fused_activation_function"), element, &output)?;
    let multipliers = channel_multipliers(&input, &scales, &output, !scales.is_per_channel());
    let sums = integer_sums(node, (x, &input), (weights, &scales), bias)?;
    let sums = node.cast(sums, ElementType::I32)?;
    let scaled = node.rescale(sums, &multipliers)?;
    node.requantized(scaled, output.zero_point(), bounds, element)
}

/// The sums of products of integers less their zero points, and of the bias; the weights are units x depth.
pub(crate) fn integer_sums(
    node: &mut Node,
    (x, input): (Tracked, &Quantization),
    (weights, scales): (Tracked, &Quantization),
    bias: Option<Tracked>,
) -> Result<Tracked, String> {
    let (x_element, weights_element) = (node.element(x), node.element(weights));
    let is_narrow = |element| matches!(element, ElementType::I8 | ElementType::U8);
    let is_zero = scales.zero_points.iter().all(|&point| point == 0);
    if is_narrow(x_element) && weights_element.bit_width() <= 8 && is_zero {
        let weights = node.cast(weights, if is_narrow(weights_element) { weights_element } else { ElementType::I8 })?;
        let given = [("transpose_b", attribute(true)), ("widening", attribute(true))];
        let products = node.emit("graph.matmul", &[x, weights], &given)?;
        let bias = shifted_bias(node, bias, weights, &[1], input.zero_point())?;
        return match bias {
            Some(bias) => node.binary("graph.add", products, bias),
            None => Ok(products),
        };
    }
    let element = if x_element == ElementType::I16 { ElementType::I64 } else { ElementType::I32 };
    let x = less_zero_point(node, x, element, &input.zero_points[..1])?;
    let weights = less_zero_point(node, weights, element, &scales.zero_points)?;
    let products = node.emit("graph.matmul", &[x, weights], &[("transpose_b", attribute(true))])?;
    match bias {
        Some(bias) => {
            let bias = node.cast(bias, element)?;
            node.binary("graph.add", products, bias)
        }
        None => Ok(products),
    }
}

fn batch_matmul(node: &mut Node) -> Results {
    let (x, y) = (node.input(0)?, node.input(1)?);
    let given =
        [("transpose_a", attribute(node.option_flag("adj_x"))), ("transpose_b", attribute(node.option_flag("adj_y")))];
    if node.element(x).is_float() && !node.element(y).is_float() {
        return super::hybrid::batch_matmul(node);
    }
    if node.element(x).is_float() || !node.is_quantized() {
        return Ok(vec![node.emit("graph.matmul", &[x, y], &given)?]);
    }
    let (left, right, output) = (node.quantized_operand(0)?, node.quantized_operand(1)?, node.quantized_result(0)?);
    let element = node.element(x);
    let sum = if element == ElementType::I16 { ElementType::I64 } else { ElementType::I32 };
    let x = less_zero_point(node, x, sum, &left.zero_points[..1])?;
    let y = less_zero_point(node, y, sum, &right.zero_points[..1])?;
    let sums = node.emit("graph.matmul", &[x, y], &given)?;
    let scale = f64::from(left.scale() * right.scale()) / f64::from(output.scale());
    let scaled = node.rescale(sums, &[Multiplier::of(scale)])?;
    let bounds = super::quantization::integer_bounds(element);
    Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
}
