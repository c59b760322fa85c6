//! Emits kernels that compute every output element on its own; see `kiln_schedule::map`.

use crate::builder::{Body, Condition, Coordinate, Index, KernelBuilder, Lanes, is_unstretched};
use kiln_schedule::{KernelSpec, Plan, Source};
use std::ops::Range;

/// Writes the body of a kernel of family `map`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let merged = plan.options.i64s("merge").and_then(|sizes| spec.merge_axes(None, &groups(&sizes)));
    let spec = merged.as_ref().unwrap_or(spec);
    let segments = plan.options.i64("segments").map(|node| node as usize);
    let space = spec.space().expect("kernels of this family have outputs of one shape").to_vec();
    let extents = b.dims(&space);
    walk_space(b, plan, &extents, |b, outer, lower, upper, lanes| {
        row(spec, segments, b, outer, lower, upper, lanes);
    });
}

/// The groups of axes of these sizes.
pub fn groups(sizes: &[i64]) -> Vec<Range<usize>> {
    let mut start = 0;
    sizes
        .iter()
        .map(|&size| {
            start += size as usize;
            start - size as usize..start
        })
        .collect()
}

/// Calls `row` for each row of the space that belongs to the kernel's tasks, as `kiln_schedule::map::plan_space` divides
/// it: with the coordinates of all axes but the last, the range along the last, and the lanes to use.
pub fn walk_space(
    b: &mut KernelBuilder,
    plan: &Plan,
    extents: &[Index],
    row: impl FnOnce(&mut KernelBuilder, &[Index], Index, Index, usize),
) {
    let lanes = plan.size("lanes");
    let (begin, end) = (b.begin, b.end);
    match extents {
        [] => b.for_each(begin, end, 1, |b, _| row(b, &[], 0.into(), 1.into(), 1)),
        [only] => {
            let lower = b.mul(begin, plan.int("block"));
            let upper = b.mul(end, plan.int("block"));
            let upper = b.min(upper, *only);
            row(b, &[], lower, upper, lanes);
        }
        _ => {
            let (outer, inner) = extents.split_at(plan.size("outer"));
            let (last, middle) = inner.split_last().expect("tasks count all axes but the last at most");
            b.for_each(begin, end, 1, |b, task| {
                let coordinates = b.delinearize(task, outer);
                nest(b, coordinates, middle, |b, coordinates| row(b, coordinates, 0.into(), *last, lanes));
            });
        }
    }
}

/// Loops over all of `extents`, adding their coordinates to `coordinates`.
pub fn nest(
    b: &mut KernelBuilder,
    coordinates: Vec<Index>,
    extents: &[Index],
    body: impl FnOnce(&mut KernelBuilder, &[Index]),
) {
    // Boxed, since each level has a closure around the next.
    fn level(
        b: &mut KernelBuilder,
        coordinates: Vec<Index>,
        extents: &[Index],
        body: Box<dyn FnOnce(&mut KernelBuilder, &[Index]) + '_>,
    ) {
        let Some((&first, rest)) = extents.split_first() else { return body(b, &coordinates) };
        b.for_each(0, first, 1, |b, index| {
            let mut coordinates = coordinates;
            coordinates.push(index);
            level(b, coordinates, rest, body);
        });
    }
    level(b, coordinates, extents, Box::new(body));
}

fn row(
    spec: &KernelSpec,
    segments: Option<usize>,
    b: &mut KernelBuilder,
    outer: &[Index],
    lower: Index,
    upper: Index,
    lanes: usize,
) {
    let rank = spec.space().map_or(0, <[_]>::len);
    if rank == 0 {
        return Body::new(spec, Lanes::SCALAR).store_outputs(b, &[]);
    }
    let at = |index: Index| Coordinate::row(&[outer, &[index]].concat());
    let Some(concat) = segments else {
        let walk = |b: &mut KernelBuilder, lanes: usize| {
            b.vector_loop(lower, upper, lanes, |b, index, lanes| {
                Body::new(spec, lanes).store_outputs(b, &at(index));
            });
            Vec::new()
        };
        // Lanes are for axes that turn out not to be stretched.
        let condition = if lanes > 1 { is_unstretched(spec, b) } else { Condition::Constant(true) };
        b.if_else(condition, |b| walk(b, lanes), |b| walk(b, 1));
        return;
    };
    // Operand by operand: each is a stretch of the row. The range is cut to the operand's.
    let mut start = Index::Constant(0);
    for &operand in &spec.nodes[concat].operands {
        let last = spec.tensor(operand).shape.last().copied();
        let extent = b.dim(last.expect("a concatenation along an axis has that axis"));
        let end = b.add(start, extent);
        let from = if lower.is(0) { start } else { b.max(lower, start) };
        let to = if lower.is(0) { end } else { b.min(upper, end) };
        b.vector_loop(from, to, lanes, |b, index, lanes| {
            let mut body = Body::new(spec, lanes);
            let inside = b.sub(index, start);
            let value = body.value(b, operand, &at(inside));
            body.define(Source::Node { node: concat, result: 0 }, value);
            body.store_outputs(b, &at(index));
        });
        start = end;
    }
}
