//! Emits transposes by tiles: see `kiln_schedule::transpose`.

use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder, Lanes};
use kiln_arith::IntegerPredicate;
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, Plan, Source};

struct Transpose<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    from: Buffer,
    tile: usize,
    across: usize,
    /// Extents of the result.
    extents: Vec<Index>,
    /// Strides of the operand, in the order of the result's axes.
    strides: Vec<Index>,
}

/// Writes the body of a kernel of family `transpose`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let Source::Input(input) = node.operands[0] else { panic!("the planner takes operands from memory") };
    let own = b.tensor_strides(&spec.inputs[input]);
    let strides = node.integers("permutation", 0, 0).into_iter().map(|axis| own[axis as usize]).collect();
    let extents = b.dims(&node.results[0].shape);
    let (tile, across) = (plan.size("tile"), plan.size("across"));
    let transpose = Transpose { spec, anchor, from: b.inputs[input], tile, across, extents, strides };
    let last = transpose.extents.len() - 1;
    let blocks = b.ceil_div(transpose.extents[across], tile);
    let mut space = transpose.extents[..last].to_vec();
    space[across] = blocks;
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let mut at = b.delinearize(task, &space);
        let first = b.mul(at[across], tile);
        at[across] = first;
        at.push(0.into());
        let past = b.add(first, tile);
        let is_whole = b.compare(IntegerPredicate::SignedLessEqual, past, transpose.extents[across]);
        b.if_else(
            is_whole,
            |b| {
                match plan.flag("interleave") {
                    true => transpose.interleave(b, &at),
                    false => transpose.tiles(b, &at),
                }
                Vec::new()
            },
            |b| {
                transpose.each(b, &at, first, transpose.extents[across], 0.into());
                Vec::new()
            },
        );
    });
}

impl Transpose<'_> {
    /// A vector of the operand along its last axis, from the result's coordinates `at` on.
    fn load(&self, b: &mut KernelBuilder, at: &[Index]) -> Value {
        let offset = b.linear(at, &self.strides);
        b.load(self.from, offset, Lanes::full(self.tile))
    }

    /// Stores lanes of the result along its last axis.
    fn store(&self, b: &mut KernelBuilder, value: Value, at: &[Index], lanes: Lanes) {
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(at));
    }

    /// Turns over the square tiles along the last axis, then moves what is left element by element.
    fn tiles(&self, b: &mut KernelBuilder, at: &[Index]) {
        let last = at.len() - 1;
        let extent = self.extents[last];
        let rest = b.rem(extent, self.tile);
        let whole = b.sub(extent, rest);
        b.for_each(0, whole, self.tile, |b, column| {
            let mut rows = Vec::with_capacity(self.tile);
            for row in 0..self.tile {
                let mut place = at.to_vec();
                place[last] = b.add(column, row);
                rows.push(self.load(b, &place));
            }
            b.turn_over(&mut rows);
            for (row, &value) in rows.iter().enumerate() {
                let mut place = at.to_vec();
                place[self.across] = b.add(at[self.across], row);
                place[last] = column;
                self.store(b, value, &place, Lanes::full(self.tile));
            }
        });
        let past = b.add(at[self.across], self.tile);
        self.each(b, at, at[self.across], past, whole);
    }

    /// One vector of each of the last axis' few elements, stored interleaved.
    fn interleave(&self, b: &mut KernelBuilder, at: &[Index]) {
        let last = at.len() - 1;
        let count = self.extents[last].as_constant().expect("the planner saw a short static axis") as usize;
        let vectors: Vec<Value> = (0..count)
            .map(|element| {
                let mut place = at.to_vec();
                place[last] = element.into();
                self.load(b, &place)
            })
            .collect();
        let lanes = self.tile;
        for part in 0..count {
            // Element `part * lanes + lane` of the stretch is lane `.. / count` of vector `.. % count`.
            let mut value = vectors[0];
            for (number, &vector) in vectors.iter().enumerate() {
                let choose = |lane: usize| {
                    let element = part * lanes + lane;
                    let from = element / count;
                    match number {
                        0 => from as i64,
                        _ if element % count == number => (lanes + from) as i64,
                        _ => lane as i64,
                    }
                };
                let choice: Vec<i64> = (0..lanes).map(choose).collect();
                value = b.shuffle(value, vector, &choice);
            }
            self.store_stretch(b, value, at, part * lanes);
        }
    }

    /// Stores a vector `distance` elements after the result's element `at`, in memory order.
    fn store_stretch(&self, b: &mut KernelBuilder, value: Value, at: &[Index], distance: usize) {
        let strides = b.strides(&self.extents);
        let offset = b.linear(at, &strides);
        let offset = b.add(offset, distance);
        b.store(value, b.outputs[0], offset, Lanes::full(self.tile));
    }

    /// Element by element: `across` in a range, the last axis from `column` on.
    fn each(&self, b: &mut KernelBuilder, at: &[Index], from: Index, to: Index, column: Index) {
        let last = at.len() - 1;
        b.for_each(from, to, 1, |b, row| {
            b.for_each(column, self.extents[last], 1, |b, column| {
                let mut place = at.to_vec();
                place[self.across] = row;
                place[last] = column;
                let offset = b.linear(&place, &self.strides);
                let value = b.load_scalar(self.from, offset);
                self.store(b, value, &place, Lanes::SCALAR);
            });
        });
    }
}
