//! Data movement on contents.

use super::super::reshape::flatten_shape;
use super::super::split::split_lengths;
use super::{repeat, static_shape};
use crate::conversion::content::{Content, Item};
use crate::conversion::extent::{normalize_axes, normalize_axis};
use crate::conversion::items::integer;
use crate::conversion::node::Node;
use crate::conversion::reshape::reshape_shape;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::row_major_strides;

/// The result of an operator that moves elements.
pub(super) fn fold(name: &str, node: &Node, inputs: &[&Content]) -> Option<Content> {
    match (name, inputs) {
        ("Identity", [x]) => Some((*x).clone()),
        ("Reshape", [x, shape]) => {
            let shape = reshape_shape(&dims(x), &shape.integers()?, node.flag("allowzero", false)).ok()?;
            with_shape(x, shape)
        }
        ("Reshape", [x]) => {
            let shape: Vec<DimExpr> = node.ints("shape")?.into_iter().map(DimExpr::constant).collect();
            with_shape(x, reshape_shape(&dims(x), &shape, false).ok()?)
        }
        ("Flatten", [x]) => with_shape(x, flatten_shape(&dims(x), node.int_or("axis", 1)).ok()?),
        ("Unsqueeze", [x, ..]) => unsqueeze(x, &axes(node, inputs)?),
        ("Squeeze", [x, ..]) => squeeze(x, axes(node, inputs)),
        ("Transpose", [x]) => transpose(node, x),
        ("Concat", [_, ..]) => concat(inputs, node.int("axis")?),
        ("Gather", [x, indices]) => gather(x, indices, node.int_or("axis", 0)),
        ("Slice", [x, ..]) => slice(node, x, inputs),
        ("Expand", [x, shape]) => {
            let target = Content { shape: static_shape(&shape.integers()?)?, ..(*x).clone() };
            broadcast(x, &broadcast_shape(&[x, &target])?)
        }
        ("Tile", [x, repeats]) => tile(x, &static_shape(&repeats.integers()?)?),
        ("ConstantOfShape", [shape]) => {
            let value = node.attribute("value").and_then(|value| node.conversion.module.attribute_tensor(value));
            let value = value.map_or(Some(zero()), |value| Content::of_tensor(&value))?;
            repeat(*value.items.first()?, value.element, static_shape(&shape.integers()?)?)
        }
        ("Range", [start, limit, delta]) => range(start, limit, delta),
        _ => None,
    }
}

/// The parts of `Split`.
pub(super) fn split(node: &Node, x: &Content) -> Option<Vec<Content>> {
    let axis = normalize_axis(node.int_or("axis", 0), x.shape.len()).ok()?;
    let lengths = split_lengths(node, Dim::Static(x.shape[axis] as u64)).ok()?;
    let mut start = 0;
    let mut parts = Vec::new();
    for length in lengths {
        let length = usize::try_from(length.as_static()?).ok()?;
        let mut shape = x.shape.clone();
        shape[axis] = length;
        parts.push(pick(x, shape, |index| index[axis] += start)?);
        start += length;
    }
    Some(parts)
}

/// The content whose element at each index of `shape` is that of `x` at the index that `source` makes of it.
fn pick(x: &Content, shape: Vec<usize>, source: impl Fn(&mut [usize])) -> Option<Content> {
    let count = kiln_tensor::element_count(&shape).filter(|&count| count <= Content::MAX_ITEMS)?;
    let (strides, from) = (row_major_strides(&shape), row_major_strides(&x.shape));
    let mut items = Vec::with_capacity(count);
    for flat in 0..count {
        let mut index: Vec<usize> = (0..shape.len()).map(|axis| flat / strides[axis] % shape[axis].max(1)).collect();
        source(&mut index);
        items.push(*x.items.get(index.iter().zip(&from).map(|(index, stride)| index * stride).sum::<usize>())?);
    }
    Some(Content { element: x.element, shape, items })
}

