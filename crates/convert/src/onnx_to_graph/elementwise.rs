//! Operators that are one elementwise graph op, and variadic ones that are chains of it.

use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Abs", |node| one(node, "graph.abs")),
    row("Neg", |node| one(node, "graph.negate")),
    row("Exp", |node| one(node, "graph.exp")),
    row("Log", |node| one(node, "graph.log")),
    row("Sqrt", |node| one(node, "graph.sqrt")),
    row("Reciprocal", |node| one(node, "graph.reciprocal")),
    row("Sin", |node| one(node, "graph.sin")),
    row("Cos", |node| one(node, "graph.cos")),
    row("Tan", |node| one(node, "graph.tan")),
    row("Asin", |node| one(node, "graph.asin")),
    row("Acos", |node| one(node, "graph.acos")),
    row("Atan", |node| one(node, "graph.atan")),
    row("Sinh", |node| one(node, "graph.sinh")),
    row("Cosh", |node| one(node, "graph.cosh")),
    row("Tanh", |node| one(node, "graph.tanh")),
    row("Asinh", |node| one(node, "graph.asinh")),
    row("Acosh", |node| one(node, "graph.acosh")),
    row("Atanh", |node| one(node, "graph.atanh")),
    row("Erf", |node| one(node, "graph.erf")),
    row("Sigmoid", |node| one(node, "graph.sigmoid")),
    row("Relu", |node| one(node, "graph.relu")),
    row("Floor", |node| one(node, "graph.floor")),
    row("Ceil", |node| one(node, "graph.ceil")),
    row("Round", |node| one(node, "graph.round")),
    row("Sign", |node| one(node, "graph.sign")),
    row("Not", |node| one(node, "graph.not")),
    row("BitwiseNot", |node| one(node, "graph.not")),
    row("IsNaN", |node| one(node, "graph.is_nan")),
    row("IsInf", is_inf),
    row("Add", |node| two(node, "graph.add")),
    row("Sub", |node| two(node, "graph.subtract")),
    row("Mul", |node| two(node, "graph.multiply")),
    row("Div", |node| two(node, "graph.divide")),
    row("Pow", power),
    row("Mod", modulo),
    row("And", |node| two(node, "graph.and")),
    row("Or", |node| two(node, "graph.or")),
    row("Xor", |node| two(node, "graph.xor")),
    row("BitwiseAnd", |node| two(node, "graph.and")),
    row("BitwiseOr", |node| two(node, "graph.or")),
    row("BitwiseXor", |node| two(node, "graph.xor")),
    row("BitShift", shift),
    row("Equal", |node| match (node.input(0)?, node.input(1)?) {
        (left, right) if node.element(left) == ElementType::String => {
            Ok(vec![crate::conversion::text::equal(node, left, right)?])
        }
        _ => two(node, "graph.equal"),
    }),
    row("Less", |node| two(node, "graph.less")),
    row("LessOrEqual", |node| two(node, "graph.less_equal")),
    row("Greater", |node| two(node, "graph.greater")),
    row("GreaterOrEqual", |node| two(node, "graph.greater_equal")),
    row("Min", |node| Ok(vec![chain(node, "graph.minimum")?])),
    row("Max", |node| Ok(vec![chain(node, "graph.maximum")?])),
    row("Sum", |node| Ok(vec![chain(node, "graph.add")?])),
    row("Mean", mean),
    row("Where", choose),
];

fn one(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    Ok(vec![node.unary(op, x)?])
}

fn two(node: &mut Node, op: &str) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let right = stretch(node, left, right)?;
    Ok(vec![node.binary(op, left, right)?])
}

/// Before opset 7, the axes of the right operand are those of the left one from attribute `axis` on, or its last ones.
fn stretch(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let (rank, own) = (node.rank(left), node.rank(right));
    let Some(axis) = node.int("axis").filter(|_| node.version < 7 && rank != own) else { return Ok(right) };
    let axis = normalize_axis(axis, rank)?;
    let after = rank.checked_sub(axis + own).ok_or("the second input has axes beyond those of the first")?;
    let mut shape = node.shape(right).to_vec();
    shape.resize(own + after, Dim::Static(1));
    node.reshape(right, &shape)
}

