//! Numbers from a first one on, at equal distances.

use super::content::Item;
use super::emit::attribute;
use super::extent::{dim, maximum, subtract};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::ElementType;

/// The range of the node's first three operands: start, limit and delta.
pub(crate) fn range(node: &mut Node) -> Result<Tracked, String> {
    let (start, delta) = (node.input(0)?, node.input(2)?);
    let count = match is_known(node)? {
        true => count(node)?,
        false => run_time_count(node)?,
    };
    let element = node.element(start);
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let steps = node.cast(steps, element)?;
    let (start, delta) = (node.reshape(start, &[])?, node.reshape(delta, &[])?);
    let scaled = node.binary("graph.multiply", steps, delta)?;
    node.binary("graph.add", scaled, start)
}

/// `max(ceil((limit - start) / delta), 0)`.
fn count(node: &Node) -> Result<Dim, String> {
    let mut items = Vec::new();
    for (index, what) in ["start", "limit", "delta"].into_iter().enumerate() {
        let content = node.content(node.input(index)?);
        let item = content.and_then(|content| content.items.first().copied()).filter(|item| *item != Item::Unknown);
        items.push(item.ok_or_else(|| format!("{what} depends on data: the extent of the result is not known"))?);
    }
    let integers: Option<Vec<DimExpr>> = items.iter().map(|item| item.to_whole()).collect();
    if let Some(&[start, limit, delta]) = integers.as_deref() {
        let (span, delta) = match delta.as_constant() {
            Some(0) => return Err("delta is 0".into()),
            Some(delta) if delta < 0 => (subtract(start, limit)?, DimExpr::constant(delta.saturating_neg())),
            _ => (subtract(limit, start)?, delta),
        };
        let count = span.ceil_div(delta).ok_or("delta is 0")?;
        return dim(maximum(count, DimExpr::constant(0)));
    }
    let floats: Option<Vec<f64>> = items.iter().map(|item| item.to_f64()).collect();
    match floats.as_deref() {
        Some(&[start, limit, delta]) if delta != 0.0 => {
            let count = ((limit - start) / delta).ceil().max(0.0);
            if count > 1e15 {
                return Err("the result is too large".into());
            }
            Ok(Dim::Static(count as u64))
        }
        _ => Err("start, limit and delta must be constants or integers".into()),
    }
}

/// Whether something is known of start, limit and delta.
fn is_known(node: &Node) -> Result<bool, String> {
    let inputs = [node.input(0)?, node.input(1)?, node.input(2)?];
    let is_known = |&tensor: &Tracked| node.content(tensor).is_some_and(|content| content.is_known());
    Ok(inputs.iter().all(is_known))
}

/// The same of data: no number of elements if delta is 0.
fn run_time_count(node: &mut Node) -> Result<Dim, String> {
    let mut values = Vec::new();
    for index in 0..3 {
        let value = node.input(index)?;
        let value = node.reshape(value, &[])?;
        let work = if node.element(value).is_float() { ElementType::F64 } else { ElementType::I64 };
        values.push(node.cast(value, work)?);
    }
    let &[start, limit, delta] = values.as_slice() else { return Err("start, limit and delta are missing".into()) };
    let span = node.binary("graph.subtract", limit, start)?;
    let count = if node.element(span).is_float() {
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
