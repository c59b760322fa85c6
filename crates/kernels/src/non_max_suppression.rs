//! Emits non_max_suppression: see `kiln_schedule::non_max_suppression`.

use crate::builder::{Body, Buffer, Condition, Coordinate, Index, KernelBuilder, Lanes};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan};
use kiln_tensor::ElementType;

struct Suppression<'s> {
    spec: &'s KernelSpec,
    node: &'s NodeSpec,
    is_centred: bool,
    boxes: Index,
    /// The boxes kept that there is room for.
    room: Index,
}

/// A box as its lower and its upper corner, and its area.
struct Corners {
    low: [Value; 2],
    high: [Value; 2],
    area: Value,
}

/// Writes the body of a kernel of family `non_max_suppression`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let is_centred = node.attributes.bool("center_point_box").unwrap_or(false);
    let shape = b.dims(&node.results[0].shape);
    let boxes = b.dim(spec.operand(anchor, 1).shape[2]);
    let suppression = Suppression { spec, node, is_centred, boxes, room: shape[2] };
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &shape[..2]);
        suppression.class(b, task, at[0], at[1]);
    });
}

impl Suppression<'_> {
    fn operand(&self, b: &mut KernelBuilder, operand: usize, at: &[Index]) -> Value {
        let at: Vec<Coordinate> = at.iter().map(|&index| Coordinate::uniform(index)).collect();
        Body::new(self.spec, Lanes::SCALAR).value(b, self.node.operands[operand], &at)
    }

    /// One class of one picture: boxes are kept while there are any and as long as there may be more.
    fn class(&self, b: &mut KernelBuilder, task: Index, picture: Index, class: Index) {
        let most = self.operand(b, 2, &[]);
        let [overlap, threshold] = [3, 4].map(|operand| self.operand(b, operand, &[]));
        let marks = b.scratch(ElementType::I8, 0, self.boxes);
        b.for_each(0, self.boxes, 1, |b, index| {
            let score = self.operand(b, 1, &[picture, class, index]);
            let counts = b.compare_floats(FloatPredicate::OrderedGreater, score, threshold);
            let (clear, set) = (b.byte_constant(0), b.byte_constant(1));
            let mark = b.select(counts, clear, set);
            b.store(mark, marks, index, Lanes::SCALAR);
        });
        let first = b.mul(task, self.room);
        let start = b.bool_constant(true);
        b.for_loop(0, self.room, 1, &[start], |b, rank, goes_on| {
            let place = b.add(first, rank);
            let rank = b.index(rank);
            let rank = b.op("arith.index_cast", &[rank], Type::i64());
            let is_wanted = b.compare_integers(IntegerPredicate::SignedLess, rank, most);
            let goes_on = b.andi(goes_on[0], is_wanted);
            let none = b.integer(-1, Type::i64());
            let best =
                b.if_else(Condition::Value(goes_on), |b| vec![self.best(b, marks, picture, class)], |_| vec![none]);
            let output = b.outputs[0];
            b.store(best[0], output, place, Lanes::SCALAR);
            let is_kept = b.compare_integers(IntegerPredicate::NotEqual, best[0], none);
            b.if_then(Condition::Value(is_kept), |b| {
                let best = b.op("arith.index_cast", &[best[0]], Type::index());
                self.suppress(b, marks, picture, Index::Value(best), overlap);
            });
            vec![is_kept]
        });
    }

    /// The number of the box of the best score that is not marked; -1 if there is none.
    fn best(&self, b: &mut KernelBuilder, marks: Buffer, picture: Index, class: Index) -> Value {
        let none = b.integer(-1, Type::i64());
        let lowest = b.float(f64::NEG_INFINITY, Type::f32());
        let best = b.for_loop(0, self.boxes, 1, &[lowest, none], |b, index, best| {
            let is_free = self.is_free(b, marks, index);
            b.if_else(
                is_free,
                |b| {
                    let score = self.operand(b, 1, &[picture, class, index]);
                    let wins = b.compare_floats(FloatPredicate::OrderedGreater, score, best[0]);
                    let index = b.index(index);
                    let index = b.op("arith.index_cast", &[index], Type::i64());
                    vec![b.select(wins, score, best[0]), b.select(wins, index, best[1])]
                },
                |_| best.to_vec(),
            )
        });
        best[1]
    }

    /// Marks a box and all that overlap it by more than `overlap`.
    fn suppress(&self, b: &mut KernelBuilder, marks: Buffer, picture: Index, kept: Index, overlap: Value) {
        let set = b.byte_constant(1);
        b.store(set, marks, kept, Lanes::SCALAR);
        let kept = self.corners(b, picture, kept);
        b.for_each(0, self.boxes, 1, |b, index| {
            let is_free = self.is_free(b, marks, index);
            b.if_then(is_free, |b| {
                let other = self.corners(b, picture, index);
                let is_hidden = self.overlaps(b, &kept, &other, overlap);
                b.if_then(Condition::Value(is_hidden), |b| b.store(set, marks, index, Lanes::SCALAR));
            });
        });
    }

    fn is_free(&self, b: &mut KernelBuilder, marks: Buffer, index: Index) -> Condition {
        let mark = b.load_scalar(marks, index);
        let clear = b.byte_constant(0);
        Condition::Value(b.compare_integers(IntegerPredicate::Equal, mark, clear))
    }

    fn corners(&self, b: &mut KernelBuilder, picture: Index, index: Index) -> Corners {
        let [first, second, third, fourth] =
            [0, 1, 2, 3].map(|part| self.operand(b, 0, &[picture, index, Index::Constant(part)]));
        let (low, high) = if self.is_centred {
            let half = b.float(0.5, Type::f32());
            let sides = [(second, fourth), (first, third)].map(|(centre, side)| {
                let distance = b.mulf(side, half);
                (b.subf(centre, distance), b.addf(centre, distance))
            });
            (sides.map(|side| side.0), sides.map(|side| side.1))
        } else {
            let pairs = [(first, third), (second, fourth)];
            (pairs.map(|(one, other)| b.smaller(one, other)), pairs.map(|(one, other)| b.larger(one, other)))
        };
        let [height, width] = [0, 1].map(|axis: usize| b.subf(high[axis], low[axis]));
        let area = b.mulf(height, width);
        Corners { low, high, area }
    }

    /// Whether the intersection of two boxes, if they have one, is more than `overlap` of their union.
    fn overlaps(&self, b: &mut KernelBuilder, one: &Corners, other: &Corners, overlap: Value) -> Value {
        let zero = b.float(0.0, Type::f32());
        let [height, width] = [0, 1].map(|axis: usize| {
            let low = b.larger(one.low[axis], other.low[axis]);
            let high = b.smaller(one.high[axis], other.high[axis]);
            b.subf(high, low)
        });
        let [is_high, is_wide] =
            [height, width].map(|side| b.compare_floats(FloatPredicate::OrderedGreater, side, zero));
        let meets = b.andi(is_high, is_wide);
        let common = b.mulf(height, width);
        let areas = b.addf(one.area, other.area);
        let union = b.subf(areas, common);
        let part = b.divf(common, union);
        let is_more = b.compare_floats(FloatPredicate::OrderedGreater, part, overlap);
        b.andi(meets, is_more)
    }
}
