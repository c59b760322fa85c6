//! Sums, products and comparisons of integers that stand for numbers of different scales.

use super::fixed_numbers::reciprocal;
use super::quantization::{Quantization, activation_bounds, integer_bounds};
use super::rescale::Multiplier;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// How far operands are moved up before they are scaled down, so that little is lost.
fn headroom(element: ElementType) -> u32 {
    if element == ElementType::I16 { 15 } else { 20 }
}

pub(crate) fn add(node: &mut Node) -> Results {
    sum(node, "graph.add")
}

pub(crate) fn subtract(node: &mut Node) -> Results {
    sum(node, "graph.subtract")
}

/// What the operator's operands and result stand for.
fn operands(node: &Node) -> Result<[Quantization; 3], String> {
    Ok([node.quantized_operand(0)?, node.quantized_operand(1)?, node.quantized_result(0)?])
}

fn fused_bounds(node: &Node, element: ElementType, output: &Quantization) -> Result<(i64, i64), String> {
    activation_bounds(node.option_word("fused_activation_function"), element, output)
}

fn sum(node: &mut Node, op: &str) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    let [first, second, output] = operands(node)?;
    let bounds = fused_bounds(node, element, &output)?;
    if element == ElementType::I16
        && node.option_flag("pot_scale_int16")
        && let Some(shifts) = power_shifts(&first, &second, &output)
    {
        return sum_of_powers(node, op, [left, right], shifts, bounds);
    }
    let most = 2.0 * f64::from(first.scale().max(second.scale()));
    let (left, right) =
        (scaled_up(node, left, &first, most, element)?, scaled_up(node, right, &second, most, element)?);
    let total = node.binary(op, left, right)?;
    let scale = most / (f64::from(1u32 << headroom(element)) * f64::from(output.scale()));
    let scaled = node.rescale(total, &[Multiplier::of(scale)])?;
    Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
}

/// An operand less its zero point, moved up and scaled to twice the larger of both scales.
fn scaled_up(
    node: &mut Node,
    x: Tracked,
    quantization: &Quantization,
    most: f64,
    element: ElementType,
) -> Result<Tracked, String> {
    let centered = node.centered(x, quantization.zero_point())?;
    let raised = node.binary_scalar("graph.multiply", centered, f64::from(1u32 << headroom(element)))?;
    node.rescale(raised, &[Multiplier::of(f64::from(quantization.scale()) / most)])
}

/// The logarithms of the operands' scales less that of the result's, if all are powers of two and one is that of the
/// result.
fn power_shifts(first: &Quantization, second: &Quantization, output: &Quantization) -> Option<[i32; 2]> {
    let exponent = |quantization: &Quantization| {
        let logarithm = quantization.scale().log2();
        ((logarithm - logarithm.round()).abs() < 1e-3).then(|| logarithm.round() as i32)
    };
    let output = exponent(output)?;
    let shifts = [exponent(first)? - output, exponent(second)? - output];
    (shifts.contains(&0) && shifts.iter().all(|&shift| shift <= 0)).then_some(shifts)
}

/// 16-bit integers whose scales are powers of two.
fn sum_of_powers(node: &mut Node, op: &str, parts: [Tracked; 2], shifts: [i32; 2], bounds: (i64, i64)) -> Results {
    let mut moved = Vec::new();
    for (part, shift) in parts.into_iter().zip(shifts) {
        let wide = node.cast(part, ElementType::I32)?;
        moved.push(node.divide_by_power(wide, -shift)?);
    }
    let total = node.binary(op, moved[0], moved[1])?;
    Ok(vec![node.requantized(total, 0, bounds, ElementType::I16)?])
}

pub(crate) fn multiply(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    let [first, second, output] = operands(node)?;
    let bounds = fused_bounds(node, element, &output)?;
    let (left, right) = (node.centered(left, first.zero_point())?, node.centered(right, second.zero_point())?);
    let product = node.binary("graph.multiply", left, right)?;
    let scale = f64::from(first.scale() * second.scale() / output.scale());
    let scaled = node.rescale(product, &[Multiplier::of(scale)])?;
    let element = node.result_element(0)?;
    Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
}

/// The quotient of 8-bit integers, from a table of all that there are; of 16 bits, in floats.
pub(crate) fn divide(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    let [first, second, output] = operands(node)?;
    let (low, high) = fused_bounds(node, element, &output)?;
    if !matches!(element, ElementType::I8 | ElementType::U8) {
        return quotient_of_floats(node, (low, high));
    }
    let multiplier = Multiplier::of(f64::from(first.scale() / (second.scale() * output.scale())));
    let (least, most) = integer_bounds(element);
    let mut table = Vec::with_capacity(1 << 16);
    for dividend in least..=most {
        for divisor in least..=most {
            let numbers = (dividend - first.zero_point(), divisor - second.zero_point());
            let quotient = quotient(numbers.0 as i32, numbers.1 as i32, multiplier);
            table.push((output.zero_point() + i64::from(quotient)).clamp(low, high));
        }
    }
    let table = node.integers(element, &[table.len()], &table)?;
    let (left, right) = (node.centered(left, least)?, node.centered(right, least)?);
    let line = node.binary_scalar("graph.multiply", left, 256.0)?;
    let place = node.binary("graph.add", line, right)?;
    Ok(vec![node.emit("graph.gather", &[table, place], &[("axis", crate::conversion::emit::attribute(0i64))])?])
}

