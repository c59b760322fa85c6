//! Convolutions tap by tap: see `Access::Taps`. Of each panel of filters, the sums of a task's positions are in scratch
//! memory; each tap adds to those for which it lies inside the input.

use super::Conv;
use super::window::{Region, coordinates, region};
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use crate::gemm::{
    Ahead, Columns, DepthLoop, Finish, Operands, accumulate_rows, fill_zero, finish_tile, for_panels, for_row_tiles,
};
use kiln_ir::Value;
use kiln_schedule::conv::inside;
use kiln_schedule::conv_shape::ConvAxis;
use kiln_schedule::run_lengths::RunLengths;

/// The sums of a panel, position by position.
#[derive(Clone, Copy)]
struct Sums {
    buffer: Buffer,
    /// Positions in a line.
    positions: Index,
    /// Elements of a position.
    width: usize,
}

/// A panel of filters, and the part of the output that a task computes of it.
struct Panel<'p> {
    conv: &'p Conv<'p>,
    region: &'p Region,
    columns: &'p Columns,
    sums: Sums,
}

/// One tap of the filter.
#[derive(Clone, Copy)]
struct Tap {
    /// Along rows.
    row: Index,
    /// Along columns.
    column: i64,
    /// Where its part of the panel begins.
    right: Index,
    /// What is fetched into the cache meanwhile: where that begins.
    ahead: Index,
}

/// Emits the tasks.
pub(super) fn emit(conv: &Conv, b: &mut KernelBuilder) {
    let (shape, plan) = (conv.shape, conv.plan);
    let finish = conv.finish(b, conv.spec);
    let width = plan.tile.columns();
    let (rows, positions) = (b.expr(plan.block_rows), b.expr(plan.block_columns));
    let elements = b.product(&[rows, positions, width.into()]);
    let sums = Sums { buffer: b.scratch(shape.element, 0, elements), positions, width };
    let filters = Index::from(shape.group_filters());
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let [image, row_block, column_block, group, panel_block] = conv.task(b, task);
        let region = region(conv, b, (image, row_block, column_block), group);
        let filter_base = b.mul(group, filters);
        let panels = conv.panels(b, panel_block);
        for_panels(b, &plan.tile, filters, panels, |b, panel, columns| {
            let right = conv.panel_offset(b, group, panel);
            let panel = Panel { conv, region: &region, columns: &columns, sums };
            let elements = b.product(&[region.rows.1, positions, width.into()]);
            fill_zero(b, sums.buffer, 0.into(), elements);
            panel.add_taps(b, right);
            panel.store(b, &finish, filter_base);
        });
    });
}

