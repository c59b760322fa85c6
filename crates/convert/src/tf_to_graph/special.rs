//! Special functions: those of gamma, error and Bessel, computed as `f64` whatever their element type is.

use super::special_tables::{ASYMPTOTIC, BESSEL_0, BESSEL_1, LANCZOS, LANCZOS_SHIFT, QUANTILE};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Type;
use kiln_tensor::ElementType;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// A row of a function of one operand.
macro_rules! of_one {
    ($name:literal, $function:expr) => {
        row($name, |node| {
            let x = node.input(0)?;
            Ok(vec![in_f64(node, x, $function)?])
        })
    };
}

pub(crate) const ROWS: &[Row] = &[
    of_one!("Lgamma", log_gamma),
    of_one!("Digamma", digamma),
    of_one!("Ndtri", quantile),
    of_one!("Erfinv", |node: &mut Node, x| {
        let raised = node.binary_scalar("graph.add", x, 1.0)?;
        let half = node.binary_scalar("graph.multiply", raised, 0.5)?;
        let quantile = quantile(node, half)?;
        node.binary_scalar("graph.multiply", quantile, FRAC_1_SQRT_2)
    }),
    of_one!("BesselI0e", |node: &mut Node, x| {
        let size = node.unary("graph.abs", x)?;
        bessel(node, size, &BESSEL_0)
    }),
    of_one!("BesselI1e", |node: &mut Node, x| {
        let size = node.unary("graph.abs", x)?;
        let near = node.binary_scalar("graph.less_equal", size, 8.0)?;
        let one = node.scalar(ElementType::F64, 1.0)?;
        let factor = node.select(near, size, one)?;
        let value = bessel(node, size, &BESSEL_1)?;
        let value = node.binary("graph.multiply", value, factor)?;
        let sign = node.unary("graph.sign", x)?;
        node.binary("graph.multiply", value, sign)
    }),
    row("NextAfter", next_after),
];

type Function = fn(&mut Node, Tracked) -> Result<Tracked, String>;

fn in_f64(node: &mut Node, x: Tracked, function: Function) -> Result<Tracked, String> {
    let element = node.element(x);
    let wide = node.cast(x, ElementType::F64)?;
    let value = function(node, wide)?;
    node.cast(value, element)
}

/// `c[0] + x * (c[1] + x * ...)`.
fn polynomial(node: &mut Node, x: Tracked, coefficients: &[f64]) -> Result<Tracked, String> {
    let (&last, rest) = coefficients.split_last().ok_or("a polynomial has coefficients")?;
    let mut value = node.scalar(ElementType::F64, last)?;
    for &coefficient in rest.iter().rev() {
        let scaled = node.binary("graph.multiply", value, x)?;
        value = node.binary_scalar("graph.add", scaled, coefficient)?;
    }
    Ok(value)
}

/// A sum of Chebyshev polynomials, by Clenshaw's recurrence.
fn chebyshev(node: &mut Node, x: Tracked, coefficients: &[f64]) -> Result<Tracked, String> {
    let zero = node.scalar(ElementType::F64, 0.0)?;
    let twice = node.binary_scalar("graph.multiply", x, 2.0)?;
    let (mut later, mut value) = (zero, zero);
    let (&first, rest) = coefficients.split_first().ok_or("a sum has coefficients")?;
    for &coefficient in rest.iter().rev() {
        let scaled = node.binary("graph.multiply", twice, value)?;
        let less = node.binary("graph.subtract", scaled, later)?;
        (later, value) = (value, node.binary_scalar("graph.add", less, coefficient)?);
    }
    let scaled = node.binary("graph.multiply", x, value)?;
    let less = node.binary("graph.subtract", scaled, later)?;
    node.binary_scalar("graph.add", less, first)
}

/// Bessel functions times `exp(-x)`: one series up to 8, another one of `1 / x` beyond.
fn bessel(node: &mut Node, x: Tracked, [near, far]: &[&[f64]; 2]) -> Result<Tracked, String> {
    let is_near = node.binary_scalar("graph.less_equal", x, 8.0)?;
    let bounded = node.clamp(x, None, Some(8.0))?;
    let place = node.binary_scalar("graph.multiply", bounded, 0.25)?;
    let place = node.binary_scalar("graph.subtract", place, 1.0)?;
    let near = chebyshev(node, place, near)?;
    let bounded = node.clamp(x, Some(8.0), None)?;
    let inverse = node.unary("graph.reciprocal", bounded)?;
    let place = node.binary_scalar("graph.multiply", inverse, 16.0)?;
    let place = node.binary_scalar("graph.subtract", place, 1.0)?;
    let far = chebyshev(node, place, far)?;
    let root = node.unary("graph.rsqrt", bounded)?;
    let far = node.binary("graph.multiply", far, root)?;
    node.select(is_near, near, far)
}

