//! `Gemm`: `alpha * A * B + beta * C`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("Gemm", gemm)];

fn gemm(node: &mut Node) -> Results {
    let (a, b) = (node.input(0)?, node.input(1)?);
    if node.rank(a) != 2 || node.rank(b) != 2 {
        return Err("the inputs must be matrices".into());
    }
    let (transpose_a, transpose_b) = (node.flag("transA", false), node.flag("transB", false));
    let inner = node.shape(a)[if transpose_a { 0 } else { 1 }];
    let mut shape = node.shape(b).to_vec();
    shape[if transpose_b { 1 } else { 0 }] = inner;
    let b = node.expect_shape(b, &shape, "the second input")?;
    let mut given = Vec::new();
    if transpose_a {
        given.push(("transpose_a", attribute(true)));
    }
    if transpose_b {
        given.push(("transpose_b", attribute(true)));
    }
    let mut result = node.emit("graph.matmul", &[a, b], &given)?;
    let (alpha, beta) = (node.float_or("alpha", 1.0), node.float_or("beta", 1.0));
    if alpha != 1.0 {
        result = node.binary_scalar("graph.multiply", result, alpha)?;
    }
    if let Some(c) = node.optional(2).filter(|_| beta != 0.0) {
        let c = if beta == 1.0 { c } else { node.binary_scalar("graph.multiply", c, beta)? };
        result = node.binary("graph.add", result, c)?;
    }
    Ok(vec![result])
}
