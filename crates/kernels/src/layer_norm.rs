//! Emits layer_norm and rms_norm: see `kiln_schedule::normalize`.

use crate::builder::{Body, Combine, Coordinate, Index, KernelBuilder, Lanes};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

/// Vectors of partial sums along a line.
const ACCUMULATORS: usize = 4;

struct LayerNorm<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    /// Extents of the normalized axes.
    inner: Vec<Index>,
    /// Their product.
    length: Index,
    scale: Option<Source>,
    bias: Option<Source>,
    epsilon: f64,
    element: ElementType,
    /// Whether the mean is subtracted.
    is_centred: bool,
}

/// Writes the body of a kernel of family `layer_norm`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let extents = b.dims(&node.results[0].shape);
    let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
    let (outer, inner) = extents.split_at(axis);
    let segments = node.attributes.i64s("operandSegmentSizes");
    let has_scale = segments.as_ref().map_or(node.operands.len() > 1, |sizes| sizes[1] == 1);
    let scale = has_scale.then(|| node.operands[1]);
    let bias = node.operands.get(1 + usize::from(has_scale)).copied();
    let element = match node.results[0].element {
        ElementType::F64 => ElementType::F64,
        _ => ElementType::F32,
    };
    let epsilon = node.attributes.f64("epsilon").unwrap_or(0.0);
    let length = b.product(inner);
    let is_centred = node.op() == "layer_norm";
    let norm =
        LayerNorm { spec, anchor, node, inner: inner.to_vec(), length, scale, bias, epsilon, element, is_centred };
    let lanes = plan.size("lanes");
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, outer);
        norm.line(b, &at, lanes);
    });
}

impl LayerNorm<'_> {
    /// The coordinates of element `index` of a line.
    fn place(&self, b: &mut KernelBuilder, outer: &[Index], index: Index) -> Vec<Coordinate> {
        let inner = if let [_] = self.inner[..] { vec![index] } else { b.delinearize(index, &self.inner) };
        Coordinate::row(&[outer, &inner].concat())
    }

    fn line(&self, b: &mut KernelBuilder, outer: &[Index], lanes: usize) {
        let count = b.index(self.length);
        let count = b.op("arith.index_cast", &[count], Type::i64());
        let count = b.cast(count, ElementType::I64, self.element);
        let mean = match self.is_centred {
            true => self.mean(b, outer, lanes, count),
            false => b.number(0.0, self.element, 1),
        };
        let squares = self.fold(b, lanes, &mut |b, index, lanes| {
            let at = self.place(b, outer, index);
            let value = Body::new(self.spec, lanes).value(b, self.node.operands[0], &at);
            let distance = self.distance(b, value, mean, lanes);
            b.mulf(distance, distance)
        });
        let variance = b.divf(squares, count);
        let epsilon = b.number(self.epsilon, self.element, 1);
        let variance = b.addf(variance, epsilon);
        let deviation = b.unary("math.sqrt", variance);
        let one = b.number(1.0, self.element, 1);
        let factor = b.divf(one, deviation);
        b.vector_loop(0, self.length, lanes, |b, index, lanes| self.write(b, outer, index, mean, factor, lanes));
    }

    /// The mean of a line of `count` elements.
    fn mean(&self, b: &mut KernelBuilder, outer: &[Index], lanes: usize, count: Value) -> Value {
        let sum = self.fold(b, lanes, &mut |b, index, lanes| {
            let at = self.place(b, outer, index);
            Body::new(self.spec, lanes).value(b, self.node.operands[0], &at)
        });
        b.divf(sum, count)
    }

    /// The sum of what `value` gives over a line.
    fn fold(
        &self,
        b: &mut KernelBuilder,
        lanes: usize,
        value: &mut dyn FnMut(&mut KernelBuilder, Index, Lanes) -> Value,
    ) -> Value {
        let zero = b.number(0.0, self.element, lanes);
        let scalar_zero = b.number(0.0, self.element, 1);
        let group = lanes * ACCUMULATORS;
        let groups = b.div(self.length, group);
        let groups = b.mul(groups, group);
        let vectors = b.div(self.length, lanes);
        let vectors = b.mul(vectors, lanes);
        let sums = b.for_loop(0, groups, group, &[zero; ACCUMULATORS], |b, index, sums| {
            let mut next = Vec::with_capacity(ACCUMULATORS);
            for (part, &sum) in sums.iter().enumerate() {
                let index = b.add(index, part * lanes);
                let value = value(b, index, Lanes::full(lanes));
                next.push(b.addf(sum, value));
            }
            next
        });
        let first = b.for_loop(groups, vectors, lanes, &sums[..1], |b, index, sum| {
            let value = value(b, index, Lanes::full(lanes));
            vec![b.addf(sum[0], value)]
        });
        let rest = b.for_loop(vectors, self.length, 1, &[scalar_zero], |b, index, sum| {
            let value = value(b, index, Lanes::SCALAR);
            vec![b.addf(sum[0], value)]
        });
        let low = b.addf(first[0], sums[1]);
        let high = b.addf(sums[2], sums[3]);
        let sum = b.addf(low, high);
        let sum = b.combine_lanes(Combine::Add, self.element, sum);
        b.addf(sum, rest[0])
    }

    /// `value` less the mean, where that is subtracted.
    fn distance(&self, b: &mut KernelBuilder, value: Value, mean: Value, lanes: Lanes) -> Value {
        if !self.is_centred {
            return value;
        }
        let mean = b.splat(mean, lanes.count);
        b.subf(value, mean)
    }

    fn write(&self, b: &mut KernelBuilder, outer: &[Index], index: Index, mean: Value, factor: Value, lanes: Lanes) {
        let at = self.place(b, outer, index);
        let mut body = Body::new(self.spec, lanes);
        let value = body.value(b, self.node.operands[0], &at);
        let factor = b.splat(factor, lanes.count);
        let distance = self.distance(b, value, mean, lanes);
        let mut value = b.mulf(distance, factor);
        let mut part = |b: &mut KernelBuilder, source: Source| {
            let at = self.broadcast(source, &at);
            body.value(b, source, &at)
        };
        match (self.scale, self.bias) {
            (Some(scale), Some(bias)) => {
                let (scale, bias) = (part(b, scale), part(b, bias));
                value = b.fma(value, scale, bias);
            }
            (Some(scale), None) => {
                let scale = part(b, scale);
                value = b.mulf(value, scale);
            }
            (None, Some(bias)) => {
                let bias = part(b, bias);
                value = b.addf(value, bias);
            }
            (None, None) => {}
        }
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &at);
    }

    /// The coordinates of a part that is broadcast to the normalized axes.
    fn broadcast(&self, source: Source, at: &[Coordinate]) -> Vec<Coordinate> {
        let shape = &self.spec.tensor(source).shape;
        let missing = at.len() - shape.len();
        let along = |(axis, dim): (usize, &kiln_ir::Dim)| match dim.is(1) {
            true => Coordinate::uniform(0),
            false => at[missing + axis],
        };
        shape.iter().enumerate().map(along).collect()
    }
}