/// Lanczos's approximation; below a half by reflection.
fn log_gamma(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let one = node.scalar(ElementType::F64, 1.0)?;
    let is_low = node.binary_scalar("graph.less", x, 0.5)?;
    let mirrored = node.binary("graph.subtract", one, x)?;
    let z = node.select(is_low, mirrored, x)?;
    let z = node.binary_scalar("graph.subtract", z, 1.0)?;
    let mut sum = node.scalar(ElementType::F64, LANCZOS[0])?;
    for (index, &coefficient) in LANCZOS.iter().enumerate().skip(1) {
        let place = node.binary_scalar("graph.add", z, index as f64)?;
        let inverse = node.unary("graph.reciprocal", place)?;
        let part = node.binary_scalar("graph.multiply", inverse, coefficient)?;
        sum = node.binary("graph.add", sum, part)?;
    }
    let base = node.binary_scalar("graph.add", z, LANCZOS_SHIFT + 0.5)?;
    let power = node.binary_scalar("graph.add", z, 0.5)?;
    let log = node.unary("graph.log", base)?;
    let log = node.binary_scalar("graph.subtract", log, 1.0)?;
    // (z + 1/2) log(base) - base, without a difference of large numbers.
    let grown = node.binary("graph.multiply", power, log)?;
    let sum = node.unary("graph.log", sum)?;
    let value = node.binary("graph.add", grown, sum)?;
    let value = node.binary_scalar("graph.add", value, 0.5 * (2.0 * PI).ln() - LANCZOS_SHIFT)?;
    let floor = node.unary("graph.floor", x)?;
    let fraction = node.binary("graph.subtract", x, floor)?;
    let angle = node.binary_scalar("graph.multiply", fraction, PI)?;
    let sine = node.unary("graph.sin", angle)?;
    let reflected = node.unary("graph.log", sine)?;
    let log_pi = node.scalar(ElementType::F64, PI.ln())?;
    let reflected = node.binary("graph.subtract", log_pi, reflected)?;
    let reflected = node.binary("graph.subtract", reflected, value)?;
    let value = node.select(is_low, reflected, value)?;
    let size = node.unary("graph.abs", x)?;
    let is_infinite = node.unary("graph.is_inf", x)?;
    node.select(is_infinite, size, value)
}

/// An asymptotic series from 8 on, to which smaller numbers are raised; below a half by reflection.
fn digamma(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    const STEPS: usize = 8;
    let one = node.scalar(ElementType::F64, 1.0)?;
    let is_low = node.binary_scalar("graph.less", x, 0.5)?;
    let mirrored = node.binary("graph.subtract", one, x)?;
    let z = node.select(is_low, mirrored, x)?;
    let raised = node.binary_scalar("graph.add", z, STEPS as f64)?;
    let inverse = node.unary("graph.reciprocal", raised)?;
    let square = node.binary("graph.multiply", inverse, inverse)?;
    let series = polynomial(node, square, ASYMPTOTIC)?;
    let series = node.binary("graph.multiply", series, square)?;
    let log = node.unary("graph.log", raised)?;
    let half = node.binary_scalar("graph.multiply", inverse, 0.5)?;
    let value = node.binary("graph.subtract", log, half)?;
    let mut value = node.binary("graph.subtract", value, series)?;
    for step in 0..STEPS {
        let place = node.binary_scalar("graph.add", z, step as f64)?;
        let inverse = node.unary("graph.reciprocal", place)?;
        value = node.binary("graph.subtract", value, inverse)?;
    }
    let floor = node.unary("graph.floor", x)?;
    let fraction = node.binary("graph.subtract", x, floor)?;
    let angle = node.binary_scalar("graph.multiply", fraction, PI)?;
    let tangent = node.unary("graph.tan", angle)?;
    let pi = node.scalar(ElementType::F64, PI)?;
    let turned = node.binary("graph.divide", pi, tangent)?;
    let reflected = node.binary("graph.subtract", value, turned)?;
    let value = node.select(is_low, reflected, value)?;
    // There are poles at 0 and at negative integers.
    let is_whole = node.binary_scalar("graph.equal", fraction, 0.0)?;
    let is_pole = node.binary("graph.and", is_whole, is_low)?;
    let none = node.scalar(ElementType::F64, f64::NAN)?;
    node.select(is_pole, none, value)
}

