//! Operators in which another one and what comes before or after it are one.

use crate::conversion::emit::attribute;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::product::matmul;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::activations::{gelu_of, hard_sigmoid, leaky, swish};
use crate::onnx_to_graph::conv::conv;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.BiasGelu", |node| {
        let sum = biased(node)?;
        Ok(vec![gelu_of(node, sum, false)?])
    }),
    row("com.microsoft.FastGelu", |node| {
        let sum = biased(node)?;
        Ok(vec![gelu_of(node, sum, true)?])
    }),
    row("com.microsoft.QuickGelu", |node| {
        let x = node.input(0)?;
        // 1.702 as the float that it is by default.
        let alpha = node.float_or("alpha", f64::from(1.702_f32));
        Ok(vec![swish(node, x, alpha)?])
    }),
    row("com.microsoft.BiasSoftmax", bias_softmax),
    row("com.microsoft.FusedMatMul", fused_matmul),
    row("com.microsoft.FusedConv", fused_conv),
];

/// The first input plus the second, if that is there.
fn biased(node: &mut Node) -> Result<Tracked, String> {
    let x = node.input(0)?;
    match node.optional(1) {
        Some(bias) => node.binary("graph.add", x, bias),
        None => Ok(x),
    }
}

/// The softmax of a sum, over all axes from one on.
fn bias_softmax(node: &mut Node) -> Results {
    let sum = biased(node)?;
    let (shape, rank) = (node.shape(sum), node.rank(sum));
    let axis = node.axis(1, rank)?;
    let line = Dim::from_expr(element_count(&shape[axis..])?);
    let flat = node.reshape(sum, &[&shape[..axis], &[line]].concat())?;
    let y = node.emit("graph.softmax", &[flat], &[("axis", attribute(axis as i64))])?;
    Ok(vec![node.reshape(y, shape)?])
}

fn fused_matmul(node: &mut Node) -> Results {
    let (mut a, mut b) = (node.input(0)?, node.input(1)?);
    if node.flag("transBatchA", false) || node.flag("transBatchB", false) {
        return Err("transposed batches are not supported".into());
    }
    for (operand, flag) in [(&mut a, "transA"), (&mut b, "transB")] {
        let rank = node.rank(*operand);
        if node.flag(flag, false) && rank >= 2 {
            let mut order: Vec<usize> = (0..rank).collect();
            order.swap(rank - 1, rank - 2);
            *operand = node.transpose(*operand, &order)?;
        }
    }
    let product = matmul(node, a, b)?;
    let alpha = node.float_or("alpha", 1.0);
    Ok(vec![if alpha == 1.0 { product } else { node.binary_scalar("graph.multiply", product, alpha)? }])
}

fn fused_conv(node: &mut Node) -> Results {
    let mut results = conv(node)?;
    let y = results.pop().ok_or("a convolution has a result")?;
    let y = match node.optional(3) {
        Some(other) => node.binary("graph.add", y, other)?,
        None => y,
    };
    let parameters = node.floats("activation_params").unwrap_or_default();
    let parameter = |index: usize, default: f64| parameters.get(index).copied().unwrap_or(default);
    let activated = match node.string_or("activation", "") {
        "" => y,
        "Relu" => node.unary("graph.relu", y)?,
        "Tanh" => node.unary("graph.tanh", y)?,
        "Sigmoid" => node.unary("graph.sigmoid", y)?,
        "LeakyRelu" => leaky(node, y, parameter(0, 0.01))?,
        "Clip" => node.clamp(y, Some(parameter(0, f64::MIN)), Some(parameter(1, f64::MAX)))?,
        "HardSigmoid" => hard_sigmoid(node, y, parameter(0, 0.2), parameter(1, 0.5))?,
        other => return Err(format!("activation \"{other}\" is not known")),
    };
    Ok(vec![activated])
}