/// A quotient times a scale: by the divisor's reciprocal, with all the digits that the dividend leaves room for.
fn quotient(dividend: i32, divisor: i32, scale: Multiplier) -> i32 {
    if divisor == 0 {
        return 0;
    }
    let (inverse, digits) = reciprocal(divisor.abs());
    let inverse = if divisor < 0 { -inverse } else { inverse };
    let spare = if dividend < 0 { (!dividend).leading_zeros() } else { dividend.leading_zeros() } as i32 - 1;
    let unscaled = Multiplier { multiplier: inverse, shift: spare }.apply(dividend);
    let shift = scale.shift - digits - spare;
    if shift < -62 {
        return 0;
    }
    Multiplier { multiplier: scale.multiplier, shift }.apply(unscaled)
}

/// The quotient of operands of one shape, in floats; where the divisor is 0, the end of the range on the dividend's side.
fn quotient_of_floats(node: &mut Node, (low, high): (i64, i64)) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    if node.shape(left) != node.shape(right) {
        return Err(format!("the quotient of integers of {element} of differing shapes is not defined exactly"));
    }
    let [first, second, output] = operands(node)?;
    let (left, right) =
        (super::quantize::dequantized(node, left, &first)?, super::quantize::dequantized(node, right, &second)?);
    let quotient = node.binary("graph.divide", left, right)?;
    let scaled = node.binary_scalar("graph.divide", quotient, output.scale().into())?;
    let whole = super::quantize::rounded(node, scaled)?;
    let moved = node.binary_scalar("graph.add", whole, output.zero_point() as f64)?;
    let clamped = node.clamp(moved, Some(low as f64), Some(high as f64))?;
    let is_negative = node.binary_scalar("graph.less", left, 0.0)?;
    let (low, high) = (node.scalar(ElementType::F32, low as f64)?, node.scalar(ElementType::F32, high as f64)?);
    let end = node.select(is_negative, low, high)?;
    let is_none = node.binary_scalar("graph.equal", right, 0.0)?;
    let y = node.select(is_none, end, clamped)?;
    let y = node.cast(y, ElementType::I32)?;
    Ok(vec![node.cast(y, element)?])
}

/// The square of the difference, which is computed as sums are, on 7 more bits.
pub(crate) fn squared_difference(node: &mut Node) -> Results {
    const HEADROOM: u32 = 7;
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    let [first, second, output] = operands(node)?;
    let most = 2.0 * f64::from(first.scale().max(second.scale()));
    let mut parts = Vec::new();
    for (x, quantization) in [(left, &first), (right, &second)] {
        let centered = node.centered(x, quantization.zero_point())?;
        let raised = node.binary_scalar("graph.multiply", centered, f64::from(1u32 << HEADROOM))?;
        parts.push(node.rescale(raised, &[Multiplier::of(f64::from(quantization.scale()) / most)])?);
    }
    let difference = node.binary("graph.subtract", parts[0], parts[1])?;
    let square = node.binary("graph.multiply", difference, difference)?;
    let scale = most * most / (f64::from(1u32 << (2 * HEADROOM)) * f64::from(output.scale()));
    let scaled = node.rescale(square, &[Multiplier::of(scale)])?;
    Ok(vec![node.requantized(scaled, output.zero_point(), integer_bounds(element), element)?])
}

/// A comparison of both operands, moved up and scaled.
pub(crate) fn compare(node: &mut Node, op: &str) -> Results {
    const HEADROOM: u32 = 8;
    let mut parts = Vec::new();
    for index in 0..2 {
        let (x, quantization) = (node.input(index)?, node.quantized_operand(index)?);
        let centered = node.centered(x, quantization.zero_point())?;
        let raised = node.binary_scalar("graph.multiply", centered, f64::from(1u32 << HEADROOM))?;
        parts.push(node.rescale(raised, &[Multiplier::of(f64::from(quantization.scale()))])?);
    }
    Ok(vec![node.binary(op, parts[0], parts[1])?])
}

/// Operand number `index` as integers of the result's scale: where scales differ, 8-bit integers are scaled in floats.
pub(crate) fn as_result(node: &mut Node, x: Tracked, index: usize) -> Result<Tracked, String> {
    let (Some(input), Some(output)) = (node.operand_quantization(index), node.result_quantization(0)) else {
        return Ok(x);
    };
    let element = node.element(x);
    if element != ElementType::U8 || input == output {
        return Ok(x);
    }
    let inverse = 1.0 / output.scale();
    let scale = input.scale() * inverse;
    let bias = -(input.zero_point() as f32) * scale;
    let floats = node.cast(x, ElementType::F32)?;
    let scaled = node.binary_scalar("graph.multiply", floats, f64::from(scale))?;
    let moved = node.binary_scalar("graph.add", scaled, f64::from(bias))?;
    let rounded = super::quantize::rounded(node, moved)?;
    let whole = node.cast(rounded, ElementType::I32)?;
    node.requantized(whole, output.zero_point(), integer_bounds(element), element)
}