/// The common shape of several contents.
pub(super) fn broadcast_shape(inputs: &[&Content]) -> Option<Vec<usize>> {
    let rank = inputs.iter().map(|input| input.shape.len()).max()?;
    let mut common = vec![1; rank];
    for input in inputs {
        for (place, &extent) in common[rank - input.shape.len()..].iter_mut().zip(&input.shape) {
            match (*place, extent) {
                (1, extent) => *place = extent,
                (_, 1) => {}
                (place, extent) if place != extent => return None,
                _ => {}
            }
        }
    }
    kiln_tensor::element_count(&common).filter(|&count| count <= Content::MAX_ITEMS)?;
    Some(common)
}

/// `x` stretched to `shape`.
pub(super) fn broadcast(x: &Content, shape: &[usize]) -> Option<Content> {
    let mut padded = vec![1; shape.len().checked_sub(x.shape.len())?];
    padded.extend(&x.shape);
    let x = Content { shape: padded, ..x.clone() };
    let own = x.shape.clone();
    pick(&x, shape.to_vec(), |index| {
        for (index, &extent) in index.iter_mut().zip(&own) {
            if extent == 1 {
                *index = 0;
            }
        }
    })
}

fn dims(x: &Content) -> Vec<Dim> {
    x.shape.iter().map(|&extent| Dim::Static(extent as u64)).collect()
}

fn with_shape(x: &Content, shape: Vec<Dim>) -> Option<Content> {
    let shape: Option<Vec<usize>> = shape.iter().map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
    let shape = shape?;
    (kiln_tensor::element_count(&shape)? == x.items.len()).then(|| Content { shape, ..x.clone() })
}

/// Axes from the second operand or the attribute.
fn axes(node: &Node, inputs: &[&Content]) -> Option<Vec<i64>> {
    match inputs.get(1) {
        Some(axes) => axes.integers()?.into_iter().map(DimExpr::as_constant).collect(),
        None => node.ints("axes"),
    }
}

fn unsqueeze(x: &Content, axes: &[i64]) -> Option<Content> {
    let mut shape = x.shape.clone();
    for axis in normalize_axes(axes, x.shape.len() + axes.len()).ok()? {
        shape.insert(axis, 1);
    }
    Some(Content { shape, ..x.clone() })
}

fn squeeze(x: &Content, axes: Option<Vec<i64>>) -> Option<Content> {
    let dropped = match axes {
        Some(axes) => normalize_axes(&axes, x.shape.len()).ok()?,
        None => (0..x.shape.len()).filter(|&axis| x.shape[axis] == 1).collect(),
    };
    if dropped.iter().any(|&axis| x.shape[axis] != 1) {
        return None;
    }
    let shape = (0..x.shape.len()).filter(|axis| !dropped.contains(axis)).map(|axis| x.shape[axis]).collect();
    Some(Content { shape, ..x.clone() })
}

fn transpose(node: &Node, x: &Content) -> Option<Content> {
    let rank = x.shape.len();
    let permutation = node.ints("perm").unwrap_or_else(|| (0..rank as i64).rev().collect());
    let permutation: Option<Vec<usize>> = permutation.iter().map(|&axis| normalize_axis(axis, rank).ok()).collect();
    let permutation = permutation.filter(|permutation| permutation.len() == rank)?;
    let shape = permutation.iter().map(|&axis| x.shape[axis]).collect();
    pick(x, shape, |index| {
        let old = index.to_vec();
        for (position, &axis) in permutation.iter().enumerate() {
            index[axis] = old[position];
        }
    })
}

fn concat(inputs: &[&Content], axis: i64) -> Option<Content> {
    let first = inputs[0];
    let axis = normalize_axis(axis, first.shape.len()).ok()?;
    let mut shape = first.shape.clone();
    shape[axis] = inputs.iter().map(|input| input.shape.get(axis).copied().unwrap_or(0)).sum();
    let outer: usize = first.shape[..axis].iter().product();
    let mut items = Vec::new();
    for index in 0..outer {
        for input in inputs {
            let run = input.items.len() / outer.max(1);
            items.extend_from_slice(input.items.get(index * run..(index + 1) * run)?);
        }
    }
    (kiln_tensor::element_count(&shape)? == items.len()).then_some(Content { element: first.element, shape, items })
}

