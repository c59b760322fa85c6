//! Emits lstm, gru and rnn: see `kiln_schedule::recurrent`.
//!
//! Each step is two products of a matrix and a vector, from the input and from the state, then the gates of all units
//! side by side. Rows of the weights lie along the sums, so that lanes run along them and the weights are read as they
//! are stored.

use crate::builder::{Buffer, Combine, Condition, Index, KernelBuilder, Lanes};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_graph::{Activation, RecurrentView};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source, recurrent};
use kiln_tensor::ElementType;

/// Rows of a matrix that are multiplied with a vector at the same time.
const ROWS: usize = 4;

struct Recurrent<'s> {
    node: &'s NodeSpec,
    view: RecurrentView,
    gates: usize,
    compute: ElementType,
    lanes: usize,
    hidden: i64,
    input: Index,
    sequence: Index,
    batch: Index,
    operands: Operands,
    scratch: Scratch,
}

/// The buffers of the operands that are there.
struct Operands {
    x: Buffer,
    w: Buffer,
    r: Buffer,
    bias: Option<Buffer>,
    lengths: Option<Buffer>,
    initial_h: Option<Buffer>,
    initial_c: Option<Buffer>,
    peephole: Option<Buffer>,
}

/// Parts of scratch memory.
struct Scratch {
    from_x: Buffer,
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
    let scratch = Scratch::new(b, compute, gates, plan.int("part"));
    let operands = Operands::of(node, b);
    let lanes = plan.size("lanes");
    let directions = view.direction.count();
    let layer =
        Recurrent { node, view, gates, compute, lanes, hidden, input: x[2], sequence, batch, operands, scratch };
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

impl Operands {
    fn of(node: &NodeSpec, b: &KernelBuilder) -> Operands {
        let segments = node.attributes.i64s("operandSegmentSizes").unwrap_or_else(|| vec![1; node.operands.len()]);
        let mut next = 0;
        let mut buffers: Vec<Option<Buffer>> = segments
            .iter()
            .map(|&size| {
                let source = (size == 1).then(|| node.operands[next]);
                next += size as usize;
                source.map(|source| match source {
                    Source::Input(input) => b.inputs[input],
                    Source::Node { .. } => panic!("the operands of a recurrent layer are inputs of its kernel"),
                })
            })
            .collect();
        buffers.resize(8, None);
        let required = |index: usize| buffers[index].expect("x, w and r are always there");
        Operands {
            x: required(0),
            w: required(1),
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
        Scratch {
            from_x: at(0, gates),
            from_h: at(gates, gates),
            h: at(2 * gates, 1),
            c: at(2 * gates + 1, 1),
            reset_h: at(2 * gates + 2, 1),
        }
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

    fn x_offset(&self, b: &mut KernelBuilder, item: Index, place: Index) -> Index {
        let (outer, extent, inner) =
            if self.view.batch_first { (item, self.sequence, place) } else { (place, self.batch, item) };
        let line = b.mul(outer, extent);
        let line = b.add(line, inner);
        b.mul(line, self.input)
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
        let rows = self.gates as i64 * self.hidden;
        let x = self.x_offset(b, item, place);
        let first = rows * direction as i64;
        let w = b.mul(self.input, first);
        let biases = |half: i64| self.operands.bias.map(|bias| (bias, (2 * direction as i64 + half) * rows));
        self.product(
            b,
            (self.operands.w, w),
            (self.operands.x, x),
            self.input,
            biases(0),
            self.scratch.from_x,
            0,
            rows,
        );
        let r = Index::Constant(first * self.hidden);
        let h = (self.scratch.h, Index::Constant(0));
        let resets_first = self.node.is("gru") && !self.view.linear_before_reset;
        let at_once = if resets_first { 2 * self.hidden } else { rows };
        let hidden = Index::Constant(self.hidden);
        self.product(b, (self.operands.r, r), h, hidden, biases(1), self.scratch.from_h, 0, at_once);
        if resets_first {
            b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
                let reset = self.gate(b, 1, unit, lanes);
                let reset = self.activate(b, direction, 0, reset);
                let h = b.load(self.scratch.h, unit, lanes);
                let product = b.mulf(reset, h);
                b.store(product, self.scratch.reset_h, unit, lanes);
            });
            let reset_h = (self.scratch.reset_h, Index::Constant(0));
            self.product(b, (self.operands.r, r), reset_h, hidden, biases(1), self.scratch.from_h, at_once, rows);
        }
        let y = self.y_offset(b, direction, item, place);
        let output = b.outputs[0];
        b.vector_loop(0, self.hidden, self.lanes, |b, unit, lanes| {
            let h = match self.node.op() {
                "lstm" => self.lstm(b, direction, unit, lanes),
                "gru" => self.gru(b, direction, unit, lanes),
                _ => {
                    let sum = self.gate(b, 0, unit, lanes);
                    self.activate(b, direction, 0, sum)
                }
            };
            b.store(h, self.scratch.h, unit, lanes);
            let at = b.add(y, unit);
            b.store(h, output, at, lanes);
        });
    }

