//! Elementwise ops of one operand.

use super::{BITS, ElementwiseRow, Facts, Formula, table};
use kiln_ir::TypeConstraint;

/// A row for floats.
macro_rules! float {
    ($name:literal, $doc:literal, $formula:expr) => {
        float!($name, $doc, $formula, Facts::NONE)
    };
    ($name:literal, $doc:literal, $formula:expr, $facts:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %x : (tensor<2x3xf32>) -> tensor<2x3xf32>"),
            operand: TypeConstraint::FloatTensor,
            formula: Formula::Unary { float: Some($formula), integer: None, boolean: None },
            facts: $facts,
        }
    };
}

/// A row for floats and integers.
macro_rules! number {
    ($name:literal, $doc:literal, $float:expr, $integer:expr, $facts:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %x : (tensor<2x3xf32>) -> tensor<2x3xf32>"),
            operand: TypeConstraint::NumberTensor,
            formula: Formula::Unary { float: Some($float), integer: Some($integer), boolean: None },
            facts: $facts,
        }
    };
}

/// A row from floats to `i1`.
macro_rules! predicate {
    ($name:literal, $doc:literal, $formula:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %x : (tensor<2x3xf32>) -> tensor<2x3xi1>"),
            operand: TypeConstraint::FloatTensor,
            formula: Formula::Predicate($formula),
            facts: Facts::NONE,
        }
    };
}

const IDEMPOTENT: Facts = Facts { idempotent: true, ..Facts::NONE };
const INVOLUTION: Facts = Facts { involution: true, ..Facts::NONE };

table! {
    ABS = number!("abs", "The absolute value. The smallest signed integer is its own.", f64::abs, i128::abs, IDEMPOTENT);
    NEGATE = number!("negate", "The value with the opposite sign; integers wrap.", |x| -x, |x| -x, INVOLUTION);
    EXP = float!("exp", "e to the power of the value.", libm::exp);
    LOG = float!("log", "The natural logarithm: -infinity at 0, NaN below.", libm::log);
    SQRT = float!("sqrt", "The square root, correctly rounded: NaN below 0.", f64::sqrt);
    RSQRT = float!("rsqrt", "One divided by the square root: infinity at 0, NaN below.", |x| 1.0 / x.sqrt());
    RECIPROCAL = float!("reciprocal", "One divided by the value, correctly rounded.", |x| 1.0 / x, INVOLUTION);
    SIN = float!("sin", "The sine of an angle in radians.", libm::sin);
    COS = float!("cos", "The cosine of an angle in radians.", libm::cos);
    TAN = float!("tan", "The tangent of an angle in radians.", libm::tan);
    ASIN = float!("asin", "The angle in -pi/2 to pi/2 with this sine: NaN outside of -1 to 1.", libm::asin);
    ACOS = float!("acos", "The angle in 0 to pi with this cosine: NaN outside of -1 to 1.", libm::acos);
    ATAN = float!("atan", "The angle in -pi/2 to pi/2 with this tangent.", libm::atan);
    SINH = float!("sinh", "The hyperbolic sine.", libm::sinh);
    COSH = float!("cosh", "The hyperbolic cosine.", libm::cosh);
    TANH = float!("tanh", "The hyperbolic tangent.", libm::tanh);
    ASINH = float!("asinh", "The inverse hyperbolic sine.", libm::asinh);
    ACOSH = float!("acosh", "The inverse hyperbolic cosine: NaN below 1.", libm::acosh);
    ATANH = float!("atanh", "The inverse hyperbolic tangent: NaN outside of -1 to 1.", libm::atanh);
    ERF = float!("erf", "The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to the value.", libm::erf);
    SIGMOID = float!("sigmoid", "The logistic function: 1 / (1 + exp(-x)).", |x| 1.0 / (1.0 + libm::exp(-x)));
    SILU = float!("silu", "x times its sigmoid, also called swish: x / (1 + exp(-x)).", |x| x / (1.0 + libm::exp(-x)));
    SOFTPLUS = float!("softplus", "log(1 + exp(x)), without overflow.", softplus);
    MISH = float!("mish", "x times the hyperbolic tangent of its softplus.", |x| x * libm::tanh(softplus(x)));
    SOFTSIGN = float!("softsign", "x / (1 + |x|).", |x| x / (1.0 + x.abs()));
    GELU = float!(
        "gelu",
        "x times the normal distribution's probability of less than x: x / 2 * (1 + erf(x / sqrt(2))).",
        |x| 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
    );
    GELU_TANH = float!(
        "gelu_tanh",
        "What is near to `gelu`: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).",
        |x| 0.5 * x * (1.0 + libm::tanh((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)))
    );
    HARD_SWISH = float!("hard_swish", "x / 6 times x + 3 within 0 to 6.", |x| x * (x + 3.0).clamp(0.0, 6.0) / 6.0);
    RELU = number!(
        "relu",
        "The value where it is positive, 0 elsewhere; NaN stays.",
        |x| if x <= 0.0 { 0.0 } else { x },
        |x| x.max(0),
        IDEMPOTENT
    );
    FLOOR = float!("floor", "The largest integer that is not larger.", f64::floor, IDEMPOTENT);
    CEIL = float!("ceil", "The smallest integer that is not smaller.", f64::ceil, IDEMPOTENT);
    ROUND = float!("round", "The nearest integer; halves go to the even one.", f64::round_ties_even, IDEMPOTENT);
    SIGN = number!(
        "sign",
        "-1, 0 or 1 as the value is negative, zero or positive; NaN stays.",
        |x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x },
        i128::signum,
        IDEMPOTENT
    );
    NOT = ElementwiseRow {
        name: "graph.not",
        doc: "Negation of truth values; the complement of every bit of integers.",
        example: "%y = graph.not %x : (tensor<2x3xi1>) -> tensor<2x3xi1>",
        operand: BITS,
        formula: Formula::Unary { float: None, integer: Some(|x| !x), boolean: Some(|x| !x) },
        facts: INVOLUTION,
    };
    IS_NAN = predicate!("is_nan", "Whether the value is not a number.", f64::is_nan);
    IS_INF = predicate!("is_inf", "Whether the value is infinite, of either sign.", f64::is_infinite);
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}
