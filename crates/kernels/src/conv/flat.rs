//! Convolutions of one tap: positions of the output are positions of the input, so all pixels of the batch are rows.

use super::{Conv, Prologue};
use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder};
use crate::gemm::{Block, Finish, Operands, RowSpace, Rows, copy_run, finish_tile, is_first_of_run, pad_run};
use kiln_schedule::KernelSpec;
use kiln_schedule::conv::Access;
use kiln_schedule::extent::multiply;
use kiln_schedule::run_lengths::RunLengths;

/// Emits the tasks.
pub(super) fn emit(conv: &Conv, b: &mut KernelBuilder) {
    let (shape, plan) = (conv.shape, conv.plan);
    let rows = RowSpace::new(b, conv.spec, shape.anchor);
    let finish = conv.finish(b, &rows.spec);
    let total = b.expr(multiply(shape.batch, shape.pixels()));
    let block_rows = b.expr(plan.block_rows);
    let scratch = (plan.access == Access::Gather).then(|| {
        let elements = b.mul(block_rows, plan.pixel_pitch);
        b.scratch(shape.element, 0, elements)
    });
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let [_, row_block, _, group, panel_block] = conv.task(b, task);
        let first = b.mul(row_block, block_rows);
        let left = b.sub(total, first);
        let count = b.min(block_rows, left);
        let channel = b.mul(group, shape.group_channels());
        let (source, base) = match scratch {
            Some(scratch) => {
                let is_new = is_first_of_run(b, task, panel_block);
                b.if_then(is_new, |b| gather(conv, b, scratch, (first, count), channel));
                (scratch, Index::Constant(0))
            }
            None => {
                let pixel = b.mul(first, plan.pixel_pitch);
                (conv.input(b), b.add(pixel, channel))
            }
        };
        let lengths = RunLengths::of(multiply(shape.batch, shape.pixels()), plan.block_rows);
        let run = Run { source, base, first, count, lengths };
        multiply_run(conv, b, (&rows, &finish), &run, group, panel_block);
    });
}

/// Pixels that follow each other.
pub(super) struct Run {
    /// Where they are.
    pub source: Buffer,
    /// The element where they begin.
    pub base: Index,
    /// The number of the first pixel among all of the batch.
    pub first: Index,
    /// How many.
    pub count: Index,
    /// How many these may be.
    pub lengths: RunLengths,
}

/// Multiplies a run of pixels with the filters of a panel block.
pub(super) fn multiply_run(
    conv: &Conv,
    b: &mut KernelBuilder,
    (rows, finish): (&RowSpace, &Finish),
    run: &Run,
    group: Index,
    panel_block: Index,
) {
    let (shape, plan) = (conv.shape, conv.plan);
    let depth = conv.depth(b, Index::Constant(1), &vec![Index::Constant(0); shape.axes.len()]);
    let left_row = Index::from(plan.pixel_pitch);
    let operands =
        Operands { left: run.source, left_row, right: conv.filter(b), depth: &depth, unroll: plan.tile.unroll };
    let pixels = Rows { lines: 1.into(), line: 0.into(), count: run.count, lengths: run.lengths, left: run.base };
    let block = Block { operands, rows: pixels, tile: &plan.tile, prefetch: plan.prefetch };
    let filter_base = b.mul(group, shape.group_filters());
    let panels = conv.panels(b, panel_block);
    block.for_panels(b, Index::from(shape.group_filters()), panels, |b, panel, columns| {
        let right = conv.panel_offset(b, group, panel);
        block.multiply(b, &columns, right, &mut |b, place, tile| {
            let row = b.add(run.first, place.row);
            let coordinates = rows.tile_coordinates(b, row, place.rows);
            finish_tile(b, finish, &coordinates, &columns, filter_base, tile);
        });
    });
}

/// Copies the pixels that rows `first..first + count` read, one after the other, or computes them.
fn gather(conv: &Conv, b: &mut KernelBuilder, scratch: Buffer, (first, count): (Index, Index), channel: Index) {
    let shape = conv.shape;
    let outputs = conv.extents(b, |axis| axis.output);
    let inputs = conv.extents(b, |axis| axis.input);
    let strides = b.strides(&inputs);
    b.for_each(0, count, 1, |b, row| {
        let pixel = b.add(first, row);
        let to = (scratch, b.mul(row, conv.plan.pixel_pitch));
        // The pixel after this one is copied later.
        let end = b.add(to.1, shape.group_channels());
        pad_run(b, conv.plan.tile.dot, scratch, end);
        if let Some(Prologue { spec, is_merged: true }) = conv.prologue {
            let (_, leading) = spec.output(0).shape.split_last().expect("an input has channels");
            let extents = b.dims(leading);
            let at = if extents.len() == 1 { vec![pixel] } else { b.delinearize(pixel, &extents) };
            return compute_pixel(b, spec, &at, to, Index::from(shape.channels));
        }
        let mut at = b.delinearize(pixel, &outputs);
        for (coordinate, axis) in at[1..].iter_mut().zip(&shape.axes) {
            *coordinate = b.mul(*coordinate, axis.stride);
        }
        if let Some(prologue) = conv.prologue {
            return compute_pixel(b, prologue.spec, &at, to, Index::from(shape.channels));
        }
        let pixel = b.linear(&at, &strides);
        let pixel = b.mul(pixel, shape.pitch);
        let from = b.add(pixel, channel);
        copy_run(b, (conv.input(b), from), to, Index::from(shape.group_channels()));
    });
}

/// Computes all channels of the pixel at `at`.
fn compute_pixel(b: &mut KernelBuilder, spec: &KernelSpec, at: &[Index], to: (Buffer, Index), channels: Index) {
    let (scratch, start) = to;
    let width = b.lanes_for(scratch.element, channels);
    b.vector_loop(0, channels, width, |b, channel, lanes| {
        let coordinates = [at, &[channel]].concat();
        let value = Body::new(spec, lanes).value(b, spec.outputs[0], &Coordinate::row(&coordinates));
        let target = b.add(start, channel);
        b.store(value, scratch, target, lanes);
    });
}
