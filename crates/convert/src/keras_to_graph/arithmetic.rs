//! Operations of `keras.ops` element by element, and reductions.

use super::call::{Call, Row, plain};
use super::normalization::axes_of;
use super::preprocessing::numbers;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Add", |call| two(call, "graph.add")),
    plain("ops.Subtract", |call| two(call, "graph.subtract")),
    plain("ops.Multiply", |call| two(call, "graph.multiply")),
    plain("ops.Divide", divide),
    plain("ops.TrueDivide", divide),
    plain("ops.Maximum", |call| two(call, "graph.maximum")),
    plain("ops.Minimum", |call| two(call, "graph.minimum")),
    plain("ops.Power", |call| two(call, "graph.power")),
    plain("ops.Mod", |call| two(call, "graph.modulo")),
    plain("ops.FloorDivide", |call| {
        let (left, right) = operands(call)?;
        if !call.element(left).is_float() {
            return Err("floor division of integers is not supported; cast them to floats".into());
        }
        let quotient = call.binary("graph.divide", left, right)?;
        Ok(vec![call.unary("graph.floor", quotient)?])
    }),
    plain("ops.Arctan2", |call| two(call, "graph.atan2")),
    plain("ops.Equal", |call| two(call, "graph.equal")),
    plain("ops.NotEqual", |call| two(call, "graph.not_equal")),
    plain("ops.Greater", |call| two(call, "graph.greater")),
    plain("ops.GreaterEqual", |call| two(call, "graph.greater_equal")),
    plain("ops.Less", |call| two(call, "graph.less")),
    plain("ops.LessEqual", |call| two(call, "graph.less_equal")),
    plain("ops.LogicalAnd", |call| two_of_truth(call, "graph.and")),
    plain("ops.LogicalOr", |call| two_of_truth(call, "graph.or")),
    plain("ops.LogicalXor", |call| two_of_truth(call, "graph.xor")),
    plain("ops.LogicalNot", |call| {
        let x = call.first()?;
        let x = as_truth(call, x)?;
        Ok(vec![call.unary("graph.not", x)?])
    }),
    plain("ops.Abs", |call| one(call, "graph.abs")),
    plain("ops.Absolute", |call| one(call, "graph.abs")),
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
    plain("ops.Round", |call| one_float(call, "graph.round")),
    plain("ops.Isnan", |call| one_float(call, "graph.is_nan")),
    plain("ops.Isinf", |call| one_float(call, "graph.is_inf")),
    plain("ops.Expm1", |call| {
        let x = one_float(call, "graph.exp")?[0];
        Ok(vec![call.binary_scalar("graph.subtract", x, 1.0)?])
    }),
    plain("ops.Log1p", |call| {
        let x = first_float(call)?;
        let more = call.binary_scalar("graph.add", x, 1.0)?;
        Ok(vec![call.unary("graph.log", more)?])
    }),
    plain("ops.Log2", |call| scaled_log(call, std::f64::consts::LOG2_E)),
    plain("ops.Log10", |call| scaled_log(call, std::f64::consts::LOG10_E)),
    plain("ops.Square", |call| {
        let x = call.first()?;
        Ok(vec![call.binary("graph.multiply", x, x)?])
    }),
    plain("ops.Clip", |call| {
        let x = call.first()?;
        let bound =
            |call: &Call, place: usize, name: &str| call.setting_at(place, name).and_then(|bound| bound.as_f64());
        let (low, high) = (bound(call, 1, "x_min"), bound(call, 2, "x_max"));
        Ok(vec![call.clamp(x, low, high)?])
    }),
    plain("ops.Where", |call| {
        let condition = call.argument(0, "condition").ok_or("the condition is missing")?;
        let condition = as_truth(call, condition)?;
        let (on_true, on_false) = pair(call, (1, "x1"), (2, "x2"))?;
        Ok(vec![call.select(condition, on_true, on_false)?])
    }),
    plain("ops.Sum", |call| reduce(call, "graph.reduce_sum", Kept::Type)),
    plain("ops.Prod", |call| reduce(call, "graph.reduce_product", Kept::Type)),
    plain("ops.Max", |call| reduce(call, "graph.reduce_max", Kept::Type)),
    plain("ops.Amax", |call| reduce(call, "graph.reduce_max", Kept::Type)),
    plain("ops.Min", |call| reduce(call, "graph.reduce_min", Kept::Type)),
    plain("ops.Amin", |call| reduce(call, "graph.reduce_min", Kept::Type)),
    plain("ops.Mean", |call| reduce(call, "graph.reduce_mean", Kept::Float)),
    plain("ops.Any", |call| reduce(call, "graph.reduce_max", Kept::Truth)),
    plain("ops.All", |call| reduce(call, "graph.reduce_min", Kept::Truth)),
    plain("ops.Var", |call| {
        let x = first_float(call)?;
        Ok(vec![variance(call, x)?])
    }),
    plain("ops.Std", |call| {
        let x = first_float(call)?;
        let variance = variance(call, x)?;
        Ok(vec![call.unary("graph.sqrt", variance)?])
    }),
    plain("ops.Logsumexp", |call| {
        let x = first_float(call)?;
        let axes = reduced_axes(call, x)?;
        let most = call.reduce("graph.reduce_max", x, &axes)?;
        let shifted = call.binary("graph.subtract", x, most)?;
        let powers = call.unary("graph.exp", shifted)?;
        let sum = call.reduce("graph.reduce_sum", powers, &axes)?;
        let log = call.unary("graph.log", sum)?;
        let result = call.binary("graph.add", log, most)?;
        Ok(vec![kept(call, result, &axes)?])
    }),
];

