//! Products on the matrix unit: two tiles of rows by two of columns.
//!
//! The unit's registers are shaped once for all panels. Rows are cut evenly into blocks of at most two tiles; where they
//! are not a multiple, the last block begins earlier and computes some sums again, which are dropped. Rows of short lines
//! are tiles of their own, so that a block is two lines. Sums go through memory of the function's own.

use super::tile_pair::{Fetch, Heights, TilePair, TileSums};
use super::{Block, Columns, TilePlace};
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use crate::gemm::block::FinishTile;
use kiln_ir::Value;
use kiln_schedule::dot::{TILE_ROWS, sum_type};

/// How the rows of a line are cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Whether a block is two lines; if not, it is a part of one.
    pairs_lines: bool,
    /// Rows of a block, in a line.
    rows: Index,
    /// The two tiles; if they are lines, the second begins where the first ends.
    heights: Heights,
}

impl Cut {
    fn of(b: &mut KernelBuilder, block: &Block) -> Cut {
        let count = block.rows.count;
        let is_short = count.as_constant().is_some_and(|count| count <= TILE_ROWS as i64);
        if is_short && !block.rows.lines.is(1) {
            let heights = Heights { tiles: [count; 2], second: count };
            return Cut { pairs_lines: true, rows: count, heights };
        }
        let blocks = b.ceil_div(count, 2 * TILE_ROWS);
        let rows = b.ceil_div(count, blocks);
        Cut { pairs_lines: false, rows, heights: Heights::of(b, rows) }
    }
}

/// Shapes the unit's registers for the rows of a block.
pub(super) fn configure(b: &mut KernelBuilder, block: &Block) {
    let Cut { heights, .. } = Cut::of(b, block);
    TilePair { operands: &block.operands, tile: block.tile, heights }.configure(b);
}

/// Multiplies the rows of a block with the panel at `right`.
pub(super) fn multiply(b: &mut KernelBuilder, block: &Block, columns: &Columns, right: Index, finish: &mut FinishTile) {
    let cut = Cut::of(b, block);
    let width = block.tile.columns();
    let sums = b.local(sum_type(block.operands.left.element), 2 * TILE_ROWS * width);
    let ahead = block.prefetch.then(|| Ahead::of(b, block, &cut));
    let product = Product { block, cut, right, vectors: columns.parts.len(), sums, ahead };
    let rows = block.rows;
    if cut.pairs_lines {
        b.for_each(0, rows.lines, 2, |b, line| {
            let number = b.div(line, 2);
            let left = b.sub(rows.lines, line);
            let lines = b.min(left, 2);
            let last = b.sub(rows.lines, 1);
            let next = b.add(line, 1);
            let next = b.min(next, last);
            let starts = [line, next].map(|line| {
                let moved = b.mul(line, rows.line);
                b.add(rows.left, moved)
            });
            product.multiply(b, starts, number);
            b.for_each(0, lines, 1, |b, second| {
                let line = b.add(line, second);
                let before = b.mul(second, cut.rows);
                product.finish(b, columns, (0.into(), cut.rows, before), &mut |b, row, tile| {
                    finish(b, &TilePlace { line, row, rows: 1 }, tile);
                });
            });
        });
        return;
    }
    b.for_each(0, rows.lines, 1, |b, line| {
        let moved = b.mul(line, rows.line);
        let base = b.add(rows.left, moved);
        let latest = b.sub(rows.count, cut.rows);
        let blocks = b.ceil_div(rows.count, cut.rows);
        b.for_each(0, rows.count, cut.rows, |b, first| {
            let start = b.min(first, latest);
            let second = b.add(start, cut.heights.second);
            let starts = [start, second].map(|row| {
                let moved = b.mul(row, block.operands.left_row);
                b.add(base, moved)
            });
            let number = b.mul(line, blocks);
            let here = b.div(first, cut.rows);
            let number = b.add(number, here);
            product.multiply(b, starts, number);
            let known = b.sub(first, start);
            product.finish(b, columns, (known, cut.rows, 0.into()), &mut |b, row, tile| {
                let row = b.add(start, row);
                finish(b, &TilePlace { line, row, rows: 1 }, tile);
            });
        });
    });
}

