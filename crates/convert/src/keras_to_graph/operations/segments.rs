//! Operations of `keras.ops` that put elements at places, or join those with the same number.

use super::super::call::{Call, Row, element_named, plain};
use crate::conversion::emit::attribute;
use crate::conversion::extent::dim;
use crate::conversion::functions::filled_like;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::segments::{join, scatter};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Scatter", |call| {
        let (indices, values) = (call.values(0, "indices")?, call.values(1, "values")?);
        let shape =
            call.setting_at(2, "shape").and_then(|shape| shape.as_i64s()).ok_or("the shape must be constant")?;
        let values_element = call.element(values);
        let zero = call.scalar(values_element, 0.0)?;
        let zeros = call.broadcast(zero, &static_shape(&shape)?)?;
        Ok(vec![scatter(call, zeros, indices, values, "add")?])
    }),
    plain("ops.ScatterUpdate", |call| {
        let (x, indices) = (call.values(0, "inputs")?, call.values(1, "indices")?);
        let updates = call.values(2, "updates")?;
        let x_element = call.element(x);
        let updates = call.cast(updates, x_element)?;
        let reduction = match call.setting_at(3, "reduction").and_then(|reduction| reduction.as_str()) {
            None => "none",
            Some(known @ ("add" | "max" | "min" | "mul")) => known,
            Some(other) => return Err(format!("reduction \"{other}\" is not known")),
        };
        Ok(vec![scatter(call, x, indices, updates, reduction)?])
    }),
    plain("ops.SegmentSum", |call| segments(call, "add")),
    plain("ops.SegmentMax", |call| segments(call, "max")),
    plain("ops.SegmentMin", |call| segments(call, "min")),
    plain("ops.SegmentProd", |call| segments(call, "mul")),
    plain("ops.OneHot", |call| {
        let x = call.first()?;
        let axis = call.axis_at(2, "axis", -1, call.rank(x) + 1)?;
        Ok(vec![one_hot(call, x, axis)?])
    }),
    plain("ops.MultiHot", |call| {
        let x = call.first()?;
        let rank = call.rank(x);
        let axis = call.axis_at(2, "axis", -1, rank + 1)?;
        let hits = one_hot(call, x, axis)?;
        let reduced = usize::from(rank > 1);
        let is_truth = call.element(hits) == ElementType::I1;
        let numbers = if is_truth { call.cast(hits, ElementType::U8)? } else { hits };
        let most = call.reduce("graph.reduce_max", numbers, &[reduced])?;
        let most = call.drop_axes(most, &[reduced])?;
        Ok(vec![if is_truth { call.cast(most, ElementType::I1)? } else { most }])
    }),
];

/// Extents that must all be there.
pub(super) fn static_shape(extents: &[i64]) -> Result<Vec<Dim>, String> {
    let dims = extents.iter().map(|&extent| u64::try_from(extent).map(Dim::Static));
    dims.collect::<Result<_, _>>().map_err(|_| "an extent is negative".into())
}

/// Ones at the places that indices say along a new axis.
fn one_hot(call: &mut Call, x: Tracked, axis: usize) -> Result<Tracked, String> {
    if call.is_set("sparse", false) {
        return Err("sparse results are not supported".into());
    }
    let count = call.integer_at(1, "num_classes").and_then(|count| u64::try_from(count).ok());
    let count = count.or(call.integer_at(1, "num_tokens").and_then(|count| u64::try_from(count).ok()));
    let count = count.ok_or("num_classes is missing")?;
    let element = element_named(call.setting("dtype").and_then(|name| name.as_str()).unwrap_or("float32"))?;
    hits(call, x, axis, count, element)
}

/// Ones at places along a new axis of `count` elements.
pub(crate) fn hits(
    node: &mut Node,
    x: Tracked,
    axis: usize,
    count: u64,
    element: ElementType,
) -> Result<Tracked, String> {
    let indices = node.cast(x, ElementType::I64)?;
    let mut shape = node.shape(indices).to_vec();
    shape.insert(axis, Dim::Static(1));
    let indices = node.reshape(indices, &shape)?;
    let mut line = vec![Dim::Static(1); shape.len()];
    line[axis] = Dim::Static(count);
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
    let hits = node.binary("graph.equal", places, indices)?;
    node.cast(hits, element)
}

/// Rows with the same number joined; without a number of segments, there are as many as the largest number asks for.
fn segments(call: &mut Call, reduction: &str) -> Results {
    let (x, numbers) = (call.values(0, "data")?, call.values(1, "segment_ids")?);
    let numbers = call.cast(numbers, ElementType::I64)?;
    let count = match call.integer_at(2, "num_segments") {
        Some(count) => Dim::Static(u64::try_from(count).map_err(|_| "num_segments is negative")?),
        None => {
            let largest = call.reduce("graph.reduce_max", numbers, &[0])?;
            let count = call.binary_scalar("graph.add", largest, 1.0)?;
            dim(call.bind_extents(count, &[])?[0])?
        }
    };
    let joined = join(call, x, numbers, count, reduction)?;
    if !call.is_set("sorted", false) || reduction == "add" || reduction == "mul" {
        return Ok(vec![joined]);
    }
    // Of sorted numbers, those without a row are 0.
    let ones = filled_like(call, numbers, 1.0)?;
    let amounts = join(call, ones, numbers, count, "add")?;
    let mut shape = vec![Dim::Static(1); call.rank(joined)];
    shape[0] = count;
    let amounts = call.reshape(amounts, &shape)?;
    let is_empty = call.binary_scalar("graph.equal", amounts, 0.0)?;
    let joined_element = call.element(joined);
    let zero = call.scalar(joined_element, 0.0)?;
    Ok(vec![call.select(is_empty, zero, joined)?])
}
