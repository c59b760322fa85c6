//! `LinearAttention`, `CausalConvWithState`: layers that carry a state from one call to the next.

use super::activations::swish;
use super::conversion::Tracked;
use super::emit::attribute;
use super::extent::{constant, dim, expr, floor_divide};
use super::matmul::product;
use super::node::{Node, Results, Row, row};
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] =
    &[row("LinearAttention", linear_attention), row("CausalConvWithState", causal_convolution)];

/// The longest sequence: each step adds the whole recurrence to the model.
const MOST_STEPS: u64 = 256;

/// The node's inputs apart from the query: one step of each is what a step of the recurrence reads.
struct Recurrence {
    key: Tracked,
    value: Tracked,
    decay: Option<Tracked>,
    beta: Option<Tracked>,
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
    let length = length.as_static().filter(|&length| length <= MOST_STEPS);
    let length = length.ok_or_else(|| format!("the sequence must be static and of at most {MOST_STEPS} steps"))?;
    let size = dim(floor_divide(expr(width)?, constant(query_heads as i64))?)?;
    let value_width = *node.shape(value).get(2).ok_or("the value must have 3 axes")?;
    let value_size = dim(floor_divide(expr(value_width)?, constant(heads as i64))?)?;
    let element = node.element(query);
    let work = if element.is_narrow_float() { ElementType::F32 } else { element };
    let scale = match (node.float_or("scale", 0.0), size) {
        (0.0, Dim::Static(size)) => 1.0 / (size as f64).sqrt(),
        (0.0, _) => return Err("the size of a head must be static".into()),
        (scale, _) => scale,
    };
    let rule = node.string_or("update_rule", "gated_delta");
    let inputs = recurrence(node, rule, work)?;
    let (heads, one) = (Dim::Static(heads), Dim::Static(1));
    let group = Dim::Static(query_heads / heads.as_static().unwrap_or(1));
    let mut state = match node.optional(3) {
        Some(past) => node.cast(past, work)?,
        None => {
            let zero = node.scalar(work, 0.0)?;
            node.broadcast(zero, &[batch, heads, size, value_size])?
        }
    };
    let query = node.cast(query, work)?;
    let query = node.binary_scalar("graph.multiply", query, scale)?;
    let mut outputs = Vec::new();
    for step in 0..length {
        state = inputs.update(node, state, step, [batch, heads, size, value_size])?;
        let query = at(node, query, step, &[batch, heads, group, size])?;
        let output = product(node, query, state)?;
        let width = dim(super::extent::multiply(constant(query_heads as i64), expr(value_size)?)?)?;
        outputs.push(node.reshape(output, &[batch, one, width])?);
    }
    let output = node.concat(&outputs, 1)?;
    Ok(vec![node.cast(output, element)?, node.cast(state, element)?])
}

fn recurrence(node: &mut Node, rule: &str, work: ElementType) -> Result<Recurrence, String> {
    let (gated, delta) = match rule {
        "linear" => (false, false),
        "gated" => (true, false),
        "delta" => (false, true),
        "gated_delta" => (true, true),
        other => return Err(format!("update_rule \"{other}\" is not known")),
    };
    let mut input = |index: usize| -> Result<Tracked, String> {
        let input = node.input(index)?;
        node.cast(input, work)
    };
    Ok(Recurrence {
        key: input(1)?,
        value: input(2)?,
        decay: if gated { Some(input(4)?) } else { None },
        beta: if delta { Some(input(5)?) } else { None },
    })
}

/// One step of a packed sequence, its heads apart.
fn at(node: &mut Node, x: Tracked, step: u64, shape: &[Dim]) -> Result<Tracked, String> {
    let part = node.slice_axis(x, 1, Dim::Static(step), Dim::Static(1))?;
    node.reshape(part, shape)
}

impl Recurrence {
    /// The state after a step; `sizes` are the batch, the heads, and the sizes of a key and of a value.
    fn update(&self, node: &mut Node, state: Tracked, step: u64, sizes: [Dim; 4]) -> Result<Tracked, String> {
        let ([batch, heads, size, value_size], one) = (sizes, Dim::Static(1));
        let key = at(node, self.key, step, &[batch, heads, size, one])?;
        let mut value = at(node, self.value, step, &[batch, heads, one, value_size])?;
        let mut state = state;
        if let Some(decay) = self.decay {
            let by_head = node.shape(decay).get(2) == Some(&heads);
            let decay = at(node, decay, step, &[batch, heads, if by_head { one } else { size }, one])?;
            let factor = node.unary("graph.exp", decay)?;
            state = node.binary("graph.multiply", factor, state)?;
        }
        if let Some(beta) = self.beta {
            let stored = node.binary("graph.multiply", key, state)?;
            let stored = node.reduce("graph.reduce_sum", stored, &[2])?;
            value = node.binary("graph.subtract", value, stored)?;
            let shared = node.shape(beta).get(2) == Some(&one);
            let beta = at(node, beta, step, &[batch, if shared { one } else { heads }, one, one])?;
            value = node.binary("graph.multiply", beta, value)?;
        }
        let outer = node.binary("graph.multiply", key, value)?;
        node.binary("graph.add", state, outer)
    }
}

/// A convolution of each channel with what came before; the state is the end of what it read.
fn causal_convolution(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let (&[batch, channels, length], &[_, _, size]) = (node.shape(x), node.shape(filter)) else {
        return Err("input and weights must have 3 axes".into());
    };
    let is_known = [channels, size].into_iter().all(|extent| extent.as_static().is_some());
    let kept = dim(super::extent::subtract(expr(size)?, constant(1))?)?;
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
    let mut y = super::reduction::drop_axes(node, sums, &[3])?;
    if let Some(bias) = node.optional(2) {
        let bias = node.cast(bias, work)?;
        let bias = node.column(bias)?;
        y = node.binary("graph.add", y, bias)?;
    }
    node.cast(y, element)
}
