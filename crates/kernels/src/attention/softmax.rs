//! The softmax of a tile of scores, as far as it is known: exponentials relative to the largest score so far.

use super::{Attention, Tile};
use crate::builder::{Body, Condition, Coordinate, Index, KernelBuilder, Lanes};
use crate::gemm::fill_zero;
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::Value;
use kiln_schedule::Source;

/// How values of a row become one.
#[derive(Clone, Copy)]
enum Fold {
    Largest,
    Sum,
}

impl Fold {
    fn neutral(self) -> f64 {
        match self {
            Fold::Largest => f64::NEG_INFINITY,
            Fold::Sum => 0.0,
        }
    }

    fn combine(self, b: &mut KernelBuilder, left: Value, right: Value) -> Value {
        match self {
            Fold::Largest => b.larger(left, right),
            Fold::Sum => b.addf(left, right),
        }
    }

    fn combine_lanes(self, b: &mut KernelBuilder, vector: Value) -> Value {
        let (mut value, mut lanes) = (vector, b.lane_count(vector));
        while lanes > 1 {
            let half = lanes / 2;
            let low: Vec<i64> = (0..half as i64).collect();
            let high: Vec<i64> = (half as i64..lanes as i64).collect();
            let (low, high) = (b.shuffle(value, value, &low), b.shuffle(value, value, &high));
            value = self.combine(b, low, high);
            lanes = half;
        }
        b.extract_lane(value, 0)
    }
}

