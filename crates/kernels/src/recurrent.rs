//! Emits lstm, gru and rnn: see `kiln_schedule::recurrent`.
//!
//! The products of the inputs are computed before. Each step multiplies the state with its weights, packed into panels of
//! each gate, then computes the gates of all units side by side.

use crate::builder::{Buffer, Condition, Index, KernelBuilder, Lanes};
use crate::gemm::{DepthLoop, Operands as Product, accumulate, for_panels, zero_tile};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_graph::{Activation, RecurrentView};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, RegisterTile, Source, recurrent};
use kiln_tensor::ElementType;
use std::ops::Range;

struct Recurrent<'s> {
    node: &'s NodeSpec,
    view: RecurrentView,
    gates: usize,
    compute: ElementType,
    lanes: usize,
    tile: RegisterTile,
    hidden: i64,
    /// Elements from gate to gate in scratch memory.
    part: i64,
    sequence: Index,
    batch: Index,
    operands: Operands,
    scratch: Scratch,
}

/// The buffers of the operands that are there.
struct Operands {
    /// The products of the inputs.
    x: Buffer,
    r: Buffer,
    bias: Option<Buffer>,
    lengths: Option<Buffer>,
    initial_h: Option<Buffer>,
    initial_c: Option<Buffer>,
    peephole: Option<Buffer>,
}

/// Parts of scratch memory.
struct Scratch {
    from_h: Buffer,
    h: Buffer,
    c: Buffer,
    reset_h: Buffer,
}

/// Writes the body of a kernel of family `recurrent`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let view = RecurrentView::read(node.name.as_str(), &node.attributes).expect("the planner read the attributes");
    let x = b.dims(&spec.operand(anchor, 0).shape);
    let (sequence, batch) = if view.batch_first { (x[1], x[0]) } else { (x[0], x[1]) };
    let compute = if spec.operand(anchor, 0).element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let gates = recurrent::gates(node);
    let hidden = view.hidden_size as i64;
    let part = plan.int("part");
    let scratch = Scratch::new(b, compute, gates, part);
    let operands = Operands::of(node, b);
    let tile = RegisterTile::of(plan);
    let lanes = tile.lanes;
    let directions = view.direction.count();
    let layer = Recurrent { node, view, gates, compute, lanes, tile, hidden, part, sequence, batch, operands, scratch };
    let (begin, end) = (b.begin, b.end);
    for direction in 0..directions {
        // Tasks count the items of one direction after those of the other.
        let first = b.mul(batch, direction);
        let past = b.add(first, batch);
        let (from, to) = (b.max(begin, first), b.min(end, past));
        b.for_each(from, to, 1, |b, task| {
            let item = b.sub(task, first);
            layer.run(b, direction, item);
        });
    }
}

/// A step of one item in one direction.
#[derive(Clone, Copy, Debug)]
struct Cell {
    direction: usize,
    /// Where the products of its input begin.
    x: Index,
}

impl Operands {
    fn of(node: &NodeSpec, b: &KernelBuilder) -> Operands {
        let buffer = |source: Source| match source {
            Source::Input(input) => b.inputs[input],
            Source::Node { .. } => panic!("the operands of a recurrent layer are inputs of its kernel"),
        };
        let mut buffers: Vec<Option<Buffer>> =
            recurrent::operands(node).into_iter().map(|source| source.map(buffer)).collect();
        buffers.resize(8, None);
        let required = |index: usize| buffers[index].expect("x and r are always there");
        Operands {
            x: required(0),
            r: required(2),
            bias: buffers[3],
            lengths: buffers[4],
            initial_h: buffers[5],
            initial_c: buffers[6],
            peephole: buffers[7],
        }
    }
}

impl Scratch {
    fn new(b: &mut KernelBuilder, compute: ElementType, gates: usize, part: i64) -> Scratch {
        let bytes = compute.byte_size() as i64;
        let gates = gates as i64;
        let mut at = |first: i64, parts: i64| b.scratch(compute, first * part * bytes, parts * part);
        Scratch { from_h: at(0, gates), h: at(gates, 1), c: at(gates + 1, 1), reset_h: at(gates + 2, 1) }
    }
}

