//! Plans of depthwise channels-last convolutions: each channel has a filter of its own.
//!
//! Vectors run along channels; a few neighbouring columns of the output are computed together, so that what they read in
//! common is loaded once. The filter lies tap by tap.
//!
//! ```text
//! {block_rows = #kiln.dims<[14]>, family = "depthwise", lanes = 16, pack = {form = "depthwise", ...}, tile_columns = 8}
//! ```

use crate::blocking::Work;
use crate::conv_shape::ConvShape;
use crate::dot::{Unit, sum_type};
use crate::extent::{constant, divide_up, multiply};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;

/// The name of the family.
pub const FAMILY: &str = "depthwise";

/// The decisions about a depthwise convolution.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DepthwisePlan {
    /// Channels of a vector.
    pub lanes: usize,
    /// Columns of the output that are computed together.
    pub tile_columns: usize,
    /// Rows of the output in a task.
    pub block_rows: DimExpr,
}

impl DepthwisePlan {
    /// Plans a depthwise convolution.
    pub fn new(shape: &ConvShape, target: &Target) -> DepthwisePlan {
        let (rows, columns) = (shape.rows(), shape.columns());
        let work = Work {
            pieces: shape.batch,
            rows: rows.output,
            panels: 1,
            positions: columns.output,
            flops: tuning::DEPTHWISE_COST * shape.flops(),
            bytes: shape.channels * shape.element.byte_size() * (rows.stride * columns.stride) as usize,
            panel_bytes: shape.taps() * shape.channels * shape.filter_element.byte_size(),
            granule: 1,
            panels_are_free: true,
            unit: Unit::Vectors,
        };
        DepthwisePlan {
            lanes: target.lanes(sum_type(shape.element)),
            tile_columns: tile_columns(shape, target),
            block_rows: work.blocks(target).rows,
        }
    }

    /// How often each of image and row block counts.
    pub fn task_space(&self, shape: &ConvShape) -> [DimExpr; 2] {
        [shape.batch, divide_up(shape.rows().output, self.block_rows)]
    }

    /// As the printable plan.
    pub fn to_plan(&self, shape: &ConvShape) -> Plan {
        let tasks = self.task_space(shape).into_iter().fold(constant(1), multiply);
        let plan = Plan::new(FAMILY, tasks)
            .with("lanes", self.lanes as i64)
            .with("tile_columns", self.tile_columns as i64)
            .with("block_rows", vec![Dim::from_expr(self.block_rows)]);
        Packing { input: shape.filter, form: PackForm::Depthwise }.attach(plan)
    }

    /// Reads what [`DepthwisePlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> DepthwisePlan {
        DepthwisePlan {
            lanes: plan.size("lanes"),
            tile_columns: plan.size("tile_columns"),
            block_rows: plan.extent("block_rows"),
        }
    }
}

/// Plans a kernel whose anchor is a depthwise convolution of one or two spatial axes.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    consider(spec, target).ok()
}

/// As [`plan`].
///
/// # Errors
/// Why this family does not compute the kernel.
pub(crate) fn consider(spec: &KernelSpec, target: &Target) -> Result<Plan, String> {
    let shape = ConvShape::of(spec).ok_or("not one channels-last convolution of floats that are in memory")?;
    if !shape.is_depthwise() {
        let ConvShape { channels, filters, groups, .. } = shape;
        return Err(format!("not a filter for each channel: {channels} channels, {filters} filters, groups: {groups}"));
    }
    if !shape.outer().is_empty() {
        return Err("more than two spatial axes".into());
    }
    Ok(DepthwisePlan::new(&shape, target).to_plan(&shape))
}

/// As many columns as leave registers for one row of the window and of the filter.
fn tile_columns(shape: &ConvShape, target: &Target) -> usize {
    let columns = shape.columns();
    let (kernel, stride) = (columns.kernel as usize, columns.stride as usize);
    let free = (target.vector_registers as usize + stride).saturating_sub(2 * kernel);
    (free / (1 + stride)).clamp(1, tuning::DEPTHWISE_COLUMNS)
}