fn choose(node: &mut Node) -> Results {
    let (condition, on_true, on_false) = (node.input(0)?, node.input(1)?, node.input(2)?);
    Ok(vec![node.select(condition, on_true, on_false)?])
}

fn chain(node: &mut Node, op: &str) -> Result<Tracked, String> {
    let inputs = node.inputs()?;
    let mut result = *inputs.first().ok_or("there are no inputs")?;
    for &input in &inputs[1..] {
        result = node.binary(op, result, input)?;
    }
    Ok(result)
}

fn mean(node: &mut Node) -> Results {
    let sum = chain(node, "graph.add")?;
    let count = node.input_count() as f64;
    Ok(vec![node.binary_scalar("graph.divide", sum, count)?])
}

/// The exponent may have another type than the base, whose type the result has.
fn power(node: &mut Node) -> Results {
    let (base, exponent) = (node.input(0)?, node.input(1)?);
    let exponent = stretch(node, base, exponent)?;
    let (from, to) = (node.element(base), node.element(exponent));
    if from.is_integer() && to.is_float() {
        let wide = node.cast(base, ElementType::F64)?;
        let exponent = node.cast(exponent, ElementType::F64)?;
        let power = node.binary("graph.power", wide, exponent)?;
        let whole = snap(node, power)?;
        return Ok(vec![node.cast(whole, from)?]);
    }
    let exponent = node.cast(exponent, from)?;
    Ok(vec![node.binary("graph.power", base, exponent)?])
}

/// The nearest whole number in place of one that differs from it by no more than a power's rounding error, which
/// truncation would otherwise make the next smaller.
fn snap(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let nearest = node.unary("graph.round", x)?;
    let distance = node.binary("graph.subtract", x, nearest)?;
    let distance = node.unary("graph.abs", distance)?;
    let magnitude = node.unary("graph.abs", x)?;
    let bound = node.binary_scalar("graph.multiply", magnitude, 2f64.powi(-42))?;
    let is_near = node.binary("graph.less", distance, bound)?;
    node.select(is_near, nearest, x)
}

/// The remainder has the sign of the divisor, or with `fmod` that of the dividend.
fn modulo(node: &mut Node) -> Results {
    let fmod = node.flag("fmod", false);
    two(node, if fmod { "graph.remainder" } else { "graph.modulo" })
}

/// A negative amount shifts out every bit, as one that is too large does.
fn shift(node: &mut Node) -> Results {
    let op = match node.string_or("direction", "") {
        "LEFT" => "graph.shift_left",
        "RIGHT" => "graph.shift_right",
        other => return Err(format!("direction \"{other}\" is neither LEFT nor RIGHT")),
    };
    let (x, mut amount) = (node.input(0)?, node.input(1)?);
    let element = node.element(amount);
    if element.is_signed_integer() {
        let (zero, all) = (node.scalar(element, 0.0)?, node.scalar(element, element.bit_width() as f64)?);
        let negative = node.binary("graph.less", amount, zero)?;
        amount = node.select(negative, all, amount)?;
    }
    Ok(vec![node.binary(op, x, amount)?])
}

fn is_inf(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (positive, negative) = (node.flag("detect_positive", true), node.flag("detect_negative", true));
    if positive && negative {
        return Ok(vec![node.unary("graph.is_inf", x)?]);
    }
    let infinity = if positive { f64::INFINITY } else { f64::NEG_INFINITY };
    if positive || negative {
        let bound = node.scalar(node.element(x), infinity)?;
        return Ok(vec![node.binary("graph.equal", x, bound)?]);
    }
    let never = node.unary("graph.is_inf", x)?;
    let none = node.tensor(kiln_tensor::Tensor::from_bools(&[], &[false]))?;
    Ok(vec![node.emit("graph.and", &[never, none], &[])?])
}
