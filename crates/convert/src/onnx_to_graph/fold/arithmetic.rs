//! Elementwise arithmetic and reductions on contents.

use super::super::cast::target_element;
use super::movement::{broadcast, broadcast_shape};
use crate::conversion::content::{Content, Item};
use crate::conversion::items::{binary, compare, integer, narrow, unary};
use crate::conversion::node::Node;
use kiln_ir::DimExpr;
use kiln_tensor::ElementType;

/// The result of an elementwise operator or a reduction.
pub(super) fn fold(name: &str, node: &Node, inputs: &[&Content]) -> Option<Content> {
    match (name, inputs) {
        ("Cast", [x]) => {
            let to = target_element(node).ok()?;
            Some(map(x, to, |item| item.cast(to)))
        }
        ("CastLike", [x, like]) => Some(map(x, like.element, |item| item.cast(like.element))),
        ("Neg" | "Abs" | "Floor" | "Ceil" | "Round" | "Not" | "Reciprocal", [x]) => {
            let op = graph_name(name);
            Some(map(x, x.element, |item| unary(op, item)))
        }
        ("Mod", _) if node.flag("fmod", false) => None,
        // Before opset 7, operators of two inputs broadcast in another way.
        (_, [left, right]) if node.version < 7 && left.shape != right.shape && node.attribute("axis").is_some() => None,
        ("Add" | "Sub" | "Mul" | "Div" | "Mod" | "Pow" | "And" | "Or" | "Xor", [left, right]) => {
            let (element, op) = (left.element, graph_name(name));
            zip(&[left, right], element, |items| narrow(binary(op, items[0], items[1]), element))
        }
        ("Min" | "Max" | "Sum", [_, ..]) => {
            let (element, op) = (inputs[0].element, graph_name(name));
            zip(inputs, element, |items| {
                let combine = |left: Item, right: Item| narrow(binary(op, left, right), element);
                items.iter().copied().reduce(combine).unwrap_or(Item::Unknown)
            })
        }
        ("Equal" | "Less" | "Greater" | "LessOrEqual" | "GreaterOrEqual", [left, right]) => {
            let op = graph_name(name);
            zip(&[left, right], ElementType::I1, |items| compare(op, items[0], items[1]))
        }
        ("Where", [condition, on_true, on_false]) => {
            zip(&[condition, on_true, on_false], on_true.element, |items| match items[0] {
                Item::Bool(true) => items[1],
                Item::Bool(false) => items[2],
                _ if items[1] == items[2] => items[1],
                _ => Item::Unknown,
            })
        }
        ("ReduceProd" | "ReduceSum" | "ReduceMax" | "ReduceMin", [x, ..]) if x.shape.len() == 1 => {
            reduce(name, node, x, inputs.get(1).copied())
        }
        _ => None,
    }
}

/// The op of the graph dialect that does to elements what an operator does.
fn graph_name(operator: &str) -> &'static str {
    match operator {
        "Not" => "graph.not",
        "Neg" => "graph.negate",
        "Abs" => "graph.abs",
        "Floor" => "graph.floor",
        "Ceil" => "graph.ceil",
        "Round" => "graph.round",
        "Reciprocal" => "graph.reciprocal",
        "And" => "graph.and",
        "Or" => "graph.or",
        "Xor" => "graph.xor",
        "Add" | "Sum" => "graph.add",
        "Sub" => "graph.subtract",
        "Mul" => "graph.multiply",
        "Div" => "graph.divide",
        "Mod" => "graph.modulo",
        "Pow" => "graph.power",
        "Min" => "graph.minimum",
        "Max" => "graph.maximum",
        "Equal" => "graph.equal",
        "Less" => "graph.less",
        "Greater" => "graph.greater",
        "LessOrEqual" => "graph.less_equal",
        _ => "graph.greater_equal",
    }
}

fn map(x: &Content, element: ElementType, f: impl Fn(Item) -> Item) -> Content {
    Content { element, shape: x.shape.clone(), items: x.items.iter().map(|&item| f(item)).collect() }
}

/// Combines items that stand at the same place once shapes are broadcast.
fn zip(inputs: &[&Content], element: ElementType, f: impl Fn(&[Item]) -> Item) -> Option<Content> {
    let shape = broadcast_shape(inputs)?;
    let stretched: Option<Vec<Content>> = inputs.iter().map(|input| broadcast(input, &shape)).collect();
    let stretched = stretched?;
    let count = kiln_tensor::element_count(&shape)?;
    let items = (0..count).map(|index| f(&stretched.iter().map(|content| content.items[index]).collect::<Vec<_>>()));
    Some(Content { element, items: items.collect(), shape })
}

/// A reduction of a vector.
fn reduce(name: &str, node: &Node, x: &Content, axes: Option<&Content>) -> Option<Content> {
    let axes = match axes {
        Some(axes) => axes.integers()?.into_iter().map(DimExpr::as_constant).collect::<Option<Vec<i64>>>()?,
        None => node.ints("axes").unwrap_or_default(),
    };
    let noop = axes.is_empty() && node.flag("noop_with_empty_axes", false);
    if noop || axes.iter().any(|axis| !matches!(axis, 0 | -1)) {
        return None;
    }
    let (name, start) = match name {
        "ReduceProd" => ("graph.multiply", Some(1)),
        "ReduceSum" => ("graph.add", Some(0)),
        "ReduceMax" => ("graph.maximum", None),
        _ => ("graph.minimum", None),
    };
    let start = match start {
        Some(value) => integer(value).cast(x.element),
        None => *x.items.first()?,
    };
    let item = x.items.iter().fold(start, |result, &item| narrow(binary(name, result, item), x.element));
    let shape = if node.flag("keepdims", true) { vec![1] } else { Vec::new() };
    Some(Content { element: x.element, shape, items: vec![item] })
}
