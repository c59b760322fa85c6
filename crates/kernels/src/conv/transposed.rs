//! Transposed convolutions: one matrix product for each phase of the output, all from one window of the input.

use super::Conv;
use super::window::{Region, Window, coordinates};
use crate::builder::{Index, KernelBuilder};
use crate::gemm::{Block, DepthLoop, Finish, Operands, Rows, finish_tile, for_panels, merge_depth};
use kiln_schedule::conv_shape::{ConvAxis, ConvShape};
use kiln_schedule::conv_transpose::has_equal_phases;
use kiln_schedule::run_lengths::RunLengths;

/// A phase along one axis: the outputs `q * stride + number`.
#[derive(Clone, Copy, Debug)]
struct Phase {
    /// Which output of each stride.
    number: Index,
    /// The first tap.
    tap: Index,
    /// How many taps there are, one each `stride`.
    taps: Index,
    /// Where in the window of `q` the first tap reads; each further tap reads one position before.
    position: Index,
    /// How many outputs there are.
    outputs: Index,
}

/// All phases of a region and a range of panels.
pub(super) fn multiply(
    conv: &Conv,
    op: &ConvShape,
    b: &mut KernelBuilder,
    (region, window): (&Region, &Window),
    (group, panels): (Index, (Index, Index)),
    finish: &Finish,
) {
    let filters = Index::from(conv.shape.group_filters());
    for_panels(b, &conv.plan.tile, filters, panels, |b, panel, columns| {
        b.for_each(0, op.rows().stride, 1, |b, row_phase| {
            let rows = phase(b, op.rows(), conv.shape.rows(), row_phase);
            b.for_each(0, op.columns().stride, 1, |b, column_phase| {
                let columns_phase = phase(b, op.columns(), conv.shape.columns(), column_phase);
                let tiles = Tiles { conv, op, region, window, phases: (rows, columns_phase), group, panel };
                tiles.emit(b, &columns, finish);
            });
        });
    });
}

fn phase(b: &mut KernelBuilder, axis: &ConvAxis, window: &ConvAxis, number: Index) -> Phase {
    let shifted = b.add(number, axis.pad_low);
    let tap = b.rem(shifted, axis.stride);
    let taps = if axis.kernel % axis.stride == 0 {
        Index::Constant(axis.kernel / axis.stride)
    } else {
        let rest = b.sub(axis.kernel + axis.stride - 1, tap);
        b.div(rest, axis.stride)
    };
    let ahead = b.div(shifted, axis.stride);
    let position = b.add(ahead, window.pad_low);
    let outputs = b.expr(window.output);
    let outputs = if has_equal_phases(axis) {
        outputs
    } else {
        let output = b.expr(axis.output);
        let rest = b.add(output, axis.stride - 1);
        let rest = b.sub(rest, number);
        b.div(rest, axis.stride)
    };
    Phase { number, tap, taps, position, outputs }
}

/// The tiles of one pair of phases and one panel.
#[derive(Clone, Copy, Debug)]
struct Tiles<'s> {
    conv: &'s Conv<'s>,
    op: &'s ConvShape,
    region: &'s Region,
    window: &'s Window,
    phases: (Phase, Phase),
    group: Index,
    panel: Index,
}

impl Tiles<'_> {
    fn emit(&self, b: &mut KernelBuilder, columns: &crate::gemm::Columns, finish: &Finish) {
        let (conv, window, (rows, cols)) = (self.conv, self.window, self.phases);
        let (right, depth) = self.taps(b);
        let operands = Operands {
            left: window.buffer,
            left_row: window.column,
            right: conv.filter(b),
            depth: &depth,
            unroll: conv.plan.tile.unroll,
        };
        let offset = b.linear(&[rows.position, cols.position], &[window.row, window.column]);
        let base = b.add(window.base, offset);
        let row_count = present(b, self.region.rows, rows);
        let column_count = present(b, self.region.columns, cols);
        let filter_base = b.mul(self.group, conv.shape.group_filters());
        let lengths = match has_equal_phases(self.op.columns()) {
            true => RunLengths::of(conv.shape.columns().output, conv.plan.block_columns),
            false => RunLengths::Any,
        };
        let lines = Rows { lines: row_count, line: window.row, count: column_count, lengths, left: base };
        let block = Block { operands, rows: lines, tile: &conv.plan.tile, prefetch: conv.plan.prefetch };
        block.multiply(b, columns, right, &mut |b, place, tile| {
            let output_row = self.output(b, self.region.rows.0, place.line, self.op.rows(), rows);
            let mut places = Vec::with_capacity(place.rows);
            for offset in 0..place.rows {
                let column = b.add(place.row, offset);
                let column = self.output(b, self.region.columns.0, column, self.op.columns(), cols);
                places.push(coordinates(conv, self.region, output_row, column));
            }
            finish_tile(b, finish, &places, columns, filter_base, tile);
        });
    }

    /// Where the first tap's panel begins, and the reduction over taps and channels.
    fn taps(&self, b: &mut KernelBuilder) -> (Index, Vec<DepthLoop>) {
        let (conv, (rows, columns)) = (self.conv, self.phases);
        let width = conv.plan.tile.columns();
        let channels = conv.shape.group_channels();
        let panel = width * channels;
        let tap = panel * conv.plan.panels(conv.shape);
        let tap_row = tap * self.op.columns().kernel as usize;
        let group = tap_row * self.op.rows().kernel as usize;
        let strides = [group, tap_row, tap, panel].map(Index::from);
        let right = b.linear(&[self.group, rows.tap, columns.tap, self.panel], &strides);
        let step = |size: usize, axis: &ConvAxis| Index::from(size * axis.stride as usize);
        let levels = [
            DepthLoop { count: rows.taps, left: b.sub(0, self.window.row), right: step(tap_row, self.op.rows()) },
            DepthLoop { count: columns.taps, left: b.sub(0, self.window.column), right: step(tap, self.op.columns()) },
            DepthLoop { count: Index::from(channels), left: Index::Constant(1), right: Index::from(width) },
        ];
        (right, merge_depth(&levels))
    }

    /// The output that `q = first + offset` is in its phase.
    fn output(&self, b: &mut KernelBuilder, first: Index, offset: Index, axis: &ConvAxis, phase: Phase) -> Index {
        let place = b.add(first, offset);
        let place = b.mul(place, axis.stride);
        b.add(place, phase.number)
    }
}

/// How many of the `q` of a region have an output in a phase.
fn present(b: &mut KernelBuilder, (first, count): (Index, Index), phase: Phase) -> Index {
    let rest = b.sub(phase.outputs, first);
    let rest = b.max(rest, 0);
    b.min(count, rest)
}
