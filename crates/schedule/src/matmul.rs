//! Plans of matrix products.
//!
//! The right-hand matrix of a layer is known in extent and has no batch axes: it is packed into panels beforehand, and
//! all rows of the batch are one run of rows. Where both sides are computed, each matrix of the batch is a product of
//! its own, whose right-hand side is read in place, or packed into scratch memory where it lies the wrong way round.
//! Transposes around the product belong to the kernel: see [`Surrounded`].
//!
//! ```text
//! {block_panels = 4, block_rows = #kiln.dims<[128]>, family = "matmul", left = "in_place", left_pitch = 384,
//!  pack = {columns = 32, form = "matrix_panels", ...}, right = "panels", tile_rows = [13, 11], ...}
//! ```

mod transposes;
mod weights;

use crate::blocking::{Work, other_blocks};
use crate::conv_shape::is_widening;
use crate::dot::{Dot, Unit};
use crate::extent::{add, constant, divide_up, multiply};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::{KernelSpec, product};
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

pub use transposes::{MatrixOperand, Surrounded, Transposed};
pub(crate) use transposes::{permutation, without_transposes};
pub(crate) use weights::reads_words;
pub use weights::{Blocks, WORD_BYTES, block_chains};

/// The name of the family.
pub const FAMILY: &str = "matmul";

/// The place for one vector: as large as a cache line, so that what follows is aligned.
const SPILL_BYTES: usize = 64;

/// A matrix product as its planner and emitter read it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MatmulShape {
    /// The node, in the kernel without transposes.
    pub anchor: usize,
    /// The left operand.
    pub left: MatrixOperand,
    /// The right operand.
    pub right: MatrixOperand,
    /// What the right operand is made of if it is codes.
    pub blocks: Option<Blocks>,
    /// The element type of the left operand; of both and of the result, unless it is an 8-bit integer.
    pub element: ElementType,
    /// The element type of the right operand as it lies in memory.
    pub right_element: ElementType,
    /// Extents of the batch axes of the result.
    pub batch: Vec<DimExpr>,
    /// Rows of the result.
    pub rows: DimExpr,
    /// Columns of the left operand and rows of the right one.
    pub depth: DimExpr,
    /// Columns of the result.
    pub columns: DimExpr,
    /// Whether the left operand's matrices are `depth x rows`, by its axes.
    pub left_transposed: bool,
    /// Whether the right operand's matrices are `columns x depth`, by its axes.
    pub right_transposed: bool,
}

impl MatmulShape {
    /// The only `matmul` of a kernel, if it is of `f16`, `f32`, `f64` or widening and reads inputs of the kernel or transposes of them.
    pub fn of(spec: &KernelSpec) -> Option<MatmulShape> {
        Surrounded::of(spec).and_then(|surrounded| MatmulShape::inside(&surrounded))
    }

    /// As [`MatmulShape::of`], for a kernel that was taken apart.
    pub fn inside(surrounded: &Surrounded) -> Option<MatmulShape> {
        let Surrounded { spec, left, right, blocks, .. } = surrounded;
        let anchor = spec.anchor_of_post_ops("matmul")?;
        let node = &spec.nodes[anchor];
        let element = spec.inputs[left.input].element;
        let is_half = element == ElementType::F16 && spec.inputs[right.input].element == ElementType::F16;
        if !matches!(element, ElementType::F32 | ElementType::F64) && !is_half && !is_widening(node) {
            return None;
        }
        // Panels are packed from what is whole.
        let packed = &spec.inputs[right.input];
        if packed.rank() == 2 && packed.within.is_some() {
            return None;
        }
        if blocks.is_some() && (element != ElementType::F32 || node.attributes.bool("transpose_b") != Some(true)) {
            return None;
        }
        let mut batch = node.results.first()?.exprs();
        let (columns, rows) = (batch.pop()?, batch.pop()?);
        let left_transposed = node.attributes.bool("transpose_a").unwrap_or(false);
        let right_transposed = node.attributes.bool("transpose_b").unwrap_or(false);
        let shape = MatmulShape {
            anchor,
            left: left.clone(),
            right: right.clone(),
            blocks: *blocks,
            element,
            right_element: spec.inputs[right.input].element,
            batch,
            rows,
            depth: left.extents[if left_transposed { left.extents.len() - 2 } else { left.extents.len() - 1 }],
            columns,
            left_transposed,
            right_transposed,
        };
        debug_assert_eq!(rows, left.extents[shape.left_axes().0], "rows of the result");
        debug_assert_eq!(columns, right.extents[shape.right_axes().0], "columns of the result");
        Some(shape)
    }

