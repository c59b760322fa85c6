//! `Einsum`.

use crate::conversion::einsum::einsum;
use crate::conversion::row::{Row, row};

pub(crate) const ROWS: &[Row] = &[row("Einsum", |node| {
    let (equation, inputs) = (node.string_or("equation", ""), node.inputs()?);
    Ok(vec![einsum(node, equation, &inputs)?])
})];
