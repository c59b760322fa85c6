//! Panels whose steps have several terms, of a matrix whose depth is a whole number of steps. What is in a panel beyond the
//! last column is of no use.

use super::Matmul;
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use kiln_ir::Value;

/// Packs one panel: the matrix from column `first` on.
pub(super) fn pack_steps(
    matmul: &Matmul,
    b: &mut KernelBuilder,
    ((source, base), first): ((Buffer, Index), Index),
    (scratch, target): (Buffer, Index),
    present: Index,
) {
    let (column_stride, depth_stride) = matmul.shape.right_strides();
    let from = Rows { buffer: source, column: b.expr(column_stride), depth: b.expr(depth_stride) };
    let (width, terms) = (matmul.plan.tile.columns(), matmul.plan.tile.dot.terms());
    let start = b.mul(first, from.column);
    let base = b.add(base, start);
    let steps = b.div(matmul.extents.depth, terms);
    b.for_each(0, steps, 1, |b, step| {
        let row = b.mul(step, terms);
        let (along, to) = (b.mul(row, from.depth), b.mul(step, width * terms));
        let (at, to) = (b.add(base, along), b.add(target, to));
        let lanes = if from.column.is(1) { matmul.plan.tile.lanes } else { 1 };
        let whole = b.rem(present, lanes);
        let whole = b.sub(present, whole);
        b.for_each(0, whole, lanes, |b, column| from.copy(b, at, column, (terms, lanes), (scratch, to)));
        b.for_each(whole, present, 1, |b, column| from.copy(b, at, column, (terms, 1), (scratch, to)));
    });
}

/// A matrix to be packed, by the distances in it.
#[derive(Clone, Copy)]
struct Rows {
    buffer: Buffer,
    column: Index,
    depth: Index,
}

impl Rows {
    /// Copies the terms of a few neighbouring columns, from `column` on.
    fn copy(
        &self,
        b: &mut KernelBuilder,
        at: Index,
        column: Index,
        (terms, lanes): (usize, usize),
        (scratch, to): (Buffer, Index),
    ) {
        let along = b.mul(column, self.column);
        let at = b.add(at, along);
        let place = b.mul(column, terms);
        let to = b.add(to, place);
        if self.depth.is(1) && lanes == 1 {
            let value = b.load(self.buffer, at, Lanes::full(terms));
            return b.store(value, scratch, to, Lanes::full(terms));
        }
        let mut rows = Vec::with_capacity(terms);
        for term in 0..terms {
            let moved = b.mul(self.depth, term);
            let at = b.add(at, moved);
            rows.push(b.load(self.buffer, at, Lanes::full(lanes)));
        }
        if lanes == 1 {
            for (term, &value) in rows.iter().enumerate() {
                let to = b.add(to, term);
                b.store(value, scratch, to, Lanes::SCALAR);
            }
            return;
        }
        let value = interleave(b, &rows, lanes);
        b.store(value, scratch, to, Lanes::full(lanes * terms));
    }
}

/// First all first lanes, then all second ones, and so on, of a power of two of vectors.
fn interleave(b: &mut KernelBuilder, rows: &[Value], lanes: usize) -> Value {
    if let &[row] = rows {
        return row;
    }
    let even: Vec<Value> = rows.iter().copied().step_by(2).collect();
    let odd: Vec<Value> = rows.iter().copied().skip(1).step_by(2).collect();
    let (even, odd) = (interleave(b, &even, lanes), interleave(b, &odd, lanes));
    let count = (lanes * rows.len() / 2) as i64;
    let order: Vec<i64> = (0..count).flat_map(|lane| [lane, count + lane]).collect();
    b.shuffle(even, odd, &order)
}
