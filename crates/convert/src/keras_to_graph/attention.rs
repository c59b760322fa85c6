//! Attention.

use super::call::{Call, Row, masking};
use super::core::last_axis_product;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count};
use crate::conversion::product::product;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    masking("Attention", attention),
    masking("AdditiveAttention", attention),
    masking("MultiHeadAttention", multi_head_attention),
    masking("GroupQueryAttention", multi_head_attention),
];

/// What is added to scores that do not count.
fn lowest(element: ElementType) -> f64 {
    if element == ElementType::F16 { -4.5e4 } else { -2.38e38 }
}

/// `on_true && other`, of what is there.
fn both(call: &mut Call, left: Option<Tracked>, right: Option<Tracked>) -> Result<Option<Tracked>, String> {
    Ok(match (left, right) {
        (Some(left), Some(right)) => Some(call.binary("graph.and", left, right)?),
        (left, right) => left.or(right),
    })
}

/// A mask as truth values, with axes of extent 1 put in.
fn as_truth(call: &mut Call, mask: Tracked, places: &[usize]) -> Result<Tracked, String> {
    let mask = match call.element(mask) {
        ElementType::I1 => mask,
        _ => call.binary_scalar("graph.not_equal", mask, 0.0)?,
    };
    let mut shape = call.shape(mask).to_vec();
    for &place in places {
        if place > shape.len() {
            return Err("a mask has too few axes".into());
        }
        shape.insert(place, Dim::Static(1));
    }
    call.reshape(mask, &shape)
}

/// Which keys lie no later than a query, or less than `window` away from it: `i1` of queries and keys.
fn band(call: &mut Call, queries: Dim, keys: Dim, window: Option<i64>) -> Result<Tracked, String> {
    let (rows, columns) = (call.line(0, queries)?, call.line(1, keys)?);
    let Some(window) = window else { return call.binary("graph.greater_equal", rows, columns) };
    let distance = call.binary("graph.subtract", rows, columns)?;
    let distance = call.unary("graph.abs", distance)?;
    call.binary_scalar("graph.less", distance, window as f64)
}

/// Zeros where a mask holds, next to minus infinity elsewhere.
fn as_added(call: &mut Call, mask: Tracked, element: ElementType) -> Result<Tracked, String> {
    let (zero, low) = (call.scalar(element, 0.0)?, call.scalar(element, lowest(element))?);
    call.select(mask, zero, low)
}

fn softmax(call: &mut Call, scores: Tracked) -> Result<Tracked, String> {
    let axis = call.rank(scores) - 1;
    call.emit("graph.softmax", &[scores], &[("axis", attribute(axis as i64))])
}

/// A list of query, value and perhaps key.
fn attention(call: &mut Call) -> Results {
    let given = call.list("0");
    let mut inputs = Vec::new();
    for tensor in given {
        inputs.push(call.as_floats(tensor)?);
    }
    let (query, value, key) = match inputs[..] {
        [query, value] => (query, value, value),
        [query, value, key] => (query, value, key),
        _ => return Err("attention takes a query, a value and perhaps a key".into()),
    };
    let is_named = call.list("mask").len() == 2;
    let masks = if is_named { call.list("mask").into_iter().map(Some).collect() } else { call.masks_of_list() };
    let mask_at = |index: usize| masks.get(index).copied().flatten();
    let scores = scores(call, query, key)?;
    let rank = call.rank(scores);
    let (queries, keys) = (call.shape(scores)[rank - 2], call.shape(scores)[rank - 1]);
    let mut mask = match mask_at(1) {
        Some(mask) => Some(as_truth(call, mask, &[1])?),
        None => None,
    };
    if call.is_set("use_causal_mask", false) || call.is_set("causal", false) {
        let causal = band(call, queries, keys, None)?;
        mask = both(call, mask, Some(causal))?;
    }
    let scores = match mask {
        Some(mask) => {
            let added = as_added(call, mask, call.element(scores))?;
            call.binary("graph.add", scores, added)?
        }
        None => scores,
    };
    let weights = softmax(call, scores)?;
    let mut y = product(call, weights, value)?;
    if let Some(mask) = mask_at(0) {
        let kept = as_truth(call, mask, &[2])?;
        let element = call.element(y);
        let zero = call.scalar(element, 0.0)?;
        y = call.select(kept, y, zero)?;
        call.set_mask(0, mask);
    }
    Ok(if call.is_set("return_attention_scores", false) { vec![y, weights] } else { vec![y] })
}

