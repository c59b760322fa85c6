//! Products on the matrix unit: two tiles of rows by two of columns.
//!
//! The unit's registers are shaped by a table in memory, which is loaded once for all panels: sums in registers 0 to 3,
//! rows in 4 and 5, columns in 6 and 7. Rows are cut evenly into blocks of at most two tiles; where they are not a
//! multiple, the last block begins earlier and computes some sums again, which are dropped. Rows of short lines are tiles
//! of their own, so that a block is two lines. Sums go through memory of the function's own.

use super::{Block, Columns, DepthLoop, TilePlace};
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use crate::gemm::block::FinishTile;
use kiln_ir::{Type, Value};
use kiln_schedule::dot::{TILE_ROW_BYTES, TILE_ROWS, sum_type};
use kiln_tensor::ElementType;

/// Registers of sums: of the first rows, then of the second ones.
const SUMS: [[i64; 2]; 2] = [[0, 1], [2, 3]];
/// Registers of rows.
const ROWS: [i64; 2] = [4, 5];
/// Registers of columns.
const COLUMNS: [i64; 2] = [6, 7];

/// How the rows of a line are cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Whether a block is two lines; if not, it is a part of one.
    pairs_lines: bool,
    /// Rows of a block, in a line.
    rows: Index,
    /// Rows of the two tiles.
    tiles: [Index; 2],
    /// The row with which the second tile begins, if it is in the same line.
    second: Index,
}

impl Cut {
    fn of(b: &mut KernelBuilder, block: &Block) -> Cut {
        let count = block.rows.count;
        let is_short = count.as_constant().is_some_and(|count| count <= TILE_ROWS as i64);
        if is_short && !block.rows.lines.is(1) {
            return Cut { pairs_lines: true, rows: count, tiles: [count; 2], second: count };
        }
        let blocks = b.ceil_div(count, 2 * TILE_ROWS);
        let rows = b.ceil_div(count, blocks);
        let first = b.ceil_div(rows, 2);
        let second = b.sub(rows, first);
        let second = b.max(second, 1);
        Cut { pairs_lines: false, rows, tiles: [first, second], second: b.sub(rows, second) }
    }
}

/// Shapes the unit's registers for the rows of a block.
pub(super) fn configure(b: &mut KernelBuilder, block: &Block) {
    let Cut { tiles: [first, second], .. } = Cut::of(b, block);
    let row_bytes = (block.tile.unroll * block.tile.dot.terms() * block.operands.left.element.byte_size()) as i64;
    let whole = TILE_ROW_BYTES as i64;
    let widths = |registers: [i64; 4]| (0..4).map(|number| registers[number] << (16 * number)).sum::<i64>();
    // Rows of each register, a byte each.
    let bytes = |registers: &[i64]| registers.iter().map(|register| 1i64 << (8 * register)).sum::<i64>();
    let firsts = b.mul(first, bytes(&[SUMS[0][0], SUMS[0][1], ROWS[0]]));
    let seconds = b.mul(second, bytes(&[SUMS[1][0], SUMS[1][1], ROWS[1]]));
    let heights = b.add(firsts, seconds);
    let heights = b.add(heights, block.tile.unroll as i64 * bytes(&COLUMNS));
    let words: [Index; 8] = [
        1.into(),
        0.into(),
        widths([whole; 4]).into(),
        widths([row_bytes, row_bytes, whole, whole]).into(),
        0.into(),
        0.into(),
        heights,
        0.into(),
    ];
    let table = b.local(ElementType::I64, words.len());
    for (number, word) in words.into_iter().enumerate() {
        let word = b.index(word);
        let word = b.op("arith.index_cast", &[word], Type::i64());
        b.store(word, table, number, Lanes::SCALAR);
    }
    let address = b.address(table, 0);
    b.intrinsic("llvm.x86.ldtilecfg", &[address], &[]);
}

