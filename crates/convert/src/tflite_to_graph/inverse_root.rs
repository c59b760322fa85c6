//! 1 divided by the square root of an integer, in fixed point: five rounds of Newton's iteration, as the reference does.

use super::rescale::Multiplier;

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
