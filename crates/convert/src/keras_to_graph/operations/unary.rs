//! Operations of `keras.ops` on each element of one tensor.

use super::super::call::{Call, Row, passing, plain};
use super::super::core::identity;
use super::as_truth;
use crate::conversion::functions::{
    angle, constant_of, erfc, exponential_less_one, filled_like, invert, is_finite, logarithm_of_one_more,
};
use crate::conversion::node::Node;
use crate::conversion::reach::highest;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use std::f64::consts::{LN_2, LOG2_E, LOG10_E, PI};

pub(crate) const ROWS: &[Row] = &[
    plain("ops.LogicalNot", |call| {
        let x = call.first()?;
        let x = as_truth(call, x)?;
        Ok(vec![call.unary("graph.not", x)?])
    }),
    plain("ops.Abs", |call| one(call, "graph.abs")),
    plain("ops.Absolute", |call| one(call, "graph.abs")),
    plain("ops.Fabs", |call| one_float(call, "graph.abs")),
    plain("ops.Negative", |call| one(call, "graph.negate")),
    plain("ops.Sign", |call| one(call, "graph.sign")),
    plain("ops.Exp", |call| one_float(call, "graph.exp")),
    plain("ops.Log", |call| one_float(call, "graph.log")),
    plain("ops.Sqrt", |call| one_float(call, "graph.sqrt")),
    plain("ops.Rsqrt", |call| one_float(call, "graph.rsqrt")),
    plain("ops.Reciprocal", |call| one_float(call, "graph.reciprocal")),
    plain("ops.Sin", |call| one_float(call, "graph.sin")),
    plain("ops.Cos", |call| one_float(call, "graph.cos")),
    plain("ops.Tan", |call| one_float(call, "graph.tan")),
    plain("ops.Arcsin", |call| one_float(call, "graph.asin")),
    plain("ops.Arccos", |call| one_float(call, "graph.acos")),
    plain("ops.Arctan", |call| one_float(call, "graph.atan")),
    plain("ops.Sinh", |call| one_float(call, "graph.sinh")),
    plain("ops.Cosh", |call| one_float(call, "graph.cosh")),
    plain("ops.Tanh", |call| one_float(call, "graph.tanh")),
    plain("ops.Arcsinh", |call| one_float(call, "graph.asinh")),
    plain("ops.Arccosh", |call| one_float(call, "graph.acosh")),
    plain("ops.Arctanh", |call| one_float(call, "graph.atanh")),
    plain("ops.Erf", |call| one_float(call, "graph.erf")),
    plain("ops.Floor", |call| one_float(call, "graph.floor")),
    plain("ops.Ceil", |call| one_float(call, "graph.ceil")),
    plain("ops.Round", round),
    plain("ops.Isnan", |call| one_float(call, "graph.is_nan")),
    plain("ops.Isinf", |call| one_float(call, "graph.is_inf")),
    plain("ops.Expm1", |call| made(call, exponential_less_one)),
    plain("ops.Log1p", |call| made(call, logarithm_of_one_more)),
    plain("ops.Log2", |call| made(call, |node, x| scaled_log(node, x, LOG2_E))),
    plain("ops.Log10", |call| made(call, |node, x| scaled_log(node, x, LOG10_E))),
    plain("ops.Square", |call| {
        let x = call.first()?;
        Ok(vec![call.binary("graph.multiply", x, x)?])
    }),
    plain("ops.Cbrt", |call| made(call, cube_root)),
    plain("ops.Deg2rad", |call| made(call, |node, x| node.binary_scalar("graph.multiply", x, PI / 180.0))),
    plain("ops.Rad2deg", |call| made(call, |node, x| node.binary_scalar("graph.multiply", x, 180.0 / PI))),
    plain("ops.Exp2", |call| {
        made(call, |node, x| {
            let scaled = node.binary_scalar("graph.multiply", x, LN_2)?;
            node.unary("graph.exp", scaled)
        })
    }),
    plain("ops.Erfc", |call| made(call, erfc)),
    plain("ops.Erfinv", |call| made(call, inverse_of_erf)),
    plain("ops.Trunc", |call| made(call, truncate)),
    plain("ops.Signbit", |call| {
        let x = call.first()?;
        Ok(vec![has_sign(call, x)?])
    }),
    plain("ops.Isfinite", |call| made(call, is_finite)),
    plain("ops.Isposinf", |call| made(call, |node, x| is_infinite(node, x, "graph.greater"))),
    plain("ops.Isneginf", |call| made(call, |node, x| is_infinite(node, x, "graph.less"))),
    plain("ops.Sinc", |call| made(call, sinc)),
    plain("ops.NanToNum", nan_to_num),
    plain("ops.BitwiseInvert", |call| of_integers(call, invert)),
    plain("ops.BitwiseNot", |call| of_integers(call, invert)),
    plain("ops.I0", |call| made(call, bessel)),
    // Of numbers that are real.
    passing("ops.Real", identity),
    passing("ops.Conj", identity),
    passing("ops.Conjugate", identity),
    plain("ops.Imag", |call| of_any(call, |node, x| filled_like(node, x, 0.0))),
    plain("ops.Isreal", |call| {
        of_any(call, |node, x| {
            let yes = constant_of(node, kiln_tensor::ElementType::I1, 1.0)?;
            node.broadcast(yes, node.shape(x))
        })
    }),
    plain("ops.Angle", |call| {
        made(call, |node, x| {
            let zeros = filled_like(node, x, 0.0)?;
            angle(node, zeros, x)
        })
    }),
];

