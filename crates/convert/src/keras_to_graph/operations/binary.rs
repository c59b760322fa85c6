//! Operations of `keras.ops` on the elements of two tensors, of which one may be a number.

use super::super::call::{Call, Row, plain};
use super::super::preprocessing::numbers;
use super::as_truth;
use crate::conversion::functions::{angle, logarithm_of_one_more};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;
use std::f64::consts::LN_2;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Add", |call| arithmetic(call, "graph.add", "graph.or")),
    plain("ops.Subtract", |call| two(call, "graph.subtract")),
    plain("ops.Multiply", |call| arithmetic(call, "graph.multiply", "graph.and")),
    plain("ops.Divide", |call| of_floats(call, |node, a, b| node.binary("graph.divide", a, b))),
    plain("ops.TrueDivide", |call| of_floats(call, |node, a, b| node.binary("graph.divide", a, b))),
    plain("ops.DivideNoNan", |call| of_floats(call, divide_no_nan)),
    plain("ops.Maximum", |call| two(call, "graph.maximum")),
    plain("ops.Minimum", |call| two(call, "graph.minimum")),
    plain("ops.Fmax", |call| made(call, |node, a, b| without_nan(node, a, b, "graph.maximum"))),
    plain("ops.Fmin", |call| made(call, |node, a, b| without_nan(node, a, b, "graph.minimum"))),
    plain("ops.Power", |call| two(call, "graph.power")),
    plain("ops.Mod", |call| two(call, "graph.modulo")),
    plain("ops.Fmod", |call| two(call, "graph.remainder")),
    plain("ops.FloorDivide", |call| made(call, floor_divide)),
    plain("ops.Arctan2", |call| of_floats(call, angle)),
    plain("ops.Hypot", |call| of_floats(call, hypotenuse)),
    plain("ops.Logaddexp", |call| of_floats(call, |node, a, b| log_of_sum(node, a, b, 1.0))),
    plain("ops.Logaddexp2", |call| of_floats(call, |node, a, b| log_of_sum(node, a, b, LN_2))),
    plain("ops.Heaviside", |call| of_floats(call, heaviside)),
    plain("ops.Ldexp", |call| {
        of_floats(call, |node, a, b| {
            let two = node.scalar(node.element(a), 2.0)?;
            let power = node.binary("graph.power", two, b)?;
            node.binary("graph.multiply", a, power)
        })
    }),
    plain("ops.Gcd", |call| made(call, greatest_divisor)),
    plain("ops.Lcm", |call| made(call, least_multiple)),
    plain("ops.Equal", |call| two(call, "graph.equal")),
    plain("ops.NotEqual", |call| two(call, "graph.not_equal")),
    plain("ops.Greater", |call| two(call, "graph.greater")),
    plain("ops.GreaterEqual", |call| two(call, "graph.greater_equal")),
    plain("ops.Less", |call| two(call, "graph.less")),
    plain("ops.LessEqual", |call| two(call, "graph.less_equal")),
    plain("ops.LogicalAnd", |call| two_of_truth(call, "graph.and")),
    plain("ops.LogicalOr", |call| two_of_truth(call, "graph.or")),
    plain("ops.LogicalXor", |call| two_of_truth(call, "graph.xor")),
    plain("ops.BitwiseAnd", |call| two(call, "graph.and")),
    plain("ops.BitwiseOr", |call| two(call, "graph.or")),
    plain("ops.BitwiseXor", |call| two(call, "graph.xor")),
    plain("ops.BitwiseLeftShift", |call| two(call, "graph.shift_left")),
    plain("ops.LeftShift", |call| two(call, "graph.shift_left")),
    plain("ops.BitwiseRightShift", |call| two(call, "graph.shift_right")),
    plain("ops.RightShift", |call| two(call, "graph.shift_right")),
    plain("ops.Isclose", |call| Ok(vec![is_close(call)?])),
    plain("ops.AllClose", |call| {
        let close = is_close(call)?;
        let numbers = call.cast(close, ElementType::U8)?;
        let axes: Vec<usize> = (0..call.rank(numbers)).collect();
        let all = call.reduce("graph.reduce_min", numbers, &axes)?;
        let all = call.drop_axes(all, &axes)?;
        Ok(vec![call.cast(all, ElementType::I1)?])
    }),
    plain("ops.Where", |call| {
        let condition = call.values(0, "condition")?;
        let condition = as_truth(call, condition)?;
        let (on_true, on_false) = pair(call, (1, "x1"), (2, "x2"))?;
        Ok(vec![call.select(condition, on_true, on_false)?])
    }),
    plain("ops.Clip", |call| {
        let x = call.first()?;
        let (low, high) = (call.number_at(1, "x_min"), call.number_at(2, "x_max"));
        let mut y = x;
        for (place, name, op, known) in [(1, "x_min", "graph.maximum", low), (2, "x_max", "graph.minimum", high)] {
            if let (None, Some(bound)) = (known, call.argument(place, name)) {
                let (left, right) = promote(call, y, bound)?;
                y = call.binary(op, left, right)?;
            }
        }
        if call.setting_at(1, "x_min").or(call.setting_at(2, "x_max")).is_some() && low.or(high).is_none() {
            return Err("the bounds must be numbers or tensors".into());
        }
        Ok(vec![call.clamp(y, low, high)?])
    }),
];

