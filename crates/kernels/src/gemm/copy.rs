//! Copies into scratch memory.

use crate::builder::{Buffer, Condition, Index, KernelBuilder};
use kiln_arith::IntegerPredicate;
use kiln_schedule::dot::Dot;

/// Copies `count` consecutive elements.
pub(crate) fn copy_run(
    b: &mut KernelBuilder,
    (from, from_offset): (Buffer, Index),
    (to, to_offset): (Buffer, Index),
    count: Index,
) {
    let (from, to) = if from.element == to.element { (from.as_bits(), to.as_bits()) } else { (from, to) };
    let width = b.lanes_for(from.element, count);
    b.vector_loop(0, count, width, |b, index, lanes| {
        let (source, target) = (b.add(from_offset, index), b.add(to_offset, index));
        let value = b.load(from, source, lanes);
        b.store(value, to, target, lanes);
    });
}

/// Sets what the last step of a run that ends at `end` reads beyond it to zero, where anything else would count: no float
/// times the zero that is its weight.
pub(crate) fn pad_run(b: &mut KernelBuilder, dot: Dot, to: Buffer, end: Index) {
    if dot == Dot::Halves {
        fill_zero(b, to, end, (dot.terms() - 1).into());
    }
}

/// Sets `count` consecutive elements to zero.
pub(crate) fn fill_zero(b: &mut KernelBuilder, to: Buffer, offset: Index, count: Index) {
    fill_number(b, to, offset, count, 0);
}

/// Sets `count` consecutive elements to a number.
pub(crate) fn fill_number(b: &mut KernelBuilder, to: Buffer, offset: Index, count: Index, number: i64) {
    let width = b.lanes_for(to.element, count);
    b.vector_loop(0, count, width, |b, index, lanes| {
        let value = b.number(number as f64, to.element, lanes.count);
        let target = b.add(offset, index);
        b.store(value, to, target, lanes);
    });
}

/// Whether the task before, if there is one, reads other data: scratch memory must be filled anew. `inner` is the
/// coordinate of the task along the axis over which data stay the same.
pub(crate) fn is_first_of_run(b: &mut KernelBuilder, task: Index, inner: Index) -> Condition {
    if inner.is(0) {
        return Condition::Constant(true);
    }
    let begin = b.begin;
    let is_first = b.compare(IntegerPredicate::Equal, task, begin);
    let starts = b.compare(IntegerPredicate::Equal, inner, 0);
    let (is_first, starts) = (b.condition(is_first), b.condition(starts));
    Condition::Value(b.ori(is_first, starts))
}
