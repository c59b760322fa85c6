//! Integers times a scale, by integers alone: a multiplier of 31 bits and a shift, rounded as the reference rounds.
//!
//! The product is rounded to the nearest at 31 bits, halves up, and what the shift drops is rounded again, halves away
//! from zero:
//!
//! ```text
//! p = (x * 2^left * multiplier + 2^30) >> 31
//! y = (p + 2^(right - 1) + (p >> 63)) >> right        where right > 0
//! ```

use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

/// A scale as `multiplier * 2^(shift - 31)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Multiplier {
    pub multiplier: i32,
    pub shift: i32,
}

impl Multiplier {
    /// The nearest to a scale.
    pub fn of(scale: f64) -> Multiplier {
        let nothing = Multiplier { multiplier: 0, shift: 0 };
        if scale == 0.0 || !scale.is_finite() {
            return nothing;
        }
        let (fraction, mut shift) = libm::frexp(scale);
        let mut fixed = (fraction * (1u64 << 31) as f64).round() as i64;
        if fixed == 1 << 31 {
            fixed /= 2;
            shift += 1;
        }
        // The scale is so small that every product is 0.
        match shift < -31 {
            true => nothing,
            false => Multiplier { multiplier: fixed as i32, shift },
        }
    }

    /// What the scale makes of an integer.
    pub fn apply(self, x: i32) -> i32 {
        let (left, right) = (self.shift.max(0), (-self.shift).max(0));
        let moved = x.wrapping_shl(left as u32);
        let product = (i64::from(moved) * i64::from(self.multiplier) + (1 << 30)) >> 31;
        if right == 0 {
            return product as i32;
        }
        ((product + (1i64 << (right - 1)) + (product >> 63)) >> right) as i32
    }

    /// As [`Multiplier::apply`], of a scale that is more than 1: what does not fit is moved into the range.
    pub fn apply_saturated(self, x: i32) -> i32 {
        let moved = i64::from(x) << self.shift.clamp(0, 31);
        super::fixed_numbers::high(moved.clamp(i32::MIN.into(), i32::MAX.into()) as i32, self.multiplier)
    }
}

impl Node<'_, '_> {
    /// `x` of 32 bits times a scale, or times one for each index of the last axis.
    pub fn rescale(&mut self, x: Tracked, multipliers: &[Multiplier]) -> Result<Tracked, String> {
        if self.element(x) == ElementType::I64 {
            return self.rescale_wide(x, multipliers);
        }
        let mut x = x;
        if multipliers.iter().any(|one| one.shift > 0) {
            let factors = self.per_multiplier(ElementType::I32, multipliers, |one| 1i64 << one.shift.clamp(0, 30))?;
            x = self.binary("graph.multiply", x, factors)?;
        }
        let wide = self.cast(x, ElementType::I64)?;
        let factors = self.per_multiplier(ElementType::I64, multipliers, |one| one.multiplier.into())?;
        let product = self.binary("graph.multiply", wide, factors)?;
        let nudged = self.binary_scalar("graph.add", product, (1i64 << 30) as f64)?;
        let mut result = self.binary_scalar("graph.shift_right", nudged, 31.0)?;
        if multipliers.iter().any(|one| one.shift < 0) {
            result = self.divide_by_powers(result, multipliers)?;
        }
        self.cast(result, ElementType::I32)
    }

    /// As [`Node::rescale`] by one scale, but what the shift drops is rounded halves up, as where products of matrices are
    /// scaled.
    pub fn rescale_up(&mut self, x: Tracked, scale: Multiplier) -> Result<Tracked, String> {
        let product = self.rescale(x, &[Multiplier { shift: scale.shift.max(0), ..scale }])?;
        let right = (-scale.shift).max(0);
        if right == 0 {
            return Ok(product);
        }
        let product = self.cast(product, ElementType::I64)?;
        let raised = self.binary_scalar("graph.add", product, (1i64 << (right - 1).min(61)) as f64)?;
        let result = self.binary_scalar("graph.shift_right", raised, right.min(62).into())?;
        self.cast(result, ElementType::I32)
    }

    /// Divides by `2^-shift`, rounded to the nearest, halves away from zero.
    fn divide_by_powers(&mut self, x: Tracked, multipliers: &[Multiplier]) -> Result<Tracked, String> {
        let right = |one: &Multiplier| i64::from((-one.shift).max(0));
        let mut sign = self.binary_scalar("graph.shift_right", x, 63.0)?;
        if multipliers.iter().any(|one| one.shift >= 0) {
            let masks = self.per_multiplier(ElementType::I64, multipliers, |one| if one.shift < 0 { -1 } else { 0 })?;
            sign = self.binary("graph.and", sign, masks)?;
        }
        let half = |one: &Multiplier| if right(one) > 0 { 1i64 << (right(one) - 1) } else { 0 };
        let halves = self.per_multiplier(ElementType::I64, multipliers, half)?;
        let raised = self.binary("graph.add", x, halves)?;
        let raised = self.binary("graph.add", raised, sign)?;
        let counts = self.per_multiplier(ElementType::I64, multipliers, |one| right(one))?;
        self.binary("graph.shift_right", raised, counts)
    }

