//! Emits rotary embeddings: see `kiln_schedule::rotary_embedding`.

use crate::builder::{Body, Coordinate, Index, KernelBuilder, Lanes};
use crate::map::walk_space;
use kiln_graph::RotaryView;
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, Plan, Source, rotary_embedding};

/// Writes the body of a kernel of family `rotary_embedding`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let view = rotary_embedding::view(spec, anchor).expect("the planner has seen the op");
    let embedding = Embedding { spec, anchor, view };
    let shape = &spec.nodes[anchor].results[0].shape;
    let extents = b.dims(&rotary_embedding::rows(shape));
    walk_space(b, plan, &extents, |b, outer, _, upper, lanes| {
        let row = &outer[outer.len() + 1 - shape.len()..];
        embedding.turn(b, row, lanes);
        b.vector_loop(view.turned as i64, upper, lanes, |b, index, lanes| embedding.copy(b, row, index, lanes));
    });
}

struct Embedding<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    view: RotaryView,
}

/// Cosines and sines of a vector of elements.
struct Angles {
    cos: Value,
    sin: Value,
}

impl Embedding<'_> {
    /// Turns the pairs of a row.
    fn turn(&self, b: &mut KernelBuilder, row: &[Index], lanes: usize) {
        let pairs = self.view.turned as i64 / 2;
        b.vector_loop(0, pairs, lanes, |b, index, lanes| match self.view.interleaved {
            true => self.turn_neighbours(b, row, index, lanes),
            false => self.turn_halves(b, row, index, lanes),
        });
    }

    /// Pairs from `pair` on, of two halves of the row.
    fn turn_halves(&self, b: &mut KernelBuilder, row: &[Index], pair: Index, lanes: Lanes) {
        let distance = b.add(pair, self.view.turned as i64 / 2);
        let mut body = Body::new(self.spec, lanes);
        let first = self.element(b, &mut body, row, pair);
        let second = self.element(b, &mut body, row, distance);
        let left = self.angles(b, &mut body, row, pair);
        let right = if self.view.by_element { &self.angles(b, &mut body, row, distance) } else { &left };
        let (kept, crossed) = (b.mulf(first, left.cos), b.mulf(second, left.sin));
        let real = b.subf(kept, crossed);
        let (kept, crossed) = (b.mulf(second, right.cos), b.mulf(first, right.sin));
        let imaginary = b.addf(kept, crossed);
        self.store(b, row, pair, real, lanes);
        self.store(b, row, distance, imaginary, lanes);
    }

    /// Pairs from `pair` on, of neighbours: vectors of twice as many elements.
    fn turn_neighbours(&self, b: &mut KernelBuilder, row: &[Index], pair: Index, lanes: Lanes) {
        let count = 2 * lanes.count;
        let mask = lanes.mask.map(|_| {
            let rest = b.sub(self.view.turned as i64 / 2, pair);
            let rest = b.mul(rest, 2);
            b.mask(rest, count)
        });
        let (wide, at) = (Lanes { count, mask }, b.mul(pair, 2));
        let mut body = Body::new(self.spec, wide);
        let own = self.element(b, &mut body, row, at);
        let angles = match self.view.by_element {
            true => self.angles(b, &mut body, row, at),
            false => {
                let angles = self.angles(b, &mut Body::new(self.spec, lanes), row, pair);
                Angles { cos: twice(b, angles.cos, lanes.count), sin: twice(b, angles.sin, lanes.count) }
            }
        };
        let neighbours: Vec<i64> = (0..count as i64).map(|lane| lane ^ 1).collect();
        let other = b.shuffle(own, own, &neighbours);
        let (kept, crossed) = (b.mulf(own, angles.cos), b.mulf(other, angles.sin));
        let (real, imaginary) = (b.subf(kept, crossed), b.addf(kept, crossed));
        let by_turns: Vec<i64> = (0..count as i64).map(|lane| lane + lane % 2 * count as i64).collect();
        let value = b.shuffle(real, imaginary, &by_turns);
        self.store(b, row, at, value, wide);
    }

    /// Elements that are not turned.
    fn copy(&self, b: &mut KernelBuilder, row: &[Index], index: Index, lanes: Lanes) {
        let value = self.element(b, &mut Body::new(self.spec, lanes), row, index);
        self.store(b, row, index, value, lanes);
    }

    fn element(&self, b: &mut KernelBuilder, body: &mut Body, row: &[Index], index: Index) -> Value {
        let source = self.spec.nodes[self.anchor].operands[0];
        body.value(b, source, &Coordinate::row(&[row, &[index]].concat()))
    }

    fn angles(&self, b: &mut KernelBuilder, body: &mut Body, row: &[Index], index: Index) -> Angles {
        let at = Coordinate::row(&[row, &[index]].concat());
        let mut load = |operand: usize| {
            let source = self.spec.nodes[self.anchor].operands[operand];
            let at = body.broadcast(source, &at);
            body.value(b, source, &at)
        };
        Angles { cos: load(1), sin: load(2) }
    }

    fn store(&self, b: &mut KernelBuilder, row: &[Index], index: Index, value: Value, lanes: Lanes) {
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(&[row, &[index]].concat()));
    }
}

/// Each of `count` lanes, two times.
fn twice(b: &mut KernelBuilder, value: Value, count: usize) -> Value {
    if count == 1 {
        return b.splat(value, 2);
    }
    let lanes: Vec<i64> = (0..2 * count as i64).map(|lane| lane / 2).collect();
    b.shuffle(value, value, &lanes)
}
