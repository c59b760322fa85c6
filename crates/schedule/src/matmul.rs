//! Plans of matrix products.
//!
//! The right-hand matrix of a layer is known in extent and has no batch axes: it is packed into panels beforehand, and
//! all rows of the batch are one run of rows. Where both sides are computed, each matrix of the batch is a product of
//! its own, whose right-hand side is read in place, or packed into scratch memory where it lies the wrong way round.
//!
//! ```text
//! {block_panels = 4, block_rows = #kiln.dims<[128]>, family = "matmul", left = "in_place", left_pitch = 384,
//!  pack = {columns = 32, form = "matrix_panels", ...}, right = "panels", tile_rows = [13, 11], ...}
//! ```

use crate::blocking::Work;
use crate::conv_shape::input_number;
use crate::extent::{add, constant, divide_up, multiply};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::{KernelSpec, product};
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The name of the family.
pub const FAMILY: &str = "matmul";

/// The place for one vector: as large as a cache line, so that what follows is aligned.
const SPILL_BYTES: usize = 64;

/// A matrix product as its planner and emitter read it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MatmulShape {
    /// The node of the spec.
    pub anchor: usize,
    /// Which input of the kernel is the left operand.
    pub left: usize,
    /// Which is the right operand.
    pub right: usize,
    /// The element type of both and of the result.
    pub element: ElementType,
    /// Batch extents of the left operand, of the right one, and of the result.
    pub left_batch: Vec<DimExpr>,
    /// As `left_batch`.
    pub right_batch: Vec<DimExpr>,
    /// As `left_batch`.
    pub batch: Vec<DimExpr>,
    /// Rows of the result.
    pub rows: DimExpr,
    /// Columns of the left operand and rows of the right one.
    pub depth: DimExpr,
    /// Elements from row to row of the left operand as it lies in memory: more than its last extent where it is a part of
    /// a larger tensor.
    pub left_row: DimExpr,
    /// Columns of the result.
    pub columns: DimExpr,
    /// Whether the left operand lies as `depth x rows`.
    pub left_transposed: bool,
    /// Whether the right operand lies as `columns x depth`.
    pub right_transposed: bool,
}

impl MatmulShape {
    /// The only `matmul` of a kernel, if it is of `f32` or `f64` and reads inputs of the kernel.
    pub fn of(spec: &KernelSpec) -> Option<MatmulShape> {
        let anchor = spec.anchor_of_post_ops("matmul")?;
        let node = &spec.nodes[anchor];
        let (left, right) = (input_number(*node.operands.first()?)?, input_number(*node.operands.get(1)?)?);
        let element = spec.inputs[left].element;
        if !matches!(element, ElementType::F32 | ElementType::F64) || spec.inputs[right].element != element {
            return None;
        }
        let left_row = spec.inputs[left].row_pitch().filter(|_| spec.inputs[right].within.is_none())?.expr()?;
        let split = |mut extents: Vec<DimExpr>| {
            let (last, first) = (extents.pop()?, extents.pop()?);
            Some((extents, first, last))
        };
        let (left_batch, left_rows, left_columns) = split(spec.inputs[left].exprs())?;
        let (right_batch, right_rows, right_columns) = split(spec.inputs[right].exprs())?;
        let (batch, rows, columns) = split(node.results.first()?.exprs())?;
        let left_transposed = node.attributes.bool("transpose_a").unwrap_or(false);
        let right_transposed = node.attributes.bool("transpose_b").unwrap_or(false);
        let depth = if left_transposed { left_rows } else { left_columns };
        debug_assert_eq!(rows, if left_transposed { left_columns } else { left_rows }, "rows of the result");
        debug_assert_eq!(columns, if right_transposed { right_rows } else { right_columns }, "columns of the result");
        Some(MatmulShape {
            anchor,
            left,
            right,
            element,
            left_batch,
            right_batch,
            batch,
            rows,
            depth,
            left_row,
            columns,
            left_transposed,
            right_transposed,
        })
    }

