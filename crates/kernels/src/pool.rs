//! Emits max_pool and average_pool: see `kiln_schedule::pool`.

use crate::builder::{Body, Combine, Condition, Coordinate, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::map::walk_space;
use crate::window::WindowAxes;
use kiln_arith::IntegerPredicate;
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

/// The pool of one kernel.
struct Pool<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    window: WindowAxes,
    sizes: Vec<Index>,
    is_max: bool,
    element: ElementType,
}

/// Writes the body of a kernel of family `pool`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let rank = node.results[0].rank();
    let sizes: Vec<Index> = node.integers("window", rank - 2, 1).into_iter().map(Index::Constant).collect();
    let window = WindowAxes::of(node, rank);
    let element = node.results[0].element;
    let pool = Pool { spec, anchor, node, window, sizes, is_max: node.is("max_pool"), element };
    let extents = b.dims(&node.results[0].shape);
    walk_space(b, plan, &extents, |b, outer, lower, upper, lanes| {
        b.vector_loop(lower, upper, lanes, |b, index, lanes| {
            pool.point(b, &[outer, &[index]].concat(), lanes);
        });
    });
}

impl Pool<'_> {
    fn source(&self, result: usize) -> Source {
        Source::Node { node: self.anchor, result }
    }

    /// Computes the lanes of the result at `at`.
    fn point(&self, b: &mut KernelBuilder, at: &[Index], lanes: Lanes) {
        let input = self.node.operands[0];
        let extents = b.dims(&self.spec.tensor(input).shape);
        let mut origins = Vec::new();
        let (mut lows, mut highs) = (Vec::new(), Vec::new());
        for (axis, &place) in self.window.axes.iter().enumerate() {
            let origin = self.window.origin(b, axis, at[place]);
            let (low, high) = self.window.taps_within(b, axis, origin, self.sizes[axis], 0.into(), extents[place]);
            origins.push(origin);
            lows.push(low);
            highs.push(high);
        }
        let mut body = Body::new(self.spec, lanes);
        if self.is_max && self.spec.outputs.len() > 1 {
            let (best, place) = self.largest(b, at, &origins, &lows, &highs, &extents);
            body.define(self.source(0), best);
            body.define(self.source(1), place);
        } else {
            let how = if self.is_max { Combine::Maximum } else { Combine::Add };
            let sum = self.combine(b, how, at, lanes, &origins, &lows, &highs);
            let value = if self.is_max { sum } else { self.mean(b, sum, &origins, &lows, &highs, &extents) };
            body.define(self.source(0), value);
        }
        body.store_outputs(b, &Coordinate::row(at));
    }

    /// Combines the window's elements; a window that lies inside as a whole is written without loops.
    #[expect(clippy::too_many_arguments, reason = "the description of one window")]
    fn combine(
        &self,
        b: &mut KernelBuilder,
        how: Combine,
        at: &[Index],
        lanes: Lanes,
        origins: &[Index],
        lows: &[Index],
        highs: &[Index],
    ) -> Value {
        const LARGEST_UNROLLED: i64 = 16;
        let size: i64 = self.sizes.iter().filter_map(|size| size.as_constant()).product();
        let neutral = match how {
            Combine::Maximum => self.lowest(b, lanes.count),
            _ => b.neutral(how, self.element, lanes.count),
        };
        let looped = |b: &mut KernelBuilder| {
            let pairs: Vec<(Index, Index)> = lows.iter().copied().zip(highs.iter().copied()).collect();
            vec![self.walk_taps(b, &pairs, Vec::new(), neutral, &mut |b, taps, sum| {
                let value = self.load(b, at, lanes, origins, taps);
                self.join(b, how, sum, value)
            })]
        };
        if size > LARGEST_UNROLLED {
            return looped(b)[0];
        }
        let mut inside = Condition::Constant(true);
        for axis in 0..self.sizes.len() {
            let starts = b.compare(IntegerPredicate::Equal, lows[axis], 0);
            let ends = b.compare(IntegerPredicate::Equal, highs[axis], self.sizes[axis]);
            inside = b.and(inside, starts);
            inside = b.and(inside, ends);
        }
        b.if_else(
            inside,
            |b| {
                let mut sum = None;
                for linear in 0..size {
                    let taps = b.delinearize(Index::Constant(linear), &self.sizes);
                    let value = self.load(b, at, lanes, origins, &taps);
                    sum = Some(match sum {
                        None => value,
                        Some(sum) => self.join(b, how, sum, value),
                    });
                }
                vec![sum.unwrap_or(neutral)]
            },
            looped,
        )[0]
    }

    /// Joins two elements; of a maximum, NaN wins only over what came before.
    fn join(&self, b: &mut KernelBuilder, how: Combine, sum: Value, value: Value) -> Value {
        match how {
            Combine::Maximum if self.element.is_float() => b.larger(sum, value),
            _ => b.combine(how, self.element, sum, value),
        }
    }

    /// The smallest finite number: what a window of padding alone gives.
    fn lowest(&self, b: &mut KernelBuilder, lanes: usize) -> Value {
        let ty = lanes_of(computed_type(self.element), lanes);
        match self.element {
            ElementType::F32 => b.float(f64::from(f32::MIN), ty),
            ElementType::F64 => b.float(f64::MIN, ty),
            ElementType::F16 => b.float(-65504.0, ty),
            ElementType::BF16 => b.float(-3.389_531_389_251_535_5e38, ty),
            _ => b.neutral(Combine::Maximum, self.element, lanes),
        }
    }

    /// Loops over the remaining axes' taps, carrying one value.
    fn walk_taps(
        &self,
        b: &mut KernelBuilder,
        ranges: &[(Index, Index)],
        taps: Vec<Index>,
        carried: Value,
        body: &mut dyn FnMut(&mut KernelBuilder, &[Index], Value) -> Value,
    ) -> Value {
        let Some((&(low, high), rest)) = ranges.split_first() else { return body(b, &taps, carried) };
        b.for_loop(low, high, 1, &[carried], |b, tap, carried| {
            let taps = [taps.as_slice(), &[tap]].concat();
            vec![self.walk_taps(b, rest, taps, carried[0], body)]
        })[0]
    }

    fn load(&self, b: &mut KernelBuilder, at: &[Index], lanes: Lanes, origins: &[Index], taps: &[Index]) -> Value {
        let mut place = at.to_vec();
        for (axis, &spatial) in self.window.axes.iter().enumerate() {
            place[spatial] = self.window.place(b, axis, origins[axis], taps[axis]);
        }
        Body::new(self.spec, lanes).value(b, self.node.operands[0], &Coordinate::row(&place))
    }

    /// The sum divided by how many elements count.
    fn mean(
        &self,
        b: &mut KernelBuilder,
        sum: Value,
        origins: &[Index],
        lows: &[Index],
        highs: &[Index],
        extents: &[Index],
    ) -> Value {
        let count_pad = self.node.attributes.bool("count_include_pad").unwrap_or(false);
        let spatial = self.sizes.len();
        let (high, low) = (self.node.integers("pad_high", spatial, 0), self.node.integers("pad_low", spatial, 0));
        let extra = self.node.integers("ceil_extra", spatial, 0);
        let mut count = Index::Constant(1);
        for axis in 0..spatial {
            let (first, last) = if count_pad {
                let end = b.add(extents[self.window.axes[axis]], high[axis] - extra[axis]);
                let bound = Index::Constant(-low[axis]);
                // Taps never lie below the padding.
                let (_, last) = self.window.taps_within(b, axis, origins[axis], self.sizes[axis], bound, end);
                (Index::Constant(0), last)
            } else {
                (lows[axis], highs[axis])
            };
            let taps = b.sub(last, first);
            count = b.mul(count, taps);
        }
        let count = b.index(count);
        let count = b.op("arith.index_cast", &[count], Type::i64());
        let count = b.cast(count, ElementType::I64, self.element);
        let lanes = b.lane_count(sum);
        let count = b.splat(count, lanes);
        b.divf(sum, count)
    }

    /// The largest element and its flat index in the order N,C,space...; scalars only.
    fn largest(
        &self,
        b: &mut KernelBuilder,
        at: &[Index],
        origins: &[Index],
        lows: &[Index],
        highs: &[Index],
        extents: &[Index],
    ) -> (Value, Value) {
        let lowest = self.lowest(b, 1);
        let none = b.integer(-1, Type::i64());
        let batch = b.mul(at[0], extents[self.window.channel]);
        let base = b.add(batch, at[self.window.channel]);
        let mut state = vec![lowest, none];
        let ranges: Vec<(Index, Index)> = lows.iter().copied().zip(highs.iter().copied()).collect();
        state = self.search(b, &ranges, Vec::new(), state, &mut |b, taps, state| {
            let value = self.load(b, at, Lanes::SCALAR, origins, taps);
            let mut flat = base;
            for (axis, &place) in self.window.axes.iter().enumerate() {
                let position = self.window.place(b, axis, origins[axis], taps[axis]);
                let scaled = b.mul(flat, extents[place]);
                flat = b.add(scaled, position);
            }
            let flat = b.index(flat);
            let flat = b.op("arith.index_cast", &[flat], Type::i64());
            let first = b.compare_integers(IntegerPredicate::Equal, state[1], none);
            let better = match self.element.is_float() {
                true => b.compare_floats(kiln_arith::FloatPredicate::OrderedGreater, value, state[0]),
                false if self.element.is_unsigned_integer() => {
                    b.compare_integers(IntegerPredicate::UnsignedGreater, value, state[0])
                }
                false => b.compare_integers(IntegerPredicate::SignedGreater, value, state[0]),
            };
            let better = b.ori(better, first);
            vec![b.select(better, value, state[0]), b.select(better, flat, state[1])]
        });
        (state[0], state[1])
    }

    fn search(
        &self,
        b: &mut KernelBuilder,
        ranges: &[(Index, Index)],
        taps: Vec<Index>,
        carried: Vec<Value>,
        body: &mut dyn FnMut(&mut KernelBuilder, &[Index], &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let Some((&(low, high), rest)) = ranges.split_first() else { return body(b, &taps, &carried) };
        b.for_loop(low, high, 1, &carried, |b, tap, carried| {
            let taps = [taps.as_slice(), &[tap]].concat();
            self.search(b, rest, taps, carried.to_vec(), body)
        })
    }
}