/// Two arguments, of which one may be a number, in a type that holds both.
pub(super) fn operands(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let name = |call: &Call, place: usize| {
        let names = [["x1", "x2"], ["x", "y"]];
        let known =
            names.iter().map(|pair| pair[place]).find(|name| call.find(name).is_some() || call.setting(name).is_some());
        known.unwrap_or(names[0][place])
    };
    let (left, right) = (name(call, 0), name(call, 1));
    pair(call, (0, left), (1, right))
}

/// Two arguments by places and names.
pub(super) fn pair(call: &mut Call, left: (usize, &str), right: (usize, &str)) -> Result<(Tracked, Tracked), String> {
    match (call.argument(left.0, left.1), call.argument(right.0, right.1)) {
        (Some(a), Some(b)) => promote(call, a, b),
        (Some(a), None) => {
            let b = like(call, right, a)?;
            promote(call, a, b)
        }
        (None, Some(b)) => {
            let a = like(call, left, b)?;
            promote(call, a, b)
        }
        (None, None) => {
            let (a, b) = (call.values(left.0, left.1)?, call.values(right.0, right.1)?);
            promote(call, a, b)
        }
    }
}

/// A number or numbers that are an argument; whole ones and those beside floats are of the other argument's type.
fn like(call: &mut Call, (place, name): (usize, &str), other: Tracked) -> Result<Tracked, String> {
    let value = call.setting_at(place, name).ok_or_else(|| format!("argument {place} is missing"))?;
    let (element, kind) = (call.element(other), super::kind(value));
    let element = match kind {
        _ if element.is_float() => element,
        super::Kind::Truth if element == ElementType::I1 => element,
        super::Kind::Truth | super::Kind::Whole if element != ElementType::I1 => element,
        super::Kind::Truth | super::Kind::Whole => ElementType::I32,
        super::Kind::Broken => ElementType::F32,
    };
    numbers(call, value, element)
}

/// Both in the type that holds both: of floats the wider, the float of a float and an integer.
pub(super) fn promote(node: &mut Node, a: Tracked, b: Tracked) -> Result<(Tracked, Tracked), String> {
    let element = common(node.element(a), node.element(b));
    Ok((node.cast(a, element)?, node.cast(b, element)?))
}

/// The type that holds both of two types.
pub(super) fn common(left: ElementType, right: ElementType) -> ElementType {
    use ElementType::*;
    let (wide, narrow) = if left.bit_width() >= right.bit_width() { (left, right) } else { (right, left) };
    match (left.is_float(), right.is_float()) {
        _ if left == right => left,
        (true, false) => left,
        (false, true) => right,
        (true, true) if wide.bit_width() == narrow.bit_width() => F32,
        (true, true) => wide,
        // Of integers one more bit where one has a sign and the other has not.
        _ if wide == I1 || narrow == I1 || wide.is_signed_integer() == narrow.is_signed_integer() => wide,
        _ if wide.is_signed_integer() && wide.bit_width() > narrow.bit_width() => wide,
        _ => match wide.bit_width() {
            8 => I16,
            16 => I32,
            32 => I64,
            _ => F32,
        },
    }
}