    /// Divides integers by a power of two, rounded to the nearest, halves away from zero.
    pub fn divide_by_power(&mut self, x: Tracked, exponent: i32) -> Result<Tracked, String> {
        if exponent <= 0 {
            return Ok(x);
        }
        let (exponent, element) = (exponent.min(30), self.element(x));
        let sign = self.binary_scalar("graph.shift_right", x, element.bit_width() as f64 - 1.0)?;
        let raised = self.binary_scalar("graph.add", x, (1i64 << (exponent - 1)) as f64)?;
        let raised = self.binary("graph.add", raised, sign)?;
        self.binary_scalar("graph.shift_right", raised, f64::from(exponent))
    }

    /// Sums of 64 bits times a scale of 16 bits, rounded once.
    fn rescale_wide(&mut self, x: Tracked, multipliers: &[Multiplier]) -> Result<Tracked, String> {
        let reduced = |one: &Multiplier| match one.multiplier < 0x7fff_0000 {
            true => i64::from((one.multiplier + (1 << 15)) >> 16),
            false => 0x7fff,
        };
        let total = |one: &Multiplier| i64::from(15 - one.shift).clamp(1, 62);
        let factors = self.per_multiplier(ElementType::I64, multipliers, reduced)?;
        let product = self.binary("graph.multiply", x, factors)?;
        let halves = self.per_multiplier(ElementType::I64, multipliers, |one| 1i64 << (total(one) - 1))?;
        let raised = self.binary("graph.add", product, halves)?;
        let counts = self.per_multiplier(ElementType::I64, multipliers, total)?;
        let result = self.binary("graph.shift_right", raised, counts)?;
        self.cast(result, ElementType::I32)
    }

    /// Numbers for each multiplier: a scalar if there is one multiplier, else a vector.
    fn per_multiplier(
        &mut self,
        element: ElementType,
        multipliers: &[Multiplier],
        number: impl Fn(&Multiplier) -> i64,
    ) -> Result<Tracked, String> {
        let values: Vec<i64> = multipliers.iter().map(number).collect();
        let shape: &[usize] = if values.len() == 1 { &[] } else { &[values.len()] };
        self.integers(element, shape, &values)
    }

    /// A constant of integers.
    pub fn integers(&mut self, element: ElementType, shape: &[usize], values: &[i64]) -> Result<Tracked, String> {
        let values: Vec<i128> = values.iter().map(|&value| i128::from(value)).collect();
        let tensor: Tensor = kiln_tensor::scalar::from_integers(element, shape, values)?;
        self.tensor(tensor)
    }

    /// Integers of 32 bits as those of a quantized tensor: the zero point added, clamped, narrowed.
    pub fn requantized(
        &mut self,
        x: Tracked,
        zero_point: i64,
        (low, high): (i64, i64),
        element: ElementType,
    ) -> Result<Tracked, String> {
        let mut result = x;
        if zero_point != 0 {
            result = self.binary_scalar("graph.add", result, zero_point as f64)?;
        }
        let result = self.clamp(result, Some(low as f64), Some(high as f64))?;
        self.cast(result, element)
    }

    /// Integers less their zero point, in 32 bits.
    pub fn centered(&mut self, x: Tracked, zero_point: i64) -> Result<Tracked, String> {
        let wide = self.cast(x, ElementType::I32)?;
        match zero_point {
            0 => Ok(wide),
            _ => self.binary_scalar("graph.subtract", wide, zero_point as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_split() {
        assert_eq!(Multiplier::of(0.5), Multiplier { multiplier: 1 << 30, shift: 0 });
        assert_eq!(Multiplier::of(3.0), Multiplier { multiplier: 3 << 29, shift: 2 });
        assert_eq!(Multiplier::of(1e-12), Multiplier { multiplier: 0, shift: 0 });
    }

    #[test]
    fn products_round_to_the_nearest() {
        for (x, scale, expected) in
            [(5, 0.5, 3), (-5, 0.5, -2), (3, 0.25, 1), (-3, 0.25, -1), (-2, 0.25, -1), (7, 2.0, 14)]
        {
            assert_eq!(Multiplier::of(scale).apply(x), expected, "{x} * {scale}");
        }
    }
}
