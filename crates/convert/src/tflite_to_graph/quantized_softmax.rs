//! Softmax of 8-bit integers: exponentials from a table of floats; and its logarithm, in fixed point throughout.

use super::fixed_numbers::{divided, exp_of_negative};
use super::normalization::last_axis;
use super::quantization::integer_bounds;
use super::rescale::Multiplier;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

pub(crate) fn softmax(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.element(x) == ElementType::I16 {
        return super::fixed_point::softmax(node);
    }
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.result_element(0)?;
    let axis = last_axis(node, x)?;
    let scale = -input.scale() * node.option_float("beta") as f32;
    let table: Vec<f32> = (0..256).map(|below| libm::expf(scale * below as f32)).collect();
    let table = node.tensor(Tensor::from_values(&[256], &table))?;
    let wide = node.cast(x, ElementType::I32)?;
    let most = node.reduce("graph.reduce_max", wide, &[axis])?;
    let below = node.binary("graph.subtract", most, wide)?;
    let exps = node.emit("graph.gather", &[table, below], &[("axis", attribute(0i64))])?;
    let sum = node.reduce("graph.reduce_sum", exps, &[axis])?;
    let scaled = node.binary_scalar("graph.multiply", sum, f64::from(output.scale()))?;
    let inverse = node.unary("graph.reciprocal", scaled)?;
    let shares = node.binary("graph.multiply", exps, inverse)?;
    let whole = super::quantize::rounded(node, shares)?;
    let whole = node.cast(whole, ElementType::I32)?;
    Ok(vec![node.requantized(whole, output.zero_point(), integer_bounds(element), element)?])
}

/// The digits before the point of differences, and of what they become.
const DIFFERENCE_DIGITS: u32 = 5;
const SUM_DIGITS: u32 = 12;
const RESULT_DIGITS: u32 = 4;

