//! Attention's products on the matrix unit. Sums stay in scratch memory: the unit reads and writes no other registers.

use super::{Attention, Tile};
use crate::builder::{Index, KernelBuilder, Lanes};
use crate::gemm::{Columns, DepthLoop, Heights, Operands, TilePair, TileSums, for_panels};

impl Attention<'_> {
    /// Keys that exponentials are multiplied for, where `seen` count: whole tiles, filled up with zeros.
    pub(super) fn multiplied_keys(&self, b: &mut KernelBuilder, seen: Index) -> Index {
        let step = self.plan.values.unroll * self.plan.values.dot.terms();
        let steps = b.ceil_div(seen, step);
        b.mul(steps, step)
    }

    /// The products of queries and keys, of whole panels.
    pub(super) fn scores_of_tiles(&self, b: &mut KernelBuilder, tile: &Tile) {
        let shape = &self.plan.scores;
        let (terms, width) = (shape.dot.terms(), shape.columns());
        let size = b.expr(self.plan.depth(self.shape));
        let depth = [DepthLoop { count: b.div(size, terms), left: terms.into(), right: (width * terms).into() }];
        let operands = Operands {
            left: self.scratch.queries,
            left_row: size,
            right: self.scratch.keys,
            depth: &depth,
            unroll: shape.unroll,
        };
        let pair = TilePair { operands: &operands, tile: shape, heights: Heights::of(b, tile.rows) };
        pair.configure(b);
        let second = b.add(tile.start, pair.heights.second);
        let starts = [tile.start, second].map(|row| b.mul(row, size));
        let panels = b.ceil_div(tile.seen, width);
        let pitch = b.mul(size, width);
        b.for_each(0, panels, 1, |b, panel| {
            let right = b.mul(panel, pitch);
            pair.start(b, shape.vectors);
            pair.add(b, shape.vectors, (starts, right));
            let first = b.mul(panel, width);
            pair.store(b, shape.vectors, &TileSums { buffer: self.scratch.scores, first, pitch: self.plan.block_keys });
        });
    }

    /// The products of exponentials and values, added to those of blocks before, and written out after the last.
    pub(super) fn results_of_tiles(&self, b: &mut KernelBuilder, tile: &Tile) {
        let shape = &self.plan.values;
        let (terms, width, pitch) = (shape.dot.terms(), shape.columns(), self.plan.block_keys);
        let keys = self.multiplied_keys(b, tile.seen);
        let depth = [DepthLoop { count: b.div(keys, terms), left: terms.into(), right: (width * terms).into() }];
        let operands = Operands {
            left: self.scratch.exponentials,
            left_row: pitch.into(),
            right: self.scratch.values,
            depth: &depth,
            unroll: shape.unroll,
        };
        let pair = TilePair { operands: &operands, tile: shape, heights: Heights::of(b, tile.rows) };
        if shape.unroll != self.plan.scores.unroll {
            pair.configure(b);
        }
        let starts = [0.into(), b.mul(pair.heights.second, pitch)];
        let queries = b.expr(self.plan.block_queries);
        let panels = b.expr(self.plan.value_panels(self.shape));
        for_panels(b, shape, self.extents.value_size, (0.into(), panels), |b, panel, columns| {
            let right = b.mul(panel, pitch * width);
            let before = b.mul(panel, queries);
            let place = b.add(before, tile.start);
            let first = b.mul(place, width);
            let sums = TileSums { buffer: self.scratch.results, first, pitch: width };
            let vectors = columns.parts.len();
            b.if_else(
                tile.block.is_first,
                |b| {
                    pair.start(b, vectors);
                    Vec::new()
                },
                |b| {
                    self.scale_results(b, tile, &columns, first);
                    pair.load(b, vectors, &sums);
                    Vec::new()
                },
            );
            pair.add(b, vectors, (starts, right));
            pair.store(b, vectors, &sums);
            b.if_then(tile.is_last, |b| {
                b.for_each(0, tile.rows, 1, |b, row| {
                    let at = b.mul(row, width);
                    let at = b.add(first, at);
                    let mut sums = Vec::with_capacity(vectors);
                    for part in &columns.parts {
                        let at = b.add(at, part.offset);
                        sums.push(b.load(self.scratch.results, at, Lanes::full(columns.lanes)));
                    }
                    let row = b.add(tile.start, row);
                    self.finish_row(b, tile.region, row, &columns, &sums);
                });
            });
        });
    }

    /// Makes sums of blocks before, from `first` on, count as they do beside this one.
    fn scale_results(&self, b: &mut KernelBuilder, tile: &Tile, columns: &Columns, first: Index) {
        let (results, lanes) = (self.scratch.results, Lanes::full(columns.lanes));
        b.for_each(0, tile.rows, 1, |b, row| {
            let factor = b.load_splat(self.scratch.factors, row, columns.lanes);
            let at = b.mul(row, self.plan.values.columns());
            let at = b.add(first, at);
            for part in &columns.parts {
                let at = b.add(at, part.offset);
                let sum = b.load(results, at, lanes);
                let scaled = b.mulf(sum, factor);
                b.store(scaled, results, at, lanes);
            }
        });
    }
}
