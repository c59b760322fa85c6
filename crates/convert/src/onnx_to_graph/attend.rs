//! Attention for operators that only say what is added to scores: one op where extents are known, else products and a
//! softmax.

use super::attention::{Scale, repeat_heads, scalar};
use super::matmul::product;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::expr;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_graph::AttentionView;
use kiln_ir::{Attributes, Dim, Name, Type};
use kiln_tensor::ElementType;

/// What is done to scores.
pub(crate) struct Scores {
    pub scale: Scale,
    /// Scores stay below it in magnitude; 0 does not bound them.
    pub softcap: f64,
    /// What is added.
    pub bias: Option<Tracked>,
    /// The place of the first query among the keys, if a query does not see what comes after it.
    pub causal: Option<Dim>,
}

/// `softmax(scores) * V` of queries, keys and values whose heads are apart.
pub(crate) fn attend(node: &mut Node, operands: [Tracked; 3], scores: Scores) -> Result<Tracked, String> {
    let [query, key, value] = operands;
    let bias = match scores.bias {
        Some(bias) => Some(fitted(node, bias, query, key)?),
        None => None,
    };
    let are_known = operands.iter().all(|&operand| {
        node.shape(operand)
            .get(1)
            .zip(node.shape(operand).get(3))
            .is_some_and(|(heads, size)| heads.as_static().is_some() && size.as_static().is_some())
    });
    if let Some(scale) = scores.scale.known() {
        let mut given = vec![("scale", attribute(scale))];
        if scores.softcap > 0.0 {
            given.push(("softcap", attribute(scores.softcap)));
        }
        given.extend(scores.causal.map(|past| ("causal", dims_attribute(&[past]))));
        let operands: Vec<Tracked> = operands.into_iter().chain(bias).collect();
        let tensor_type = |&operand: &Tracked| Type::tensor(node.shape(operand), node.element_type(operand));
        let types: Vec<Type> = operands.iter().map(tensor_type).collect();
        let attributes: Attributes = given.iter().map(|&(name, value)| (Name::new(name), value)).collect();
        // Where all is known, what the op says is wrong is wrong.
        if are_known || AttentionView::parse(&types, &attributes).is_ok() {
            return node.emit("graph.attention", &operands, &given);
        }
    }
    let element = node.element(query);
    let work = if element.is_narrow_float() { ElementType::F32 } else { element };
    let (key, value) = (repeat_heads(node, key, query)?, repeat_heads(node, value, query)?);
    let (query, key, value) = (node.cast(query, work)?, node.cast(key, work)?, node.cast(value, work)?);
    let turned = node.transpose(key, &[0, 1, 3, 2])?;
    let products = product(node, query, turned)?;
    let mut products = scores.scale.multiply(node, products)?;
    if scores.softcap > 0.0 {
        let divided = node.binary_scalar("graph.divide", products, scores.softcap)?;
        let bounded = node.unary("graph.tanh", divided)?;
        products = node.binary_scalar("graph.multiply", bounded, scores.softcap)?;
    }
    if let Some(bias) = bias {
        let bias = node.cast(bias, work)?;
        products = node.binary("graph.add", products, bias)?;
    }
    if let Some(past) = scores.causal {
        products = hide_later(node, products, past)?;
    }
    let weights = node.emit("graph.softmax", &[products], &[("axis", attribute(3i64))])?;
    let result = product(node, weights, value)?;
    node.cast(result, element)
}

/// Minus infinity for keys that come after a query.
fn hide_later(node: &mut Node, scores: Tracked, past: Dim) -> Result<Tracked, String> {
    let &[_, _, queries, keys] = node.shape(scores) else { return Err("scores have 4 axes".into()) };
    let (rows, columns) = (node.line(0, queries)?, node.line(1, keys)?);
    let past = scalar(node, expr(past)?)?;
    let places = node.binary("graph.add", rows, past)?;
    let is_seen = node.binary("graph.less_equal", columns, places)?;
    let hidden = node.scalar(node.element(scores), f64::NEG_INFINITY)?;
    node.select(is_seen, scores, hidden)
}

/// A bias whose extents are 1 or those of the scores.
fn fitted(node: &mut Node, bias: Tracked, query: Tracked, key: Tracked) -> Result<Tracked, String> {
    let (&[batch, heads, queries, _], &[_, _, keys, _]) = (node.shape(query), node.shape(key)) else {
        return Err("queries and keys must have 4 axes".into());
    };
    let own = node.shape(bias);
    let whole = [batch, heads, queries, keys];
    let Some(skipped) = whole.len().checked_sub(own.len()) else { return Ok(bias) };
    let fit = |(own, whole): (&Dim, &Dim)| match (own.as_static(), whole.as_static()) {
        (Some(1), _) | (Some(_), Some(_)) => *own,
        _ => *whole,
    };
    let shape: Vec<Dim> = own.iter().zip(&whole[skipped..]).map(fit).collect();
    node.broadcast(bias, &shape)
}
