//! Conversions of 16-bit and 8-bit floats, by bits where the target has no instruction for them, so that no library is needed.

use crate::builder::{KernelBuilder, lanes_of};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Type, Value};
use kiln_target::Architecture;
use kiln_tensor::{ElementType, Float8};

/// Numbers that an instruction rounds to `bf16` at once.
const BF16_LANES: usize = 16;

impl KernelBuilder<'_> {
    /// Whether `f16` converts in one instruction: the x86 cpus with FMA have F16C, too, and every AArch64 cpu converts.
    fn converts_f16(&self) -> bool {
        match self.target.architecture {
            Architecture::X86_64 => self.target.has_fma,
            Architecture::Aarch64 => true,
            Architecture::Riscv64 => false,
        }
    }

    /// The bits of a 16-bit float in the low half of a word.
    fn to_word(&mut self, bits: Value) -> Value {
        let word = self.retyped(bits, Type::i32());
        self.op("arith.extui", &[bits], word)
    }

    /// The bits of the 16-bit float in the low half of a word.
    fn from_word(&mut self, word: Value) -> Value {
        let half = self.retyped(word, Type::integer(16));
        self.op("arith.trunci", &[word], half)
    }

    /// An `f16`, given by its bits, as `f32`.
    pub(super) fn f16_to_f32(&mut self, raw: Value) -> Value {
        let float = self.retyped(raw, Type::f32());
        if self.converts_f16() {
            let half = self.retyped(raw, Type::from_element(ElementType::F16));
            let half = self.op("arith.bitcast", &[raw], half);
            return self.op("arith.extf", &[half], float);
        }
        let word = self.retyped(raw, Type::i32());
        let bits = self.to_word(raw);
        let constant = |b: &mut Self, value: i64| b.integer(value, word);
        let (sign_mask, magnitude_mask) = (constant(self, 0x8000), constant(self, 0x7fff));
        let (sixteen, thirteen) = (constant(self, 16), constant(self, 13));
        let sign = self.andi(bits, sign_mask);
        let sign = self.binary("arith.shli", sign, sixteen);
        let magnitude = self.andi(bits, magnitude_mask);
        // Shifted into place, the exponent is 112 too small; the product also makes denormal numbers normal.
        let shifted = self.binary("arith.shli", magnitude, thirteen);
        let small = self.op("arith.bitcast", &[shifted], float);
        let scale = self.float(2f64.powi(112), float);
        let scaled = self.mulf(small, scale);
        let scaled = self.op("arith.bitcast", &[scaled], word);
        let (infinite, exponent) = (constant(self, 0x7c00), constant(self, 0x7f80_0000));
        let is_special = self.compare_integers(IntegerPredicate::UnsignedGreaterEqual, magnitude, infinite);
        let special = self.ori(shifted, exponent);
        let value = self.select(is_special, special, scaled);
        let value = self.ori(value, sign);
        self.op("arith.bitcast", &[value], float)
    }

    /// The bits of an `f32` rounded to the nearest `f16`, halves to even; NaN stays NaN.
    pub(super) fn f32_to_f16(&mut self, value: Value) -> Value {
        if self.converts_f16() {
            let half = self.retyped(value, Type::from_element(ElementType::F16));
            let half = self.op("arith.truncf", &[value], half);
            let bits = self.retyped(value, Type::integer(16));
            return self.op("arith.bitcast", &[half], bits);
        }
        let (word, float) = (self.retyped(value, Type::i32()), self.ty(value));
        let constant = |b: &mut Self, value: i64| b.integer(value, word);
        let bits = self.op("arith.bitcast", &[value], word);
        let sign_mask = constant(self, i64::from(i32::MIN));
        let sign = self.andi(bits, sign_mask);
        let magnitude = self.xori(bits, sign);
        let (one, thirteen, sixteen) = (constant(self, 1), constant(self, 13), constant(self, 16));
        // A normal result: the exponent is rebased, and a bias rounds half up, or down if the last bit kept is even.
        let last = self.binary("arith.shrui", magnitude, thirteen);
        let odd = self.andi(last, one);
        let bias = constant(self, ((15 - 127) << 23) + 0xfff);
        let rounded = self.addi(magnitude, bias);
        let rounded = self.addi(rounded, odd);
        let normal = self.binary("arith.shrui", rounded, thirteen);
        // A denormal result: next to 1/2, the last bit of an f32 is that of a denormal f16.
        let positive = self.op("arith.bitcast", &[magnitude], float);
        let half = self.float(0.5, float);
        let shifted = self.addf(positive, half);
        let (shifted, base) = (self.op("arith.bitcast", &[shifted], word), constant(self, 0x3f00_0000));
        let denormal = self.subi(shifted, base);
        let (smallest, overflow) = (constant(self, 0x3880_0000), constant(self, 0x477f_f000));
        let is_denormal = self.compare_integers(IntegerPredicate::UnsignedLess, magnitude, smallest);
        let is_infinite = self.compare_integers(IntegerPredicate::UnsignedGreaterEqual, magnitude, overflow);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, value, value);
        let (infinity, nan) = (constant(self, 0x7c00), constant(self, 0x7e00));
        let result = self.select(is_denormal, denormal, normal);
        let result = self.select(is_infinite, infinity, result);
        let result = self.select(is_nan, nan, result);
        let sign = self.binary("arith.shrui", sign, sixteen);
        let result = self.ori(result, sign);
        self.from_word(result)
    }

    /// A `bf16`, given by its bits, as `f32`: they are the upper half.
    pub(super) fn bf16_to_f32(&mut self, raw: Value) -> Value {
        let (word, float) = (self.retyped(raw, Type::i32()), self.retyped(raw, Type::f32()));
        let bits = self.to_word(raw);
        let shift = self.integer(16, word);
        let bits = self.binary("arith.shli", bits, shift);
        self.op("arith.bitcast", &[bits], float)
    }

    /// The bits of an `f32` rounded to the nearest `bf16`, halves to even; NaN stays NaN.
    pub(super) fn f32_to_bf16(&mut self, value: Value) -> Value {
        // The instruction takes denormal numbers for zero, as those that multiply do.
        if self.flushes && self.target.dots.halves && self.lane_count(value) == BF16_LANES {
            let rounded = lanes_of(Type::from_element(ElementType::BF16), BF16_LANES);
            let rounded = self.intrinsic("llvm.x86.avx512bf16.cvtneps2bf16.512", &[value], &[rounded])[0];
            return self.op("vector.bitcast", &[rounded], lanes_of(Type::integer(16), BF16_LANES));
        }
        let word = self.retyped(value, Type::i32());
        let bits = self.op("arith.bitcast", &[value], word);
        let (sixteen, one, half) = (self.integer(16, word), self.integer(1, word), self.integer(0x7fff, word));
        let upper = self.binary("arith.shrui", bits, sixteen);
        let odd = self.andi(upper, one);
        let bias = self.addi(half, odd);
        let rounded = self.addi(bits, bias);
        let rounded = self.binary("arith.shrui", rounded, sixteen);
        let quiet = self.integer(0x40, word);
        let nan = self.ori(upper, quiet);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, value, value);
        let chosen = self.select(is_nan, nan, rounded);
        self.from_word(chosen)
    }

    /// An 8-bit float as `f32`, which holds all of them. As of an `f16`, the exponent is made right by a product.
    pub(super) fn float8_to_f32(&mut self, raw: Value, format: Float8) -> Value {
        let (word, float) = (self.retyped(raw, Type::i32()), self.retyped(raw, Type::f32()));
        let bits = self.op("arith.extui", &[raw], word);
        if format.is_exponent() {
            return self.exponent_to_f32(bits);
        }
        let sign_mask = self.integer(format.sign.into(), word);
        let magnitude_mask = self.integer(i64::from(format.sign) - 1, word);
        let to_sign = self.integer(24 + i64::from(format.sign.leading_zeros()), word);
        let sign = self.andi(bits, sign_mask);
        let sign = self.binary("arith.shli", sign, to_sign);
        let magnitude = self.andi(bits, magnitude_mask);
        let shift = self.integer(23 - i64::from(format.mantissa_bits), word);
        let shifted = self.binary("arith.shli", magnitude, shift);
        let small = self.op("arith.bitcast", &[shifted], float);
        let scale = self.float(2f64.powi(127 - format.bias), float);
        let scaled = self.mulf(small, scale);
        let scaled = self.op("arith.bitcast", &[scaled], word);
        let value = self.ori(scaled, sign);
        let value = self.op("arith.bitcast", &[value], float);
        let (nan, first) = (self.float(f64::NAN, float), self.integer(i64::from(format.limit), word));
        if format.unsigned_zero {
            let is_nan = self.compare_integers(IntegerPredicate::Equal, bits, first);
            return self.select(is_nan, nan, value);
        }
        if format.overflow == format.nan {
            let is_nan = self.compare_integers(IntegerPredicate::Equal, magnitude, first);
            return self.select(is_nan, nan, value);
        }
        let (infinity, lowest) = (self.float(f64::INFINITY, float), self.float(f64::NEG_INFINITY, float));
        let is_infinite = self.compare_integers(IntegerPredicate::Equal, magnitude, first);
        let is_nan = self.compare_integers(IntegerPredicate::UnsignedGreater, magnitude, first);
        let is_positive = self.compare_integers(IntegerPredicate::Equal, bits, magnitude);
        let infinite = self.select(is_positive, infinity, lowest);
        let value = self.select(is_infinite, infinite, value);
        self.select(is_nan, nan, value)
    }

    /// The power of two whose exponent is a byte, the one of an `f32`; 255 is NaN, and the smallest a denormal number.
    fn exponent_to_f32(&mut self, code: Value) -> Value {
        let (word, float) = (self.ty(code), self.retyped(code, Type::f32()));
        let shift = self.integer(23, word);
        let bits = self.binary("arith.shli", code, shift);
        let (zero, last) = (self.integer(0, word), self.integer(255, word));
        let (smallest, nan) = (self.integer(0x40_0000, word), self.integer(0x7fc0_0000, word));
        let is_smallest = self.compare_integers(IntegerPredicate::Equal, code, zero);
        let is_nan = self.compare_integers(IntegerPredicate::Equal, code, last);
        let bits = self.select(is_smallest, smallest, bits);
        let bits = self.select(is_nan, nan, bits);
        self.op("arith.bitcast", &[bits], float)
    }

    /// The exponent of the smallest power of two that is no less than the magnitude of an `f32`.
    fn f32_to_exponent(&mut self, value: Value) -> Value {
        let word = self.retyped(value, Type::i32());
        let bits = self.op("arith.bitcast", &[value], word);
        let mask = self.integer(i64::from(i32::MAX), word);
        let magnitude = self.andi(bits, mask);
        let (almost, shift) = (self.integer(0x7f_ffff, word), self.integer(23, word));
        let raised = self.addi(magnitude, almost);
        let raised = self.binary("arith.shrui", raised, shift);
        let (smallest, zero) = (self.integer(0x40_0000, word), self.integer(0, word));
        let (infinite, nan) = (self.integer(0x7f80_0000, word), self.integer(255, word));
        let is_smallest = self.compare_integers(IntegerPredicate::UnsignedLessEqual, magnitude, smallest);
        let is_special = self.compare_integers(IntegerPredicate::UnsignedGreaterEqual, magnitude, infinite);
        let code = self.select(is_smallest, zero, raised);
        let code = self.select(is_special, nan, code);
        let byte = self.retyped(value, Type::integer(8));
        self.op("arith.trunci", &[code], byte)
    }

    /// An `f32` rounded to the nearest 8-bit float, halves to even; what is too large becomes infinite, or NaN where the
    /// format has no infinity.
    pub(super) fn f32_to_float8(&mut self, value: Value, format: Float8) -> Value {
        if format.is_exponent() {
            return self.f32_to_exponent(value);
        }
        let (word, float) = (self.retyped(value, Type::i32()), self.ty(value));
        let mantissa = format.mantissa_bits as i32;
        let dropped = 23 - i64::from(mantissa);
        let bits = self.op("arith.bitcast", &[value], word);
        let sign_mask = self.integer(i64::from(i32::MIN), word);
        let sign = self.andi(bits, sign_mask);
        let magnitude = self.xori(bits, sign);
        // A normal result, as of an `f16`.
        let (one, shift) = (self.integer(1, word), self.integer(dropped, word));
        let last = self.binary("arith.shrui", magnitude, shift);
        let odd = self.andi(last, one);
        let bias = self.integer((i64::from(format.bias) - 127) * (1 << 23) + (1 << (dropped - 1)) - 1, word);
        let rounded = self.addi(magnitude, bias);
        let rounded = self.addi(rounded, odd);
        let normal = self.binary("arith.shrui", rounded, shift);
        // A denormal result: next to this number, the last bit of an f32 is that of a denormal.
        let neighbour = 2f64.powi(1 - format.bias - mantissa + 23);
        let positive = self.op("arith.bitcast", &[magnitude], float);
        let base = self.float(neighbour, float);
        let shifted = self.addf(positive, base);
        let shifted = self.op("arith.bitcast", &[shifted], word);
        let base = self.integer(i64::from((neighbour as f32).to_bits()), word);
        let denormal = self.subi(shifted, base);
        let smallest = self.integer(i64::from((2f64.powi(1 - format.bias) as f32).to_bits()), word);
        let is_denormal = self.compare_integers(IntegerPredicate::UnsignedLess, magnitude, smallest);
        let code = self.select(is_denormal, denormal, normal);
        let limit = self.integer(i64::from(format.limit), word);
        let overflow = self.integer(i64::from(format.overflow), word);
        let is_large = self.compare_integers(IntegerPredicate::UnsignedGreaterEqual, code, limit);
        let code = self.select(is_large, overflow, code);
        let to_sign = self.integer(24 + i64::from(format.sign.leading_zeros()), word);
        let sign = self.binary("arith.shrui", sign, to_sign);
        let mut result = self.ori(code, sign);
        if format.unsigned_zero {
            let zero = self.integer(0, word);
            let is_zero = self.compare_integers(IntegerPredicate::Equal, code, zero);
            result = self.select(is_zero, zero, result);
        }
        let is_nan = self.compare_floats(FloatPredicate::Unordered, value, value);
        let nan = self.integer(i64::from(format.nan), word);
        let result = self.select(is_nan, nan, result);
        let byte = self.retyped(result, Type::integer(8));
        self.op("arith.trunci", &[result], byte)
    }
}
