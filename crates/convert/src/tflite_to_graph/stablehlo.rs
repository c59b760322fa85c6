//! Operators of StableHLO, whose operands have the shapes that they need.

use super::elementwise::binary;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{dim, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("STABLEHLO_ABS", |node| unary(node, "graph.abs")),
    row("STABLEHLO_ADD", |node| binary(node, "graph.add")),
    row("STABLEHLO_AND", |node| binary(node, "graph.and")),
    row("STABLEHLO_BROADCAST_IN_DIM", broadcast),
    row("STABLEHLO_CBRT", cube_root),
    row("STABLEHLO_CLAMP", |node| {
        let (low, x, high) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let raised = node.binary("graph.maximum", x, low)?;
        Ok(vec![node.binary("graph.minimum", raised, high)?])
    }),
    row("STABLEHLO_COMPARE", compare),
    row("STABLEHLO_CONCATENATE", |node| {
        let parts = node.inputs()?;
        let first = *parts.first().ok_or("there is nothing to concatenate")?;
        let axis = normalize_axis(node.option_int("dimension"), node.rank(first))?;
        Ok(vec![node.concat(&parts, axis)?])
    }),
    row("STABLEHLO_CONVERT", |node| {
        let (x, element) = (node.input(0)?, node.result_element(0)?);
        Ok(vec![node.cast(x, element)?])
    }),
    row("STABLEHLO_COSINE", |node| unary(node, "graph.cos")),
    row("STABLEHLO_DIVIDE", |node| binary(node, "graph.divide")),
    row("STABLEHLO_EXPONENTIAL", |node| unary(node, "graph.exp")),
    row("STABLEHLO_FLOOR", |node| unary(node, "graph.floor")),
    row("STABLEHLO_IOTA", iota),
    row("STABLEHLO_LOG", |node| unary(node, "graph.log")),
    row("STABLEHLO_LOGISTIC", |node| unary(node, "graph.sigmoid")),
    row("STABLEHLO_MAXIMUM", |node| binary(node, "graph.maximum")),
    row("STABLEHLO_MINIMUM", |node| binary(node, "graph.minimum")),
    row("STABLEHLO_MULTIPLY", |node| binary(node, "graph.multiply")),
    row("STABLEHLO_NEGATE", |node| unary(node, "graph.negate")),
    row("STABLEHLO_OR", |node| binary(node, "graph.or")),
    row("STABLEHLO_POWER", |node| binary(node, "graph.power")),
    row("STABLEHLO_REMAINDER", |node| binary(node, "graph.remainder")),
    row("STABLEHLO_RESHAPE", |node| {
        let (x, shape) = (node.input(0)?, result_shape(node)?);
        Ok(vec![node.reshape(x, &shape)?])
    }),
    row("STABLEHLO_RSQRT", |node| unary(node, "graph.rsqrt")),
    row("STABLEHLO_SELECT", |node| {
        let (condition, on_true, on_false) = (node.input(0)?, node.input(1)?, node.input(2)?);
        Ok(vec![node.select(condition, on_true, on_false)?])
    }),
    row("STABLEHLO_SHIFT_LEFT", |node| binary(node, "graph.shift_left")),
    row("STABLEHLO_SLICE", slice),
    row("STABLEHLO_SUBTRACT", |node| binary(node, "graph.subtract")),
    row("STABLEHLO_TANH", |node| unary(node, "graph.tanh")),
    row("STABLEHLO_TRANSPOSE", |node| {
        let x = node.input(0)?;
        let order = node.ints("permutation").unwrap_or_default();
        let order = order.into_iter().map(|axis| normalize_axis(axis, node.rank(x))).collect::<Result<Vec<_>, _>>()?;
        Ok(vec![node.transpose(x, &order)?])
    }),
];

fn unary(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    Ok(vec![node.unary(op, x)?])
}

/// The root of the magnitude, in floats of 64 bits, with the sign of the operand.
fn cube_root(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let wide = node.cast(x, ElementType::F64)?;
    let size = node.unary("graph.abs", wide)?;
    let root = node.binary_scalar("graph.power", size, 1.0 / 3.0)?;
    let sign = node.unary("graph.sign", wide)?;
    let y = node.binary("graph.multiply", sign, root)?;
    Ok(vec![node.cast(y, node.element(x))?])
}

/// The shape that the model says the result has.
fn result_shape(node: &Node) -> Result<Vec<Dim>, String> {
    let result = *node.conversion.module.results(node.op).first().ok_or("there is no output")?;
    let shape = node.conversion.module.ty(result).as_tensor().map(|tensor| tensor.shape.clone());
    shape.filter(|shape| !shape.contains(&Dim::Unknown)).ok_or_else(|| "the result must have a known shape".into())
}

/// Each axis of the operand becomes the one that the option says.
fn broadcast(node: &mut Node) -> Results {
    let (x, shape) = (node.input(0)?, result_shape(node)?);
    let axes = node.ints("broadcast_dimensions").unwrap_or_default();
    let mut raised = vec![Dim::Static(1); shape.len()];
    if axes.len() != node.rank(x) {
        return Err(format!("{} axes do not fit an operand of {}", axes.len(), node.rank(x)));
    }
    for (&extent, axis) in node.shape(x).iter().zip(axes) {
        raised[normalize_axis(axis, shape.len())?] = extent;
    }
    let x = node.reshape(x, &raised)?;
    Ok(vec![node.broadcast(x, &shape)?])
}

fn compare(node: &mut Node) -> Results {
    let op = match node.option_word("comparison_direction") {
        "EQ" => "graph.equal",
        "NE" => "graph.not_equal",
        "GE" => "graph.greater_equal",
        "GT" => "graph.greater",
        "LE" => "graph.less_equal",
        _ => "graph.less",
    };
    binary(node, op)
}

fn iota(node: &mut Node) -> Results {
    let (shape, element) = (result_shape(node)?, node.result_element(0)?);
    let axis = normalize_axis(node.option_int("iota_dimension"), shape.len())?;
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())?;
    Ok(vec![node.cast(numbers, element)?])
}

fn slice(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let list = |node: &Node, name: &str| node.ints(name).unwrap_or_default();
    let (starts, limits, steps) = (list(node, "start_indices"), list(node, "limit_indices"), list(node, "strides"));
    let rank = node.rank(x);
    if starts.len() != rank || limits.len() != rank || steps.len() != rank || steps.iter().any(|&step| step < 1) {
        return Err(format!("starts {starts:?}, limits {limits:?} and strides {steps:?} do not fit {rank} axes"));
    }
    let length = |((&start, &limit), &step): ((&i64, &i64), &i64)| {
        let distance = limit.checked_sub(start).and_then(|distance| distance.checked_add(step - 1));
        dim(kiln_ir::DimExpr::constant(distance.ok_or("a slice is too long")? / step))
    };
    let shape = starts.iter().zip(&limits).zip(&steps).map(length).collect::<Result<Vec<_>, String>>()?;
    let starts =
        starts.into_iter().map(|start| dim(kiln_ir::DimExpr::constant(start))).collect::<Result<Vec<_>, _>>()?;
    let given = [("starts", dims_attribute(&starts)), ("steps", attribute(steps))];
    Ok(vec![node.emit_as("graph.slice", &[x], &given, &shape, node.element_type(x))?])
}
