//! The padded copy of the input's window.

use super::super::Conv;
use super::{Region, Window};
use crate::builder::{Condition, Index, KernelBuilder};
use crate::gemm::{copy_run, fill_zero};
use kiln_schedule::conv_shape::ConvAxis;

/// A row of the window and the row of the input it is a copy of.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Whether the input has such a row.
    exists: Condition,
    /// Its number, counted over all images.
    number: Index,
    /// Where its copy begins.
    target: Index,
}

/// Fills the window of a region, with zeros where it leaves the input.
pub(super) fn fill(conv: &Conv, b: &mut KernelBuilder, region: &Region, window: &Window) {
    let shape = conv.shape;
    let extents = conv.extents(b, |axis| axis.input);
    let height = extents[extents.len() - 2];
    let rows = shape.rows();
    let count = positions(b, rows, region.rows.1);
    let first = first_position(b, rows, region.rows.0);
    let taps: Vec<Index> = shape.outer().iter().map(|axis| Index::Constant(axis.kernel)).collect();
    let slices = b.product(&taps);
    b.for_each(0, slices, 1, |b, slice| {
        let taps = b.delinearize(slice, &taps);
        let mut exists = Condition::Constant(true);
        let (mut image, mut target) = (region.image, window.base);
        for (number, (&tap, axis)) in taps.iter().zip(shape.outer()).enumerate() {
            let first = first_position(b, axis, region.outer[number]);
            let moved = b.mul(tap, axis.dilation);
            let position = b.add(first, moved);
            exists = in_input(b, exists, axis, position, extents[1 + number]);
            image = b.mul(image, extents[1 + number]);
            image = b.add(image, position);
            let offset = b.mul(tap, window.taps[number]);
            target = b.add(target, offset);
        }
        b.for_each(0, count, 1, |b, row| {
            let position = b.add(first, row);
            let exists = in_input(b, exists, rows, position, height);
            let line = b.mul(image, height);
            let number = b.add(line, position);
            let moved = b.mul(row, window.row);
            let target = b.add(target, moved);
            copy_line(conv, b, region, window, Line { exists, number, target });
        });
    });
}

/// How many positions of the input `count` neighbours of the output reach.
fn positions(b: &mut KernelBuilder, axis: &ConvAxis, count: Index) -> Index {
    let steps = b.sub(count, 1);
    let steps = b.mul(steps, axis.stride);
    b.add(steps, (axis.kernel - 1) * axis.dilation + 1)
}

/// The position of the input that output `position` reads first; negative in the padding.
fn first_position(b: &mut KernelBuilder, axis: &ConvAxis, position: Index) -> Index {
    let first = b.mul(position, axis.stride);
    b.sub(first, axis.pad_low)
}

fn in_input(b: &mut KernelBuilder, before: Condition, axis: &ConvAxis, position: Index, extent: Index) -> Condition {
    if !axis.is_padded() {
        return before;
    }
    let here = b.in_range(position, extent);
    b.and(before, here)
}

/// Copies one row of the window, or zeros if the input has none.
fn copy_line(conv: &Conv, b: &mut KernelBuilder, region: &Region, window: &Window, line: Line) {
    let columns = conv.shape.columns();
    let pitch = conv.plan.pixel_pitch;
    let width = b.expr(columns.input);
    let count = positions(b, columns, region.columns.1);
    let first = first_position(b, columns, region.columns.0);
    // Columns [before, after) of the window lie inside the input.
    let (before, after) = if columns.is_padded() {
        let before = b.sub(0, first);
        let before = b.max(before, 0);
        let before = b.min(before, count);
        let after = b.sub(width, first);
        let after = b.min(after, count);
        (before, b.max(after, before))
    } else {
        (Index::Constant(0), count)
    };
    let zero = |b: &mut KernelBuilder, from: Index, end: Index| {
        let count = b.sub(end, from);
        let (offset, count) = (b.mul(from, pitch), b.mul(count, pitch));
        let offset = b.add(line.target, offset);
        fill_zero(b, window.buffer, offset, count);
    };
    b.if_else(
        line.exists,
        |b| {
            zero(b, Index::Constant(0), before);
            let row = b.mul(line.number, width);
            let row = b.add(row, first);
            copy_pixels(conv, b, (row, before, after), region.channel, (window, line.target));
            zero(b, after, count);
            Vec::new()
        },
        |b| {
            zero(b, Index::Constant(0), count);
            Vec::new()
        },
    );
}

/// Copies pixels `row + before..row + after` of the input to their places in a row of the window.
fn copy_pixels(
    conv: &Conv,
    b: &mut KernelBuilder,
    (row, before, after): (Index, Index, Index),
    channel: Index,
    (window, target): (&Window, Index),
) {
    let (shape, pitch) = (conv.shape, conv.plan.pixel_pitch);
    let source = conv.input(b);
    if pitch == shape.pitch && pitch == shape.channels {
        let (pixel, pixels) = (b.add(row, before), b.sub(after, before));
        let (from, offset, count) = (b.mul(pixel, pitch), b.mul(before, pitch), b.mul(pixels, pitch));
        let to = b.add(target, offset);
        return copy_run(b, (source, from), (window.buffer, to), count);
    }
    b.for_each(before, after, 1, |b, column| {
        let pixel = b.add(row, column);
        let pixel = b.mul(pixel, shape.pitch);
        let from = b.add(pixel, channel);
        let offset = b.mul(column, pitch);
        let to = b.add(target, offset);
        copy_run(b, (source, from), (window.buffer, to), Index::from(shape.group_channels()));
    });
}
