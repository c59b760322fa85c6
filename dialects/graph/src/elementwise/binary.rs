//! Elementwise ops of two operands of one element type.

use super::{BITS, ElementwiseRow, Facts, Formula, Special, table};
use kiln_ir::TypeConstraint;

/// A row for floats and integers.
macro_rules! number {
    ($name:literal, $doc:literal, $float:expr, $integer:expr, $facts:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>"),
            operand: TypeConstraint::NumberTensor,
            formula: Formula::Binary { float: Some($float), integer: Some($integer), boolean: None },
            facts: $facts,
        }
    };
}

/// A row for truth values and the bits of integers.
macro_rules! bits {
    ($name:literal, $doc:literal, $boolean:expr, $integer:expr, $facts:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %a, %b : (tensor<2x3xi1>, tensor<3xi1>) -> tensor<2x3xi1>"),
            operand: BITS,
            formula: Formula::Binary { float: None, integer: Some($integer), boolean: Some($boolean) },
            facts: $facts,
        }
    };
}

/// A row for shifts.
macro_rules! shift {
    ($name:literal, $doc:literal, $integer:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %a, %b : (tensor<2x3xui8>, tensor<2x3xui8>) -> tensor<2x3xui8>"),
            operand: TypeConstraint::IntegerTensor,
            formula: Formula::Binary { float: None, integer: Some($integer), boolean: None },
            facts: Facts { right_identity: Some(Special::Zero), ..Facts::NONE },
        }
    };
}

/// Of a commutative and associative op with an identity.
const fn monoid(identity: Special) -> Facts {
    Facts {
        right_identity: Some(identity),
        left_identity: Some(identity),
        commutative: true,
        associative: true,
        ..Facts::NONE
    }
}

const fn right_identity(identity: Special) -> Facts {
    Facts { right_identity: Some(identity), ..Facts::NONE }
}

table! {
    ADD = number!("add", "The sum; integers wrap.", |a, b| a + b, |a, b| a + b, monoid(Special::Zero));
    SUBTRACT = number!(
        "subtract",
        "The difference; integers wrap.",
        |a, b| a - b,
        |a, b| a - b,
        Facts { on_equal: Some(Special::Zero), ..right_identity(Special::Zero) }
    );
    MULTIPLY = number!(
        "multiply",
        "The product; integers wrap.",
        |a, b| a * b,
        i128::wrapping_mul,
        Facts { absorbing: Some(Special::Zero), ..monoid(Special::One) }
    );
    DIVIDE = number!(
        "divide",
        "The quotient; of integers rounded towards zero, and 0 where the divisor is 0.",
        |a, b| a / b,
        |a, b| a.checked_div(b).unwrap_or(0),
        right_identity(Special::One)
    );
    REMAINDER = number!(
        "remainder",
        "What is left of the dividend after division rounded towards zero, with the dividend's sign (C's `fmod`, `%`); \
         of integers 0 where the divisor is 0.",
        |a, b| a % b,
        |a, b| a.checked_rem(b).unwrap_or(0),
        Facts::NONE
    );
    MODULO = number!(
        "modulo",
        "What is left of the dividend after division rounded down, with the divisor's sign (Python's `%`); of integers \
         0 where the divisor is 0.",
        float_modulo,
        integer_modulo,
        Facts::NONE
    );
    POWER = number!(
        "power",
        "The left operand to the power of the right one; of integers the product wraps, and a negative exponent gives \
         the reciprocal rounded towards zero (0 for base 0).",
        libm::pow,
        integer_power,
        right_identity(Special::One)
    );
    MINIMUM = number!(
        "minimum",
        "The smaller; NaN if either is NaN.",
        |a, b| if a.is_nan() || a < b { a } else { b },
        |a, b| a.min(b),
        Facts { absorbing: Some(Special::Lowest), idempotent: true, ..monoid(Special::Highest) }
    );
    MAXIMUM = number!(
        "maximum",
        "The larger; NaN if either is NaN.",
        |a, b| if a.is_nan() || a > b { a } else { b },
        |a, b| a.max(b),
        Facts { absorbing: Some(Special::Highest), idempotent: true, ..monoid(Special::Lowest) }
    );
    AND = bits!(
        "and",
        "Whether both hold; the bits that both integers have.",
        |a, b| a & b,
        |a, b| a & b,
        Facts { absorbing: Some(Special::Zero), idempotent: true, ..monoid(Special::AllOnes) }
    );
    OR = bits!(
        "or",
        "Whether either holds; the bits that either integer has.",
        |a, b| a | b,
        |a, b| a | b,
        Facts { absorbing: Some(Special::AllOnes), idempotent: true, ..monoid(Special::Zero) }
    );
    XOR = bits!(
        "xor",
        "Whether exactly one holds; the bits in which the integers differ.",
        |a, b| a ^ b,
        |a, b| a ^ b,
        Facts { on_equal: Some(Special::Zero), ..monoid(Special::Zero) }
    );
    SHIFT_LEFT = shift!(
        "shift_left",
        "The left operand's bits moved up by the right operand; a count of the width or more gives 0, and so \
         does a negative one.",
        |a, b| a << shift_count(b)
    );
    SHIFT_RIGHT = shift!(
        "shift_right",
        "The left operand's bits moved down by the right operand, the sign filling in; a count of the width or more \
         leaves the sign alone, and so does a negative one.",
        |a, b| a >> shift_count(b)
    );
}

/// A count that moves every bit out if `count` does not fit the width or is negative.
fn shift_count(count: i128) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).min(127)
}

fn float_modulo(dividend: f64, divisor: f64) -> f64 {
    let rest = dividend % divisor;
    if rest != 0.0 && (rest < 0.0) != (divisor < 0.0) { rest + divisor } else { rest }
}

fn integer_modulo(dividend: i128, divisor: i128) -> i128 {
    let rest = dividend.checked_rem(divisor).unwrap_or(0);
    if rest != 0 && (rest < 0) != (divisor < 0) { rest + divisor } else { rest }
}

fn integer_power(base: i128, exponent: i128) -> i128 {
    if exponent < 0 {
        return match base {
            1 => 1,
            -1 if exponent % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut result, mut square, mut rest) = (1i128, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        rest >>= 1;
    }
    result
}
