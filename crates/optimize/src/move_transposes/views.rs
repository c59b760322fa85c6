//! Reshapes of slices: in the form in which the slice can be read where it lies.
//!
//! ```mlir
//! %s = graph.slice %x {starts = #kiln.dims<[0, 0, 8]>, ...}     // 2x5x8 of 2x5x24
//! %r = graph.reshape %s                                         // 2x5x2x4
//! // becomes
//! %h = graph.reshape %x                                         // 2x5x6x4
//! %r = graph.slice %h {starts = #kiln.dims<[0, 0, 2, 0]>, ...}
//! ```

use crate::matching::{find_producer, reshape, shape_of};
use crate::slices::Slice;
use kiln_graph::element_count;
use kiln_ir::{Builder, Dim, Module, Op, Rewrite};

/// `reshape(slice(x)) = slice(reshape(x))`, where the one axis that is cut is split between its parts or merged with those
/// after it, and what is cut out does not lie in one piece anyway
pub(super) fn reshape_before_slice(module: &mut Module, op: Op) -> Rewrite {
    let operand = module.operand(op, 0);
    let slice = find_producer(module, operand, "graph.slice").ok_or("the operand is no slice")?;
    if !module.has_one_use(operand) {
        return Err("the slice has other uses".into());
    }
    let slice = Slice::read(module, slice).ok_or("the slice has no starts")?;
    let whole = shape_of(module, slice.source);
    let mut cut = (0..whole.len()).filter(|&axis| slice.shape[axis] != whole[axis] || slice.steps[axis] != 1);
    let (Some(axis), None) = (cut.next(), cut.next()) else { return Err("not one axis is cut".into()) };
    let wanted = shape_of(module, module.result(op, 0));
    let moved = moved(&slice, axis, whole[axis], wanted).ok_or("no axis of the result is cut between its elements")?;
    let mut shape = wanted.to_vec();
    shape[moved.axis] = Dim::Static(moved.extent);
    let mut starts = vec![Dim::Static(0); wanted.len()];
    starts[moved.axis] = Dim::Static(moved.start);
    let mut builder = Builder::before(module, op);
    let source = reshape(&mut builder, slice.source, &shape);
    let value = Slice { source, starts, steps: vec![1; wanted.len()], shape: wanted.to_vec() }.build(&mut builder);
    module.replace(op, &[value]);
    Ok(())
}

/// An axis of the result that is cut out of a longer one.
struct Moved {
    axis: usize,
    /// The extent of the longer one.
    extent: u64,
    start: u64,
}

/// The axis of `wanted`, a shape of as many elements as the slice, that stands for the axis that is cut.
fn moved(slice: &Slice, axis: usize, whole: Dim, wanted: &[Dim]) -> Option<Moved> {
    let (start, length, whole) = (slice.starts[axis].as_static()?, slice.shape[axis].as_static()?, whole.as_static()?);
    let outer = element_count(&slice.shape[..axis]).ok()?;
    if length == 0 || slice.steps[axis] != 1 || outer.as_constant() == Some(1) {
        return None;
    }
    let after = &slice.shape[axis + 1..];
    (0..wanted.len()).filter(|&place| element_count(&wanted[..place]) == Ok(outer)).find_map(|place| {
        let (extent, rest) = (wanted[place].as_static().filter(|&extent| extent > 0)?, &wanted[place + 1..]);
        let are_same = |left: &[Dim], factor: u64, right: &[Dim]| {
            element_count(left) == element_count(&[&[Dim::Static(factor)], right].concat())
        };
        // Each step along the new axis is several along the old one, or the other way round.
        let inner = length / extent;
        if length.is_multiple_of(extent) && are_same(rest, inner, after) {
            let fits = whole.is_multiple_of(inner) && start.is_multiple_of(inner);
            return fits.then(|| Moved { axis: place, extent: whole / inner, start: start / inner });
        }
        let factor = extent / length;
        let fits = extent.is_multiple_of(length) && are_same(after, factor, rest);
        fits.then(|| Moved { axis: place, extent: whole * factor, start: start * factor })
    })
}
