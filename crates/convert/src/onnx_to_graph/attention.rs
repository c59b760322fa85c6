//! `Attention`: one op where nothing within is asked for, else products, a softmax and masks.

use super::cast::element_of;
use super::matmul::product;
use crate::conversion::content::Content;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr, floor_divide, minimum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_graph::AttentionView;
use kiln_ir::{Attributes, Dim, DimExpr, Name, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("Attention", attention)];

/// `softmax(scale * Q * K' + bias) * V` for each head.
fn attention(node: &mut Node) -> Results {
    let inputs = [node.input(0)?, node.input(1)?, node.input(2)?];
    let flat = node.rank(inputs[0]) == 3;
    let (query_heads, key_heads) = (node.int_or("q_num_heads", 0), node.int_or("kv_num_heads", 0));
    let query = split_heads(node, inputs[0], query_heads)?;
    let (key, value) = (split_heads(node, inputs[1], key_heads)?, split_heads(node, inputs[2], key_heads)?);
    let (past_key, past_value) = (node.optional(4), node.optional(5));
    let offset = past_key.map_or(Dim::Static(0), |past| node.shape(past).get(2).copied().unwrap_or(Dim::Unknown));
    let key = joined(node, past_key, key)?;
    let value = joined(node, past_value, value)?;
    let given = [3, 6].into_iter().any(|input| node.optional(input).is_some());
    let windows = ["left_window_size", "right_window_size"].into_iter().any(|name| node.int_or(name, -1) >= 0);
    let causal = node.flag("is_causal", false).then_some(offset).filter(|_| node.optional(6).is_none());
    // What lies ahead needs no bias, if nothing else does.
    let bias = if causal.is_some() && !given && !windows { None } else { bias(node, query, key, offset)? };
    if !node.is_output_used(3)
        && let Some(result) = fused(node, [query, key, value], bias, causal)?
    {
        let result = if flat { merge_heads(node, result)? } else { result };
        return Ok(vec![result, key, value]);
    }
    let bias = match (bias, causal) {
        (None, Some(_)) => self::bias(node, query, key, offset)?,
        (bias, _) => bias,
    };
    let (wide_key, wide_value) = (repeat_heads(node, key, query)?, repeat_heads(node, value, query)?);

    let element = node.element(query);
    let rounding = Rounding::of(node, element)?;
    let scores = scores(node, query, wide_key, rounding)?;
    let softcap = node.float_or("softcap", 0.0);
    let capped = match softcap == 0.0 {
        true => scores,
        false => {
            let divided = node.binary_scalar("graph.divide", scores, softcap)?;
            let divided = rounding.round(node, divided)?;
            let bounded = node.unary("graph.tanh", divided)?;
            let bounded = rounding.round(node, bounded)?;
            let capped = node.binary_scalar("graph.multiply", bounded, softcap)?;
            rounding.round(node, capped)?
        }
    };
    let biased = match bias {
        Some(bias) => {
            let bias = rounding.widen(node, bias)?;
            let biased = node.binary("graph.add", capped, bias)?;
            rounding.round(node, biased)?
        }
        None => capped,
    };
    let weights = weights(node, biased, bias, rounding)?;
    let cast_weights = node.cast(weights, element)?;
    let result = product(node, cast_weights, wide_value)?;
    let result = if flat { merge_heads(node, result)? } else { result };
    let shown = match node.int_or("qk_matmul_output_mode", 0) {
        0 => scores,
        1 if node.version < 25 && softcap == 0.0 => biased,
        1 => capped,
        2 => biased,
        3 => cast_weights,
        other => return Err(format!("qk_matmul_output_mode {other} is not known")),
    };
    Ok(vec![result, key, value, node.cast(shown, element)?])
}

/// Attention as one op, if it computes as precisely as is asked for. Rows that the bias masks altogether are 0.
fn fused(
    node: &mut Node,
    [query, key, value]: [Tracked; 3],
    bias: Option<Tracked>,
    causal: Option<Dim>,
) -> Result<Option<Tracked>, String> {
    let element = node.element(query);
    let precision = match node.int("softmax_precision").filter(|&number| number != 0) {
        Some(number) => element_of(number)?,
        None => element,
    };
    let operands: Vec<Tracked> = [query, key, value].into_iter().chain(bias).collect();
    let Some(scale) = Scale::of(node, query)?.known() else { return Ok(None) };
    let mut given = vec![("scale", attribute(scale))];
    let softcap = node.float_or("softcap", 0.0);
    if softcap != 0.0 {
        given.push(("softcap", attribute(softcap)));
    }
    if let Some(offset) = causal {
        given.push(("causal", dims_attribute(&[offset])));
    }
    let types: Vec<Type> = operands.iter().map(|&operand| tensor_type(node, operand)).collect();
    let attributes: Attributes = given.iter().map(|&(name, value)| (Name::new(name), value)).collect();
    // The op computes narrow floats as `f32` throughout, without rounding where this operator does unless told otherwise.
    let computed = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    if precision != computed || AttentionView::parse(&types, &attributes).is_err() {
        return Ok(None);
    }
    let result = node.emit("graph.attention", &operands, &given)?;
    let Some(bias) = bias else { return Ok(Some(result)) };
    let masked = masked_rows(node, bias)?;
    let zero = node.scalar(element, 0.0)?;
    node.select(masked, zero, result).map(Some)
}

