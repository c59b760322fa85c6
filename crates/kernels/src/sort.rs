//! Emits top_k of many elements: see `kiln_schedule::sort`.
//!
//! Places are sorted, not elements: runs of a few by counting which come before which, then runs are merged two by two,
//! until one is left. Of elements that are equal the first comes first throughout.

use crate::builder::{Body, Buffer, Condition, Coordinate, Index, KernelBuilder, Lanes};
use crate::map::nest;
use crate::scan::is_better;
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Sort<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    element: ElementType,
    length: Index,
    /// How many elements are wanted.
    count: Index,
    run: i64,
    largest: bool,
    /// The line's places, twice.
    places: Buffer,
    /// The line's elements.
    keys: Buffer,
}

/// Passes of merging: as many as runs of the most elements there can be take.
const MOST_PASSES: i64 = 60;

/// Writes the body of a kernel of family `sort`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
    let extents = b.dims(&spec.operand(anchor, 0).shape);
    let (outer, inner) = (extents[..axis].to_vec(), extents[axis + 1..].to_vec());
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let element = spec.operand(anchor, 0).element;
        let length = extents[axis];
        let count = b.dim(node.results[0].shape[axis]);
        let twice = b.mul(length, 2);
        let lines = b.ceil_div(length, 4);
        let bytes = b.mul(lines, 64);
        let places = b.scratch(ElementType::I64, 0, twice);
        let keys = b.scratch(element, bytes, length);
        let largest = node.attributes.bool("largest").unwrap_or(true);
        let sort = Sort { spec, anchor, node, element, length, count, run: plan.int("run"), largest, places, keys };
        let before = b.delinearize(task, &outer);
        nest(b, Vec::new(), &inner, |b, after| sort.line(b, &before, after));
    });
}

impl Sort<'_> {
    fn line(&self, b: &mut KernelBuilder, before: &[Index], after: &[Index]) {
        b.for_each(0, self.length, 1, |b, index| {
            let at = [before, &[index], after].concat();
            let at: Vec<Coordinate> = at.iter().map(|&index| Coordinate::uniform(index)).collect();
            let value = Body::new(self.spec, Lanes::SCALAR).value(b, self.node.operands[0], &at);
            b.store(value, self.keys, index, Lanes::SCALAR);
        });
        b.for_each(0, self.length, self.run, |b, first| {
            let end = b.add(first, self.run);
            let end = b.min(end, self.length);
            self.sort_run(b, first, end);
        });
        let sorted = self.merge_all(b);
        let count = b.min(self.count, self.length);
        b.for_each(0, count, 1, |b, rank| {
            let from = b.add(sorted, rank);
            let place = b.load_scalar(self.places, from);
            let key = self.key(b, place);
            let mut body = Body::new(self.spec, Lanes::SCALAR);
            body.define(Source::Node { node: self.anchor, result: 0 }, key);
            body.define(Source::Node { node: self.anchor, result: 1 }, place);
            let at = [before, &[rank], after].concat();
            body.store_outputs(b, &Coordinate::row(&at));
        });
    }

    /// The element at a place.
    fn key(&self, b: &mut KernelBuilder, place: Value) -> Value {
        let place = b.op("arith.index_cast", &[place], Type::index());
        b.load_scalar(self.keys, place)
    }

    fn is_before(&self, b: &mut KernelBuilder, one: Value, other: Value) -> Value {
        is_better(b, self.element, one, other, self.largest, self.largest)
    }

    /// Puts each place of a run where as many come before it as do.
    fn sort_run(&self, b: &mut KernelBuilder, first: Index, end: Index) {
        let (none, one) = (b.index_constant(0), b.index_constant(1));
        b.for_each(first, end, 1, |b, index| {
            let key = b.load_scalar(self.keys, index);
            let earlier = b.for_loop(first, index, 1, &[none], |b, other, count| {
                let other = b.load_scalar(self.keys, other);
                let is_behind = self.is_before(b, key, other);
                let step = b.select(is_behind, none, one);
                vec![b.addi(count[0], step)]
            });
            let next = b.add(index, 1);
            let rank = b.for_loop(next, end, 1, &earlier, |b, other, count| {
                let other = b.load_scalar(self.keys, other);
                let is_ahead = self.is_before(b, other, key);
                let step = b.select(is_ahead, one, none);
                vec![b.addi(count[0], step)]
            });
            let at = b.add(first, Index::Value(rank[0]));
            let place = b.index(index);
            let place = b.op("arith.index_cast", &[place], Type::i64());
            b.store(place, self.places, at, Lanes::SCALAR);
        });
    }

    /// Merges runs until there is one; returns where it begins.
    fn merge_all(&self, b: &mut KernelBuilder) -> Index {
        let (run, from, to) = (b.index_constant(self.run), b.index_constant(0), b.index(self.length));
        let last = b.for_loop(0, MOST_PASSES, 1, &[run, from, to], |b, _, state| {
            let &[run, from, to] = state else { return state.to_vec() };
            let is_left = b.less(Index::Value(run), self.length);
            b.if_else(
                is_left,
                |b| {
                    let run = Index::Value(run);
                    let pair = b.mul(run, 2);
                    b.for_each(0, self.length, pair, |b, first| {
                        let middle = b.add(first, run);
                        let middle = b.min(middle, self.length);
                        let end = b.add(middle, run);
                        let end = b.min(end, self.length);
                        self.merge(b, [first, middle, end], from, to);
                    });
                    vec![b.index(pair), to, from]
                },
                |_| state.to_vec(),
            )
        });
        Index::Value(last[1])
    }

    /// Merges the runs between three borders.
    fn merge(&self, b: &mut KernelBuilder, [first, middle, end]: [Index; 3], from: Value, to: Value) {
        let heads = [b.index(first), b.index(middle)];
        let last = b.sub(self.length, 1);
        b.for_loop(first, end, 1, &heads, |b, at, heads| {
            let (left, right) = (Index::Value(heads[0]), Index::Value(heads[1]));
            // A run that has ended is read at a place that there is, and not taken.
            let [left_place, right_place] = [left, right].map(|head| {
                let head = b.min(head, last);
                let head = b.add(Index::Value(from), head);
                b.load_scalar(self.places, head)
            });
            let (left_key, right_key) = (self.key(b, left_place), self.key(b, right_place));
            let is_right_first = self.is_before(b, right_key, left_key);
            let has_left = b.less(left, middle);
            let has_left = b.condition(has_left);
            let has_right = b.less(right, end);
            let has_right = b.condition(has_right);
            let yes = b.bool_constant(true);
            let no_left = b.xori(has_left, yes);
            let takes_right = b.ori(no_left, is_right_first);
            let takes_right = b.andi(takes_right, has_right);
            let place = b.select(takes_right, right_place, left_place);
            let target = b.add(Index::Value(to), at);
            b.store(place, self.places, target, Lanes::SCALAR);
            let takes_right = Condition::Value(takes_right);
            let (next_left, next_right) = (b.add(left, 1), b.add(right, 1));
            let left = b.select_index(takes_right, left, next_left);
            let right = b.select_index(takes_right, next_right, right);
            vec![b.index(left), b.index(right)]
        });
    }
}
