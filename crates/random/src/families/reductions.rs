//! Ops that combine the elements along axes.

use crate::graph::Growing;

pub(crate) fn reduce(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(1)?;
    let rank = growing.rank(item.value);
    let axes: Vec<i64> = (0..rank as i64).filter(|_| growing.random.once_in(2)).collect();
    let name = growing.random.pick(&["graph.reduce_sum", "graph.reduce_mean", "graph.reduce_max", "graph.reduce_min"]);
    let op = growing.builder().op(name).operand(item.value).attribute("axes", axes).try_value();
    let is_exact = matches!(name, "graph.reduce_max" | "graph.reduce_min") && item.exact;
    let bound = if name == "graph.reduce_sum" { 300.0 * item.bound } else { item.bound };
    growing.add(op.ok()?, bound, if name == "graph.reduce_sum" { -bound } else { item.low }, is_exact)
}

pub(crate) fn softmax(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(1)?;
    let axis = growing.axis(item.value)? as i64;
    let name = growing.random.pick(&["graph.softmax", "graph.softmax", "graph.log_softmax"]);
    let op = growing.builder().op(name).operand(item.value).attribute("axis", axis).try_value();
    let bound = if name == "graph.softmax" { 1.0 } else { 2.0 * item.bound + 8.0 };
    growing.add(op.ok()?, bound, -bound, false)
}

pub(crate) fn layer_norm(growing: &mut Growing) -> Option<()> {
    normalization(growing, "graph.layer_norm", 2, 64.0)
}

pub(crate) fn rms_norm(growing: &mut Growing) -> Option<()> {
    normalization(growing, "graph.rms_norm", 1, 300.0)
}

/// A normalization over the last axes, with some of the constants that it may have.
fn normalization(growing: &mut Growing, name: &str, most_constants: usize, bound: f64) -> Option<()> {
    let item = growing.float_of_rank(1)?;
    let axis = growing.axis(item.value)?;
    let shape: Option<Vec<usize>> =
        growing.shape(item.value)[axis..].iter().map(|dim| dim.as_static().map(|extent| extent as usize)).collect();
    let element = growing.element(item.value);
    let mut operands = vec![item.value];
    if let Some(shape) = shape {
        while operands.len() <= most_constants && growing.random.once_in(2) {
            operands.push(growing.constant(element, &shape));
        }
    }
    let mut builder = growing.builder();
    let op = builder.op(name).operands(&operands).attribute("axis", axis as i64);
    let value = op.attribute("epsilon", 1e-2f64).try_value().ok()?;
    growing.add(value, bound, -bound, false)
}

/// Products of numbers that do not grow by it.
pub(crate) fn product(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| {
        item.bound <= 1.0 && growing.rank(item.value) > 0 && growing.element(item.value).is_float()
    })?;
    let axis = growing.axis(item.value)? as i64;
    let reduces = growing.random.once_in(2);
    let mut builder = growing.builder();
    let op = if reduces {
        builder.op("graph.reduce_product").operand(item.value).attribute("axes", vec![axis])
    } else {
        builder.op("graph.cumulative_product").operand(item.value).attribute("axis", axis)
    };
    let value = op.try_value().ok()?;
    growing.add(value, 1.0, -1.0, false)
}

pub(crate) fn cumulative_sum(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(1)?;
    let axis = growing.axis(item.value)? as i64;
    let (exclusive, reverse) = (growing.random.once_in(2), growing.random.once_in(2));
    let mut builder = growing.builder();
    let op = builder.op("graph.cumulative_sum").operand(item.value).attribute("axis", axis);
    let value = op.attribute("exclusive", exclusive).attribute("reverse", reverse).try_value().ok()?;
    growing.add(value, 300.0 * item.bound, -300.0 * item.bound, false)
}

pub(crate) fn lrn(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(3)?;
    let size = growing.random.pick(&[1i64, 3, 5]);
    let layout = growing.random.pick(&["channels_first", "channels_last"]);
    let mut builder = growing.builder();
    let op = builder.op("graph.lrn").operand(item.value).attribute("size", size).attribute("alpha", 1e-2f64);
    let op = op.attribute("beta", 0.75f64).attribute("bias", 1.0f64).attribute("layout", layout);
    let value = op.try_value().ok()?;
    growing.add(value, item.bound, -item.bound, false)
}