fn gather(x: &Content, indices: &Content, axis: i64) -> Option<Content> {
    let axis = normalize_axis(axis, x.shape.len()).ok()?;
    let extent = x.shape[axis] as i64;
    let wrap = |index: DimExpr| {
        let index = index.as_constant()?;
        usize::try_from(if index < 0 { index + extent } else { index }).ok().filter(|&index| index < extent as usize)
    };
    let positions: Option<Vec<usize>> = indices.integers()?.into_iter().map(wrap).collect();
    let positions = positions?;
    let inner: usize = x.shape[axis + 1..].iter().product();
    let outer: usize = x.shape[..axis].iter().product();
    let mut items = Vec::new();
    for index in 0..outer {
        for position in &positions {
            let start = (index * extent as usize + position) * inner;
            items.extend_from_slice(x.items.get(start..start + inner)?);
        }
    }
    let shape = [&x.shape[..axis], &indices.shape, &x.shape[axis + 1..]].concat();
    Some(Content { element: x.element, shape, items })
}

fn slice(node: &Node, x: &Content, inputs: &[&Content]) -> Option<Content> {
    let constants = |index: usize, name: &str| -> Option<Vec<i64>> {
        match inputs.get(index) {
            Some(content) => content.integers()?.into_iter().map(DimExpr::as_constant).collect(),
            None => node.ints(name),
        }
    };
    let (starts, ends) = (constants(1, "starts")?, constants(2, "ends")?);
    let axes = match inputs.len() > 3 || node.ints("axes").is_some() {
        true => constants(3, "axes")?,
        false => (0..starts.len() as i64).collect(),
    };
    let steps = if inputs.len() > 4 { constants(4, "steps")? } else { vec![1; starts.len()] };
    let mut from = vec![(0i64, 1i64); x.shape.len()];
    let mut shape = x.shape.clone();
    for (index, &axis) in axes.iter().enumerate() {
        let axis = normalize_axis(axis, x.shape.len()).ok()?;
        let (start, length) = super::super::slice::clamp(
            x.shape[axis] as i64,
            *starts.get(index)?,
            *ends.get(index)?,
            *steps.get(index)?,
        )?;
        from[axis] = (start, *steps.get(index)?);
        shape[axis] = usize::try_from(length).ok()?;
    }
    pick(x, shape, |index| {
        for (index, (start, step)) in index.iter_mut().zip(&from) {
            *index = (start + *index as i64 * step) as usize;
        }
    })
}

fn tile(x: &Content, repeats: &[usize]) -> Option<Content> {
    if repeats.len() != x.shape.len() {
        return None;
    }
    let shape: Option<Vec<usize>> =
        x.shape.iter().zip(repeats).map(|(extent, count)| extent.checked_mul(*count)).collect();
    let own = x.shape.clone();
    pick(x, shape?, |index| {
        for (index, &extent) in index.iter_mut().zip(&own) {
            *index %= extent.max(1);
        }
    })
}

fn range(start: &Content, limit: &Content, delta: &Content) -> Option<Content> {
    let value = |content: &Content| content.integers()?.first()?.as_constant();
    let (start_value, limit, delta) = (value(start)?, value(limit)?, value(delta)?);
    let span = limit.checked_sub(start_value)?;
    let whole = span.checked_div(delta)?;
    let count = (whole + i64::from(span % delta != 0 && (span < 0) == (delta < 0))).max(0);
    let count = usize::try_from(count).ok().filter(|&count| count <= Content::MAX_ITEMS)?;
    let items = (0..count).map(|index| integer(start_value + index as i64 * delta)).collect();
    Some(Content { element: start.element, shape: vec![count], items })
}

fn zero() -> Content {
    Content { element: kiln_tensor::ElementType::F32, shape: vec![1], items: vec![Item::Float(0.0)] }
}
