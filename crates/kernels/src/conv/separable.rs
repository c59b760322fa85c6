//! A depthwise convolution and the pointwise one that reads it: the first computes rows of an image into scratch memory,
//! the second multiplies their pixels from there.

use super::Conv;
use super::flat::{Run, multiply_run};
use crate::builder::{Body, Coordinate, Index, KernelBuilder, Lanes};
use crate::depthwise::{Depthwise, Pixel};
use crate::gemm::RowSpace;
use kiln_ir::Value;
use kiln_schedule::Source;
use kiln_schedule::separable::{SeparableKernel, SeparablePlan};

/// Emits the tasks.
pub(super) fn emit(kernel: &SeparableKernel, plan: &SeparablePlan, b: &mut KernelBuilder) {
    let SeparableKernel { first, depthwise, second, pointwise } = kernel;
    let pointwise_plan = plan.pointwise(pointwise);
    let conv = Conv { spec: second, shape: pointwise, plan: &pointwise_plan, prologue: None };
    let rows = RowSpace::new(b, second, pointwise.anchor);
    let finish = conv.finish(b, &rows.spec);
    let extents = plan.task_space(depthwise).map(|expr| b.expr(expr));
    let (height, width) = (b.expr(depthwise.rows().output), b.expr(depthwise.columns().output));
    let block_rows = b.expr(plan.block_rows);
    let elements = b.expr(plan.scratch_elements(depthwise));
    let scratch = b.scratch(depthwise.element, 0, elements);
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let from = b.mul(at[1], block_rows);
        let to = b.add(from, block_rows);
        let to = b.min(to, height);
        let anchor = Source::Node { node: depthwise.anchor, result: 0 };
        let rank = first.nodes[depthwise.anchor].results[0].rank();
        let store = |b: &mut KernelBuilder, pixel: &Pixel, channel: Index, lanes: Lanes, value: Value| {
            let mut body = Body::new(first, lanes);
            body.define(anchor, value);
            let coordinates = [pixel.coordinates(rank), vec![channel]].concat();
            let value = body.value(b, first.outputs[0], &Coordinate::row(&coordinates));
            let row = b.sub(pixel.row, from);
            let place = b.mul(row, width);
            let place = b.add(place, pixel.column);
            let place = b.mul(place, plan.pixel_pitch);
            let place = b.add(place, channel);
            b.store(value, scratch, place, lanes);
        };
        let depthwise_plan = plan.depthwise();
        let depthwise = Depthwise { shape: depthwise, plan: &depthwise_plan, store: &store };
        b.for_each(from, to, 1, |b, row| depthwise.row(b, at[0], row));
        let image = b.mul(at[0], height);
        let line = b.add(image, from);
        let pixels = b.sub(to, from);
        let run = Run { source: scratch, base: 0.into(), first: b.mul(line, width), count: b.mul(pixels, width) };
        multiply_run(&conv, b, (&rows, &finish), &run, 0.into(), 0.into());
    });
}
