//! Elementwise operators.

use crate::conversion::datum::{Data, data};
pub(crate) use crate::conversion::functions::{angle, constant_of, exponential_less_one, filled_like};
use crate::conversion::functions::{erfc, invert, is_finite, logarithm_of_one_more, zero_where_zero};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row, row_of_data};
use crate::conversion::state::Tracked;
use crate::conversion::text;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

/// A row of an operator that is one op of one operand.
macro_rules! unary {
    ($name:literal, $op:literal) => {
        row($name, |node| {
            let x = node.input(0)?;
            Ok(vec![node.unary($op, x)?])
        })
    };
}

/// A row of an operator that is one op of two operands.
macro_rules! binary {
    ($name:literal, $op:literal) => {
        row($name, |node| {
            let (left, right) = (node.input(0)?, node.input(1)?);
            Ok(vec![node.binary($op, left, right)?])
        })
    };
}

/// A row of an operator made of several ops of one operand.
macro_rules! composed {
    ($name:literal, $function:expr) => {
        row($name, |node| {
            let x = node.input(0)?;
            Ok(vec![$function(node, x)?])
        })
    };
}

pub(crate) const ROWS: &[Row] = &[
    unary!("Abs", "graph.abs"),
    unary!("Acos", "graph.acos"),
    unary!("Acosh", "graph.acosh"),
    unary!("Asin", "graph.asin"),
    unary!("Asinh", "graph.asinh"),
    unary!("Atan", "graph.atan"),
    unary!("Atanh", "graph.atanh"),
    unary!("Ceil", "graph.ceil"),
    unary!("Cos", "graph.cos"),
    unary!("Cosh", "graph.cosh"),
    unary!("Erf", "graph.erf"),
    composed!("Exp", super::complex::exponential),
    unary!("Floor", "graph.floor"),
    unary!("IsInf", "graph.is_inf"),
    unary!("IsNan", "graph.is_nan"),
    unary!("Inv", "graph.reciprocal"),
    unary!("Log", "graph.log"),
    unary!("LogicalNot", "graph.not"),
    unary!("Neg", "graph.negate"),
    unary!("Reciprocal", "graph.reciprocal"),
    unary!("Relu", "graph.relu"),
    unary!("Rint", "graph.round"),
    unary!("Rsqrt", "graph.rsqrt"),
    unary!("Sigmoid", "graph.sigmoid"),
    unary!("Sign", "graph.sign"),
    unary!("Sin", "graph.sin"),
    unary!("Sinh", "graph.sinh"),
    unary!("Softplus", "graph.softplus"),
    unary!("Softsign", "graph.softsign"),
    unary!("Sqrt", "graph.sqrt"),
    unary!("Tan", "graph.tan"),
    unary!("Tanh", "graph.tanh"),
    row("Add", add),
    row("AddV2", add),
    binary!("BitwiseAnd", "graph.and"),
    binary!("BitwiseOr", "graph.or"),
    binary!("BitwiseXor", "graph.xor"),
    binary!("Div", "graph.divide"),
    row("Equal", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        Ok(vec![are_equal(node, left, right)?])
    }),
    binary!("FloorMod", "graph.modulo"),
    binary!("Greater", "graph.greater"),
    binary!("GreaterEqual", "graph.greater_equal"),
    binary!("LeftShift", "graph.shift_left"),
    binary!("Less", "graph.less"),
    binary!("LessEqual", "graph.less_equal"),
    binary!("LogicalAnd", "graph.and"),
    binary!("LogicalOr", "graph.or"),
    binary!("Maximum", "graph.maximum"),
    binary!("Minimum", "graph.minimum"),
    binary!("Mod", "graph.remainder"),
    row("Mul", super::complex::multiply),
    row("NotEqual", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        if node.element(left) == ElementType::String {
            let are_equal = are_equal(node, left, right)?;
            return Ok(vec![node.unary("graph.not", are_equal)?]);
        }
        Ok(vec![node.binary("graph.not_equal", left, right)?])
    }),
    binary!("Pow", "graph.power"),
    binary!("RealDiv", "graph.divide"),
    binary!("RightShift", "graph.shift_right"),
    binary!("Sub", "graph.subtract"),
    binary!("TruncateDiv", "graph.divide"),
    binary!("TruncateMod", "graph.remainder"),
    composed!("Elu", elu),
    composed!("Erfc", erfc),
    composed!("Expm1", exponential_less_one),
    composed!("IsFinite", is_finite),
    composed!("Log1p", logarithm_of_one_more),
    composed!("Invert", invert),
    composed!("Relu6", |node: &mut Node, x| node.clamp(x, Some(0.0), Some(6.0))),
    composed!("Round", |node: &mut Node, x| match node.element(x).is_float() {
        true => node.unary("graph.round", x),
        false => Ok(x),
    }),
    composed!("Selu", selu),
    composed!("Square", |node: &mut Node, x| node.binary("graph.multiply", x, x)),
    composed!("OnesLike", |node: &mut Node, x| filled_like(node, x, 1.0)),
    composed!("ZerosLike", |node: &mut Node, x| filled_like(node, x, 0.0)),
    composed!("LeakyRelu", |node: &mut Node, x| {
        let slope = node.float_or("alpha", f64::from(0.2f32));
        let scaled = node.binary_scalar("graph.multiply", x, slope)?;
        let is_positive = node.binary_scalar("graph.greater", x, 0.0)?;
        node.select(is_positive, x, scaled)
    }),
    row("AddN", |node| {
        let inputs = node.inputs()?;
        let (&first, rest) = inputs.split_first().ok_or("there is nothing to add")?;
        Ok(vec![rest.iter().try_fold(first, |sum, &next| node.binary("graph.add", sum, next))?])
    }),
    row("ApproximateEqual", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let difference = node.binary("graph.subtract", left, right)?;
        let distance = node.unary("graph.abs", difference)?;
        let tolerance = node.float_or("tolerance", f64::from(1e-5f32));
        Ok(vec![node.binary_scalar("graph.less", distance, tolerance)?])
    }),
    row("Atan2", atan2),
    row("ClipByValue", |node| {
        let (x, low, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let below = node.binary("graph.minimum", x, high)?;
        Ok(vec![node.binary("graph.maximum", below, low)?])
    }),
    row("DivNoNan", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let quotient = node.binary("graph.divide", left, right)?;
        Ok(vec![zero_where_zero(node, right, quotient)?])
    }),
    row("FloorDiv", floor_divide),
    row("MulNoNan", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let product = node.binary("graph.multiply", left, right)?;
        Ok(vec![zero_where_zero(node, right, product)?])
    }),
    row("SquaredDifference", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let difference = node.binary("graph.subtract", left, right)?;
        Ok(vec![node.binary("graph.multiply", difference, difference)?])
    }),
    row("Xdivy", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let quotient = node.binary("graph.divide", left, right)?;
        Ok(vec![zero_where_zero(node, left, quotient)?])
    }),
    row("Xlogy", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let logarithm = node.unary("graph.log", right)?;
        let product = node.binary("graph.multiply", left, logarithm)?;
        Ok(vec![zero_where_zero(node, left, product)?])
    }),
    row("Xlog1py", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let logarithm = logarithm_of_one_more(node, right)?;
        let product = node.binary("graph.multiply", left, logarithm)?;
        Ok(vec![zero_where_zero(node, left, product)?])
    }),
    row("Select", select_rows),
    row("SelectV2", |node| {
        let (condition, left, right) = (node.input(0)?, node.input(1)?, node.input(2)?);
        Ok(vec![node.select(condition, left, right)?])
    }),
    row_of_data("Cast", cast),
    row("Bitcast", |node| {
        let x = node.input(0)?;
        let to = node.element_attribute("type", ElementType::F32)?;
        if to.bit_width() != node.element(x).bit_width() {
            return Err("only element types of one size are supported".into());
        }
        let shape = node.shape(x).to_vec();
        Ok(vec![node.emit_as("graph.bitcast", &[x], &[], &shape, kiln_ir::Type::from_element(to))?])
    }),
    row_of_data("Identity", pass),
    row_of_data("IdentityN", pass),
    row_of_data("Snapshot", pass),
    row_of_data("StopGradient", pass),
    row_of_data("PreventGradient", pass),
    row_of_data("CheckNumerics", pass),
    row_of_data("DeepCopy", pass),
    row_of_data("Copy", pass),
    row_of_data("CopyHost", pass),
    row_of_data("Print", |node| Ok(vec![node.datum(0)?])),
];

