//! 3x3 convolutions of stride 1 by Winograd's algorithm F(m x m, 3x3).
//!
//! For each task: transform the tiles of the input and the filters, of which the task before may have left one or the
//! other; multiply the matrices, a pair for each product; transform the products back and store them. Where filters do not stay, they are
//! transformed a few channels at a time, and the products grow from one time to the next.

mod filter;
mod input;
mod output;
mod transform;

use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use crate::gemm::{
    Columns, DepthLoop, Finish, Operands, accumulate, for_panels, for_row_tiles, is_first_of_run, zero_tile,
};
use kiln_ir::Value;
use kiln_schedule::conv_shape::ConvShape;
use kiln_schedule::extent::constant;
use kiln_schedule::run_lengths::RunLengths;
use kiln_schedule::winograd::{Stay, WinogradPlan, tiles};
use kiln_schedule::{KernelSpec, Plan, Source};
use transform::Transforms;

/// Emits a convolution planned by `kiln_schedule::winograd`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let shape = ConvShape::of(spec).expect("plans of this family are made for channels-last convolutions");
    let plan = WinogradPlan::from_plan(plan);
    let [transformed, filters, products] = scratch(&shape, &plan, b);
    let anchor = Source::Node { node: shape.anchor, result: 0 };
    let counts = tiles(&shape, plan.form).expect("plans of this family are made for known extents");
    // The bias is added where the outputs are scaled.
    let finish = Finish { spec, anchor, bias: None, spill: None, transposed: None, kept: None };
    let winograd = Winograd {
        shape: &shape,
        plan: &plan,
        transforms: Transforms::of(plan.form),
        counts: counts.map(Index::from),
        transformed,
        filters,
        products,
        finish,
    };
    let extents = plan.task_space(&shape).map(Index::from);
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let is_new = is_first_of_run(b, task, at[1]);
        let all = (Index::Constant(0), Index::from(shape.channels));
        let block = match plan.stay {
            Stay::Input => {
                let block = winograd.block(b, at[0], at[1]);
                b.if_then(is_new, |b| input::transform(&winograd, b, &block));
                winograd.multiply_in_parts(b, &block);
                block
            }
            Stay::Filters => {
                let block = winograd.block(b, at[1], at[0]);
                b.if_then(is_new, |b| filter::transform(&winograd, b, &block, all));
                input::transform(&winograd, b, &block);
                winograd.multiply(b, &block, all, Start::Zero);
                block
            }
        };
        output::transform(&winograd, b, &block);
    });
}

/// Memory for the transformed input, the transformed filters and the products, one after the other.
fn scratch(shape: &ConvShape, plan: &WinogradPlan, b: &mut KernelBuilder) -> [Buffer; 3] {
    let mut offset = 0;
    plan.scratch_elements(shape).map(|elements| {
        let buffer = b.scratch(shape.element, offset, elements);
        offset += elements * shape.element.byte_size();
        buffer
    })
}

/// What products are added to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    /// Nothing: these are the first channels.
    Zero,
    /// The products of the channels before.
    Products,
}

/// A convolution being emitted.
#[derive(Clone, Copy, Debug)]
struct Winograd<'s> {
    shape: &'s ConvShape,
    plan: &'s WinogradPlan,
    transforms: Transforms,
    /// Images, tiles down, tiles across.
    counts: [Index; 3],
    /// Transformed input: product, tile of the block, channel.
    transformed: Buffer,
    /// Transformed filters: product, panel of the block, channel of those transformed together, column.
    filters: Buffer,
    /// Products: product, tile of the block, filter of the task.
    products: Buffer,
    finish: Finish<'s>,
}

/// What a task computes.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// The first tile and how many.
    tiles: (Index, Index),
    /// The first panel and one past the last.
    panels: (Index, Index),
}

/// One tile of the output.
#[derive(Clone, Copy, Debug)]
struct Tile {
    /// Its number in the block.
    number: Index,
    image: Index,
    /// The first row of the output.
    row: Index,
    /// The first column of the output.
    column: Index,
}

