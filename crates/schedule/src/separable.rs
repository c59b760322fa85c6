//! Plans of a depthwise convolution and the pointwise one that reads it, as one kernel.
//!
//! A task computes some rows of the depthwise output into scratch memory, where they stay in the cache, and multiplies
//! them with all filters. What is between the two is never in memory as a whole.
//!
//! ```mlir
//! %d = graph.conv %x, %f {groups = 64, ...}
//! %r = graph.relu %d
//! %y = graph.conv %r, %w {...}
//! ```
//!
//! ```text
//! {block_rows = #kiln.dims<[2]>, family = "separable", lanes = 16, pack = [{form = "depthwise", ...},
//!  {form = "conv_panels", ...}], pixel_pitch = 64, tile_columns = 8, tile_rows = [14], tile_vectors = 2}
//! ```

use crate::anchored::estimate;
use crate::conv::{Access, ConvPlan, pixel_pitch, read_instead};
use crate::conv_shape::ConvShape;
use crate::depthwise::DepthwisePlan;
use crate::extent::{at_least_one, balanced_block, constant, divide, divide_up, multiply};
use crate::map::serial_tasks;
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::{KernelSpec, NodeSpec, Source};
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;

/// The name of the family.
pub const FAMILY: &str = "separable";

/// A kernel of two convolutions, taken apart where the second reads the first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SeparableKernel {
    /// The depthwise convolution and what follows it; its output is in scratch memory.
    pub first: KernelSpec,
    /// The depthwise convolution.
    pub depthwise: ConvShape,
    /// The pointwise convolution and what follows it. What it reads is one more input, without a buffer.
    pub second: KernelSpec,
    /// The pointwise convolution.
    pub pointwise: ConvShape,
}

impl SeparableKernel {
    /// The parts of a kernel of this family; `None` if it is something else.
    pub fn of(spec: &KernelSpec) -> Option<SeparableKernel> {
        let anchor = spec.nodes.iter().rposition(|node| node.is("conv"))?;
        let between = *spec.nodes[anchor].operands.first()?;
        let Source::Node { .. } = between else { return None };
        let is_constant = |node: &NodeSpec| node.constant.is_some();
        let first = KernelSpec { outputs: vec![between], ..spec.clone() };
        let first = first.with_nodes(|index, node| index < anchor || is_constant(node))?;
        let second =
            read_instead(spec, anchor, between).with_nodes(|index, node| index >= anchor || is_constant(node))?;
        let (depthwise, mut pointwise) = (ConvShape::of(&first)?, ConvShape::of(&second)?);
        pointwise.is_computed = true;
        can_pair(&depthwise, &pointwise).then_some(SeparableKernel { first, depthwise, second, pointwise })
    }
}

/// Whether a kernel of this family can compute both, the second of the result of the first.
pub fn can_pair(depthwise: &ConvShape, pointwise: &ConvShape) -> bool {
    depthwise.is_float()
        && pointwise.is_float()
        && depthwise.is_depthwise()
        && depthwise.outer().is_empty()
        && pointwise.is_pointwise()
        && pointwise.groups == 1
        && pointwise.axes.len() == depthwise.axes.len()
}

/// Whether one kernel computes both faster than two do: where what is between them leaves the second-level cache before
/// it is read, and the filters, which each task reads again, stay there. Says why.
///
/// # Errors
/// Why not.
pub fn compare(depthwise: &ConvShape, pointwise: &ConvShape, target: &Target) -> Result<String, String> {
    let size = pointwise.element.byte_size();
    let (filter_bytes, l2) = (pointwise.channels * pointwise.filters * size, target.caches.l2);
    let too_many = |most: usize| format!("filters of {filter_bytes} bytes are read for each task; at most {most} pay");
    let pixels = multiply(depthwise.batch, depthwise.pixels()).as_constant();
    let (Some(pixels), Some(columns)) = (pixels, depthwise.columns().output.as_constant()) else {
        let (share, of) = tuning::SEPARABLE_FILTER_SHARE;
        return match filter_bytes * of <= l2 * share {
            true => Ok(format!("filters of {filter_bytes} bytes, read for each task, cost nothing")),
            false => Err(too_many(l2 * share / of)),
        };
    };
    let bytes = |pixels: i64| pixels as usize * pointwise.channels * size;
    let ((least, of_least), (most, of_most)) = (tuning::SEPARABLE_SHARE, tuning::LEFT_BLOCK_SHARE);
    let between = bytes(pixels);
    if between * of_least < l2 * least {
        return Err(format!(
            "the {between} bytes between them stay in the cache; it pays from {} on",
            l2 * least / of_least
        ));
    }
    if bytes(columns) * of_most > l2 * most {
        return Err(format!("a row between them, {} bytes, does not fit the cache", bytes(columns)));
    }
    match filter_bytes <= l2 {
        true => Ok(format!("the {between} bytes between them would leave the cache")),
        false => Err(too_many(l2)),
    }
}

