//! Pools of quantized pictures, and of those whose channels are last.

use super::quantized::{quantized, real};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::pool::{average_pool_of, max_pool_of};

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.QLinearAveragePool", |node| {
        let element = node.element(node.input(0)?);
        let x = real(node, 0)?;
        let last = node.flag("channels_last", false);
        let y = if last { with_channels_first(node, x, average_pool_of)? } else { average_pool_of(node, x)? };
        Ok(vec![quantized(node, y, 3, element)?])
    }),
    row("com.microsoft.NhwcMaxPool", nhwc_max_pool),
];

fn nhwc_max_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let first_of = |node: &mut Node, x: Tracked| {
        let results = max_pool_of(node, x)?;
        results.into_iter().next().ok_or_else(|| "a pool has a result".to_owned())
    };
    Ok(vec![with_channels_first(node, x, first_of)?])
}

/// What is computed with channels first, of a tensor in which they are last.
fn with_channels_first(
    node: &mut Node,
    x: Tracked,
    compute: impl Fn(&mut Node, Tracked) -> Result<Tracked, String>,
) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if rank < 3 {
        return Err("the input must have spatial axes".into());
    }
    let there: Vec<usize> = [0, rank - 1].into_iter().chain(1..rank - 1).collect();
    let back: Vec<usize> = [0].into_iter().chain(2..rank).chain([1]).collect();
    let x = node.transpose(x, &there)?;
    let y = compute(node, x)?;
    node.transpose(y, &back)
}