/// How well each query goes with each key.
fn scores(call: &mut Call, query: Tracked, key: Tracked) -> Result<Tracked, String> {
    let is_additive = call.conversion.module.name(call.op).as_str() == "keras.AdditiveAttention";
    let mode = call.string_or("score_mode", "dot");
    let scale = call.find_weight("scale")?;
    if !is_additive && mode == "dot" {
        let turned = turn(call, key)?;
        let scores = product(call, query, turned)?;
        return match scale {
            Some(scale) => call.binary("graph.multiply", scores, scale),
            None => Ok(scores),
        };
    }
    if !is_additive {
        return Err("score_mode \"concat\" is not supported; AdditiveAttention does the same".into());
    }
    let with_axis = |call: &mut Call, x: Tracked, place: usize| {
        let mut shape = call.shape(x).to_vec();
        shape.insert(place, Dim::Static(1));
        call.reshape(x, &shape)
    };
    let rank = call.rank(query);
    let (query, key) = (with_axis(call, query, rank - 1)?, with_axis(call, key, rank - 2)?);
    let sum = call.binary("graph.add", query, key)?;
    let mut bounded = call.unary("graph.tanh", sum)?;
    if let Some(scale) = scale {
        bounded = call.binary("graph.multiply", bounded, scale)?;
    }
    let sum = call.reduce("graph.reduce_sum", bounded, &[rank])?;
    call.drop_axes(sum, &[rank])
}

