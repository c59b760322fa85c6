//! A depthwise convolution and the pointwise one that reads it: the first computes rows of an image into scratch memory,
//! the second multiplies their pixels from there.

use super::Conv;
use super::flat::{Run, multiply_run};
use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder, Lanes};
use crate::depthwise::{Depthwise, KeptRows, Pixel};
use crate::gemm::RowSpace;
use kiln_ir::Value;
use kiln_schedule::Source;
use kiln_schedule::extent::multiply;
use kiln_schedule::run_lengths::RunLengths;
use kiln_schedule::separable::{SeparableKernel, SeparablePlan};

/// Emits the tasks.
pub(super) fn emit(kernel: &SeparableKernel, plan: &SeparablePlan, b: &mut KernelBuilder) {
    let depthwise = &kernel.depthwise;
    let extents = plan.task_space(depthwise).map(|expr| b.expr(expr));
    let (height, block_rows) = (b.expr(depthwise.rows().output), b.expr(plan.block_rows));
    let pair = Pair::new(kernel, plan, b, 0);
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let from = b.mul(at[1], block_rows);
        let to = b.add(from, block_rows);
        let to = b.min(to, height);
        pair.rows(b, at[0], (from, to), None);
    });
}

/// Two convolutions being emitted.
#[derive(Debug)]
pub(super) struct Pair<'s> {
    kernel: &'s SeparableKernel,
    plan: &'s SeparablePlan,
    /// The pixels of the second product.
    space: RowSpace<'s>,
    /// What is between the two.
    scratch: Buffer,
}

impl<'s> Pair<'s> {
    /// A pair with its scratch memory from byte `offset` on.
    pub fn new(kernel: &'s SeparableKernel, plan: &'s SeparablePlan, b: &mut KernelBuilder, offset: usize) -> Pair<'s> {
        let space = RowSpace::new(b, &kernel.second, kernel.pointwise.anchor);
        let elements = b.expr(plan.scratch_elements(&kernel.depthwise));
        let scratch = b.scratch(kernel.depthwise.element, offset, elements);
        Pair { kernel, plan, space, scratch }
    }

    /// Some rows of the output, as many as the plan's block at most; `kept` are those of the input, if they are in scratch
    /// memory.
    pub fn rows(&self, b: &mut KernelBuilder, image: Index, (from, to): (Index, Index), kept: Option<KeptRows>) {
        let SeparableKernel { first, depthwise, second, pointwise } = self.kernel;
        let (height, width) = (b.expr(depthwise.rows().output), b.expr(depthwise.columns().output));
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
            let place = b.mul(place, self.plan.pixel_pitch);
            let place = b.add(place, channel);
            b.store(value, self.scratch, place, lanes);
        };
        let depthwise_plan = self.plan.depthwise();
        let depthwise = Depthwise { shape: depthwise, plan: &depthwise_plan, rows: kept, store: &store };
        b.for_each(from, to, 1, |b, row| depthwise.row(b, image, row));
        let pointwise_plan = self.plan.pointwise(pointwise);
        let conv = Conv { spec: second, shape: pointwise, plan: &pointwise_plan, prologue: None };
        let finish = conv.finish(b, &self.space.spec);
        let image = b.mul(image, height);
        let line = b.add(image, from);
        let pixels = b.sub(to, from);
        let (first, count) = (b.mul(line, width), b.mul(pixels, width));
        let width = self.kernel.depthwise.columns().output;
        let total = multiply(self.kernel.depthwise.rows().output, width);
        let lengths = RunLengths::of(total, multiply(self.plan.block_rows, width));
        let run = Run { source: self.scratch, base: 0.into(), first, count, lengths };
        multiply_run(&conv, b, (&self.space, &finish), &run, 0.into(), 0.into());
    }
}
