//! Weights that are codes of a few bits: they become numbers in registers, and each block's sums get its scale at the end.
//!
//! ```text
//! sums[row, column] += scale[block, column] * (a[row, k] * (code[k, column] - zero[block, column]), summed over a block)
//! ```

use super::Matmul;
use crate::builder::{Buffer, Index, KernelBuilder, Lanes, lanes_of};
use crate::gemm::{Block, Columns, TilePlace, for_row_tiles};
use kiln_ir::{Type, Value};
use kiln_schedule::matmul::{Blocks, WORD_BYTES, block_chains};
use kiln_schedule::tuning;
use kiln_target::Architecture;
use kiln_tensor::ElementType;

/// Lanes of the vectors that one instruction looks up in a table of as many numbers.
const TABLE_LANES: usize = 16;

/// Multiplies the rows of a task with panel number `panel`.
pub(super) fn multiply(
    matmul: &Matmul,
    b: &mut KernelBuilder,
    block: &Block,
    (columns, panel): (&Columns, Index),
    finish: &mut dyn FnMut(&mut KernelBuilder, &TilePlace, &[Value]),
) {
    let Some(weights) = Weights::of(matmul, b, block, columns, panel) else { return };
    for_row_tiles(b, &block.tile.rows, (block.rows.count, block.rows.lengths), |b, row, rows| {
        let moved = b.mul(row, block.operands.left_row);
        let first = b.add(block.rows.left, moved);
        let mut starts = Vec::with_capacity(rows);
        for row in 0..rows {
            let moved = b.mul(block.operands.left_row, row);
            starts.push(b.add(first, moved));
        }
        let tile = weights.product(b, &starts);
        finish(b, &TilePlace { line: 0.into(), row, rows }, &tile);
    });
}

/// The weights of a panel, and the operand that they are multiplied with.
struct Weights<'c> {
    blocks: &'c Blocks,
    columns: &'c Columns,
    left: Buffer,
    /// Elements of the left operand from step to step of the depth.
    left_step: Index,
    /// Steps of the depth.
    depth: usize,
    codes: Buffer,
    /// The byte where the panel's codes begin.
    first_code: Index,
    scales: Buffer,
    zeros: Option<Buffer>,
    /// The element where the panel's scales begin, and its zeros.
    first_scale: Index,
    /// Columns of a panel.
    width: usize,
    prefetch: bool,
}

