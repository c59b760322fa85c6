//! The part of a kernel that is computed point by point: elementwise ops and moves of elements, from the outputs back to
//! the loads.
//!
//! A [`Body`] answers "what is the value of this tensor at these coordinates" for a whole vector of lanes at once. Moves
//! of elements (transpose, broadcast, slice, ...) only rewrite coordinates. An emitter with an anchor says what the
//! anchor's results are at the current point ([`Body::define`]) and lets the body do the rest: that is how post-ops are
//! injected at the accumulator.

use crate::builder::quantized::Quantized;
use crate::builder::stretched::open_stretches;
use crate::builder::{
    Buffer, Condition, Index, KernelBuilder, Lanes, apply_formula, computed_type, is_formula, lanes_of,
};
use kiln_arith::IntegerPredicate;
use kiln_ir::{Dim, Type, Value};
use kiln_schedule::matmul::Transposed;
use kiln_schedule::{KernelSpec, NodeSpec, Source, TensorSpec};
use kiln_tensor::ElementType;
use rustc_hash::FxHashMap;

/// A coordinate of every lane: lane `l` is at `base + l * step`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Coordinate {
    /// The coordinate of lane 0.
    pub base: Index,
    /// The distance from one lane to the next.
    pub step: i64,
}

impl Coordinate {
    /// The same coordinate in every lane.
    pub fn uniform(base: impl Into<Index>) -> Coordinate {
        Coordinate { base: base.into(), step: 0 }
    }

    /// Coordinates of which only the last axis changes from lane to lane, by 1.
    pub fn row(coordinates: &[Index]) -> Vec<Coordinate> {
        let last = coordinates.len().wrapping_sub(1);
        let step = |axis| i64::from(axis == last);
        coordinates.iter().enumerate().map(|(axis, &base)| Coordinate { base, step: step(axis) }).collect()
    }
}

/// Computes tensors of one kernel at one point, for all lanes. Values are computed once and kept, so a body must not
/// outlive the block in which it is used.
#[derive(Clone, Debug)]
pub struct Body<'s> {
    spec: &'s KernelSpec,
    /// How many lanes, and which of them exist.
    pub lanes: Lanes,
    defined: FxHashMap<Source, Value>,
    known: FxHashMap<(Source, Vec<Coordinate>), Value>,
}

