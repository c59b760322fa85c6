//! The innermost loops: accumulators of a tile, carried over the depth.

use super::{Columns, dot};
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use kiln_ir::Value;

/// One level of the reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DepthLoop {
    /// How many steps; of several terms each, on the innermost level, where the tile says so.
    pub count: Index,
    /// Elements of the left operand from step to step.
    pub left: Index,
    /// Elements of the right operand from step to step.
    pub right: Index,
}

/// What a tile multiplies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operands<'d> {
    /// Rows, read element by element.
    pub left: Buffer,
    /// Elements from one row of the tile to the next.
    pub left_row: Index,
    /// Columns, read vector by vector.
    pub right: Buffer,
    /// The reduction, outermost level first.
    pub depth: &'d [DepthLoop],
    /// Steps of the innermost level that are written out one after the other.
    pub unroll: usize,
}

/// What is fetched into the cache meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    /// The element of the right operand where it begins.
    pub offset: Index,
    /// Elements fetched with each step of the depth.
    pub step: Index,
    /// Elements of the right operand from step to step.
    pub width: usize,
}

/// Where the operands of a step of the depth are.
#[derive(Clone, Copy, Debug)]
struct Place {
    left: Index,
    right: Index,
    ahead: Option<Ahead>,
}

impl Place {
    /// The place after `steps` steps of a level.
    fn moved(&self, b: &mut KernelBuilder, steps: Index, level: &DepthLoop) -> Place {
        let (left, right) = (b.mul(steps, level.left), b.mul(steps, level.right));
        let ahead = self.ahead.map(|ahead| {
            let of_step = b.div(level.right, ahead.width);
            let of_step = b.mul(of_step, ahead.step);
            let distance = b.mul(steps, of_step);
            Ahead { offset: b.add(ahead.offset, distance), ..ahead }
        });
        Place { left: b.add(self.left, left), right: b.add(self.right, right), ahead }
    }
}

/// Accumulators that are all zero, row by row.
pub(crate) fn zero_tile(b: &mut KernelBuilder, operands: &Operands, rows: usize, columns: &Columns) -> Vec<Value> {
    let zero = dot::zero(b, operands.left.element, columns.lanes);
    vec![zero; rows * columns.parts.len()]
}

/// Adds the product of `rows` rows from `left` on and the panel at `right` to `accumulators`.
pub(crate) fn accumulate(
    b: &mut KernelBuilder,
    operands: &Operands,
    rows: usize,
    columns: &Columns,
    (left, right): (Index, Index),
    ahead: Option<Ahead>,
    accumulators: &[Value],
) -> Vec<Value> {
    let row_offsets: Vec<Index> = (0..rows).map(|row| b.mul(operands.left_row, row)).collect();
    nest(b, operands, &row_offsets, columns, Place { left, right, ahead }, operands.depth, accumulators)
}

/// As [`accumulate`], of rows that begin at `row_offsets` from `left`.
pub(crate) fn accumulate_rows(
    b: &mut KernelBuilder,
    operands: &Operands,
    row_offsets: &[Index],
    columns: &Columns,
    (left, right): (Index, Index),
    ahead: Option<Ahead>,
    accumulators: &[Value],
) -> Vec<Value> {
    nest(b, operands, row_offsets, columns, Place { left, right, ahead }, operands.depth, accumulators)
}

fn nest(
    b: &mut KernelBuilder,
    operands: &Operands,
    row_offsets: &[Index],
    columns: &Columns,
    place: Place,
    depth: &[DepthLoop],
    accumulators: &[Value],
) -> Vec<Value> {
    let Some((level, inner)) = depth.split_first() else {
        return multiply(b, operands, row_offsets, columns, place, accumulators);
    };
    let divides = level.count.as_constant().is_some_and(|count| count % operands.unroll as i64 == 0);
    let unroll = if inner.is_empty() && divides { operands.unroll } else { 1 };
    b.for_loop(0, level.count, unroll, accumulators, |b, step, accumulators| {
        let mut sums = accumulators.to_vec();
        for more in 0..unroll {
            let step = b.add(step, more);
            let place = place.moved(b, step, level);
            sums = nest(b, operands, row_offsets, columns, place, inner, &sums);
        }
        sums
    })
}

/// One step of the depth: an outer product.
fn multiply(
    b: &mut KernelBuilder,
    operands: &Operands,
    row_offsets: &[Index],
    columns: &Columns,
    Place { left, right, ahead }: Place,
    accumulators: &[Value],
) -> Vec<Value> {
    if let Some(ahead) = ahead {
        let line = b.target.caches.line / operands.right.element.byte_size();
        let lines = ahead.step.as_constant().map_or(1, |step| (step as usize).div_ceil(line));
        for number in 0..lines {
            let at = b.add(ahead.offset, number * line);
            b.prefetch(operands.right, at);
        }
    }
    let mut vectors = Vec::with_capacity(columns.parts.len());
    for (part, mask) in columns.parts.iter().zip(&columns.right_masks) {
        let at = b.add(right, part.offset * columns.dot.terms());
        let lanes = Lanes { count: columns.lanes, mask: *mask };
        vectors.push(dot::load_columns(b, columns.dot, operands.right, at, lanes));
    }
    let elements = (operands.left.element, operands.right.element);
    let mut results = Vec::with_capacity(accumulators.len());
    for (row, &offset) in row_offsets.iter().enumerate() {
        let at = b.add(left, offset);
        let element = dot::load_row(b, columns.dot, operands.left, at, columns.lanes);
        for (index, &vector) in vectors.iter().enumerate() {
            let sum = accumulators[row * vectors.len() + index];
            results.push(dot::multiply_add(b, columns.dot, (element, vector), elements, sum));
        }
    }
    results
}

/// Levels without those of one step, and with neighbours that run on from each other made one.
pub(crate) fn merge_depth(levels: &[DepthLoop]) -> Vec<DepthLoop> {
    let mut merged: Vec<DepthLoop> = Vec::new();
    for &level in levels.iter().rev().filter(|level| !level.count.is(1)) {
        let Some(inner) = merged.last_mut() else {
            merged.push(level);
            continue;
        };
        match (
            continues(level.left, inner.count, inner.left),
            continues(level.right, inner.count, inner.right),
            level.count,
            inner.count,
        ) {
            (true, true, Index::Constant(outer), Index::Constant(count)) => {
                inner.count = Index::Constant(outer * count)
            }
            _ => merged.push(level),
        }
    }
    merged.reverse();
    merged
}

fn continues(outer: Index, count: Index, inner: Index) -> bool {
    match (outer.as_constant(), count.as_constant(), inner.as_constant()) {
        (Some(outer), Some(count), Some(inner)) => outer == count * inner,
        _ => false,
    }
}
