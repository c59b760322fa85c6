//! Trigonometric and hyperbolic functions and their inverses as vector code.

use crate::builder::KernelBuilder;
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::Value;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// The tangents of 15 and of 30 degrees, between which the arc tangent is reduced.
const TAN_15: f64 = 0.267_949_192_431_122_7;
const TAN_30: f64 = 0.577_350_269_189_625_8;

impl KernelBuilder<'_> {
    /// The sine; accurate for magnitudes to some thousands (`f32`) or a million (`f64`), above which the reduction by
    /// multiples of pi loses digits.
    pub fn sin(&mut self, x: Value) -> Value {
        let (sine, cosine, n) = self.sine_and_cosine(x);
        let odd = self.is_odd(n);
        let value = self.select(odd, cosine, sine);
        self.negate_if_bit(value, n, 2)
    }

    /// The cosine; see [`KernelBuilder::sin`].
    pub fn cos(&mut self, x: Value) -> Value {
        let (sine, cosine, n) = self.sine_and_cosine(x);
        let odd = self.is_odd(n);
        let value = self.select(odd, sine, cosine);
        let one = self.integer(1, self.ty(n));
        let next = self.addi(n, one);
        self.negate_if_bit(value, next, 2)
    }

    /// The tangent; see [`KernelBuilder::sin`].
    pub fn tan(&mut self, x: Value) -> Value {
        let (sine, cosine, n) = self.sine_and_cosine(x);
        let odd = self.is_odd(n);
        let negated = self.unary("arith.negf", cosine);
        let numerator = self.select(odd, negated, sine);
        let denominator = self.select(odd, sine, cosine);
        self.divf(numerator, denominator)
    }

    fn negate_if_bit(&mut self, value: Value, n: Value, bit: i64) -> Value {
        let ty = self.ty(n);
        let (bit, zero) = (self.integer(bit, ty), self.integer(0, ty));
        let set = self.andi(n, bit);
        let is_set = self.compare_integers(IntegerPredicate::NotEqual, set, zero);
        let negated = self.unary("arith.negf", value);
        self.select(is_set, negated, value)
    }

    /// Sine and cosine of `x - n * pi / 2`, and `n`.
    fn sine_and_cosine(&mut self, x: Value) -> (Value, Value, Value) {
        let format = self.format(x);
        let scale = self.like(x, FRAC_2_PI);
        let scaled = self.mulf(x, scale);
        let (float, n) = self.round_to_bits(scaled);
        let parts = format.pick(
            [1.570_312_5, 4.837_512_969_970_703e-4, 7.549_789_948_768_648e-8],
            [f64::from_bits(0x3ff9_21fb_5440_0000), f64::from_bits(0x3dd0_b461_1a60_0000), 2.022_266_248_795_950_6e-21],
        );
        let mut r = x;
        for part in parts {
            let part = self.like(x, -part);
            r = self.fma(float, part, r);
        }
        let square = self.mulf(r, r);
        let (mut sine, mut cosine) = (Vec::new(), Vec::new());
        let (mut factorial, mut sign) = (1.0, -1.0);
        for k in 1..=format.pick(5, 9) {
            factorial *= f64::from(2 * k);
            cosine.push(sign / factorial);
            factorial *= f64::from(2 * k + 1);
            sine.push(sign / factorial);
            sign = -sign;
        }
        let sine = self.polynomial(square, &sine);
        let sine = self.mulf(sine, square);
        let sine = self.fma(sine, r, r);
        let cosine = self.polynomial(square, &cosine);
        let one = self.like(x, 1.0);
        let cosine = self.fma(cosine, square, one);
        (sine, cosine, n)
    }

    /// The arc tangent: reduced to magnitudes below tan 15 degrees, then its power series.
    pub fn atan(&mut self, x: Value) -> Value {
        let format = self.format(x);
        let magnitude = self.absolute(x);
        let one = self.like(x, 1.0);
        let is_large = self.compare_floats(FloatPredicate::OrderedGreater, magnitude, one);
        let inverse = self.divf(one, magnitude);
        let y = self.select(is_large, inverse, magnitude);
        let limit = self.like(x, TAN_15);
        let is_steep = self.compare_floats(FloatPredicate::OrderedGreater, y, limit);
        let pivot = self.like(x, TAN_30);
        let numerator = self.subf(y, pivot);
        let denominator = self.fma(y, pivot, one);
        let turned = self.divf(numerator, denominator);
        let z = self.select(is_steep, turned, y);
        let square = self.mulf(z, z);
        let series: Vec<f64> = (1..=format.pick(6, 14))
            .map(|k| f64::from(if k % 2 == 0 { 1 } else { -1 }) / f64::from(2 * k + 1))
            .collect();
        let tail = self.polynomial(square, &series);
        let tail = self.mulf(tail, square);
        let angle = self.fma(tail, z, z);
        let (zero, turn) = (self.zero(self.ty(x)), self.like(x, std::f64::consts::FRAC_PI_6));
        let turn = self.select(is_steep, turn, zero);
        let angle = self.addf(angle, turn);
        let right = self.like(x, FRAC_PI_2);
        let complement = self.subf(right, angle);
        let angle = self.select(is_large, complement, angle);
        self.copy_sign(angle, x)
    }

    /// `sqrt((1 - x) (1 + x))`.
    fn root_of_complement(&mut self, x: Value) -> Value {
        let one = self.like(x, 1.0);
        let (minus, plus) = (self.subf(one, x), self.addf(one, x));
        let product = self.mulf(minus, plus);
        self.unary("math.sqrt", product)
    }

    /// The arc sine; NaN outside of [-1, 1]. Within 4 units in the last place.
    pub fn asin(&mut self, x: Value) -> Value {
        let root = self.root_of_complement(x);
        let ratio = self.divf(x, root);
        self.atan(ratio)
    }

    /// The arc cosine, `2 atan(sqrt((1 - x) / (1 + x)))`; NaN outside of [-1, 1].
    pub fn acos(&mut self, x: Value) -> Value {
        let one = self.like(x, 1.0);
        let (minus, plus) = (self.subf(one, x), self.addf(one, x));
        let ratio = self.divf(minus, plus);
        let root = self.unary("math.sqrt", ratio);
        let angle = self.atan(root);
        self.addf(angle, angle)
    }

    /// `e^|x| / 2`, without overflow where the result is finite: the square of `e^(|x| / 2)`, whose argument is exact.
    fn half_exp(&mut self, x: Value) -> Value {
        let half = self.like(x, 0.5);
        let magnitude = self.absolute(x);
        let argument = self.mulf(magnitude, half);
        let root = self.exp(argument);
        let halved = self.mulf(root, half);
        self.mulf(halved, root)
    }

    /// The hyperbolic sine: a power series below 1, exponentials above.
    pub fn sinh(&mut self, x: Value) -> Value {
        let format = self.format(x);
        let half = self.half_exp(x);
        let quarter = self.like(x, 0.25);
        let inverse = self.divf(quarter, half);
        let large = self.subf(half, inverse);
        let large = self.copy_sign(large, x);
        let square = self.mulf(x, x);
        let mut series = Vec::new();
        let mut factorial = 1.0;
        for k in 1..=format.pick(5, 9) {
            factorial *= f64::from(2 * k) * f64::from(2 * k + 1);
            series.push(1.0 / factorial);
        }
        let tail = self.polynomial(square, &series);
        let tail = self.mulf(tail, square);
        let small = self.fma(tail, x, x);
        let (magnitude, one) = (self.absolute(x), self.like(x, 1.0));
        let is_small = self.compare_floats(FloatPredicate::OrderedLess, magnitude, one);
        self.select(is_small, small, large)
    }

    /// The hyperbolic cosine.
    pub fn cosh(&mut self, x: Value) -> Value {
        let half = self.half_exp(x);
        let quarter = self.like(x, 0.25);
        let inverse = self.divf(quarter, half);
        self.addf(half, inverse)
    }

    /// The inverse hyperbolic sine, `log(1 + |x| + x^2 / (1 + sqrt(x^2 + 1)))`.
    pub fn asinh(&mut self, x: Value) -> Value {
        let format = self.format(x);
        let magnitude = self.absolute(x);
        let one = self.like(x, 1.0);
        let square = self.mulf(x, x);
        let sum = self.addf(square, one);
        let root = self.unary("math.sqrt", sum);
        let divisor = self.addf(root, one);
        let ratio = self.divf(square, divisor);
        let argument = self.addf(magnitude, ratio);
        let value = self.log_one_plus(argument);
        // The square overflows for large arguments, where the result is log(2 |x|).
        let limit = self.like(x, format.pick(1e15, 1e150));
        let is_large = self.compare_floats(FloatPredicate::OrderedGreater, magnitude, limit);
        let log = self.log(magnitude);
        let ln_two = self.like(x, std::f64::consts::LN_2);
        let log = self.addf(log, ln_two);
        let value = self.select(is_large, log, value);
        self.copy_sign(value, x)
    }

    /// The inverse hyperbolic cosine, `log(1 + t + sqrt(2 t + t^2))` of `t = x - 1`; NaN below 1.
    pub fn acosh(&mut self, x: Value) -> Value {
        let format = self.format(x);
        let (one, two) = (self.like(x, 1.0), self.like(x, 2.0));
        let t = self.subf(x, one);
        let sum = self.addf(t, two);
        let square = self.mulf(t, sum);
        let root = self.unary("math.sqrt", square);
        let argument = self.addf(t, root);
        let value = self.log_one_plus(argument);
        let limit = self.like(x, format.pick(1e15, 1e150));
        let is_large = self.compare_floats(FloatPredicate::OrderedGreater, x, limit);
        let log = self.log(x);
        let ln_two = self.like(x, std::f64::consts::LN_2);
        let log = self.addf(log, ln_two);
        self.select(is_large, log, value)
    }

    /// The inverse hyperbolic tangent, `log(1 + 2 x / (1 - x)) / 2`; NaN outside of [-1, 1].
    pub fn atanh(&mut self, x: Value) -> Value {
        let (one, half) = (self.like(x, 1.0), self.like(x, 0.5));
        let magnitude = self.absolute(x);
        let doubled = self.addf(magnitude, magnitude);
        let complement = self.subf(one, magnitude);
        let ratio = self.divf(doubled, complement);
        let log = self.log_one_plus(ratio);
        let value = self.mulf(log, half);
        self.copy_sign(value, x)
    }
}
