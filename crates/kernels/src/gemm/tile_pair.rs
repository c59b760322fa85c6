//! Two tiles of rows of the matrix unit, and what is done with them: the instructions themselves.
//!
//! The unit's registers are shaped by a table in memory: sums in registers 0 to 3, rows in 4 and 5, columns in 6 and 7.

use super::{DepthLoop, Operands};
use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use kiln_ir::{Type, Value};
use kiln_schedule::RegisterTile;
use kiln_schedule::dot::TILE_ROW_BYTES;
use kiln_tensor::ElementType;

/// Registers of sums: of the first rows, then of the second ones.
const SUMS: [[i64; 2]; 2] = [[0, 1], [2, 3]];
/// Registers of rows.
const ROWS: [i64; 2] = [4, 5];
/// Registers of columns.
const COLUMNS: [i64; 2] = [6, 7];

/// How rows are cut into two tiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heights {
    /// Rows of each.
    pub tiles: [Index; 2],
    /// The row with which the second begins.
    pub second: Index,
}

impl Heights {
    /// Those of some rows, at least one and no more than two tiles have. A single row is in both.
    pub fn of(b: &mut KernelBuilder, rows: Index) -> Heights {
        let first = b.ceil_div(rows, 2);
        let second = b.sub(rows, first);
        let second = b.max(second, 1);
        Heights { tiles: [first, second], second: b.sub(rows, second) }
    }
}

/// What is fetched into the cache while rows and a panel are multiplied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fetch {
    /// Where it begins, less what of it belongs to the panel's own place.
    pub first: Index,
    /// Of so many elements of the panel that are multiplied, one is fetched.
    pub of: usize,
}

/// Memory for the sums, row by row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TileSums {
    pub buffer: Buffer,
    /// Where the first row begins.
    pub first: Index,
    /// Elements from row to row.
    pub pitch: usize,
}

/// Two tiles of rows that are multiplied with panels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TilePair<'b> {
    pub operands: &'b Operands<'b>,
    pub tile: &'b RegisterTile,
    pub heights: Heights,
}

