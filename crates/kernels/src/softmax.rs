//! Emits softmax and log_softmax: see `kiln_schedule::normalize`.

use crate::builder::{Body, Buffer, Combine, Coordinate, Index, KernelBuilder, Lanes};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Softmax<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    axis: usize,
    length: Index,
    is_log: bool,
    element: ElementType,
}

/// Writes the body of a kernel of family `softmax`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let extents = b.dims(&node.results[0].shape);
    let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
    let element = match node.results[0].element {
        ElementType::F64 => ElementType::F64,
        _ => ElementType::F32,
    };
    let is_log = node.is("log_softmax");
    let softmax = Softmax { spec, anchor, node, axis, length: extents[axis], is_log, element };
    let lanes = plan.size("lanes");
    let (begin, end) = (b.begin, b.end);
    if axis + 1 == extents.len() {
        let scratch = b.scratch(element, 0, extents[axis]);
        return b.for_each(begin, end, 1, |b, task| {
            let mut at = b.delinearize(task, &extents[..axis]);
            at.push(0.into());
            softmax.line(b, &at, scratch, lanes);
        });
    }
    let last = extents[extents.len() - 1];
    let blocks = b.ceil_div(last, lanes);
    let mut space: Vec<Index> = extents[..extents.len() - 1].to_vec();
    space.remove(axis);
    let elements = b.mul(extents[axis], lanes);
    let scratch = b.scratch(element, 0, elements);
    b.for_each(begin, end, 1, |b, task| {
        let row = b.div(task, blocks);
        let block = b.rem(task, blocks);
        let mut at = b.delinearize(row, &space);
        at.insert(axis, 0.into());
        let lower = b.mul(block, lanes);
        let upper = b.add(lower, lanes);
        let upper = b.min(upper, last);
        b.vector_loop(lower, upper, lanes, |b, column, lanes| {
            let at = [at.as_slice(), &[column]].concat();
            softmax.lines(b, &at, scratch, lanes);
        });
    });
}

impl Softmax<'_> {
    fn operand(&self, b: &mut KernelBuilder, at: &[Index], index: Index, lanes: Lanes) -> Value {
        let mut at = at.to_vec();
        at[self.axis] = index;
        Body::new(self.spec, lanes).value(b, self.node.operands[0], &Coordinate::row(&at))
    }

    fn store(&self, b: &mut KernelBuilder, value: Value, at: &[Index], index: Index, lanes: Lanes) {
        let mut at = at.to_vec();
        at[self.axis] = index;
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(&at));
    }

    /// One line along the last axis; lanes run along it. Vectors of partial results end in one scalar.
    fn line(&self, b: &mut KernelBuilder, at: &[Index], scratch: Buffer, lanes: usize) {
        let vectors = b.div(self.length, lanes);
        let vectors = b.mul(vectors, lanes);
        let maximum =
            self.fold(b, Combine::Maximum, vectors, lanes, &mut |b, index, lanes| self.operand(b, at, index, lanes));
        let sum = self.fold(b, Combine::Add, vectors, lanes, &mut |b, index, lanes| {
            let value = self.operand(b, at, index, lanes);
            let maximum = b.splat(maximum, lanes.count);
            let shifted = b.subf(value, maximum);
            let exp = b.exp(shifted);
            b.store(if self.is_log { shifted } else { exp }, scratch, index, lanes);
            exp
        });
        let factor = self.factor(b, sum);
        b.vector_loop(0, self.length, lanes, |b, index, lanes| {
            let value = b.load(scratch, index, lanes);
            let result = self.scale(b, value, factor);
            self.store(b, result, at, index, lanes);
        });
    }

    /// Combines what `value` gives over the whole line.
    fn fold(
        &self,
        b: &mut KernelBuilder,
        how: Combine,
        vectors: Index,
        lanes: usize,
        value: &mut dyn FnMut(&mut KernelBuilder, Index, Lanes) -> Value,
    ) -> Value {
        let start = [b.neutral(how, self.element, lanes), b.neutral(how, self.element, 1)];
        let sums = b.for_loop(0, vectors, lanes, &start[..1], |b, index, sums| {
            let value = value(b, index, Lanes::full(lanes));
            vec![b.combine(how, self.element, sums[0], value)]
        });
        let rest = b.for_loop(vectors, self.length, 1, &start[1..], |b, index, sums| {
            let value = value(b, index, Lanes::SCALAR);
            vec![b.combine(how, self.element, sums[0], value)]
        });
        let sum = b.combine_lanes(how, self.element, sums[0]);
        b.combine(how, self.element, sum, rest[0])
    }

    /// Lines side by side: lanes run along the last axis, the loop along the softmax' axis.
    fn lines(&self, b: &mut KernelBuilder, at: &[Index], scratch: Buffer, lanes: Lanes) {
        let start = b.neutral(Combine::Maximum, self.element, lanes.count);
        let maximum = b.for_loop(0, self.length, 1, &[start], |b, index, best| {
            let value = self.operand(b, at, index, lanes);
            vec![b.combine(Combine::Maximum, self.element, best[0], value)]
        })[0];
        let zero = b.neutral(Combine::Add, self.element, lanes.count);
        let whole = Lanes::full(lanes.count);
        let sum = b.for_loop(0, self.length, 1, &[zero], |b, index, sum| {
            let value = self.operand(b, at, index, lanes);
            let shifted = b.subf(value, maximum);
            let exp = b.exp(shifted);
            let place = b.mul(index, lanes.count);
            b.store(if self.is_log { shifted } else { exp }, scratch, place, whole);
            vec![b.addf(sum[0], exp)]
        })[0];
        let factor = self.factor(b, sum);
        b.for_each(0, self.length, 1, |b, index| {
            let place = b.mul(index, lanes.count);
            let value = b.load(scratch, place, whole);
            let result = self.scale(b, value, factor);
            self.store(b, result, at, index, lanes);
        });
    }

    /// What elements are scaled by: the sum's reciprocal, or its logarithm.
    fn factor(&self, b: &mut KernelBuilder, sum: Value) -> Value {
        if self.is_log {
            return b.log(sum);
        }
        let ty: Type = b.ty(sum);
        let one = b.float(1.0, ty);
        b.divf(one, sum)
    }

    fn scale(&self, b: &mut KernelBuilder, value: Value, factor: Value) -> Value {
        let lanes = b.lane_count(value);
        let factor = b.splat(factor, lanes);
        if self.is_log { b.subf(value, factor) } else { b.mulf(value, factor) }
    }
}
