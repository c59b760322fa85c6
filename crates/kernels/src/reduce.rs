//! Emits reductions: see `kiln_schedule::reduce`.
//!
//! The order in which elements are combined depends on the plan alone: a fixed number of accumulators, joined in a
//! fixed order.

use crate::builder::{Body, Combine, Coordinate, Index, KernelBuilder, Lanes};
use crate::map::groups;
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, Plan, Source, reduce};
use kiln_tensor::ElementType;

/// Vectors of partial results along a reduced last axis: enough to hide the latency of an addition.
const ACCUMULATORS: usize = 4;

/// The reduction of one kernel.
struct Reduction<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    axes: Vec<usize>,
    how: Combine,
    element: ElementType,
    extents: Vec<Index>,
}

/// Writes the body of a kernel of family `reduce`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let merging = plan.options.i64s("merge").map(|sizes| groups(&sizes));
    let merged = merging.as_ref().and_then(|groups| reduce::merge(spec, anchor, groups));
    let axes = reduce::merged_axes(spec, anchor, merging.as_ref());
    let spec = merged.as_ref().unwrap_or(spec);
    let how = match spec.nodes[anchor].op() {
        "reduce_max" => Combine::Maximum,
        "reduce_min" => Combine::Minimum,
        "reduce_product" => Combine::Multiply,
        _ => Combine::Add,
    };
    let extents = b.dims(&spec.operand(anchor, 0).shape);
    let element = spec.nodes[anchor].results[0].element;
    let reduction = Reduction { spec, anchor, axes, how, element, extents };
    let results = b.dims(&spec.nodes[anchor].results[0].shape);
    let (begin, end) = (b.begin, b.end);
    match plan.size("columns") {
        0 => b.for_each(begin, end, 1, |b, task| {
            let at = b.delinearize(task, &results);
            reduction.element(b, &at, plan.size("lanes"));
        }),
        columns => b.for_each(begin, end, 1, |b, task| {
            let (&last, outer) = results.split_last().expect("a kept last axis exists");
            let blocks = b.ceil_div(last, columns);
            let row = b.div(task, blocks);
            let block = b.rem(task, blocks);
            let at = b.delinearize(row, outer);
            let lower = b.mul(block, columns);
            let upper = b.add(lower, columns);
            let upper = b.min(upper, last);
            reduction.columns(b, &at, lower, upper, plan.size("lanes"));
        }),
    }
}