impl Winograd<'_> {
    fn block(&self, b: &mut KernelBuilder, tile_block: Index, panel_block: Index) -> Block {
        let total = b.product(&self.counts);
        let first = b.mul(tile_block, self.plan.block_tiles);
        let left = b.sub(total, first);
        let count = b.min(left, self.plan.block_tiles);
        let panels = self.shape.filters.div_ceil(self.plan.tile.columns());
        let first_panel = b.mul(panel_block, self.plan.block_panels);
        let end = b.add(first_panel, self.plan.block_panels);
        Block { tiles: (first, count), panels: (first_panel, b.min(end, panels)) }
    }

    /// Runs `body` for each tile of a block.
    fn for_tiles(&self, b: &mut KernelBuilder, block: &Block, body: impl FnOnce(&mut KernelBuilder, &Tile)) {
        let side = self.plan.form.tile();
        b.for_each(0, block.tiles.1, 1, |b, number| {
            let tile = b.add(block.tiles.0, number);
            let at = b.delinearize(tile, &self.counts);
            let (row, column) = (b.mul(at[1], side), b.mul(at[2], side));
            body(b, &Tile { number, image: at[0], row, column });
        });
    }

    /// Transforms filters a few channels at a time and adds up their products.
    fn multiply_in_parts(&self, b: &mut KernelBuilder, block: &Block) {
        let (channels, part) = (self.shape.channels, self.plan.block_channels);
        let first = (Index::Constant(0), Index::from(part.min(channels)));
        filter::transform(self, b, block, first);
        self.multiply(b, block, first, Start::Zero);
        b.for_each(part, channels, part, |b, start| {
            let count = if channels % part == 0 {
                Index::from(part)
            } else {
                let left = b.sub(channels, start);
                b.min(left, part)
            };
            filter::transform(self, b, block, (start, count));
            self.multiply(b, block, (start, count), Start::Products);
        });
    }

    /// Multiplies the matrices of a block pair by pair, over `count` channels from `first` on.
    fn multiply(&self, b: &mut KernelBuilder, block: &Block, (first, count): (Index, Index), start: Start) {
        let (shape, plan) = (self.shape, self.plan);
        let (input_pitch, output_pitch) = (plan.input_pitch(shape), plan.output_pitch());
        let width = plan.tile.columns();
        let depth = [DepthLoop { count, left: Index::Constant(1), right: Index::from(width) }];
        let left_row = Index::from(input_pitch);
        let operands =
            Operands { left: self.transformed, left_row, right: self.filters, depth: &depth, unroll: plan.tile.unroll };
        let total = tiles(shape, plan.form).map_or(0, |counts| counts.iter().product());
        let lengths = RunLengths::of(constant(total), constant(plan.block_tiles));
        b.for_each(0, plan.form.products(), 1, |b, product| {
            let filters = b.mul(product, plan.filter_pitch());
            let rows = b.mul(product, plan.block_tiles);
            for_panels(b, &plan.tile, Index::from(shape.filters), block.panels, |b, panel, columns| {
                let panel = b.sub(panel, block.panels.0);
                let right = b.mul(panel, plan.panel_pitch());
                let right = b.add(filters, right);
                let column = b.mul(panel, width);
                for_row_tiles(b, &plan.tile.rows, (block.tiles.1, lengths), |b, first_row, size| {
                    let row = b.add(rows, first_row);
                    let left = b.mul(row, input_pitch);
                    let left = b.add(left, first);
                    let to = b.mul(row, output_pitch);
                    let to = b.add(to, column);
                    let before = match start {
                        Start::Zero => zero_tile(b, &operands, size, &columns),
                        Start::Products => self.load(b, &columns, to, size),
                    };
                    let tile = accumulate(b, &operands, size, &columns, (left, right), None, &before);
                    self.store(b, &columns, to, &tile);
                });
            });
        });
    }

    /// Loads accumulators row by row.
    fn load(&self, b: &mut KernelBuilder, columns: &Columns, from: Index, rows: usize) -> Vec<Value> {
        let mut tile = Vec::with_capacity(rows * columns.parts.len());
        for row in 0..rows {
            let from = b.add(from, row * self.plan.output_pitch());
            for part in &columns.parts {
                let from = b.add(from, part.offset);
                tile.push(b.load(self.products, from, Lanes::full(columns.lanes)));
            }
        }
        tile
    }

    /// Stores accumulators row by row. Filters are a multiple of the lanes, so all vectors are whole.
    fn store(&self, b: &mut KernelBuilder, columns: &Columns, to: Index, tile: &[Value]) {
        for (row, values) in tile.chunks(columns.parts.len()).enumerate() {
            let to = b.add(to, row * self.plan.output_pitch());
            for (part, &value) in columns.parts.iter().zip(values) {
                let to = b.add(to, part.offset);
                b.store(value, self.products, to, Lanes::full(columns.lanes));
            }
        }
    }
}