/// What `work` makes of two tensors of one type.
fn made(call: &mut Call, work: impl FnOnce(&mut Node, Tracked, Tracked) -> Result<Tracked, String>) -> Results {
    let (left, right) = operands(call)?;
    Ok(vec![work(call, left, right)?])
}

/// What `work` makes of two tensors as floats.
fn of_floats(call: &mut Call, work: impl FnOnce(&mut Node, Tracked, Tracked) -> Result<Tracked, String>) -> Results {
    let (left, right) = operands(call)?;
    let (left, right) = (call.as_float(left)?, call.as_float(right)?);
    Ok(vec![work(call, left, right)?])
}

fn two(call: &mut Call, op: &str) -> Results {
    made(call, |node, left, right| node.binary(op, left, right))
}

/// One op of numbers, another one of truth values.
fn arithmetic(call: &mut Call, op: &str, of_truth: &str) -> Results {
    made(call, |node, left, right| {
        let op = if node.element(left) == ElementType::I1 { of_truth } else { op };
        node.binary(op, left, right)
    })
}

fn two_of_truth(call: &mut Call, op: &str) -> Results {
    let (left, right) = operands(call)?;
    let (left, right) = (as_truth(call, left)?, as_truth(call, right)?);
    Ok(vec![call.binary(op, left, right)?])
}

/// The quotient rounded down.
fn floor_divide(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let element = node.element(left);
    if element.is_float() {
        let quotient = node.binary("graph.divide", left, right)?;
        return node.unary("graph.floor", quotient);
    }
    // What is left over has the divisor's sign: without it the quotient is exact.
    let rest = node.binary("graph.modulo", left, right)?;
    let exact = node.binary("graph.subtract", left, rest)?;
    node.binary("graph.divide", exact, right)
}

fn divide_no_nan(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let quotient = node.binary("graph.divide", left, right)?;
    let is_zero = node.binary_scalar("graph.equal", right, 0.0)?;
    let zero = node.scalar(node.element(quotient), 0.0)?;
    node.select(is_zero, zero, quotient)
}

/// A larger or smaller one, of a number and what is none the number.
fn without_nan(node: &mut Node, a: Tracked, b: Tracked, op: &str) -> Result<Tracked, String> {
    let chosen = node.binary(op, a, b)?;
    if !node.element(a).is_float() {
        return Ok(chosen);
    }
    let (a_is_nan, b_is_nan) = (node.unary("graph.is_nan", a)?, node.unary("graph.is_nan", b)?);
    let chosen = node.select(b_is_nan, a, chosen)?;
    node.select(a_is_nan, b, chosen)
}

fn hypotenuse(node: &mut Node, a: Tracked, b: Tracked) -> Result<Tracked, String> {
    let (a, b) = (node.unary("graph.abs", a)?, node.unary("graph.abs", b)?);
    let (long, short) = (node.binary("graph.maximum", a, b)?, node.binary("graph.minimum", a, b)?);
    let share = divide_no_nan(node, short, long)?;
    let square = node.binary("graph.multiply", share, share)?;
    let more = node.binary_scalar("graph.add", square, 1.0)?;
    let root = node.unary("graph.sqrt", more)?;
    node.binary("graph.multiply", long, root)
}

/// `log(b^x + b^y)` to the base b, whose natural logarithm is `scale`.
fn log_of_sum(node: &mut Node, x: Tracked, y: Tracked, scale: f64) -> Result<Tracked, String> {
    let (most, difference) = (node.binary("graph.maximum", x, y)?, node.binary("graph.subtract", x, y)?);
    let distance = node.unary("graph.abs", difference)?;
    let exponent = node.binary_scalar("graph.multiply", distance, -scale)?;
    let power = node.unary("graph.exp", exponent)?;
    let log = logarithm_of_one_more(node, power)?;
    let log = node.binary_scalar("graph.divide", log, scale)?;
    let sum = node.binary("graph.add", most, log)?;
    // The difference of equal infinities is no number.
    let are_equal = node.binary("graph.equal", x, y)?;
    let more = node.binary_scalar("graph.add", x, LN_2 / scale)?;
    node.select(are_equal, more, sum)
}

