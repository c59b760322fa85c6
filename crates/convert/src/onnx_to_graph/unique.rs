//! `Unique`: the different elements, or slices, of a tensor.
//!
//! They are sorted, so that equal ones are neighbours and the first of them comes first; each that differs from the one
//! before it begins a group.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, element_count, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("Unique", unique)];

fn unique(node: &mut Node) -> Results {
    let values = node.input(0)?;
    // Numbers in the order of the strings are compared in their place.
    let is_string = node.element(values) == ElementType::String;
    let x = if is_string { node.emit("graph.string_rank", &[values], &[])? } else { values };
    let rank = node.rank(x);
    // Slices become rows of a matrix; without an axis these are the elements.
    let axis = node.int("axis").map(|_| node.axis(0, rank)).transpose()?;
    let order: Vec<usize> = axis.into_iter().chain((0..rank).filter(|&other| Some(other) != axis)).collect();
    let (length, slice) = match axis {
        Some(axis) => (node.shape(x)[axis], order[1..].iter().map(|&axis| node.shape(x)[axis]).collect()),
        None => (dim(element_count(node.shape(x))?)?, Vec::new()),
    };
    let width = dim(element_count(&slice)?)?;
    let rows = as_rows(node, x, &order, [length, width])?;
    if length.is(0) || width.is(0) {
        return Err("a tensor without elements has none that are different".into());
    }
    let sorted = sort_rows(node, rows)?;
    let begins = group_begins(node, rows, sorted)?;

    let starts = node.nonzero(begins)?;
    let group = numbers(node, begins)?;
    let firsts = gather(node, sorted, starts)?;
    let (chosen, numbers) = match node.flag("sorted", true) {
        true => (firsts, group),
        false => by_first(node, sorted, begins, firsts, group)?,
    };
    let inverse = scatter(node, length, sorted, numbers, "none")?;
    let ones = node.scalar(ElementType::I64, 1.0)?;
    let ones = node.broadcast(ones, &[length])?;
    let counts = scatter(node, node.shape(chosen)[0], inverse, ones, "add")?;
    let data = if is_string { as_rows(node, values, &order, [length, width])? } else { rows };
    let y = gather(node, data, chosen)?;
    let y = node.reshape(y, &[&[node.shape(chosen)[0]], slice.as_slice()].concat())?;
    let mut back = vec![0; order.len()];
    for (place, &from) in order.iter().enumerate() {
        back[from] = place;
    }
    let y = if axis.is_some() { node.transpose(y, &back)? } else { y };
    Ok(vec![y, chosen, inverse, counts])
}

/// The axes in an order, and then as those of a matrix.
fn as_rows(node: &mut Node, x: Tracked, order: &[usize], shape: [Dim; 2]) -> Result<Tracked, String> {
    let moved = node.transpose(x, order)?;
    node.reshape(moved, &shape)
}

fn gather(node: &mut Node, data: Tracked, indices: Tracked) -> Result<Tracked, String> {
    node.emit("graph.gather", &[data, indices], &[("axis", attribute(0i64))])
}

/// A vector of zeros in which `updates` are stored, or summed, at `places`.
fn scatter(
    node: &mut Node,
    length: Dim,
    places: Tracked,
    updates: Tracked,
    how: &'static str,
) -> Result<Tracked, String> {
    let zero = node.scalar(node.element(updates), 0.0)?;
    let zeros = node.broadcast(zero, &[length])?;
    let given = [("axis", attribute(0i64)), ("reduction", attribute(how))];
    node.emit("graph.scatter_elements", &[zeros, places, updates], &given)
}

/// For each element how many flags there are up to it, less one.
fn numbers(node: &mut Node, flags: Tracked) -> Result<Tracked, String> {
    let ones = node.cast(flags, ElementType::I64)?;
    let given = [("axis", attribute(0i64)), ("exclusive", attribute(false)), ("reverse", attribute(false))];
    let sums = node.emit("graph.cumulative_sum", &[ones], &given)?;
    node.binary_scalar("graph.subtract", sums, 1.0)
}