impl<'c> Weights<'c> {
    fn of(
        matmul: &'c Matmul,
        b: &mut KernelBuilder,
        block: &Block,
        columns: &'c Columns,
        panel: Index,
    ) -> Option<Weights<'c>> {
        let blocks = matmul.shape.blocks.as_ref()?;
        let (width, words) = (matmul.plan.tile.columns(), blocks.words());
        Some(Weights {
            blocks,
            columns,
            left: block.operands.left,
            left_step: block.operands.depth[0].left,
            depth: blocks.view.length,
            codes: block.operands.right,
            first_code: b.mul(panel, words * WORD_BYTES * width),
            scales: b.inputs[blocks.scales],
            zeros: blocks.zeros.map(|input| b.inputs[input]),
            first_scale: b.mul(panel, blocks.view.blocks * width),
            width,
            prefetch: block.prefetch,
        })
    }

    /// The product of rows that begin at `starts` and the panel.
    fn product(&self, b: &mut KernelBuilder, starts: &[Index]) -> Vec<Value> {
        let zero = b.zero(lanes_of(Type::f32(), self.columns.lanes));
        let zeros = vec![zero; starts.len() * self.columns.parts.len()];
        let (whole, rest) = (self.depth / self.blocks.view.block, self.depth % self.blocks.view.block);
        let sums = b.for_loop(0, whole, 1, &zeros, |b, number, sums| {
            self.add_block(b, starts, number, self.blocks.view.block, sums)
        });
        if rest > 0 { self.add_block(b, starts, whole.into(), rest, &sums) } else { sums }
    }

    /// Adds the products of the first `count` codes of block `number`.
    fn add_block(
        &self,
        b: &mut KernelBuilder,
        starts: &[Index],
        number: Index,
        count: usize,
        sums: &[Value],
    ) -> Vec<Value> {
        let chains = block_chains(sums.len());
        let zeros = self.zeros.map(|zeros| self.of_block(b, zeros, number));
        let zero = b.zero(lanes_of(Type::f32(), self.columns.lanes));
        let none = vec![zero; chains * sums.len()];
        let codes = self.blocks.codes();
        let first = b.mul(number, self.blocks.view.block / codes);
        let (words, rest) = (count / codes, count % codes);
        let mut partial = b.for_loop(0, words, 1, &none, |b, word, partial| {
            let word = b.add(first, word);
            self.add_word(b, starts, (word, codes), zeros.as_deref(), partial)
        });
        if rest > 0 {
            let word = b.add(first, words);
            partial = self.add_word(b, starts, (word, rest), zeros.as_deref(), &partial);
        }
        let scales = self.of_block(b, self.scales, number);
        let scaled = |(index, &sum): (usize, &Value)| {
            let mut of_block = partial[index];
            for chain in 1..chains {
                of_block = b.addf(of_block, partial[chain * sums.len() + index]);
            }
            b.fma(of_block, scales[index % scales.len()], sum)
        };
        sums.iter().enumerate().map(scaled).collect()
    }

    /// Adds the products of the first `count` codes of word `word`, in turn to each chain of sums.
    fn add_word(
        &self,
        b: &mut KernelBuilder,
        starts: &[Index],
        (word, count): (Index, usize),
        zeros: Option<&[Value]>,
        partial: &[Value],
    ) -> Vec<Value> {
        let parts = self.columns.parts.len();
        let chains = partial.len() / (starts.len() * parts);
        let words = self.load_words(b, word);
        let mut sums = partial.to_vec();
        for code in 0..count {
            let mut weights = Vec::with_capacity(parts);
            for (part, &word) in words.iter().enumerate() {
                weights.push(self.number(b, word, code, zeros.map(|zeros| zeros[part])));
            }
            let step = b.mul(word, self.blocks.codes());
            let step = b.add(step, code);
            let along = b.mul(step, self.left_step);
            let chain = code % chains * starts.len() * parts;
            for (row, &start) in starts.iter().enumerate() {
                let at = b.add(start, along);
                let element = b.load_splat(self.left, at, self.columns.lanes);
                for (part, &weight) in weights.iter().enumerate() {
                    let sum = &mut sums[chain + row * parts + part];
                    *sum = b.fma(element, weight, *sum);
                }
            }
        }
        sums
    }

    /// Word `word` of each column, a vector for each part of the panel.
    fn load_words(&self, b: &mut KernelBuilder, word: Index) -> Vec<Value> {
        let moved = b.mul(word, WORD_BYTES * self.width);
        let first = b.add(self.first_code, moved);
        let lanes = self.columns.lanes;
        let mut words = Vec::with_capacity(self.columns.parts.len());
        for part in &self.columns.parts {
            let offset = part.offset * WORD_BYTES;
            let at = b.add(first, offset);
            if self.prefetch && offset.is_multiple_of(b.target.caches.line) {
                let ahead = b.add(at, tuning::STREAM_AHEAD);
                b.prefetch(self.codes, ahead);
            }
            let bytes = b.load(self.codes, at, Lanes::full(WORD_BYTES * lanes));
            let vector = b.op("vector.bitcast", &[bytes], Type::vector(&[lanes as u64], Type::i32()));
            let vector = if lanes == 1 { b.extract_lane(vector, 0) } else { vector };
            words.push(if self.is_signed(b) { self.with_signs(b, vector) } else { vector });
        }
        words
    }

    /// What there is one of for each column and block, of block `number`.
    fn of_block(&self, b: &mut KernelBuilder, from: Buffer, number: Index) -> Vec<Value> {
        let moved = b.mul(number, self.width);
        let first = b.add(self.first_scale, moved);
        let mut values = Vec::with_capacity(self.columns.parts.len());
        for part in &self.columns.parts {
            let at = b.add(first, part.offset);
            values.push(b.load(from, at, Lanes::full(self.columns.lanes)));
        }
        values
    }

    /// Whether numbers are looked up in a register.
    fn has_table(&self, b: &KernelBuilder) -> bool {
        let is_wide = b.target.architecture == Architecture::X86_64 && self.columns.lanes == TABLE_LANES;
        is_wide && 1 << self.blocks.view.bits <= TABLE_LANES
    }

    /// Whether codes become integers with a sign: those less the zero that there is if no other is given.
    fn is_signed(&self, b: &KernelBuilder) -> bool {
        self.zeros.is_none() && !self.has_table(b)
    }

    /// Words of codes less the usual zero, in two's complement: their highest bits are the other way round.
    fn with_signs(&self, b: &mut KernelBuilder, words: Value) -> Value {
        let bits = self.blocks.view.bits;
        let highest = (0..self.blocks.codes()).fold(0u32, |word, code| word | 1 << (code * bits + bits - 1));
        let ty = b.ty(words);
        let highest = b.integer(i64::from(highest as i32), ty);
        b.xori(words, highest)
    }

    /// Code number `code` of each word, less its zero.
    fn number(&self, b: &mut KernelBuilder, words: Value, code: usize, zero: Option<Value>) -> Value {
        let bits = self.blocks.view.bits;
        let (word, float) = (b.ty(words), b.retyped(words, Type::f32()));
        let shifted = |b: &mut KernelBuilder, op: &str, value: Value, count: usize| match count {
            0 => value,
            _ => {
                let count = b.integer(count as i64, word);
                b.binary(op, value, count)
            }
        };
        if self.is_signed(b) {
            let above = 8 * WORD_BYTES - bits;
            let high = shifted(b, "arith.shli", words, above - code * bits);
            let signed = shifted(b, "arith.shrsi", high, above);
            return b.cast(signed, ElementType::I32, ElementType::F32);
        }
        let low = shifted(b, "arith.shrui", words, code * bits);
        let code = if self.has_table(b) {
            let table = self.table(b);
            b.intrinsic("llvm.x86.avx512.permvar.sf.512", &[table, low], &[float])[0]
        } else {
            let mask = b.integer((1 << bits) - 1, word);
            let code = b.andi(low, mask);
            b.cast(code, ElementType::I32, ElementType::F32)
        };
        match zero {
            Some(zero) => b.subf(code, zero),
            None => code,
        }
    }

    /// What the lowest bits of an index stand for, whatever follows them.
    fn table(&self, b: &mut KernelBuilder) -> Value {
        let bits = self.blocks.view.bits;
        let zero = if self.zeros.is_none() { 1 << (bits - 1) } else { 0 };
        let number = |index: i32| ((index & ((1 << bits) - 1)) - zero) as f32;
        b.floats(&(0..TABLE_LANES as i32).map(number).collect::<Vec<f32>>())
    }
}
