//! Operations of `keras.ops` that sort and search.

use super::super::call::{Call, Row, plain};
use super::reductions::along;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Sort", |call| {
        let x = call.first()?;
        let (x, axis) = last_or_said(call, x)?;
        Ok(vec![sorted(call, x, axis, false)?[0]])
    }),
    plain("ops.Argsort", |call| {
        let x = call.first()?;
        let (x, axis) = last_or_said(call, x)?;
        let places = sorted(call, x, axis, false)?[1];
        Ok(vec![call.cast(places, ElementType::I32)?])
    }),
    plain("ops.TopK", |call| {
        let x = call.first()?;
        let count = call.integer_at(1, "k").and_then(|k| u64::try_from(k).ok()).ok_or("k is missing")?;
        let axis = call.rank(x).checked_sub(1).ok_or("the input has no axes")?;
        let given = [("axis", attribute(axis as i64)), ("k", dims_attribute(&[Dim::Static(count)]))];
        let results = call.emit_many("graph.top_k", &[x], &given)?;
        Ok(vec![results[0], call.cast(results[1], ElementType::I32)?])
    }),
    plain("ops.SearchSorted", |call| {
        let (sequence, values) = (call.values(0, "sorted_sequence")?, call.values(1, "values")?);
        if call.rank(sequence) != 1 {
            return Err("the sorted sequence must have one axis".into());
        }
        let (sequence, values) = super::binary::promote(call, sequence, values)?;
        let is_left = call.setting("side").and_then(|side| side.as_str()).unwrap_or("left") == "left";
        let place = reached(call, values, sequence, if is_left { "graph.greater" } else { "graph.greater_equal" })?;
        Ok(vec![call.cast(place, ElementType::I32)?])
    }),
    plain("ops.Digitize", |call| {
        let x = call.first_float()?;
        let bins = call.values(1, "bins")?;
        let x_element = call.element(x);
        let bins = call.cast(bins, x_element)?;
        let place = reached(call, x, bins, "graph.greater_equal")?;
        Ok(vec![call.cast(place, ElementType::I32)?])
    }),
    plain("ops.InTopK", |call| {
        let (targets, scores) = (call.values(0, "targets")?, call.values(1, "predictions")?);
        let count = call.number_at(2, "k").ok_or("k is missing")?;
        let column = [call.shape(targets), &[Dim::Static(1)]].concat();
        let targets = call.reshape(targets, &column)?;
        let targets = call.cast(targets, ElementType::I64)?;
        let own = call.emit("graph.gather_elements", &[scores, targets], &[("axis", attribute(1i64))])?;
        let is_larger = call.binary("graph.greater", scores, own)?;
        let ones = call.cast(is_larger, ElementType::I64)?;
        let larger = call.reduce("graph.reduce_sum", ones, &[1])?;
        let larger = call.drop_axes(larger, &[1])?;
        Ok(vec![call.binary_scalar("graph.less", larger, count)?])
    }),
    plain("ops.IsIn", |call| {
        let (x, others) = super::binary::operands(call)?;
        let shape = call.shape(x).to_vec();
        let column = call.reshape(x, &[dim(element_count(&shape)?)?, Dim::Static(1)])?;
        let others_shape = call.shape(others);
        let row = call.reshape(others, &[Dim::Static(1), dim(element_count(others_shape)?)?])?;
        let same = call.binary("graph.equal", column, row)?;
        let same = call.cast(same, ElementType::U8)?;
        let any = call.reduce("graph.reduce_max", same, &[1])?;
        let any = call.reshape(any, &shape)?;
        let any = call.cast(any, ElementType::I1)?;
        Ok(vec![if call.is_set("invert", false) { call.unary("graph.not", any)? } else { any }])
    }),
    plain("ops.Nonzero", |call| {
        let x = call.first()?;
        let shape = call.shape(x).to_vec();
        let truth = super::as_truth(call, x)?;
        let flat = call.reshape(truth, &[dim(element_count(&shape)?)?])?;
        let found = call.nonzero(flat)?;
        let mut results = Vec::new();
        for places in call.coordinates(found, &shape)? {
            results.push(call.cast(places, ElementType::I32)?);
        }
        Ok(results)
    }),
    plain("ops.Sparsemax", sparsemax),
];

/// The axis that is said, of elements one after the other if it is none, and the last one if nothing is said.
fn last_or_said(call: &mut Call, x: Tracked) -> Result<(Tracked, usize), String> {
    let entry = call.attribute("axis");
    match entry.is_none() && call.setting_at(1, "axis").is_none() {
        // An axis that is none is left out of the configuration.
        true => along(call, x, 1),
        false => Ok((x, call.axis_at(1, "axis", -1, call.rank(x))?)),
    }
}

/// The elements along an axis in order, and where they were; equal ones in the order in which they were.
pub(super) fn sorted(node: &mut Node, x: Tracked, axis: usize, largest: bool) -> Result<[Tracked; 2], String> {
    let numbers = if node.element(x) == ElementType::I1 { node.cast(x, ElementType::U8)? } else { x };
    let given = [
        ("axis", attribute(axis as i64)),
        ("k", dims_attribute(&[node.shape(x)[axis]])),
        ("largest", attribute(largest)),
    ];
    let results = node.emit_many("graph.top_k", &[numbers], &given)?;
    Ok([node.cast(results[0], node.element(x))?, results[1]])
}

/// The numbers from 0 on.
pub(super) fn counted(node: &mut Node, count: u64, element: ElementType) -> Result<Tracked, String> {
    let line = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[Dim::Static(count)], Type::i64())?;
    node.cast(line, element)
}

/// How many of a sorted sequence each value passes.
fn reached(node: &mut Node, x: Tracked, sequence: Tracked, comparison: &str) -> Result<Tracked, String> {
    let column = [node.shape(x), &[Dim::Static(1)]].concat();
    let column = node.reshape(x, &column)?;
    let is_reached = node.binary(comparison, column, sequence)?;
    let ones = node.cast(is_reached, ElementType::I64)?;
    let last = node.rank(ones) - 1;
    let count = node.reduce("graph.reduce_sum", ones, &[last])?;
    node.drop_axes(count, &[last])
}

/// The nearest point of the simplex (Martins and Astudillo 2016).
fn sparsemax(call: &mut Call) -> Results {
    let x = call.first_float()?;
    let axis = call.axis_at(1, "axis", -1, call.rank(x))?;
    let element = call.element(x);
    let [ordered, _] = sorted(call, x, axis, true)?;
    let sums = super::reductions::accumulated(call, "graph.cumulative_sum", ordered, axis)?;
    let mut line = vec![Dim::Static(1); call.rank(x)];
    line[axis] = call.shape(x)[axis];
    let places = call.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, Type::i64())?;
    let places = call.cast(places, element)?;
    let places = call.binary_scalar("graph.add", places, 1.0)?;
    let surplus = call.binary_scalar("graph.subtract", sums, 1.0)?;
    let mean = call.binary("graph.divide", surplus, places)?;
    let is_kept = call.binary("graph.greater", ordered, mean)?;
    let ones = call.cast(is_kept, element)?;
    let count = call.reduce("graph.reduce_sum", ones, &[axis])?;
    // Keras sums the running sums of those that are kept.
    let own = call.binary("graph.multiply", sums, ones)?;
    let total = call.reduce("graph.reduce_sum", own, &[axis])?;
    let surplus = call.binary_scalar("graph.subtract", total, 1.0)?;
    let threshold = call.binary("graph.divide", surplus, count)?;
    let rest = call.binary("graph.subtract", x, threshold)?;
    Ok(vec![call.unary("graph.relu", rest)?])
}
