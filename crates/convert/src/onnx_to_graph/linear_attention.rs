//! `LinearAttention`, `CausalConvWithState`: layers that carry a state from one call to the next. The recurrence of the
//! first is a `graph.loop` over the steps; one of few steps is unrolled when the graph is simplified.

use super::activations::swish;
use super::attention::Scale;
use super::matmul::product;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] =
    &[row("LinearAttention", linear_attention), row("CausalConvWithState", causal_convolution)];

/// The node's inputs: one step of each is what a step of the recurrence reads.
struct Recurrence {
    /// Scaled, its heads apart.
    query: Tracked,
    key: Tracked,
    value: Tracked,
    decay: Option<Tracked>,
    beta: Option<Tracked>,
}

/// The extents of a step.
struct Sizes {
    batch: Dim,
    /// Heads of the key.
    heads: Dim,
    /// Heads of the query for each of the key.
    group: Dim,
    /// Of a key, for one head.
    key: Dim,
    /// Of a value, for one head.
    value: Dim,
}

/// `S = exp(g) * S + beta * k (v - k' exp(g) S)`, `o = scale * q' S` for each head and step: without `g` it is 0, and
/// without `beta` what is stored already is not taken off.
fn linear_attention(node: &mut Node) -> Results {
    let (query, value) = (node.input(0)?, node.input(2)?);
    let heads = |name: &str| node.int(name).and_then(|heads| u64::try_from(heads).ok()).filter(|&heads| heads > 0);
    let (query_heads, heads) = (heads("q_num_heads"), heads("kv_num_heads"));
    let (query_heads, heads) = query_heads.zip(heads).ok_or("the numbers of heads are missing")?;
    if !query_heads.is_multiple_of(heads) {
        return Err(format!("{query_heads} heads of the query do not share {heads} of the key"));
    }
    let &[batch, length, width] = node.shape(query) else { return Err("the query must have 3 axes".into()) };
    let &[_, _, value_width] = node.shape(value) else { return Err("the value must have 3 axes".into()) };
    let size = dim(floor_divide(expr(width)?, constant(query_heads as i64))?)?;
    let value_size = dim(floor_divide(expr(value_width)?, constant(heads as i64))?)?;
    let element = node.element(query);
    let work = if element.is_narrow_float() { ElementType::F32 } else { element };
    let query = node.cast(query, work)?;
    let query = node.reshape(query, &[batch, length, Dim::Static(query_heads), size])?;
    let query = Scale::nonzero(node, query)?.multiply(node, query)?;
    let rule = node.string_or("update_rule", "gated_delta");
    let inputs = recurrence(node, rule, query, work)?;
    let group = Dim::Static(query_heads / heads);
    let sizes = Sizes { batch, heads: Dim::Static(heads), group, key: size, value: value_size };
    let state_shape = [batch, sizes.heads, size, value_size];
    let state = match node.optional(3) {
        Some(past) => {
            let past = node.cast(past, work)?;
            node.expect_shape(past, &state_shape, "the past state")?
        }
        None => {
            let zero = node.scalar(work, 0.0)?;
            node.broadcast(zero, &state_shape)?
        }
    };
    let rolled = Rolled {
        rounds: Some(length),
        start: None,
        initial: vec![state],
        is_certain: true,
        counts: false,
        growing: 0,
        declared: node.output_count(),
    };
    let results = node.roll(rolled, |node, step, carried| {
        let [state] = *carried else { return Err("the state is carried".into()) };
        let state = inputs.update(node, state, step, &sizes)?;
        Ok(vec![state, inputs.output(node, state, step, &sizes)?])
    })?;
    let [state, outputs] = results[..] else { return Err("the loop makes a state and outputs".into()) };
    let output = node.transpose(outputs, &[1, 0, 2])?;
    Ok(vec![node.cast(output, element)?, node.cast(state, element)?])
}

fn recurrence(node: &mut Node, rule: &str, query: Tracked, work: ElementType) -> Result<Recurrence, String> {
    let (gated, delta) = match rule {
        "linear" => (false, false),
        "gated" => (true, false),
        "delta" => (false, true),
        "gated_delta" => (true, true),
        other => return Err(format!("update_rule \"{other}\" is not known")),
    };
    let &[batch, length, ..] = node.shape(query) else { return Err("the query must have 3 axes".into()) };
    let mut input = |index: usize, name: &str| -> Result<Tracked, String> {
        let input = node.input(index)?;
        let &[_, _, width] = node.shape(input) else { return Err(format!("the {name} must have 3 axes")) };
        let input = node.expect_shape(input, &[batch, length, width], &format!("the {name}"))?;
        node.cast(input, work)
    };
    Ok(Recurrence {
        query,
        key: input(1, "key")?,
        value: input(2, "value")?,
        decay: if gated { Some(input(4, "decay")?) } else { None },
        beta: if delta { Some(input(5, "beta")?) } else { None },
    })
}

/// One step of a sequence, its heads apart.
fn at(node: &mut Node, x: Tracked, step: Tracked, shape: &[Dim]) -> Result<Tracked, String> {
    let part = node.emit("graph.gather", &[x, step], &[("axis", attribute(1i64))])?;
    node.reshape(part, shape)
}

