//! Depthwise channels-last convolutions.
//!
//! For each row of the output and each vector of channels: columns whose window lies inside the input go several at a
//! time with all taps of a row unrolled, those at the borders one by one over the taps that exist. Taps above and below
//! the input are left out of the loop over rows of the filter. Bytes are extended to 32 bits before they are multiplied.

use crate::builder::{Buffer, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::gemm::{Finish, finish_value};
use kiln_ir::Value;
use kiln_schedule::conv_shape::{ConvAxis, ConvShape};
use kiln_schedule::depthwise::DepthwisePlan;
use kiln_schedule::dot::sum_type;
use kiln_schedule::{KernelSpec, Plan, Source};
use std::collections::BTreeMap;

/// Emits a convolution planned by `kiln_schedule::depthwise`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let shape = ConvShape::of(spec).expect("plans of this family are made for channels-last convolutions");
    let plan = DepthwisePlan::from_plan(plan);
    let anchor = Source::Node { node: shape.anchor, result: 0 };
    let finish = Finish { spec, anchor, bias: None, spill: None, transposed: None, kept: None };
    let rank = spec.nodes[shape.anchor].results[0].rank();
    let store = |b: &mut KernelBuilder, pixel: &Pixel, channel: Index, lanes: Lanes, value: Value| {
        finish_value(b, &finish, &pixel.coordinates(rank), channel, lanes, value);
    };
    let extents = plan.task_space(&shape).map(|expr| b.expr(expr));
    let (block_rows, height) = (b.expr(plan.block_rows), b.expr(shape.rows().output));
    let depthwise = Depthwise { shape: &shape, plan: &plan, rows: None, store: &store };
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let first = b.mul(at[1], block_rows);
        let last = b.add(first, block_rows);
        let last = b.min(last, height);
        b.for_each(first, last, 1, |b, row| depthwise.row(b, at[0], row));
    });
}

/// A position of the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pixel {
    pub image: Index,
    pub row: Index,
    pub column: Index,
}

impl Pixel {
    /// The leading coordinates in a tensor of `rank` axes, which lacks rows if it has but three.
    pub fn coordinates(&self, rank: usize) -> Vec<Index> {
        match rank {
            3 => vec![self.image, self.column],
            _ => vec![self.image, self.row, self.column],
        }
    }
}

/// Some rows of one image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptRows {
    pub buffer: Buffer,
    /// The number of the first one in its image.
    pub first: Index,
}

/// Stores the accumulator of a vector of channels, from one channel on.
pub(crate) type StoreVector<'s> = &'s dyn Fn(&mut KernelBuilder, &Pixel, Index, Lanes, Value);

/// A depthwise convolution being emitted.
#[derive(Clone, Copy)]
pub(crate) struct Depthwise<'s> {
    pub shape: &'s ConvShape,
    pub plan: &'s DepthwisePlan,
    /// The rows of the input in scratch memory, if they are there.
    pub rows: Option<KeptRows>,
    /// What becomes of accumulators.
    pub store: StoreVector<'s>,
}

/// One row of the output and one vector of channels.
#[derive(Clone, Debug)]
struct Line {
    image: Index,
    row: Index,
    /// Where the first tap of column 0 is read, in elements; may lie before the input.
    input: Index,
    /// Elements between rows of the input.
    input_row: Index,
    /// The taps of the rows that exist.
    row_taps: (Index, Index),
    channel: Index,
    lanes: Lanes,
    /// What accumulators begin with.
    initial: Value,
}

