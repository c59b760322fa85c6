//! `GroupQueryAttention`: a step of a language model's attention, with what it keeps of earlier steps.
//!
//! Keys and values of this step come after all of the past ones: the past holds what the rows have in common, and no more.
//! Rows that are shorter than the first step are told by their lengths; in later steps the compiled model refuses them.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::attend::{Scores, attend};
use crate::onnx_to_graph::attention::{Scale, joined, merge_heads, scalar, split_heads};
use crate::onnx_to_graph::rotary_embedding::turned;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("com.microsoft.GroupQueryAttention", group_query_attention)];

fn group_query_attention(node: &mut Node) -> Results {
    if node.flag("smooth_softmax", false) || node.optional(11).is_some() {
        return Err("a softmax with a share that no key has is not supported".into());
    }
    for name in ["k_quant_type", "v_quant_type"] {
        if !matches!(node.string_or(name, "NONE"), "NONE" | "") {
            return Err(format!("{name} is not supported: keys and values are not quantized"));
        }
    }
    if node.int_or("qk_output", 0) != 0 {
        return Err("scores as a result are not supported".into());
    }
    let [mut query, mut key, value] = operands(node)?;
    let past = match node.optional(3).map(|past| node.shape(past)) {
        None => Dim::Static(0),
        Some(&[_, _, length, _]) => length,
        Some(_) => return Err("past keys must have 4 axes".into()),
    };
    if node.flag("do_rotary", false) {
        let positions = positions(node, query, past)?;
        let caches = [node.input(7)?, node.input(8)?];
        query = turned(node, query, caches, Some(positions), None)?;
        key = turned(node, key, caches, Some(positions), None)?;
    }
    let pasts = [node.optional(3), node.optional(4)];
    let (key, value) = (joined(node, pasts[0], key)?, joined(node, pasts[1], value)?);
    let scale = Scale::nonzero(node, query)?;
    let bias = mask(node, query, key, past)?;
    let scores = Scores { scale, softcap: node.float_or("softcap", 0.0), bias, causal: Some(past) };
    let y = attend(node, [query, key, value], scores)?;
    Ok(vec![merge_heads(node, y)?, key, value])
}

/// Queries, keys and values, heads apart; they may be side by side in the first input.
fn operands(node: &mut Node) -> Result<[Tracked; 3], String> {
    let heads = [node.int_or("num_heads", 0), node.int_or("kv_num_heads", 0)];
    let heads = [heads[0], heads[1], heads[1]];
    if heads.iter().any(|heads| !(1..1 << 20).contains(heads)) {
        return Err(format!("num_heads and kv_num_heads must be positive, not {} and {}", heads[0], heads[1]));
    }
    let query = node.input(0)?;
    let parts = match (node.optional(1), node.optional(2)) {
        (Some(key), Some(value)) => [query, key, value],
        _ => {
            let &[batch, queries, width] = node.shape(query) else { return Err("the input must have 3 axes".into()) };
            let total = heads.iter().sum::<i64>();
            let size = floor_divide(expr(width)?, constant(total))?;
            let whole = dim(multiply(size, constant(total))?)?;
            let packed = node.expect_shape(query, &[batch, queries, whole], "the input")?;
            let mut parts = [packed; 3];
            let mut start = constant(0);
            for (part, heads) in parts.iter_mut().zip(heads) {
                let length = multiply(size, constant(heads))?;
                *part = node.slice_axis(packed, 2, dim(start)?, dim(length)?)?;
                start = add(start, length)?;
            }
            parts
        }
    };
    let mut apart = parts;
    for (part, heads) in apart.iter_mut().zip(heads) {
        *part = split_heads(node, *part, heads)?;
    }
    Ok(apart)
}

/// The place of each query in its row, for each of the batch.
fn positions(node: &mut Node, query: Tracked, past: Dim) -> Result<Tracked, String> {
    let &[batch, _, length, _] = node.shape(query) else { return Err("queries must have 4 axes".into()) };
    if let Some(positions) = node.optional(9) {
        return node.broadcast(positions, &[batch, length]);
    }
    let given = [("axis", attribute(1i64))];
    let places = node.emit_as("graph.iota", &[], &given, &[batch, length], Type::i64())?;
    let first = scalar(node, expr(past)?)?;
    node.binary("graph.add", places, first)
}

/// The places of the rows' last keys, where each row has all of the past's; else the compiled model says that they give no
/// extent.
fn check_lengths(node: &mut Node, lengths: Tracked, past: Dim, queries: Dim) -> Result<Tracked, String> {
    if past.is(0) {
        return Ok(lengths);
    }
    let batch = node.shape(lengths)[0];
    let shortest = node.reduce("graph.reduce_min", lengths, &[0])?;
    let last = subtract(add(expr(past)?, expr(queries)?)?, constant(1))?;
    let (last, past) = (node.extent(last), node.extent(expr(past)?));
    let is_full = node.binary("graph.greater_equal", shortest, last)?;
    let is_first = node.binary_scalar("graph.equal", past, 0.0)?;
    let are_valid = node.binary("graph.or", is_full, is_first)?;
    let rows = node.vector(vec![expr(batch)?]);
    let checked = node.bind_valid(are_valid, rows, &[batch])?;
    node.reshape(lengths, &checked)
}

/// What is added to scores: the input that says so, and much less than nothing for keys that a row does not have or that
/// are too far back. Later keys are hidden without it.
fn mask(node: &mut Node, query: Tracked, key: Tracked, past: Dim) -> Result<Option<Tracked>, String> {
    let (one, batch, queries, keys) = (Dim::Static(1), node.shape(query)[0], node.shape(query)[2], node.shape(key)[2]);
    let element = node.element(query);
    let given = [("axis", attribute(3i64))];
    let places = node.emit_as("graph.iota", &[], &given, &[one, one, one, keys], Type::i64())?;
    let mut counts: Option<Tracked> = None;
    // A single row has all of its keys.
    if !batch.is(1) {
        let lengths = node.input(5)?;
        let lengths = node.cast(lengths, ElementType::I64)?;
        let lengths = node.reshape(lengths, &[batch])?;
        let lengths = check_lengths(node, lengths, past, queries)?;
        let lengths = node.reshape(lengths, &[batch, one, one, one])?;
        counts = Some(node.binary("graph.less_equal", places, lengths)?);
    }
    let window = node.int_or("local_window_size", -1);
    if window > 0 {
        let given = [("axis", attribute(2i64))];
        let own = node.emit_as("graph.iota", &[], &given, &[one, one, queries, one], Type::i64())?;
        let first = scalar(node, expr(past)?)?;
        let own = node.binary("graph.add", own, first)?;
        let before = node.binary_scalar("graph.subtract", own, window as f64)?;
        let is_near = node.binary("graph.greater", places, before)?;
        counts = Some(match counts {
            Some(counts) => node.binary("graph.and", counts, is_near)?,
            None => is_near,
        });
    }
    let mut bias = node.optional(10);
    if let Some(counts) = counts {
        let open = node.scalar(element, 0.0)?;
        let lowest = if element == ElementType::F16 { -65504.0 } else { -1e30 };
        let shut = node.scalar(element, lowest)?;
        let masked = node.select(counts, open, shut)?;
        bias = Some(match bias {
            Some(bias) => node.binary("graph.add", bias, masked)?,
            None => masked,
        });
    }
    Ok(bias)
}