    /// The axes of the left operand along the rows and along the depth.
    fn left_axes(&self) -> (usize, usize) {
        let last = self.left.extents.len() - 1;
        if self.left_transposed { (last, last - 1) } else { (last - 1, last) }
    }

    /// The axes of the right operand along the columns and along the depth.
    fn right_axes(&self) -> (usize, usize) {
        let last = self.right.extents.len() - 1;
        if self.right_transposed { (last - 1, last) } else { (last, last - 1) }
    }

    /// Elements of the left operand from row to row, and from step to step of the depth.
    pub fn left_strides(&self) -> (DimExpr, DimExpr) {
        let (rows, depth) = self.left_axes();
        (self.left.strides[rows], self.left.strides[depth])
    }

    /// Elements of the right operand from column to column, and from step to step of the depth.
    pub fn right_strides(&self) -> (DimExpr, DimExpr) {
        let (columns, depth) = self.right_axes();
        (self.right.strides[columns], self.right.strides[depth])
    }

    /// Whether steps of the depth are neighbours in the left operand.
    fn left_rows_are_runs(&self) -> bool {
        self.left.last == self.left_axes().1
    }

    /// Whether columns are neighbours in the right operand.
    pub fn right_columns_are_runs(&self) -> bool {
        self.right.last == self.right_axes().0
    }

    /// Whether the right operand is one matrix of known extents: a layer's weights.
    fn has_layer_weights(&self) -> bool {
        let known = self.depth.as_constant().is_some() && self.columns.as_constant().is_some();
        known && self.right.is_plain && self.right_is_one_matrix()
    }

    /// Whether the rows of all matrices of the batch are one run of rows.
    pub fn is_one_run(&self) -> bool {
        let is_run = self.left.is_plain && !self.left_transposed;
        let covers = self.left.batch().map(|(extent, _)| extent).eq(self.batch.iter().copied());
        is_run && covers && self.right_is_one_matrix() || self.batch.is_empty()
    }

    fn right_is_one_matrix(&self) -> bool {
        self.right.batch().all(|(extent, _)| extent == DimExpr::constant(1))
    }

    /// Whether steps of several terms can be read: these must be neighbours on the left, and their number a multiple of
    /// the terms unless rows are copied.
    fn can_step(&self, dot: Dot) -> bool {
        let depth = self.depth.as_constant();
        let is_whole = depth.is_some_and(|depth| (depth as usize).is_multiple_of(dot.terms()));
        let can_be_copied = depth.is_some() && self.has_layer_weights();
        self.left_rows_are_runs() && (is_whole || can_be_copied)
    }

    /// How rows and columns are multiplied.
    fn tile(&self, target: &Target) -> RegisterTile {
        let rows = self.units_and_rows().1;
        let elements = (self.element, self.right_element);
        let tile = RegisterTile::of_matrix_unit(target, elements, rows, self.columns, |tile| {
            let depth = self.depth.as_constant().filter(|_| self.can_step(tile.dot))?;
            Some((depth as usize).div_ceil(tile.dot.terms()))
        });
        tile.unwrap_or_else(|| self.tile_of_vectors(target))
    }

    fn tile_of_vectors(&self, target: &Target) -> RegisterTile {
        let dot = match Dot::of(target, self.element, self.right_element) {
            dot if dot.terms() == 1 || self.can_step(dot) => dot,
            Dot::Halves => Dot::Fused,
            _ => Dot::Widened,
        };
        RegisterTile::new(target, self.element, self.units_and_rows().1, self.columns).with_dot(dot)
    }

    /// Independent products, and rows of each.
    pub fn units_and_rows(&self) -> (DimExpr, DimExpr) {
        let batch = product(&self.batch);
        if self.is_one_run() { (constant(1), multiply(batch, self.rows)) } else { (batch, self.rows) }
    }
}

/// How the right operand is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Right {
    /// Packed into panels before the kernel runs.
    Panels,
    /// Row by row where it lies.
    InPlace,
    /// Packed into panels by each task.
    Copied,
}

impl Right {
    const ALL: [(Right, &str); 3] =
        [(Right::Panels, "panels"), (Right::InPlace, "in_place"), (Right::Copied, "copied")];
}

/// The decisions about a matrix product.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MatmulPlan {
    /// How the right operand is read.
    pub right: Right,
    /// Whether blocks of the left operand are copied to scratch memory first, rows `left_pitch` elements apart.
    pub copy_left: bool,
    /// Elements from row to row of the copy; 0 without one.
    pub left_pitch: usize,
    /// Whether scratch memory begins with a place for one vector of the result: columns are counted at run time and the
    /// target has no masks.
    pub spill: bool,
    /// The register tile.
    pub tile: RegisterTile,
    /// Whether the next panel is fetched into the cache while one is used.
    pub prefetch: bool,
    /// Rows of a task.
    pub block_rows: DimExpr,
    /// Panels of a task.
    pub block_panels: DimExpr,
}

