//! `Range`: from constants or extents.

use super::content::Item;
use super::emit::attribute;
use super::extent::{dim, maximum, subtract};
use super::node::{Node, Results, Row, row};
use kiln_ir::{Dim, DimExpr, Type};

pub(crate) const ROWS: &[Row] = &[row("Range", range)];

pub(crate) fn range(node: &mut Node) -> Results {
    let (start, delta) = (node.input(0)?, node.input(2)?);
    let count = count(node)?;
    let element = node.element(start);
    let steps = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let steps = node.cast(steps, element)?;
    let (start, delta) = (node.reshape(start, &[])?, node.reshape(delta, &[])?);
    let scaled = node.binary("graph.multiply", steps, delta)?;
    Ok(vec![node.binary("graph.add", scaled, start)?])
}

/// `max(ceil((limit - start) / delta), 0)`.
fn count(node: &Node) -> Result<Dim, String> {
    let mut items = Vec::new();
    for (index, what) in ["start", "limit", "delta"].into_iter().enumerate() {
        let content = node.content(node.input(index)?);
        let item = content.and_then(|content| content.items.first().copied()).filter(|item| *item != Item::Unknown);
        items.push(item.ok_or_else(|| format!("{what} depends on data: the extent of the result is not known"))?);
    }
    if let [Item::Integer(start), Item::Integer(limit), Item::Integer(delta)] = items[..] {
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