impl Depthwise<'_> {
    /// All columns and channels of a row of the output.
    pub fn row(&self, b: &mut KernelBuilder, image: Index, row: Index) {
        let shape = self.shape;
        let (rows, columns) = (shape.rows(), shape.columns());
        let (height, width) = (b.expr(rows.input), b.expr(columns.input));
        let row_taps = taps_inside(b, rows, row, height);
        let input_row = b.mul(width, shape.pitch);
        let first = b.mul(row, rows.stride);
        let first = b.sub(first, rows.pad_low);
        let line = match self.rows {
            Some(kept) => b.sub(first, kept.first),
            None => {
                let line = b.mul(image, height);
                b.add(line, first)
            }
        };
        let pixel = b.mul(line, width);
        let pixel = b.sub(pixel, columns.pad_low);
        let input = b.mul(pixel, shape.pitch);
        let channels = Index::from(shape.channels);
        let vector = self.plan.lanes.min(b.lanes_for(shape.element, channels));
        b.vector_loop(0, channels, vector, |b, channel, lanes| {
            let initial = self.initial(b, channel, lanes);
            self.columns(b, &Line { image, row, input, input_row, row_taps, channel, lanes, initial });
        });
    }

    /// What accumulators of a vector of channels begin with: the bias. Where padding is not zero, all taps times that,
    /// too; what is inside the input counts less it.
    fn initial(&self, b: &mut KernelBuilder, channel: Index, lanes: Lanes) -> Value {
        let shape = self.shape;
        let sum = sum_type(shape.element);
        let bias = match shape.bias {
            Some(bias) => b.load(b.inputs[bias], channel, lanes),
            None => b.zero(lanes_of(computed_type(sum), lanes.count)),
        };
        if shape.pad_value == 0 {
            return bias;
        }
        let padding = b.number(shape.pad_value as f64, sum, lanes.count);
        b.for_loop(0, shape.taps(), 1, &[bias], |b, tap, total| {
            let at = b.mul(tap, shape.channels);
            let at = b.add(at, channel);
            let weight = self.weight(b, at, lanes);
            vec![self.multiply_add(b, padding, weight, total[0])]
        })[0]
    }

    /// A vector of the filter, in the type of the sum.
    fn weight(&self, b: &mut KernelBuilder, at: Index, lanes: Lanes) -> Value {
        let weight = b.load(b.inputs[self.shape.filter], at, lanes);
        b.cast(weight, self.shape.filter_element, sum_type(self.shape.filter_element))
    }

    /// A vector of a pixel inside the input, in the type of the sum, less padding.
    fn pixel(&self, b: &mut KernelBuilder, at: Index, lanes: Lanes) -> Value {
        let (element, sum) = (self.shape.element, sum_type(self.shape.element));
        let pixel = b.load(self.input(b), at, lanes);
        let pixel = b.cast(pixel, element, sum);
        if self.shape.pad_value == 0 {
            return pixel;
        }
        let padding = b.number(self.shape.pad_value as f64, sum, lanes.count);
        b.subi(pixel, padding)
    }

    fn multiply_add(&self, b: &mut KernelBuilder, left: Value, right: Value, sum: Value) -> Value {
        if self.shape.is_float() {
            return b.fma(left, right, sum);
        }
        let product = b.muli(left, right);
        b.addi(product, sum)
    }

    fn columns(&self, b: &mut KernelBuilder, line: &Line) {
        let columns = self.shape.columns();
        let total = b.expr(columns.output);
        let (first, last) = interior(b, columns);
        let tile = self.plan.tile_columns;
        let border = |b: &mut KernelBuilder, from: Index, to: Index| {
            b.for_each(from, to, 1, |b, column| self.border_column(b, line, column));
        };
        if columns.is_padded() {
            border(b, Index::Constant(0), first);
        }
        let inside = b.sub(last, first);
        let tiles = b.div(inside, tile);
        let tiled = b.mul(tiles, tile);
        let tiled = b.add(first, tiled);
        b.for_each(first, tiled, tile, |b, column| self.inner_columns(b, line, column, tile));
        if tile > 1 {
            b.for_each(tiled, last, 1, |b, column| self.inner_columns(b, line, column, 1));
        }
        if columns.is_padded() {
            border(b, last, total);
        }
    }

    /// `count` columns from `column` on, whose windows lie inside the input.
    fn inner_columns(&self, b: &mut KernelBuilder, line: &Line, column: Index, count: usize) {
        let columns = self.shape.columns();
        let base = self.window(b, line, column);
        let (low, high) = line.row_taps;
        let initial = vec![line.initial; count];
        let values = b.for_loop(low, high, 1, &initial, |b, tap, accumulators| {
            let (input, filter) = self.tap_row(b, line, base, tap);
            let mut pixels: BTreeMap<i64, Value> = BTreeMap::new();
            let mut accumulators = accumulators.to_vec();
            for tap in 0..columns.kernel {
                let at = b.add(filter, tap * self.shape.channels as i64);
                let weight = self.weight(b, at, line.lanes);
                for (index, accumulator) in accumulators.iter_mut().enumerate() {
                    let position = index as i64 * columns.stride + tap * columns.dilation;
                    let pixel = *pixels.entry(position).or_insert_with(|| {
                        let at = b.add(input, position * self.shape.pitch as i64);
                        self.pixel(b, at, line.lanes)
                    });
                    *accumulator = self.multiply_add(b, pixel, weight, *accumulator);
                }
            }
            accumulators
        });
        for (index, &value) in values.iter().enumerate() {
            let column = b.add(column, index);
            self.finish(b, line, column, value);
        }
    }

    /// A column whose window may leave the input.
    fn border_column(&self, b: &mut KernelBuilder, line: &Line, column: Index) {
        let columns = self.shape.columns();
        let width = b.expr(columns.input);
        let taps = taps_inside(b, columns, column, width);
        let base = self.window(b, line, column);
        let (low, high) = line.row_taps;
        let value = b.for_loop(low, high, 1, &[line.initial], |b, tap, accumulator| {
            let (input, filter) = self.tap_row(b, line, base, tap);
            b.for_loop(taps.0, taps.1, 1, accumulator, |b, tap, accumulator| {
                let position = b.mul(tap, columns.dilation);
                let position = b.mul(position, self.shape.pitch);
                let at = b.add(input, position);
                let pixel = self.pixel(b, at, line.lanes);
                let moved = b.mul(tap, self.shape.channels);
                let at = b.add(filter, moved);
                let weight = self.weight(b, at, line.lanes);
                vec![self.multiply_add(b, pixel, weight, accumulator[0])]
            })
        });
        self.finish(b, line, column, value[0]);
    }

    fn input(&self, b: &KernelBuilder) -> Buffer {
        self.rows.map_or_else(|| b.inputs[self.shape.input], |kept| kept.buffer)
    }

    /// Where the window of a column begins.
    fn window(&self, b: &mut KernelBuilder, line: &Line, column: Index) -> Index {
        let moved = b.mul(column, self.shape.columns().stride as usize * self.shape.pitch);
        let base = b.add(line.input, moved);
        b.add(base, line.channel)
    }

    /// Where row `tap` of the window at `base` and of the filter begins.
    fn tap_row(&self, b: &mut KernelBuilder, line: &Line, base: Index, tap: Index) -> (Index, Index) {
        let moved = b.mul(tap, self.shape.rows().dilation);
        let moved = b.mul(moved, line.input_row);
        let input = b.add(base, moved);
        let filter = b.mul(tap, self.shape.columns().kernel as usize * self.shape.channels);
        (input, b.add(filter, line.channel))
    }

    fn finish(&self, b: &mut KernelBuilder, line: &Line, column: Index, value: Value) {
        let pixel = Pixel { image: line.image, row: line.row, column };
        (self.store)(b, &pixel, line.channel, line.lanes, value);
    }
}