impl Recurrent<'_> {
    /// All steps of one item in one direction.
    fn run(&self, b: &mut KernelBuilder, direction: usize, item: Index) {
        let state = self.state_offset(b, direction, item);
        self.initialize(b, self.operands.initial_h, state, self.scratch.h);
        self.initialize(b, self.operands.initial_c, state, self.scratch.c);
        let length = self.length(b, item);
        b.for_each(0, length, 1, |b, step| {
            let place = if self.view.direction.is_reverse(direction) {
                let last = b.sub(length, 1);
                b.sub(last, step)
            } else {
                step
            };
            self.step(b, direction, item, place);
        });
        let outputs = b.outputs.clone();
        b.for_each(length, self.sequence, 1, |b, place| {
            let offset = self.y_offset(b, direction, item, place);
            b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
                let zero = b.number(0.0, self.compute, lanes.count);
                let at = b.add(offset, unit);
                b.store(zero, outputs[0], at, lanes);
            });
        });
        let states = [self.scratch.h, self.scratch.c];
        for (&output, from) in outputs.iter().skip(1).zip(states) {
            b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
                let value = b.load(from, unit, lanes);
                let at = b.add(state, unit);
                b.store(value, output, at, lanes);
            });
        }
    }

    fn state_offset(&self, b: &mut KernelBuilder, direction: usize, item: Index) -> Index {
        let directions = self.view.direction.count();
        let line = if self.view.batch_first {
            let line = b.mul(item, directions);
            b.add(line, direction)
        } else {
            let line = b.mul(self.batch, direction);
            b.add(line, item)
        };
        b.mul(line, self.hidden)
    }

    fn y_offset(&self, b: &mut KernelBuilder, direction: usize, item: Index, place: Index) -> Index {
        let directions = self.view.direction.count();
        let line = if self.view.batch_first {
            let line = b.mul(item, self.sequence);
            let line = b.add(line, place);
            let line = b.mul(line, directions);
            b.add(line, direction)
        } else {
            let line = b.mul(place, directions);
            let line = b.add(line, direction);
            let line = b.mul(line, self.batch);
            b.add(line, item)
        };
        b.mul(line, self.hidden)
    }

    /// Where the products of a step's input begin.
    fn x_offset(&self, b: &mut KernelBuilder, direction: usize, item: Index, place: Index) -> Index {
        let (outer, extent, inner) =
            if self.view.batch_first { (item, self.sequence, place) } else { (place, self.batch, item) };
        let line = b.mul(outer, extent);
        let line = b.add(line, inner);
        let line = b.mul(line, self.view.direction.count());
        let line = b.add(line, direction);
        b.mul(line, self.gates as i64 * self.hidden)
    }

    fn initialize(&self, b: &mut KernelBuilder, from: Option<Buffer>, offset: Index, to: Buffer) {
        b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
            let value = match from {
                Some(from) => {
                    let at = b.add(offset, unit);
                    b.load(from, at, lanes)
                }
                None => b.number(0.0, self.compute, lanes.count),
            };
            b.store(value, to, unit, lanes);
        });
    }

    /// The item's number of steps; one that is out of range is reported and replaced by all steps.
    fn length(&self, b: &mut KernelBuilder, item: Index) -> Index {
        let Some(lengths) = self.operands.lengths else { return self.sequence };
        let length = b.load_scalar(lengths, item);
        let length = b.cast(length, lengths.element, ElementType::I64);
        let bound = b.index(self.sequence);
        let bound = b.op("arith.index_cast", &[bound], Type::i64());
        let is_wrong = b.compare_integers(IntegerPredicate::UnsignedGreater, length, bound);
        b.if_then(Condition::Value(is_wrong), |b| b.fail(length, self.sequence));
        let safe = b.select(is_wrong, bound, length);
        Index::Value(b.op("arith.index_cast", &[safe], Type::index()))
    }

    fn step(&self, b: &mut KernelBuilder, direction: usize, item: Index, place: Index) {
        let x = self.x_offset(b, direction, item, place);
        let cell = Cell { direction, x };
        let resets_first = self.node.is("gru") && !self.view.linear_before_reset;
        let at_once = if resets_first { 2 } else { self.gates };
        self.multiply(b, direction, self.scratch.h, 0..at_once);
        if resets_first {
            b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
                let reset = self.gate(b, cell, 1, unit, lanes);
                let reset = self.activate(b, direction, 0, reset);
                let h = b.load(self.scratch.h, unit, lanes);
                let product = b.mulf(reset, h);
                b.store(product, self.scratch.reset_h, unit, lanes);
            });
            self.multiply(b, direction, self.scratch.reset_h, at_once..self.gates);
        }
        let y = self.y_offset(b, direction, item, place);
        let output = b.outputs[0];
        b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
            let h = match self.node.op() {
                "lstm" => self.lstm(b, cell, unit, lanes),
                "gru" => self.gru(b, cell, unit, lanes),
                _ => {
                    let sum = self.gate(b, cell, 0, unit, lanes);
                    self.activate(b, direction, 0, sum)
                }
            };
            b.store(h, self.scratch.h, unit, lanes);
            let at = b.add(y, unit);
            b.store(h, output, at, lanes);
        });
    }

    /// The products of a state and the weights of some gates, into `from_h`.
    fn multiply(&self, b: &mut KernelBuilder, direction: usize, state: Buffer, gates: Range<usize>) {
        let (tile, hidden) = (&self.tile, Index::Constant(self.hidden));
        let panels = Index::from((self.hidden as usize).div_ceil(tile.columns()));
        let panel_size = b.mul(hidden, tile.columns());
        let depth = [DepthLoop { count: hidden, left: 1.into(), right: tile.columns().into() }];
        let (right, unroll) = (self.operands.r, tile.unroll);
        let product = Product { left: state, left_row: 0.into(), right, depth: &depth, unroll };
        let first = gates.start;
        b.for_each(first, gates.end, 1, |b, gate| {
            let line = b.add(gate, direction * self.gates);
            let line = b.mul(line, panels);
            let sums = b.mul(gate, self.part);
            for_panels(b, tile, hidden, (0.into(), panels), |b, panel, columns| {
                let panel = b.add(line, panel);
                let at = b.mul(panel, panel_size);
                let zero = zero_tile(b, &product, 1, &columns);
                let tile = accumulate(b, &product, 1, &columns, (0.into(), at), None, &zero);
                let to = b.add(sums, columns.first);
                for (part, &value) in columns.parts.iter().zip(&tile) {
                    let to = b.add(to, part.offset);
                    b.store(value, self.scratch.from_h, to, Lanes::full(columns.lanes));
                }
            });
        });
    }

    /// The bias of a gate: half 0 of the inputs, 1 of the state.
    fn bias(
        &self,
        b: &mut KernelBuilder,
        cell: Cell,
        half: i64,
        gate: i64,
        unit: Index,
        lanes: Lanes,
    ) -> Option<Value> {
        let bias = self.operands.bias?;
        let line = (2 * cell.direction as i64 + half) * self.gates as i64 + gate;
        let at = b.add(unit, line * self.hidden);
        Some(b.load(bias, at, lanes))
    }

    /// The product of the input and a gate's weights, with its bias.
    fn from_x(&self, b: &mut KernelBuilder, cell: Cell, gate: i64, unit: Index, lanes: Lanes) -> Value {
        let at = b.add(cell.x, gate * self.hidden);
        let at = b.add(at, unit);
        let value = b.load(self.operands.x, at, lanes);
        let bias = self.bias(b, cell, 0, gate, unit, lanes);
        bias.map_or(value, |bias| b.addf(value, bias))
    }

    /// The product of the state and a gate's weights, with its bias.
    fn from_h(&self, b: &mut KernelBuilder, cell: Cell, gate: i64, unit: Index, lanes: Lanes) -> Value {
        let at = b.add(unit, gate * self.part);
        let value = b.load(self.scratch.from_h, at, lanes);
        let bias = self.bias(b, cell, 1, gate, unit, lanes);
        bias.map_or(value, |bias| b.addf(value, bias))
    }

    /// The sum of both sides of a gate.
    fn gate(&self, b: &mut KernelBuilder, cell: Cell, gate: i64, unit: Index, lanes: Lanes) -> Value {
        let x = self.from_x(b, cell, gate, unit, lanes);
        let h = self.from_h(b, cell, gate, unit, lanes);
        b.addf(x, h)
    }

    fn lstm(&self, b: &mut KernelBuilder, cell: Cell, unit: Index, lanes: Lanes) -> Value {
        let direction = cell.direction;
        let c = b.load(self.scratch.c, unit, lanes);
        let peep = |b: &mut KernelBuilder, sum: Value, gate: i64, c: Value| match self.operands.peephole {
            None => sum,
            Some(peephole) => {
                let at = b.add(unit, (3 * direction as i64 + gate) * self.hidden);
                let weight = b.load(peephole, at, lanes);
                b.fma(weight, c, sum)
            }
        };
        let sum = self.gate(b, cell, 0, unit, lanes);
        let sum = peep(b, sum, 0, c);
        let input = self.activate(b, direction, 0, sum);
        let forget = if self.view.input_forget {
            let one = b.like(input, 1.0);
            b.subf(one, input)
        } else {
            let sum = self.gate(b, cell, 2, unit, lanes);
            let sum = peep(b, sum, 2, c);
            self.activate(b, direction, 0, sum)
        };
        let sum = self.gate(b, cell, 3, unit, lanes);
        let candidate = self.activate(b, direction, 1, sum);
        let kept = b.mulf(forget, c);
        let c = b.fma(input, candidate, kept);
        b.store(c, self.scratch.c, unit, lanes);
        let sum = self.gate(b, cell, 1, unit, lanes);
        let sum = peep(b, sum, 1, c);
        let output = self.activate(b, direction, 0, sum);
        let activation = self.activation(direction, 2);
        let shown = apply(b, activation, c);
        b.mulf(output, shown)
    }

    fn gru(&self, b: &mut KernelBuilder, cell: Cell, unit: Index, lanes: Lanes) -> Value {
        let direction = cell.direction;
        let sum = self.gate(b, cell, 0, unit, lanes);
        let update = self.activate(b, direction, 0, sum);
        let x = self.from_x(b, cell, 2, unit, lanes);
        let mut h = self.from_h(b, cell, 2, unit, lanes);
        if self.view.linear_before_reset {
            let sum = self.gate(b, cell, 1, unit, lanes);
            let reset = self.activate(b, direction, 0, sum);
            h = b.mulf(reset, h);
        }
        let sum = b.addf(x, h);
        let candidate = self.activate(b, direction, 1, sum);
        let old = b.load(self.scratch.h, unit, lanes);
        // (1 - z) n + z h = n + z (h - n)
        let distance = b.subf(old, candidate);
        b.fma(update, distance, candidate)
    }

    fn activation(&self, direction: usize, function: usize) -> Activation {
        let each = self.view.activations.len() / self.view.direction.count();
        self.view.activations[direction * each + function]
    }

    /// Clips a sum and applies an activation of the direction's cell.
    fn activate(&self, b: &mut KernelBuilder, direction: usize, function: usize, sum: Value) -> Value {
        let sum = match self.view.clip {
            Some(clip) => b.clamp(sum, -clip, clip),
            None => sum,
        };
        apply(b, self.activation(direction, function), sum)
    }
}

