//! Ops with indices in their operands or results.

use crate::graph::{Growing, Item};
use kiln_ir::Value;
use kiln_tensor::Tensor;

/// A constant of indices into an axis of `extent`, some of them counted from the end.
fn indices(growing: &mut Growing, shape: &[usize], extent: usize) -> Value {
    let count = shape.iter().product();
    let index = |growing: &mut Growing| {
        let index = growing.random.below(extent) as i64;
        if growing.random.once_in(4) { index - extent as i64 } else { index }
    };
    let values: Vec<i64> = (0..count).map(|_| index(growing)).collect();
    growing.constant_of(Tensor::from_values(shape, &values))
}

/// An item of static shape with at least one axis, and one of its axes.
fn data(growing: &mut Growing) -> Option<(Item, Vec<usize>, usize)> {
    let item = growing.item(|growing, item| growing.static_shape(item.value).is_some_and(|shape| !shape.is_empty()))?;
    let shape = growing.static_shape(item.value)?;
    let axis = growing.random.below(shape.len());
    Some((item, shape, axis))
}

pub(crate) fn gather(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| growing.rank(item.value) >= 1)?;
    let axis = growing.axis(item.value)?;
    let extent = growing.shape(item.value)[axis].as_static()? as usize;
    let rank = growing.random.below(3);
    let shape: Vec<usize> = (0..rank).map(|_| growing.random.pick(&[1, 2, 3, 7])).collect();
    let indices = indices(growing, &shape, extent);
    let operands = [item.value, indices];
    let op = growing.builder().op("graph.gather").operands(&operands).attribute("axis", axis as i64).try_value();
    growing.add_like(op.ok()?, &item)
}

pub(crate) fn gather_elements(growing: &mut Growing) -> Option<()> {
    let (item, mut shape, axis) = data(growing)?;
    let extent = shape[axis];
    shape[axis] = growing.random.pick(&[1, 2, 5]);
    let operands = [item.value, indices(growing, &shape, extent)];
    let op =
        growing.builder().op("graph.gather_elements").operands(&operands).attribute("axis", axis as i64).try_value();
    growing.add_like(op.ok()?, &item)
}

pub(crate) fn gather_nd(growing: &mut Growing) -> Option<()> {
    let (item, shape, _) = data(growing)?;
    let count = growing.random.pick(&[1, 2, 6]);
    // One index for all axes, so that every one is in range on each of them.
    let axes = 1 + growing.random.below(shape.len());
    let smallest = shape[..axes].iter().copied().min()?;
    let operands = [item.value, indices(growing, &[count, axes], smallest)];
    let op = growing.builder().op("graph.gather_nd").operands(&operands).attribute("batch_dims", 0i64).try_value();
    growing.add_like(op.ok()?, &item)
}

pub(crate) fn scatter_elements(growing: &mut Growing) -> Option<()> {
    let (item, mut shape, axis) = data(growing)?;
    let extent = shape[axis];
    shape[axis] = growing.random.pick(&[1, 2]);
    let element = growing.element(item.value);
    let reduction = reduction(growing, &item);
    let operands = [item.value, indices(growing, &shape, extent), growing.constant(element, &shape)];
    let mut builder = growing.builder();
    let op = builder.op("graph.scatter_elements").operands(&operands).attribute("axis", axis as i64);
    let value = op.attribute("reduction", reduction).try_value().ok()?;
    growing.add(value, 4.0 * item.bound + 8.0, -4.0 * item.bound - 8.0, item.exact && reduction == "none")
}

pub(crate) fn scatter_nd(growing: &mut Growing) -> Option<()> {
    let (item, shape, _) = data(growing)?;
    let element = growing.element(item.value);
    let count = growing.random.pick(&[1, 2, 3]);
    let axes = 1 + growing.random.below(shape.len());
    let smallest = shape[..axes].iter().copied().min()?;
    let mut updates = vec![count];
    updates.extend_from_slice(&shape[axes..]);
    let reduction = reduction(growing, &item);
    let operands = [item.value, indices(growing, &[count, axes], smallest), growing.constant(element, &updates)];
    let mut builder = growing.builder();
    let op = builder.op("graph.scatter_nd").operands(&operands).attribute("reduction", reduction);
    let value = op.try_value().ok()?;
    growing.add(value, 8.0 * item.bound + 8.0, -8.0 * item.bound - 8.0, item.exact && reduction == "none")
}

fn reduction(growing: &mut Growing, item: &Item) -> &'static str {
    match growing.element(item.value) == kiln_tensor::ElementType::I1 {
        true => "none",
        false => growing.random.pick(&["none", "add", "min", "max"]),
    }
}

pub(crate) fn top_k(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.exact && growing.element(item.value).is_float())?;
    let axis = growing.axis(item.value)?;
    let extent = growing.shape(item.value)[axis].as_static()? as usize;
    let k = kiln_ir::Dim::Static(1 + growing.random.below(extent) as u64);
    let largest = growing.random.once_in(2);
    let mut builder = growing.builder();
    let op = builder.op("graph.top_k").operand(item.value).attribute("axis", axis as i64).attribute("k", vec![k]);
    let op = op.attribute("largest", largest).try_build().ok()?;
    let (values, indices) = (growing.module.result(op, 0), growing.module.result(op, 1));
    growing.add(indices, extent as f64, 0.0, true);
    growing.add_like(values, &item)
}

pub(crate) fn arg_extreme(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.exact && growing.element(item.value).is_float())?;
    let axis = growing.axis(item.value)? as i64;
    let name = growing.random.pick(&["graph.arg_max", "graph.arg_min"]);
    let select_last = growing.random.once_in(2);
    let mut builder = growing.builder();
    let op = builder.op(name).operand(item.value).attribute("axis", axis).attribute("select_last", select_last);
    let value = op.try_value().ok()?;
    growing.add(value, 1e3, 0.0, true)
}