fn one(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    Ok(vec![call.unary(op, x)?])
}

fn one_float(call: &mut Call, op: &str) -> Results {
    let x = call.first_float()?;
    Ok(vec![call.unary(op, x)?])
}

/// What `work` makes of the argument as floats.
fn made(call: &mut Call, work: impl FnOnce(&mut Node, Tracked) -> Result<Tracked, String>) -> Results {
    let x = call.first_float()?;
    Ok(vec![work(call, x)?])
}

/// What `work` makes of the argument as it is.
fn of_any(call: &mut Call, work: impl FnOnce(&mut Node, Tracked) -> Result<Tracked, String>) -> Results {
    let x = call.first()?;
    Ok(vec![work(call, x)?])
}

fn of_integers(call: &mut Call, work: impl FnOnce(&mut Node, Tracked) -> Result<Tracked, String>) -> Results {
    let x = call.first()?;
    match call.element(x).is_float() {
        true => Err("the bits of floats are not turned".into()),
        false => Ok(vec![work(call, x)?]),
    }
}

fn scaled_log(node: &mut Node, x: Tracked, factor: f64) -> Result<Tracked, String> {
    let log = node.unary("graph.log", x)?;
    node.binary_scalar("graph.multiply", log, factor)
}

/// To the nearest whole number, or to the nearest of so many decimals.
fn round(call: &mut Call) -> Results {
    let decimals = call.integer_at(1, "decimals").unwrap_or(0);
    let x = call.first()?;
    if !call.element(x).is_float() {
        return Ok(vec![x]);
    }
    if decimals == 0 {
        return Ok(vec![call.unary("graph.round", x)?]);
    }
    let factor = 10f64.powi(i32::try_from(decimals).map_err(|_| "there are too many decimals")?);
    let scaled = call.binary_scalar("graph.multiply", x, factor)?;
    let whole = call.unary("graph.round", scaled)?;
    Ok(vec![call.binary_scalar("graph.divide", whole, factor)?])
}

fn cube_root(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let magnitude = node.unary("graph.abs", x)?;
    let root = node.binary_scalar("graph.power", magnitude, 1.0 / 3.0)?;
    let sign = node.unary("graph.sign", x)?;
    node.binary("graph.multiply", sign, root)
}

/// The whole part.
pub(super) fn truncate(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let magnitude = node.unary("graph.abs", x)?;
    let whole = node.unary("graph.floor", magnitude)?;
    let sign = node.unary("graph.sign", x)?;
    node.binary("graph.multiply", sign, whole)
}

/// Whether there is a minus, which zeros of floats may have, too: one divided by them is infinite.
fn has_sign(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let is_negative = node.binary_scalar("graph.less", x, 0.0)?;
    if !node.element(x).is_float() {
        return Ok(is_negative);
    }
    let inverse = node.unary("graph.reciprocal", x)?;
    let is_below = node.binary_scalar("graph.less", inverse, 0.0)?;
    node.binary("graph.or", is_negative, is_below)
}

fn is_infinite(node: &mut Node, x: Tracked, comparison: &str) -> Result<Tracked, String> {
    let is_infinite = node.unary("graph.is_inf", x)?;
    let has_sign = node.binary_scalar(comparison, x, 0.0)?;
    node.binary("graph.and", is_infinite, has_sign)
}

