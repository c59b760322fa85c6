//! Emits lrn (local response normalization): see `kiln_schedule::normalize`.

use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder, Lanes};
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Lrn<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    element: ElementType,
    size: i64,
    /// Channels before the one at hand that take part.
    before: i64,
}

/// Writes the body of a kernel of family `lrn`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let element = match node.results[0].element {
        ElementType::F64 => ElementType::F64,
        _ => ElementType::F32,
    };
    let size = node.attributes.i64("size").unwrap_or(1);
    let lrn = Lrn { spec, anchor, node, element, size, before: (size - 1) / 2 };
    let extents = b.dims(&node.results[0].shape);
    let (&last, outer) = extents.split_last().expect("lrn has a channel axis");
    let lanes = plan.size("lanes");
    let scratch = node.is_channels_last().then(|| {
        let elements = b.add(last, size);
        b.scratch(element, 0, elements)
    });
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, outer);
        match scratch {
            Some(scratch) => lrn.channels_last(b, &at, last, scratch, lanes),
            None => lrn.channels_first(b, &at, &extents, lanes),
        }
    });
}

impl Lrn<'_> {
    fn operand(&self, b: &mut KernelBuilder, at: &[Index], lanes: Lanes) -> Value {
        Body::new(self.spec, lanes).value(b, self.node.operands[0], &Coordinate::row(at))
    }

    /// A line of channels: squares go to scratch memory, with zeros around them, so that neighbours are plain loads.
    fn channels_last(&self, b: &mut KernelBuilder, outer: &[Index], channels: Index, scratch: Buffer, lanes: usize) {
        let at = |index: Index| [outer, &[index]].concat();
        let zero = b.number(0.0, self.element, 1);
        for index in 0..self.before {
            b.store(zero, scratch, index, Lanes::SCALAR);
        }
        for index in self.before..self.size - 1 {
            let place = b.add(channels, index);
            b.store(zero, scratch, place, Lanes::SCALAR);
        }
        b.vector_loop(0, channels, lanes, |b, index, lanes| {
            let value = self.operand(b, &at(index), lanes);
            let square = b.mulf(value, value);
            let place = b.add(index, self.before);
            b.store(square, scratch, place, lanes);
        });
        b.vector_loop(0, channels, lanes, |b, index, lanes| {
            let mut sum = b.number(0.0, self.element, lanes.count);
            for neighbour in 0..self.size {
                let place = b.add(index, neighbour);
                let square = b.load(scratch, place, lanes);
                sum = b.addf(sum, square);
            }
            self.finish(b, &at(index), sum, lanes);
        });
    }

    /// A line along the last axis, the channels around it read one after the other.
    fn channels_first(&self, b: &mut KernelBuilder, outer: &[Index], extents: &[Index], lanes: usize) {
        const CHANNEL: usize = 1;
        let last = extents[extents.len() - 1];
        let first = b.sub(outer[CHANNEL], self.before);
        let end = b.add(first, self.size);
        let (low, high) = (b.max(first, 0), b.min(end, extents[CHANNEL]));
        b.vector_loop(0, last, lanes, |b, index, lanes| {
            let at = [outer, &[index]].concat();
            let zero = b.number(0.0, self.element, lanes.count);
            let sum = b.for_loop(low, high, 1, &[zero], |b, channel, sum| {
                let mut at = at.clone();
                at[CHANNEL] = channel;
                let value = self.operand(b, &at, lanes);
                vec![b.fma(value, value, sum[0])]
            });
            self.finish(b, &at, sum[0], lanes);
        });
    }

    /// `x / (bias + alpha / size * sum) ^ beta`.
    fn finish(&self, b: &mut KernelBuilder, at: &[Index], sum: Value, lanes: Lanes) {
        let float = |name: &str| self.node.attributes.f64(name).unwrap_or(0.0);
        let (alpha, beta, bias) = (float("alpha"), float("beta"), float("bias"));
        let scale = b.number(alpha / self.size as f64, self.element, lanes.count);
        let bias = b.number(bias, self.element, lanes.count);
        let base = b.fma(sum, scale, bias);
        let divisor = if beta == 0.75 {
            // x^(3/4) by two square roots.
            let root = b.unary("math.sqrt", base);
            let fourth = b.unary("math.sqrt", root);
            b.mulf(root, fourth)
        } else if beta == 0.5 {
            b.unary("math.sqrt", base)
        } else {
            let beta = b.number(beta, self.element, lanes.count);
            b.power(base, beta)
        };
        let value = self.operand(b, at, lanes);
        let value = b.divf(value, divisor);
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(at));
    }
}