/// The decisions about a kernel of two convolutions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SeparablePlan {
    /// Columns of the depthwise output that are computed together.
    pub tile_columns: usize,
    /// The register tile of the product.
    pub tile: RegisterTile,
    /// Rows of an image in a task.
    pub block_rows: DimExpr,
    /// Elements from one pixel to the next between the two.
    pub pixel_pitch: usize,
}

impl SeparablePlan {
    /// Plans a kernel of two convolutions.
    pub fn new(depthwise: &ConvShape, pointwise: &ConvShape, target: &Target) -> SeparablePlan {
        let any = RegisterTile::of_any_rows(target, pointwise.element, constant(pointwise.filters));
        let pixel_pitch = pixel_pitch(pointwise, Access::Gather, &any);
        let block_rows = block_rows(depthwise, pixel_pitch * pointwise.element.byte_size(), target);
        let tile = register_tile(depthwise, pointwise, block_rows, target);
        let tile_columns = DepthwisePlan::new(depthwise, target).tile_columns;
        SeparablePlan { tile_columns, tile, block_rows, pixel_pitch }
    }

    /// How often each of image and row block counts.
    pub fn task_space(&self, depthwise: &ConvShape) -> [DimExpr; 2] {
        [depthwise.batch, divide_up(depthwise.rows().output, self.block_rows)]
    }

    /// Elements of scratch memory: the pixels of a task.
    pub fn scratch_elements(&self, depthwise: &ConvShape) -> DimExpr {
        multiply(multiply(self.block_rows, depthwise.columns().output), constant(self.pixel_pitch))
    }

    /// The first half.
    pub fn depthwise(&self) -> DepthwisePlan {
        DepthwisePlan { lanes: self.tile.lanes, tile_columns: self.tile_columns, block_rows: self.block_rows }
    }

    /// The second half, of which a task computes all filters.
    pub fn pointwise(&self, pointwise: &ConvShape) -> ConvPlan {
        ConvPlan {
            access: Access::Gather,
            tile: self.tile.clone(),
            prefetch: false,
            block_rows: multiply(self.block_rows, pointwise.columns().output),
            block_columns: constant(1),
            block_panels: pointwise.filters.div_ceil(self.tile.columns()),
            pixel_pitch: self.pixel_pitch,
        }
    }

    /// As the printable plan.
    pub fn to_plan(&self, depthwise: &ConvShape, pointwise: &ConvShape) -> Plan {
        let tasks = self.task_space(depthwise).into_iter().fold(constant(1), multiply);
        let bytes = constant(depthwise.element.byte_size());
        let plan = Plan::new(FAMILY, tasks)
            .with_scratch(multiply(self.scratch_elements(depthwise), bytes))
            .with_serial_tasks(serial_tasks(self.task_operations(depthwise, pointwise)))
            .with("block_rows", vec![Dim::from_expr(self.block_rows)])
            .with("pixel_pitch", self.pixel_pitch as i64)
            .with("tile_columns", self.tile_columns as i64);
        let plan = Packing { input: depthwise.filter, form: PackForm::Depthwise }.attach(self.tile.attach(plan));
        let form = PackForm::ConvPanels { groups: 1, columns: self.tile.columns() };
        Packing { input: pointwise.filter, form }.attach(plan)
    }

    /// Vector operations of a task.
    fn task_operations(&self, depthwise: &ConvShape, pointwise: &ConvShape) -> i64 {
        let estimate = |expr: DimExpr| estimate(Dim::from_expr(expr));
        let positions = estimate(self.block_rows).saturating_mul(estimate(depthwise.columns().output));
        let flops = pointwise.flops() + tuning::DEPTHWISE_COST * depthwise.flops();
        positions.saturating_mul((flops / 2) as i64) / self.tile.lanes as i64
    }

    /// Reads what [`SeparablePlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> SeparablePlan {
        SeparablePlan {
            tile_columns: plan.size("tile_columns"),
            tile: RegisterTile::of(plan),
            block_rows: plan.extent("block_rows"),
            pixel_pitch: plan.size("pixel_pitch"),
        }
    }
}

/// Plans a kernel of a depthwise and a pointwise convolution.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let SeparableKernel { depthwise, pointwise, .. } = SeparableKernel::of(spec)?;
    Some(SeparablePlan::new(&depthwise, &pointwise, target).to_plan(&depthwise, &pointwise))
}

