//! Emits cumulative_sum, cumulative_product, arg_max, arg_min and top_k: see `kiln_schedule::scan`.

use crate::builder::{Body, Combine, Condition, Coordinate, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::map::nest;
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Scan<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    length: Index,
    element: ElementType,
}

/// Writes the body of a kernel of family `scan`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
    let extents = b.dims(&spec.operand(anchor, 0).shape);
    let element = spec.operand(anchor, 0).element;
    let scan = Scan { spec, anchor, node, length: extents[axis], element };
    let (outer, inner) = (extents[..axis].to_vec(), extents[axis + 1..].to_vec());
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &outer);
        let Some((&last, middle)) = inner.split_last() else {
            return scan.line(b, &at, &[], Lanes::SCALAR);
        };
        nest(b, Vec::new(), middle, |b, middle| {
            b.vector_loop(0, last, plan.size("lanes"), |b, index, lanes| {
                scan.line(b, &at, &[middle, &[index]].concat(), lanes);
            });
        });
    });
}

impl Scan<'_> {
    fn line(&self, b: &mut KernelBuilder, before: &[Index], after: &[Index], lanes: Lanes) {
        match self.node.op() {
            "cumulative_sum" => self.accumulate(b, Combine::Add, before, after, lanes),
            "cumulative_product" => self.accumulate(b, Combine::Multiply, before, after, lanes),
            "top_k" => self.top_k(b, before, after),
            _ => self.arg_extreme(b, before, after, lanes),
        }
    }

    /// Coordinates of the element at `index` along the axis. Where nothing follows the axis, all lanes are the same.
    fn place(&self, before: &[Index], index: Index, after: &[Index]) -> Vec<Coordinate> {
        let at = [before, &[index], after].concat();
        match after {
            [] => at.into_iter().map(Coordinate::uniform).collect(),
            _ => Coordinate::row(&at),
        }
    }

    fn operand(&self, b: &mut KernelBuilder, at: &[Coordinate], lanes: Lanes) -> Value {
        Body::new(self.spec, lanes).value(b, self.node.operands[0], at)
    }

    fn accumulate(&self, b: &mut KernelBuilder, how: Combine, before: &[Index], after: &[Index], lanes: Lanes) {
        let flag = |name: &str| self.node.attributes.bool(name).unwrap_or(false);
        let (exclusive, reverse) = (flag("exclusive"), flag("reverse"));
        let start = b.neutral(how, self.element, lanes.count);
        b.for_loop(0, self.length, 1, &[start], |b, step, sum| {
            let index = if reverse {
                let last = b.sub(self.length, 1);
                b.sub(last, step)
            } else {
                step
            };
            let at = self.place(before, index, after);
            let value = self.operand(b, &at, lanes);
            let next = b.combine(how, self.element, sum[0], value);
            let mut body = Body::new(self.spec, lanes);
            body.define(Source::Node { node: self.anchor, result: 0 }, if exclusive { sum[0] } else { next });
            body.store_outputs(b, &at);
            vec![next]
        });
    }

    fn arg_extreme(&self, b: &mut KernelBuilder, before: &[Index], after: &[Index], lanes: Lanes) {
        let largest = self.node.is("arg_max");
        let last = self.node.attributes.bool("select_last").unwrap_or(false);
        let at = self.place(before, 0.into(), after);
        let first = self.operand(b, &at, lanes);
        let none = b.integer(0, lanes_of(Type::i64(), lanes.count));
        let best = b.for_loop(1, self.length, 1, &[first, none], |b, index, best| {
            let at = self.place(before, index, after);
            let value = self.operand(b, &at, lanes);
            let wins = if last {
                let loses = is_better(b, self.element, best[0], value, largest, true);
                let ones = b.integer(1, b.ty(loses));
                b.xori(loses, ones)
            } else {
                is_better(b, self.element, value, best[0], largest, true)
            };
            let position = self.position(b, index, lanes.count);
            vec![b.select(wins, value, best[0]), b.select(wins, position, best[1])]
        });
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, best[1]);
        body.store_outputs(b, &at);
    }

    fn position(&self, b: &mut KernelBuilder, index: Index, lanes: usize) -> Value {
        let index = b.index(index);
        let word = b.op("arith.index_cast", &[index], Type::i64());
        b.splat(word, lanes)
    }

    /// Takes the best element that is not marked, marks it, `k` times.
    fn top_k(&self, b: &mut KernelBuilder, before: &[Index], after: &[Index]) {
        let attributes = &self.node.attributes;
        let largest = attributes.bool("largest").unwrap_or(true);
        let k = b.dims(&self.node.results[0].shape)[before.len()];
        let marks = b.scratch(ElementType::I8, 0, self.length);
        let (clear, set) = (b.integer(0, Type::integer(8)), b.integer(1, Type::integer(8)));
        b.for_each(0, self.length, 1, |b, index| b.store(clear, marks, index, Lanes::SCALAR));
        b.for_each(0, k, 1, |b, rank| {
            let none = b.integer(-1, Type::i64());
            let start = b.zero(computed_type(self.element));
            let best = b.for_loop(0, self.length, 1, &[start, none], |b, index, best| {
                let mark = b.load_scalar(marks, index);
                let is_free = b.compare_integers(IntegerPredicate::Equal, mark, clear);
                b.if_else(
                    Condition::Value(is_free),
                    |b| {
                        let at = self.place(before, index, after);
                        let at: Vec<Coordinate> = at.iter().map(|at| Coordinate::uniform(at.base)).collect();
                        let value = self.operand(b, &at, Lanes::SCALAR);
                        let better = is_better(b, self.element, value, best[0], largest, largest);
                        let is_first = b.compare_integers(IntegerPredicate::Equal, best[1], none);
                        let wins = b.ori(better, is_first);
                        let position = self.position(b, index, 1);
                        vec![b.select(wins, value, best[0]), b.select(wins, position, best[1])]
                    },
                    |_| best.to_vec(),
                )
            });
            let index = b.op("arith.index_cast", &[best[1]], Type::index());
            // Of fewer than `k` elements none is left.
            let index = b.max(Index::Value(index), 0);
            b.store(set, marks, index, Lanes::SCALAR);
            let mut body = Body::new(self.spec, Lanes::SCALAR);
            for (result, &value) in best.iter().enumerate() {
                body.define(Source::Node { node: self.anchor, result }, value);
            }
            let at = [before, &[rank], after].concat();
            body.store_outputs(b, &Coordinate::row(&at));
        });
    }
}

/// Whether `candidate` comes before `best` in the order wanted; NaN before everything, if `nan_first`.
pub(crate) fn is_better(
    b: &mut KernelBuilder,
    element: ElementType,
    candidate: Value,
    best: Value,
    largest: bool,
    nan_first: bool,
) -> Value {
    if !element.is_float() {
        let predicate = match (largest, element.is_signed_integer()) {
            (true, true) => IntegerPredicate::SignedGreater,
            (true, false) => IntegerPredicate::UnsignedGreater,
            (false, true) => IntegerPredicate::SignedLess,
            (false, false) => IntegerPredicate::UnsignedLess,
        };
        return b.compare_integers(predicate, candidate, best);
    }
    let predicate = if largest { FloatPredicate::OrderedGreater } else { FloatPredicate::OrderedLess };
    let better = b.compare_floats(predicate, candidate, best);
    let (winner, loser) = if nan_first { (candidate, best) } else { (best, candidate) };
    let winner_is_nan = b.compare_floats(FloatPredicate::Unordered, winner, winner);
    let loser_is_number = b.compare_floats(FloatPredicate::Ordered, loser, loser);
    let by_nan = b.andi(winner_is_nan, loser_is_number);
    b.ori(better, by_nan)
}
