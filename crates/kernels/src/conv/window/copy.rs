//! The padded copy of the input's window.

use super::super::Conv;
use super::{Region, Window};
use crate::builder::{Condition, Index, KernelBuilder};
use crate::gemm::{copy_run, fill_number, pad_run};
use kiln_schedule::conv_shape::ConvAxis;

/// A row of the window, of one plane if the input has planes, and the row of the input it is a copy of.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Whether the input has such a row.
    exists: Condition,
    /// Where that begins.
    source: Index,
    /// Where its copy begins.
    target: Index,
}

/// Fills the window of a region, with padding where it leaves the input.
pub(super) fn fill(conv: &Conv, b: &mut KernelBuilder, region: &Region, window: &Window) {
    let shape = conv.shape;
    let extents = conv.extents(b, |axis| axis.input);
    let (image, strides, plane) = conv.input_strides(b);
    let outer = shape.outer().len();
    let planes = if shape.is_planar { shape.channels } else { 1 };
    let rows = shape.rows();
    let count = positions(b, rows, region.rows.1);
    let first = first_position(b, rows, region.rows.0);
    let taps: Vec<Index> = shape.outer().iter().map(|axis| Index::Constant(axis.kernel)).collect();
    let slices = b.product(&taps);
    b.for_each(0, slices, 1, |b, slice| {
        let taps = b.delinearize(slice, &taps);
        let mut exists = Condition::Constant(true);
        let (mut source, mut target) = (b.mul(region.image, image), window.base);
        for (number, (&tap, axis)) in taps.iter().zip(shape.outer()).enumerate() {
            let first = first_position(b, axis, region.outer[number]);
            let moved = b.mul(tap, axis.dilation);
            let position = b.add(first, moved);
            exists = in_input(b, exists, axis, position, extents[1 + number]);
            let offset = b.mul(position, strides[number]);
            source = b.add(source, offset);
            let offset = b.mul(tap, window.taps[number]);
            target = b.add(target, offset);
        }
        b.for_each(0, count, 1, |b, row| {
            let position = b.add(first, row);
            let exists = in_input(b, exists, rows, position, extents[1 + outer]);
            let (from, to) = (b.mul(position, strides[outer]), b.mul(row, window.row));
            let (source, target) = (b.add(source, from), b.add(target, to));
            b.for_each(0, planes, 1, |b, channel| {
                let (from, to) = (b.mul(channel, plane), b.mul(channel, window.channel));
                let (source, target) = (b.add(source, from), b.add(target, to));
                copy_line(conv, b, region, window, Line { exists, source, target });
            });
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

/// Copies one row of the window, or padding if the input has none.
fn copy_line(conv: &Conv, b: &mut KernelBuilder, region: &Region, window: &Window, line: Line) {
    let columns = conv.shape.columns();
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
    let pad = |b: &mut KernelBuilder, from: Index, end: Index| {
        let count = b.sub(end, from);
        let (offset, count) = (b.mul(from, window.column), b.mul(count, window.column));
        let offset = b.add(line.target, offset);
        fill_number(b, window.buffer, offset, count, conv.shape.pad_value);
    };
    // The line after this one is copied later.
    let end = b.mul(count, window.column);
    let end = b.add(line.target, end);
    pad_run(b, conv.plan.tile.dot, window.buffer, end);
    b.if_else(
        line.exists,
        |b| {
            pad(b, Index::Constant(0), before);
            copy_pixels(conv, b, (line, first), (before, after), region.channel, window);
            pad(b, after, count);
            Vec::new()
        },
        |b| {
            pad(b, Index::Constant(0), count);
            Vec::new()
        },
    );
}

/// Copies columns `before..after` of the window from a row of the input, whose column `first` is the window's first.
fn copy_pixels(
    conv: &Conv,
    b: &mut KernelBuilder,
    (line, first): (Line, Index),
    (before, after): (Index, Index),
    channel: Index,
    window: &Window,
) {
    let (shape, pitch) = (conv.shape, conv.plan.pixel_pitch);
    let input = conv.input(b);
    // Places of a column in the row of the input and in that of the window.
    let places = |b: &mut KernelBuilder, column: Index| {
        let own = b.add(first, column);
        let own = if shape.is_planar { own } else { b.mul(own, shape.pitch) };
        let offset = b.mul(column, window.column);
        (b.add(line.source, own), b.add(line.target, offset))
    };
    if shape.is_planar || pitch == shape.pitch && pitch == shape.channels {
        let (from, to) = places(b, before);
        let columns = b.sub(after, before);
        let count = b.mul(columns, window.column);
        return copy_run(b, (input, from), (window.buffer, to), count);
    }
    b.for_each(before, after, 1, |b, column| {
        let (from, to) = places(b, column);
        let from = b.add(from, channel);
        let end = b.add(to, shape.group_channels());
        pad_run(b, conv.plan.tile.dot, window.buffer, end);
        copy_run(b, (input, from), (window.buffer, to), Index::from(shape.group_channels()));
    });
}