/// `sin(pi x) / (pi x)`.
fn sinc(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let angle = node.binary_scalar("graph.multiply", x, PI)?;
    let sine = node.unary("graph.sin", angle)?;
    let ratio = node.binary("graph.divide", sine, angle)?;
    let is_zero = node.binary_scalar("graph.equal", x, 0.0)?;
    let one = node.scalar(node.element(x), 1.0)?;
    node.select(is_zero, one, ratio)
}

/// Numbers in place of what is none, and of what is infinite.
fn nan_to_num(call: &mut Call) -> Results {
    let x = call.first()?;
    let element = call.element(x);
    if !element.is_float() {
        return Ok(vec![x]);
    }
    let largest = highest(element);
    let replaced = [
        ("graph.is_nan", call.number_at(1, "nan").unwrap_or(0.0)),
        ("graph.greater", call.number_at(2, "posinf").unwrap_or(largest)),
        ("graph.less", call.number_at(3, "neginf").unwrap_or(-largest)),
    ];
    let mut y = x;
    for (test, value) in replaced {
        let hits = if test == "graph.is_nan" { call.unary(test, x)? } else { is_infinite(call, x, test)? };
        let value = call.scalar(element, value)?;
        y = call.select(hits, value, y)?;
    }
    Ok(vec![y])
}

/// The sum of powers of `w`, from the highest down.
pub(super) fn polynomial(node: &mut Node, w: Tracked, factors: &[f64]) -> Result<Tracked, String> {
    let element = node.element(w);
    let mut sum = node.scalar(element, factors.first().copied().unwrap_or(0.0))?;
    for &factor in factors.iter().skip(1) {
        let product = node.binary("graph.multiply", sum, w)?;
        sum = node.binary_scalar("graph.add", product, factor)?;
    }
    Ok(sum)
}

/// The two polynomials in single precision of M. Giles, "Approximating the erfinv function", 2010.
const INNER: [f64; 9] = [
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
];
const OUTER: [f64; 9] = [
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682,
];

/// What `erf` makes `x` of.
fn inverse_of_erf(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let element = node.element(x);
    let square = node.binary("graph.multiply", x, x)?;
    let one = node.scalar(element, 1.0)?;
    let rest = node.binary("graph.subtract", one, square)?;
    let log = node.unary("graph.log", rest)?;
    let w = node.unary("graph.negate", log)?;
    let near = node.binary_scalar("graph.subtract", w, 2.5)?;
    let inner = polynomial(node, near, &INNER)?;
    let root = node.unary("graph.sqrt", w)?;
    let far = node.binary_scalar("graph.subtract", root, 3.0)?;
    let outer = polynomial(node, far, &OUTER)?;
    let is_inner = node.binary_scalar("graph.less", w, 5.0)?;
    let factor = node.select(is_inner, inner, outer)?;
    let y = node.binary("graph.multiply", factor, x)?;
    // At 1 and -1 it is infinite.
    let magnitude = node.unary("graph.abs", x)?;
    let is_end = node.binary_scalar("graph.equal", magnitude, 1.0)?;
    let infinite = node.binary_scalar("graph.multiply", x, f64::INFINITY)?;
    node.select(is_end, infinite, y)
}

/// The polynomials of 9.8.1 and 9.8.2 in M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964.
const BESSEL_INNER: [f64; 7] = [0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0];
const BESSEL_OUTER: [f64; 9] =
    [0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592, 0.39894228];

/// The modified Bessel function of the first kind and order 0.
fn bessel(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let magnitude = node.unary("graph.abs", x)?;
    let share = node.binary_scalar("graph.divide", x, 3.75)?;
    let square = node.binary("graph.multiply", share, share)?;
    let inner = polynomial(node, square, &BESSEL_INNER)?;
    let bounded = node.clamp(magnitude, Some(3.75), None)?;
    let inverse = node.unary("graph.reciprocal", bounded)?;
    let inverse = node.binary_scalar("graph.multiply", inverse, 3.75)?;
    let outer = polynomial(node, inverse, &BESSEL_OUTER)?;
    let power = node.unary("graph.exp", bounded)?;
    let root = node.unary("graph.rsqrt", bounded)?;
    let outer = node.binary("graph.multiply", outer, power)?;
    let outer = node.binary("graph.multiply", outer, root)?;
    let is_inner = node.binary_scalar("graph.less", magnitude, 3.75)?;
    node.select(is_inner, inner, outer)
}
