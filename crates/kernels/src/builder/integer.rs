//! Integer operations whose results are defined for every operand.

use crate::builder::KernelBuilder;
use kiln_arith::IntegerPredicate;
use kiln_ir::Value;
use kiln_tensor::ElementType;

impl KernelBuilder<'_> {
    /// A divisor that is safe, and whether the given one is 0 (result 0) or, for signed, -1 (negation).
    fn safe_divisor(&mut self, divisor: Value, signed: bool) -> (Value, Value, Option<Value>) {
        let ty = self.ty(divisor);
        let (zero, one, minus) = (self.integer(0, ty), self.integer(1, ty), self.integer(-1, ty));
        let is_zero = self.compare_integers(IntegerPredicate::Equal, divisor, zero);
        let mut safe = self.select(is_zero, one, divisor);
        let mut is_minus = None;
        if signed {
            let condition = self.compare_integers(IntegerPredicate::Equal, divisor, minus);
            safe = self.select(condition, one, safe);
            is_minus = Some(condition);
        }
        (safe, is_zero, is_minus)
    }

    /// The quotient rounded towards zero; 0 if the divisor is, and the smallest number by -1 stays itself.
    pub fn integer_divide(&mut self, left: Value, right: Value, element: ElementType) -> Value {
        let signed = element.is_signed_integer();
        let (safe, is_zero, is_minus) = self.safe_divisor(right, signed);
        let zero = self.integer(0, self.ty(left));
        let mut quotient = self.binary(if signed { "arith.divsi" } else { "arith.divui" }, left, safe);
        if let Some(is_minus) = is_minus {
            let negated = self.subi(zero, left);
            quotient = self.select(is_minus, negated, quotient);
        }
        self.select(is_zero, zero, quotient)
    }

    /// The remainder with the dividend's sign; 0 if the divisor is.
    pub fn integer_remainder(&mut self, left: Value, right: Value, element: ElementType) -> Value {
        let signed = element.is_signed_integer();
        let (safe, ..) = self.safe_divisor(right, signed);
        self.binary(if signed { "arith.remsi" } else { "arith.remui" }, left, safe)
    }

    /// The remainder with the divisor's sign; 0 if the divisor is.
    pub fn integer_modulo(&mut self, left: Value, right: Value, element: ElementType) -> Value {
        let remainder = self.integer_remainder(left, right, element);
        if !element.is_signed_integer() {
            return remainder;
        }
        let zero = self.integer(0, self.ty(left));
        let is_some = self.compare_integers(IntegerPredicate::NotEqual, remainder, zero);
        let signs = self.xori(remainder, right);
        let differ = self.compare_integers(IntegerPredicate::SignedLess, signs, zero);
        let moves = self.andi(is_some, differ);
        let moved = self.addi(remainder, right);
        self.select(moves, moved, remainder)
    }

    /// A shift; from the width on, what is left: 0, or the sign of what is shifted to the right.
    pub fn shift(&mut self, op: &str, left: Value, amount: Value, element: ElementType) -> Value {
        let ty = self.ty(left);
        let (width, zero) = (self.integer(element.bit_width() as i64, ty), self.integer(0, ty));
        let fits = self.compare_integers(IntegerPredicate::UnsignedLess, amount, width);
        if op == "arith.shrsi" {
            let most = self.integer(element.bit_width() as i64 - 1, ty);
            let amount = self.select(fits, amount, most);
            return self.binary(op, left, amount);
        }
        let safe = self.select(fits, amount, zero);
        let shifted = self.binary(op, left, safe);
        self.select(fits, shifted, zero)
    }

    /// The power, modulo 2^width. A negative exponent gives the truncated value: 0 unless the base is 1 or -1.
    pub fn integer_power(&mut self, base: Value, exponent: Value, element: ElementType) -> Value {
        let ty = self.ty(base);
        let signed = element.is_signed_integer();
        let (zero, one, minus) = (self.integer(0, ty), self.integer(1, ty), self.integer(-1, ty));
        // From 64 on, only parity matters: every base but 0, 1 and -1 is then out of range or has become 0.
        let cap = self.integer(62, ty);
        let predicate = if signed { IntegerPredicate::SignedGreater } else { IntegerPredicate::UnsignedGreater };
        let is_large = self.compare_integers(predicate, exponent, cap);
        let parity = self.andi(exponent, one);
        let capped = self.addi(cap, parity);
        let mut rest = self.select(is_large, capped, exponent);
        let (mut result, mut square) = (one, base);
        for _ in 0..6 {
            let bit = self.andi(rest, one);
            let is_set = self.compare_integers(IntegerPredicate::NotEqual, bit, zero);
            let product = self.muli(result, square);
            result = self.select(is_set, product, result);
            square = self.muli(square, square);
            rest = self.binary("arith.shrui", rest, one);
        }
        if !signed {
            return result;
        }
        let is_negative = self.compare_integers(IntegerPredicate::SignedLess, exponent, zero);
        let is_one = self.compare_integers(IntegerPredicate::Equal, base, one);
        let is_minus = self.compare_integers(IntegerPredicate::Equal, base, minus);
        let odd = self.is_odd(exponent);
        let sign = self.select(odd, minus, one);
        let inverse = self.select(is_minus, sign, zero);
        let inverse = self.select(is_one, one, inverse);
        self.select(is_negative, inverse, result)
    }
}
