//! `FlexAttention`: attention whose scores and probabilities go through graphs of the model.

use super::attention::{Scale, repeat_heads};
use super::cast::element_of;
use super::matmul::product;
use crate::conversion::branch::convert_region;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("ai.onnx.preview.FlexAttention", flex_attention)];

/// The operator's graphs in the order of its regions.
const PROB_MOD: usize = 0;
const SCORE_MOD: usize = 1;

fn flex_attention(node: &mut Node) -> Results {
    let (query, key, value) = (node.input(0)?, node.input(1)?, node.input(2)?);
    if [query, key, value].iter().any(|&input| node.rank(input) != 4) {
        return Err("inputs must have 4 axes".into());
    }
    let element = node.element(query);
    let precision = match node.int("softmax_precision").filter(|&number| number != 0) {
        Some(number) => element_of(number)?,
        None if element == ElementType::F64 => ElementType::F64,
        None => ElementType::F32,
    };
    let scale = Scale::of(node, query)?;
    let (key, value) = (repeat_heads(node, key, query)?, repeat_heads(node, value, query)?);
    let turned = node.transpose(key, &[0, 1, 3, 2])?;
    let scores = product(node, query, turned)?;
    let scores = node.cast(scores, precision)?;
    let scores = scale.multiply(node, scores)?;
    let scores = modified(node, SCORE_MOD, scores)?;
    let weights = node.emit("graph.softmax", &[scores], &[("axis", attribute(3i64))])?;
    let weights = modified(node, PROB_MOD, weights)?;
    let weights = node.cast(weights, element)?;
    Ok(vec![product(node, weights, value)?])
}

/// What a graph of the node makes of `x`, which keeps its shape; `x` itself without a graph.
fn modified(node: &mut Node, region: usize, x: Tracked) -> Result<Tracked, String> {
    let module = &node.conversion.module;
    if module.regions(node.op).get(region).is_none_or(|&region| module.blocks(region).is_empty()) {
        return Ok(x);
    }
    let shape = node.shape(x);
    let results = convert_region(node, region, &[x])?;
    let &result = results.first().ok_or("a graph yields nothing")?;
    node.expect_shape(result, shape, "what a graph yields")
}
