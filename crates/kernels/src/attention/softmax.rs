//! The softmax of a tile of scores, as far as it is known: exponentials relative to the largest score so far.

use super::exponential::exp2_in_brief;
use super::{Attention, Tile};
use crate::builder::{Body, Condition, Coordinate, Index, KernelBuilder, Lanes};
use crate::gemm::fill_zero;
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::Value;
use kiln_schedule::Source;
use std::f64::consts::LOG2_E;

/// Vectors that are folded side by side.
const ABREAST: usize = 4;

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
            let exponentials = if self.plan.uses_tiles() { self.scratch.exponentials } else { self.scratch.scores };
            let sum = self.fold(b, Fold::Sum, seen, |b, key, lanes| {
                let at = b.add(line, key);
                let score = b.load(self.scratch.scores, at, lanes);
                let maximum = b.splat(maximum, lanes.count);
                let exponential = self.exponential(b, score, maximum);
                b.store(exponential, exponentials, at, lanes);
                exponential
            });
            let counted = if self.plan.uses_tiles() { self.multiplied_keys(b, tile.seen) } else { tile.seen };
            if self.extents.causal.is_some() || self.plan.uses_tiles() {
                let rest = b.sub(counted, seen);
                let at = b.add(line, seen);
                fill_zero(b, exponentials, at, rest);
            }
            let before = b.load_scalar(self.scratch.sums, own);
            let sum = b.addf(before, sum);
            b.store(sum, self.scratch.sums, own, Lanes::SCALAR);
        });
    }

    /// `e` to the difference of two scores.
    fn exponential(&self, b: &mut KernelBuilder, score: Value, maximum: Value) -> Value {
        if !self.plan.uses_tiles() {
            let shifted = b.subf(score, maximum);
            return b.exp(shifted);
        }
        let scale = if self.keeps_scores() { self.shape.scale } else { 1.0 };
        let (up, down) = (b.like(score, scale * LOG2_E), b.like(score, -scale * LOG2_E));
        let maximum = b.mulf(maximum, down);
        let shifted = b.fma(score, up, maximum);
        exp2_in_brief(b, shifted)
    }

    /// Whether scores stay in memory as the products are. Those of tiles are not scaled yet; where that keeps their order,
    /// the exponentials' arguments are.
    fn keeps_scores(&self) -> bool {
        let keeps_order = !self.plan.uses_tiles() || self.shape.scale > 0.0;
        self.shape.softcap.is_none() && self.shape.mask.is_none() && keeps_order
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
        if self.keeps_scores() {
            return score;
        }
        if self.plan.uses_tiles() {
            let scale = b.like(score, self.shape.scale);
            score = b.mulf(score, scale);
        }
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
        b.store(score, self.scratch.scores, at, lanes);
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
        let lanes = b.lanes_for(self.shape.element, tile.rows);
        b.vector_loop(0, tile.rows, lanes, |b, row, lanes| {
            let own = b.add(tile.start, row);
            let largest = b.load(scratch.factors, row, lanes);
            let before = b.load(scratch.maxima, own, lanes);
            let maximum = b.larger(largest, before);
            b.store(maximum, scratch.maxima, own, lanes);
            let maximum = self.finite(b, maximum);
            let factor = self.exponential(b, before, maximum);
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
        let (begun, vector) = match how {
            Fold::Largest => self.fold_abreast(b, how, whole, start, &mut value),
            Fold::Sum => (0.into(), start),
        };
        let vector = b.for_loop(begun, whole, lanes, &[vector], |b, key, folded| {
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

    /// Combines vectors by the four, each into a value of its own, so that none waits for the one before; returns how many
    /// keys that were, and the values as one.
    fn fold_abreast(
        &self,
        b: &mut KernelBuilder,
        how: Fold,
        count: Index,
        start: Value,
        value: &mut impl FnMut(&mut KernelBuilder, Index, Lanes) -> Value,
    ) -> (Index, Value) {
        let lanes = self.plan.scores.lanes;
        let rest = b.rem(count, ABREAST * lanes);
        let whole = b.sub(count, rest);
        let folded = b.for_loop(0, whole, ABREAST * lanes, &[start; ABREAST], |b, key, folded| {
            let mut combined = Vec::with_capacity(ABREAST);
            for (number, &folded) in folded.iter().enumerate() {
                let key = b.add(key, number * lanes);
                let value = value(b, key, Lanes::full(lanes));
                combined.push(how.combine(b, value, folded));
            }
            combined
        });
        let (&first, others) = folded.split_first().expect("there are several");
        (whole, others.iter().fold(first, |folded, &other| how.combine(b, other, folded)))
    }
}
