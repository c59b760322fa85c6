//! 1 divided by the square root of an integer, in fixed point: five rounds of Newton's iteration, as the reference does.

use super::rescale::Multiplier;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};

/// The rounded upper half of twice a product.
fn high(left: i32, right: i32) -> i32 {
    ((i64::from(left) * i64::from(right) + (1 << 30)) >> 31) as i32
}

/// A number times a power of two, saturated.
fn raised(value: i32, by: u32) -> i32 {
    (i64::from(value) << by).clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// The scale that `1 / sqrt(value)` is.
pub(crate) fn of_integer(value: i32) -> Multiplier {
    if value <= 1 {
        return Multiplier { multiplier: i32::MAX, shift: 0 };
    }
    let (mut input, mut shift) = (value, 11i32);
    while input >= 1 << 29 {
        input /= 4;
        shift += 1;
    }
    let pairs = (input.leading_zeros() - 1) / 2 - 1;
    shift -= pairs as i32;
    input <<= 2 * pairs;
    // Numbers of three bits before the point: one is 2^28.
    let input = input >> 1;
    let half = (input + 1) >> 1;
    let mut x = 1i32 << 28;
    for _ in 0..5 {
        // Each product has three bits more before the point.
        let cube = raised(high(high(x, x), x), 6);
        let (left, right) = (high((1 << 28) + (1 << 27), x), high(half, cube));
        x = raised(left.wrapping_sub(right), 3);
    }
    let mut root = high(x, 1_518_500_250);
    if shift < 0 {
        root = root.wrapping_shl(-shift as u32);
        shift = 0;
    }
    Multiplier { multiplier: root, shift: -shift }
}

impl Node<'_, '_> {
    /// The rounded upper half of twice a product of integers of 64 bits.
    fn high_product(&mut self, left: Tracked, right: Tracked) -> Result<Tracked, String> {
        let product = self.binary("graph.multiply", left, right)?;
        let nudged = self.binary_scalar("graph.add", product, f64::from(1 << 30))?;
        self.binary_scalar("graph.shift_right", nudged, 31.0)
    }

    /// How many bits each integer of 64 bits has, of those that fit 31; a new last axis is needed and dropped.
    pub fn bit_count(&mut self, x: Tracked) -> Result<Tracked, String> {
        let shape = self.shape(x).to_vec();
        let axis = shape.len();
        let powers: Vec<i64> = (0..31).map(|bit| 1 << bit).collect();
        let powers = self.tensor(Tensor::from_values(&[31], &powers))?;
        let x = self.reshape(x, &[shape.as_slice(), &[kiln_ir::Dim::Static(1)]].concat())?;
        let reached = self.binary("graph.less_equal", powers, x)?;
        let ones = self.cast(reached, ElementType::I64)?;
        let count = self.reduce("graph.reduce_sum", ones, &[axis])?;
        self.reshape(count, &shape)
    }

    /// As [`of_integer`], of integers of 64 bits that fit 31 bits: the multipliers and the shifts.
    pub fn inverse_root(&mut self, x: Tracked) -> Result<(Tracked, Tracked), String> {
        let is_large = self.binary_scalar("graph.greater_equal", x, f64::from(1 << 29))?;
        let quarter = self.binary_scalar("graph.shift_right", x, 2.0)?;
        let input = self.select(is_large, quarter, x)?;
        let steps = self.cast(is_large, ElementType::I64)?;
        let spare = self.bit_count(input)?;
        let spare = self.unary("graph.negate", spare)?;
        let spare = self.binary_scalar("graph.add", spare, 31.0)?;
        let pairs = self.binary_scalar("graph.shift_right", spare, 1.0)?;
        let pairs = self.binary_scalar("graph.subtract", pairs, 1.0)?;
        let shift = self.binary("graph.subtract", steps, pairs)?;
        let shift = self.binary_scalar("graph.add", shift, 11.0)?;
        let by = self.binary_scalar("graph.multiply", pairs, 2.0)?;
        let input = self.binary("graph.shift_left", input, by)?;
        let input = self.binary_scalar("graph.shift_right", input, 1.0)?;
        let half = self.binary_scalar("graph.add", input, 1.0)?;
        let half = self.binary_scalar("graph.shift_right", half, 1.0)?;
        let three_halves = self.scalar(ElementType::I64, f64::from((1 << 28) + (1 << 27)))?;
        let one = self.scalar(ElementType::I64, f64::from(1 << 28))?;
        let mut root = self.broadcast(one, self.shape(x))?;
        for _ in 0..5 {
            let square = self.high_product(root, root)?;
            let cube = self.high_product(square, root)?;
            let cube = self.binary_scalar("graph.multiply", cube, 64.0)?;
            let cube = self.clamp(cube, Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX)))?;
            let (left, right) = (self.high_product(three_halves, root)?, self.high_product(half, cube)?);
            let next = self.binary("graph.subtract", left, right)?;
            root = self.binary_scalar("graph.multiply", next, 8.0)?;
        }
        let half_root_of_two = self.scalar(ElementType::I64, 1_518_500_250.0)?;
        let root = self.high_product(root, half_root_of_two)?;
        let negated = self.unary("graph.negate", shift)?;
        let more = self.clamp(negated, Some(0.0), None)?;
        let root = self.binary("graph.shift_left", root, more)?;
        let shift = self.clamp(negated, None, Some(0.0))?;
        let is_small = self.binary_scalar("graph.less_equal", x, 1.0)?;
        let largest = self.scalar(ElementType::I64, f64::from(i32::MAX))?;
        let none = self.scalar(ElementType::I64, 0.0)?;
        Ok((self.select(is_small, largest, root)?, self.select(is_small, none, shift)?))
    }

    /// As [`Multiplier::apply`], of integers of 64 bits by multipliers and shifts that are data.
    pub fn rescale_by(&mut self, x: Tracked, multiplier: Tracked, shift: Tracked) -> Result<Tracked, String> {
        let left = self.clamp(shift, Some(0.0), None)?;
        let right = self.unary("graph.negate", shift)?;
        let right = self.clamp(right, Some(0.0), None)?;
        let raised = self.binary("graph.shift_left", x, left)?;
        let product = self.high_product(raised, multiplier)?;
        let one = self.scalar(ElementType::I64, 1.0)?;
        let half = self.binary("graph.shift_left", one, right)?;
        let half = self.binary_scalar("graph.shift_right", half, 1.0)?;
        // What is negative is less by one, unless nothing is dropped.
        let sign = self.binary_scalar("graph.shift_right", product, 63.0)?;
        let drops = self.binary_scalar("graph.minimum", half, 1.0)?;
        let nudge = self.binary("graph.multiply", sign, drops)?;
        let nudged = self.binary("graph.add", product, half)?;
        let nudged = self.binary("graph.add", nudged, nudge)?;
        self.binary("graph.shift_right", nudged, right)
    }
}

#[cfg(test)]
mod tests {
    use super::of_integer;

    #[test]
    fn roots_are_near() {
        for value in [2, 3, 4, 17, 100, 255, 65_025, 1 << 29] {
            let found = of_integer(value);
            let found = f64::from(found.multiplier) / 2f64.powi(31 - found.shift);
            let expected = 1.0 / f64::from(value).sqrt();
            assert!((found / expected - 1.0).abs() < 1e-4, "{value}: {found} {expected}");
        }
    }
}
