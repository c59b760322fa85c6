//! Convolutions of several taps or with padding: rows are positions in one row of the output, read in place or from a
//! padded copy of the window that the task reads.

mod copy;

use super::Conv;
use crate::builder::{Buffer, Index, KernelBuilder};
use crate::gemm::{Block, Finish, Operands, Rows, finish_tile, is_first_of_run};
use kiln_schedule::conv::Access;
use kiln_schedule::run_lengths::RunLengths;

/// The part of the output that a task computes.
#[derive(Debug)]
pub(super) struct Region {
    /// The image.
    pub image: Index,
    /// Positions along the outer spatial axes.
    pub outer: Vec<Index>,
    /// The first row and how many.
    pub rows: (Index, Index),
    /// The first column and how many.
    pub columns: (Index, Index),
    /// The first channel of the group.
    pub channel: Index,
}

/// What the micro-kernel reads: a buffer and the distances in it.
#[derive(Debug)]
pub(super) struct Window {
    pub buffer: Buffer,
    /// Where the first position of the region reads its first tap.
    pub base: Index,
    /// Elements from one row of the input to the next.
    pub row: Index,
    /// Elements from one column of the input to the next.
    pub column: Index,
    /// Elements from one channel to the next.
    pub channel: Index,
    /// Elements from one tap to the next, for each spatial axis.
    taps: Vec<Index>,
}

/// Computes a region for a group and a range of its panels.
pub(super) type Multiply<'f> = dyn FnMut(&mut KernelBuilder, &Region, &Window, (Index, (Index, Index)), &Finish) + 'f;

/// Emits the tasks of a convolution.
pub(super) fn emit_conv(conv: &Conv, b: &mut KernelBuilder) {
    emit(conv, b, &mut |b, region, window, panels, finish| multiply(conv, b, region, window, panels, finish));
}

/// Emits tasks: the window of each, then what `multiply` makes of it.
pub(super) fn emit(conv: &Conv, b: &mut KernelBuilder, multiply: &mut Multiply) {
    let (shape, plan) = (conv.shape, conv.plan);
    let finish = conv.finish(b, conv.spec);
    let scratch = (plan.access == Access::Window).then(|| {
        let bytes = b.expr(plan.scratch(shape));
        let elements = b.div(bytes, shape.element.byte_size());
        b.scratch(shape.element, 0, elements)
    });
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let [image, row_block, column_block, group, panel_block] = conv.task(b, task);
        let region = region(conv, b, (image, row_block, column_block), group);
        let window = match scratch {
            Some(scratch) => {
                let window = copied(conv, b, scratch);
                let is_new = is_first_of_run(b, task, panel_block);
                b.if_then(is_new, |b| copy::fill(conv, b, &region, &window));
                window
            }
            None => in_place(conv, b, &region),
        };
        let panels = conv.panels(b, panel_block);
        multiply(b, &region, &window, (group, panels), &finish);
    });
}

/// All tiles of a region and a range of panels.
fn multiply(
    conv: &Conv,
    b: &mut KernelBuilder,
    region: &Region,
    window: &Window,
    (group, panels): (Index, (Index, Index)),
    finish: &Finish,
) {
    let (shape, plan) = (conv.shape, conv.plan);
    let depth = conv.depth(b, window.channel, &window.taps);
    let row_step = b.mul(window.row, shape.rows().stride);
    let column_step = b.mul(window.column, shape.columns().stride);
    let operands = Operands {
        left: window.buffer,
        left_row: column_step,
        right: conv.filter(b),
        depth: &depth,
        unroll: plan.tile.unroll,
    };
    let (lines, count) = (region.rows.1, region.columns.1);
    let lengths = RunLengths::of(shape.columns().output, plan.block_columns);
    let rows = Rows { lines, line: row_step, count, lengths, left: window.base };
    let block = Block { operands, rows, tile: &plan.tile, prefetch: plan.prefetch };
    let filter_base = b.mul(group, shape.group_filters());
    block.for_panels(b, Index::from(shape.group_filters()), panels, |b, panel, columns| {
        let right = conv.panel_offset(b, group, panel);
        block.multiply(b, &columns, right, &mut |b, place, tile| {
            let output_row = b.add(region.rows.0, place.line);
            let first = b.add(region.columns.0, place.row);
            let coordinates: Vec<Vec<Index>> = (0..place.rows)
                .map(|offset| {
                    let column = b.add(first, offset);
                    coordinates(conv, region, output_row, column)
                })
                .collect();
            finish_tile(b, finish, &coordinates, &columns, filter_base, tile);
        });
    });
}

