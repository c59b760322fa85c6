//! `rearrange(x, "b (h w) c -> b c h w", h=4)`: axes parted, moved and joined, as a pattern with names says (einops).

use super::call::Call;
use crate::conversion::extent::{constant, dim, element_count, expr, floor_divide, multiply};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

/// The axes of one side: each is made of named ones.
type Side = Vec<Vec<String>>;

/// The name of the axes that dots stand for, before their numbers.
const REST: &str = "...";

pub(super) fn rearrange(call: &mut Call, x: Tracked, pattern: &str) -> Results {
    let (left, right) = pattern.split_once("->").ok_or("a pattern has an arrow")?;
    let (left, right) = (parse(left)?, parse(right)?);
    let shape = call.shape(x).to_vec();
    let hidden = shape.len() + 1;
    let hidden = hidden.checked_sub(left.len()).filter(|_| left.iter().flatten().any(|name| name == REST)).unwrap_or(0);
    let (left, right) = (expand(left, hidden), expand(right, hidden));
    if left.len() != shape.len() {
        return Err(format!("the pattern has {} axes, the input {}", left.len(), shape.len()));
    }
    // The extents of all named axes, of which each axis may leave one open.
    let (mut names, mut extents) = (Vec::<String>::new(), Vec::<Dim>::new());
    for (axis, &extent) in left.iter().zip(&shape) {
        let (mut known, mut open) = (constant(1), None);
        for name in axis {
            if names.contains(name) {
                return Err(format!("the axis {name} is there twice"));
            }
            let given = call.setting(name).and_then(|value| value.as_i64()).or(name.parse().ok());
            let own = match given {
                Some(own) if axis.len() > 1 || name.parse::<i64>().is_ok() => constant(own),
                _ if open.is_none() => {
                    open = Some(names.len());
                    constant(1)
                }
                _ => return Err(format!("the extent of axis {name} must be said")),
            };
            known = multiply(known, own)?;
            names.push(name.clone());
            extents.push(dim(own)?);
        }
        if let Some(open) = open {
            extents[open] = quotient(extent, known)?;
        }
    }
    let parted = call.reshape(x, &extents)?;
    let place = |name: &String| names.iter().position(|own| own == name).filter(|_| name != "1");
    let mut order = Vec::new();
    for name in right.iter().flatten().filter(|name| *name != "1") {
        order.push(place(name).ok_or_else(|| format!("the axis {name} is not on the left"))?);
    }
    // Axes of one element may be left out.
    let kept: Vec<usize> = (0..names.len()).filter(|index| order.contains(index)).collect();
    let dropped: Vec<usize> = (0..names.len()).filter(|index| !order.contains(index)).collect();
    if dropped.iter().any(|&index| !extents[index].is(1)) {
        return Err("an axis of the left is not on the right".into());
    }
    let parted = call.drop_axes(parted, &dropped)?;
    let moved: Vec<usize> = order.iter().filter_map(|index| kept.iter().position(|kept| kept == index)).collect();
    let moved = call.transpose(parted, &moved)?;
    let joined = right.iter().map(|axis| {
        let own: Vec<Dim> = axis.iter().filter_map(|name| Some(extents[place(name)?])).collect();
        dim(element_count(&own)?)
    });
    let joined = joined.collect::<Result<Vec<Dim>, String>>()?;
    Ok(vec![call.reshape(moved, &joined)?])
}

fn quotient(extent: Dim, known: DimExpr) -> Result<Dim, String> {
    let is_whole = match (extent.as_static(), known.as_constant()) {
        (Some(extent), Some(known)) => known > 0 && extent.is_multiple_of(known.unsigned_abs()),
        _ => true,
    };
    match is_whole {
        true => dim(floor_divide(expr(extent)?, known)?),
        false => Err(format!("an axis of {extent} elements is not parted into {known}")),
    }
}

/// Names, in parentheses where they are one axis.
fn parse(text: &str) -> Result<Side, String> {
    let mut side = Side::new();
    let mut group: Option<Vec<String>> = None;
    for word in text.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        match (word, &mut group) {
            ("(", None) => group = Some(Vec::new()),
            (")", Some(names)) => {
                side.push(std::mem::take(names));
                group = None;
            }
            ("(" | ")", _) => return Err("the parentheses of the pattern do not match".into()),
            (name, Some(names)) => names.push(name.to_owned()),
            ("1", None) => side.push(Vec::new()),
            (name, None) => side.push(vec![name.to_owned()]),
        }
    }
    match group {
        None if side.len() <= 64 => Ok(side),
        _ => Err("the parentheses of the pattern do not match".into()),
    }
}

/// The axes that dots stand for in their place.
fn expand(side: Side, hidden: usize) -> Side {
    let names = || (0..hidden).map(|index| format!("{REST}{index}"));
    let mut expanded = Side::new();
    for axis in side {
        match axis.as_slice() {
            [only] if only == REST => expanded.extend(names().map(|name| vec![name])),
            _ => expanded.push(
                axis.into_iter().flat_map(|name| if name == REST { names().collect() } else { vec![name] }).collect(),
            ),
        }
    }
    expanded
}
