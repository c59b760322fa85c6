//! 32-bit fixed-point numbers, as the reference computes with them: functions of constants, and the same of data in integers
//! of 64 bits.

use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// `48 / 17` and `-32 / 17` with two digits before the point: the line that Newton's iteration begins from.
const LINE: [i32; 2] = [1_515_870_810, -1_010_580_540];

/// The rounded upper half of twice a product.
pub(crate) fn high(left: i32, right: i32) -> i32 {
    ((i64::from(left) * i64::from(right) + (1 << 30)) >> 31).min(i32::MAX.into()) as i32
}

/// Times a power of two, saturated.
fn raised(value: i32, by: u32) -> i32 {
    (i64::from(value) << by).clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// Divided by a power of two, rounded to the nearest, halves away from zero.
pub(crate) fn divided(value: i32, power: u32) -> i32 {
    let mask = (1i64 << power) - 1;
    let wide = i64::from(value);
    ((wide >> power) + i64::from((wide & mask) > (mask >> 1) + i64::from(value < 0))) as i32
}

/// `exp(x)` of numbers from -1/4 up to but not including 0.
fn exp_of_small(x: i32) -> i32 {
    const MIDDLE: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = x.wrapping_add(1 << 28);
    let square = high(x, x);
    let (cube, fourth) = (high(square, x), high(square, square));
    let rest = divided(high(divided(fourth, 2).wrapping_add(cube), THIRD).wrapping_add(square), 1);
    MIDDLE.wrapping_add(high(MIDDLE, x.wrapping_add(rest)))
}

/// `exp(x)` of numbers that are not positive, with `digits` before the point, up to 5.
pub(crate) fn exp_of_negative(x: i32, digits: u32) -> i32 {
    /// `exp(-2^power)` for powers from -2 on.
    const FACTORS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    if x == 0 {
        return i32::MAX;
    }
    let fraction = 31 - digits;
    let quarter = 1i32 << (fraction - 2);
    let small = (x & (quarter - 1)) - quarter;
    let mut result = exp_of_small(raised(small, digits));
    let rest = small.wrapping_sub(x);
    for (step, factor) in FACTORS.into_iter().enumerate().take(digits as usize + 2) {
        if rest >> (fraction - 2 + step as u32) & 1 != 0 {
            result = high(result, factor);
        }
    }
    result
}

/// `1 / (1 + x)` of numbers from 0 to 1.
fn inverse_of_one_more(x: i32) -> i32 {
    let half = ((i64::from(x) + i64::from(i32::MAX) + 1) / 2) as i32;
    let mut result = LINE[0].wrapping_add(high(half, LINE[1]));
    for _ in 0..3 {
        let error = (1i32 << 29).wrapping_sub(high(half, result));
        result = result.wrapping_add(raised(high(result, error), 2));
    }
    raised(result, 1)
}

/// 1 divided by a positive integer, with the number of its digits before the point.
pub(crate) fn reciprocal(x: i32) -> (i32, i32) {
    let spare = x.leading_zeros();
    let above = (((x as u32) << spare) - (1 << 31)) as i32;
    (inverse_of_one_more(above), 31 - spare as i32)
}

impl Node<'_, '_> {
    /// [`high`] of data, by a constant or data, in integers of 64 bits.
    pub fn fixed_product(&mut self, left: Tracked, right: Tracked) -> Result<Tracked, String> {
        let product = self.binary("graph.multiply", left, right)?;
        let nudged = self.binary_scalar("graph.add", product, f64::from(1 << 30))?;
        self.binary_scalar("graph.shift_right", nudged, 31.0)
    }

    /// A constant of 64 bits.
    pub fn fixed(&mut self, value: i32) -> Result<Tracked, String> {
        self.scalar(ElementType::I64, value.into())
    }

    /// Within the range of 32 bits.
    pub fn fixed_clamp(&mut self, x: Tracked) -> Result<Tracked, String> {
        self.clamp(x, Some(i32::MIN.into()), Some(i32::MAX.into()))
    }

    /// `1 / (1 + x)` of numbers from 0 to 1.
    pub fn fixed_inverse_of_one_more(&mut self, x: Tracked) -> Result<Tracked, String> {
        let sum = self.binary_scalar("graph.add", x, f64::from(i32::MAX) + 1.0)?;
        let half = self.binary_scalar("graph.shift_right", sum, 1.0)?;
        let (first, slope) = (self.fixed(LINE[0])?, self.fixed(LINE[1])?);
        let steep = self.fixed_product(half, slope)?;
        let mut result = self.binary("graph.add", first, steep)?;
        for _ in 0..3 {
            let product = self.fixed_product(half, result)?;
            let one = self.fixed(1 << 29)?;
            let error = self.binary("graph.subtract", one, product)?;
            let change = self.fixed_product(result, error)?;
            let change = self.binary_scalar("graph.multiply", change, 4.0)?;
            let change = self.fixed_clamp(change)?;
            result = self.binary("graph.add", result, change)?;
        }
        let doubled = self.binary_scalar("graph.multiply", result, 2.0)?;
        self.fixed_clamp(doubled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_near() {
        for x in 1..=255 {
            let (found, digits) = reciprocal(x);
            let found = f64::from(found) / 2f64.powi(31 + digits);
            assert!((found * f64::from(x) - 1.0).abs() < 1e-6, "1 / {x} is not {found}");
        }
        for step in 0..100 {
            let x = -step * (1 << 23);
            let exact = (f64::from(x) / 2f64.powi(26)).exp();
            let found = f64::from(exp_of_negative(x, 5)) / 2f64.powi(31);
            assert!((found - exact).abs() < 1e-6, "exp({x}) is {exact}, not {found}");
        }
    }
}