/// The number below which a normally distributed one is with this probability: Wichura's rational functions (AS 241), one
/// for the middle and two for the ends.
fn quantile(node: &mut Node, p: Tracked) -> Result<Tracked, String> {
    let centered = node.binary_scalar("graph.subtract", p, 0.5)?;
    let ratio = |node: &mut Node, x: Tracked, which: usize| {
        let above = polynomial(node, x, QUANTILE[which][0])?;
        let below = polynomial(node, x, QUANTILE[which][1])?;
        node.binary("graph.divide", above, below)
    };
    let square = node.binary("graph.multiply", centered, centered)?;
    let reach = node.scalar(ElementType::F64, 0.180_625)?;
    let inner = node.binary("graph.subtract", reach, square)?;
    let middle = ratio(node, inner, 0)?;
    let middle = node.binary("graph.multiply", centered, middle)?;
    let one = node.scalar(ElementType::F64, 1.0)?;
    let rest = node.binary("graph.subtract", one, p)?;
    let smaller = node.binary("graph.minimum", p, rest)?;
    let log = node.unary("graph.log", smaller)?;
    let log = node.unary("graph.negate", log)?;
    let root = node.unary("graph.sqrt", log)?;
    let moved = node.binary_scalar("graph.subtract", root, 1.6)?;
    let near = ratio(node, moved, 1)?;
    let moved = node.binary_scalar("graph.subtract", root, 5.0)?;
    let far = ratio(node, moved, 2)?;
    let is_near = node.binary_scalar("graph.less_equal", root, 5.0)?;
    let end = node.select(is_near, near, far)?;
    let is_endless = node.binary_scalar("graph.equal", smaller, 0.0)?;
    let infinity = node.scalar(ElementType::F64, f64::INFINITY)?;
    let end = node.select(is_endless, infinity, end)?;
    let sign = node.unary("graph.sign", centered)?;
    let end = node.binary("graph.multiply", end, sign)?;
    let size = node.unary("graph.abs", centered)?;
    let is_middle = node.binary_scalar("graph.less_equal", size, 0.425)?;
    node.select(is_middle, middle, end)
}

/// The float beside `x` in the direction of `y`: the bits of one, as an integer, are one more or one less.
fn next_after(node: &mut Node) -> Results {
    let (x, y) = (node.input(0)?, node.input(1)?);
    let (element, bits) = match node.element(x) {
        ElementType::F32 => (ElementType::F32, ElementType::I32),
        ElementType::F64 => (ElementType::F64, ElementType::I64),
        other => return Err(format!("floats beside those of {other} are not supported")),
    };
    let aligned = node.align(&[x, y])?;
    let shape = crate::conversion::emit::broadcast_shape(&[node.shape(aligned[0]), node.shape(aligned[1])])?;
    let (x, y) = (node.broadcast(aligned[0], &shape)?, node.broadcast(aligned[1], &shape)?);
    let number = node.emit_as("graph.bitcast", &[x], &[], &shape, Type::from_element(bits))?;
    let (is_lower, is_positive) = (node.binary("graph.less", x, y)?, node.binary_scalar("graph.greater", x, 0.0)?);
    let outwards = node.binary("graph.equal", is_lower, is_positive)?;
    let (more, less) = (node.scalar(bits, 1.0)?, node.scalar(bits, -1.0)?);
    let step = node.select(outwards, more, less)?;
    let moved = node.binary("graph.add", number, step)?;
    let moved = node.emit_as("graph.bitcast", &[moved], &[], &shape, Type::from_element(element))?;
    // Beside 0 is the smallest float, of either sign.
    let least = node.emit_as("graph.bitcast", &[more], &[], &[], Type::from_element(element))?;
    let sign = node.unary("graph.sign", y)?;
    let beside_zero = node.binary("graph.multiply", least, sign)?;
    let is_zero = node.binary_scalar("graph.equal", x, 0.0)?;
    let moved = node.select(is_zero, beside_zero, moved)?;
    let is_there = node.binary("graph.equal", x, y)?;
    let result = node.select(is_there, y, moved)?;
    let sum = node.binary("graph.add", x, y)?;
    let (no_x, no_y) = (node.unary("graph.is_nan", x)?, node.unary("graph.is_nan", y)?);
    let is_none = node.binary("graph.or", no_x, no_y)?;
    Ok(vec![node.select(is_none, sum, result)?])
}
