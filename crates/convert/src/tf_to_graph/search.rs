//! Sorting and searching.

use super::elementwise::are_equal;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("TopKV2", |node| {
        let (x, count) = (node.input(0)?, node.input(1)?);
        let count = dim(*node.counts_of(count)?.first().ok_or("k is empty")?)?;
        top(node, x, count)
    }),
    row("TopK", |node| {
        let x = node.input(0)?;
        let count = u64::try_from(node.int_or("k", 1)).map_err(|_| "k must not be negative")?;
        top(node, x, Dim::Static(count))
    }),
    row("NthElement", |node| {
        let x = node.input(0)?;
        let place = node.one_int(1, "n")?;
        let last = node.rank(x).checked_sub(1).ok_or("the input must have an axis")?;
        let count = Dim::Static(u64::try_from(place + 1).map_err(|_| "n must not be negative")?);
        let largest = attribute(node.flag("reverse", false));
        let given = [("axis", attribute(last as i64)), ("k", attribute(vec![count])), ("largest", largest)];
        let best = node.emit_many("graph.top_k", &[x], &given)?;
        let nth = node.slice_axis(best[0], last, Dim::Static(place as u64), Dim::Static(1))?;
        Ok(vec![node.drop_axes(nth, &[last])?])
    }),
    row("InTopKV2", |node| {
        let count = node.one_int(2, "k")?;
        in_top(node, count)
    }),
    row("InTopK", |node| {
        let count = node.int_or("k", 1);
        in_top(node, count)
    }),
    row("Where", places),
    row("Bucketize", |node| {
        let x = node.input(0)?;
        let bounds = node.floats("boundaries").unwrap_or_default();
        let bounds: Vec<f32> = bounds.into_iter().map(|bound| bound as f32).collect();
        let bounds = node.tensor(Tensor::from_values(&[bounds.len()], &bounds))?;
        let bounds = if node.element(x).is_float() { node.cast(bounds, node.element(x))? } else { bounds };
        let x = if node.element(x).is_float() { x } else { node.cast(x, ElementType::F32)? };
        let column = [node.shape(x), &[Dim::Static(1)]].concat();
        let x = node.reshape(x, &column)?;
        let is_reached = node.binary("graph.greater_equal", x, bounds)?;
        let last = node.rank(x) - 1;
        let ones = node.cast(is_reached, ElementType::I32)?;
        let count = node.reduce("graph.reduce_sum", ones, &[last])?;
        Ok(vec![node.drop_axes(count, &[last])?])
    }),
    row("LowerBound", |node| bound(node, "graph.less")),
    row("UpperBound", |node| bound(node, "graph.less_equal")),
    row("Unique", unique),
    row("UniqueV2", unique),
    row("UniqueWithCounts", unique),
    row("UniqueWithCountsV2", unique),
    row("ListDiff", |node| {
        let (x, others) = (node.input(0)?, node.input(1)?);
        let column = [node.shape(x)[0], Dim::Static(1)];
        let x_column = node.reshape(x, &column)?;
        let same = are_equal(node, x_column, others)?;
        let is_there = node.reduce("graph.reduce_max", same, &[1])?;
        let is_there = node.drop_axes(is_there, &[1])?;
        let is_left = node.unary("graph.not", is_there)?;
        let found = node.nonzero(is_left)?;
        let values = node.emit("graph.gather", &[x, found], &[("axis", attribute(0i64))])?;
        let element = node.element_attribute("out_idx", ElementType::I32)?;
        Ok(vec![values, node.cast(found, element)?])
    }),
];

fn top(node: &mut Node, x: Tracked, count: Dim) -> Results {
    let last = node.rank(x).checked_sub(1).ok_or("the input must have an axis")?;
    let given = [("axis", attribute(last as i64)), ("k", attribute(vec![count]))];
    let best = node.emit_many("graph.top_k", &[x], &given)?;
    let element = node.element_attribute("index_type", ElementType::I32)?;
    Ok(vec![best[0], node.cast(best[1], element)?])
}