/// The value of an activation function.
fn apply(b: &mut KernelBuilder, activation: Activation, x: Value) -> Value {
    let zero = b.like(x, 0.0);
    let affine = |b: &mut KernelBuilder, alpha: f64, beta: f64| {
        let (alpha, beta) = (b.like(x, alpha), b.like(x, beta));
        b.fma(alpha, x, beta)
    };
    match activation {
        Activation::Sigmoid => b.sigmoid(x),
        Activation::Tanh => b.tanh(x),
        Activation::Relu => b.larger(x, zero),
        Activation::Affine(alpha, beta) => affine(b, alpha, beta),
        Activation::LeakyRelu(alpha) => {
            let scaled = affine(b, alpha, 0.0);
            let is_negative = b.compare_floats(FloatPredicate::OrderedLess, x, zero);
            b.select(is_negative, scaled, x)
        }
        Activation::ThresholdedRelu(alpha) => {
            let alpha = b.like(x, alpha);
            let is_below = b.compare_floats(FloatPredicate::OrderedLess, x, alpha);
            b.select(is_below, zero, x)
        }
        Activation::ScaledTanh(alpha, beta) => {
            let scaled = affine(b, beta, 0.0);
            let tanh = b.tanh(scaled);
            let alpha = b.like(x, alpha);
            b.mulf(alpha, tanh)
        }
        Activation::HardSigmoid(alpha, beta) => {
            let line = affine(b, alpha, beta);
            b.clamp(line, 0.0, 1.0)
        }
        Activation::Elu(alpha) => {
            let low = b.clamp(x, -80.0, 0.0);
            let less_one = b.exp_minus_one(low);
            let alpha = b.like(x, alpha);
            let scaled = b.mulf(alpha, less_one);
            let is_negative = b.compare_floats(FloatPredicate::OrderedLess, x, zero);
            b.select(is_negative, scaled, x)
        }
        Activation::Softsign => {
            let one = b.like(x, 1.0);
            let magnitude = b.absolute(x);
            let divisor = b.addf(one, magnitude);
            b.divf(x, divisor)
        }
        Activation::Softplus => {
            let magnitude = b.absolute(x);
            let negated = b.unary("arith.negf", magnitude);
            let exp = b.exp(negated);
            let log = b.log_one_plus(exp);
            let positive = b.larger(x, zero);
            b.addf(positive, log)
        }
    }
}