fn tensor_type(node: &Node, tensor: Tracked) -> Type {
    Type::tensor(node.shape(tensor), node.element_type(tensor))
}

/// Batch, length, heads times size to batch, heads, length, size.
pub(crate) fn split_heads(node: &mut Node, x: Tracked, heads: i64) -> Result<Tracked, String> {
    match node.shape(x) {
        &[batch, length, hidden] => {
            let heads = u64::try_from(heads).ok().filter(|&heads| heads > 0).ok_or("the number of heads is missing")?;
            let size = dim(floor_divide(expr(hidden)?, constant(heads as i64))?)?;
            let apart = node.reshape(x, &[batch, length, Dim::Static(heads), size])?;
            node.transpose(apart, &[0, 2, 1, 3])
        }
        shape if shape.len() == 4 => Ok(x),
        _ => Err("inputs must have 3 or 4 axes".into()),
    }
}

pub(crate) fn merge_heads(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let &[batch, heads, length, size] = node.shape(x) else { return Err("a result has 4 axes".into()) };
    let moved = node.transpose(x, &[0, 2, 1, 3])?;
    node.reshape(moved, &[batch, length, dim(multiply(expr(heads)?, expr(size)?)?)?])
}

pub(crate) fn joined(node: &mut Node, past: Option<Tracked>, new: Tracked) -> Result<Tracked, String> {
    match past {
        Some(past) => node.concat(&[past, new], 2),
        None => Ok(new),
    }
}

/// Each head as often as heads of the query share it, one after the other.
pub(crate) fn repeat_heads(node: &mut Node, x: Tracked, query: Tracked) -> Result<Tracked, String> {
    let &[batch, heads, length, size] = node.shape(x) else { return Err("keys have 4 axes".into()) };
    let wanted = *node.shape(query).get(1).ok_or("queries have 4 axes")?;
    if wanted == heads {
        return Ok(x);
    }
    let count = match (wanted, heads) {
        (Dim::Static(wanted), Dim::Static(heads)) if heads == 0 || wanted % heads != 0 => {
            return Err(format!("{wanted} heads of the query do not share {heads} of the key"));
        }
        _ => dim(floor_divide(expr(wanted)?, expr(heads)?)?)?,
    };
    let apart = node.reshape(x, &[batch, heads, Dim::Static(1), length, size])?;
    let repeated = node.broadcast(apart, &[batch, heads, count, length, size])?;
    node.reshape(repeated, &[batch, wanted, length, size])
}

/// What products are scaled by: a number, or a scalar of `f64` where only a run tells the size of a head.
pub(crate) enum Scale {
    Known(f64),
    Computed(Tracked),
}

impl Scale {
    /// What the node says, else one divided by the square root of the size of a head.
    pub fn of(node: &mut Node, query: Tracked) -> Result<Scale, String> {
        Scale::or_by_size(node, node.attribute("scale").and_then(|scale| scale.as_f64()), query)
    }

    /// The same where 0 says nothing.
    pub fn nonzero(node: &mut Node, query: Tracked) -> Result<Scale, String> {
        Scale::or_by_size(node, Some(node.float_or("scale", 0.0)).filter(|&scale| scale != 0.0), query)
    }

    fn or_by_size(node: &mut Node, given: Option<f64>, query: Tracked) -> Result<Scale, String> {
        let size = *node.shape(query).get(3).ok_or("queries have 4 axes")?;
        match (given, size) {
            (Some(scale), _) => Ok(Scale::Known(scale)),
            (None, Dim::Static(size)) => Ok(Scale::Known(1.0 / (size as f64).sqrt())),
            (None, size) => {
                let size = scalar(node, expr(size)?)?;
                let size = node.cast(size, ElementType::F64)?;
                let root = node.unary("graph.sqrt", size)?;
                Ok(Scale::Computed(node.unary("graph.reciprocal", root)?))
            }
        }
    }

    /// The number, if it is known.
    pub fn known(&self) -> Option<f64> {
        match *self {
            Scale::Known(scale) => Some(scale),
            Scale::Computed(_) => None,
        }
    }

