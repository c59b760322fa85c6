//! Emits convolutions, transposed convolutions and products of matrices element by element: see
//! `kiln_schedule::contract`. Correct for every rank, group, dilation and element type; not fast.

use crate::builder::{Body, Condition, Coordinate, Index, KernelBuilder, Lanes};
use crate::map::walk_space;
use crate::window::WindowAxes;
use kiln_arith::IntegerPredicate;
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Contraction<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    element: ElementType,
}

/// Writes the body of a kernel of family `contract`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let contraction = Contraction { spec, anchor, node, element: node.results[0].element };
    let extents = b.dims(&node.results[0].shape);
    walk_space(b, plan, &extents, |b, outer, lower, upper, lanes| {
        b.vector_loop(lower, upper, lanes, |b, index, lanes| {
            let at = [outer, &[index]].concat();
            let value = match node.op() {
                "conv" => contraction.convolution(b, &at),
                "conv_transpose" => contraction.transposed(b, &at),
                _ => contraction.product(b, &at, lanes),
            };
            let mut body = Body::new(spec, lanes);
            body.define(Source::Node { node: anchor, result: 0 }, value);
            body.store_outputs(b, &Coordinate::row(&at));
        });
    });
}

impl Contraction<'_> {
    fn multiply_add(&self, b: &mut KernelBuilder, left: Value, right: Value, sum: Value) -> Value {
        if self.element.is_float() {
            return b.fma(left, right, sum);
        }
        let product = b.muli(left, right);
        b.addi(product, sum)
    }

    fn scalar(&self, b: &mut KernelBuilder, operand: usize, at: &[Index]) -> Value {
        let at: Vec<Coordinate> = at.iter().map(|&index| Coordinate::uniform(index)).collect();
        self.factor(b, operand, &at, Lanes::SCALAR)
    }

    /// Elements of an operand, in the type of the sum.
    fn factor(&self, b: &mut KernelBuilder, operand: usize, at: &[Coordinate], lanes: Lanes) -> Value {
        let source = self.node.operands[operand];
        let value = Body::new(self.spec, lanes).value(b, source, at);
        b.cast(value, self.spec.tensor(source).element, self.element)
    }

    /// What sums start from: the bias of a channel, or zero.
    fn initial(&self, b: &mut KernelBuilder, channel: Index) -> Value {
        match self.node.operands.get(2) {
            Some(_) => self.scalar(b, 2, &[channel]),
            None => b.number(0.0, self.element, 1),
        }
    }

    fn product(&self, b: &mut KernelBuilder, at: &[Index], lanes: Lanes) -> Value {
        let flag = |name: &str| self.node.attributes.bool(name).unwrap_or(false);
        let (transpose_a, transpose_b) = (flag("transpose_a"), flag("transpose_b"));
        let left = self.node.operands[0];
        let shape = &self.spec.tensor(left).shape;
        let k_axis = if transpose_a { shape.len() - 2 } else { shape.len() - 1 };
        let depth = b.dim(shape[k_axis]);
        let (batch, matrix) = at.split_at(at.len() - 2);
        let (row, column) = (Coordinate::uniform(matrix[0]), Coordinate { base: matrix[1], step: 1 });
        let start = b.number(0.0, self.element, lanes.count);
        b.for_loop(0, depth, 1, &[start], |b, k, sum| {
            let k = Coordinate::uniform(k);
            let place = |operand: usize, last: [Coordinate; 2]| {
                let shape = &self.spec.tensor(self.node.operands[operand]).shape;
                let own = shape.len() - 2;
                let along = |axis: usize| match shape[axis].is(1) {
                    true => Coordinate::uniform(0),
                    false => Coordinate::uniform(batch[batch.len() - own + axis]),
                };
                let mut place: Vec<Coordinate> = (0..own).map(along).collect();
                place.extend(last);
                place
            };
            let a_at = place(0, if transpose_a { [k, row] } else { [row, k] });
            let b_at = place(1, if transpose_b { [column, k] } else { [k, column] });
            let a = self.factor(b, 0, &a_at, lanes);
            let right = self.factor(b, 1, &b_at, lanes);
            vec![self.multiply_add(b, a, right, sum[0])]
        })[0]
    }

    fn convolution(&self, b: &mut KernelBuilder, at: &[Index]) -> Value {
        let rank = at.len();
        let window = WindowAxes::of(self.node, rank);
        let input = b.dims(&self.spec.operand(self.anchor, 0).shape);
        let filter = b.dims(&self.spec.operand(self.anchor, 1).shape);
        let output = b.dims(&self.node.results[0].shape);
        let groups = self.node.attributes.i64("groups").unwrap_or(1);
        let channel = at[window.channel];
        let per_group = b.div(output[window.channel], groups);
        let group = b.div(channel, per_group);
        let first = b.mul(group, filter[1]);
        let mut ranges = Vec::new();
        let mut origins = Vec::new();
        let pad_value = self.node.attributes.i64("pad_value").unwrap_or(0);
        for (axis, &place) in window.axes.iter().enumerate() {
            let origin = window.origin(b, axis, at[place]);
            ranges.push(match pad_value {
                0 => window.taps_within(b, axis, origin, filter[2 + axis], 0.into(), input[place]),
                _ => (Index::Constant(0), filter[2 + axis]),
            });
            origins.push(origin);
        }
        let start = self.initial(b, channel);
        self.walk(b, &ranges, Vec::new(), start, &mut |b, taps, sum| {
            let mut place = at.to_vec();
            let mut inside = Condition::Constant(true);
            for (axis, &spatial) in window.axes.iter().enumerate() {
                place[spatial] = window.place(b, axis, origins[axis], taps[axis]);
                if pad_value != 0 {
                    let here = b.in_range(place[spatial], input[spatial]);
                    inside = b.and(inside, here);
                }
            }
            b.for_loop(0, filter[1], 1, &[sum], |b, inner, sum| {
                place[window.channel] = b.add(first, inner);
                let padding = |b: &mut KernelBuilder| vec![b.number(pad_value as f64, self.element, 1)];
                let value = b.if_else(inside, |b| vec![self.scalar(b, 0, &place)], padding)[0];
                let weight = self.scalar(b, 1, &[&[channel, inner], taps].concat());
                vec![self.multiply_add(b, value, weight, sum[0])]
            })[0]
        })
    }

    /// Each result gathers the inputs that would have been spread to it: those at `(position + pad - tap * dilation) /
    /// stride`, where that is a whole number in range.
    fn transposed(&self, b: &mut KernelBuilder, at: &[Index]) -> Value {
        let rank = at.len();
        let window = WindowAxes::of(self.node, rank);
        let spatial = rank - 2;
        let input = b.dims(&self.spec.operand(self.anchor, 0).shape);
        let filter = b.dims(&self.spec.operand(self.anchor, 1).shape);
        let groups = self.node.attributes.i64("groups").unwrap_or(1);
        let (strides, dilations) =
            (self.node.integers("strides", spatial, 1), self.node.integers("dilations", spatial, 1));
        let pads = self.node.integers("pad_low", spatial, 0);
        let channel = at[window.channel];
        let group = b.div(channel, filter[1]);
        let within = b.rem(channel, filter[1]);
        let per_group = b.div(input[window.channel], groups);
        let first = b.mul(group, per_group);
        let start = self.initial(b, channel);
        let ranges: Vec<(Index, Index)> = (0..spatial).map(|axis| (Index::Constant(0), filter[2 + axis])).collect();
        self.walk(b, &ranges, Vec::new(), start, &mut |b, taps, sum| {
            let mut place = at.to_vec();
            let mut reaches = Condition::Constant(true);
            for (axis, &position) in window.axes.iter().enumerate() {
                let shifted = b.add(at[position], pads[axis]);
                let distance = b.mul(taps[axis], dilations[axis]);
                let scaled = b.sub(shifted, distance);
                let quotient = b.floor_div(scaled, strides[axis]);
                let whole = b.mul(quotient, strides[axis]);
                let exact = b.compare(IntegerPredicate::Equal, whole, scaled);
                let inside = b.in_range(quotient, input[position]);
                reaches = b.and(reaches, exact);
                reaches = b.and(reaches, inside);
                place[position] = quotient;
            }
            b.if_else(
                reaches,
                |b| {
                    b.for_loop(0, per_group, 1, &[sum], |b, inner, sum| {
                        let source = b.add(first, inner);
                        place[window.channel] = source;
                        let value = self.scalar(b, 0, &place);
                        let weight = self.scalar(b, 1, &[&[source, within], taps].concat());
                        vec![self.multiply_add(b, value, weight, sum[0])]
                    })
                },
                |_| vec![sum],
            )[0]
        })
    }

    /// Loops over taps, carrying a sum.
    fn walk(
        &self,
        b: &mut KernelBuilder,
        ranges: &[(Index, Index)],
        taps: Vec<Index>,
        sum: Value,
        body: &mut dyn FnMut(&mut KernelBuilder, &[Index], Value) -> Value,
    ) -> Value {
        let Some((&(low, high), rest)) = ranges.split_first() else { return body(b, &taps, sum) };
        b.for_loop(low, high, 1, &[sum], |b, tap, sum| {
            let taps = [taps.as_slice(), &[tap]].concat();
            vec![self.walk(b, rest, taps, sum[0], body)]
        })[0]
    }
}