/// The logarithm of the softmax of 8-bit integers, in fixed point.
pub(crate) fn log_softmax(node: &mut Node) -> Results {
    let (x, input, output) = (node.input(0)?, node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.element(x);
    let bounds = integer_bounds(element);
    if !matches!(element, ElementType::I8 | ElementType::U8) || output.zero_point() != bounds.1 {
        return Err(format!("the result of integers of {element} must have the zero point {}", bounds.1));
    }
    let axis = last_axis(node, x)?;
    let scale = (f64::from(input.scale()) * f64::from(1i32 << (31 - DIFFERENCE_DIGITS))).min(2147483647.0);
    let multiplier = Multiplier::of(scale);
    // What a difference of this and all below does not count.
    let radius = f64::from((1i32 << DIFFERENCE_DIGITS) - 1) * f64::from(1i32 << (31 - DIFFERENCE_DIGITS));
    let least = -((radius / 2f64.powi(multiplier.shift)).floor() as i64);
    let rescaled = |below: i32| multiplier.apply_saturated(-below);
    let exps: Vec<i64> = (0..256)
        .map(|below| match i64::from(-below) >= least {
            true => divided(exp_of_negative(rescaled(below), DIFFERENCE_DIGITS), SUM_DIGITS).into(),
            false => 0,
        })
        .collect();
    let differences: Vec<i64> = (0..256).map(|below| rescaled(below).into()).collect();
    let wide = node.cast(x, ElementType::I64)?;
    let most = node.reduce("graph.reduce_max", wide, &[axis])?;
    let below = node.binary("graph.subtract", most, wide)?;
    let of_table = |node: &mut Node, entries: &[i64]| -> Result<Tracked, String> {
        let table = node.integers(ElementType::I64, &[256], entries)?;
        node.emit("graph.gather", &[table, below], &[("axis", attribute(0i64))])
    };
    let (exps, differences) = (of_table(node, &exps)?, of_table(node, &differences)?);
    let sum = node.reduce("graph.reduce_sum", exps, &[axis])?;
    let logarithm = logarithm(node, sum)?;
    // What would be below the range of the result's digits is the least.
    let inverse = inverse_scale(multiplier);
    let lowest = node.binary_scalar("graph.add", logarithm, f64::from(i32::MIN))?;
    let lowest = node.cast(lowest, ElementType::I32)?;
    let lowest = node.rescale(lowest, &[inverse])?;
    let lowest = node.cast(lowest, ElementType::I64)?;
    let lowest = node.clamp(lowest, Some((least - 1) as f64), None)?;
    let negated = node.unary("graph.negate", below)?;
    let counts = node.binary("graph.greater", negated, lowest)?;
    let result = node.binary("graph.subtract", differences, logarithm)?;
    let result = node.divide_by_power(result, (31 - DIFFERENCE_DIGITS - RESULT_DIGITS) as i32)?;
    let result = node.binary_scalar("graph.add", result, bounds.1 as f64)?;
    let result = node.clamp(result, Some(bounds.0 as f64), Some(bounds.1 as f64))?;
    let nothing = node.scalar(ElementType::I64, bounds.0 as f64)?;
    let result = node.select(counts, result, nothing)?;
    Ok(vec![node.cast(result, element)?])
}

/// What scales differences back.
fn inverse_scale(multiplier: Multiplier) -> Multiplier {
    Multiplier::of(2f64.powi(31 - multiplier.shift) / f64::from(multiplier.multiplier))
}

/// The logarithm of numbers of at least 1, with [`SUM_DIGITS`] before the point; the result has [`DIFFERENCE_DIGITS`].
///
/// A number is a power of two times one near the fourth root of a half, of which a quotient of polynomials is taken.
fn logarithm(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    const LOG_2: i32 = 1_488_522_236;
    const ROOT: i32 = 1_518_500_250;
    const FOURTH_ROOT: i32 = 1_805_811_301;
    const ALPHAS: [i32; 4] = [117_049_297, 127_690_142, 1_057_819_769, 638_450_708];
    const DIGITS: u32 = DIFFERENCE_DIGITS + 1;
    let quarter = 1i64 << (29 - DIGITS);
    let power = |node: &mut Node, spare: Tracked, correction: i64| -> Result<Tracked, String> {
        let most = node.fixed(SUM_DIGITS as i32)?;
        let power = node.binary("graph.subtract", most, spare)?;
        let power = node.binary_scalar("graph.multiply", power, f64::from(1i32 << (31 - DIGITS)))?;
        let power = node.fixed_clamp(power)?;
        let power = node.binary_scalar("graph.add", power, correction as f64)?;
        node.fixed_clamp(power)
    };
    let shifted = |node: &mut Node, x: Tracked, by: Tracked| -> Result<Tracked, String> {
        let raised = node.binary("graph.shift_left", x, by)?;
        node.fixed_clamp(raised)
    };
    let (root, fourth_root) = (node.fixed(ROOT)?, node.fixed(FOURTH_ROOT)?);
    // Zeros before the first digit, of 32 and of 31.
    let spare = node.spare_bits(x)?;
    let spare_less = node.binary_scalar("graph.subtract", spare, 1.0)?;
    let first = shifted(node, x, spare_less)?;
    let first = node.fixed_product(first, root)?;
    let one = node.fixed(1)?;
    let first = shifted(node, first, one)?;
    let first_power = power(node, spare, quarter)?;
    let second = node.fixed_product(x, root)?;
    let spare = node.spare_bits(second)?;
    let spare = node.binary_scalar("graph.subtract", spare, 1.0)?;
    let second = shifted(node, x, spare)?;
    let second_power = power(node, spare, -quarter)?;
    let r = node.binary("graph.minimum", first, second)?;
    let power = node.binary("graph.maximum", first_power, second_power)?;
    let sum = node.binary("graph.add", r, fourth_root)?;
    let sum = node.binary_scalar("graph.add", sum, 1.0)?;
    let p = node.binary_scalar("graph.shift_right", sum, 1.0)?;
    let q = node.binary("graph.subtract", r, fourth_root)?;
    let q = node.binary_scalar("graph.multiply", q, 2.0)?;
    let square = node.fixed_product(q, q)?;
    let [n, d, i, f] = ALPHAS;
    let times = |node: &mut Node, x: Tracked, factor: i32| -> Result<Tracked, String> {
        let factor = node.fixed(factor)?;
        node.fixed_product(x, factor)
    };
    let (linear, cubic) = (node.fixed_product(q, r)?, node.fixed_product(q, square)?);
    let cubic = times(node, cubic, n)?;
    let numerator = node.binary("graph.add", linear, cubic)?;
    let inner = node.binary_scalar("graph.add", q, f64::from(i))?;
    let of_square = times(node, square, d)?;
    let inner = node.binary("graph.add", inner, of_square)?;
    let (scaled, rest) = (node.fixed_product(p, inner)?, times(node, q, f)?);
    let denominator = node.binary("graph.add", scaled, rest)?;
    let inverse = node.fixed_inverse_of_one_more(denominator)?;
    let numerator = node.divide_by_power(numerator, DIGITS as i32)?;
    let (whole, part) = (times(node, power, LOG_2)?, node.fixed_product(numerator, inverse)?);
    let sum = node.binary("graph.add", whole, part)?;
    let doubled = node.binary_scalar("graph.multiply", sum, 2.0)?;
    node.fixed_clamp(doubled)
}

impl Node<'_, '_> {
    /// How many of 32 bits stand before the first that is set, in numbers of 64 bits that fit 31.
    fn spare_bits(&mut self, x: Tracked) -> Result<Tracked, String> {
        let count = self.bit_count(x)?;
        let count = self.unary("graph.negate", count)?;
        self.binary_scalar("graph.add", count, 32.0)
    }
}