impl Recurrence {
    /// The state after a step.
    fn update(&self, node: &mut Node, state: Tracked, step: Tracked, sizes: &Sizes) -> Result<Tracked, String> {
        let (&Sizes { batch, heads, .. }, one) = (sizes, Dim::Static(1));
        let key = at(node, self.key, step, &[batch, heads, sizes.key, one])?;
        let mut value = at(node, self.value, step, &[batch, heads, one, sizes.value])?;
        let mut state = state;
        if let Some(decay) = self.decay {
            // A head has one factor, or one for each of its rows.
            let rows = dim(floor_divide(expr(node.shape(decay)[2])?, expr(heads)?)?)?;
            let decay = at(node, decay, step, &[batch, heads, rows, one])?;
            let decay = node.broadcast(decay, &[batch, heads, sizes.key, one])?;
            let factor = node.unary("graph.exp", decay)?;
            state = node.binary("graph.multiply", factor, state)?;
        }
        if let Some(beta) = self.beta {
            let stored = node.binary("graph.multiply", key, state)?;
            let stored = node.reduce("graph.reduce_sum", stored, &[2])?;
            value = node.binary("graph.subtract", value, stored)?;
            // Heads have one number each, or share one.
            let beta = at(node, beta, step, &[batch, node.shape(beta)[2], one, one])?;
            let beta = node.broadcast(beta, &[batch, heads, one, one])?;
            value = node.binary("graph.multiply", beta, value)?;
        }
        let outer = node.binary("graph.multiply", key, value)?;
        node.binary("graph.add", state, outer)
    }

    /// What a step reads of the state: heads side by side.
    fn output(&self, node: &mut Node, state: Tracked, step: Tracked, sizes: &Sizes) -> Result<Tracked, String> {
        let query = at(node, self.query, step, &[sizes.batch, sizes.heads, sizes.group, sizes.key])?;
        let output = product(node, query, state)?;
        let heads = multiply(expr(sizes.heads)?, expr(sizes.group)?)?;
        node.reshape(output, &[sizes.batch, dim(multiply(heads, expr(sizes.value)?)?)?])
    }
}

/// A convolution of each channel with what came before; the state is the end of what it read.
fn causal_convolution(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let (&[batch, channels, length], &[_, _, size]) = (node.shape(x), node.shape(filter)) else {
        return Err("input and weights must have 3 axes".into());
    };
    let is_known = [channels, size].into_iter().all(|extent| extent.as_static().is_some());
    let kept = dim(subtract(expr(size)?, constant(1))?)?;
    let past_shape = [batch, channels, kept];
    let past = match node.optional(3) {
        Some(past) => node.expect_shape(past, &past_shape, "the past state")?,
        None => {
            let zero = node.scalar(node.element(x), 0.0)?;
            node.broadcast(zero, &past_shape)?
        }
    };
    let joined = if kept.is(0) { x } else { node.concat(&[past, x], 2)? };
    let mut y = match is_known {
        true => by_channel(node, joined, filter, channels)?,
        false => by_tap(node, joined, filter, [channels, length, size])?,
    };
    match node.string_or("activation", "none") {
        "none" => {}
        "silu" | "swish" => y = swish(node, y, 1.0)?,
        other => return Err(format!("activation \"{other}\" is not known")),
    }
    let state = if kept.is(0) { past } else { node.slice_axis(joined, 2, length, kept)? };
    Ok(vec![y, state])
}

/// The convolution of each channel by itself.
fn by_channel(node: &mut Node, x: Tracked, filter: Tracked, channels: Dim) -> Result<Tracked, String> {
    let given = [
        ("strides", attribute(vec![1i64])),
        ("dilations", attribute(vec![1i64])),
        ("pad_low", attribute(vec![0i64])),
        ("pad_high", attribute(vec![0i64])),
        ("groups", attribute(channels.as_static().unwrap_or(0) as i64)),
        ("layout", attribute("channels_first")),
    ];
    let mut operands = vec![x, filter];
    operands.extend(node.optional(2));
    node.emit("graph.conv", &operands, &given)
}

/// The same where only a run tells how many channels or taps there are: what each tap reads, times it, added up.
fn by_tap(node: &mut Node, x: Tracked, filter: Tracked, extents: [Dim; 3]) -> Result<Tracked, String> {
    let [channels, length, size] = extents;
    let (starts, taps) = (node.line(0, length)?, node.line(1, size)?);
    let element = node.element(x);
    let work = if element.is_narrow_float() { ElementType::F32 } else { element };
    let (x, filter) = (node.cast(x, work)?, node.cast(filter, work)?);
    let places = node.binary("graph.add", starts, taps)?;
    let read = node.emit("graph.gather", &[x, places], &[("axis", attribute(2i64))])?;
    let filter = node.reshape(filter, &[channels, Dim::Static(1), size])?;
    let products = node.binary("graph.multiply", read, filter)?;
    let sums = node.reduce("graph.reduce_sum", products, &[3])?;
    let mut y = node.drop_axes(sums, &[3])?;
    if let Some(bias) = node.optional(2) {
        let bias = node.cast(bias, work)?;
        let bias = node.column(bias)?;
        y = node.binary("graph.add", y, bias)?;
    }
    node.cast(y, element)
}
