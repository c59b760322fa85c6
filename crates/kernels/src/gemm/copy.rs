//! Copies into scratch memory.

use crate::builder::{Buffer, Index, KernelBuilder, computed_type, lanes_of};

/// Copies `count` consecutive elements.
pub(crate) fn copy_run(
    b: &mut KernelBuilder,
    (from, from_offset): (Buffer, Index),
    (to, to_offset): (Buffer, Index),
    count: Index,
) {
    let width = b.lanes_for(from.element, count);
    b.vector_loop(0, count, width, |b, index, lanes| {
        let (source, target) = (b.add(from_offset, index), b.add(to_offset, index));
        let value = b.load(from, source, lanes);
        b.store(value, to, target, lanes);
    });
}

/// Sets `count` consecutive elements to zero.
pub(crate) fn fill_zero(b: &mut KernelBuilder, to: Buffer, offset: Index, count: Index) {
    let width = b.lanes_for(to.element, count);
    b.vector_loop(0, count, width, |b, index, lanes| {
        let zero = b.zero(lanes_of(computed_type(to.element), lanes.count));
        let target = b.add(offset, index);
        b.store(zero, to, target, lanes);
    });
}
