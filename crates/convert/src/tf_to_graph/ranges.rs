//! Numbers at equal distances.

use crate::conversion::content::Item;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, maximum, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("Range", range), row("LinSpace", line_space)];

fn range(node: &mut Node) -> Results {
    let (start, delta) = (node.input(0)?, node.input(2)?);
    let count = count(node)?;
    let element = node.element(start);
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let steps = node.cast(steps, element)?;
    let scaled = node.binary("graph.multiply", steps, delta)?;
    Ok(vec![node.binary("graph.add", scaled, start)?])
}

/// How many numbers there are: `max(ceil((limit - start) / delta), 0)`.
fn count(node: &mut Node) -> Result<Dim, String> {
    let inputs = [node.input(0)?, node.input(1)?, node.input(2)?];
    let items = inputs.map(|input| node.content(input).and_then(|content| content.items.first().copied()));
    let known: Option<Vec<Item>> = items.into_iter().collect();
    let integers = |items: &Vec<Item>| items.iter().map(|item| item.to_whole()).collect::<Option<Vec<DimExpr>>>();
    if let Some(&[start, limit, delta]) = known.as_ref().and_then(integers).as_deref() {
        let (span, delta) = match delta.as_constant() {
            Some(delta) if delta < 0 => (subtract(start, limit)?, DimExpr::constant(delta.saturating_neg())),
            _ => (subtract(limit, start)?, delta),
        };
        let count = span.ceil_div(delta).ok_or("delta is 0")?;
        return dim(maximum(count, DimExpr::constant(0)));
    }
    let floats = |items: &Vec<Item>| items.iter().map(|item| item.to_f64()).collect::<Option<Vec<f64>>>();
    if let Some(&[start, limit, delta]) = known.as_ref().and_then(floats).as_deref() {
        let count = ((limit - start) / delta).ceil().max(0.0);
        return match count < 1e15 {
            true => Ok(Dim::Static(count as u64)),
            false => Err("the result is too large".into()),
        };
    }
    let wide = if node.element(inputs[0]).is_float() { ElementType::F64 } else { ElementType::I64 };
    let mut values = [inputs[0]; 3];
    for (value, input) in values.iter_mut().zip(inputs) {
        *value = node.cast(input, wide)?;
    }
    let [start, limit, delta] = values;
    let span = node.binary("graph.subtract", limit, start)?;
    let count = if wide == ElementType::F64 {
        let steps = node.binary("graph.divide", span, delta)?;
        node.unary("graph.ceil", steps)?
    } else {
        // Rounded up is the opposite rounded down.
        let opposite = node.unary("graph.negate", span)?;
        let rest = node.binary("graph.modulo", opposite, delta)?;
        let raised = node.binary("graph.add", span, rest)?;
        node.binary("graph.divide", raised, delta)?
    };
    let count = node.clamp(count, Some(0.0), Some(1e15))?;
    let count = node.cast(count, ElementType::I64)?;
    let are_valid = node.binary_scalar("graph.not_equal", delta, 0.0)?;
    let bound = node.bind_valid(are_valid, count, &[])?;
    bound.first().copied().ok_or_else(|| "a count is one number".into())
}

/// Numbers from a first to a last one.
fn line_space(node: &mut Node) -> Results {
    let (start, stop, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = *node.counts_of(count)?.first().ok_or("the count is empty")?;
    let element = node.element(start);
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[dim(count)?], Type::i64())?;
    let steps = node.cast(steps, element)?;
    let last: Tracked = node.extent(maximum(subtract(count, DimExpr::constant(1))?, DimExpr::constant(1)));
    let last = node.cast(last, element)?;
    let span = node.binary("graph.subtract", stop, start)?;
    let step = node.binary("graph.divide", span, last)?;
    let moved = node.binary("graph.multiply", steps, step)?;
    let line = node.binary("graph.add", moved, start)?;
    // The last is the one that is asked for, however steps are rounded.
    let is_last = node.binary("graph.equal", steps, last)?;
    let zero = node.tensor(Tensor::scalar(0.0f32))?;
    let zero = node.cast(zero, element)?;
    let has_more = node.binary("graph.greater", steps, zero)?;
    let is_last = node.binary("graph.and", is_last, has_more)?;
    Ok(vec![node.select(is_last, stop, line)?])
}
