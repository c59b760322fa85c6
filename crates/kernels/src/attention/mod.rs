//! Emits attention: see `kiln_schedule::attention`.

mod exponential;
mod softmax;
mod tiles;

use crate::builder::{Buffer, Condition, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::gemm::{
    Columns, DepthLoop, Finish, Matrix, Operands, Panels, accumulate, copy_run, fill_zero, finish_tile, for_panels,
    for_row_tiles, pack_pairs, pack_panels, release_tiles, zero_tile,
};
use kiln_arith::IntegerPredicate;
use kiln_ir::{DimExpr, Value};
use kiln_schedule::attention::{AttentionPlan, AttentionShape};
use kiln_schedule::matmul::MatrixOperand;
use kiln_schedule::run_lengths::RunLengths;
use kiln_schedule::{KernelSpec, Plan, Source};
use kiln_tensor::ElementType;

/// Writes the body of a kernel of family `attention`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let shape = AttentionShape::of(spec).expect("plans of this family are made for attention");
    let plan = AttentionPlan::from_plan(plan);
    let scratch = Scratch::new(b, &shape, &plan);
    let anchor = Source::Node { node: shape.anchor, result: 0 };
    let transposed = shape.transposed.as_ref();
    let finish = Finish { spec: &shape.spec, anchor, bias: None, spill: scratch.spill, transposed, kept: None };
    let extents = Extents {
        queries: b.expr(shape.queries),
        keys: b.expr(shape.keys),
        size: b.expr(shape.size),
        value_size: b.expr(shape.value_size),
        causal: shape.causal.map(|offset| b.expr(offset)),
    };
    let attention = Attention { shape: &shape, plan: &plan, extents, scratch, finish };
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, task| attention.task(b, task));
    if plan.uses_tiles() {
        release_tiles(b);
    }
}

/// An attention being emitted.
struct Attention<'s> {
    shape: &'s AttentionShape,
    plan: &'s AttentionPlan,
    extents: Extents,
    scratch: Scratch,
    finish: Finish<'s>,
}

#[derive(Clone, Copy)]
struct Extents {
    queries: Index,
    keys: Index,
    size: Index,
    value_size: Index,
    causal: Option<Index>,
}

/// Scratch memory: see `kiln_schedule::attention::Scratch`.
#[derive(Clone, Copy)]
struct Scratch {
    queries: Buffer,
    keys: Buffer,
    values: Buffer,
    scores: Buffer,
    exponentials: Buffer,
    results: Buffer,
    maxima: Buffer,
    sums: Buffer,
    factors: Buffer,
    spill: Option<Buffer>,
}

impl Scratch {
    fn new(b: &mut KernelBuilder, shape: &AttentionShape, plan: &AttentionPlan) -> Scratch {
        let parts = plan.scratch(shape);
        let all = b.expr(parts.size);
        let mut part = |start: DimExpr, element: ElementType| {
            let start = b.expr(start);
            let bytes = b.sub(all, start);
            let elements = b.div(bytes, element.byte_size());
            b.scratch(element, start, elements)
        };
        let (sum, factor) = (shape.element, plan.factor_type(shape));
        Scratch {
            queries: part(parts.queries, factor),
            keys: part(parts.keys, factor),
            values: part(parts.values, factor),
            scores: part(parts.scores, sum),
            exponentials: part(parts.exponentials, factor),
            results: part(parts.results, sum),
            maxima: part(parts.maxima, sum),
            sums: part(parts.sums, sum),
            factors: part(parts.factors, sum),
            spill: plan.spill.then(|| part(parts.spill, sum)),
        }
    }
}

/// What a task computes.
struct Region {
    /// Coordinates along the batch axes, then the head.
    head: Vec<Index>,
    /// The first query and how many.
    first: Index,
    count: Index,
    /// Where the head's keys and values begin.
    keys: Index,
    values: Index,
}

/// A block of keys.
#[derive(Clone, Copy)]
struct Block {
    /// The first key and how many.
    first: Index,
    count: Index,
    /// Whether it is the first block.
    is_first: Condition,
}

/// A few queries of a task, and what they see of a block.
struct Tile<'r> {
    region: &'r Region,
    block: Block,
    /// The first query, counted in the task.
    start: Index,
    /// How many queries.
    rows: Index,
    /// How many keys of the block the last query sees.
    seen: Index,
    /// Whether no query of the tile sees a later block.
    is_last: Condition,
}

