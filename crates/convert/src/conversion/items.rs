//! Ops of the graph dialect on single elements that may be expressions of extents.

use super::content::Item;
use super::extent::{constant, is_equal, is_less, is_non_negative, maximum, minimum};
use kiln_ir::DimExpr;
use kiln_tensor::ElementType;

/// The constant as an item.
pub(crate) fn integer(value: i64) -> Item {
    Item::Integer(constant(value))
}

/// Constants in the range of their type.
pub(crate) fn narrow(item: Item, element: ElementType) -> Item {
    match item {
        Item::Integer(value) if value.as_constant().is_some() => item.cast(element),
        Item::Float(_) => item.cast(element),
        other => other,
    }
}

/// A unary op of the graph dialect on an element; unknown where it is none of shape arithmetic.
pub(crate) fn unary(name: &str, item: Item) -> Item {
    let known = match (name, item) {
        ("graph.not", Item::Bool(value)) => Some(Item::Bool(!value)),
        ("graph.negate", Item::Integer(value)) => value.checked_mul(constant(-1)).map(Item::Integer),
        ("graph.negate", Item::Float(value)) => Some(Item::Float(-value)),
        ("graph.negate", Item::Ratio(n, d)) => n.checked_mul(constant(-1)).map(|n| Item::ratio(n, d)),
        ("graph.abs", Item::Integer(value)) => match value.as_constant() {
            Some(value) => value.checked_abs().map(integer),
            None => is_non_negative(value).then_some(item),
        },
        ("graph.abs", Item::Float(value)) => Some(Item::Float(value.abs())),
        ("graph.floor", Item::Float(value)) => Some(Item::Float(value.floor())),
        ("graph.ceil", Item::Float(value)) => Some(Item::Float(value.ceil())),
        ("graph.round", Item::Float(value)) => Some(Item::Float(value.round_ties_even())),
        ("graph.floor", Item::Ratio(n, d)) if is_non_negative(d) => n.floor_div(d).map(|n| Item::ratio(n, constant(1))),
        ("graph.ceil", Item::Ratio(n, d)) if is_non_negative(d) => n.ceil_div(d).map(|n| Item::ratio(n, constant(1))),
        ("graph.round" | "graph.floor" | "graph.ceil", Item::Ratio(_, d)) => (d == constant(1)).then_some(item),
        ("graph.reciprocal", Item::Float(value)) => Some(Item::Float(1.0 / value)),
        ("graph.reciprocal", Item::Ratio(n, d)) => Some(Item::ratio(d, n)),
        _ => None,
    };
    known.unwrap_or(Item::Unknown)
}

/// A binary op of the graph dialect on two elements.
pub(crate) fn binary(name: &str, left: Item, right: Item) -> Item {
    let known = match (left, right) {
        (Item::Integer(left), Item::Integer(right)) => integers(name, left, right).map(Item::Integer),
        (Item::Float(left), Item::Float(right)) => floats(name, left, right).map(Item::Float),
        (Item::Bool(left), Item::Bool(right)) => match name {
            "graph.and" => Some(Item::Bool(left && right)),
            "graph.or" => Some(Item::Bool(left || right)),
            "graph.xor" => Some(Item::Bool(left != right)),
            _ => None,
        },
        (Item::Bool(known), _) | (_, Item::Bool(known)) => match (name, known) {
            ("graph.and", false) => Some(Item::Bool(false)),
            ("graph.or", true) => Some(Item::Bool(true)),
            _ => None,
        },
        // Nothing is what an unknown extent is multiplied to by nothing.
        (Item::Integer(zero), Item::Unknown) | (Item::Unknown, Item::Integer(zero)) => {
            (name == "graph.multiply" && zero == constant(0)).then_some(Item::Integer(zero))
        }
        _ => left.to_ratio().zip(right.to_ratio()).and_then(|(left, right)| ratios(name, left, right)),
    };
    known.unwrap_or(Item::Unknown)
}

fn integers(name: &str, left: DimExpr, right: DimExpr) -> Option<DimExpr> {
    match name {
        "graph.add" => left.checked_add(right),
        "graph.subtract" => left.checked_sub(right),
        "graph.multiply" => left.checked_mul(right),
        "graph.divide" => match (left.as_constant(), right.as_constant()) {
            (Some(left), Some(right)) => left.checked_div(right).map(constant),
            // Division truncates; of what cannot be negative that is rounding down.
            _ if is_non_negative(left) && is_non_negative(right) => left.floor_div(right),
            _ => None,
        },
        "graph.remainder" if is_non_negative(left) && is_non_negative(right) => left.modulo(right),
        "graph.modulo" => match (left.as_constant(), right.as_constant()) {
            (Some(left), Some(right)) if right > 0 => left.checked_rem_euclid(right).map(constant),
            _ if is_non_negative(left) && is_non_negative(right) => left.modulo(right),
            _ => None,
        },
        "graph.power" => {
            let exponent = u32::try_from(right.as_constant()?).ok().filter(|&exponent| exponent <= 8)?;
            (0..exponent).try_fold(constant(1), |product, _| product.checked_mul(left))
        }
        "graph.minimum" => Some(minimum(left, right)),
        "graph.maximum" => Some(maximum(left, right)),
        _ => None,
    }
}

fn floats(name: &str, left: f64, right: f64) -> Option<f64> {
    Some(match name {
        "graph.add" => left + right,
        "graph.subtract" => left - right,
        "graph.multiply" => left * right,
        "graph.divide" => left / right,
        "graph.minimum" => left.min(right),
        "graph.maximum" => left.max(right),
        _ => return None,
    })
}

fn ratios(name: &str, left: (DimExpr, DimExpr), right: (DimExpr, DimExpr)) -> Option<Item> {
    let ((n, d), (m, e)) = (left, right);
    let sum = |m: DimExpr| Some((n.checked_mul(e)?.checked_add(m.checked_mul(d)?)?, d.checked_mul(e)?));
    let (numerator, denominator) = match name {
        "graph.multiply" => (n.checked_mul(m)?, d.checked_mul(e)?),
        "graph.divide" => (n.checked_mul(e)?, d.checked_mul(m)?),
        "graph.add" => sum(m)?,
        "graph.subtract" => sum(m.checked_mul(constant(-1))?)?,
        _ => return None,
    };
    if numerator.modulo(denominator).and_then(DimExpr::as_constant) == Some(0) {
        return Some(Item::ratio(numerator.floor_div(denominator)?, constant(1)));
    }
    Some(Item::ratio(numerator, denominator))
}

/// A comparison of the graph dialect of two elements.
pub(crate) fn compare(name: &str, left: Item, right: Item) -> Item {
    let known = match (left, right) {
        (Item::Integer(left), Item::Integer(right)) => match name {
            "graph.equal" => is_equal(left, right),
            "graph.not_equal" => is_equal(left, right).map(|equal| !equal),
            "graph.less" => is_less(left, right),
            "graph.greater" => is_less(right, left),
            "graph.less_equal" => is_less(right, left).map(|less| !less),
            _ => is_less(left, right).map(|less| !less),
        },
        (Item::Bool(left), Item::Bool(right)) => match name {
            "graph.equal" => Some(left == right),
            "graph.not_equal" => Some(left != right),
            _ => None,
        },
        (left, right) => left.to_f64().zip(right.to_f64()).map(|(left, right)| match name {
            "graph.equal" => left == right,
            "graph.not_equal" => left != right,
            "graph.less" => left < right,
            "graph.greater" => left > right,
            "graph.less_equal" => left <= right,
            _ => left >= right,
        }),
    };
    known.map_or(Item::Unknown, Item::Bool)
}