/// 0 below 0, 1 above, and what the other argument says at 0.
fn heaviside(node: &mut Node, x: Tracked, at_zero: Tracked) -> Result<Tracked, String> {
    let element = node.element(x);
    let (zero, one) = (node.scalar(element, 0.0)?, node.scalar(element, 1.0)?);
    let is_above = node.binary_scalar("graph.greater", x, 0.0)?;
    let is_zero = node.binary_scalar("graph.equal", x, 0.0)?;
    let step = node.select(is_above, one, zero)?;
    node.select(is_zero, at_zero, step)
}

/// Euclid's algorithm, with as many steps as numbers of the type can need.
fn greatest_divisor(node: &mut Node, a: Tracked, b: Tracked) -> Result<Tracked, String> {
    let element = node.element(a);
    if !element.is_integer() {
        return Err("only integers have a greatest common divisor".into());
    }
    let (a, b) = (node.unary("graph.abs", a)?, node.unary("graph.abs", b)?);
    let shape = crate::conversion::emit::broadcast_shape(&[node.shape(a), node.shape(b)])?;
    let initial = vec![node.broadcast(a, &shape)?, node.broadcast(b, &shape)?];
    // Each two steps halve the larger one (Lamé).
    let rounds = 3 * element.bit_width() as u64 / 2;
    let results = node.repeat(rounds, initial, |node, _, carried| {
        let (a, b) = (carried[0], carried[1]);
        let is_zero = node.binary_scalar("graph.equal", b, 0.0)?;
        let one = node.scalar(element, 1.0)?;
        let divisor = node.select(is_zero, one, b)?;
        let rest = node.binary("graph.modulo", a, divisor)?;
        let zero = node.scalar(element, 0.0)?;
        Ok(vec![node.select(is_zero, a, b)?, node.select(is_zero, zero, rest)?])
    })?;
    Ok(results[0])
}

fn least_multiple(node: &mut Node, a: Tracked, b: Tracked) -> Result<Tracked, String> {
    let divisor = greatest_divisor(node, a, b)?;
    let divisor = node.clamp(divisor, Some(1.0), None)?;
    let (a, b) = (node.unary("graph.abs", a)?, node.unary("graph.abs", b)?);
    let share = node.binary("graph.divide", a, divisor)?;
    node.binary("graph.multiply", share, b)
}

/// Whether elements differ by no more than a share of the second and a bit.
fn is_close(call: &mut Call) -> Result<Tracked, String> {
    let (a, b) = operands(call)?;
    let (a, b) = (call.as_float(a)?, call.as_float(b)?);
    let (share, bit) = (call.number_at(2, "rtol").unwrap_or(1e-5), call.number_at(3, "atol").unwrap_or(1e-8));
    let difference = call.binary("graph.subtract", a, b)?;
    let distance = call.unary("graph.abs", difference)?;
    let size = call.unary("graph.abs", b)?;
    let allowed = call.binary_scalar("graph.multiply", size, share)?;
    let allowed = call.binary_scalar("graph.add", allowed, bit)?;
    let is_near = call.binary("graph.less_equal", distance, allowed)?;
    // Infinities are near to themselves alone.
    let is_finite = crate::conversion::functions::is_finite(call, b)?;
    let is_near = call.binary("graph.and", is_near, is_finite)?;
    let is_same = call.binary("graph.equal", a, b)?;
    let is_near = call.binary("graph.or", is_near, is_same)?;
    if !call.is_set("equal_nan", false) {
        return Ok(is_near);
    }
    let (a_is_nan, b_is_nan) = (call.unary("graph.is_nan", a)?, call.unary("graph.is_nan", b)?);
    let both = call.binary("graph.and", a_is_nan, b_is_nan)?;
    call.binary("graph.or", is_near, both)
}
