//! Exponentials, logarithms and their relatives as vector code for `f32` and `f64`: argument reduction by exact parts,
//! then a power series long enough for the type. No library is called, so that every target gives nearly the same.
//!
//! The errors of each function for `f32` are in the book (`docs/src/accuracy.md`), which tests hold it to; `f64` is within a
//! few units in the last place. The methods are those of Cody and Waite, *Software Manual for the Elementary Functions* (1980).

use crate::builder::KernelBuilder;
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Type, Value};

/// The layout of a float type.
#[derive(Clone, Copy)]
pub(super) struct Format {
    /// Whether this is `f64`.
    pub double: bool,
    /// Bits of the fraction.
    pub fraction: i64,
    /// The exponent of 1.
    pub bias: i64,
}

const SINGLE: Format = Format { double: false, fraction: 23, bias: 127 };
const DOUBLE: Format = Format { double: true, fraction: 52, bias: 1023 };

impl Format {
    /// One of two, by the type.
    pub fn pick<T>(self, single: T, double: T) -> T {
        if self.double { double } else { single }
    }
}

impl KernelBuilder<'_> {
    /// The format of a value's type.
    pub(super) fn format(&self, value: Value) -> Format {
        if self.ty(value).scalar() == Type::f64() { DOUBLE } else { SINGLE }
    }

    /// A float constant of the value's type.
    pub fn like(&mut self, value: Value, constant: f64) -> Value {
        let ty = self.ty(value);
        self.float(constant, ty)
    }

    /// The integer type of the value's width.
    pub(super) fn bits_type(&self, value: Value) -> Type {
        let format = self.format(value);
        self.retyped(value, format.pick(Type::i32(), Type::i64()))
    }

    /// `c[0] + x * (c[1] + x * (...))`.
    pub fn polynomial(&mut self, x: Value, coefficients: &[f64]) -> Value {
        let (&last, rest) = coefficients.split_last().expect("a polynomial has a coefficient");
        let mut sum = self.like(x, last);
        for &coefficient in rest.iter().rev() {
            let coefficient = self.like(x, coefficient);
            sum = self.fma(sum, x, coefficient);
        }
        sum
    }

    /// The magnitude of a float.
    pub fn absolute(&mut self, x: Value) -> Value {
        self.unary("math.absf", x)
    }

    /// The magnitude of the first with the sign of the second.
    pub fn copy_sign(&mut self, magnitude: Value, sign: Value) -> Value {
        self.binary("math.copysign", magnitude, sign)
    }

    /// The nearest integer, halves to even.
    pub fn round_even(&mut self, x: Value) -> Value {
        if self.target.has_fma {
            return self.unary("math.roundeven", x);
        }
        // Without rounding instructions: adding 2^fraction drops the fraction, for magnitudes below it.
        let format = self.format(x);
        let large = self.like(x, 2f64.powi(format.fraction as i32));
        let magnitude = self.absolute(x);
        let shifted = self.addf(magnitude, large);
        let rounded = self.subf(shifted, large);
        let rounded = self.copy_sign(rounded, x);
        let small = self.compare_floats(FloatPredicate::OrderedLess, magnitude, large);
        self.select(small, rounded, x)
    }

    /// The integer next below.
    pub fn floor(&mut self, x: Value) -> Value {
        if self.target.has_fma {
            return self.unary("math.floor", x);
        }
        self.round_and_correct(x, FloatPredicate::OrderedGreater, -1.0)
    }

    /// The integer next above.
    pub fn ceil(&mut self, x: Value) -> Value {
        if self.target.has_fma {
            return self.unary("math.ceil", x);
        }
        self.round_and_correct(x, FloatPredicate::OrderedLess, 1.0)
    }

    /// The nearest integer, moved by `step` where it lies on the wrong side of `x`.
    fn round_and_correct(&mut self, x: Value, wrong: FloatPredicate, step: f64) -> Value {
        let rounded = self.round_even(x);
        let is_wrong = self.compare_floats(wrong, rounded, x);
        let step = self.like(x, step);
        let moved = self.addf(rounded, step);
        let result = self.select(is_wrong, moved, rounded);
        self.copy_sign(result, x)
    }

    /// The integer next towards zero.
    pub fn truncate(&mut self, x: Value) -> Value {
        if self.target.has_fma {
            return self.unary("math.trunc", x);
        }
        let magnitude = self.absolute(x);
        let floor = self.floor(magnitude);
        self.copy_sign(floor, x)
    }

    /// `x` rounded to an integer in two forms, for magnitudes below 2^(fraction - 2): float, and bits with the integer in
    /// the low part (above it garbage that cancels when two such are subtracted).
    pub(super) fn round_to_bits(&mut self, x: Value) -> (Value, Value) {
        let format = self.format(x);
        let magic = self.like(x, 1.5 * 2f64.powi(format.fraction as i32));
        let shifted = self.addf(x, magic);
        let float = self.subf(shifted, magic);
        let bits_type = self.bits_type(x);
        let (bits, base) =
            (self.op("arith.bitcast", &[shifted], bits_type), self.op("arith.bitcast", &[magic], bits_type));
        (float, self.subi(bits, base))
    }

    /// `2^n` for an integer in the range of normal exponents.
    pub(super) fn power_of_two(&mut self, n: Value, float: Type) -> Value {
        let ty = self.ty(n);
        let format = if float.scalar() == Type::f64() { DOUBLE } else { SINGLE };
        let (bias, fraction) = (self.integer(format.bias, ty), self.integer(format.fraction, ty));
        let biased = self.addi(n, bias);
        let bits = self.binary("arith.shli", biased, fraction);
        self.op("arith.bitcast", &[bits], float)
    }

    /// `x = n * ln 2 + r`: returns `n` as an integer and `(e^r - 1)`, for `|r| <= ln 2 / 2`.
    pub(super) fn reduce_exponent(&mut self, x: Value) -> (Value, Value) {
        let format = self.format(x);
        let scale = self.like(x, std::f64::consts::LOG2_E);
        let scaled = self.mulf(x, scale);
        let (float, n) = self.round_to_bits(scaled);
        // ln 2 in two parts, the first with so few bits that its product with `n` is exact.
        let high = format.pick(0.693_359_375, f64::from_bits(0x3fe6_2e42_fee0_0000));
        let low = format.pick(-2.121_944_400_546_905_8e-4, 1.908_214_929_270_587_7e-10);
        let (high, low) = (self.like(x, -high), self.like(x, -low));
        let r = self.fma(float, high, x);
        let r = self.fma(float, low, r);
        let mut series = Vec::new();
        let mut factorial = 1.0;
        let single = if self.is_fast(x) { 6 } else { 8 };
        for k in 2..=format.pick(single, 14) {
            factorial *= f64::from(k);
            series.push(1.0 / factorial);
        }
        let tail = self.polynomial(r, &series);
        let square = self.mulf(r, r);
        (n, self.fma(tail, square, r))
    }

    /// `e^x`. Overflow is infinity, underflow passes through the denormal numbers, NaN stays.
    pub fn exp(&mut self, x: Value) -> Value {
        if self.is_fast(x) {
            return self.exp_fast(x);
        }
        let format = self.format(x);
        let clamped = self.clamp(x, format.pick(-105.0, -746.0), format.pick(89.0, 710.0));
        let (n, less_one) = self.reduce_exponent(clamped);
        let one = self.like(x, 1.0);
        let value = self.addf(less_one, one);
        // The scale is applied in two halves, as 2^n alone may not be a normal number.
        let (ty, float) = (self.ty(n), self.ty(x));
        let shift = self.integer(1, ty);
        let half = self.binary("arith.shrsi", n, shift);
        let rest = self.subi(n, half);
        let (half, rest) = (self.power_of_two(half, float), self.power_of_two(rest, float));
        let value = self.mulf(value, half);
        self.mulf(value, rest)
    }

    /// `e^x - 1`, accurate near 0, for `x` up to half the range of exponents.
    pub fn exp_minus_one(&mut self, x: Value) -> Value {
        let (n, less_one) = self.reduce_exponent(x);
        let float = self.ty(x);
        let scale = self.power_of_two(n, float);
        let one = self.like(x, 1.0);
        let offset = self.subf(scale, one);
        self.fma(scale, less_one, offset)
    }

    /// `x` moved into `[low, high]`; NaN stays.
    pub fn clamp(&mut self, x: Value, low: f64, high: f64) -> Value {
        let (low, high) = (self.like(x, low), self.like(x, high));
        let raised = self.larger(low, x);
        self.smaller(high, raised)
    }

    /// The natural logarithm: NaN below 0, minus infinity at 0.
    pub fn log(&mut self, x: Value) -> Value {
        let format = self.format(x);
        let (float, ty) = (self.ty(x), self.bits_type(x));
        // Denormal numbers are made normal first.
        let smallest = self.like(x, format.pick(f64::from(f32::MIN_POSITIVE), f64::MIN_POSITIVE));
        let is_tiny = self.compare_floats(FloatPredicate::OrderedLess, x, smallest);
        let boost = self.like(x, 2f64.powi(format.fraction as i32 + 2));
        let boosted = self.mulf(x, boost);
        let normal = self.select(is_tiny, boosted, x);
        // x = 2^n * m with sqrt(1/2) <= m < sqrt(2).
        let bits = self.op("arith.bitcast", &[normal], ty);
        let root_half = format.pick(0x3f35_04f3, 0x3fe6_a09e_667f_3bcd);
        let root_half = self.integer(root_half, ty);
        let distance = self.subi(bits, root_half);
        let fraction = self.integer(format.fraction, ty);
        let n = self.binary("arith.shrsi", distance, fraction);
        let exponent = self.binary("arith.shli", n, fraction);
        let mantissa = self.subi(bits, exponent);
        let m = self.op("arith.bitcast", &[mantissa], float);
        let mut n = self.op("arith.sitofp", &[n], float);
        let bias = self.like(x, -(format.fraction as f64) - 2.0);
        let rebased = self.addf(n, bias);
        n = self.select(is_tiny, rebased, n);
        let result = self.log_of_mantissa(m, n, format);
        // Special arguments.
        let zero = self.zero(float);
        let infinity = self.like(x, f64::INFINITY);
        let (nan, below) = (self.like(x, f64::NAN), self.like(x, f64::NEG_INFINITY));
        let is_zero = self.compare_floats(FloatPredicate::OrderedEqual, x, zero);
        let is_infinite = self.compare_floats(FloatPredicate::OrderedEqual, x, infinity);
        let is_negative = self.compare_floats(FloatPredicate::OrderedLess, x, zero);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, x, x);
        let passes = self.ori(is_infinite, is_nan);
        let result = self.select(passes, x, result);
        let result = self.select(is_negative, nan, result);
        self.select(is_zero, below, result)
    }

    /// `log(m) + n * log(2)` by `log(1 + f) = 2 atanh(f / (2 + f))`.
    fn log_of_mantissa(&mut self, m: Value, n: Value, format: Format) -> Value {
        let (one, two) = (self.like(m, 1.0), self.like(m, 2.0));
        let f = self.subf(m, one);
        let divisor = self.addf(f, two);
        let s = self.divf(f, divisor);
        let square = self.mulf(s, s);
        let series: Vec<f64> = (1..=format.pick(6, 12)).map(|k| 2.0 / f64::from(2 * k + 1)).collect();
        let tail = self.polynomial(square, &series);
        // 2 s = f - s f, and log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + tail s^2)): the large term is exact.
        let half = self.like(m, 0.5);
        let half_f = self.mulf(f, half);
        let half_square = self.mulf(half_f, f);
        let tail = self.mulf(tail, square);
        let inner = self.addf(half_square, tail);
        let correction = self.mulf(s, inner);
        let high = format.pick(0.693_359_375, f64::from_bits(0x3fe6_2e42_fee0_0000));
        let low = format.pick(-2.121_944_400_546_905_8e-4, 1.908_214_929_270_587_7e-10);
        let (high, low) = (self.like(m, high), self.like(m, low));
        let correction = self.fma(n, low, correction);
        let difference = self.subf(correction, half_square);
        let sum = self.addf(difference, f);
        self.fma(n, high, sum)
    }

    /// `log(1 + x)`, accurate near 0.
    pub fn log_one_plus(&mut self, x: Value) -> Value {
        let one = self.like(x, 1.0);
        let sum = self.addf(x, one);
        let rounded = self.subf(sum, one);
        let log = self.log(sum);
        // The rounding error of 1 + x cancels in the quotient.
        let ratio = self.divf(x, rounded);
        let corrected = self.mulf(log, ratio);
        let zero = self.zero(self.ty(x));
        let infinity = self.like(x, f64::INFINITY);
        let is_small = self.compare_floats(FloatPredicate::OrderedEqual, rounded, zero);
        let is_infinite = self.compare_floats(FloatPredicate::OrderedEqual, x, infinity);
        let keeps = self.ori(is_small, is_infinite);
        self.select(keeps, x, corrected)
    }

    /// `1 / (1 + e^-x)`.
    pub fn sigmoid(&mut self, x: Value) -> Value {
        let exp = self.exp_of_negated(x);
        let one = self.like(x, 1.0);
        let divisor = self.addf(exp, one);
        self.divf(one, divisor)
    }

    /// The hyperbolic tangent, `(e^2x - 1) / (e^2x + 1)`.
    pub fn tanh(&mut self, x: Value) -> Value {
        if self.is_fast(x) {
            return self.tanh_fast(x);
        }
        let format = self.format(x);
        let limit = format.pick(10.0, 20.0);
        let clamped = self.clamp(x, -limit, limit);
        let doubled = self.addf(clamped, clamped);
        let less_one = self.exp_minus_one(doubled);
        let two = self.like(x, 2.0);
        let divisor = self.addf(less_one, two);
        let ratio = self.divf(less_one, divisor);
        self.copy_sign(ratio, x)
    }

    /// The error function: a power series below 1, `1 - e^q(x)` with a fitted polynomial above for `f32`; for `f64` the
    /// series `2 / sqrt(pi) e^(-x^2) sum of 2^k x^(2k+1) / (2k+1)!!`, whose terms are all positive.
    pub fn erf(&mut self, x: Value) -> Value {
        match self.format(x).double {
            true => self.erf_double(x),
            false if self.is_fast(x) => self.erf_fast(x),
            false => self.erf_single(x),
        }
    }

    fn erf_single(&mut self, x: Value) -> Value {
        let magnitude = self.absolute(x);
        let square = self.mulf(x, x);
        let mut series = Vec::new();
        let mut factorial = 1.0;
        for k in 0..=10i32 {
            if k > 0 {
                factorial *= f64::from(-k);
            }
            series.push(std::f64::consts::FRAC_2_SQRT_PI / (factorial * f64::from(2 * k + 1)));
        }
        let inner = self.polynomial(square, &series);
        let inner = self.mulf(inner, x);
        let four = self.like(x, 4.0);
        let clamped = self.smaller(four, magnitude);
        let exponent = self.polynomial(clamped, &LOG_ERFC);
        let complement = self.exp(exponent);
        let one = self.like(x, 1.0);
        let outer = self.subf(one, complement);
        let outer = self.copy_sign(outer, x);
        let is_small = self.compare_floats(FloatPredicate::OrderedLess, magnitude, one);
        let chosen = self.select(is_small, inner, outer);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, x, x);
        self.select(is_nan, x, chosen)
    }

    fn erf_double(&mut self, x: Value) -> Value {
        let clamped = self.clamp(x, -6.0, 6.0);
        let square = self.mulf(clamped, clamped);
        let mut series = vec![std::f64::consts::FRAC_2_SQRT_PI];
        for k in 1..=160u32 {
            let previous = series[series.len() - 1];
            series.push(previous * 2.0 / f64::from(2 * k + 1));
        }
        let sum = self.polynomial(square, &series);
        let negated = self.unary("arith.negf", square);
        let decay = self.exp(negated);
        let product = self.mulf(sum, decay);
        self.mulf(product, clamped)
    }

    /// `x^y` with C's rules for signs, zeros, infinities and NaN. For `f32` computed in `f64`; for `f64` the error grows
    /// with `|y log x|`, to some hundred units in the last place at the ends of the range.
    pub fn power(&mut self, x: Value, y: Value) -> Value {
        if !self.format(x).double {
            let wide = self.retyped(x, Type::f64());
            let (x64, y64) = (self.op("arith.extf", &[x], wide), self.op("arith.extf", &[y], wide));
            let power = self.power(x64, y64);
            let ty = self.ty(x);
            return self.op("arith.truncf", &[power], ty);
        }
        let magnitude = self.absolute(x);
        let log = self.log(magnitude);
        let product = self.mulf(y, log);
        let value = self.exp(product);
        // A negative base: the sign of an odd exponent, NaN for one that is no integer.
        let half = self.like(x, 0.5);
        let whole = self.round_even(y);
        let is_whole = self.compare_floats(FloatPredicate::OrderedEqual, whole, y);
        let halved = self.mulf(y, half);
        let half_whole = self.round_even(halved);
        let is_odd = self.compare_floats(FloatPredicate::OrderedNotEqual, half_whole, halved);
        let is_odd = self.andi(is_odd, is_whole);
        let signed = self.copy_sign(value, x);
        let with_sign = self.select(is_odd, signed, value);
        let (zero, one) = (self.zero(self.ty(x)), self.like(x, 1.0));
        let (nan, infinity) = (self.like(x, f64::NAN), self.like(x, f64::NEG_INFINITY));
        let is_negative = self.compare_floats(FloatPredicate::OrderedLess, x, zero);
        let is_finite = self.compare_floats(FloatPredicate::OrderedGreater, x, infinity);
        let is_fraction = self.compare_floats(FloatPredicate::OrderedNotEqual, whole, y);
        let invalid = self.andi(is_negative, is_finite);
        let invalid = self.andi(invalid, is_fraction);
        let result = self.select(invalid, nan, with_sign);
        // Anything to the power 0 and 1 to any power are 1; so is -1 to an infinite power.
        let y_zero = self.compare_floats(FloatPredicate::OrderedEqual, y, zero);
        let x_one = self.compare_floats(FloatPredicate::OrderedEqual, magnitude, one);
        let positive = self.compare_floats(FloatPredicate::OrderedGreater, x, zero);
        let y_magnitude = self.absolute(y);
        let top = self.like(x, f64::INFINITY);
        let y_infinite = self.compare_floats(FloatPredicate::OrderedEqual, y_magnitude, top);
        let unit = self.ori(positive, y_infinite);
        let unit = self.andi(x_one, unit);
        let is_one = self.ori(y_zero, unit);
        self.select(is_one, one, result)
    }

    /// The remainder with the dividend's sign, as C's `fmod`: exact while the quotient is below 2^53.
    pub fn float_remainder(&mut self, x: Value, y: Value) -> Value {
        if !self.format(x).double {
            let wide = self.retyped(x, Type::f64());
            let (x64, y64) = (self.op("arith.extf", &[x], wide), self.op("arith.extf", &[y], wide));
            let remainder = self.float_remainder(x64, y64);
            let ty = self.ty(x);
            return self.op("arith.truncf", &[remainder], ty);
        }
        let (dividend, divisor) = (self.absolute(x), self.absolute(y));
        let quotient = self.divf(dividend, divisor);
        let quotient = self.floor(quotient);
        let negated = self.unary("arith.negf", quotient);
        let remainder = self.fma(negated, divisor, dividend);
        // The quotient may have been rounded up to the next integer.
        let zero = self.zero(self.ty(x));
        let is_low = self.compare_floats(FloatPredicate::OrderedLess, remainder, zero);
        let raised = self.addf(remainder, divisor);
        let remainder = self.select(is_low, raised, remainder);
        let is_high = self.compare_floats(FloatPredicate::OrderedGreaterEqual, remainder, divisor);
        let lowered = self.subf(remainder, divisor);
        let remainder = self.select(is_high, lowered, remainder);
        let infinity = self.like(x, f64::INFINITY);
        let y_infinite = self.compare_floats(FloatPredicate::OrderedEqual, divisor, infinity);
        let x_finite = self.compare_floats(FloatPredicate::OrderedLess, dividend, infinity);
        let keeps = self.andi(y_infinite, x_finite);
        let remainder = self.select(keeps, dividend, remainder);
        self.copy_sign(remainder, x)
    }

    /// Whether the low bit of an integer is set.
    pub(super) fn is_odd(&mut self, n: Value) -> Value {
        let ty = self.ty(n);
        let (one, zero) = (self.integer(1, ty), self.integer(0, ty));
        let low = self.andi(n, one);
        self.compare_integers(IntegerPredicate::NotEqual, low, zero)
    }
}

/// `log(erfc(x))` on `[1, 4]`, fitted by weighted least squares at Chebyshev points; the error of `erf` is below 3e-8.
#[rustfmt::skip]
const LOG_ERFC: [f64; 9] = [
    0.000_204_359_893_996_475_25, -1.129_661_157_057_032_7, -0.633_039_612_497_930_7, -0.108_638_997_902_887_4,
    0.025_373_555_862_434_345, -0.004_282_382_681_247_447, 0.000_463_788_035_874_307_24, -2.531_481_118_211_747_5e-5,
    2.513_268_065_628_217e-7,
];
