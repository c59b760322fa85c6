//! `MatMul`, with NumPy's rules for vectors.

pub(crate) use crate::conversion::product::{matmul, product};
use crate::conversion::row::{Row, row};

pub(crate) const ROWS: &[Row] = &[row("MatMul", |node| {
    let (a, b) = (node.input(0)?, node.input(1)?);
    Ok(vec![matmul(node, a, b)?])
})];