impl Attention<'_> {
    /// Makes exponentials of the scores of a tile; sums and maxima include them then, and factors say what sums so far
    /// are scaled with.
    pub(super) fn softmax(&self, b: &mut KernelBuilder, tile: &Tile) {
        b.for_each(0, tile.rows, 1, |b, row| {
            let seen = self.seen_by(b, tile, row);
            let largest = self.fold(b, Fold::Largest, seen, |b, key, lanes| self.score(b, tile, row, key, lanes));
            b.store(largest, self.scratch.factors, row, Lanes::SCALAR);
        });
        self.scale_sums(b, tile);
        b.for_each(0, tile.rows, 1, |b, row| {
            let seen = self.seen_by(b, tile, row);
            let own = b.add(tile.start, row);
            let maximum = b.load_scalar(self.scratch.maxima, own);
            let maximum = self.finite(b, maximum);
            let line = b.mul(row, self.plan.block_keys);
            let sum = self.fold(b, Fold::Sum, seen, |b, key, lanes| {
                let at = b.add(line, key);
                let score = b.load(self.scratch.scores, at, lanes);
                let maximum = b.splat(maximum, lanes.count);
                let shifted = b.subf(score, maximum);
                let exponential = b.exp(shifted);
                b.store(exponential, self.scratch.scores, at, lanes);
                exponential
            });
            if self.extents.causal.is_some() {
                let rest = b.sub(tile.seen, seen);
                let at = b.add(line, seen);
                fill_zero(b, self.scratch.scores, at, rest);
            }
            let before = b.load_scalar(self.scratch.sums, own);
            let sum = b.addf(before, sum);
            b.store(sum, self.scratch.sums, own, Lanes::SCALAR);
        });
    }

    /// How many keys of the block a query of the tile sees.
    fn seen_by(&self, b: &mut KernelBuilder, tile: &Tile, row: Index) -> Index {
        if self.extents.causal.is_none() {
            return tile.seen;
        }
        let past = b.add(tile.start, row);
        let past = b.add(past, 1);
        let end = self.seen(b, tile.region, past);
        let left = b.sub(end, tile.block.first);
        let left = b.max(left, 0);
        b.min(left, tile.seen)
    }

    /// A score as the softmax gets it; it is left so in memory.
    fn score(&self, b: &mut KernelBuilder, tile: &Tile, row: Index, key: Index, lanes: Lanes) -> Value {
        let line = b.mul(row, self.plan.block_keys);
        let at = b.add(line, key);
        let mut score = b.load(self.scratch.scores, at, lanes);
        if let Some(bound) = self.shape.softcap {
            let (inverse, bound) = (b.like(score, 1.0 / bound), b.like(score, bound));
            let small = b.mulf(score, inverse);
            let bounded = b.tanh(small);
            score = b.mulf(bounded, bound);
        }
        if let Some(mask) = self.shape.mask {
            let query = b.add(tile.region.first, tile.start);
            let query = b.add(query, row);
            let key = b.add(tile.block.first, key);
            let added = self.mask(b, mask, &[tile.region.head.as_slice(), &[query, key]].concat(), lanes);
            score = b.addf(score, added);
        }
        if self.shape.softcap.is_some() || self.shape.mask.is_some() {
            b.store(score, self.scratch.scores, at, lanes);
        }
        score
    }

    fn mask(&self, b: &mut KernelBuilder, input: usize, at: &[Index], lanes: Lanes) -> Value {
        let shape = &self.shape.spec.inputs[input].shape;
        let own = &Coordinate::row(at)[at.len() - shape.len()..];
        let along = |(&coordinate, dim): (&Coordinate, &kiln_ir::Dim)| match dim.is(1) {
            true => Coordinate::uniform(0),
            false => coordinate,
        };
        let own: Vec<Coordinate> = own.iter().zip(shape).map(along).collect();
        Body::new(&self.shape.spec, lanes).value(b, Source::Input(input), &own)
    }

    /// Takes the largest scores of the block, which are in `factors`, into the maxima; `factors` are what exponentials
    /// change by then, and sums are changed so.
    fn scale_sums(&self, b: &mut KernelBuilder, tile: &Tile) {
        let scratch = &self.scratch;
        let lanes = b.lanes_for(self.shape.element, tile.rows.into());
        b.vector_loop(0, tile.rows, lanes, |b, row, lanes| {
            let own = b.add(tile.start, row);
            let largest = b.load(scratch.factors, row, lanes);
            let before = b.load(scratch.maxima, own, lanes);
            let maximum = b.larger(largest, before);
            b.store(maximum, scratch.maxima, own, lanes);
            let maximum = self.finite(b, maximum);
            let change = b.subf(before, maximum);
            let factor = b.exp(change);
            b.store(factor, scratch.factors, row, lanes);
            let sum = b.load(scratch.sums, own, lanes);
            let sum = b.mulf(sum, factor);
            b.store(sum, scratch.sums, own, lanes);
        });
    }

    /// A maximum to subtract: 0 for minus infinity, of which the difference with itself were no number.
    fn finite(&self, b: &mut KernelBuilder, maximum: Value) -> Value {
        let lowest = b.like(maximum, f64::NEG_INFINITY);
        let is_lowest = b.compare_floats(FloatPredicate::OrderedEqual, maximum, lowest);
        let zero = b.like(maximum, 0.0);
        b.select(is_lowest, zero, maximum)
    }

    /// Combines what `value` gives for the first `count` keys of a row, a vector at a time.
    fn fold(
        &self,
        b: &mut KernelBuilder,
        how: Fold,
        count: Index,
        mut value: impl FnMut(&mut KernelBuilder, Index, Lanes) -> Value,
    ) -> Value {
        let (element, lanes) = (self.shape.element, self.plan.scores.lanes);
        let start = b.number(how.neutral(), element, lanes);
        let rest = b.rem(count, lanes);
        let whole = b.sub(count, rest);
        let vector = b.for_loop(0, whole, lanes, &[start], |b, key, folded| {
            let value = value(b, key, Lanes::full(lanes));
            vec![how.combine(b, value, folded[0])]
        })[0];
        if !b.target.has_masks || lanes == 1 {
            let folded = how.combine_lanes(b, vector);
            return b.for_loop(whole, count, 1, &[folded], |b, key, folded| {
                let value = value(b, key, Lanes::SCALAR);
                vec![how.combine(b, value, folded[0])]
            })[0];
        }
        let is_partial = match rest {
            Index::Constant(rest) => Condition::Constant(rest > 0),
            rest => b.compare(IntegerPredicate::SignedGreater, rest, 0),
        };
        let vector = b.if_else(
            is_partial,
            |b| {
                let mask = b.mask(rest, lanes);
                let value = value(b, whole, Lanes { count: lanes, mask: Some(mask) });
                let value = b.select(mask, value, start);
                vec![how.combine(b, value, vector)]
            },
            |_| vec![vector],
        )[0];
        how.combine_lanes(b, vector)
    }
}