/// What is fetched into the cache meanwhile: each block of rows fetches a part of what follows the panel in memory, mostly
/// the next one.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    /// Elements of the panel.
    panel: Index,
    /// Of so many elements of the panel that are multiplied, one is fetched.
    of: usize,
}

impl Ahead {
    fn of(b: &mut KernelBuilder, block: &Block, cut: &Cut) -> Ahead {
        let counts: Vec<Index> = block.operands.depth.iter().map(|level| level.count).collect();
        let panel = b.product(&counts);
        let panel = b.mul(panel, block.tile.columns() * block.tile.dot.terms());
        let blocks = if cut.pairs_lines {
            b.ceil_div(block.rows.lines, 2)
        } else {
            let in_line = b.ceil_div(block.rows.count, cut.rows);
            b.mul(block.rows.lines, in_line)
        };
        // A step of a tile is a few lines of memory; where blocks are counted at run time, there are mostly several.
        let blocks = blocks.as_constant().map_or(USUAL_BLOCKS, |blocks| blocks.max(1) as usize);
        Ahead { panel, of: (1 << blocks.ilog2()).min(MOST_BLOCKS) }
    }
}

/// Blocks of rows of a task, where their number is not known.
const USUAL_BLOCKS: usize = 8;
/// Blocks of rows that share what is fetched; those after them fetch what comes later.
const MOST_BLOCKS: usize = 16;

/// The product of a block of rows and a panel.
#[derive(Clone, Copy, Debug)]
struct Product<'b> {
    block: &'b Block<'b>,
    cut: Cut,
    /// Where the panel begins.
    right: Index,
    /// Vectors of columns that exist.
    vectors: usize,
    /// Memory for the sums, row by row.
    sums: Buffer,
    ahead: Option<Ahead>,
}

impl Product<'_> {
    /// Multiplies block number `number` of rows, two tiles that begin at `starts`, and leaves the sums in memory.
    fn multiply(&self, b: &mut KernelBuilder, starts: [Index; 2], number: Index) {
        // Where what this block fetches begins, less what of it belongs to the panel's own place.
        let ahead = self.ahead.map(|Ahead { panel, of }| {
            let part = b.div(panel, of);
            let before = b.mul(number, part);
            let own = b.div(self.right, of);
            let next = b.add(self.right, panel);
            let next = b.add(next, before);
            Fetch { first: b.sub(next, own), of }
        });
        let Block { operands, tile, .. } = self.block;
        let pair = TilePair { operands, tile, heights: self.cut.heights };
        let sums = TileSums { buffer: self.sums, first: 0.into(), pitch: tile.columns() };
        pair.start(b, self.vectors);
        pair.add_and_fetch(b, self.vectors, (starts, self.right), ahead);
        pair.store(b, self.vectors, &sums);
    }

    /// Hands out the sums of rows `first..end` of a line whose rows begin with the `before`th in memory.
    fn finish(
        &self,
        b: &mut KernelBuilder,
        columns: &Columns,
        (first, end, before): (Index, Index, Index),
        finish: &mut dyn FnMut(&mut KernelBuilder, Index, &[Value]),
    ) {
        b.for_each(first, end, 1, |b, row| {
            let number = b.add(before, row);
            let start = b.mul(number, self.block.tile.columns());
            let tile: Vec<Value> = (0..columns.parts.len())
                .map(|number| {
                    let at = b.add(start, number * columns.lanes);
                    b.load(self.sums, at, Lanes::full(columns.lanes))
                })
                .collect();
            finish(b, row, &tile);
        });
    }
}
