//! Matrix products.

mod blocks;
mod pack;

use crate::builder::{Buffer, Condition, Index, KernelBuilder};
use crate::gemm::{
    Block, Columns, DepthLoop, Finish, Operands, RowSpace, Rows, TilePlace, copy_run, finish_tile, is_first_of_run,
    pad_run,
};
use kiln_ir::{DimExpr, Value};
use kiln_schedule::dot::sum_type;
use kiln_schedule::matmul::{MatmulPlan, MatmulShape, MatrixOperand, Right, Surrounded, copied_element};
use kiln_schedule::run_lengths::RunLengths;
use kiln_schedule::{KernelSpec, Plan, Source};

/// Emits a matrix product planned by `kiln_schedule::matmul`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let surrounded = Surrounded::of(spec);
    let shape = surrounded.as_ref().and_then(MatmulShape::inside);
    let surrounded = surrounded.expect("plans of this family are made for matrix products");
    let shape = shape.expect("plans of this family are made for matrix products");
    let spec = &surrounded.spec;
    let plan = MatmulPlan::from_plan(plan);
    let extents = Extents {
        depth: b.expr(shape.depth),
        columns: b.expr(shape.columns),
        total_rows: b.expr(shape.units_and_rows().1),
    };
    let elements = b.expr(plan.scratch(&shape));
    let elements = b.sub(elements, plan.spill_bytes());
    let copied = copied_element(if plan.copy_left { shape.element } else { shape.right_element });
    let elements = b.div(elements, copied_element(shape.element).byte_size());
    let copies = plan.copy_left || plan.right == Right::Copied;
    let scratch = copies.then(|| b.scratch(copied, plan.spill_bytes(), elements));
    let spill = plan.spill.then(|| b.scratch(sum_type(shape.element), 0, plan.tile.lanes));
    let matmul = Matmul { shape: &shape, plan: &plan, extents, scratch };
    let transposed = surrounded.transposed.as_ref();
    let rows = shape.is_one_run().then(|| match transposed {
        Some(_) => RowSpace::apart(b, spec, shape.anchor),
        None => RowSpace::new(b, spec, shape.anchor),
    });
    let finish_spec = rows.as_ref().map_or(spec, |rows| &rows.spec);
    let anchor = Source::Node { node: shape.anchor, result: 0 };
    let finish = Finish { spec: finish_spec, anchor, bias: None, spill, transposed, kept: None };
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| matmul.task(b, task, rows.as_ref(), &finish));
}

/// A matrix product being emitted.
#[derive(Clone, Copy, Debug)]
struct Matmul<'s> {
    shape: &'s MatmulShape,
    plan: &'s MatmulPlan,
    extents: Extents,
    scratch: Option<Buffer>,
}

/// The extents of one product.
#[derive(Clone, Copy, Debug)]
struct Extents {
    depth: Index,
    columns: Index,
    /// Rows of a run: of one product, or of all that share their right operand.
    total_rows: Index,
}

/// The part of the result that a task computes.
#[derive(Clone, Debug)]
struct Region {
    /// Coordinates along the batch axes, unless all products are one run of rows.
    batch: Vec<Index>,
    /// The first row and how many.
    rows: (Index, Index),
    /// The first panel and one past the last.
    panels: (Index, Index),
}

/// A matrix in memory.
#[derive(Clone, Copy, Debug)]
struct Matrix {
    buffer: Buffer,
    base: Index,
    /// Elements from one step along the rows or columns of the result to the next.
    step: Index,
    /// Elements from one step along the depth to the next.
    depth: Index,
}