impl Attention<'_> {
    fn task(&self, b: &mut KernelBuilder, task: Index) {
        let region = self.region(b, task);
        self.take_queries(b, &region);
        let zero = b.number(0.0, self.shape.element, 1);
        let lowest = b.number(f64::NEG_INFINITY, self.shape.element, 1);
        b.for_each(0, region.count, 1, |b, row| {
            b.store(lowest, self.scratch.maxima, row, Lanes::SCALAR);
            b.store(zero, self.scratch.sums, row, Lanes::SCALAR);
        });
        let seen = self.seen(b, &region, region.count);
        let size = self.plan.block_keys;
        let blocks = b.ceil_div(seen, size);
        // Without a key there is a block, too: of none.
        let blocks = b.max(blocks, 1);
        b.for_each(0, blocks, 1, |b, number| {
            let first = b.mul(number, size);
            let left = b.sub(seen, first);
            let count = b.min(left, size);
            let is_first = b.compare(IntegerPredicate::Equal, number, 0);
            self.block(b, &region, Block { first, count, is_first });
        });
    }

    fn region(&self, b: &mut KernelBuilder, task: Index) -> Region {
        let space: Vec<Index> = self.plan.task_space(self.shape).into_iter().map(|expr| b.expr(expr)).collect();
        let mut head = b.delinearize(task, &space);
        let block = head.pop().expect("tasks count blocks of queries");
        let size = b.expr(self.plan.block_queries);
        let first = b.mul(block, size);
        let left = b.sub(self.extents.queries, first);
        let count = b.min(size, left);
        let mut shared = head.clone();
        if let Some(number) = shared.last_mut() {
            let sharing = b.expr(self.shape.sharing);
            *number = b.div(*number, sharing);
        }
        let [_, keys, values] = &self.shape.operands;
        let (keys, values) = (base(b, keys, &shared), base(b, values, &shared));
        Region { head, first, count, keys, values }
    }

    /// Copies the queries; scaled, but for tiles: those would be rounded again.
    fn take_queries(&self, b: &mut KernelBuilder, region: &Region) {
        let queries = &self.shape.operands[0];
        let buffer = b.inputs[queries.input];
        let start = base(b, queries, &region.head);
        let (rows, columns) = strides(b, queries);
        let size = self.extents.size;
        let width = b.lanes_for(self.shape.element, size).min(b.register_lanes(self.shape.element));
        let depth = b.expr(self.plan.depth(self.shape));
        let padding = b.sub(depth, size);
        b.for_each(0, region.count, 1, |b, row| {
            let query = b.add(region.first, row);
            let from = b.mul(query, rows);
            let (from, to) = (b.add(start, from), b.mul(row, depth));
            let end = b.add(to, size);
            fill_zero(b, self.scratch.queries, end, padding);
            if self.plan.uses_tiles() && columns.is(1) {
                return copy_run(b, (buffer, from), (self.scratch.queries, to), size);
            }
            b.vector_loop(0, size, width, |b, index, lanes| {
                let along = b.mul(index, columns);
                let at = b.add(from, along);
                let mut value = b.load_strided(buffer, at, columns, lanes);
                if !self.plan.uses_tiles() {
                    let scale = b.like(value, self.shape.scale);
                    value = b.mulf(value, scale);
                }
                let to = b.add(to, index);
                b.store(value, self.scratch.queries, to, lanes);
            });
        });
    }

    /// How many keys the first `count` queries of a task see.
    fn seen(&self, b: &mut KernelBuilder, region: &Region, count: Index) -> Index {
        let Some(offset) = self.extents.causal else { return self.extents.keys };
        let past = b.add(region.first, count);
        let past = b.add(past, offset);
        let past = b.max(past, 0);
        b.min(past, self.extents.keys)
    }

    fn block(&self, b: &mut KernelBuilder, region: &Region, block: Block) {
        let [_, keys, values] = &self.shape.operands;
        let (row, column) = strides(b, keys);
        let moved = b.mul(block.first, row);
        let from = Matrix {
            buffer: b.inputs[keys.input],
            base: b.add(region.keys, moved),
            columns: block.count,
            column_stride: row,
            depth: self.extents.size,
            depth_stride: column,
        };
        let tile = &self.plan.scores;
        let depth = b.expr(self.plan.depth(self.shape));
        let pitch = b.mul(depth, tile.columns());
        let to = Panels { buffer: self.scratch.keys, vectors: tile.vectors, lanes: tile.lanes, pitch };
        if self.plan.uses_tiles() {
            let pairs = b.div(depth, tile.dot.terms());
            pack_pairs(b, &from, &to, pairs);
        } else {
            pack_panels(b, &from, &to);
        }
        let (row, column) = strides(b, values);
        let moved = b.mul(block.first, row);
        let values = Matrix {
            buffer: b.inputs[values.input],
            base: b.add(region.values, moved),
            columns: self.extents.value_size,
            column_stride: column,
            depth: block.count,
            depth_stride: row,
        };
        if self.plan.copy_values {
            let tile = &self.plan.values;
            let pitch = Index::from(self.plan.block_keys * tile.columns());
            let to = Panels { buffer: self.scratch.values, vectors: tile.vectors, lanes: tile.lanes, pitch };
            if self.plan.uses_tiles() {
                let keys = self.multiplied_keys(b, block.count);
                let pairs = b.div(keys, tile.dot.terms());
                pack_pairs(b, &values, &to, pairs);
            } else {
                pack_panels(b, &values, &to);
            }
        }
        self.for_row_tiles(b, region, |b, start, rows| self.tile_of_block(b, region, &block, &values, (start, rows)));
    }

    /// Runs `body` for each tile of a task's queries, with the first and how many they are.
    fn for_row_tiles(
        &self,
        b: &mut KernelBuilder,
        region: &Region,
        mut body: impl FnMut(&mut KernelBuilder, Index, Index),
    ) {
        if self.plan.uses_tiles() {
            let most = self.plan.scores.most_rows();
            return b.for_each(0, region.count, most, |b, start| {
                let left = b.sub(region.count, start);
                let rows = b.min(left, most);
                body(b, start, rows);
            });
        }
        let lengths = RunLengths::of(self.shape.queries, self.plan.block_queries);
        for_row_tiles(b, &self.plan.scores.rows, (region.count, lengths), |b, start, rows| body(b, start, rows.into()));
    }

    fn tile_of_block(
        &self,
        b: &mut KernelBuilder,
        region: &Region,
        &block: &Block,
        values: &Matrix,
        (start, rows): (Index, Index),
    ) {
        let past = b.add(start, rows);
        let end = self.seen(b, region, past);
        let left = b.sub(end, block.first);
        let left = b.max(left, 0);
        let seen = b.min(left, block.count);
        let next = b.add(block.first, self.plan.block_keys);
        let is_last = b.compare(IntegerPredicate::SignedLessEqual, end, next);
        let tile = Tile { region, block, start, rows, seen, is_last };
        if self.extents.causal.is_none() {
            return self.tile(b, &tile, values);
        }
        let sees = b.compare(IntegerPredicate::SignedGreater, seen, 0);
        let (sees, is_first) = (b.condition(sees), b.condition(block.is_first));
        let here = Condition::Value(b.ori(sees, is_first));
        b.if_then(here, |b| self.tile(b, &tile, values));
    }

    fn tile(&self, b: &mut KernelBuilder, tile: &Tile, values: &Matrix) {
        if self.plan.uses_tiles() {
            self.scores_of_tiles(b, tile);
            self.softmax(b, tile);
            return self.results_of_tiles(b, tile);
        }
        let rows = tile.rows.as_constant().expect("tiles of vectors are written for each number of rows") as usize;
        self.scores(b, tile, rows);
        self.softmax(b, tile);
        self.results(b, tile, rows, values);
    }

    /// The products of queries and keys.
    fn scores(&self, b: &mut KernelBuilder, tile: &Tile, rows: usize) {
        let (size, width) = (self.extents.size, self.plan.scores.columns());
        let depth = [DepthLoop { count: size, left: 1.into(), right: width.into() }];
        let operands = Operands {
            left: self.scratch.queries,
            left_row: size,
            right: self.scratch.keys,
            depth: &depth,
            unroll: self.plan.scores.unroll,
        };
        let panels = b.ceil_div(tile.seen, width);
        let left = b.mul(tile.start, size);
        let pitch = b.mul(size, width);
        for_panels(b, &self.plan.scores, self.plan.block_keys.into(), (0.into(), panels), |b, panel, columns| {
            let right = b.mul(panel, pitch);
            let zero = zero_tile(b, &operands, rows, &columns);
            let sums = accumulate(b, &operands, rows, &columns, (left, right), None, &zero);
            for (row, sums) in sums.chunks_exact(columns.parts.len()).enumerate() {
                for (part, &sum) in columns.parts.iter().zip(sums) {
                    let at = b.add(columns.first, row * self.plan.block_keys + part.offset);
                    b.store(sum, self.scratch.scores, at, Lanes::full(columns.lanes));
                }
            }
        });
    }

    /// The products of exponentials and values, added to those of blocks before; stored, or written out after the last.
    fn results(&self, b: &mut KernelBuilder, tile: &Tile, rows: usize, values: &Matrix) {
        let width = self.plan.values.columns();
        let (right, base, step) = match self.plan.copy_values {
            true => (self.scratch.values, Index::Constant(0), Index::from(width)),
            false => (values.buffer, values.base, values.depth_stride),
        };
        let depth = [DepthLoop { count: tile.seen, left: 1.into(), right: step }];
        let pitch = Index::from(self.plan.block_keys);
        let operands = Operands {
            left: self.scratch.scores,
            left_row: pitch,
            right,
            depth: &depth,
            unroll: self.plan.scores.unroll,
        };
        let panel_pitch = if self.plan.copy_values { self.plan.block_keys * width } else { width };
        let queries = b.expr(self.plan.block_queries);
        let panels = b.expr(self.plan.value_panels(self.shape));
        for_panels(b, &self.plan.values, self.extents.value_size, (0.into(), panels), |b, panel, columns| {
            let columns = if self.plan.copy_values { columns } else { columns.mask_right(b) };
            let moved = b.mul(panel, panel_pitch);
            let right = b.add(base, moved);
            let before = b.mul(panel, queries);
            let place = b.add(before, tile.start);
            let place = b.mul(place, width);
            let start = self.sums_before(b, tile, rows, &columns, place);
            let sums = accumulate(b, &operands, rows, &columns, (0.into(), right), None, &start);
            let is_last = tile.is_last;
            b.if_else(
                is_last,
                |b| {
                    self.finish(b, tile, &columns, &sums);
                    Vec::new()
                },
                |b| {
                    self.for_each_vector(b, &columns, (rows, place), |b, index, _, place| {
                        b.store(sums[index], self.scratch.results, place, Lanes::full(columns.lanes));
                    });
                    Vec::new()
                },
            );
        });
    }

    /// The sums of the blocks before, as they count beside this one.
    fn sums_before(
        &self,
        b: &mut KernelBuilder,
        tile: &Tile,
        rows: usize,
        columns: &Columns,
        place: Index,
    ) -> Vec<Value> {
        let lanes = columns.lanes;
        let zero = b.zero(lanes_of(computed_type(self.shape.element), lanes));
        b.if_else(
            tile.block.is_first,
            |_| vec![zero; rows * columns.parts.len()],
            |b| {
                let mut sums = Vec::with_capacity(rows * columns.parts.len());
                self.for_each_vector(b, columns, (rows, place), |b, _, row, place| {
                    let factor = b.load_splat(self.scratch.factors, row, lanes);
                    let sum = b.load(self.scratch.results, place, Lanes::full(lanes));
                    sums.push(b.mulf(sum, factor));
                });
                sums
            },
        )
    }

    /// Calls `body` for each vector of a tile of results, with its number, its row and its place in scratch memory.
    fn for_each_vector(
        &self,
        b: &mut KernelBuilder,
        columns: &Columns,
        (rows, place): (usize, Index),
        mut body: impl FnMut(&mut KernelBuilder, usize, usize, Index),
    ) {
        let width = self.plan.values.columns();
        for row in 0..rows {
            for (number, part) in columns.parts.iter().enumerate() {
                let at = b.add(place, row * width + part.offset);
                body(b, row * columns.parts.len() + number, row, at);
            }
        }
    }

    /// Divides by the sums of exponentials and writes out.
    fn finish(&self, b: &mut KernelBuilder, tile: &Tile, columns: &Columns, sums: &[Value]) {
        for (row, sums) in sums.chunks_exact(columns.parts.len()).enumerate() {
            let row = b.add(tile.start, row);
            self.finish_row(b, tile.region, row, columns, sums);
        }
    }

    /// As [`Attention::finish`], the sums of one query, which is counted in the task.
    fn finish_row(&self, b: &mut KernelBuilder, region: &Region, row: Index, columns: &Columns, sums: &[Value]) {
        let one = b.number(1.0, self.shape.element, 1);
        let has_keys = b.compare(IntegerPredicate::SignedGreater, self.extents.keys, 0);
        let sum = b.load_scalar(self.scratch.sums, row);
        let factor = b.divf(one, sum);
        // Without keys, sums are 0 and so is the result.
        let factor = match has_keys {
            Condition::Constant(true) => factor,
            has_keys => {
                let has_keys = b.condition(has_keys);
                b.select(has_keys, factor, one)
            }
        };
        let factor = b.splat(factor, columns.lanes);
        let results: Vec<Value> = sums.iter().map(|&sum| b.mulf(sum, factor)).collect();
        let query = b.add(region.first, row);
        let coordinates = [region.head.as_slice(), &[query]].concat();
        finish_tile(b, &self.finish, &[coordinates], columns, Index::Constant(0), &results);
    }
}

/// Where the matrix of a head begins.
fn base(b: &mut KernelBuilder, operand: &MatrixOperand, head: &[Index]) -> Index {
    let mut base = Index::Constant(0);
    for ((extent, stride), &coordinate) in operand.batch().zip(head) {
        if extent != DimExpr::constant(1) {
            let stride = b.expr(stride);
            let moved = b.mul(coordinate, stride);
            base = b.add(base, moved);
        }
    }
    base
}

/// Elements from row to row and from column to column of an operand's matrices.
fn strides(b: &mut KernelBuilder, operand: &MatrixOperand) -> (Index, Index) {
    let last = operand.strides.len() - 1;
    (b.expr(operand.strides[last - 1]), b.expr(operand.strides[last]))
}
