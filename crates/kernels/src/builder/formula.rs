//! The elementwise ops of the graph dialect, each by its formula on scalars or vectors: one table for every kernel.

use crate::builder::{KernelBuilder, computed_type};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Type, Value};
use kiln_tensor::ElementType;

/// Whether `graph.<op>` has a formula.
pub fn is_formula(op: &str) -> bool {
    matches!(op, "cast" | "bitcast" | "select" | "is_nan" | "is_inf" | "not")
        || FLOAT_UNARY.iter().any(|row| row.0 == op)
        || BINARY.contains(&op)
}

type Unary = fn(&mut KernelBuilder, Value) -> Value;

/// Functions of one float.
const FLOAT_UNARY: &[(&str, Unary)] = &[
    ("abs", |b, x| b.absolute(x)),
    ("negate", |b, x| b.unary("arith.negf", x)),
    ("exp", |b, x| b.exp(x)),
    ("log", |b, x| b.log(x)),
    ("sqrt", |b, x| b.unary("math.sqrt", x)),
    ("rsqrt", |b, x| {
        let root = b.unary("math.sqrt", x);
        let one = b.like(x, 1.0);
        b.divf(one, root)
    }),
    ("reciprocal", |b, x| {
        let one = b.like(x, 1.0);
        b.divf(one, x)
    }),
    ("sin", |b, x| b.sin(x)),
    ("cos", |b, x| b.cos(x)),
    ("tan", |b, x| b.tan(x)),
    ("asin", |b, x| b.asin(x)),
    ("acos", |b, x| b.acos(x)),
    ("atan", |b, x| b.atan(x)),
    ("sinh", |b, x| b.sinh(x)),
    ("cosh", |b, x| b.cosh(x)),
    ("tanh", |b, x| b.tanh(x)),
    ("asinh", |b, x| b.asinh(x)),
    ("acosh", |b, x| b.acosh(x)),
    ("atanh", |b, x| b.atanh(x)),
    ("erf", |b, x| b.erf(x)),
    ("sigmoid", |b, x| b.sigmoid(x)),
    ("silu", |b, x| b.silu(x)),
    ("softplus", |b, x| b.softplus(x)),
    ("mish", |b, x| b.mish(x)),
    ("softsign", |b, x| {
        let (magnitude, one) = (b.absolute(x), b.like(x, 1.0));
        let divisor = b.addf(magnitude, one);
        b.divf(x, divisor)
    }),
    ("gelu", |b, x| b.gelu(x)),
    ("gelu_tanh", |b, x| b.gelu_tanh(x)),
    ("hard_swish", |b, x| b.hard_swish(x)),
    ("relu", |b, x| {
        let zero = b.zero(b.ty(x));
        let is_negative = b.compare_floats(FloatPredicate::OrderedLess, x, zero);
        b.select(is_negative, zero, x)
    }),
    ("floor", |b, x| b.floor(x)),
    ("ceil", |b, x| b.ceil(x)),
    ("round", |b, x| b.round_even(x)),
    ("sign", |b, x| {
        let (one, zero) = (b.like(x, 1.0), b.zero(b.ty(x)));
        let unit = b.copy_sign(one, x);
        let is_nonzero = b.compare_floats(FloatPredicate::OrderedNotEqual, x, zero);
        // Zero and NaN stay.
        b.select(is_nonzero, unit, x)
    }),
];

const BINARY: &[&str] = &[
    "add",
    "subtract",
    "multiply",
    "divide",
    "remainder",
    "modulo",
    "power",
    "minimum",
    "maximum",
    "and",
    "or",
    "xor",
    "shift_left",
    "shift_right",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
];

/// The result of `graph.<op>` on operands of the element types `from`; a cast is [`KernelBuilder::cast_with`].
///
/// # Panics
/// When there is no such formula: planners check with [`is_formula`].
pub fn apply_formula(b: &mut KernelBuilder, op: &str, operands: &[Value], from: &[ElementType]) -> Value {
    let element = from[0];
    match (op, operands) {
        ("select", [condition, on_true, on_false]) => b.select(*condition, *on_true, *on_false),
        (_, [x]) if element.is_float() => float_unary(b, op, *x),
        (_, [x]) => integer_unary(b, op, *x, element),
        (_, [left, right])
            if matches!(op, "equal" | "not_equal" | "less" | "less_equal" | "greater" | "greater_equal") =>
        {
            comparison(b, op, *left, *right, element)
        }
        ("power", [base, exponent]) => power(b, *base, *exponent, element, from[1]),
        (_, [left, right]) if element.is_float() => float_binary(b, op, *left, *right),
        (_, [left, right]) => integer_binary(b, op, *left, *right, element),
        _ => panic!("graph.{op} has a formula of {} operands", operands.len()),
    }
}

fn float_unary(b: &mut KernelBuilder, op: &str, x: Value) -> Value {
    match op {
        "is_nan" => b.compare_floats(FloatPredicate::Unordered, x, x),
        "is_inf" => {
            let magnitude = b.absolute(x);
            let infinity = b.like(x, f64::INFINITY);
            b.compare_floats(FloatPredicate::OrderedEqual, magnitude, infinity)
        }
        _ => {
            let row = FLOAT_UNARY.iter().find(|row| row.0 == op);
            let (_, formula) = row.unwrap_or_else(|| panic!("graph.{op} has a formula on floats"));
            formula(b, x)
        }
    }
}