    /// Whether the right operand is one matrix of known extents: a layer's weights.
    fn has_layer_weights(&self) -> bool {
        let one = DimExpr::constant(1);
        let known = self.depth.as_constant().is_some() && self.columns.as_constant().is_some();
        known && self.right_batch.iter().all(|&extent| extent == one)
    }

    /// Whether the rows of all matrices of the batch are one run of rows.
    pub fn is_one_run(&self) -> bool {
        let rest = self.right_batch.iter().all(|&extent| extent == DimExpr::constant(1));
        rest && !self.left_transposed && self.left_batch == self.batch || self.batch.is_empty()
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
    /// Rows of a task.
    pub block_rows: DimExpr,
    /// Panels of a task.
    pub block_panels: DimExpr,
}

impl MatmulPlan {
    /// Plans a matrix product.
    pub fn new(shape: &MatmulShape, target: &Target) -> MatmulPlan {
        let (units, rows) = shape.units_and_rows();
        let tile = RegisterTile::new(target, shape.element, rows, shape.columns);
        let right = right(shape, target, &tile);
        let size = shape.element.byte_size();
        let depth = shape.depth.as_constant().map(|depth| depth as usize);
        let copied_depth = depth.filter(|&depth| {
            let conflict = depth > 0 && (depth * size).is_multiple_of(tuning::SET_CONFLICT_BYTES);
            conflict && right == Right::Panels && !shape.left_transposed && tile.most_rows() > tuning::FEW_ROWS
        });
        let left_pitch = copied_depth.map_or(0, |depth| depth + tile.lanes);
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
            granule: tile.most_rows(),
            panels_are_free: left_pitch == 0 && right != Right::Copied,
        };
        let blocks = work.blocks(target);
        let block_panels = match panels {
            Some(_) => constant(blocks.panels),
            None => divide_up(shape.columns, constant(tile.columns())).max(constant(1)),
        };
        let spill = panels.is_none() && !target.has_masks;
        MatmulPlan { right, copy_left: left_pitch > 0, left_pitch, spill, tile, block_rows: blocks.rows, block_panels }
    }

    /// How often each of unit, row block and panel block counts.
    pub fn task_space(&self, shape: &MatmulShape) -> [DimExpr; 3] {
        let (units, rows) = shape.units_and_rows();
        let panels = divide_up(shape.columns, constant(self.tile.columns()));
        [units, divide_up(rows, self.block_rows), divide_up(panels, self.block_panels)]
    }

    /// Bytes of scratch memory before copies.
    pub fn spill_bytes(&self) -> usize {
        if self.spill { SPILL_BYTES } else { 0 }
    }

    /// Bytes of scratch memory of each thread.
    pub fn scratch(&self, shape: &MatmulShape) -> DimExpr {
        let size = constant(shape.element.byte_size());
        let copied = if self.copy_left {
            multiply(self.block_rows, constant(self.left_pitch))
        } else if self.right == Right::Copied {
            let panel = multiply(shape.depth, constant(self.tile.columns()));
            multiply(self.block_panels, panel)
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
        let plan = self.tile.attach(plan);
        if self.right != Right::Panels {
            return plan;
        }
        let form = PackForm::MatrixPanels { columns: self.tile.columns(), transposed: shape.right_transposed };
        Packing { input: shape.right, form }.attach(plan)
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
            block_rows: plan.extent("block_rows"),
            block_panels: plan.extent("block_panels"),
        }
    }
}

/// Plans a kernel whose anchor is a matrix product, if this family computes it.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let shape = MatmulShape::of(spec)?;
    Some(MatmulPlan::new(&shape, target).to_plan(&shape))
}

fn right(shape: &MatmulShape, target: &Target, tile: &RegisterTile) -> Right {
    if shape.has_layer_weights() {
        return Right::Panels;
    }
    // A row's last vector is partial unless the columns are a multiple of its lanes; without masks, only a copy that is
    // filled up can be read by whole vectors.
    let whole = shape.columns.as_constant().is_some_and(|columns| (columns as usize).is_multiple_of(tile.lanes));
    let readable = !shape.right_transposed && (whole || target.has_masks);
    if readable { Right::InPlace } else { Right::Copied }
}
