//! Softmax and other normalizations.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[
    row("SOFTMAX", softmax),
    row("LOG_SOFTMAX", log_softmax),
    row("L2_NORMALIZATION", l2_normalization),
    row("LOCAL_RESPONSE_NORMALIZATION", local_response_normalization),
];

/// The last axis.
pub(crate) fn last_axis(node: &Node, x: Tracked) -> Result<usize, String> {
    node.rank(x).checked_sub(1).ok_or_else(|| "a scalar has no axis".into())
}

fn softmax(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.is_quantized() {
        return super::quantized_softmax::softmax(node);
    }
    let beta = node.option_float("beta");
    let scaled = if beta == 1.0 { x } else { node.binary_scalar("graph.multiply", x, beta)? };
    let axis = last_axis(node, x)?;
    Ok(vec![node.emit("graph.softmax", &[scaled], &[("axis", attribute(axis as i64))])?])
}

fn log_softmax(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.is_quantized() {
        return super::quantized_softmax::log_softmax(node);
    }
    let axis = last_axis(node, x)?;
    Ok(vec![node.emit("graph.log_softmax", &[x], &[("axis", attribute(axis as i64))])?])
}

/// Divided by the square root of the sum of squares along the last axis, which is taken to be at least 1e-6.
fn l2_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.is_quantized() {
        return super::quantized_reduction::l2_normalization(node);
    }
    let axis = last_axis(node, x)?;
    let squares = node.binary("graph.multiply", x, x)?;
    let sum = node.reduce("graph.reduce_sum", squares, &[axis])?;
    let norm = node.unary("graph.sqrt", sum)?;
    let norm = node.clamp(norm, Some(1e-6), None)?;
    let y = node.binary("graph.divide", x, norm)?;
    Ok(vec![node.fused_activation(y)?])
}

fn local_response_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let size = 2 * node.option_int("radius") + 1;
    let given = [
        ("size", attribute(size)),
        ("alpha", kiln_ir::Attribute::f64(node.option_float("alpha") * size as f64)),
        ("beta", kiln_ir::Attribute::f64(node.option_float("beta"))),
        ("bias", kiln_ir::Attribute::f64(node.option_float("bias"))),
        ("layout", attribute("channels_last")),
    ];
    Ok(vec![node.emit("graph.lrn", &[x], &given)?])
}
