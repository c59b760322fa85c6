//! `MultiHeadAttention`, `Attention`, `RotaryEmbedding`, as onnxruntime has them.

use super::quantized::scaled_product;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, multiply};
use crate::conversion::node::Node;
use crate::conversion::product::matmul;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::attend::{Scores, attend as attend_heads};
use crate::onnx_to_graph::attention::{Scale, joined, merge_heads, split_heads};
use crate::onnx_to_graph::rotary_embedding::turned;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.MultiHeadAttention", multi_head_attention),
    row("com.microsoft.Attention", attention),
    row("com.microsoft.QAttention", quantized_attention),
    row("com.microsoft.RotaryEmbedding", rotary_embedding),
];

/// Queries, keys and values, heads apart: batch, heads, length, size.
type Operands = [Tracked; 3];

fn multi_head_attention(node: &mut Node) -> Results {
    for (index, what) in [(8, "past lengths"), (9, "cache indirections")] {
        if node.optional(index).is_some() {
            return Err(format!("{what} are not supported"));
        }
    }
    let heads = node.int_or("num_heads", 0);
    let mut operands = unpacked(node)?;
    if let Some(bias) = node.optional(3) {
        let mut start = constant(0);
        for operand in &mut operands {
            if node.rank(*operand) != 3 {
                return Err("a bias needs inputs of 3 axes".into());
            }
            let length = node.shape(*operand)[2];
            let own = node.slice_axis(bias, 0, dim(start)?, length)?;
            *operand = node.binary("graph.add", *operand, own)?;
            start = add(start, expr(length)?)?;
        }
    }
    let mut apart = Vec::new();
    for operand in operands {
        apart.push(split_heads(node, operand, heads)?);
    }
    let pasts = [None, node.optional(6), node.optional(7)];
    let past = past_length(node, pasts[1])?;
    let [query, key, value] = [apart[0], joined(node, pasts[1], apart[1])?, joined(node, pasts[2], apart[2])?];
    let masks = [node.optional(4), node.optional(5)];
    let result = attend(node, [query, key, value], masks, past)?;
    Ok(vec![result, key, value])
}

/// The three operands, which may be parts of one or two tensors.
fn unpacked(node: &mut Node) -> Result<Operands, String> {
    let query = node.input(0)?;
    if node.rank(query) == 5 {
        return Ok([part(node, query, 0)?, part(node, query, 1)?, part(node, query, 2)?]);
    }
    let key = node.input(1)?;
    if node.rank(key) == 5 {
        return Ok([query, part(node, key, 0)?, part(node, key, 1)?]);
    }
    Ok([query, key, node.input(2)?])
}

/// Part `number` of batch, length, heads, parts and size; heads before length.
fn part(node: &mut Node, packed: Tracked, number: u64) -> Result<Tracked, String> {
    let part = node.slice_axis(packed, 3, Dim::Static(number), Dim::Static(1))?;
    let part = node.drop_axes(part, &[3])?;
    node.transpose(part, &[0, 2, 1, 3])
}

/// Projections of one input, side by side, and attention between them.
fn attention(node: &mut Node) -> Results {
    let (x, weights) = (node.input(0)?, node.input(1)?);
    let mut projected = matmul(node, x, weights)?;
    if let Some(bias) = node.optional(2) {
        projected = node.binary("graph.add", projected, bias)?;
    }
    projected_attention(node, projected, [node.optional(3), node.optional(5)], node.optional(4))
}

/// The same with the product in integers.
fn quantized_attention(node: &mut Node) -> Results {
    let (x, weights, bias) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (scale, weight_scale) = (node.input(3)?, node.input(4)?);
    let (zero, weight_zero) = (node.optional(6), node.optional(7));
    let projected = scaled_product(node, (x, scale, zero), weights, weight_scale, weight_zero, Some(bias))?;
    projected_attention(node, projected, [node.optional(5), None], node.optional(8))
}

/// Attention between projections that stand side by side, with a mask of keys and what is added to scores.
fn projected_attention(
    node: &mut Node,
    projected: Tracked,
    masks: [Option<Tracked>; 2],
    past: Option<Tracked>,
) -> Results {
    if node.flag("do_rotary", false) || node.flag("past_present_share_buffer", false) {
        return Err("rotary embeddings and caches that are written in place are not supported".into());
    }
    let &[_, _, width] = node.shape(projected) else { return Err("the input must have 3 axes".into()) };
    let widths = match node.ints("qkv_hidden_sizes").filter(|sizes| !sizes.is_empty()) {
        Some(sizes) if sizes.len() == 3 => sizes.into_iter().map(|size| Dim::Static(size.unsigned_abs())).collect(),
        Some(_) => return Err("qkv_hidden_sizes must be three numbers".into()),
        None => vec![dim(floor_divide(expr(width)?, constant(3))?)?; 3],
    };
    let heads = node.int_or("num_heads", 0);
    let (mut apart, mut start) = (Vec::new(), constant(0));
    for width in widths {
        let own = node.slice_axis(projected, 2, dim(start)?, width)?;
        apart.push(split_heads(node, own, heads)?);
        start = add(start, expr(width)?)?;
    }
    let mut pasts = [None, None];
    if let Some(past) = past {
        for (number, part) in pasts.iter_mut().enumerate() {
            let own = node.slice_axis(past, 0, Dim::Static(number as u64), Dim::Static(1))?;
            *part = Some(node.drop_axes(own, &[0])?);
        }
    }
    let past = past_length(node, pasts[0])?;
    let [query, key, value] = [apart[0], joined(node, pasts[0], apart[1])?, joined(node, pasts[1], apart[2])?];
    let result = attend(node, [query, key, value], masks, past)?;
    let mut results = vec![result];
    if node.output_count() > 1 {
        let mut parts = Vec::new();
        for part in [key, value] {
            let shape: Vec<Dim> = [Dim::Static(1)].iter().chain(node.shape(part)).copied().collect();
            parts.push(node.reshape(part, &shape)?);
        }
        results.push(node.concat(&parts, 0)?);
    }
    Ok(results)
}