impl TilePair<'_> {
    /// Shapes the unit's registers.
    pub fn configure(&self, b: &mut KernelBuilder) {
        let [first, second] = self.heights.tiles;
        let row_bytes = (self.tile.unroll * self.tile.dot.terms() * self.operands.left.element.byte_size()) as i64;
        let whole = TILE_ROW_BYTES as i64;
        let widths = |registers: [i64; 4]| (0..4).map(|number| registers[number] << (16 * number)).sum::<i64>();
        // Rows of each register, a byte each.
        let bytes = |registers: &[i64]| registers.iter().map(|register| 1i64 << (8 * register)).sum::<i64>();
        let firsts = b.mul(first, bytes(&[SUMS[0][0], SUMS[0][1], ROWS[0]]));
        let seconds = b.mul(second, bytes(&[SUMS[1][0], SUMS[1][1], ROWS[1]]));
        let heights = b.add(firsts, seconds);
        let heights = b.add(heights, self.tile.unroll as i64 * bytes(&COLUMNS));
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

    /// Begins with sums of zero, of so many vectors of columns.
    pub fn start(&self, b: &mut KernelBuilder, vectors: usize) {
        for register in SUMS.iter().flat_map(|registers| &registers[..vectors]) {
            tile_op(b, "tilezero", &[*register], &[]);
        }
    }

    /// Goes on with sums that are in memory.
    pub fn load(&self, b: &mut KernelBuilder, vectors: usize, sums: &TileSums) {
        self.move_sums(b, "tileloadd64", vectors, sums);
    }

    /// Leaves the sums in memory.
    pub fn store(&self, b: &mut KernelBuilder, vectors: usize, sums: &TileSums) {
        self.move_sums(b, "tilestored64", vectors, sums);
    }

    fn move_sums(&self, b: &mut KernelBuilder, name: &str, vectors: usize, sums: &TileSums) {
        let pitch = distance(b, (sums.pitch * sums.buffer.element.byte_size()).into());
        let second = b.mul(self.heights.second, sums.pitch);
        let second = b.add(sums.first, second);
        for (registers, start) in SUMS.iter().zip([sums.first, second]) {
            for (number, register) in registers[..vectors].iter().enumerate() {
                let at = b.add(start, number * self.tile.lanes);
                let address = b.address(sums.buffer, at);
                tile_op(b, name, &[*register], &[address, pitch]);
            }
        }
    }

    /// Adds the products of the tiles that begin at `starts` with the panel at `right`.
    pub fn add(&self, b: &mut KernelBuilder, vectors: usize, (starts, right): ([Index; 2], Index)) {
        self.nest(b, vectors, self.operands.depth, (starts, right), None);
    }

    /// As [`TilePair::add`], and fetches what is needed later.
    pub(super) fn add_and_fetch(
        &self,
        b: &mut KernelBuilder,
        vectors: usize,
        (starts, right): ([Index; 2], Index),
        fetch: Option<Fetch>,
    ) {
        self.nest(b, vectors, self.operands.depth, (starts, right), fetch);
    }

    fn nest(
        &self,
        b: &mut KernelBuilder,
        vectors: usize,
        depth: &[DepthLoop],
        (left, right): ([Index; 2], Index),
        fetch: Option<Fetch>,
    ) {
        let Some((level, inner)) = depth.split_first() else {
            self.fetch(b, right, fetch);
            return self.step(b, vectors, left, right);
        };
        let step = if inner.is_empty() { self.operands.unroll } else { 1 };
        b.for_each(0, level.count, step, |b, number| {
            let moved = b.mul(number, level.left);
            let left = left.map(|left| b.add(left, moved));
            let moved = b.mul(number, level.right);
            let right = b.add(right, moved);
            self.nest(b, vectors, inner, (left, right), fetch);
        });
    }

    /// Fetches this step's share of what is needed later.
    fn fetch(&self, b: &mut KernelBuilder, right: Index, fetch: Option<Fetch>) {
        let Some(Fetch { first, of }) = fetch else { return };
        let operand = self.operands.right;
        let line = b.target.caches.line / operand.element.byte_size();
        let here = b.div(right, of);
        let here = b.add(first, here);
        let elements = self.tile.unroll * self.tile.columns() * self.tile.dot.terms();
        for number in 0..elements.div_ceil(line * of) {
            let at = b.add(here, number * line);
            b.prefetch(operand, at);
        }
    }

    /// As many steps of the depth as fit a tile.
    fn step(&self, b: &mut KernelBuilder, vectors: usize, left: [Index; 2], right: Index) {
        let operands = self.operands;
        let pitch = b.mul(operands.left_row, operands.left.element.byte_size());
        let pitch = distance(b, pitch);
        let terms = self.tile.dot.terms();
        let panel = distance(b, (self.tile.columns() * terms * operands.right.element.byte_size()).into());
        for (register, at) in ROWS.iter().zip(left) {
            let address = b.address(operands.left, at);
            tile_op(b, "tileloadd64", &[*register], &[address, pitch]);
        }
        for (number, register) in COLUMNS[..vectors].iter().enumerate() {
            let at = b.add(right, number * self.tile.lanes * terms);
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
            for (sum, column) in sums[..vectors].iter().zip(COLUMNS) {
                tile_op(b, name, &[*sum, row, column], &[]);
            }
        }
    }
}

/// Gives the unit's registers up.
pub(crate) fn release_tiles(b: &mut KernelBuilder) {
    b.intrinsic("llvm.x86.tilerelease", &[], &[]);
}

/// A number of bytes from row to row.
fn distance(b: &mut KernelBuilder, bytes: Index) -> Value {
    let bytes = b.index(bytes);
    b.op("arith.index_cast", &[bytes], Type::i64())
}

/// An instruction on registers of the unit.
fn tile_op(b: &mut KernelBuilder, name: &str, registers: &[i64], operands: &[Value]) {
    let mut all: Vec<Value> = registers.iter().map(|&register| b.byte_constant(register)).collect();
    all.extend(operands);
    b.intrinsic(&format!("llvm.x86.{name}"), &all, &[]);
}