/// Whether fewer than `count` classes have a larger score than the wanted one.
fn in_top(node: &mut Node, count: i64) -> Results {
    let (scores, wanted) = (node.input(0)?, node.input(1)?);
    let column = [node.shape(wanted), &[Dim::Static(1)]].concat();
    let wanted = node.reshape(wanted, &column)?;
    let own = node.emit("graph.gather_elements", &[scores, wanted], &[("axis", attribute(1i64))])?;
    let is_larger = node.binary("graph.greater", scores, own)?;
    let ones = node.cast(is_larger, ElementType::I64)?;
    let larger = node.reduce("graph.reduce_sum", ones, &[1])?;
    let larger = node.drop_axes(larger, &[1])?;
    Ok(vec![node.binary_scalar("graph.less", larger, count as f64)?])
}

/// The coordinates of what is not 0, a row each.
fn places(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let shape = node.shape(x).to_vec();
    let mask = node.cast(x, ElementType::I1)?;
    let mask = node.reshape(mask, &[dim(element_count(&shape)?)?])?;
    let found = node.nonzero(mask)?;
    let rows = [node.shape(found)[0], Dim::Static(1)];
    let mut columns = Vec::new();
    for column in node.coordinates(found, &shape)? {
        columns.push(node.reshape(column, &rows)?);
    }
    if columns.is_empty() {
        return Err("a scalar has no coordinates".into());
    }
    Ok(vec![node.concat(&columns, 1)?])
}

/// How many elements of each sorted row are before a value.
fn bound(node: &mut Node, comparison: &str) -> Results {
    let (sorted, values) = (node.input(0)?, node.input(1)?);
    let (&[rows, extent], &[_, count]) = (node.shape(sorted), node.shape(values)) else {
        return Err("both inputs must be matrices".into());
    };
    let one = Dim::Static(1);
    let sorted = node.reshape(sorted, &[rows, one, extent])?;
    let values = node.reshape(values, &[rows, count, one])?;
    let is_before = node.binary(comparison, sorted, values)?;
    let ones = node.cast(is_before, ElementType::I64)?;
    let before = node.reduce("graph.reduce_sum", ones, &[2])?;
    let before = node.reshape(before, &[rows, count])?;
    let element = node.element_attribute("out_type", ElementType::I32)?;
    Ok(vec![node.cast(before, element)?])
}

/// The elements of a vector that differ, in the order in which they come first; which of them each element is; and how
/// often each is there.
fn unique(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let &[count] = node.shape(x) else { return Err("only vectors are supported".into()) };
    let one = Dim::Static(1);
    let (column, row) = (node.reshape(x, &[count, one])?, node.reshape(x, &[one, count])?);
    let same = are_equal(node, column, row)?;
    let same = node.cast(same, ElementType::I64)?;
    // Of each element the first that is the same.
    let first = node.emit("graph.arg_max", &[same], &[("axis", attribute(1i64))])?;
    let first = node.reshape(first, &[count])?;
    let own = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let is_first = node.binary("graph.equal", first, own)?;
    let found = node.nonzero(is_first)?;
    let values = node.emit("graph.gather", &[x, found], &[("axis", attribute(0i64))])?;
    let ones = node.cast(is_first, ElementType::I64)?;
    let given = [("axis", attribute(0i64)), ("exclusive", attribute(true)), ("reverse", attribute(false))];
    let before = node.emit("graph.cumulative_sum", &[ones], &given)?;
    let numbers = node.emit("graph.gather", &[before, first], &[("axis", attribute(0i64))])?;
    let element = node.element_attribute("out_idx", ElementType::I32)?;
    let amounts = node.reduce("graph.reduce_sum", same, &[1])?;
    let amounts = node.reshape(amounts, &[count])?;
    let amounts = node.emit("graph.gather", &[amounts, found], &[("axis", attribute(0i64))])?;
    Ok(vec![values, node.cast(numbers, element)?, node.cast(amounts, element)?])
}