/// How many keys come before those of this run.
fn past_length(node: &Node, past: Option<Tracked>) -> Result<Dim, String> {
    match past.map(|past| node.shape(past)) {
        None => Ok(Dim::Static(0)),
        Some(&[_, _, length, _]) => Ok(length),
        Some(_) => Err("past keys must have 4 axes".into()),
    }
}

/// Attention with a mask of keys and with numbers that are added to the scores; heads together in the result.
fn attend(node: &mut Node, operands: Operands, masks: [Option<Tracked>; 2], past: Dim) -> Result<Tracked, String> {
    let [query, key, _] = operands;
    let scale = Scale::nonzero(node, query)?;
    let mut bias = masks[1];
    if let Some(mask) = masks[0] {
        let masked = mask_of_keys(node, mask, key, node.element(query))?;
        bias = Some(match bias {
            Some(bias) => node.binary("graph.add", bias, masked)?,
            None => masked,
        });
    }
    let causal = node.flag("unidirectional", false).then_some(past);
    let result = attend_heads(node, operands, Scores { scale, softcap: 0.0, bias, causal })?;
    merge_heads(node, result)
}

/// What is added to scores: nothing where a key counts, much less than nothing where not. The mask has a number for each key,
/// for each query and key, or how many keys count.
fn mask_of_keys(node: &mut Node, mask: Tracked, key: Tracked, element: ElementType) -> Result<Tracked, String> {
    let (one, keys) = (Dim::Static(1), node.shape(key)[2]);
    let counts = match *node.shape(mask) {
        [batch] => {
            if node.shape(key)[0].as_static().zip(batch.as_static()).is_some_and(|(batch, given)| batch != given) {
                return Err("only masks of a length for each of the batch are supported".into());
            }
            let given = [("axis", attribute(3i64))];
            let places = node.emit_as("graph.iota", &[], &given, &[one, one, one, keys], Type::i64())?;
            let lengths = node.cast(mask, ElementType::I64)?;
            let lengths = node.reshape(lengths, &[batch, one, one, one])?;
            node.binary("graph.less", places, lengths)?
        }
        [batch, keys] => {
            let mask = node.reshape(mask, &[batch, one, one, keys])?;
            node.cast(mask, ElementType::I1)?
        }
        [batch, queries, keys] => {
            let mask = node.reshape(mask, &[batch, one, queries, keys])?;
            node.cast(mask, ElementType::I1)?
        }
        _ => return Err("a mask must have 1, 2 or 3 axes".into()),
    };
    let open = node.scalar(element, 0.0)?;
    let shut = node.scalar(element, node.float_or("mask_filter_value", -10000.0))?;
    node.select(counts, open, shut)
}

fn rotary_embedding(node: &mut Node) -> Results {
    if node.flag("is_packed_batching", false) {
        return Err("packed batches are not supported".into());
    }
    let (x, positions, cosine, sine) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let shape = node.shape(x);
    let (batch, length) = match *shape {
        [batch, length, _] => (batch, length),
        [batch, _, length, _] => (batch, length),
        _ => return Err("the input must have 3 or 4 axes".into()),
    };
    // One position is that of the first of each row.
    let positions = match *node.shape(positions) {
        [_] => {
            let first = node.reshape(positions, &[])?;
            let given = [("axis", attribute(1i64))];
            let places = node.emit_as("graph.iota", &[], &given, &[batch, length], Type::i64())?;
            node.binary("graph.add", places, first)?
        }
        _ => positions,
    };
    let heads = match (node.int_or("num_heads", 0), shape) {
        (0, [_, _, hidden]) => {
            let half = *node.shape(cosine).get(1).ok_or("cosines must have 2 axes")?;
            let size = multiply(expr(half)?, constant(2))?;
            Some(dim(floor_divide(expr(*hidden)?, size)?)?)
        }
        (heads, _) => u64::try_from(heads).ok().map(Dim::Static),
    };
    Ok(vec![turned(node, x, [cosine, sine], Some(positions), heads)?])
}
