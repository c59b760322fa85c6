//! A pointwise convolution that makes many channels of few, and what reads them: rows of an image are expanded into scratch
//! memory, from where a depthwise convolution, or a pair of convolutions, goes on.

use super::Conv;
use super::flat::{Run, multiply_run};
use super::separable::Pair;
use crate::builder::{Index, KernelBuilder, Lanes};
use crate::depthwise::{Depthwise, KeptRows, Pixel};
use crate::gemm::{Finish, Kept, RowSpace, finish_value};
use kiln_ir::Value;
use kiln_schedule::Source;
use kiln_schedule::expanded::{ExpandedKernel, ExpandedPlan, Reader, ReaderPlan};
use kiln_schedule::run_lengths::RunLengths;

/// Emits the tasks.
pub(super) fn emit(kernel: &ExpandedKernel, plan: &ExpandedPlan, b: &mut KernelBuilder) {
    let ExpandedKernel { expand, expansion, reader } = kernel;
    let depthwise = reader.depthwise();
    let conv = Conv { spec: expand, shape: expansion, plan: &plan.expansion, prologue: None };
    let space = RowSpace::new(b, expand, expansion.anchor);
    let strides = space.strides(b);
    let elements = plan.expanded_elements(kernel);
    let buffer = b.scratch(expansion.element, 0, elements);
    let extents = plan.task_space(depthwise).map(|expr| b.expr(expr));
    let rows = depthwise.rows();
    let (height, output, width) = (b.expr(rows.input), b.expr(rows.output), b.expr(depthwise.columns().input));
    let rest = Rest::new(kernel, plan, b, elements * expansion.element.byte_size());
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let from = b.mul(at[1], plan.block_rows);
        let to = b.add(from, plan.block_rows);
        let to = b.min(to, output);
        let (first, past) = rows_read(b, rows, (from, to), height);
        let image = b.mul(at[0], height);
        let line = b.add(image, first);
        let count = b.sub(past, first);
        let (pixel, count) = (b.mul(line, width), b.mul(count, width));
        let base = b.mul(pixel, expansion.pitch);
        let run = Run { source: conv.input(b), base, first: pixel, count, lengths: RunLengths::Any };
        let kept = Kept { buffer, strides: &strides, first: pixel, pitch: expansion.filters };
        let finish = Finish { kept: Some(kept), ..conv.finish(b, &space.spec) };
        multiply_run(&conv, b, (&space, &finish), &run, 0.into(), 0.into());
        rest.rows(b, at[0], (from, to), KeptRows { buffer, first });
    });
}

/// The first row of the input that rows `from..to` of the output read, and one past the last.
fn rows_read(
    b: &mut KernelBuilder,
    rows: &kiln_schedule::conv_shape::ConvAxis,
    (from, to): (Index, Index),
    height: Index,
) -> (Index, Index) {
    let first = b.mul(from, rows.stride);
    let first = b.sub(first, rows.pad_low);
    let last = b.sub(to, 1);
    let last = b.mul(last, rows.stride);
    let past = b.add(last, (rows.kernel - 1) * rows.dilation + 1 - rows.pad_low);
    let (past, first) = (b.min(past, height), b.max(first, 0));
    let first = b.min(first, height);
    (first, b.max(past, first))
}

/// What goes on from expanded rows.
enum Rest<'s> {
    Depthwise { kernel: &'s ExpandedKernel, plan: &'s ExpandedPlan },
    Pair { pair: Pair<'s>, block_rows: Index },
}

impl<'s> Rest<'s> {
    /// The rest of a kernel, with its scratch memory from byte `offset` on.
    fn new(kernel: &'s ExpandedKernel, plan: &'s ExpandedPlan, b: &mut KernelBuilder, offset: usize) -> Rest<'s> {
        match (&kernel.reader, &plan.reader) {
            (Reader::Separable(pair), ReaderPlan::Separable(plan)) => {
                let block_rows = b.expr(plan.block_rows);
                Rest::Pair { pair: Pair::new(pair, plan, b, offset), block_rows }
            }
            _ => Rest::Depthwise { kernel, plan },
        }
    }

    /// Rows `from..to` of the output.
    fn rows(&self, b: &mut KernelBuilder, image: Index, (from, to): (Index, Index), kept: KeptRows) {
        match self {
            Rest::Pair { pair, block_rows } => {
                let count = b.sub(to, from);
                let blocks = b.ceil_div(count, *block_rows);
                b.for_each(0, blocks, 1, |b, block| {
                    let moved = b.mul(block, *block_rows);
                    let first = b.add(from, moved);
                    let past = b.add(first, *block_rows);
                    let past = b.min(past, to);
                    pair.rows(b, image, (first, past), Some(kept));
                });
            }
            Rest::Depthwise { kernel, plan } => {
                let (Reader::Depthwise(spec, shape), ReaderPlan::Depthwise(plan)) = (&kernel.reader, &plan.reader)
                else {
                    panic!("a plan is made for its own kernel");
                };
                let anchor = Source::Node { node: shape.anchor, result: 0 };
                let finish = Finish { spec, anchor, bias: None, spill: None, transposed: None, kept: None };
                let rank = spec.nodes[shape.anchor].results[0].rank();
                let store = |b: &mut KernelBuilder, pixel: &Pixel, channel: Index, lanes: Lanes, value: Value| {
                    finish_value(b, &finish, &pixel.coordinates(rank), channel, lanes, value);
                };
                let depthwise = Depthwise { shape, plan, rows: Some(kept), store: &store };
                b.for_each(from, to, 1, |b, row| depthwise.row(b, image, row));
            }
        }
    }
}