/// Gives the unit's registers up.
pub(super) fn release(b: &mut KernelBuilder) {
    b.intrinsic("llvm.x86.tilerelease", &[], &[]);
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
            let second = b.add(start, cut.second);
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
        for register in SUMS.iter().flat_map(|registers| &registers[..self.vectors]) {
            tile_op(b, "tilezero", &[*register], &[]);
        }
        // Where what this block fetches begins, less what of it belongs to the panel's own place.
        let ahead = self.ahead.map(|Ahead { panel, of }| {
            let part = b.div(panel, of);
            let before = b.mul(number, part);
            let own = b.div(self.right, of);
            let next = b.add(self.right, panel);
            let next = b.add(next, before);
            b.sub(next, own)
        });
        self.nest(b, self.block.operands.depth, (starts, self.right), ahead);
        let width = self.block.tile.columns();
        let pitch = b.index_constant((width * self.sums.element.byte_size()) as i64);
        let pitch = b.op("arith.index_cast", &[pitch], Type::i64());
        let second = b.mul(self.cut.second, width);
        for (registers, start) in SUMS.iter().zip([Index::Constant(0), second]) {
            for (number, register) in registers[..self.vectors].iter().enumerate() {
                let at = b.add(start, number * self.block.tile.lanes);
                let address = b.address(self.sums, at);
                tile_op(b, "tilestored64", &[*register], &[address, pitch]);
            }
        }
    }

    fn nest(
        &self,
        b: &mut KernelBuilder,
        depth: &[DepthLoop],
        (left, right): ([Index; 2], Index),
        ahead: Option<Index>,
    ) {
        let Some((level, inner)) = depth.split_first() else {
            self.fetch(b, right, ahead);
            return self.step(b, left, right);
        };
        let step = if inner.is_empty() { self.block.operands.unroll } else { 1 };
        b.for_each(0, level.count, step, |b, number| {
            let moved = b.mul(number, level.left);
            let left = left.map(|left| b.add(left, moved));
            let moved = b.mul(number, level.right);
            let right = b.add(right, moved);
            self.nest(b, inner, (left, right), ahead);
        });
    }

    /// Fetches this step's share of what is needed later.
    fn fetch(&self, b: &mut KernelBuilder, right: Index, ahead: Option<Index>) {
        let (Some(Ahead { of, .. }), Some(first)) = (self.ahead, ahead) else { return };
        let operand = self.block.operands.right;
        let line = b.target.caches.line / operand.element.byte_size();
        let here = b.div(right, of);
        let here = b.add(first, here);
        let elements = self.block.tile.unroll * self.block.tile.columns() * self.block.tile.dot.terms();
        for number in 0..elements.div_ceil(line * of) {
            let at = b.add(here, number * line);
            b.prefetch(operand, at);
        }
    }

    /// As many steps of the depth as fit a tile.
    fn step(&self, b: &mut KernelBuilder, left: [Index; 2], right: Index) {
        let operands = &self.block.operands;
        let pitch = b.mul(operands.left_row, operands.left.element.byte_size());
        let pitch = b.index(pitch);
        let pitch = b.op("arith.index_cast", &[pitch], Type::i64());
        let terms = self.block.tile.dot.terms();
        let panel = b.index_constant((self.block.tile.columns() * terms * operands.right.element.byte_size()) as i64);
        let panel = b.op("arith.index_cast", &[panel], Type::i64());
        for (register, at) in ROWS.iter().zip(left) {
            let address = b.address(operands.left, at);
            tile_op(b, "tileloadd64", &[*register], &[address, pitch]);
        }
        for (number, register) in COLUMNS[..self.vectors].iter().enumerate() {
            let at = b.add(right, number * self.block.tile.lanes * terms);
            let address = b.address(operands.right, at);
            tile_op(b, "tileloadd64", &[*register], &[address, panel]);
        }
        let name = match (operands.left.element, operands.right.element) {
            (ElementType::I8, ElementType::I8) => "tdpbssd",
            (ElementType::I8, _) => "tdpbsud",
            (ElementType::U8, ElementType::I8) => "tdpbusd",
            (ElementType::U8, _) => "tdpbuud",
            _ => "tdpbf16ps",
        };
        for (sums, row) in SUMS.iter().zip(ROWS) {
            for (sum, column) in sums[..self.vectors].iter().zip(COLUMNS) {
                tile_op(b, name, &[*sum, row, column], &[]);
            }
        }
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

/// An instruction on registers of the unit.
fn tile_op(b: &mut KernelBuilder, name: &str, registers: &[i64], operands: &[Value]) {
    let mut all: Vec<Value> = registers.iter().map(|&register| b.byte_constant(register)).collect();
    all.extend(operands);
    b.intrinsic(&format!("llvm.x86.{name}"), &all, &[]);
}
