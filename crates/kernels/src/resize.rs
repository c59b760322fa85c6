//! Emits resize: see `kiln_schedule::resize`. Coordinates are computed in `f32`, as the systems that define them do.

mod taps;

use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder, Lanes};
use crate::map::walk_space;
use kiln_graph::ResizeView;
use kiln_ir::{Type, Value};
use kiln_schedule::resize::{Tables, compute_type};
use kiln_schedule::{KernelSpec, NodeSpec, Plan, Source};
use kiln_tensor::ElementType;

struct Resize<'s> {
    spec: &'s KernelSpec,
    anchor: usize,
    node: &'s NodeSpec,
    view: ResizeView,
    taps: Vec<i64>,
    from: Vec<Index>,
    to: Vec<Index>,
    /// What sums are computed in.
    compute: ElementType,
    /// The taps of all coordinates of each axis, where they are kept.
    tables: Vec<Option<Table>>,
}

/// The taps of an axis in memory: see `kiln_schedule::resize::AxisTable`.
#[derive(Clone, Copy)]
struct Table {
    indices: Buffer,
    weights: Option<Buffer>,
}

/// What one coordinate of the result is made of along an axis.
#[derive(Clone)]
struct Taps {
    /// Index in the operand and weight; a single tap has no weight.
    elements: Vec<(Index, Option<Value>)>,
    /// Whether the coordinate lies outside, as `i1`, if that matters.
    is_outside: Option<Value>,
}

/// Writes the body of a kernel of family `resize`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let view = ResizeView::parse(&node.attributes, node.results[0].rank()).expect("the planner read the attributes");
    let taps = plan.options.i64s("taps").unwrap_or_default();
    let (from, to) = (b.dims(&spec.operand(anchor, 0).shape), b.dims(&node.results[0].shape));
    let compute = compute_type(node);
    let tables = vec![None; taps.len()];
    let mut resize = Resize { spec, anchor, node, view, taps, from, to: to.clone(), compute, tables };
    let mut rows = None;
    if plan.flag("tabled") {
        let layout = Tables::of_plan(spec, plan, &resize.taps);
        resize.fill_tables(b, &layout);
        rows = layout.rows.map(|(at, count)| {
            let (at, count) = (b.expr(at), b.expr(count));
            let element = if plan.options.get("block_rows").is_some() { node.results[0].element } else { compute };
            b.scratch(element, at, count)
        });
    }
    if let (Some(block), Some(rows)) = (plan.options.i64("block_rows"), rows) {
        return resize.stretched(b, rows, block, plan.size("lanes"));
    }
    let gathers = plan.flag("gathers");
    walk_space(b, plan, &to, |b, outer, lower, upper, lanes| match gathers {
        true => resize.gathered_row(b, rows, outer, (lower, upper), lanes),
        false => resize.row(b, outer, lower, upper, lanes),
    });
}