impl Panel<'_> {
    /// Adds the products of all taps, whose filters begin at `right`. Meanwhile those of the next panel are fetched: some
    /// for each position, since taps that few of them read are bound by memory.
    fn add_taps(&self, b: &mut KernelBuilder, right: Index) {
        let (shape, plan) = (self.conv.shape, self.conv.plan);
        let slice = shape.group_channels() * self.sums.width;
        let next = b.add(right, plan.panel_elements(shape));
        let next = b.index(next);
        b.for_loop(0, shape.rows().kernel, 1, &[next], |b, row, ahead| {
            let mut ahead = Index::Value(ahead[0]);
            for column in 0..shape.columns().kernel {
                let number = b.mul(row, shape.columns().kernel);
                let number = b.add(number, column);
                let offset = b.mul(number, slice);
                let right = b.add(right, offset);
                ahead = self.add_tap(b, &Tap { row, column, right, ahead });
            }
            vec![b.index(ahead)]
        });
    }

    /// Elements that are fetched for each position: with those of all taps the whole panel.
    fn ahead_of_position(&self) -> usize {
        let (shape, plan) = (self.conv.shape, self.conv.plan);
        plan.panel_elements(shape).div_ceil(plan.tap_positions(shape))
    }

    /// Adds the products of one tap, tile by tile. Returns where the next one fetches.
    fn add_tap(&self, b: &mut KernelBuilder, tap: &Tap) -> Index {
        let shape = self.conv.shape;
        let tile = self.conv.plan.tap_tile(shape, tap.column);
        let (first_column, end_column) = inside(shape.columns(), tap.column).expect("the planner knew the extents");
        let (first_line, end_line) = self.lines_inside(b, tap.row);
        let lines = b.sub(end_line, first_line);
        let count = Index::Constant(end_column - first_column);
        for_row_tiles(b, &tile.lines, (lines, RunLengths::Any), |b, line, lines| {
            for_row_tiles(b, &tile.columns, (count, RunLengths::Any), |b, column, columns| {
                let position = b.linear(&[line, column], &[count, 1.into()]);
                let fetched = b.mul(position, self.ahead_of_position());
                let tap = Tap { ahead: b.add(tap.ahead, fetched), ..*tap };
                let (line, column) = (b.add(first_line, line), b.add(column, first_column));
                self.add_tile(b, &tap, (line, lines), (column, columns));
            });
        });
        let positions = b.mul(lines, count);
        let fetched = b.mul(positions, self.ahead_of_position());
        b.add(tap.ahead, fetched)
    }

    /// The lines of the region, a range counted from its first, for which a tap lies inside the input.
    fn lines_inside(&self, b: &mut KernelBuilder, tap: Index) -> (Index, Index) {
        let rows = self.conv.shape.rows();
        let (first, count) = self.region.rows;
        let moved = b.mul(tap, rows.dilation);
        let before = b.sub(rows.pad_low, moved);
        let input = b.expr(rows.input);
        let end = b.add(input, before);
        let mut line_from = |bound: Index| {
            let bound = b.max(bound, 0);
            let position = b.ceil_div(bound, rows.stride);
            let line = b.sub(position, first);
            let line = b.max(line, 0);
            b.min(line, count)
        };
        let (first, end) = (line_from(before), line_from(end));
        (first, b.max(end, first))
    }

    /// Adds one tap's products to a tile of sums: some lines from `line` on, of some columns each.
    fn add_tile(
        &self,
        b: &mut KernelBuilder,
        tap: &Tap,
        (line, lines): (Index, usize),
        (column, columns): (Index, usize),
    ) {
        let (conv, shape) = (self.conv, self.conv.shape);
        let (image, strides, _) = conv.input_strides(b);
        let (along_rows, along_columns) = (shape.rows(), shape.columns());
        let row = b.add(self.region.rows.0, line);
        let row = position(b, along_rows, row, tap.row);
        let place = position(b, along_columns, column, tap.column.into());
        let left = b.linear(&[self.region.image, row, place], &[image, strides[0], strides[1]]);
        let left = b.add(left, self.region.channel);
        let steps = [b.mul(strides[0], along_rows.stride), b.mul(strides[1], along_columns.stride)];
        let (mut row_offsets, mut places) = (Vec::new(), Vec::new());
        for (down, across) in (0..lines).flat_map(|down| (0..columns).map(move |across| (down, across))) {
            row_offsets.push(b.linear(&[down.into(), across.into()], &steps));
            let (line, column) = (b.add(line, down), b.add(column, across));
            places.push(self.sums.place(b, line, column));
        }
        let depth = DepthLoop { count: shape.group_channels().into(), left: 1.into(), right: self.sums.width.into() };
        let operands = Operands {
            left: conv.input(b),
            left_row: 0.into(),
            right: conv.filter(b),
            depth: &[depth],
            unroll: conv.plan.tile.unroll,
        };
        let before: Vec<Value> = places.iter().flat_map(|&place| self.load(b, place)).collect();
        let ahead = conv.plan.prefetch.then(|| {
            let step = (self.ahead_of_position() * places.len()).div_ceil(shape.group_channels());
            Ahead { offset: tap.ahead, step: step.into(), width: self.sums.width }
        });
        let after = accumulate_rows(b, &operands, &row_offsets, self.columns, (left, tap.right), ahead, &before);
        for (&place, values) in places.iter().zip(after.chunks(self.columns.parts.len())) {
            for (part, &value) in self.columns.parts.iter().zip(values) {
                let at = b.add(place, part.offset);
                b.store(value, self.sums.buffer, at, Lanes::full(self.columns.lanes));
            }
        }
    }

    /// The sums of one position.
    fn load(&self, b: &mut KernelBuilder, place: Index) -> Vec<Value> {
        let mut values = Vec::with_capacity(self.columns.parts.len());
        for part in &self.columns.parts {
            let at = b.add(place, part.offset);
            values.push(b.load(self.sums.buffer, at, Lanes::full(self.columns.lanes)));
        }
        values
    }

    /// Makes outputs of the sums.
    fn store(&self, b: &mut KernelBuilder, finish: &Finish, filter_base: Index) {
        let (first, count) = self.region.rows;
        b.for_each(0, count, 1, |b, line| {
            b.for_each(0, self.sums.positions, 1, |b, column| {
                let place = self.sums.place(b, line, column);
                let values = self.load(b, place);
                let row = b.add(first, line);
                let coordinates = coordinates(self.conv, self.region, row, column);
                finish_tile(b, finish, &[coordinates], self.columns, filter_base, &values);
            });
        });
    }
}

impl Sums {
    /// Where the sums of a position begin.
    fn place(&self, b: &mut KernelBuilder, line: Index, column: Index) -> Index {
        let number = b.linear(&[line, column], &[self.positions, 1.into()]);
        b.mul(number, self.width)
    }
}

/// The position of the input that a tap of a position of the output reads.
fn position(b: &mut KernelBuilder, axis: &ConvAxis, output: Index, tap: Index) -> Index {
    let (scaled, moved) = (b.mul(output, axis.stride), b.mul(tap, axis.dilation));
    let sum = b.add(scaled, moved);
    b.sub(sum, axis.pad_low)
}