/// The leading coordinates of a position of the output, which has no rows where their axis was made up.
pub(super) fn coordinates(conv: &Conv, region: &Region, row: Index, column: Index) -> Vec<Index> {
    let has_rows = conv.spec.nodes[conv.shape.anchor].results[0].rank() == conv.shape.axes.len() + 2;
    let mut coordinates = vec![region.image];
    coordinates.extend(&region.outer);
    coordinates.extend(has_rows.then_some(row));
    coordinates.push(column);
    coordinates
}

/// The part of the output that a task computes.
pub(super) fn region(
    conv: &Conv,
    b: &mut KernelBuilder,
    (image, row_block, column_block): (Index, Index, Index),
    group: Index,
) -> Region {
    let (shape, plan) = (conv.shape, conv.plan);
    let mut extents = conv.extents(b, |axis| axis.output);
    extents.truncate(1 + shape.outer().len());
    let mut outer = b.delinearize(image, &extents);
    let image = outer.remove(0);
    let part = |b: &mut KernelBuilder, block: Index, size, extent| {
        let (size, extent) = (b.expr(size), b.expr(extent));
        let first = b.mul(block, size);
        let left = b.sub(extent, first);
        (first, b.min(size, left))
    };
    let rows = part(b, row_block, plan.block_rows, shape.rows().output);
    let columns = part(b, column_block, plan.block_columns, shape.columns().output);
    let channel = b.mul(group, shape.group_channels());
    Region { image, outer, rows, columns, channel }
}

/// The input itself; there is no padding.
fn in_place(conv: &Conv, b: &mut KernelBuilder, region: &Region) -> Window {
    let shape = conv.shape;
    let (image, strides, channel) = conv.input_strides(b);
    let firsts = region.outer.iter().copied().chain([region.rows.0, region.columns.0]);
    let mut base = b.mul(region.image, image);
    base = b.add(base, region.channel);
    let mut taps = Vec::new();
    for ((first, axis), &stride) in firsts.zip(&shape.axes).zip(&strides) {
        let position = b.mul(first, axis.stride);
        let offset = b.mul(position, stride);
        base = b.add(base, offset);
        taps.push(b.mul(stride, axis.dilation));
    }
    let (row, column) = (strides[strides.len() - 2], strides[strides.len() - 1]);
    Window { buffer: conv.input(b), base, row, column, channel, taps }
}

/// A window in scratch memory: one slice for each tap of the outer axes, then rows, columns, channels; of planes,
/// channels, rows, columns.
fn copied(conv: &Conv, b: &mut KernelBuilder, scratch: Buffer) -> Window {
    let (shape, plan) = (conv.shape, conv.plan);
    let (rows, columns) = plan.window(shape);
    let (rows, columns) = (b.expr(rows), b.expr(columns));
    let column = Index::from(if shape.is_planar { 1 } else { plan.pixel_pitch });
    let row = b.mul(columns, column);
    let plane = b.mul(rows, row);
    let (slice, channel) = match shape.is_planar {
        true => (b.mul(plane, plan.pixel_pitch), plane),
        false => (plane, Index::Constant(1)),
    };
    let counts: Vec<Index> = shape.outer().iter().map(|axis| Index::Constant(axis.kernel)).collect();
    let mut taps: Vec<Index> = b.strides(&counts).into_iter().map(|stride| b.mul(stride, slice)).collect();
    taps.push(b.mul(row, shape.rows().dilation));
    taps.push(b.mul(column, shape.columns().dilation));
    Window { buffer: scratch, base: Index::Constant(0), row, column, channel, taps }
}
