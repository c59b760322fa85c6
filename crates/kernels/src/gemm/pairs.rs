//! Panels of pairs, for the matrix unit, of a matrix of `bf16` that is computed at run time: of each two rows, the elements
//! of a column are neighbours.

use super::copy::fill_zero;
use super::{Matrix, Panels};
use crate::builder::{Index, KernelBuilder, Lanes, lanes_of};
use kiln_arith::IntegerPredicate;
use kiln_ir::{Type, Value};

/// Rows of a pair.
const TERMS: usize = 2;

/// Copies a matrix, one axis of which is a run in memory, into panels of `pairs` pairs of rows. Rows beyond the last are
/// zero; what is in a panel beyond the last column is of no use.
///
/// # Panics
/// When neither rows nor columns are neighbours: such operands are not planned for tiles.
pub(crate) fn pack_pairs(b: &mut KernelBuilder, from: &Matrix, to: &Panels, pairs: Index) {
    let width = to.vectors * to.lanes;
    let panels = b.ceil_div(from.columns, width);
    let by_rows = from.column_stride.is(1);
    assert!(by_rows || from.depth_stride.is(1), "an operand that is packed into pairs has a run of rows or columns");
    b.for_each(0, panels, 1, |b, panel| {
        let target = b.mul(panel, to.pitch);
        let first = b.mul(panel, width);
        if by_rows {
            return pack_rows(b, from, first, to, (target, pairs));
        }
        b.for_each(0, to.vectors, 1, |b, vector| {
            let moved = b.mul(vector, to.lanes);
            let first = b.add(first, moved);
            let moved = b.mul(moved, TERMS);
            let target = b.add(target, moved);
            let present = b.less(first, from.columns);
            b.if_then(present, |b| pack_squares(b, from, first, to, (target, pairs)));
        });
    });
}

/// From a matrix whose columns are neighbours: two rows are interleaved.
fn pack_rows(b: &mut KernelBuilder, from: &Matrix, first: Index, to: &Panels, (target, pairs): (Index, Index)) {
    let (lanes, width) = (to.lanes, to.vectors * to.lanes);
    let is_whole = from.columns.as_constant().is_some_and(|columns| columns % width as i64 == 0);
    let left = b.sub(from.columns, first);
    let mut parts = Vec::with_capacity(to.vectors);
    for vector in 0..to.vectors {
        let left = b.sub(left, vector * lanes);
        let mask = (!is_whole).then(|| b.mask(left, lanes));
        parts.push(Lanes { count: lanes, mask });
    }
    let base = b.add(from.base, first);
    let source = from.buffer.as_bits();
    let order: Vec<i64> = (0..lanes as i64).flat_map(|lane| [lane, lanes as i64 + lane]).collect();
    let copy = |b: &mut KernelBuilder, pair: Index, has_second: bool| {
        let row = b.mul(pair, TERMS);
        let moved = b.mul(row, from.depth_stride);
        let at = b.add(base, moved);
        let moved = b.mul(pair, width * TERMS);
        let place = b.add(target, moved);
        for (number, &part) in parts.iter().enumerate() {
            let at = b.add(at, number * lanes);
            let upper = b.load(source, at, part);
            let lower = if has_second {
                let at = b.add(at, from.depth_stride);
                b.load(source, at, part)
            } else {
                b.zero(b.ty(upper))
            };
            let both = b.shuffle(upper, lower, &order);
            let place = b.add(place, number * lanes * TERMS);
            b.store(both, to.buffer.as_bits(), place, Lanes::full(lanes * TERMS));
        }
    };
    let whole = b.div(from.depth, TERMS);
    b.for_each(0, whole, 1, |b, pair| copy(b, pair, true));
    let rest = b.rem(from.depth, TERMS);
    let is_odd = b.compare(IntegerPredicate::SignedGreater, rest, 0);
    b.if_then(is_odd, |b| copy(b, whole, false));
    let used = b.add(whole, rest);
    let missing = b.sub(pairs, used);
    let (used, missing) = (b.mul(used, width * TERMS), b.mul(missing, width * TERMS));
    let place = b.add(target, used);
    fill_zero(b, to.buffer, place, missing);
}

/// From a matrix whose rows are neighbours, one vector of columns: squares of pairs are turned over in registers. Columns
/// beyond the last are read as the last.
fn pack_squares(b: &mut KernelBuilder, from: &Matrix, first: Index, to: &Panels, (target, pairs): (Index, Index)) {
    let (lanes, width) = (to.lanes, to.vectors * to.lanes);
    let run = lanes * TERMS;
    let last = b.sub(from.columns, 1);
    let mut starts = Vec::with_capacity(lanes);
    for lane in 0..lanes {
        let column = b.add(first, lane);
        let column = b.min(column, last);
        let moved = b.mul(column, from.column_stride);
        starts.push(b.add(from.base, moved));
    }
    let square = |b: &mut KernelBuilder, row: Index, read: Lanes, rows: Index| {
        let mut vectors = Vec::with_capacity(lanes);
        for &start in &starts {
            let at = b.add(start, row);
            let elements = b.load(from.buffer.as_bits(), at, read);
            vectors.push(retype(b, elements, Type::i32(), lanes));
        }
        b.turn_over(&mut vectors);
        let pair = b.div(row, TERMS);
        for (number, &vector) in vectors.iter().enumerate() {
            let exists = b.compare(IntegerPredicate::SignedLess, Index::from(number), rows);
            b.if_then(exists, |b| {
                let elements = retype(b, vector, Type::integer(16), run);
                let pair = b.add(pair, number);
                let moved = b.mul(pair, width * TERMS);
                let place = b.add(target, moved);
                b.store(elements, to.buffer.as_bits(), place, Lanes::full(run));
            });
        }
    };
    let rest = b.rem(from.depth, run);
    let whole = b.sub(from.depth, rest);
    b.for_each(0, whole, run, |b, row| square(b, row, Lanes::full(run), lanes.into()));
    let is_partial = b.compare(IntegerPredicate::SignedGreater, rest, 0);
    b.if_then(is_partial, |b| {
        let mask = b.mask(rest, run);
        let before = b.div(whole, TERMS);
        let rows = b.sub(pairs, before);
        square(b, whole, Lanes { count: run, mask: Some(mask) }, rows);
    });
}

/// The bits of a vector as elements of another width.
fn retype(b: &mut KernelBuilder, vector: Value, scalar: Type, lanes: usize) -> Value {
    b.op("vector.bitcast", &[vector], lanes_of(scalar, lanes))
}
