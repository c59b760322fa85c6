//! The floats of 8 bits and less: decoding, and encoding with rounding to the nearest, ties to even.
//!
//! Formats: OCP 8-bit floating point specification (`E4M3FN`, `E5M2`), the `FNUZ` variants without negative zero, and of
//! the OCP microscaling formats `E2M1FN` of 4 bits and `E8M0FNU`, powers of two, to which numbers are rounded up.

use crate::ElementType;

/// One format.
#[derive(Clone, Copy, Debug)]
pub struct Float8 {
    /// Bits of the fraction.
    pub mantissa_bits: u32,
    /// What is added to an exponent.
    pub bias: i32,
    /// The first non-negative code that is not a finite number.
    pub limit: u8,
    /// What a value too large becomes when not saturating.
    pub overflow: u8,
    /// The code of what is no number.
    pub nan: u8,
    /// Whether the sign bit of zero is free: no negative zero.
    pub unsigned_zero: bool,
    /// The sign bit; 0 where there is none, and all bits are an exponent.
    pub sign: u8,
}

impl Float8 {
    /// The format of an 8-bit float type.
    pub fn of(element: ElementType) -> Option<Float8> {
        let format = |mantissa_bits, bias, limit, overflow, nan, unsigned_zero| {
            Some(Float8 { mantissa_bits, bias, limit, overflow, nan, unsigned_zero, sign: 0x80 })
        };
        match element {
            ElementType::F8E4M3FN => format(3, 7, 0x7F, 0x7F, 0x7F, false),
            ElementType::F8E4M3FNUZ => format(3, 8, 0x80, 0x80, 0x80, true),
            ElementType::F8E5M2 => format(2, 15, 0x7C, 0x7C, 0x7E, false),
            ElementType::F8E5M2FNUZ => format(2, 16, 0x80, 0x80, 0x80, true),
            ElementType::F8E8M0FNU => Some(Float8 {
                mantissa_bits: 0,
                bias: 127,
                limit: 0xFF,
                overflow: 0xFF,
                nan: 0xFF,
                unsigned_zero: false,
                sign: 0,
            }),
            ElementType::F4E2M1FN => {
                Some(Float8 { mantissa_bits: 1, bias: 1, limit: 8, overflow: 7, nan: 8, unsigned_zero: false, sign: 8 })
            }
            _ => None,
        }
    }

    /// Whether a code is the exponent of a power of two, and nothing else.
    pub fn is_exponent(self) -> bool {
        self.sign == 0
    }

    /// The number a code stands for.
    pub fn decode(self, code: u8) -> f64 {
        if self.unsigned_zero && code == 0x80 {
            return f64::NAN;
        }
        if self.is_exponent() {
            return if code == self.nan { f64::NAN } else { 2f64.powi(i32::from(code) - self.bias) };
        }
        let (sign, magnitude) = (if code & self.sign == 0 { 1.0 } else { -1.0 }, code & (self.sign - 1));
        if magnitude < self.limit {
            return sign * self.magnitude(magnitude);
        }
        if magnitude == self.overflow && self.nan != self.overflow { sign * f64::INFINITY } else { f64::NAN }
    }

    /// The code nearest to `value`; one too large becomes the largest if `saturate`, else infinity or NaN.
    pub fn encode(self, value: f64, saturate: bool) -> u8 {
        if value.is_nan() {
            return self.nan;
        }
        let absolute = value.abs();
        if self.is_exponent() {
            return self.encode_exponent(absolute, saturate);
        }
        // The first code whose magnitude is larger; the one at `limit` stands for overflow.
        let (mut low, mut high) = (0u8, self.limit);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.magnitude(middle) <= absolute { low = middle + 1 } else { high = middle }
        }
        let mut code = low - 1;
        if code < self.limit {
            let (below, above) = (self.magnitude(code), self.magnitude(code + 1));
            let (down, up) = (absolute - below, above - absolute);
            if up < down || (up == down && code & 1 == 1) {
                code += 1;
            }
        }
        let sign = if value.is_sign_negative() { self.sign } else { 0 };
        if code >= self.limit {
            return match (saturate, self.overflow == 0x80) {
                (true, _) => sign | (self.limit - 1),
                (false, true) => self.overflow,
                (false, false) => sign | self.overflow,
            };
        }
        if code == 0 && self.unsigned_zero { 0 } else { sign | code }
    }

    /// The exponent of the smallest power of two that is no less than `magnitude`.
    fn encode_exponent(self, magnitude: f64, saturate: bool) -> u8 {
        let largest = self.limit - 1;
        let code = (0..=largest).find(|&code| self.decode(code) >= magnitude);
        code.unwrap_or(if saturate { largest } else { self.overflow })
    }

    /// The largest finite number.
    pub fn largest(self) -> f64 {
        self.decode(self.limit - 1)
    }

    /// The magnitude that follows from the bits of a non-negative code, special ones included.
    fn magnitude(self, code: u8) -> f64 {
        let exponent = i32::from(code >> self.mantissa_bits);
        let fraction = f64::from(code & ((1 << self.mantissa_bits) - 1)) / f64::from(1u32 << self.mantissa_bits);
        match exponent {
            0 => fraction * 2f64.powi(1 - self.bias),
            _ => (1.0 + fraction) * 2f64.powi(exponent - self.bias),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementType::*;

    #[test]
    fn every_code_survives() {
        for element in [F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0FNU, F4E2M1FN] {
            let format = Float8::of(element).expect("an 8-bit float");
            for code in 0..=if element == F4E2M1FN { 15 } else { 255u8 } {
                let value = format.decode(code);
                if !value.is_nan() {
                    assert_eq!(format.encode(value, false), code, "{element} {code:#x} {value}");
                }
            }
        }
    }

    #[test]
    fn values_round_and_overflow() {
        let encode = |element, value, saturate| {
            let format = Float8::of(element).expect("an 8-bit float");
            format.decode(format.encode(value, saturate))
        };
        assert_eq!(encode(F8E4M3FN, 464.0, false), 448.0);
        assert!(encode(F8E4M3FN, 465.0, false).is_nan());
        assert_eq!(encode(F8E4M3FN, -1e9, true), -448.0);
        assert_eq!(encode(F8E5M2, 61440.0, false), f64::INFINITY);
        assert_eq!(encode(F8E5M2, f64::INFINITY, true), 57344.0);
        assert_eq!(encode(F8E4M3FN, 1.0625, true), 1.0);
        assert_eq!(encode(F8E4M3FN, 1.1875, true), 1.25);
        assert!(encode(F8E5M2FNUZ, 1e9, false).is_nan());
    }
}