/// Sums of numbers; strings stand one behind the other.
fn add(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    match node.element(left) {
        ElementType::String => Ok(vec![text::joined(node, left, right)?]),
        _ => Ok(vec![node.binary("graph.add", left, right)?]),
    }
}

/// Whether numbers or strings are equal.
pub(crate) fn are_equal(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    match node.element(left) {
        ElementType::String => text::equal(node, left, right),
        _ => node.binary("graph.equal", left, right),
    }
}

/// Operators that change nothing.
fn pass(node: &mut Node) -> Data {
    (0..node.output_count()).map(|index| node.datum(index)).collect()
}

fn cast(node: &mut Node) -> Data {
    let x = super::complex::real_part_to_cast(node)?;
    let to = node.element_attribute("DstT", ElementType::F32)?;
    if [node.element(x), to].contains(&ElementType::String) {
        return Err("casts of strings are not supported".into());
    }
    if matches!(to, ElementType::C64 | ElementType::C128) {
        return Ok(data(vec![super::complex::from_real(node, x, to)?]));
    }
    Ok(data(vec![node.cast(x, to)?]))
}

fn elu(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let below = node.clamp(x, None, Some(0.0))?;
    let power = exponential_less_one(node, below)?;
    let is_positive = node.binary_scalar("graph.greater", x, 0.0)?;
    node.select(is_positive, x, power)
}