fn one(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    Ok(vec![call.unary(op, x)?])
}

/// The argument, integers as `f32`.
pub(crate) fn first_float(call: &mut Call) -> Result<Tracked, String> {
    let x = call.first()?;
    if call.element(x).is_float() { Ok(x) } else { call.cast(x, ElementType::F32) }
}

fn one_float(call: &mut Call, op: &str) -> Results {
    let x = first_float(call)?;
    Ok(vec![call.unary(op, x)?])
}

fn scaled_log(call: &mut Call, factor: f64) -> Results {
    let x = first_float(call)?;
    let log = call.unary("graph.log", x)?;
    Ok(vec![call.binary_scalar("graph.multiply", log, factor)?])
}

/// Two arguments, of which one may be a number, in a type that holds both.
fn operands(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let name = |call: &Call, place: usize| {
        let names = [["x1", "x2"], ["x", "y"]];
        let known =
            names.iter().map(|pair| pair[place]).find(|name| call.find(name).is_some() || call.setting(name).is_some());
        known.unwrap_or(names[0][place])
    };
    let (left, right) = (name(call, 0), name(call, 1));
    pair(call, (0, left), (1, right))
}

fn pair(call: &mut Call, left: (usize, &str), right: (usize, &str)) -> Result<(Tracked, Tracked), String> {
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
        (None, None) => Err("at least one argument must be a tensor".into()),
    }
}

/// A number or numbers that are an argument; whole ones and those beside floats are of the other argument's type.
fn like(call: &mut Call, (place, name): (usize, &str), other: Tracked) -> Result<Tracked, String> {
    let value = call.setting_at(place, name).ok_or_else(|| format!("argument {place} is missing"))?;
    let element = call.element(other);
    let is_whole = value.as_i64().is_some() || value.as_i64s().is_some();
    let element = match element.is_float() || is_whole && element != ElementType::I1 {
        true => element,
        false if is_whole => ElementType::I32,
        false => ElementType::F32,
    };
    numbers(call, value, element)
}

/// Both in the type that holds both: of floats the wider, `f32` of a float and an integer.
fn promote(call: &mut Call, a: Tracked, b: Tracked) -> Result<(Tracked, Tracked), String> {
    let (left, right) = (call.element(a), call.element(b));
    if left == right {
        return Ok((a, b));
    }
    let element = match (left.is_float(), right.is_float()) {
        (true, false) => left,
        (false, true) => right,
        _ if left.bit_width() >= right.bit_width() => left,
        _ => right,
    };
    Ok((call.cast(a, element)?, call.cast(b, element)?))
}

fn two(call: &mut Call, op: &str) -> Results {
    let (left, right) = operands(call)?;
    Ok(vec![call.binary(op, left, right)?])
}

fn divide(call: &mut Call) -> Results {
    let (left, right) = operands(call)?;
    match call.element(left).is_float() {
        true => Ok(vec![call.binary("graph.divide", left, right)?]),
        false => {
            let (left, right) = (call.cast(left, ElementType::F32)?, call.cast(right, ElementType::F32)?);
            Ok(vec![call.binary("graph.divide", left, right)?])
        }
    }
}

/// Whether each element is not 0.
pub(crate) fn as_truth(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    if call.element(x) == ElementType::I1 { Ok(x) } else { call.binary_scalar("graph.not_equal", x, 0.0) }
}

fn two_of_truth(call: &mut Call, op: &str) -> Results {
    let (left, right) = operands(call)?;
    let (left, right) = (as_truth(call, left)?, as_truth(call, right)?);
    Ok(vec![call.binary(op, left, right)?])
}

/// The element type of a reduction's result.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Type,
    Float,
    Truth,
}

/// The axes that an operation reduces: all, if it does not say.
fn reduced_axes(call: &Call, x: Tracked) -> Result<Vec<usize>, String> {
    match call.setting_at(1, "axis") {
        None => Ok((0..call.rank(x)).collect()),
        Some(_) if call.setting("axis").is_none() => axes_of(call, "1", -1, call.rank(x)),
        Some(_) => axes_of(call, "axis", -1, call.rank(x)),
    }
}

/// A reduced tensor without the axes, unless they are kept.
fn kept(call: &mut Call, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    if call.is_set("keepdims", false) { Ok(x) } else { call.drop_axes(x, axes) }
}

fn reduce(call: &mut Call, op: &str, result: Kept) -> Results {
    let mut x = if result == Kept::Float { first_float(call)? } else { call.first()? };
    if result == Kept::Truth {
        let truth = as_truth(call, x)?;
        x = call.cast(truth, ElementType::U8)?;
    } else if call.element(x) == ElementType::I1 {
        x = call.cast(x, ElementType::I32)?;
    }
    let axes = reduced_axes(call, x)?;
    let reduced = call.reduce(op, x, &axes)?;
    let reduced = kept(call, reduced, &axes)?;
    Ok(vec![if result == Kept::Truth { call.cast(reduced, ElementType::I1)? } else { reduced }])
}

fn variance(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let axes = reduced_axes(call, x)?;
    let mean = call.reduce("graph.reduce_mean", x, &axes)?;
    let centred = call.binary("graph.subtract", x, mean)?;
    let squares = call.binary("graph.multiply", centred, centred)?;
    let variance = call.reduce("graph.reduce_mean", squares, &axes)?;
    kept(call, variance, &axes)
}