impl Reduction<'_> {
    fn operand(&self, b: &mut KernelBuilder, at: &[Coordinate], lanes: Lanes) -> Value {
        Body::new(self.spec, lanes).value(b, self.spec.nodes[self.anchor].operands[0], at)
    }

    /// One element of the result, lanes running along the last axis, which is reduced.
    fn element(&self, b: &mut KernelBuilder, at: &[Index], lanes: usize) {
        let neutral = b.neutral(self.how, self.element, lanes);
        let scalar = b.neutral(self.how, self.element, 1);
        let outer: Vec<usize> = self.axes.iter().copied().filter(|&axis| axis + 1 != self.extents.len()).collect();
        let mut start = vec![neutral; ACCUMULATORS];
        start.push(scalar);
        let sums = self.walk(b, &outer, at.to_vec(), &start, &mut |b, at, sums| self.row(b, at, sums, lanes));
        let (&tail, vectors) = sums.split_last().expect("the scalar was carried too");
        let sum = self.join(b, vectors);
        let sum = b.combine_lanes(self.how, self.element, sum);
        let total = b.combine(self.how, self.element, sum, tail);
        self.finish(b, total, at, Lanes::SCALAR);
    }

    /// Joins accumulators pairwise.
    fn join(&self, b: &mut KernelBuilder, values: &[Value]) -> Value {
        let mut values = values.to_vec();
        while values.len() > 1 {
            values = values.chunks(2).map(|pair| self.join_pair(b, pair)).collect();
        }
        values[0]
    }

    fn join_pair(&self, b: &mut KernelBuilder, pair: &[Value]) -> Value {
        match *pair {
            [left, right] => b.combine(self.how, self.element, left, right),
            _ => pair[0],
        }
    }

    /// Adds the elements along the last axis: whole groups of vectors, then vectors, then what is left.
    fn row(&self, b: &mut KernelBuilder, at: &[Index], sums: &[Value], lanes: usize) -> Vec<Value> {
        let Some(&extent) = self.extents.last() else {
            let value = self.operand(b, &[], Lanes::SCALAR);
            let mut sums = sums.to_vec();
            let tail = sums.len() - 1;
            sums[tail] = b.combine(self.how, self.element, sums[tail], value);
            return sums;
        };
        let last = self.extents.len() - 1;
        let place = |index: Index| {
            let mut place = at.to_vec();
            place[last] = index;
            Coordinate::row(&place)
        };
        let group = lanes * ACCUMULATORS;
        let in_groups = b.div(extent, group);
        let in_groups = b.mul(in_groups, group);
        let in_vectors = b.div(extent, lanes);
        let in_vectors = b.mul(in_vectors, lanes);
        let sums = b.for_loop(0, in_groups, group, sums, |b, index, sums| {
            let mut sums = sums.to_vec();
            for part in 0..ACCUMULATORS {
                let index = b.add(index, part * lanes);
                let value = self.operand(b, &place(index), Lanes::full(lanes));
                sums[part] = b.combine(self.how, self.element, sums[part], value);
            }
            sums
        });
        let mut sums = sums;
        let first = b.for_loop(in_groups, in_vectors, lanes, &sums[..1], |b, index, sum| {
            let value = self.operand(b, &place(index), Lanes::full(lanes));
            vec![b.combine(self.how, self.element, sum[0], value)]
        });
        sums[0] = first[0];
        let tail = sums.len() - 1;
        let rest = b.for_loop(in_vectors, extent, 1, &sums[tail..], |b, index, sum| {
            let value = self.operand(b, &place(index), Lanes::SCALAR);
            vec![b.combine(self.how, self.element, sum[0], value)]
        });
        sums[tail] = rest[0];
        sums
    }

    /// A stretch of the last axis, which is kept; lanes run along it.
    fn columns(&self, b: &mut KernelBuilder, outer: &[Index], lower: Index, upper: Index, lanes: usize) {
        b.vector_loop(lower, upper, lanes, |b, column, lanes| {
            let at = [outer, &[column]].concat();
            let neutral = b.neutral(self.how, self.element, lanes.count);
            let sum = self.walk(b, &self.axes, at.clone(), &[neutral], &mut |b, at, sums| {
                let value = self.operand(b, &Coordinate::row(at), lanes);
                vec![b.combine(self.how, self.element, sums[0], value)]
            });
            self.finish(b, sum[0], &at, lanes);
        });
    }

    /// Loops over `axes`, carrying values.
    fn walk(
        &self,
        b: &mut KernelBuilder,
        axes: &[usize],
        at: Vec<Index>,
        carried: &[Value],
        body: &mut dyn FnMut(&mut KernelBuilder, &[Index], &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let Some((&axis, rest)) = axes.split_first() else { return body(b, &at, carried) };
        b.for_loop(0, self.extents[axis], 1, carried, |b, index, carried| {
            let mut at = at;
            at[axis] = index;
            self.walk(b, rest, at, carried, body)
        })
    }

    fn finish(&self, b: &mut KernelBuilder, value: Value, at: &[Index], lanes: Lanes) {
        let node = &self.spec.nodes[self.anchor];
        let value = if node.is("reduce_mean") { self.mean(b, value) } else { value };
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(at));
    }

    fn mean(&self, b: &mut KernelBuilder, sum: Value) -> Value {
        let factors: Vec<Index> = self.axes.iter().map(|&axis| self.extents[axis]).collect();
        let count = b.product(&factors);
        let count = b.index(count);
        let count = b.op("arith.index_cast", &[count], Type::i64());
        let count = b.cast(count, ElementType::I64, self.element);
        let lanes = b.lane_count(sum);
        let count = b.splat(count, lanes);
        if self.element.is_float() { b.divf(sum, count) } else { b.integer_divide(sum, count, self.element) }
    }
}
