//! Operators on quantized tensors: what they compute on real numbers, between dequantization and quantization. Integer
//! kernels are found for these by rewrites, as for models that say the same in several nodes.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::product::matmul;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::activations::leaky;
use crate::onnx_to_graph::quantize::{centred, dynamic_quantize, quantize, scalar_like};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.QLinearAdd", |node| binary(node, "graph.add")),
    row("com.microsoft.QLinearMul", |node| binary(node, "graph.multiply")),
    row("com.microsoft.QLinearSigmoid", |node| unary(node, |node, x| node.unary("graph.sigmoid", x))),
    row("com.microsoft.QLinearLeakyRelu", |node| unary(node, leaky_relu)),
    row("com.microsoft.QLinearSoftmax", |node| unary(node, softmax)),
    row("com.microsoft.QLinearGlobalAveragePool", |node| unary(node, global_average_pool)),
    row("com.microsoft.QLinearConcat", concat),
    row("com.microsoft.QGemm", gemm),
    row("com.microsoft.MatMulIntegerToFloat", matmul_integer_to_float),
    row("com.microsoft.DynamicQuantizeMatMul", dynamic_quantize_matmul),
];

/// Input `index` as real numbers, by the scale and the zero point after it.
pub(super) fn real(node: &mut Node, index: usize) -> Result<Tracked, String> {
    let x = node.input(index)?;
    real_of(node, x, index)
}

/// As [`real`], of what became of the input.
fn real_of(node: &mut Node, x: Tracked, index: usize) -> Result<Tracked, String> {
    let scale = node.input(index + 1)?;
    let scale = scalar_like(node, scale)?;
    let mut real = node.cast(x, ElementType::F32)?;
    if let Some(zero) = node.optional(index + 2) {
        let zero = scalar_like(node, zero)?;
        let zero = node.cast(zero, ElementType::F32)?;
        real = node.binary("graph.subtract", real, zero)?;
    }
    node.binary("graph.multiply", real, scale)
}

/// Real numbers as the result, by the scale and the zero point from input `index` on.
pub(super) fn quantized(node: &mut Node, real: Tracked, index: usize, element: ElementType) -> Result<Tracked, String> {
    let scale = node.input(index)?;
    let scale = scalar_like(node, scale)?;
    let zero = node.optional(index + 1);
    let zero = zero.map(|zero| scalar_like(node, zero)).transpose()?;
    quantize(node, real, scale, zero, element)
}

fn binary(node: &mut Node, op: &str) -> Results {
    let element = node.element(node.input(0)?);
    let (a, b) = (real(node, 0)?, real(node, 3)?);
    let result = node.binary(op, a, b)?;
    Ok(vec![quantized(node, result, 6, element)?])
}

fn unary(node: &mut Node, function: fn(&mut Node, Tracked) -> Result<Tracked, String>) -> Results {
    let element = node.element(node.input(0)?);
    let x = real(node, 0)?;
    let result = function(node, x)?;
    Ok(vec![quantized(node, result, 3, element)?])
}

fn leaky_relu(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let alpha = node.float_or("alpha", 0.01);
    leaky(node, x, alpha)
}

/// Along one axis; with the meaning that it has before opset 13, only along the last one.
fn softmax(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    let axis = node.axis(-1, rank)?;
    if node.int_or("opset", 13) < 13 && axis + 1 != rank {
        return Err("a softmax over several axes is not supported".into());
    }
    node.emit("graph.softmax", &[x], &[("axis", attribute(axis as i64))])
}

fn global_average_pool(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if rank < 3 {
        return Err("the input must have spatial axes".into());
    }
    let axes: Vec<usize> =
        if node.flag("channels_last", false) { (1..rank - 1).collect() } else { (2..rank).collect() };
    node.reduce("graph.reduce_mean", x, &axes)
}

/// Tensors from input 2 on, each with scale and zero point.
fn concat(node: &mut Node) -> Results {
    let count = node.input_count();
    if count < 5 || !(count - 2).is_multiple_of(3) {
        return Err("each tensor must have a scale and a zero point".into());
    }
    let element = node.element(node.input(2)?);
    let axis = node.axis(0, node.rank(node.input(2)?))?;
    let parts = (2..count).step_by(3).map(|index| real(node, index)).collect::<Result<Vec<_>, _>>()?;
    let joined = node.concat(&parts, axis)?;
    Ok(vec![quantized(node, joined, 0, element)?])
}

/// A product of matrices and a bias, which counts in units of both scales. Without a scale for the result it stays real.
fn gemm(node: &mut Node) -> Results {
    let element = node.element(node.input(0)?);
    let mut operands = Vec::new();
    for (index, flag) in [(0, "transA"), (3, "transB")] {
        let x = node.input(index)?;
        let x = if node.flag(flag, false) && node.rank(x) == 2 { node.transpose(x, &[1, 0])? } else { x };
        operands.push(real_of(node, x, index)?);
    }
    let mut sum = matmul(node, operands[0], operands[1])?;
    if let Some(bias) = node.optional(6) {
        let bias = node.cast(bias, ElementType::F32)?;
        let (a_scale, b_scale) = (node.input(1)?, node.input(4)?);
        let (a_scale, b_scale) = (scalar_like(node, a_scale)?, scalar_like(node, b_scale)?);
        let unit = node.binary("graph.multiply", a_scale, b_scale)?;
        let bias = node.binary("graph.multiply", bias, unit)?;
        sum = node.binary("graph.add", sum, bias)?;
    }
    let alpha = node.float_or("alpha", 1.0);
    let scaled = if alpha == 1.0 { sum } else { node.binary_scalar("graph.multiply", sum, alpha)? };
    Ok(vec![if node.optional(7).is_some() { quantized(node, scaled, 7, element)? } else { scaled }])
}

/// A product of integers as real numbers: inputs a, b, their scales, their zero points, and a bias.
fn matmul_integer_to_float(node: &mut Node) -> Results {
    let (a, b, a_scale) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let zero = node.optional(4);
    let (b_zero, bias) = (node.optional(5), node.optional(6));
    Ok(vec![scaled_product(node, (a, a_scale, zero), b, node.input(3)?, b_zero, bias)?])
}

/// As that, of real numbers that are quantized first.
fn dynamic_quantize_matmul(node: &mut Node) -> Results {
    let (a, b, b_scale) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (b_zero, bias) = (node.optional(3), node.optional(4));
    let [a, a_scale, a_zero] = dynamic_quantize(node, a)?;
    Ok(vec![scaled_product(node, (a, a_scale, Some(a_zero)), b, b_scale, b_zero, bias)?])
}

/// A product of integers, less their zero points, times both scales.
pub(super) fn scaled_product(
    node: &mut Node,
    (a, a_scale, a_zero): (Tracked, Tracked, Option<Tracked>),
    b: Tracked,
    b_scale: Tracked,
    b_zero: Option<Tracked>,
    bias: Option<Tracked>,
) -> Result<Tracked, String> {
    let a = centred(node, a, a_zero, true)?;
    let b = centred(node, b, b_zero, false)?;
    let product = matmul(node, a, b)?;
    let product = node.cast(product, ElementType::F32)?;
    let (a_scale, b_scale) = (scalar_like(node, a_scale)?, scalar_like(node, b_scale)?);
    let scale = node.binary("graph.multiply", a_scale, b_scale)?;
    let scaled = node.binary("graph.multiply", product, scale)?;
    match bias {
        Some(bias) => node.binary("graph.add", scaled, bias),
        None => Ok(scaled),
    }
}