impl<'s> Body<'s> {
    /// A body that knows nothing yet.
    pub fn new(spec: &'s KernelSpec, lanes: Lanes) -> Body<'s> {
        Body { spec, lanes, defined: FxHashMap::default(), known: FxHashMap::default() }
    }

    /// Says what `source` is at the current point.
    pub fn define(&mut self, source: Source, value: Value) {
        self.defined.insert(source, value);
    }

    /// Computes every output at `coordinates` and stores it.
    pub fn store_outputs(&mut self, b: &mut KernelBuilder, coordinates: &[Coordinate]) {
        for (index, &output) in self.spec.outputs.iter().enumerate() {
            let value = self.value(b, output, coordinates);
            let strides = b.tensor_strides(self.spec.tensor(output));
            let (offset, step) = locate(b, coordinates, &strides);
            let buffer = b.outputs[index];
            b.store_strided(value, buffer, offset, step, self.lanes);
        }
    }

    /// As [`Body::store_outputs`], of one output whose axes lie in memory in another order.
    pub fn store_transposed(&mut self, b: &mut KernelBuilder, coordinates: &[Coordinate], transposed: &Transposed) {
        let value = self.value(b, self.spec.outputs[0], coordinates);
        let moved: Vec<Coordinate> = transposed.permutation.iter().map(|&axis| coordinates[axis]).collect();
        let strides = b.tensor_strides(&transposed.tensor);
        let (offset, step) = locate(b, &moved, &strides);
        let buffer = b.outputs[0];
        b.store_strided(value, buffer, offset, step, self.lanes);
    }

    /// The value of `source` at `coordinates`, one for each of its axes.
    pub fn value(&mut self, b: &mut KernelBuilder, source: Source, coordinates: &[Coordinate]) -> Value {
        if let Some(&value) = self.defined.get(&source) {
            return b.splat(value, self.lanes.count);
        }
        let key = (source, coordinates.to_vec());
        if let Some(&value) = self.known.get(&key) {
            return value;
        }
        let value = match source {
            Source::Input(index) => self.load(b, b.inputs[index], source, coordinates),
            Source::Node { node, .. } => self.compute(b, node, coordinates),
        };
        self.known.insert(key, value);
        value
    }

    /// The coordinates in `source` of the element that is broadcast to `coordinates` of a tensor of no smaller rank.
    pub fn broadcast(&self, source: Source, coordinates: &[Coordinate]) -> Vec<Coordinate> {
        let shape = &self.spec.tensor(source).shape;
        let missing = coordinates.len() - shape.len();
        let along = |(axis, dim): (usize, &Dim)| match dim.is(1) {
            true => Coordinate::uniform(0),
            false => coordinates[missing + axis],
        };
        shape.iter().enumerate().map(along).collect()
    }

    fn load(&self, b: &mut KernelBuilder, buffer: Buffer, source: Source, coordinates: &[Coordinate]) -> Value {
        let strides = b.tensor_strides(self.spec.tensor(source));
        let (offset, step) = locate(b, coordinates, &strides);
        b.load_strided(buffer, offset, step, self.lanes)
    }

    fn compute(&mut self, b: &mut KernelBuilder, index: usize, coordinates: &[Coordinate]) -> Value {
        let spec = self.spec;
        let node = &spec.nodes[index];
        if let Some(value) = node.splat() {
            return b.number(value, node.results[0].element, self.lanes.count);
        }
        if let Some(quantized) = Quantized::of(spec, node) {
            let at = self.broadcast(quantized.value, coordinates);
            let value = self.value(b, quantized.value, &at);
            return quantized.emit(b, value, node.results[0].element);
        }
        if is_formula(node.op()) {
            let mut operands = Vec::with_capacity(node.operands.len());
            for &operand in &node.operands {
                let at = self.broadcast(operand, coordinates);
                operands.push(self.value(b, operand, &at));
            }
            if node.is("cast") {
                let from = spec.tensor(node.operands[0]).element;
                let saturate = node.attributes.bool("saturate").unwrap_or(true);
                return b.cast_with(operands[0], from, node.results[0].element, saturate);
            }
            if node.is("bitcast") {
                let from = spec.tensor(node.operands[0]).element;
                return b.bitcast(operands[0], from, node.results[0].element);
            }
            let from: Vec<ElementType> = node.operands.iter().map(|&operand| spec.tensor(operand).element).collect();
            return apply_formula(b, node.op(), &operands, &from);
        }
        match node.op() {
            "broadcast" => self.stretch(b, node, coordinates),
            "transpose" => {
                let mut at = coordinates.to_vec();
                for (axis, from) in node.integers("permutation", 0, 0).into_iter().enumerate() {
                    at[from as usize] = coordinates[axis];
                }
                self.value(b, node.operands[0], &at)
            }
            "slice" => self.slice(b, node, coordinates),
            "iota" => self.iota(b, node, coordinates),
            "tile" => self.tile(b, node, coordinates),
            "concat" => self.concat(b, node, 0, coordinates),
            "pad" => self.pad(b, node, coordinates),
            "gather" => self.gather(b, node, coordinates),
            "gather_elements" => self.gather_elements(b, node, coordinates),
            "gather_nd" => self.gather_nd(b, node, coordinates),
            "reshape" => self.reshape(b, node, coordinates),
            "dequantize_blocks" => self.dequantize_blocks(b, node, coordinates),
            op => panic!("a planner lets only known ops into a body, not graph.{op}"),
        }
    }

    /// An axis of which only a run knows whether it is stretched has coordinates up to its own last one. Several lanes
    /// are only computed where it is known that it is not.
    fn stretch(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let source = node.operands[0];
        let mut at = self.broadcast(source, coordinates);
        for (axis, from) in open_stretches(self.spec, node) {
            if self.lanes.count == 1 || at[axis].step == 0 {
                let extent = b.dim(from);
                let last = b.sub(extent, 1);
                at[axis].base = b.min(at[axis].base, last);
            }
        }
        self.value(b, source, &at)
    }

    fn slice(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let starts = node.attributes.get("starts").and_then(|starts| starts.as_dims()).unwrap_or_default();
        let steps = node.integers("steps", coordinates.len(), 1);
        let mut at = Vec::with_capacity(coordinates.len());
        for (axis, coordinate) in coordinates.iter().enumerate() {
            let start = b.dim(starts[axis]);
            let moved = b.mul(coordinate.base, steps[axis]);
            at.push(Coordinate { base: b.add(start, moved), step: coordinate.step * steps[axis] });
        }
        self.value(b, node.operands[0], &at)
    }

    fn iota(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
        let coordinate = coordinates[axis];
        let base = b.index(coordinate.base);
        let word = b.op("arith.index_cast", &[base], Type::i64());
        let mut value = b.splat(word, self.lanes.count);
        if coordinate.step != 0 && self.lanes.count > 1 {
            let steps = b.step(self.lanes.count);
            let ty = lanes_of(Type::i64(), self.lanes.count);
            let steps = b.op("arith.index_cast", &[steps], ty);
            let scale = b.integer(coordinate.step, ty);
            let steps = b.muli(steps, scale);
            value = b.addi(value, steps);
        }
        b.cast(value, ElementType::I64, node.results[0].element)
    }

    fn tile(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let source = node.operands[0];
        let shape = b.dims(&self.spec.tensor(source).shape);
        let repeats = node.integers("repeats", shape.len(), 1);
        let mut at = coordinates.to_vec();
        for axis in (0..shape.len()).filter(|&axis| repeats[axis] != 1) {
            at[axis].base = b.rem(at[axis].base, shape[axis]);
        }
        self.value(b, source, &at)
    }

    /// Tries operand `first` and those after it.
    fn concat(&mut self, b: &mut KernelBuilder, node: &NodeSpec, first: usize, coordinates: &[Coordinate]) -> Value {
        let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
        let source = node.operands[first];
        if first + 1 == node.operands.len() {
            return self.value(b, source, coordinates);
        }
        let extent = b.dim(self.spec.tensor(source).shape[axis]);
        let is_here = b.less(coordinates[axis].base, extent);
        let mut rest = coordinates.to_vec();
        rest[axis].base = b.sub(coordinates[axis].base, extent);
        let mut other = self.clone();
        let mut this = self.clone();
        b.if_else(
            is_here,
            |b| vec![this.value(b, source, coordinates)],
            |b| vec![other.concat(b, node, first + 1, &rest)],
        )[0]
    }

    fn pad(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let source = node.operands[0];
        let shape = b.dims(&self.spec.tensor(source).shape);
        let low = node.attributes.get("low").and_then(|low| low.as_dims()).unwrap_or_default();
        let high = node.attributes.get("high").and_then(|high| high.as_dims()).unwrap_or_default();
        let mode = node.attributes.str("mode").unwrap_or("constant");
        let mut at = coordinates.to_vec();
        let mut inside = Condition::Constant(true);
        for axis in (0..shape.len()).filter(|&axis| !low[axis].is(0) || !high[axis].is(0)) {
            let before = b.dim(low[axis]);
            let position = b.sub(at[axis].base, before);
            at[axis].base = match mode {
                "edge" => {
                    let last = b.sub(shape[axis], 1);
                    let raised = b.max(position, 0);
                    b.min(raised, last)
                }
                "reflect" => reflect(b, position, shape[axis]),
                "wrap" => wrap(b, position, shape[axis]),
                _ => {
                    let here = b.in_range(position, shape[axis]);
                    inside = b.and(inside, here);
                    position
                }
            };
        }
        if mode != "constant" {
            return self.value(b, source, &at);
        }
        let (mut this, mut other) = (self.clone(), self.clone());
        let element = node.results[0].element;
        b.if_else(
            inside,
            |b| vec![this.value(b, source, &at)],
            |b| match node.operands.get(1) {
                Some(&value) => vec![other.value(b, value, &[])],
                None => vec![b.zero(lanes_of(computed_type(element), other.lanes.count))],
            },
        )[0]
    }

    /// A checked position along an axis of `extent`, from an index tensor's value: counted from the end if negative,
    /// reported and clamped if out of range.
    fn checked_index(&mut self, b: &mut KernelBuilder, index: Value, element: ElementType, extent: Index) -> Index {
        let wide = b.cast(index, element, ElementType::I64);
        let bound = b.index(extent);
        let bound = b.op("arith.index_cast", &[bound], Type::i64());
        let zero = b.integer(0, Type::i64());
        let is_negative = b.compare_integers(IntegerPredicate::SignedLess, wide, zero);
        let from_end = b.addi(wide, bound);
        let position = b.select(is_negative, from_end, wide);
        let is_wrong = b.compare_integers(IntegerPredicate::UnsignedGreaterEqual, position, bound);
        b.if_then(Condition::Value(is_wrong), |b| b.fail(wide, extent));
        let clamped = b.select(is_wrong, zero, position);
        Index::Value(b.op("arith.index_cast", &[clamped], Type::index()))
    }

    /// An element of an index tensor, which is the same in every lane, as a position along an axis of `extent`: counted
    /// from the end if negative, reported and replaced by 0 if out of range.
    pub fn index_at(&mut self, b: &mut KernelBuilder, source: Source, at: &[Coordinate], extent: Index) -> Index {
        let mut scalar = Body::new(self.spec, Lanes::SCALAR);
        let at: Vec<Coordinate> = at.iter().map(|coordinate| Coordinate::uniform(coordinate.base)).collect();
        let value = scalar.value(b, source, &at);
        self.checked_index(b, value, self.spec.tensor(source).element, extent)
    }

    fn gather(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let (data, indices) = (node.operands[0], node.operands[1]);
        let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
        let rank = self.spec.tensor(indices).rank();
        let extent = b.dim(self.spec.tensor(data).shape[axis]);
        let position = self.index_at(b, indices, &coordinates[axis..axis + rank], extent);
        let mut at = coordinates[..axis].to_vec();
        at.push(Coordinate::uniform(position));
        at.extend_from_slice(&coordinates[axis + rank..]);
        self.value(b, data, &at)
    }

    fn gather_elements(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let (data, indices) = (node.operands[0], node.operands[1]);
        let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
        let extent = b.dim(self.spec.tensor(data).shape[axis]);
        let position = self.index_at(b, indices, coordinates, extent);
        let mut at = coordinates.to_vec();
        at[axis] = Coordinate::uniform(position);
        self.value(b, data, &at)
    }

    fn gather_nd(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let (data, indices) = (node.operands[0], node.operands[1]);
        let batch = node.attributes.i64("batch_dims").unwrap_or(0) as usize;
        let outer = self.spec.tensor(indices).rank() - 1;
        let depth = self.spec.tensor(indices).shape[outer].as_static().unwrap_or(0) as usize;
        let shape = b.dims(&self.spec.tensor(data).shape);
        let mut at = coordinates[..batch].to_vec();
        for part in 0..depth {
            let mut place = coordinates[..outer].to_vec();
            place.push(Coordinate::uniform(part));
            let position = self.index_at(b, indices, &place, shape[batch + part]);
            at.push(Coordinate::uniform(position));
        }
        at.extend_from_slice(&coordinates[outer..]);
        self.value(b, data, &at)
    }

    /// Scalars only: lanes would share bytes.
    fn dequantize_blocks(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let [codes, scales] = [0, 1].map(|index| self.spec.tensor(node.operands[index]));
        let last = |tensor: &TensorSpec| tensor.shape.last().and_then(|dim| dim.as_static()).unwrap_or(1) as usize;
        let bits = node.attributes.i64("bits").unwrap_or(8) as usize;
        let (per_byte, block) = (8 / bits, last(codes) / last(scales) * (8 / bits));
        let (element, wide) = (node.results[0].element, scales.element);
        let (&at, outer) = coordinates.split_last().expect("codes have a last axis");
        let mut along = |b: &mut KernelBuilder, operand: usize, of: usize| {
            let place = Coordinate::uniform(b.div(at.base, of));
            self.value(b, node.operands[operand], &[outer, &[place]].concat())
        };
        let bytes = along(b, 0, per_byte);
        let (scale, zero) = (along(b, 1, block), node.operands.get(2).map(|_| along(b, 2, block)));
        let word = b.cast(bytes, ElementType::U8, ElementType::I32);
        let place = b.rem(at.base, per_byte);
        let shift = b.mul(place, bits);
        let shift = b.index(shift);
        let shift = b.op("arith.index_cast", &[shift], Type::i32());
        let shifted = b.binary("arith.shrui", word, shift);
        let mask = b.integer((1 << bits) - 1, Type::i32());
        let code = b.andi(shifted, mask);
        let code = b.cast(code, ElementType::I32, wide);
        let zero = zero.unwrap_or_else(|| b.number(f64::from(1 << (bits - 1)), wide, 1));
        let centred = b.subf(code, zero);
        let number = b.mulf(centred, scale);
        b.cast(number, ElementType::F32, element)
    }

    /// Scalars only: lanes of one row may lie in several rows of the operand.
    fn reshape(&mut self, b: &mut KernelBuilder, node: &NodeSpec, coordinates: &[Coordinate]) -> Value {
        let (from, to) = (b.dims(&self.spec.tensor(node.operands[0]).shape), b.dims(&node.results[0].shape));
        let strides = b.strides(&to);
        let (linear, _) = locate(b, coordinates, &strides);
        let at = b.delinearize(linear, &from);
        let at: Vec<Coordinate> = at.into_iter().map(Coordinate::uniform).collect();
        self.value(b, node.operands[0], &at)
    }
}

/// Offset of lane 0 and distance from one lane to the next.
pub fn locate(b: &mut KernelBuilder, coordinates: &[Coordinate], strides: &[Index]) -> (Index, Index) {
    let (mut offset, mut step) = (Index::Constant(0), Index::Constant(0));
    for (coordinate, &stride) in coordinates.iter().zip(strides) {
        let term = b.mul(coordinate.base, stride);
        offset = b.add(offset, term);
        let lane = b.mul(coordinate.step, stride);
        step = b.add(step, lane);
    }
    (offset, step)
}

/// Mirrors a position at the first and last element, as often as needed.
fn reflect(b: &mut KernelBuilder, position: Index, extent: Index) -> Index {
    let last = b.sub(extent, 1);
    let period = b.mul(last, 2);
    let period = b.max(period, 1);
    let position = wrap(b, position, period);
    let mirrored = b.sub(period, position);
    let is_direct = b.compare(IntegerPredicate::SignedLessEqual, position, last);
    b.select_index(is_direct, position, mirrored)
}

/// The position modulo `extent`.
fn wrap(b: &mut KernelBuilder, position: Index, extent: Index) -> Index {
    let quotient = b.floor_div(position, extent);
    let whole = b.mul(quotient, extent);
    b.sub(position, whole)
}