/// The last two axes exchanged.
fn turn(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let rank = call.rank(x);
    if rank < 2 {
        return Err("the input must have at least two axes".into());
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    call.transpose(x, &order)
}

/// Heads of a projection: batch, heads, steps, size.
fn project(call: &mut Call, x: Tracked, name: &str) -> Result<Tracked, String> {
    let kernel = call.weight(&format!("{name}/kernel"))?;
    let &[inputs, heads, size] = call.shape(kernel) else {
        return Err(format!("the kernel of the {name} must have three axes"));
    };
    let flat = dim(element_count(&[heads, size])?)?;
    let matrix = call.reshape(kernel, &[inputs, flat])?;
    let mut y = last_axis_product(call, x, matrix)?;
    if let Some(bias) = call.find_weight(&format!("{name}/bias"))? {
        let bias = call.reshape(bias, &[flat])?;
        y = call.binary("graph.add", y, bias)?;
    }
    let &[batch, steps, _] = call.shape(y) else { return Err("the inputs must have three axes".into()) };
    let parted = call.reshape(y, &[batch, steps, heads, size])?;
    call.transpose(parted, &[0, 2, 1, 3])
}

fn multi_head_attention(call: &mut Call) -> Results {
    let query = call.argument(0, "query").ok_or("the query is missing")?;
    let value = call.argument(1, "value").ok_or("the value is missing")?;
    let key = call.argument(2, "key");
    let (query, value) = (call.as_floats(query)?, call.as_floats(value)?);
    let key = match key {
        Some(key) => call.as_floats(key)?,
        None => value,
    };
    if call.rank(query) != 3 || call.rank(key) != 3 {
        return Err("attention over several axes is not supported; reshape the inputs to three axes".into());
    }
    let mask = attention_mask(call, query, value)?;
    let query_mask = call.mask_of_argument("0").or_else(|| call.mask_of_argument("query"));
    let gate = match call.is_set("use_gate", false) {
        true => Some(project(call, query, "gate")?),
        false => None,
    };
    let (q, k, v) = (project(call, query, "query")?, project(call, key, "key")?, project(call, value, "value")?);
    let size = call.shape(q)[3].as_static().ok_or("the size of a head is not known")?;
    let scale = 1.0 / (size as f64).sqrt();
    let wants_scores = call.is_set("return_attention_scores", false);
    let element = call.element(q);
    let added = match mask {
        Some(mask) => Some(as_added(call, mask, element)?),
        None => None,
    };
    let (mut y, scores);
    if wants_scores {
        let (k, v) = (repeat_heads(call, k, q)?, repeat_heads(call, v, q)?);
        let turned = turn(call, k)?;
        let products = product(call, q, turned)?;
        let mut sums = call.binary_scalar("graph.multiply", products, scale)?;
        if let Some(added) = added {
            sums = call.binary("graph.add", sums, added)?;
        }
        let weights = softmax(call, sums)?;
        (y, scores) = (product(call, weights, v)?, Some(weights));
    } else {
        let mut operands = vec![q, k, v];
        if let Some(added) = added {
            // The mask has all axes of the scores.
            let mut shape = call.shape(added).to_vec();
            while shape.len() < 4 {
                shape.insert(0, Dim::Static(1));
            }
            operands.push(call.reshape(added, &shape)?);
        }
        (y, scores) = (call.emit("graph.attention", &operands, &[("scale", attribute(scale))])?, None);
    }
    if let Some(gate) = gate {
        y = call.binary("graph.multiply", y, gate)?;
    }
    let y = join_heads(call, y)?;
    if let Some(mask) = query_mask {
        call.set_mask(0, mask);
    }
    Ok([Some(y), scores].into_iter().flatten().collect())
}

/// Which keys each query sees, as truth values that broadcast to batch, heads, queries and keys.
fn attention_mask(call: &mut Call, query: Tracked, value: Tracked) -> Result<Option<Tracked>, String> {
    let mut mask = None;
    let of = |call: &Call, name: &str, place: &str, own: &str| {
        call.mask_named(name, place).or_else(|| call.mask_named(name, own))
    };
    if let Some(own) = of(call, "query_mask", "0", "query") {
        let own = as_truth(call, own, &[1, 3])?;
        mask = both(call, mask, Some(own))?;
    }
    for (name, place, own) in [("value_mask", "1", "value"), ("key_mask", "2", "key")] {
        if let Some(own) = of(call, name, place, own) {
            let own = as_truth(call, own, &[1, 1])?;
            mask = both(call, mask, Some(own))?;
        }
    }
    let (queries, keys) = (call.shape(query)[1], call.shape(value)[1]);
    if call.is_set("use_causal_mask", false) {
        let causal = band(call, queries, keys, None)?;
        mask = both(call, mask, Some(causal))?;
    }
    if let Some(window) = call.attribute("sliding_window").and_then(|window| window.as_i64()) {
        let near = band(call, queries, keys, Some(window))?;
        mask = both(call, mask, Some(near))?;
    }
    if let Some(given) = call.list("attention_mask").first().copied().or_else(|| call.find("6")) {
        let given = match call.rank(given) {
            3 => as_truth(call, given, &[1])?,
            _ => as_truth(call, given, &[])?,
        };
        mask = both(call, mask, Some(given))?;
    }
    Ok(mask)
}

/// Heads of keys or values, each as often as it serves heads of queries.
fn repeat_heads(call: &mut Call, x: Tracked, query: Tracked) -> Result<Tracked, String> {
    let (&[batch, own, steps, size], wanted) = (call.shape(x), call.shape(query)[1]) else {
        return Err("heads must have four axes".into());
    };
    let (Some(own_count), Some(count)) = (own.as_static(), wanted.as_static()) else { return Ok(x) };
    if own_count == count || own_count == 0 {
        return Ok(x);
    }
    let times = Dim::Static(count / own_count);
    let parted = call.reshape(x, &[batch, own, Dim::Static(1), steps, size])?;
    let repeated = call.broadcast(parted, &[batch, own, times, steps, size])?;
    call.reshape(repeated, &[batch, wanted, steps, size])
}

/// Heads side by side, and the product with the output's kernel.
fn join_heads(call: &mut Call, y: Tracked) -> Result<Tracked, String> {
    let y = call.transpose(y, &[0, 2, 1, 3])?;
    let kernel = call.weight("output/kernel")?;
    let (&[batch, steps, heads, size], &[_, _, ref outputs @ ..]) = (call.shape(y), call.shape(kernel)) else {
        return Err("the output's kernel must have at least three axes".into());
    };
    let inner = dim(element_count(&[heads, size])?)?;
    let flat = dim(element_count(outputs)?)?;
    let y = call.reshape(y, &[batch, steps, inner])?;
    let matrix = call.reshape(kernel, &[inner, flat])?;
    let y = last_axis_product(call, y, matrix)?;
    let y = call.reshape(y, &[&[batch, steps], outputs].concat())?;
    match call.find_weight("output/bias")? {
        Some(bias) => call.binary("graph.add", y, bias),
        None => Ok(y),
    }
}