    /// `to[row] = matrix[row] . vector + bias[row]` for rows `first` to `end`.
    #[expect(clippy::too_many_arguments, reason = "the parts of a product")]
    fn product(
        &self,
        b: &mut KernelBuilder,
        matrix: (Buffer, Index),
        vector: (Buffer, Index),
        length: Index,
        bias: Option<(Buffer, i64)>,
        to: Buffer,
        first: i64,
        end: i64,
    ) {
        let whole = first + (end - first) / ROWS as i64 * ROWS as i64;
        for (from, upto, rows) in [(first, whole, ROWS), (whole, end, 1)] {
            b.for_each(from, upto, rows, |b, row| {
                let sums = self.dots(b, matrix, vector, length, row, rows);
                for (part, sum) in sums.into_iter().enumerate() {
                    let row = b.add(row, part);
                    let sum = match bias {
                        None => sum,
                        Some((bias, offset)) => {
                            let at = b.add(row, offset);
                            let bias = b.load_scalar(bias, at);
                            b.addf(sum, bias)
                        }
                    };
                    b.store(sum, to, row, Lanes::SCALAR);
                }
            });
        }
    }

    /// The scalar products of `rows` rows from `row` on with a vector.
    fn dots(
        &self,
        b: &mut KernelBuilder,
        (matrix, base): (Buffer, Index),
        (vector, start): (Buffer, Index),
        length: Index,
        row: Index,
        rows: usize,
    ) -> Vec<Value> {
        let mut offsets = Vec::new();
        for part in 0..rows {
            let row = b.add(row, part);
            let offset = b.mul(row, length);
            offsets.push(b.add(base, offset));
        }
        let whole = b.div(length, self.lanes);
        let whole = b.mul(whole, self.lanes);
        let add = |b: &mut KernelBuilder, index: Index, sums: &[Value], lanes: Lanes| {
            let at = b.add(start, index);
            let factor = b.load(vector, at, lanes);
            let mut next = Vec::new();
            for (&offset, &sum) in offsets.iter().zip(sums) {
                let at = b.add(offset, index);
                let weight = b.load(matrix, at, lanes);
                next.push(b.fma(weight, factor, sum));
            }
            next
        };
        let zeros = vec![b.number(0.0, self.compute, self.lanes); rows];
        let scalars = vec![b.number(0.0, self.compute, 1); rows];
        let lanes = Lanes::full(self.lanes);
        let sums = b.for_loop(0, whole, self.lanes, &zeros, |b, index, sums| add(b, index, sums, lanes));
        let rest = b.for_loop(whole, length, 1, &scalars, |b, index, sums| add(b, index, sums, Lanes::SCALAR));
        let mut totals = Vec::new();
        for (sum, rest) in sums.into_iter().zip(rest) {
            let sum = b.combine_lanes(Combine::Add, self.compute, sum);
            totals.push(b.addf(sum, rest));
        }
        totals
    }

    fn part(&self, b: &mut KernelBuilder, from: Buffer, gate: i64, unit: Index, lanes: Lanes) -> Value {
        let at = b.add(unit, gate * self.hidden);
        b.load(from, at, lanes)
    }

    /// The sum of both sides of a gate.
    fn gate(&self, b: &mut KernelBuilder, gate: i64, unit: Index, lanes: Lanes) -> Value {
        let x = self.part(b, self.scratch.from_x, gate, unit, lanes);
        let h = self.part(b, self.scratch.from_h, gate, unit, lanes);
        b.addf(x, h)
    }

    fn lstm(&self, b: &mut KernelBuilder, direction: usize, unit: Index, lanes: Lanes) -> Value {
        let c = b.load(self.scratch.c, unit, lanes);
        let peep = |b: &mut KernelBuilder, sum: Value, gate: i64, c: Value| match self.operands.peephole {
            None => sum,
            Some(peephole) => {
                let at = b.add(unit, (3 * direction as i64 + gate) * self.hidden);
                let weight = b.load(peephole, at, lanes);
                b.fma(weight, c, sum)
            }
        };
        let sum = self.gate(b, 0, unit, lanes);
        let sum = peep(b, sum, 0, c);
        let input = self.activate(b, direction, 0, sum);
        let forget = if self.view.input_forget {
            let one = b.like(input, 1.0);
            b.subf(one, input)
        } else {
            let sum = self.gate(b, 2, unit, lanes);
            let sum = peep(b, sum, 2, c);
            self.activate(b, direction, 0, sum)
        };
        let sum = self.gate(b, 3, unit, lanes);
        let candidate = self.activate(b, direction, 1, sum);
        let kept = b.mulf(forget, c);
        let c = b.fma(input, candidate, kept);
        b.store(c, self.scratch.c, unit, lanes);
        let sum = self.gate(b, 1, unit, lanes);
        let sum = peep(b, sum, 1, c);
        let output = self.activate(b, direction, 0, sum);
        let activation = self.activation(direction, 2);
        let shown = apply(b, activation, c);
        b.mulf(output, shown)
    }

    fn gru(&self, b: &mut KernelBuilder, direction: usize, unit: Index, lanes: Lanes) -> Value {
        let sum = self.gate(b, 0, unit, lanes);
        let update = self.activate(b, direction, 0, sum);
        let x = self.part(b, self.scratch.from_x, 2, unit, lanes);
        let mut h = self.part(b, self.scratch.from_h, 2, unit, lanes);
        if self.view.linear_before_reset {
            let sum = self.gate(b, 1, unit, lanes);
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