/// As many rows as the first-level cache holds, but enough positions for reading all filters to be worth it.
fn block_rows(depthwise: &ConvShape, pixel_bytes: usize, target: &Target) -> DimExpr {
    let columns = at_least_one(depthwise.columns().output);
    let fitting = divide(constant(target.caches.l1 / pixel_bytes), columns);
    let least = divide_up(constant(tuning::SEPARABLE_POSITIONS), columns);
    let (rows, most) = (depthwise.rows().output, fitting.max(least));
    if rows.as_constant().is_some() { balanced_block(rows, most) } else { most }
}

/// The register tile of the pixels of a task, and of those of the last task of an image.
fn register_tile(depthwise: &ConvShape, pointwise: &ConvShape, block_rows: DimExpr, target: &Target) -> RegisterTile {
    let (element, filters) = (pointwise.element, constant(pointwise.filters));
    let (rows, columns) = (depthwise.rows().output, depthwise.columns().output);
    let pixels = multiply(block_rows, columns);
    let mut target = target.clone();
    let tile = RegisterTile::new(&target, element, pixels, filters);
    if pointwise.filters / tile.columns() == 1 {
        target.vector_registers -= tuning::SEPARABLE_REGISTERS;
    }
    let tile = RegisterTile::new(&target, element, pixels, filters);
    match (rows.as_constant(), columns.as_constant(), block_rows.as_constant()) {
        (Some(rows), Some(columns), Some(block)) => tile.covering((rows % block * columns) as usize),
        _ => RegisterTile::of_any_rows(&target, element, filters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A depthwise and a pointwise convolution `channels -> filters`; what the planner decides.
    fn check(cpu: &str, extents: [DimExpr; 2], [channels, filters]: [usize; 2], expected: &str) {
        let target = Target::parse("x86_64", Some(cpu)).expect("known");
        let depthwise = ConvShape::padded(extents, (3, 1), (channels, channels), channels);
        let pointwise = ConvShape::padded(extents, (1, 1), (channels, filters), 1);
        assert!(can_pair(&depthwise, &pointwise));
        let found = match compare(&depthwise, &pointwise, &target) {
            Err(_) => "two kernels".to_owned(),
            Ok(_) => {
                let plan = SeparablePlan::new(&depthwise, &pointwise, &target);
                assert_eq!(SeparablePlan::from_plan(&plan.to_plan(&depthwise, &pointwise)), plan);
                let (tile, rows) = (&plan.tile, plan.block_rows);
                format!("rows {rows} tile {:?}x{} pitch {}", tile.rows, tile.vectors, plan.pixel_pitch)
            }
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn tasks_fit_the_first_level_cache_and_have_enough_positions() {
        let known = |rows, columns| [constant(rows), constant(columns)];
        check("znver4", known(400, 304), [16, 32], "rows 1 tile [12, 4]x2 pitch 16");
        check("znver4", known(515, 35), [32, 64], "rows 7 tile [14, 7]x2 pitch 32");
        check("znver4", known(200, 152), [32, 32], "rows 1 tile [12, 8]x2 pitch 32");
        check("znver4", known(80, 38), [256, 256], "rows 2 tile [13, 11]x2 pitch 256");
        check("x86-64-v3", known(400, 304), [16, 32], "rows 1 tile [6, 4]x2 pitch 16");
        check(
            "znver4",
            [DimExpr::symbol("d0"), DimExpr::symbol("d1")],
            [64, 128],
            "rows max((max(d1, 1) + 63) floordiv (max(d1, 1)), 128 floordiv (max(d1, 1))) tile [14, 7, 4, 2, 1]x2 pitch 64",
        );
    }

    #[test]
    fn what_stays_in_the_cache_or_streams_filters_stays_apart() {
        let known = |rows, columns| [constant(rows), constant(columns)];
        check("znver4", known(28, 28), [128, 128], "two kernels");
        check("znver4", known(80, 80), [768, 768], "two kernels");
        check("znver4", known(8, 20_000), [32, 32], "two kernels");
        check("znver4", [DimExpr::symbol("d0"), DimExpr::symbol("d1")], [512, 512], "two kernels");
    }

    #[test]
    fn only_a_depthwise_and_a_dense_pointwise_convolution_are_a_pair() {
        let extents = [constant(9); 2];
        let depthwise = ConvShape::padded(extents, (3, 1), (16, 16), 16);
        assert!(!can_pair(&depthwise, &ConvShape::padded(extents, (3, 1), (16, 8), 1)));
        assert!(!can_pair(&depthwise, &ConvShape::padded(extents, (1, 1), (16, 8), 2)));
        assert!(!can_pair(
            &ConvShape::padded(extents, (3, 1), (16, 16), 4),
            &ConvShape::padded(extents, (1, 1), (16, 8), 1)
        ));
    }
}
