//! 3x3 convolutions of stride 1 by Winograd's algorithm F(4x4, 3x3).
//!
//! For each task: transform the tiles of the input, unless the task before did; multiply each of the 36 matrices with
//! its filters; transform the products back and store them.

mod input;
mod output;
mod transform;

use crate::builder::{Buffer, Index, KernelBuilder};
use crate::gemm::{
    Columns, DepthLoop, Finish, Operands, accumulate, for_panels, for_row_tiles, is_first_of_run, zero_tile,
};
use kiln_schedule::conv_shape::ConvShape;
use kiln_schedule::winograd::{PATCH, TILE, WinogradPlan, tiles};
use kiln_schedule::{KernelSpec, Plan, Source};

/// Emits a convolution planned by `kiln_schedule::winograd`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let shape = ConvShape::of(spec).expect("plans of this family are made for channels-last convolutions");
    let plan = WinogradPlan::from_plan(plan);
    let size = shape.element.byte_size();
    let transformed = b.scratch(shape.element, 0, plan.input_elements(&shape));
    let products = b.scratch(shape.element, plan.input_elements(&shape) * size, plan.output_elements());
    let anchor = Source::Node { node: shape.anchor, result: 0 };
    let bias = shape.bias.map(|bias| b.inputs[bias]);
    let counts = tiles(&shape).expect("plans of this family are made for known extents");
    let finish = Finish { spec, anchor, bias, spill: None };
    let winograd =
        Winograd { shape: &shape, plan: &plan, counts: counts.map(Index::from), transformed, products, finish };
    let extents = plan.task_space(&shape).map(Index::from);
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &extents);
        let block = winograd.block(b, at[0], at[1]);
        let is_new = is_first_of_run(b, task, at[1]);
        b.if_then(is_new, |b| input::transform(&winograd, b, &block));
        winograd.multiply(b, &block);
        output::transform(&winograd, b, &block);
    });
}

/// A convolution being emitted.
#[derive(Clone, Copy, Debug)]
struct Winograd<'s> {
    shape: &'s ConvShape,
    plan: &'s WinogradPlan,
    /// Images, tiles down, tiles across.
    counts: [Index; 3],
    /// Transformed input: product, tile of the block, channel.
    transformed: Buffer,
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
        b.for_each(0, block.tiles.1, 1, |b, number| {
            let tile = b.add(block.tiles.0, number);
            let at = b.delinearize(tile, &self.counts);
            let (row, column) = (b.mul(at[1], TILE), b.mul(at[2], TILE));
            body(b, &Tile { number, image: at[0], row, column });
        });
    }

    /// Multiplies each of the 36 matrices of a block.
    fn multiply(&self, b: &mut KernelBuilder, block: &Block) {
        let (shape, plan) = (self.shape, self.plan);
        let (input_pitch, output_pitch) = (plan.input_pitch(shape), plan.output_pitch());
        let width = plan.tile.columns();
        let panels = shape.filters.div_ceil(width);
        let depth =
            [DepthLoop { count: Index::from(shape.channels), left: Index::Constant(1), right: Index::from(width) }];
        let left_row = Index::from(input_pitch);
        let operands = Operands { left: self.transformed, left_row, right: b.inputs[shape.filter], depth: &depth };
        b.for_each(0, PATCH * PATCH, 1, |b, product| {
            for_panels(b, &plan.tile, Index::from(shape.filters), block.panels, |b, panel, columns| {
                let right = b.mul(product, panels);
                let right = b.add(right, panel);
                let right = b.mul(right, width * shape.channels);
                let rows = b.mul(product, plan.block_tiles);
                let column = b.sub(panel, block.panels.0);
                let column = b.mul(column, width);
                for_row_tiles(b, &plan.tile.rows, block.tiles.1, |b, start, size| {
                    let row = b.add(rows, start);
                    let left = b.mul(row, input_pitch);
                    let zero = zero_tile(b, &operands, size, &columns);
                    let tile = accumulate(b, &operands, size, &columns, (left, right), &zero);
                    let to = b.mul(row, output_pitch);
                    let to = b.add(to, column);
                    self.store(b, &columns, to, &tile);
                });
            });
        });
    }

    /// Stores accumulators row by row. Filters are a multiple of the lanes, so all vectors are whole.
    fn store(&self, b: &mut KernelBuilder, columns: &Columns, to: Index, tile: &[kiln_ir::Value]) {
        let lanes = crate::builder::Lanes::full(columns.lanes);
        for (row, values) in tile.chunks(columns.parts.len()).enumerate() {
            let to = b.add(to, row * self.plan.output_pitch());
            for (part, &value) in columns.parts.iter().zip(values) {
                let to = b.add(to, part.offset);
                b.store(value, self.products, to, lanes);
            }
        }
    }
}