impl Resize<'_> {
    /// Computes the taps of every coordinate of the axes that have any.
    fn fill_tables(&mut self, b: &mut KernelBuilder, layout: &Tables) {
        for (axis, table) in layout.axes.iter().enumerate() {
            let Some(table) = table else { continue };
            let extent = self.to[axis];
            let count = b.mul(extent, self.taps[axis]);
            let (indices, weights) = (b.expr(table.indices), table.weights.map(|at| b.expr(at)));
            let indices = b.scratch(ElementType::I32, indices, count);
            let weights = weights.map(|at| b.scratch(self.compute, at, count));
            b.for_each(0, extent, 1, |b, index| {
                let taps = self.taps(b, axis, index);
                for (number, &(element, weight)) in taps.elements.iter().enumerate() {
                    let before = b.mul(extent, number);
                    let place = b.add(before, index);
                    let element = b.index(element);
                    let element = b.op("arith.index_cast", &[element], Type::integer(32));
                    b.store(element, indices, place, Lanes::SCALAR);
                    if let (Some(weight), Some(weights)) = (weight, weights) {
                        b.store(weight, weights, place, Lanes::SCALAR);
                    }
                }
            });
            self.tables[axis] = Some(Table { indices, weights });
        }
    }

    /// Reads the taps of a coordinate from a table.
    fn tabled(&self, b: &mut KernelBuilder, table: Table, axis: usize, index: Index) -> Taps {
        let mut elements = Vec::new();
        for number in 0..self.taps[axis] {
            let before = b.mul(self.to[axis], number);
            let place = b.add(before, index);
            let element = b.load_scalar(table.indices, place);
            let element = Index::Value(b.op("arith.index_cast", &[element], Type::index()));
            elements.push((element, table.weights.map(|weights| b.load_scalar(weights, place))));
        }
        Taps { elements, is_outside: None }
    }

    /// A row of the result, whose lanes gather their taps: from `row`, once the operand is resampled into it along the
    /// other axes, or from the operand itself where these have a single tap.
    fn gathered_row(
        &self,
        b: &mut KernelBuilder,
        row: Option<Buffer>,
        outer: &[Index],
        (lower, upper): (Index, Index),
        lanes: usize,
    ) {
        let last = outer.len();
        let before: Vec<Taps> = outer.iter().enumerate().map(|(axis, &index)| self.taps(b, axis, index)).collect();
        let source = match row {
            Some(row) => {
                b.vector_loop(0, self.from[last], lanes, |b, index, lanes| {
                    let mut taps = before.clone();
                    taps.push(Taps { elements: vec![(index, None)], is_outside: None });
                    let value = self.partial(b, &taps, &mut Vec::new(), lanes);
                    b.store(value, row, index, lanes);
                });
                (row, Index::Constant(0))
            }
            None => {
                let at: Vec<Index> = before.iter().map(|taps| taps.elements[0].0).collect();
                self.operand_row(b, &at)
            }
        };
        let table = self.tables[last].expect("lanes gather along a resampled axis");
        b.vector_loop(lower, upper, lanes, |b, index, lanes| {
            let sum = self.gathered(b, table, source, index, lanes);
            let value = self.to_result(b, sum, table);
            self.finish(b, outer, index, lanes, value);
        });
    }

    /// The row of the operand at some coordinates, and where it begins.
    fn operand_row(&self, b: &mut KernelBuilder, at: &[Index]) -> (Buffer, Index) {
        let source = self.node.operands[0];
        let Source::Input(number) = source else { panic!("a planner takes only what resizes an input of the kernel") };
        let strides = b.tensor_strides(self.spec.tensor(source));
        (b.inputs[number], b.linear(at, &strides[..at.len()]))
    }

    /// The weighted sum of what lanes gather from a row.
    fn gathered(
        &self,
        b: &mut KernelBuilder,
        table: Table,
        (row, start): (Buffer, Index),
        index: Index,
        lanes: Lanes,
    ) -> Value {
        let last = self.to.len() - 1;
        let mut sum: Option<Value> = None;
        for number in 0..self.taps[last] {
            let before = b.mul(self.to[last], number);
            let place = b.add(before, index);
            let offsets = b.load(table.indices, place, lanes);
            let value = b.gather_at(row, start, offsets, lanes);
            let weight = table.weights.map(|weights| b.load(weights, place, lanes));
            sum = Some(weigh(b, sum, value, weight));
        }
        sum.expect("a resampled axis has at least one tap")
    }

    /// A sum along an axis that has weights or not, of elements of the type that sums are computed in or of the result's.
    fn to_result(&self, b: &mut KernelBuilder, sum: Value, table: Table) -> Value {
        if table.weights.is_some() { b.cast(sum, self.compute, self.node.results[0].element) } else { sum }
    }

    /// Blocks of rows: those of the operand, resampled along the last axis, in `buffer`; then sums of them.
    fn stretched(&self, b: &mut KernelBuilder, buffer: Buffer, block: i64, lanes: usize) {
        let (rows, last) = (self.to.len() - 2, self.to.len() - 1);
        let width = self.to[last];
        let table = |axis: usize| self.tables[axis].expect("rows of planes are resampled along both axes");
        let (row_table, table) = (table(rows), table(last));
        let mut extents = self.to[..rows].to_vec();
        extents.push(b.ceil_div(self.to[rows], block));
        let (begin, end) = (b.begin, b.end);
        b.for_each(begin, end, 1, |b, task| {
            let mut outer = b.delinearize(task, &extents);
            let number = outer.pop().expect("tasks count blocks last");
            let first = b.mul(number, block);
            let past = b.add(first, block);
            let past = b.min(past, self.to[rows]);
            let before_past = b.sub(past, 1);
            let low = self.taps(b, rows, first).elements[0].0;
            let high = self.taps(b, rows, before_past).elements.last().expect("an axis has at least one tap").0;
            let high = b.add(high, 1);
            let place = |b: &mut KernelBuilder, row: Index| {
                let number = b.sub(row, low);
                b.mul(number, width)
            };
            b.for_each(low, high, 1, |b, row| {
                let source = self.operand_row(b, &[&outer[..], &[row]].concat());
                let place = place(b, row);
                b.vector_loop(0, width, lanes, |b, index, lanes| {
                    let value = self.gathered(b, table, source, index, lanes);
                    let at = b.add(place, index);
                    b.store(value, buffer, at, lanes);
                });
            });
            b.for_each(first, past, 1, |b, row| {
                let taps = self.taps(b, rows, row).elements;
                let parts: Vec<_> = taps.iter().map(|&(row, weight)| (place(b, row), weight)).collect();
                let outer = [&outer[..], &[row]].concat();
                b.vector_loop(0, width, lanes, |b, index, lanes| {
                    let mut sum = None;
                    for &(place, weight) in &parts {
                        let at = b.add(place, index);
                        let value = b.load(buffer, at, lanes);
                        let weight = weight.map(|weight| b.splat(weight, lanes.count));
                        sum = Some(weigh(b, sum, value, weight));
                    }
                    let sum = sum.expect("an axis has at least one tap");
                    let value = self.to_result(b, sum, row_table);
                    self.finish(b, &outer, index, lanes, value);
                });
            });
        });
    }

    /// Stores what follows from elements of the resized tensor.
    fn finish(&self, b: &mut KernelBuilder, outer: &[Index], index: Index, lanes: Lanes, value: Value) {
        let mut body = Body::new(self.spec, lanes);
        body.define(Source::Node { node: self.anchor, result: 0 }, value);
        body.store_outputs(b, &Coordinate::row(&[outer, &[index]].concat()));
    }

    fn row(&self, b: &mut KernelBuilder, outer: &[Index], lower: Index, upper: Index, lanes: usize) {
        let before: Vec<Taps> = outer.iter().enumerate().map(|(axis, &index)| self.taps(b, axis, index)).collect();
        b.vector_loop(lower, upper, lanes, |b, index, lanes| {
            let mut taps = before.clone();
            taps.push(self.taps(b, outer.len(), index));
            let mut value = self.sum(b, &taps, &mut Vec::new(), lanes);
            for taps in &taps {
                if let Some(is_outside) = taps.is_outside {
                    let element = self.node.results[0].element;
                    let outside = b.number(self.view.extrapolation, element, lanes.count);
                    value = b.select(is_outside, outside, value);
                }
            }
            self.finish(b, outer, index, lanes, value);
        });
    }

    /// The weighted sum over all combinations of taps, in the result's element type.
    fn sum(&self, b: &mut KernelBuilder, taps: &[Taps], at: &mut Vec<Index>, lanes: Lanes) -> Value {
        let is_weighted = taps.iter().any(|taps| taps.elements.iter().any(|(_, weight)| weight.is_some()));
        let value = self.partial(b, taps, at, lanes);
        if is_weighted { b.cast(value, self.compute, self.node.results[0].element) } else { value }
    }

    fn partial(&self, b: &mut KernelBuilder, taps: &[Taps], at: &mut Vec<Index>, lanes: Lanes) -> Value {
        let Some((first, rest)) = taps.split_first() else {
            let value = Body::new(self.spec, lanes).value(b, self.node.operands[0], &Coordinate::row(at));
            let is_weighted = self.taps.iter().any(|&taps| taps > 1);
            return if is_weighted { b.cast(value, self.node.results[0].element, self.compute) } else { value };
        };
        let mut sum: Option<Value> = None;
        for &(index, weight) in &first.elements {
            at.push(index);
            let value = self.partial(b, rest, at, lanes);
            at.pop();
            let weight = weight.map(|weight| b.splat(weight, lanes.count));
            sum = Some(weigh(b, sum, value, weight));
        }
        sum.expect("an axis has at least one tap")
    }
}

/// The sum so far and a weighted value; `None` are no sum, and a weight of one.
fn weigh(b: &mut KernelBuilder, sum: Option<Value>, value: Value, weight: Option<Value>) -> Value {
    match (sum, weight) {
        (None, None) => value,
        (None, Some(weight)) => b.mulf(value, weight),
        (Some(sum), None) => b.addf(sum, value),
        (Some(sum), Some(weight)) => b.fma(value, weight, sum),
    }
}
