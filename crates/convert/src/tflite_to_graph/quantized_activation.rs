//! Activations of integers.

use super::quantization::{Quantization, activation_bounds, integer_bounds};
use super::rescale::Multiplier;
use super::table::of_integers;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use kiln_tensor::ElementType;

/// From the operand's scale to the result's, in 32 bits as the reference divides.
fn ratio(input: &Quantization, output: &Quantization) -> Multiplier {
    Multiplier::of(f64::from(input.scale() / output.scale()))
}

/// An activation that only clamps.
pub(crate) fn clamped(node: &mut Node, word: &str) -> Results {
    let x = node.input(0)?;
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.element(x);
    let bounds = activation_bounds(word, element, &output)?;
    if input == output {
        return Ok(vec![node.clamp_to(x, bounds)?]);
    }
    let centered = node.centered(x, input.zero_point())?;
    let scaled = node.rescale(centered, &[ratio(&input, &output)])?;
    Ok(vec![node.requantized(scaled, output.zero_point(), bounds, element)?])
}

pub(crate) fn leaky_relu(node: &mut Node, alpha: f32) -> Results {
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let below = Multiplier::of(f64::from(input.scale() * alpha / output.scale()));
    let above = ratio(&input, &output);
    let x = node.input(0)?;
    if node.element(x) == ElementType::I16 {
        let centered = node.centered(x, input.zero_point())?;
        let (low, high) = (node.rescale(centered, &[below])?, node.rescale(centered, &[above])?);
        let is_positive = node.binary_scalar("graph.greater", centered, 0.0)?;
        let taken = node.select(is_positive, high, low)?;
        let bounds = integer_bounds(ElementType::I16);
        return Ok(vec![node.requantized(taken, output.zero_point(), bounds, ElementType::I16)?]);
    }
    of_integers(node, |value, (low, high)| {
        let centered = value - input.zero_point() as i32;
        let multiplier = if centered >= 0 { above } else { below };
        (output.zero_point() + i64::from(multiplier.apply(centered))).clamp(low, high)
    })
}

pub(crate) fn prelu(node: &mut Node) -> Results {
    let (x, alpha) = (node.input(0)?, node.input(1)?);
    let (input, slope, output) = (node.quantized_operand(0)?, node.quantized_operand(1)?, node.quantized_result(0)?);
    let element = node.element(x);
    let (x, alpha) = (node.centered(x, input.zero_point())?, node.centered(alpha, slope.zero_point())?);
    let above = node.rescale(x, &[ratio(&input, &output)])?;
    let product = node.binary("graph.multiply", x, alpha)?;
    let below = Multiplier::of(f64::from(input.scale() * slope.scale() / output.scale()));
    let below = node.rescale(product, &[below])?;
    let is_positive = node.binary_scalar("graph.greater_equal", x, 0.0)?;
    let taken = node.select(is_positive, above, below)?;
    Ok(vec![node.requantized(taken, output.zero_point(), integer_bounds(element), element)?])
}

/// Multiplied in 16 bits by what the operand's place between -3 and 3 is.
pub(crate) fn hard_swish(node: &mut Node) -> Results {
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let fine = (1.0f32 / 128.0) * input.scale();
    let to_output = Multiplier::of(f64::from(fine / output.scale()));
    let to_place = Multiplier::of(f64::from(fine / (3.0f32 / 32768.0)));
    if to_output.shift > 0 {
        return Err("the result's scale is too fine".into());
    }
    let narrow = |one: Multiplier| match one.multiplier >= i32::MAX - (1 << 15) {
        true => i16::MAX,
        false => ((one.multiplier + (1 << 15)) >> 16) as i16,
    };
    // Twice the upper half of a product, rounded to the nearest.
    let high = |left: i16, right: i16| {
        let product = i32::from(left) * i32::from(right);
        let nudge = if product >= 0 { 1 << 14 } else { 1 - (1 << 14) };
        ((product + nudge) / (1 << 15)) as i16
    };
    let raised = |value: i16, by: i32| (i64::from(value) << by).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    let divided = |value: i16, by: i32| match by {
        ..=0 => value,
        by => {
            let value = i32::from(value);
            ((value + (1 << (by - 1)) + (value >> 31)) >> by) as i16
        }
    };
    of_integers(node, |value, (least, most)| {
        let centered = (value - input.zero_point() as i32) as i16;
        let fine = centered.wrapping_mul(1 << 7);
        let scaled = high(fine, narrow(to_output));
        let mut place = fine;
        if to_place.shift > 0 {
            place = raised(place, to_place.shift - 1);
        }
        place = high(place, narrow(to_place));
        if to_place.shift > 0 {
            place = raised(place, 1);
        }
        place = divided(place, -to_place.shift);
        let place = ((i32::from(place) + (1 << 15)) >> 1) as i16;
        let product = (i32::from(place) * i32::from(scaled) / (1 << 15)) as i16;
        (i64::from(divided(product, -to_output.shift)) + output.zero_point()).clamp(least, most)
    })
}

pub(crate) fn abs(node: &mut Node) -> Results {
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let multiplier = (input.scale() != output.scale()).then(|| ratio(&input, &output));
    let x = node.input(0)?;
    if node.element(x) == ElementType::I16 {
        let mut size = node.centered(x, input.zero_point())?;
        size = node.unary("graph.abs", size)?;
        if let Some(multiplier) = multiplier {
            size = node.rescale(size, &[multiplier])?;
        }
        let bounds = integer_bounds(ElementType::I16);
        return Ok(vec![node.requantized(size, output.zero_point(), bounds, ElementType::I16)?]);
    }
    of_integers(node, |value, (low, high)| {
        let size = (value - input.zero_point() as i32).abs();
        let size = multiplier.map_or(size, |multiplier| multiplier.apply(size));
        (i64::from(size) + output.zero_point()).clamp(low, high)
    })
}

/// Where there is no logarithm, the least integer.
pub(crate) fn log(node: &mut Node) -> Results {
    let output = node.quantized_result(0)?;
    let least = (integer_bounds(ElementType::I8).0 - output.zero_point()) as f32 * output.scale();
    let (input, low) = (node.quantized_operand(0)?, least);
    of_integers(node, |value, (least, most)| {
        let real = input.scale() * (i64::from(value) - input.zero_point()) as f32;
        let result = if real > 0.0 { libm::logf(real) } else { low };
        let rescaled = (result * (1.0 / output.scale())).round();
        ((rescaled + output.zero_point() as f32) as i64).clamp(least, most)
    })
}

/// 1 divided by the square root, by Newton's iteration in fixed point.
pub(crate) fn rsqrt(node: &mut Node) -> Results {
    const SHIFT: i32 = 20;
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let scale = 1.0 / (input.scale().sqrt() * output.scale());
    let multiplier = Multiplier::of(f64::from(scale));
    of_integers(node, |value, (low, high)| {
        let centered = value - input.zero_point() as i32;
        if centered <= 0 {
            return high;
        }
        let inverse = super::inverse_root::of_integer(centered);
        let raised = Multiplier { shift: inverse.shift + SHIFT, ..inverse }.apply(1);
        let scaled = Multiplier { shift: multiplier.shift - SHIFT, ..multiplier }.apply(raised);
        (i64::from(scaled) + output.zero_point()).clamp(low, high)
    })
}
