//! Elementwise arithmetic and reductions on contents.

use super::super::cast::target_element;
use super::movement::{broadcast, broadcast_shape};
use crate::conversion::content::{Content, Item};
use crate::conversion::extent::{constant, is_equal, is_less, is_non_negative, maximum, minimum};
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
            Some(map(x, x.element, |item| unary(name, item)))
        }
        ("Mod", _) if node.flag("fmod", false) => None,
        // Before opset 7, operators of two inputs broadcast in another way.
        (_, [left, right]) if node.version < 7 && left.shape != right.shape && node.attribute("axis").is_some() => None,
        ("Add" | "Sub" | "Mul" | "Div" | "Mod" | "Pow" | "And" | "Or" | "Xor", [left, right]) => {
            let element = left.element;
            zip(&[left, right], element, |items| narrow(binary(name, items[0], items[1]), element))
        }
        ("Min" | "Max" | "Sum", [_, ..]) => {
            let name = if name == "Sum" { "Add" } else { name };
            let element = inputs[0].element;
            zip(inputs, element, |items| {
                let combine = |left: Item, right: Item| narrow(binary(name, left, right), element);
                items.iter().copied().reduce(combine).unwrap_or(Item::Unknown)
            })
        }
        ("Equal" | "Less" | "Greater" | "LessOrEqual" | "GreaterOrEqual", [left, right]) => {
            zip(&[left, right], ElementType::I1, |items| compare(name, items[0], items[1]))
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

/// Constants in the range of their type.
fn narrow(item: Item, element: ElementType) -> Item {
    match item {
        Item::Integer(value) if value.as_constant().is_some() => item.cast(element),
        Item::Float(_) => item.cast(element),
        other => other,
    }
}

fn unary(name: &str, item: Item) -> Item {
    let known = match (name, item) {
        ("Not", Item::Bool(value)) => Some(Item::Bool(!value)),
        ("Neg", Item::Integer(value)) => value.checked_mul(constant(-1)).map(Item::Integer),
        ("Neg", Item::Float(value)) => Some(Item::Float(-value)),
        ("Neg", Item::Ratio(n, d)) => n.checked_mul(constant(-1)).map(|n| Item::ratio(n, d)),
        ("Abs", Item::Integer(value)) => match value.as_constant() {
            Some(value) => value.checked_abs().map(super::integer),
            None => is_non_negative(value).then_some(item),
        },
        ("Abs", Item::Float(value)) => Some(Item::Float(value.abs())),
        ("Floor", Item::Float(value)) => Some(Item::Float(value.floor())),
        ("Ceil", Item::Float(value)) => Some(Item::Float(value.ceil())),
        ("Round", Item::Float(value)) => Some(Item::Float(value.round_ties_even())),
        ("Floor", Item::Ratio(n, d)) if is_non_negative(d) => n.floor_div(d).map(|n| Item::ratio(n, constant(1))),
        ("Ceil", Item::Ratio(n, d)) if is_non_negative(d) => n.ceil_div(d).map(|n| Item::ratio(n, constant(1))),
        ("Round" | "Floor" | "Ceil", Item::Ratio(_, d)) => (d == constant(1)).then_some(item),
        ("Reciprocal", Item::Float(value)) => Some(Item::Float(1.0 / value)),
        ("Reciprocal", Item::Ratio(n, d)) => Some(Item::ratio(d, n)),
        _ => None,
    };
    known.unwrap_or(Item::Unknown)
}

fn binary(name: &str, left: Item, right: Item) -> Item {
    let known = match (left, right) {
        (Item::Integer(left), Item::Integer(right)) => integers(name, left, right).map(Item::Integer),
        (Item::Float(left), Item::Float(right)) => floats(name, left, right).map(Item::Float),
        (Item::Bool(left), Item::Bool(right)) => match name {
            "And" => Some(Item::Bool(left && right)),
            "Or" => Some(Item::Bool(left || right)),
            "Xor" => Some(Item::Bool(left != right)),
            _ => None,
        },
        (Item::Bool(known), _) | (_, Item::Bool(known)) => match (name, known) {
            ("And", false) => Some(Item::Bool(false)),
            ("Or", true) => Some(Item::Bool(true)),
            _ => None,
        },
        // Nothing is what an unknown extent is multiplied to by nothing.
        (Item::Integer(zero), Item::Unknown) | (Item::Unknown, Item::Integer(zero)) => {
            (name == "Mul" && zero == constant(0)).then_some(Item::Integer(zero))
        }
        _ => left.to_ratio().zip(right.to_ratio()).and_then(|(left, right)| ratios(name, left, right)),
    };
    known.unwrap_or(Item::Unknown)
}

fn integers(name: &str, left: DimExpr, right: DimExpr) -> Option<DimExpr> {
    match name {
        "Add" => left.checked_add(right),
        "Sub" => left.checked_sub(right),
        "Mul" => left.checked_mul(right),
        "Div" => match (left.as_constant(), right.as_constant()) {
            (Some(left), Some(right)) => left.checked_div(right).map(constant),
            // Division truncates; of what cannot be negative that is rounding down.
            _ if is_non_negative(left) && is_non_negative(right) => left.floor_div(right),
            _ => None,
        },
        "Mod" => match (left.as_constant(), right.as_constant()) {
            (Some(left), Some(right)) if right > 0 => left.checked_rem_euclid(right).map(constant),
            _ if is_non_negative(left) && is_non_negative(right) => left.modulo(right),
            _ => None,
        },
        "Pow" => {
            let exponent = u32::try_from(right.as_constant()?).ok().filter(|&exponent| exponent <= 8)?;
            (0..exponent).try_fold(constant(1), |product, _| product.checked_mul(left))
        }
        "Min" => Some(minimum(left, right)),
        "Max" => Some(maximum(left, right)),
        _ => None,
    }
}

fn floats(name: &str, left: f64, right: f64) -> Option<f64> {
    Some(match name {
        "Add" => left + right,
        "Sub" => left - right,
        "Mul" => left * right,
        "Div" => left / right,
        "Min" => left.min(right),
        "Max" => left.max(right),
        _ => return None,
    })
}

fn ratios(name: &str, left: (DimExpr, DimExpr), right: (DimExpr, DimExpr)) -> Option<Item> {
    let ((n, d), (m, e)) = (left, right);
    let sum = |m: DimExpr| Some((n.checked_mul(e)?.checked_add(m.checked_mul(d)?)?, d.checked_mul(e)?));
    let (numerator, denominator) = match name {
        "Mul" => (n.checked_mul(m)?, d.checked_mul(e)?),
        "Div" => (n.checked_mul(e)?, d.checked_mul(m)?),
        "Add" => sum(m)?,
        "Sub" => sum(m.checked_mul(constant(-1))?)?,
        _ => return None,
    };
    if numerator.modulo(denominator).and_then(DimExpr::as_constant) == Some(0) {
        return Some(Item::ratio(numerator.floor_div(denominator)?, constant(1)));
    }
    Some(Item::ratio(numerator, denominator))
}

fn compare(name: &str, left: Item, right: Item) -> Item {
    let known = match (left, right) {
        (Item::Integer(left), Item::Integer(right)) => match name {
            "Equal" => is_equal(left, right),
            "Less" => is_less(left, right),
            "Greater" => is_less(right, left),
            "LessOrEqual" => is_less(right, left).map(|less| !less),
            _ => is_less(left, right).map(|less| !less),
        },
        (Item::Bool(left), Item::Bool(right)) => (name == "Equal").then_some(left == right),
        (left, right) => left.to_f64().zip(right.to_f64()).map(|(left, right)| match name {
            "Equal" => left == right,
            "Less" => left < right,
            "Greater" => left > right,
            "LessOrEqual" => left <= right,
            _ => left >= right,
        }),
    };
    known.map_or(Item::Unknown, Item::Bool)
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
        "ReduceProd" => ("Mul", Some(1)),
        "ReduceSum" => ("Add", Some(0)),
        "ReduceMax" => ("Max", None),
        _ => ("Min", None),
    };
    let start = match start {
        Some(value) => super::integer(value).cast(x.element),
        None => *x.items.first()?,
    };
    let item = x.items.iter().fold(start, |result, &item| narrow(binary(name, result, item), x.element));
    let shape = if node.flag("keepdims", true) { vec![1] } else { Vec::new() };
    Some(Content { element: x.element, shape, items: vec![item] })
}