    /// The square root of the scale.
    pub fn sqrt(&self, node: &mut Node) -> Result<Scale, String> {
        match *self {
            Scale::Known(scale) => Ok(Scale::Known(scale.sqrt())),
            Scale::Computed(scale) => Ok(Scale::Computed(node.unary("graph.sqrt", scale)?)),
        }
    }

    /// `x` times the scale.
    pub fn multiply(&self, node: &mut Node, x: Tracked) -> Result<Tracked, String> {
        match *self {
            Scale::Known(scale) => node.binary_scalar("graph.multiply", x, scale),
            Scale::Computed(scale) => {
                let scale = node.cast(scale, node.element(x))?;
                node.binary("graph.multiply", x, scale)
            }
        }
    }
}

/// Which narrow floats each step is rounded to, if it is: where a softmax of no wider precision is asked for. Ops on narrow
/// floats that are computed together are rounded once, at their end, so steps are on `f32` and rounded by conversions.
#[derive(Clone, Copy)]
struct Rounding(Option<ElementType>);

impl Rounding {
    fn of(node: &Node, element: ElementType) -> Result<Rounding, String> {
        let precision = match node.int("softmax_precision").filter(|&number| number != 0) {
            Some(number) => element_of(number)?,
            None => element,
        };
        Ok(Rounding(Some(element).filter(|&element| element.is_narrow_float() && precision == element)))
    }

    fn widen(self, node: &mut Node, x: Tracked) -> Result<Tracked, String> {
        if self.0.is_some() { node.cast(x, ElementType::F32) } else { Ok(x) }
    }

    fn round(self, node: &mut Node, x: Tracked) -> Result<Tracked, String> {
        let Some(element) = self.0 else { return Ok(x) };
        let narrow = node.cast(x, element)?;
        node.cast(narrow, ElementType::F32)
    }
}

/// The scaled products. Each side takes the square root of the scale, as the operator's definition has it.
fn scores(node: &mut Node, query: Tracked, key: Tracked, rounding: Rounding) -> Result<Tracked, String> {
    let scale = Scale::of(node, query)?.sqrt(node)?;
    let scale = match scale {
        Scale::Known(scale) => node.scalar(node.element(query), scale)?,
        Scale::Computed(scale) => node.cast(scale, node.element(query))?,
    };
    let scale = rounding.widen(node, scale)?;
    let turned = node.transpose(key, &[0, 1, 3, 2])?;
    let mut scaled = |x: Tracked| {
        let x = rounding.widen(node, x)?;
        let x = node.binary("graph.multiply", x, scale)?;
        rounding.round(node, x)
    };
    let (query, turned) = (scaled(query)?, scaled(turned)?);
    let products = product(node, query, turned)?;
    rounding.round(node, products)
}

/// The softmax; rows that the bias masks altogether are 0.
fn weights(node: &mut Node, biased: Tracked, bias: Option<Tracked>, rounding: Rounding) -> Result<Tracked, String> {
    let precision = match node.int("softmax_precision").filter(|&number| number != 0 && rounding.0.is_none()) {
        Some(number) => element_of(number)?,
        None => node.element(biased),
    };
    let wide = node.cast(biased, precision)?;
    let axis = node.rank(wide) - 1;
    let weights = match rounding.0.is_some() {
        true => stepwise_softmax(node, wide, axis, rounding)?,
        false => node.emit("graph.softmax", &[wide], &[("axis", attribute(axis as i64))])?,
    };
    let Some(bias) = bias else { return Ok(weights) };
    let masked = masked_rows(node, bias)?;
    let zero = node.scalar(precision, 0.0)?;
    node.select(masked, zero, weights)
}

/// A softmax of which each of the steps that define it is rounded.
fn stepwise_softmax(node: &mut Node, x: Tracked, axis: usize, rounding: Rounding) -> Result<Tracked, String> {
    let largest = node.reduce("graph.reduce_max", x, &[axis])?;
    let less = node.binary("graph.subtract", x, largest)?;
    let less = rounding.round(node, less)?;
    let power = node.unary("graph.exp", less)?;
    let power = rounding.round(node, power)?;
    let sum = node.reduce("graph.reduce_sum", power, &[axis])?;
    let sum = rounding.round(node, sum)?;
    let quotient = node.binary("graph.divide", power, sum)?;
    rounding.round(node, quotient)
}

/// Whether a bias masks a row altogether.
fn masked_rows(node: &mut Node, bias: Tracked) -> Result<Tracked, String> {
    let highest = node.reduce("graph.reduce_max", bias, &[node.rank(bias) - 1])?;
    let lowest = node.scalar(node.element(bias), f64::NEG_INFINITY)?;
    node.binary("graph.equal", highest, lowest)
}

