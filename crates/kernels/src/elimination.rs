//! Emits determinant and inverse: see `kiln_schedule::elimination`.

use crate::builder::{Body, Buffer, Coordinate, Index, KernelBuilder, Lanes, computed_type};
use kiln_arith::FloatPredicate;
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, NodeSpec, Plan};
use kiln_tensor::ElementType;

/// A matrix in scratch memory.
struct Matrix<'s> {
    spec: &'s KernelSpec,
    node: &'s NodeSpec,
    element: ElementType,
    rows: Buffer,
    size: Index,
    /// Elements of a row: those of the matrix, and for an inverse as many again.
    width: Index,
}

/// Writes the body of a kernel of family `elimination`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let operand = spec.operand(anchor, 0);
    let extents = b.dims(&operand.shape);
    let (outer, size) = (extents[..extents.len() - 2].to_vec(), extents[extents.len() - 1]);
    let width = b.mul(size, plan.int("width"));
    let count = b.mul(size, width);
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| {
        let at = b.delinearize(task, &outer);
        let rows = b.scratch(operand.element, 0, count);
        let matrix = Matrix { spec, node, element: operand.element, rows, size, width };
        matrix.read(b, &at);
        if node.is("inverse") {
            matrix.write_inverse(b, task);
        } else {
            matrix.write_determinant(b, task);
        }
    });
}

impl Matrix<'_> {
    fn lanes(&self, b: &KernelBuilder) -> usize {
        b.register_lanes(self.element)
    }

    fn place(&self, b: &mut KernelBuilder, row: Index, column: Index) -> Index {
        let first = b.mul(row, self.width);
        b.add(first, column)
    }

    fn element_at(&self, b: &mut KernelBuilder, row: Index, column: Index) -> Value {
        let place = self.place(b, row, column);
        b.load_scalar(self.rows, place)
    }

    /// Copies the matrix, and puts the identity beside it if there is room.
    fn read(&self, b: &mut KernelBuilder, before: &[Index]) {
        let (zero, one) = (b.number(0.0, self.element, 1), b.number(1.0, self.element, 1));
        b.for_each(0, self.size, 1, |b, row| {
            b.for_each(0, self.size, 1, |b, column| {
                let at = [before, &[row, column]].concat();
                let at: Vec<Coordinate> = at.iter().map(|&index| Coordinate::uniform(index)).collect();
                let value = Body::new(self.spec, Lanes::SCALAR).value(b, self.node.operands[0], &at);
                let place = self.place(b, row, column);
                b.store(value, self.rows, place, Lanes::SCALAR);
            });
            b.for_each(self.size, self.width, 1, |b, column| {
                let place = self.place(b, row, column);
                b.store(zero, self.rows, place, Lanes::SCALAR);
            });
            if self.node.is("inverse") {
                let column = b.add(self.size, row);
                let place = self.place(b, row, column);
                b.store(one, self.rows, place, Lanes::SCALAR);
            }
        });
    }

    /// Swaps row `column` with the one from there on whose element in the column is largest; the number of that row.
    fn bring_pivot(&self, b: &mut KernelBuilder, column: Index) -> Value {
        let first = self.element_at(b, column, column);
        let first = b.absolute(first);
        let start = b.index(column);
        let next = b.add(column, 1);
        let best = b.for_loop(next, self.size, 1, &[first, start], |b, row, best| {
            let value = self.element_at(b, row, column);
            let value = b.absolute(value);
            let wins = b.compare_floats(FloatPredicate::OrderedGreater, value, best[0]);
            let row = b.index(row);
            vec![b.select(wins, value, best[0]), b.select(wins, row, best[1])]
        });
        let lanes = self.lanes(b);
        b.vector_loop(0, self.width, lanes, |b, at, lanes| {
            let here = self.place(b, column, at);
            let there = self.place(b, Index::Value(best[1]), at);
            let (one, other) = (b.load(self.rows, here, lanes), b.load(self.rows, there, lanes));
            b.store(one, self.rows, there, lanes);
            b.store(other, self.rows, here, lanes);
        });
        best[1]
    }

    /// Takes `factor` times row `from` from `row`.
    fn subtract_row(&self, b: &mut KernelBuilder, row: Index, from: Index, factor: Value) {
        let lanes = self.lanes(b);
        b.vector_loop(0, self.width, lanes, |b, at, lanes| {
            let here = self.place(b, row, at);
            let there = self.place(b, from, at);
            let (value, other) = (b.load(self.rows, here, lanes), b.load(self.rows, there, lanes));
            let factor = b.splat(factor, lanes.count);
            let product = b.mulf(factor, other);
            let value = b.subf(value, product);
            b.store(value, self.rows, here, lanes);
        });
    }

    fn write_determinant(&self, b: &mut KernelBuilder, task: Index) {
        let ty = computed_type(self.element);
        let (zero, one) = (b.zero(ty), b.float(1.0, ty));
        let product = b.for_loop(0, self.size, 1, &[one], |b, column, product| {
            let from = self.bring_pivot(b, column);
            let is_same = b.compare(kiln_arith::IntegerPredicate::Equal, Index::Value(from), column);
            let is_same = b.condition(is_same);
            let negated = b.unary("arith.negf", product[0]);
            let product = b.select(is_same, product[0], negated);
            let pivot = self.element_at(b, column, column);
            let is_zero = b.compare_floats(FloatPredicate::OrderedEqual, pivot, zero);
            let next = b.add(column, 1);
            b.for_each(next, self.size, 1, |b, row| {
                let value = self.element_at(b, row, column);
                let factor = b.divf(value, pivot);
                // Where no element of the column is left, there is nothing to take away.
                let factor = b.select(is_zero, zero, factor);
                self.subtract_row(b, row, column, factor);
            });
            vec![b.mulf(product, pivot)]
        });
        let output = b.outputs[0];
        b.store(product[0], output, task, Lanes::SCALAR);
    }

    fn write_inverse(&self, b: &mut KernelBuilder, task: Index) {
        let lanes = self.lanes(b);
        b.for_each(0, self.size, 1, |b, column| {
            self.bring_pivot(b, column);
            let pivot = self.element_at(b, column, column);
            b.vector_loop(0, self.width, lanes, |b, at, lanes| {
                let place = self.place(b, column, at);
                let value = b.load(self.rows, place, lanes);
                let pivot = b.splat(pivot, lanes.count);
                let value = b.divf(value, pivot);
                b.store(value, self.rows, place, lanes);
            });
            b.for_each(0, self.size, 1, |b, row| {
                let is_other = b.compare(kiln_arith::IntegerPredicate::NotEqual, row, column);
                b.if_then(is_other, |b| {
                    let factor = self.element_at(b, row, column);
                    self.subtract_row(b, row, column, factor);
                });
            });
        });
        let count = b.mul(self.size, self.size);
        let first = b.mul(task, count);
        let output = b.outputs[0];
        b.for_each(0, self.size, 1, |b, row| {
            let line = b.mul(row, self.size);
            let line = b.add(first, line);
            b.vector_loop(0, self.size, lanes, |b, at, lanes| {
                let column = b.add(self.size, at);
                let from = self.place(b, row, column);
                let value = b.load(self.rows, from, lanes);
                let to = b.add(line, at);
                b.store(value, output, to, lanes);
            });
        });
    }
}