impl Matmul<'_> {
    fn task(&self, b: &mut KernelBuilder, task: Index, rows: Option<&RowSpace>, finish: &Finish) {
        let (region, is_new) = self.region(b, task);
        let left = self.left(b, &region, is_new);
        let right = self.right(b, &region, is_new);
        let terms = self.plan.tile.dot.terms();
        let (steps, left_step) = (b.ceil_div(self.extents.depth, terms), b.mul(left.depth, terms));
        let depth = [DepthLoop { count: steps, left: left_step, right: right.depth }];
        let operands = Operands {
            left: left.buffer,
            left_row: left.step,
            right: right.buffer,
            depth: &depth,
            unroll: self.plan.tile.unroll,
        };
        let lengths = RunLengths::of(self.shape.units_and_rows().1, self.plan.block_rows);
        let run = Rows { lines: 1.into(), line: 0.into(), count: region.rows.1, lengths, left: left.base };
        let block = Block { operands, rows: run, tile: &self.plan.tile, prefetch: self.plan.prefetch };
        block.for_panels(b, self.extents.columns, region.panels, |b, panel, columns| {
            let columns = if self.plan.right == Right::InPlace { columns.mask_right(b) } else { columns };
            let panel = if self.plan.right == Right::Copied { b.sub(panel, region.panels.0) } else { panel };
            let offset = b.mul(panel, right.step);
            let right_at = b.add(right.base, offset);
            let mut store = |b: &mut KernelBuilder, place: &TilePlace, tile: &[Value]| {
                let first = b.add(region.rows.0, place.row);
                let coordinates = self.coordinates(b, &region, rows, first, place.rows);
                finish_tile(b, finish, &coordinates, &columns, Index::Constant(0), tile);
            };
            match self.shape.blocks {
                Some(_) => blocks::multiply(self, b, &block, (&columns, panel), &mut store),
                None => block.multiply(b, &columns, right_at, &mut store),
            }
        });
    }

    /// The region of a task, and whether copies made by the task before are of no use to it.
    fn region(&self, b: &mut KernelBuilder, task: Index) -> (Region, Condition) {
        let [units, row_blocks, panel_blocks] = self.plan.task_space(self.shape).map(|expr| b.expr(expr));
        // What is copied stays the same over the innermost axis.
        let rows_are_inner = self.plan.right == Right::Copied;
        let extents =
            if rows_are_inner { [units, panel_blocks, row_blocks] } else { [units, row_blocks, panel_blocks] };
        let at = b.delinearize(task, &extents);
        let (row_block, panel_block) = if rows_are_inner { (at[2], at[1]) } else { (at[1], at[2]) };
        let is_new = is_first_of_run(b, task, at[2]);
        let batch = if self.shape.is_one_run() {
            Vec::new()
        } else {
            let extents: Vec<Index> = self.shape.batch.iter().map(|&extent| b.expr(extent)).collect();
            b.delinearize(at[0], &extents)
        };
        let block_rows = b.expr(self.plan.block_rows);
        let first = b.mul(row_block, block_rows);
        let left = b.sub(self.extents.total_rows, first);
        let rows = (first, b.min(block_rows, left));
        let block_panels = b.expr(self.plan.block_panels);
        let first = b.mul(panel_block, block_panels);
        let end = b.add(first, block_panels);
        let all = b.ceil_div(self.extents.columns, self.plan.tile.columns());
        let panels = (first, b.min(end, all));
        (Region { batch, rows, panels }, is_new)
    }

    /// The leading coordinates of the rows of a tile.
    fn coordinates(
        &self,
        b: &mut KernelBuilder,
        region: &Region,
        rows: Option<&RowSpace>,
        first: Index,
        count: usize,
    ) -> Vec<Vec<Index>> {
        if let Some(rows) = rows {
            return rows.tile_coordinates(b, first, count);
        }
        (0..count).map(|offset| [region.batch.as_slice(), &[b.add(first, offset)]].concat()).collect()
    }

    /// Where the matrices of an operand that a region multiplies begin.
    fn matrix_base(&self, b: &mut KernelBuilder, region: &Region, operand: &MatrixOperand) -> Index {
        let missing = self.shape.batch.len() - operand.batch().count();
        let mut base = Index::Constant(0);
        for (axis, (extent, stride)) in operand.batch().enumerate() {
            if let Some(&coordinate) = region.batch.get(missing + axis)
                && extent != DimExpr::constant(1)
            {
                let stride = b.expr(stride);
                let moved = b.mul(coordinate, stride);
                base = b.add(base, moved);
            }
        }
        base
    }

    fn left(&self, b: &mut KernelBuilder, region: &Region, is_new: Condition) -> Matrix {
        let base = self.matrix_base(b, region, &self.shape.left);
        let buffer = b.inputs[self.shape.left.input];
        let (step, depth) = self.shape.left_strides();
        let (step, depth) = (b.expr(step), b.expr(depth));
        let moved = b.mul(region.rows.0, step);
        let base = b.add(base, moved);
        let Some(scratch) = self.scratch.filter(|_| self.plan.copy_left) else {
            return Matrix { buffer, base, step, depth };
        };
        let pitch = Index::from(self.plan.left_pitch);
        b.if_then(is_new, |b| {
            b.for_each(0, region.rows.1, 1, |b, row| {
                let (from, to) = (b.mul(row, step), b.mul(row, pitch));
                let from = b.add(base, from);
                copy_run(b, (buffer, from), (scratch, to), self.extents.depth);
                let end = b.add(to, self.extents.depth);
                pad_run(b, self.plan.tile.dot, scratch, end);
            });
        });
        Matrix { buffer: scratch, base: Index::Constant(0), step: pitch, depth: Index::Constant(1) }
    }

    /// The right operand; its step is from panel to panel.
    fn right(&self, b: &mut KernelBuilder, region: &Region, is_new: Condition) -> Matrix {
        let width = Index::from(self.plan.tile.columns());
        let buffer = b.inputs[self.shape.right.input];
        let panel = b.expr(self.plan.panel_elements(self.shape));
        let terms = self.plan.tile.dot.terms();
        if self.plan.right == Right::Panels {
            return Matrix { buffer, base: Index::Constant(0), step: panel, depth: b.mul(width, terms) };
        }
        let base = self.matrix_base(b, region, &self.shape.right);
        let Some(scratch) = self.scratch.filter(|_| self.plan.right == Right::Copied) else {
            let depth = b.expr(self.shape.right_strides().1);
            return Matrix { buffer, base, step: width, depth };
        };
        b.if_then(is_new, |b| pack::pack_right(self, b, region, (buffer, base), scratch));
        Matrix { buffer: scratch, base: Index::Constant(0), step: panel, depth: b.mul(width, terms) }
    }
}