/// The scale and the slope of self-normalizing networks (Klambauer et al. 2017).
const SELU: (f64, f64) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);

fn selu(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let below = node.clamp(x, None, Some(0.0))?;
    let power = exponential_less_one(node, below)?;
    let below = node.binary_scalar("graph.multiply", power, SELU.0 * SELU.1)?;
    let above = node.binary_scalar("graph.multiply", x, SELU.0)?;
    let is_positive = node.binary_scalar("graph.greater", x, 0.0)?;
    node.select(is_positive, above, below)
}

/// The quotient rounded down.
fn floor_divide(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    if element.is_float() {
        let quotient = node.binary("graph.divide", left, right)?;
        return Ok(vec![node.unary("graph.floor", quotient)?]);
    }
    let known = |x: Tracked| node.content(x).and_then(|content| content.integers());
    if let (Some(lefts), Some(rights)) = (known(left), known(right))
        && let (&[dividend], &[divisor]) = (lefts.as_slice(), rights.as_slice())
        && let Some(quotient) = dividend.floor_div(divisor)
        && node.rank(left).max(node.rank(right)) == 0
    {
        let quotient = node.extent(quotient);
        return Ok(vec![node.cast(quotient, element)?]);
    }
    if !element.is_signed_integer() {
        return Ok(vec![node.binary("graph.divide", left, right)?]);
    }
    // What is left over has the divisor's sign: without it the quotient is exact.
    let rest = node.binary("graph.modulo", left, right)?;
    let exact = node.binary("graph.subtract", left, rest)?;
    Ok(vec![node.binary("graph.divide", exact, right)?])
}

fn atan2(node: &mut Node) -> Results {
    let (y, x) = (node.input(0)?, node.input(1)?);
    Ok(vec![angle(node, y, x)?])
}

/// The first version: a condition that is a vector chooses rows.
fn select_rows(node: &mut Node) -> Results {
    let (mut condition, left, right) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let shape = node.shape(left).to_vec();
    let right = node.expect_shape(right, &shape, "what is chosen from")?;
    if node.rank(condition) == 1 && shape.len() > 1 {
        condition = node.expect_shape(condition, &shape[..1], "the condition")?;
        let mut column = vec![Dim::Static(1); shape.len()];
        column[0] = shape[0];
        condition = node.reshape(condition, &column)?;
    } else if node.rank(condition) > 0 {
        condition = node.expect_shape(condition, &shape, "the condition")?;
    }
    Ok(vec![node.select(condition, left, right)?])
}