/// The first tap inside the input, and one past the last, of the window of output `position`.
fn taps_inside(b: &mut KernelBuilder, axis: &ConvAxis, position: Index, extent: Index) -> (Index, Index) {
    if !axis.is_padded() {
        return (Index::Constant(0), Index::Constant(axis.kernel));
    }
    let first = b.mul(position, axis.stride);
    let first = b.sub(first, axis.pad_low);
    let before = b.sub(0, first);
    let before = b.max(before, 0);
    let low = b.ceil_div(before, axis.dilation);
    let low = b.min(low, axis.kernel);
    let after = b.sub(extent, first);
    let after = b.max(after, 0);
    let high = b.ceil_div(after, axis.dilation);
    let high = b.min(high, axis.kernel);
    (low, b.max(high, low))
}

/// The first output whose window lies inside the input, and one past the last.
fn interior(b: &mut KernelBuilder, axis: &ConvAxis) -> (Index, Index) {
    let (input, output) = (b.expr(axis.input), b.expr(axis.output));
    if !axis.is_padded() {
        return (Index::Constant(0), output);
    }
    let first = axis.pad_low.max(0) + axis.stride - 1;
    let first = b.min(first / axis.stride, output);
    // The last window that fits begins at `room`.
    let reach = (axis.kernel - 1) * axis.dilation + 1;
    let room = b.add(input, axis.pad_low - reach);
    let fitting = b.floor_div(room, axis.stride);
    let last = b.add(fitting, 1);
    let last = b.min(last, output);
    (first, b.max(last, first))
}
