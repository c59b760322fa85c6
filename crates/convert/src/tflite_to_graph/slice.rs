//! Slices.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, minimum, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("SLICE", slice), row("STRIDED_SLICE", strided_slice)];

fn slice(node: &mut Node) -> Results {
    let (x, starts, sizes) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (starts, sizes) = (node.counts_of(starts)?, node.integers_of(sizes)?);
    let own = node.shape(x).to_vec();
    if starts.len() != own.len() || sizes.len() != own.len() {
        return Err(format!("{} starts and {} sizes do not fit {} axes", starts.len(), sizes.len(), own.len()));
    }
    let mut shape = Vec::with_capacity(own.len());
    for ((&extent, &start), &size) in own.iter().zip(&starts).zip(&sizes) {
        // All that is left.
        let is_open = size.as_constant() == Some(-1);
        shape.push(dim(if is_open { subtract(expr(extent)?, start)? } else { size })?);
    }
    let starts = starts.into_iter().map(dim).collect::<Result<Vec<_>, _>>()?;
    part(node, x, &starts, vec![1; own.len()], &shape).map(|part| vec![part])
}

fn part(node: &mut Node, x: Tracked, starts: &[Dim], steps: Vec<i64>, shape: &[Dim]) -> Result<Tracked, String> {
    if node.shape(x) == shape && steps.iter().all(|&step| step == 1) {
        return Ok(x);
    }
    let given = [("starts", dims_attribute(starts)), ("steps", attribute(steps))];
    node.emit_as("graph.slice", &[x], &given, shape, node.element_type(x))
}

/// What a slice does with one axis of the operand.
#[derive(Clone, Copy)]
struct Along {
    start: DimExpr,
    step: i64,
    length: DimExpr,
}

fn strided_slice(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let own = node.shape(x).to_vec();
    let mut lists = Vec::new();
    for index in 1..4 {
        let list = node.input(index)?;
        lists.push(node.integers_of(list)?);
    }
    let count = lists[0].len();
    if lists.iter().any(|list| list.len() != count) {
        return Err("starts, ends and steps differ in number".into());
    }
    let masked = |name: &str, place: usize| node.option_int(name) >> place & 1 == 1;
    let specified =
        (0..count).filter(|&place| !masked("new_axis_mask", place) && !masked("ellipsis_mask", place)).count();
    let mut along = Vec::new();
    // For each axis of the result whether it is new, else whether it stays.
    let mut results: Vec<Option<bool>> = Vec::new();
    for place in 0..count {
        if masked("ellipsis_mask", place) {
            for _ in 0..own.len().saturating_sub(specified) {
                let extent = expr(*own.get(along.len()).ok_or("there are more slices than axes")?)?;
                along.push(Along { start: constant(0), step: 1, length: extent });
                results.push(Some(true));
            }
            continue;
        }
        if masked("new_axis_mask", place) {
            results.push(None);
            continue;
        }
        let extent = expr(*own.get(along.len()).ok_or("there are more slices than axes")?)?;
        let bounds = [lists[0][place], lists[1][place], lists[2][place]];
        let masks = [masked("begin_mask", place), masked("end_mask", place), node.option_flag("offset")];
        let shrinks = masked("shrink_axis_mask", place);
        along.push(axis_slice(extent, bounds, masks, shrinks)?);
        results.push(Some(!shrinks));
    }
    for &extent in &own[along.len().min(own.len())..] {
        along.push(Along { start: constant(0), step: 1, length: expr(extent)? });
        results.push(Some(true));
    }
    let starts = along.iter().map(|one| dim(one.start)).collect::<Result<Vec<_>, _>>()?;
    let lengths = along.iter().map(|one| dim(one.length)).collect::<Result<Vec<_>, _>>()?;
    let steps = along.iter().map(|one| one.step).collect();
    let taken = part(node, x, &starts, steps, &lengths)?;
    let mut shape = Vec::new();
    let mut lengths = lengths.into_iter();
    for result in results {
        match result {
            None => shape.push(Dim::Static(1)),
            Some(stays) => shape.extend(lengths.next().filter(|_| stays)),
        }
    }
    Ok(vec![node.reshape(taken, &shape)?])
}

/// The slice of an axis of `extent` from start to end by a step, as in Python.
fn axis_slice(
    extent: DimExpr,
    [start, end, step]: [DimExpr; 3],
    [from_first, to_last, is_offset]: [bool; 3],
    shrinks: bool,
) -> Result<Along, String> {
    let step = step.as_constant().filter(|&step| step != 0).ok_or("steps must be constant and not 0")?;
    if shrinks {
        let start = counted(extent, start)?;
        return Ok(Along { start, step: 1, length: constant(1) });
    }
    let end = if is_offset { add(start, end)? } else { end };
    let one = constant(1);
    let last = subtract(extent, one)?;
    let (low, high) = if step > 0 { (constant(0), extent) } else { (constant(-1), last) };
    let bounded =
        |value: DimExpr| -> Result<DimExpr, String> { Ok(maximum(low, minimum(counted(extent, value)?, high))) };
    let start = if from_first { if step > 0 { constant(0) } else { last } } else { bounded(start)? };
    let end = if to_last { if step > 0 { extent } else { constant(-1) } } else { bounded(end)? };
    let (distance, size) = if step > 0 { (subtract(end, start)?, step) } else { (subtract(start, end)?, -step) };
    let length = floor_divide(add(distance, constant(size - 1))?, constant(size))?;
    let length = maximum(length, constant(0));
    // The start of nothing is anywhere inside.
    let start = if length.as_constant() == Some(0) { constant(0) } else { start };
    Ok(Along { start, step, length })
}

/// An index that may be counted from the end. One that only a run tells is taken to count from the start.
fn counted(extent: DimExpr, value: DimExpr) -> Result<DimExpr, String> {
    match value.as_constant() {
        Some(constant) if constant < 0 => add(extent, value),
        _ => Ok(value),
    }
}