impl MatmulPlan {
    /// Plans a matrix product.
    pub fn new(shape: &MatmulShape, target: &Target) -> MatmulPlan {
        MatmulPlan::with_tile(shape, shape.tile(target), target)
    }

    /// Plans that differ from this one in one thing.
    fn alternatives(&self, shape: &MatmulShape, target: &Target) -> Vec<MatmulPlan> {
        let (_, rows) = shape.units_and_rows();
        let mut tiles = self.tile.others(target, rows, shape.columns);
        if self.tile.unit == Unit::Tiles {
            tiles.push(shape.tile_of_vectors(target));
        }
        let mut plans: Vec<MatmulPlan> =
            tiles.into_iter().map(|tile| MatmulPlan::with_tile(shape, tile, target)).collect();
        let panels = divide_up(shape.columns, constant(self.tile.columns()));
        let block_rows = other_blocks(self.block_rows, self.tile.most_rows(), rows).map(constant);
        plans.extend(block_rows.map(|block_rows| MatmulPlan { block_rows, ..self.clone() }));
        let block_panels = other_blocks(self.block_panels, 1, panels).map(constant);
        plans.extend(block_panels.map(|block_panels| MatmulPlan { block_panels, ..self.clone() }));
        if self.right == Right::Panels {
            plans.push(MatmulPlan { prefetch: !self.prefetch, ..self.clone() });
        }
        plans
    }

    fn with_tile(shape: &MatmulShape, tile: RegisterTile, target: &Target) -> MatmulPlan {
        let (units, rows) = shape.units_and_rows();
        let depth = shape.depth.as_constant().map(|depth| depth as usize);
        let dot = tile.dot;
        let right = right(shape, target, &tile);
        let size = copied_element(shape.element).byte_size();
        let conflict = |elements: usize| elements > 0 && (elements * size).is_multiple_of(tuning::SET_CONFLICT_BYTES);
        let row_distance = shape.left_strides().0.as_constant().map_or(0, |distance| distance as usize);
        let copied_depth = depth.filter(|&depth| {
            // A step of several terms must not read beyond the last row.
            let is_ragged = !depth.is_multiple_of(dot.terms());
            let is_better = depth > 0 && conflict(row_distance) && tile.most_rows() > tuning::FEW_ROWS;
            // Each element of a row is widened once.
            let is_half = shape.element == ElementType::F16;
            (is_better || is_ragged || is_half && depth > 0) && right == Right::Panels && shape.left_rows_are_runs()
        });
        let spread = |depth: usize| {
            let depth = depth.next_multiple_of(dot.terms());
            if conflict(depth) { depth + tile.spread(shape.element) } else { depth }
        };
        let left_pitch = copied_depth.map_or(0, spread);
        let panels = shape.columns.as_constant().map(|columns| (columns as usize).div_ceil(tile.columns()));
        let estimate = |extent: DimExpr| extent.as_constant().map_or(tuning::SYMBOLIC_LENGTH, |extent| extent as usize);
        let (deep, wide) = (estimate(shape.depth), estimate(shape.columns));
        let work = Work {
            pieces: units,
            rows,
            panels: panels.unwrap_or(1),
            positions: constant(1),
            flops: 2 * deep * wide,
            bytes: deep * size,
            panel_bytes: deep * wide * shape.right_element.byte_size(),
            granule: tile.most_rows(),
            panels_are_free: left_pitch == 0 && right != Right::Copied,
            unit: tile.unit,
        };
        let blocks = work.blocks(target);
        let block_panels = match panels {
            Some(_) => constant(blocks.panels),
            None => divide_up(shape.columns, constant(tile.columns())).max(constant(1)),
        };
        let spill = panels.is_none() && !target.has_masks;
        let prefetch = right == Right::Panels && tuning::prefetches(target);
        let (copy_left, block_rows) = (left_pitch > 0, blocks.rows);
        MatmulPlan { right, copy_left, left_pitch, spill, tile, prefetch, block_rows, block_panels }
    }

    /// How often each of unit, row block and panel block counts.
    pub fn task_space(&self, shape: &MatmulShape) -> [DimExpr; 3] {
        let (units, rows) = shape.units_and_rows();
        let panels = divide_up(shape.columns, constant(self.tile.columns()));
        [units, divide_up(rows, self.block_rows), divide_up(panels, self.block_panels)]
    }

