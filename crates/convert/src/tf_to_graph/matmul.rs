//! Products of matrices.

use crate::conversion::einsum::einsum;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[
    row("MatMul", |node| multiply(node, "transpose_a", "transpose_b")),
    row("BatchMatMul", |node| multiply(node, "adj_x", "adj_y")),
    row("BatchMatMulV2", |node| multiply(node, "adj_x", "adj_y")),
    row("BatchMatMulV3", |node| multiply(node, "adj_x", "adj_y")),
    row("_FusedMatMul", |node| {
        let mut result = multiply(node, "transpose_a", "transpose_b")?[0];
        let ops = node.attribute("fused_ops").and_then(|ops| ops.as_strs()).unwrap_or_default();
        for op in ops {
            result = match op {
                "BiasAdd" => {
                    let bias = node.input(2)?;
                    node.binary("graph.add", result, bias)?
                }
                other => fused_activation(node, result, other)?,
            };
        }
        Ok(vec![result])
    }),
    row("Einsum", |node| {
        let (equation, inputs) = (node.string_or("equation", ""), node.inputs()?);
        Ok(vec![einsum(node, equation, &inputs)?])
    }),
    row("Cross", cross),
    row("MatrixDeterminant", |node| {
        let x = node.input(0)?;
        Ok(vec![node.emit("graph.determinant", &[x], &[])?])
    }),
    row("MatrixInverse", |node| {
        let x = node.input(0)?;
        let inverse = node.emit("graph.inverse", &[x], &[])?;
        match node.flag("adjoint", false) {
            true => Ok(vec![flipped(node, inverse)?]),
            false => Ok(vec![inverse]),
        }
    }),
    row("MatrixSolve", |node| {
        let (a, b) = (node.input(0)?, node.input(1)?);
        let a = if node.flag("adjoint", false) { flipped(node, a)? } else { a };
        let inverse = node.emit("graph.inverse", &[a], &[])?;
        Ok(vec![product(node, inverse, b)?])
    }),
];

/// The matrices in the last two axes, transposed.
pub(crate) fn flipped(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if rank < 2 {
        return Err("a matrix has two axes".into());
    }
    let mut permutation: Vec<usize> = (0..rank).collect();
    permutation.swap(rank - 2, rank - 1);
    node.transpose(x, &permutation)
}

fn multiply(node: &mut Node, left: &str, right: &str) -> Results {
    let (mut a, mut b) = (node.input(0)?, node.input(1)?);
    if node.rank(a) < 2 || node.rank(b) < 2 {
        return Err("a matrix has two axes".into());
    }
    if node.flag(left, false) {
        a = flipped(node, a)?;
    }
    if node.flag(right, false) {
        b = flipped(node, b)?;
    }
    let to = node.element_attribute("Tout", node.element(a))?;
    let (a, b) = (node.cast(a, to)?, node.cast(b, to)?);
    Ok(vec![product(node, a, b)?])
}

/// What a grappler fused behind a product or a convolution.
pub(crate) fn fused_activation(node: &mut Node, x: Tracked, name: &str) -> Result<Tracked, String> {
    match name {
        "Identity" => Ok(x),
        "Relu" => node.unary("graph.relu", x),
        "Relu6" => node.clamp(x, Some(0.0), Some(6.0)),
        "Sigmoid" => node.unary("graph.sigmoid", x),
        "Tanh" => node.unary("graph.tanh", x),
        other => Err(format!("fused operator \"{other}\" is not supported")),
    }
}

/// The vector product along the last axis.
fn cross(node: &mut Node) -> Results {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let axis = node.rank(a).checked_sub(1).ok_or("the input must have an axis")?;
    let rolled = |node: &mut Node, x: Tracked, by: i64| {
        let order: Vec<i64> = (0..3).map(|place| (place + by) % 3).collect();
        let order = node.tensor(kiln_tensor::Tensor::from_values(&[3], &order))?;
        node.emit("graph.gather", &[x, order], &[("axis", attribute(axis as i64))])
    };
    let (a1, b2) = (rolled(node, a, 1)?, rolled(node, b, 2)?);
    let (a2, b1) = (rolled(node, a, 2)?, rolled(node, b, 1)?);
    let (left, right) = (node.binary("graph.multiply", a1, b2)?, node.binary("graph.multiply", a2, b1)?);
    Ok(vec![node.binary("graph.subtract", left, right)?])
}
