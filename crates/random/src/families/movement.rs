//! Ops that move elements and change none.

use crate::graph::Growing;
use kiln_ir::{Attribute, Dim, DimExpr, Type};
use kiln_tensor::ElementType;

pub(crate) fn reshape(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|_, _| true)?;
    let mut shape = growing.shape(item.value);
    match growing.random.below(3) {
        // Two axes become one.
        0 if shape.len() >= 2 => {
            let axis = growing.random.below(shape.len() - 1);
            let merged = shape[axis].expr()?.checked_mul(shape[axis + 1].expr()?)?;
            shape.splice(axis..axis + 2, [Dim::from_expr(merged)]);
        }
        // One axis becomes two.
        1 if !shape.is_empty() => {
            let axis = growing.random.below(shape.len());
            let extent = shape[axis].as_static()?;
            let factor = (2..=extent).find(|factor| extent.is_multiple_of(*factor))?;
            shape.splice(axis..=axis, [Dim::from(factor), Dim::from(extent / factor)]);
        }
        _ => {
            let axis = growing.random.below(shape.len() + 1);
            match shape.get(axis).is_some_and(|dim| dim.is(1)) {
                true => _ = shape.remove(axis),
                false => shape.insert(axis, Dim::from(1)),
            }
        }
    }
    if shape.len() > 6 {
        return None;
    }
    let ty = Type::tensor(&shape, growing.ty(item.value).scalar());
    let value = growing.builder().op("graph.reshape").operand(item.value).result(ty).try_value().ok()?;
    growing.add_like(value, &item)
}

pub(crate) fn broadcast(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) < 5)?;
    let mut shape = growing.shape(item.value);
    for dim in &mut shape {
        if dim.is(1) {
            *dim = growing.extent();
        }
    }
    if growing.random.once_in(2) {
        shape.insert(0, growing.extent());
    }
    if !growing.is_small(&shape) {
        return None;
    }
    let ty = Type::tensor(&shape, growing.ty(item.value).scalar());
    let value = growing.builder().op("graph.broadcast").operand(item.value).result(ty).try_value().ok()?;
    growing.add_like(value, &item)
}

pub(crate) fn transpose(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 2)?;
    let mut permutation: Vec<i64> = (0..growing.rank(item.value) as i64).collect();
    for last in (1..permutation.len()).rev() {
        permutation.swap(last, growing.random.below(last + 1));
    }
    let op =
        growing.builder().op("graph.transpose").operand(item.value).attribute("permutation", permutation).try_value();
    growing.add_like(op.ok()?, &item)
}

pub(crate) fn slice(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let shape = growing.shape(item.value);
    let (mut starts, mut steps, mut extents) = (Vec::new(), Vec::new(), Vec::new());
    for dim in &shape {
        let Some(extent) = dim.as_static().filter(|_| !growing.random.once_in(3)) else {
            // The whole axis, perhaps backwards.
            let backwards = growing.random.once_in(4);
            let last = dim.expr()?.checked_sub(DimExpr::constant(1))?;
            starts.push(if backwards { Dim::from_expr(last) } else { Dim::from(0) });
            steps.push(if backwards { -1 } else { 1 });
            extents.push(*dim);
            continue;
        };
        let extent = extent as i64;
        let step = growing.random.pick(&[1, 1, 2, 3, -1, -2]);
        let start = growing.random.below(extent as usize) as i64;
        let most = if step > 0 { (extent - start + step - 1) / step } else { start / -step + 1 };
        let count = 1 + growing.random.below(most as usize) as u64;
        starts.push(Dim::from(start as u64));
        steps.push(step);
        extents.push(Dim::from(count));
    }
    let ty = Type::tensor(&extents, growing.ty(item.value).scalar());
    let mut builder = growing.builder();
    let op = builder.op("graph.slice").operand(item.value).attribute("starts", Attribute::dims(&starts));
    let value = op.attribute("steps", steps).result(ty).try_value().ok()?;
    growing.add_like(value, &item)
}

pub(crate) fn concat(growing: &mut Growing) -> Option<()> {
    let first = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let axis = growing.axis(first.value)?;
    let (shape, scalar) = (growing.shape(first.value), growing.ty(first.value).scalar());
    let mut parts = vec![first];
    for _ in 0..1 + growing.random.below(3) {
        let part = growing.item(|growing, item| {
            let other = growing.shape(item.value);
            let same = |(index, dim): (usize, &Dim)| index == axis || other[index] == *dim;
            growing.ty(item.value).scalar() == scalar
                && other.len() == shape.len()
                && shape.iter().enumerate().all(same)
        })?;
        parts.push(part);
    }
    let operands: Vec<_> = parts.iter().map(|part| part.value).collect();
    let op = growing.builder().op("graph.concat").operands(&operands).attribute("axis", axis as i64).try_value();
    let bound = parts.iter().map(|part| part.bound).fold(0.0, f64::max);
    let low = parts.iter().map(|part| part.low).fold(f64::INFINITY, f64::min);
    growing.add(op.ok()?, bound, low, parts.iter().all(|part| part.exact))
}

pub(crate) fn pad(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let rank = growing.rank(item.value);
    let mut sizes = || -> Vec<Dim> { (0..rank).map(|_| Dim::from(growing.random.pick(&[0u64, 0, 1, 2]))).collect() };
    let (low, high) = (sizes(), sizes());
    let mode = growing.random.pick(&["constant", "edge", "reflect", "wrap"]);
    let mut builder = growing.builder();
    let op = builder.op("graph.pad").operand(item.value).attribute("low", Attribute::dims(&low));
    let value = op.attribute("high", Attribute::dims(&high)).attribute("mode", mode).try_value().ok()?;
    growing.add(value, item.bound, item.low.min(0.0), item.exact)
}

pub(crate) fn tile(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let rank = growing.rank(item.value);
    let repeats: Vec<i64> = (0..rank).map(|_| growing.random.pick(&[1, 1, 2, 3])).collect();
    let op = growing.builder().op("graph.tile").operand(item.value).attribute("repeats", repeats).try_value();
    growing.add_like(op.ok()?, &item)
}

pub(crate) fn iota(growing: &mut Growing) -> Option<()> {
    let rank = 1 + growing.random.below(3);
    let shape: Vec<Dim> = (0..rank).map(|_| growing.extent()).collect();
    let axis = growing.random.below(rank) as i64;
    let element = growing.random.pick(&[ElementType::I64, ElementType::I32, ElementType::F32]);
    let ty = Type::tensor(&shape, Type::from_element(element));
    let value = growing.builder().op("graph.iota").attribute("axis", axis).result(ty).try_value().ok()?;
    growing.add(value, 64.0, 0.0, true)
}

/// Extents as data.
pub(crate) fn extents(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let dims = growing.shape(item.value);
    let value = growing.builder().op("graph.dims").attribute("dims", Attribute::dims(&dims)).try_value().ok()?;
    growing.add(value, LARGEST_EXTENT, 0.0, true)
}

/// No extent is larger.
const LARGEST_EXTENT: f64 = 1e4;
