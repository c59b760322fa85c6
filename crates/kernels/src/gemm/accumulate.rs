//! The innermost loops: accumulators of a tile, carried over the depth.

use super::Columns;
use crate::builder::{Buffer, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use kiln_ir::Value;

/// One level of the reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DepthLoop {
    /// How many steps.
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
}

/// Accumulators that are all zero, row by row.
pub(crate) fn zero_tile(b: &mut KernelBuilder, operands: &Operands, rows: usize, columns: &Columns) -> Vec<Value> {
    let ty = lanes_of(computed_type(operands.left.element), columns.lanes);
    let zero = b.zero(ty);
    vec![zero; rows * columns.parts.len()]
}

/// Adds the product of `rows` rows from `left` on and the panel at `right` to `accumulators`.
pub(crate) fn accumulate(
    b: &mut KernelBuilder,
    operands: &Operands,
    rows: usize,
    columns: &Columns,
    (left, right): (Index, Index),
    accumulators: &[Value],
) -> Vec<Value> {
    let row_offsets: Vec<Index> = (0..rows).map(|row| b.mul(operands.left_row, row)).collect();
    nest(b, operands, &row_offsets, columns, (left, right), operands.depth, accumulators)
}

fn nest(
    b: &mut KernelBuilder,
    operands: &Operands,
    row_offsets: &[Index],
    columns: &Columns,
    (left, right): (Index, Index),
    depth: &[DepthLoop],
    accumulators: &[Value],
) -> Vec<Value> {
    let Some((level, inner)) = depth.split_first() else {
        return multiply(b, operands, row_offsets, columns, (left, right), accumulators);
    };
    b.for_loop(0, level.count, 1, accumulators, |b, step, accumulators| {
        let (moved_left, moved_right) = (b.mul(step, level.left), b.mul(step, level.right));
        let at = (b.add(left, moved_left), b.add(right, moved_right));
        nest(b, operands, row_offsets, columns, at, inner, accumulators)
    })
}

/// One step of the depth: an outer product.
fn multiply(
    b: &mut KernelBuilder,
    operands: &Operands,
    row_offsets: &[Index],
    columns: &Columns,
    (left, right): (Index, Index),
    accumulators: &[Value],
) -> Vec<Value> {
    let mut vectors = Vec::with_capacity(columns.parts.len());
    for (part, mask) in columns.parts.iter().zip(&columns.right_masks) {
        let at = b.add(right, part.offset);
        vectors.push(b.load(operands.right, at, Lanes { count: columns.lanes, mask: *mask }));
    }
    let mut results = Vec::with_capacity(accumulators.len());
    for (row, &offset) in row_offsets.iter().enumerate() {
        let at = b.add(left, offset);
        let element = b.load_splat(operands.left, at, columns.lanes);
        for (index, &vector) in vectors.iter().enumerate() {
            results.push(b.fma(element, vector, accumulators[row * vectors.len() + index]));
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
