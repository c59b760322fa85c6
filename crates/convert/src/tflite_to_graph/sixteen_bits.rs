//! Functions of 16-bit fixed-point numbers, whose digits before the point differ, in tables of all that there are.
//!
//! They are computed as the reference does, on 16 bits throughout: `exp` by a polynomial near 0 and by squares of it, and
//! quotients by three rounds of Newton's iteration. What they give has no digits before the point.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

/// A product of fixed-point numbers, rounded.
fn high(left: i16, right: i16) -> i16 {
    if left == i16::MIN && right == i16::MIN {
        return i16::MAX;
    }
    let product = i32::from(left) * i32::from(right);
    let nudge = if product >= 0 { 1 << 14 } else { 1 - (1 << 14) };
    ((product + nudge) / (1 << 15)) as i16
}

/// Divided by a power of two, rounded to the nearest, halves away from zero.
fn divided(value: i32, power: u32) -> i32 {
    let mask = (1 << power) - 1;
    (value >> power) + i32::from((value & mask) > (mask >> 1) + i32::from(value < 0))
}

/// Times a power of two, saturated.
fn raised(value: i16, power: u32) -> i16 {
    let raised = i32::from(value) << power;
    let threshold = (1i32 << (15 - power)) - 1;
    match i32::from(value) {
        value if value > threshold => i16::MAX,
        value if value < -threshold => i16::MIN,
        _ => raised as i16,
    }
}

/// A constant of 31 bits, on 15.
fn constant(value: i32) -> i16 {
    divided(value, 16) as i16
}

/// `exp(x)` of numbers from -1/4 up to but not including 0.
fn exp_of_small(x: i16) -> i16 {
    let (middle, third) = (constant(1_895_147_668), constant(715_827_883));
    let x = x.wrapping_add(1 << 12);
    let square = high(x, x);
    let (cube, fourth) = (high(square, x), high(square, square));
    let fourth = divided(fourth.into(), 2) as i16;
    let rest = high(fourth.wrapping_add(cube), third).wrapping_add(square);
    let rest = divided(rest.into(), 1) as i16;
    middle.saturating_add(high(middle, x.wrapping_add(rest)))
}

/// `exp(x)` of numbers that are not positive, with `digits` before the point.
fn exp_of_negative(x: i16, digits: u32) -> i16 {
    /// `exp(-2^power)` for powers from -2 on.
    const FACTORS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    if x == 0 {
        return i16::MAX;
    }
    let fraction = 15 - digits;
    let quarter = 1i16 << (fraction - 2);
    let small = (x & (quarter - 1)) - quarter;
    let mut result = exp_of_small(raised(small, digits));
    let rest = small.wrapping_sub(x);
    for (step, factor) in FACTORS.into_iter().enumerate().take(digits as usize + 2) {
        if i32::from(rest) >> (fraction - 2 + step as u32) & 1 != 0 {
            result = high(result, constant(factor));
        }
    }
    let is_beyond = digits > 5 && i32::from(x) < -(1 << (20 - digits.min(20)));
    if is_beyond { 0 } else { result }
}

/// `2 / (1 + x)` of numbers from 0 to 1, with two digits before the point.
fn twice_inverse(x: i16) -> i16 {
    let sum = i32::from(x) + i32::from(i16::MAX);
    let half = ((sum + if sum >= 0 { 1 } else { -1 }) / 2) as i16;
    let mut result = constant(1_515_870_810).wrapping_add(high(half, constant(-1_010_580_540)));
    for _ in 0..3 {
        let error = (1i16 << 13).wrapping_sub(high(half, result));
        result = result.wrapping_add(raised(high(result, error), 2));
    }
    result
}

/// The logistic function.
pub(crate) fn logistic(x: i16, digits: u32) -> i16 {
    let negative = if x > 0 { -x } else { x };
    let above = raised(twice_inverse(exp_of_negative(negative, digits)), 1);
    match x.signum() {
        0 => 1 << 14,
        1 => above,
        _ => i16::MAX - above,
    }
}

/// The hyperbolic tangent.
pub(crate) fn tanh(x: i16, digits: u32) -> i16 {
    let negative = if x < 0 { x } else { -x };
    let size = raised(twice_inverse(exp_of_negative(negative, digits + 1)).wrapping_sub(1 << 13), 2);
    match x.signum() {
        0 => 0,
        1 => size,
        _ => size.wrapping_neg(),
    }
}

impl Node<'_, '_> {
    /// A function of 16-bit integers, as a table.
    pub fn of_sixteen_bits(&mut self, x: Tracked, function: impl Fn(i16) -> i16) -> Result<Tracked, String> {
        let entries: Vec<i16> = (i16::MIN..=i16::MAX).map(function).collect();
        let table = self.tensor(Tensor::from_values(&[entries.len()], &entries))?;
        let wide = self.cast(x, ElementType::I32)?;
        let place = self.binary_scalar("graph.add", wide, 32768.0)?;
        self.emit("graph.gather", &[table, place], &[("axis", attribute(0i64))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_near() {
        for digits in 0..=6u32 {
            let scale = f64::from(1i32 << digits) / 32768.0;
            for x in (-32767..=32767i16).step_by(97) {
                let exact = f64::from(x) * scale;
                let found = f64::from(tanh(x, digits)) / 32768.0;
                assert!((found - exact.tanh()).abs() < 1e-3, "tanh({exact}) is not {found}");
                if digits > 0 {
                    let found = f64::from(logistic(x, digits)) / 32768.0;
                    assert!((found - 1.0 / (1.0 + (-exact).exp())).abs() < 1e-3, "logistic({exact}) is not {found}");
                }
            }
        }
    }
}
