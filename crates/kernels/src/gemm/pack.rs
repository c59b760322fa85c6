//! Panels of a matrix that is computed at run time.

use super::copy::copy_run;
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use kiln_arith::IntegerPredicate;

/// A matrix in memory, the right operand of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix {
    pub buffer: Buffer,
    /// Where its first element is.
    pub base: Index,
    pub columns: Index,
    /// Elements from column to column.
    pub column_stride: Index,
    /// How many rows: steps of the sum.
    pub depth: Index,
    /// Elements from row to row.
    pub depth_stride: Index,
}

/// Panels in scratch memory: of each, row after row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panels {
    pub buffer: Buffer,
    /// Vectors of a row.
    pub vectors: usize,
    /// Elements of a vector.
    pub lanes: usize,
    /// Elements from panel to panel.
    pub pitch: Index,
}

/// Copies a matrix into panels. What is in a panel beyond the last column is of no use.
pub(crate) fn pack_panels(b: &mut KernelBuilder, from: &Matrix, to: &Panels) {
    let width = to.vectors * to.lanes;
    let panels = b.ceil_div(from.columns, width);
    b.for_each(0, panels, 1, |b, panel| {
        let target = b.mul(panel, to.pitch);
        let first = b.mul(panel, width);
        if from.column_stride.is(1) {
            pack_rows(b, from, first, to, target);
        } else if from.depth_stride.is(1) {
            b.for_each(0, to.vectors, 1, |b, vector| {
                let moved = b.mul(vector, to.lanes);
                let (first, target) = (b.add(first, moved), b.add(target, moved));
                pack_squares(b, from, first, to, target);
            });
        } else {
            pack_elements(b, from, (first, width), 0.into(), to, target);
        }
    });
}

/// From a matrix whose columns are neighbours: rows of a panel are runs of its rows.
fn pack_rows(b: &mut KernelBuilder, from: &Matrix, first: Index, to: &Panels, target: Index) {
    let width = to.vectors * to.lanes;
    let left = b.sub(from.columns, first);
    let present = b.min(left, width);
    let base = b.add(from.base, first);
    b.for_each(0, from.depth, 1, |b, step| {
        let (source, place) = (b.mul(step, from.depth_stride), b.mul(step, width));
        let (source, place) = (b.add(base, source), b.add(target, place));
        copy_run(b, (from.buffer, source), (to.buffer, place), present);
    });
}

/// From a matrix whose rows are neighbours, one vector of columns: squares are turned over in registers. Columns beyond
/// the last are read as the last.
fn pack_squares(b: &mut KernelBuilder, from: &Matrix, first: Index, to: &Panels, target: Index) {
    let present = b.less(first, from.columns);
    let (lanes, width) = (to.lanes, to.vectors * to.lanes);
    b.if_then(present, |b| {
        let last = b.sub(from.columns, 1);
        let mut starts = Vec::with_capacity(lanes);
        for lane in 0..lanes {
            let column = b.add(first, lane);
            let column = b.min(column, last);
            let distance = b.mul(column, from.column_stride);
            starts.push(b.add(from.base, distance));
        }
        let square = |b: &mut KernelBuilder, step: Index, read: Lanes, rows: Index| {
            let mut vectors = Vec::with_capacity(lanes);
            for &start in &starts {
                let at = b.add(start, step);
                vectors.push(b.load(from.buffer, at, read));
            }
            b.turn_over(&mut vectors);
            for (row, &vector) in vectors.iter().enumerate() {
                let store = |b: &mut KernelBuilder| {
                    let step = b.add(step, row);
                    let place = b.mul(step, width);
                    let place = b.add(target, place);
                    b.store(vector, to.buffer, place, Lanes::full(lanes));
                };
                let exists = b.compare(IntegerPredicate::SignedLess, Index::from(row), rows);
                b.if_then(exists, store);
            }
        };
        let rest = b.rem(from.depth, lanes);
        let whole = b.sub(from.depth, rest);
        b.for_each(0, whole, lanes, |b, step| square(b, step, Lanes::full(lanes), lanes.into()));
        if b.target.has_masks {
            let is_partial = b.compare(IntegerPredicate::SignedGreater, rest, 0);
            b.if_then(is_partial, |b| {
                let mask = b.mask(rest, lanes);
                square(b, whole, Lanes { count: lanes, mask: Some(mask) }, rest);
            });
        } else {
            pack_elements(b, from, (first, lanes), whole, to, target);
        }
    });
}

/// Element by element: `count` columns from `first` on, rows from `row` on.
fn pack_elements(
    b: &mut KernelBuilder,
    from: &Matrix,
    (first, count): (Index, usize),
    row: Index,
    to: &Panels,
    target: Index,
) {
    let width = to.vectors * to.lanes;
    let left = b.sub(from.columns, first);
    let present = b.min(left, count);
    b.for_each(row, from.depth, 1, |b, step| {
        let (source, place) = (b.mul(step, from.depth_stride), b.mul(step, width));
        let (source, place) = (b.add(from.base, source), b.add(target, place));
        b.for_each(0, present, 1, |b, column| {
            let along = b.add(first, column);
            let along = b.mul(along, from.column_stride);
            let source = b.add(source, along);
            let value = b.load_scalar(from.buffer, source);
            let place = b.add(place, column);
            b.store(value, to.buffer, place, Lanes::SCALAR);
        });
    });
}