/// What is added to the products: 0 or what the mask says where a query sees a key, minus infinity where not.
fn bias(node: &mut Node, query: Tracked, key: Tracked, offset: Dim) -> Result<Option<Tracked>, String> {
    let element = node.element(query);
    let (length, keys) = (node.shape(query)[2], node.shape(key)[2]);
    let mut bias = match node.optional(3) {
        Some(mask) => Some(additive(node, mask, keys, element)?),
        None => None,
    };
    let padding = node.optional(6);
    // The place of the first query among the keys: one for all, or one for each of the batch.
    let first = match (padding, offset) {
        (Some(counts), Dim::Static(0)) => {
            let counts = node.cast(counts, ElementType::I64)?;
            let own = scalar(node, expr(length)?)?;
            let first = node.binary("graph.subtract", counts, own)?;
            by_batch(node, first)?
        }
        (_, offset) => scalar(node, expr(offset)?)?,
    };
    let rows = line(node, &[length, Dim::Static(1)], 0)?;
    let columns = line(node, &[Dim::Static(1), keys], 1)?;
    let place = node.binary("graph.add", rows, first)?;
    let mut allow = |node: &mut Node, allowed: Tracked| -> Result<(), String> {
        let (open, shut) = (node.scalar(element, 0.0)?, node.scalar(element, f64::NEG_INFINITY)?);
        let term = node.select(allowed, open, shut)?;
        bias = Some(match bias {
            Some(bias) => node.binary("graph.add", bias, term)?,
            None => term,
        });
        Ok(())
    };
    if node.flag("is_causal", false) {
        let allowed = node.binary("graph.less_equal", columns, place)?;
        allow(node, allowed)?;
    }
    let back = node.binary("graph.subtract", place, columns)?;
    for (name, direction) in [("left_window_size", 1), ("right_window_size", -1)] {
        let size = node.int_or(name, -1);
        if size >= 0 {
            let bound = node.tensor(Tensor::scalar(direction * size))?;
            let op = if direction > 0 { "graph.less_equal" } else { "graph.greater_equal" };
            let allowed = node.binary(op, back, bound)?;
            allow(node, allowed)?;
        }
    }
    if let Some(counts) = padding {
        let counts = node.cast(counts, ElementType::I64)?;
        let counts = by_batch(node, counts)?;
        let allowed = node.binary("graph.less", columns, counts)?;
        allow(node, allowed)?;
    }
    Ok(bias)
}

/// One number for each of the batch, with an axis of 1 for each other axis.
fn by_batch(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let &[batch] = node.shape(x) else { return Err("lengths must have one axis".into()) };
    node.reshape(x, &[batch, Dim::Static(1), Dim::Static(1), Dim::Static(1)])
}

/// A mask as numbers to add, for as many keys as there are.
fn additive(node: &mut Node, mask: Tracked, keys: Dim, element: ElementType) -> Result<Tracked, String> {
    let mut mask = mask;
    if node.element(mask) == ElementType::I1 {
        let (open, shut) = (node.scalar(element, 0.0)?, node.scalar(element, f64::NEG_INFINITY)?);
        mask = node.select(mask, open, shut)?;
    }
    let mask = node.cast(mask, element)?;
    let own = *node.shape(mask).last().ok_or("the mask has no axes")?;
    let missing = subtract(expr(keys)?, expr(own)?)?;
    if own == keys || own.is(1) || missing.as_constant().is_some_and(|missing| missing <= 0) {
        return Ok(mask);
    }
    // A mask of one column is for all keys, also where only a run tells that it has but one.
    let is_wide = minimum(subtract(expr(own)?, constant(1))?, constant(1));
    let missing = multiply(missing, is_wide)?;
    let rank = node.rank(mask);
    let mut high = vec![Dim::Static(0); rank];
    high[rank - 1] = dim(missing)?;
    let given =
        [("low", attribute(vec![Dim::Static(0); rank])), ("high", attribute(high)), ("mode", attribute("constant"))];
    let shut = node.scalar(element, f64::NEG_INFINITY)?;
    let mask = node.emit("graph.pad", &[mask, shut], &given)?;
    let mut shape = node.shape(mask).to_vec();
    shape[rank - 1] = keys;
    node.broadcast(mask, &shape)
}

/// An extent as data.
pub(crate) fn scalar(node: &mut Node, value: DimExpr) -> Result<Tracked, String> {
    Ok(node.conversion.track_content(Content { shape: Vec::new(), ..Content::vector(vec![value]) }))
}

fn line(node: &mut Node, shape: &[Dim], axis: i64) -> Result<Tracked, String> {
    node.emit_as("graph.iota", &[], &[("axis", attribute(axis))], shape, Type::i64())
}