/// The numbers of the rows of a matrix, smallest first, equal ones in their order: sorted by each column, last first.
fn sort_rows(node: &mut Node, rows: Tracked) -> Result<Tracked, String> {
    let &[length, width] = node.shape(rows) else { return Err("rows are those of a matrix".into()) };
    let is_bool = node.element(rows) == ElementType::I1;
    let keys = if is_bool { node.cast(rows, ElementType::U8)? } else { rows };
    let last = dim(subtract(expr(width)?, constant(1))?)?;
    let key = node.slice_axis(keys, 1, last, Dim::Static(1))?;
    let key = node.reshape(key, &[length])?;
    let order = sort(node, key, length)?;
    if last.is(0) {
        return Ok(order);
    }
    let rolled = Rolled {
        rounds: Some(last),
        start: None,
        initial: vec![order],
        is_certain: true,
        counts: false,
        growing: 0,
        declared: node.output_count(),
    };
    let before_last = subtract(expr(last)?, constant(1))?;
    let sorted = node.roll(rolled, |node, round, carried| {
        let [order] = *carried else { return Err("the order is carried".into()) };
        let before_last = node.extent(before_last);
        let column = node.binary("graph.subtract", before_last, round)?;
        let key = node.emit("graph.gather", &[keys, column], &[("axis", attribute(1i64))])?;
        let key = gather(node, key, order)?;
        let places = sort(node, key, length)?;
        Ok(vec![gather(node, order, places)?])
    })?;
    sorted.first().copied().ok_or_else(|| "the loop carries the order".into())
}

/// The places of the elements of a vector, smallest first, equal ones in their order.
fn sort(node: &mut Node, key: Tracked, length: Dim) -> Result<Tracked, String> {
    let given = [
        ("axis", attribute(0i64)),
        ("k", dims_attribute(&[length])),
        ("largest", attribute(false)),
        ("sorted", attribute(true)),
    ];
    Ok(node.emit_many("graph.top_k", &[key], &given)?[1])
}

/// Whether each of the sorted rows differs from the one before it; the first does.
fn group_begins(node: &mut Node, rows: Tracked, sorted: Tracked) -> Result<Tracked, String> {
    let length = node.shape(rows)[0];
    let first = node.tensor(Tensor::from_bools(&[1], &[true]))?;
    if length.is(1) {
        return Ok(first);
    }
    let arranged = gather(node, rows, sorted)?;
    let pairs = dim(subtract(expr(length)?, constant(1))?)?;
    let before = node.slice_axis(arranged, 0, Dim::Static(0), pairs)?;
    let after = node.slice_axis(arranged, 0, Dim::Static(1), pairs)?;
    let differs = node.binary("graph.not_equal", before, after)?;
    let differs = node.cast(differs, ElementType::I32)?;
    let differs = node.reduce("graph.reduce_max", differs, &[1])?;
    let differs = node.cast(differs, ElementType::I1)?;
    let differs = node.reshape(differs, &[pairs])?;
    node.concat(&[first, differs], 0)
}

/// Which rows are chosen, in their own order, and the number of its group in that order for each of the sorted rows.
fn by_first(
    node: &mut Node,
    sorted: Tracked,
    begins: Tracked,
    firsts: Tracked,
    group: Tracked,
) -> Result<(Tracked, Tracked), String> {
    let length = node.shape(sorted)[0];
    let marks = node.cast(begins, ElementType::I64)?;
    let marks = scatter(node, length, sorted, marks, "none")?;
    let is_first = node.cast(marks, ElementType::I1)?;
    let chosen = node.nonzero(is_first)?;
    let order = numbers(node, is_first)?;
    let own_first = gather(node, firsts, group)?;
    Ok((chosen, gather(node, order, own_first)?))
}