    /// Elements of a packed panel.
    pub fn panel_elements(&self, shape: &MatmulShape) -> DimExpr {
        if let Some(blocks) = &shape.blocks {
            return constant(blocks.words() * WORD_BYTES * self.tile.columns());
        }
        let terms = constant(self.tile.dot.terms());
        let depth = multiply(divide_up(shape.depth, terms), terms);
        multiply(depth, constant(self.tile.columns()))
    }

    /// Bytes of scratch memory before copies.
    pub fn spill_bytes(&self) -> usize {
        if self.spill { SPILL_BYTES } else { 0 }
    }

    /// Bytes of scratch memory of each thread.
    pub fn scratch(&self, shape: &MatmulShape) -> DimExpr {
        let size = constant(copied_element(shape.element).byte_size());
        let copied = if self.copy_left {
            multiply(self.block_rows, constant(self.left_pitch))
        } else if self.right == Right::Copied {
            multiply(self.block_panels, self.panel_elements(shape))
        } else {
            constant(0)
        };
        add(multiply(copied, size), constant(self.spill_bytes()))
    }

    /// As the printable plan.
    pub fn to_plan(&self, shape: &MatmulShape) -> Plan {
        let tasks = self.task_space(shape).into_iter().fold(constant(1), multiply);
        let right = Right::ALL.iter().find(|(right, _)| *right == self.right).map_or("panels", |(_, name)| name);
        let plan = Plan::new(FAMILY, tasks)
            .with_scratch(self.scratch(shape))
            .with("right", right)
            .with("left_pitch", self.left_pitch as i64)
            .with("spill", self.spill)
            .with("block_rows", vec![Dim::from_expr(self.block_rows)])
            .with("block_panels", vec![Dim::from_expr(self.block_panels)]);
        let plan = self.tile.attach(plan).with("prefetch", self.prefetch);
        if self.right != Right::Panels {
            return plan;
        }
        let (columns, transposed) = (self.tile.columns(), shape.right_transposed);
        if let Some(blocks) = &shape.blocks {
            return blocks.attach(plan, shape.right.input, columns);
        }
        let form = match self.tile.dot.terms() {
            1 => PackForm::MatrixPanels { columns, transposed },
            terms => PackForm::MatrixRuns { columns, terms, transposed },
        };
        Packing { input: shape.right.input, form }.attach(plan)
    }

    /// Reads what [`MatmulPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> MatmulPlan {
        let name = plan.text("right");
        let right = Right::ALL.iter().find(|(_, text)| *text == name).map(|(right, _)| *right);
        let left_pitch = plan.size("left_pitch");
        MatmulPlan {
            right: right.expect("a plan of a matrix product says how the right operand is read"),
            copy_left: left_pitch > 0,
            left_pitch,
            spill: plan.flag("spill"),
            tile: RegisterTile::of(plan),
            prefetch: plan.flag("prefetch"),
            block_rows: plan.extent("block_rows"),
            block_panels: plan.extent("block_panels"),
        }
    }
}

/// What elements are in scratch memory: halves as they are computed with.
pub fn copied_element(element: ElementType) -> ElementType {
    match element {
        ElementType::F16 => ElementType::F32,
        other => other,
    }
}

/// Plans a kernel whose anchor is a matrix product, if this family computes it.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let shape = MatmulShape::of(spec)?;
    Some(MatmulPlan::new(&shape, target).to_plan(&shape))
}

/// The plan of this family, and others of which the cost model does not know whether they are slower.
pub(crate) fn plans(spec: &KernelSpec, target: &Target) -> Vec<Plan> {
    let Some(shape) = MatmulShape::of(spec) else { return Vec::new() };
    let plan = MatmulPlan::new(&shape, target);
    let others = plan.alternatives(&shape, target);
    std::iter::once(&plan).chain(&others).map(|plan| plan.to_plan(&shape)).collect()
}

fn right(shape: &MatmulShape, target: &Target, tile: &RegisterTile) -> Right {
    if shape.has_layer_weights() {
        return Right::Panels;
    }
    // A row's last vector is partial unless the columns are a multiple of its lanes; without masks, only a copy that is
    // filled up can be read by whole vectors.
    let whole = shape.columns.as_constant().is_some_and(|columns| (columns as usize).is_multiple_of(tile.lanes));
    let is_half = shape.right_element == ElementType::F16;
    let readable = shape.right_columns_are_runs() && (whole || target.has_masks) && tile.dot.terms() == 1 && !is_half;
    if readable { Right::InPlace } else { Right::Copied }
}