fn integer_unary(b: &mut KernelBuilder, op: &str, x: Value, element: ElementType) -> Value {
    let ty = b.ty(x);
    let (zero, one, ones) = (b.integer(0, ty), b.integer(1, ty), b.integer(-1, ty));
    let unsigned = !element.is_signed_integer();
    match op {
        "not" => b.xori(x, ones),
        "negate" => b.subi(zero, x),
        "abs" | "relu" | "sign" if unsigned => match op {
            "sign" => b.binary("arith.minui", x, one),
            _ => x,
        },
        "abs" => {
            let negated = b.subi(zero, x);
            b.binary("arith.maxsi", x, negated)
        }
        "relu" => b.binary("arith.maxsi", x, zero),
        "sign" => {
            let low = b.binary("arith.maxsi", x, ones);
            b.binary("arith.minsi", low, one)
        }
        "floor" | "ceil" | "round" => x,
        "is_nan" | "is_inf" => {
            let ty = b.retyped(x, Type::i1());
            b.integer(0, ty)
        }
        _ => {
            // The other functions go through f64 and back.
            let wide = b.cast(x, element, ElementType::F64);
            let value = float_unary(b, op, wide);
            b.cast(value, ElementType::F64, element)
        }
    }
}

fn float_binary(b: &mut KernelBuilder, op: &str, left: Value, right: Value) -> Value {
    match op {
        "add" => b.addf(left, right),
        "subtract" => b.subf(left, right),
        "multiply" => b.mulf(left, right),
        "divide" => b.divf(left, right),
        "minimum" => b.minimumf(left, right),
        "maximum" => b.maximumf(left, right),
        "remainder" => b.float_remainder(left, right),
        "modulo" => {
            let remainder = b.float_remainder(left, right);
            let zero = b.zero(b.ty(left));
            let is_some = b.compare_floats(FloatPredicate::OrderedNotEqual, remainder, zero);
            let (below, below_divisor) = (
                b.compare_floats(FloatPredicate::OrderedLess, remainder, zero),
                b.compare_floats(FloatPredicate::OrderedLess, right, zero),
            );
            let differ = b.xori(below, below_divisor);
            let moves = b.andi(is_some, differ);
            let moved = b.addf(remainder, right);
            b.select(moves, moved, remainder)
        }
        _ => panic!("graph.{op} has a formula on floats"),
    }
}

fn integer_binary(b: &mut KernelBuilder, op: &str, left: Value, right: Value, element: ElementType) -> Value {
    let signed = element.is_signed_integer();
    match op {
        "add" => b.addi(left, right),
        "subtract" => b.subi(left, right),
        "multiply" => b.muli(left, right),
        "divide" => b.integer_divide(left, right, element),
        "remainder" => b.integer_remainder(left, right, element),
        "modulo" => b.integer_modulo(left, right, element),
        "minimum" => b.binary(if signed { "arith.minsi" } else { "arith.minui" }, left, right),
        "maximum" => b.binary(if signed { "arith.maxsi" } else { "arith.maxui" }, left, right),
        "and" => b.andi(left, right),
        "or" => b.ori(left, right),
        "xor" => b.xori(left, right),
        "shift_left" => b.shift("arith.shli", left, right, element),
        "shift_right" => b.shift(if signed { "arith.shrsi" } else { "arith.shrui" }, left, right, element),
        _ => panic!("graph.{op} has a formula on integers"),
    }
}

fn comparison(b: &mut KernelBuilder, op: &str, left: Value, right: Value, element: ElementType) -> Value {
    use FloatPredicate as F;
    use IntegerPredicate as I;
    let (float, signed, unsigned) = match op {
        "equal" => (F::OrderedEqual, I::Equal, I::Equal),
        "not_equal" => (F::UnorderedNotEqual, I::NotEqual, I::NotEqual),
        "less" => (F::OrderedLess, I::SignedLess, I::UnsignedLess),
        "less_equal" => (F::OrderedLessEqual, I::SignedLessEqual, I::UnsignedLessEqual),
        "greater" => (F::OrderedGreater, I::SignedGreater, I::UnsignedGreater),
        _ => (F::OrderedGreaterEqual, I::SignedGreaterEqual, I::UnsignedGreaterEqual),
    };
    match element {
        element if element.is_float() => b.compare_floats(float, left, right),
        element if element.is_signed_integer() => b.compare_integers(signed, left, right),
        _ => b.compare_integers(unsigned, left, right),
    }
}

/// The power; bases and exponents may be of different kinds.
fn power(b: &mut KernelBuilder, base: Value, exponent: Value, from: ElementType, by: ElementType) -> Value {
    if from.is_integer() && by.is_integer() {
        let exponent = b.cast(exponent, by, from);
        return b.integer_power(base, exponent, from);
    }
    let wide = |element: ElementType| if element.is_float() { computed_element(element) } else { ElementType::F64 };
    let common = if wide(from) == ElementType::F64 || wide(by) == ElementType::F64 && from.is_integer() {
        ElementType::F64
    } else {
        ElementType::F32
    };
    let (x, y) = (b.cast(base, from, common), b.cast(exponent, by, common));
    let value = b.power(x, y);
    b.cast(value, common, from)
}

/// The element type whose storage is the type `element` is computed in.
fn computed_element(element: ElementType) -> ElementType {
    if computed_type(element) == Type::f32() { ElementType::F32 } else { element }
}
