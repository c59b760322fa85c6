//! Plans of dense and grouped channels-last convolutions as implicit matrix products.
//!
//! Positions of the output are rows, filters are columns, `taps x channels` is the depth. The filter is packed into
//! panels as wide as a register tile (see [`crate::pack`]); the input is read in place where it can be, else a window
//! of it is copied to scratch memory first. Where pixels are copied one by one, they may be computed on the way.
//!
//! ```text
//! {access = "window", block_columns = #kiln.dims<[56]>, block_panels = 2, block_rows = #kiln.dims<[8]>, family = "conv",
//!  pixel_pitch = 64, tile_rows = [14], tile_vectors = 2, lanes = 16, ...}
//! ```

mod kernel;
mod taps;

use crate::blocking::{Work, other_blocks};
use crate::conv_shape::ConvShape;
use crate::dot::{Dot, Unit};
use crate::extent::{add, at_least_one, balanced_block, constant, divide_up, multiply};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::KernelSpec;
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;

pub use kernel::ConvKernel;
pub(crate) use kernel::{is_to_channels_last, read_instead};
pub use taps::{TapTile, inside};

/// The name of the family.
pub const FAMILY: &str = "conv";

/// How the rows of the implicit matrix are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Every position of the output is one of the input: rows are pixels of the whole batch, in place.
    Flat,
    /// As `Flat` after a copy of the positions that are read, spread against conflicts in the cache.
    Gather,
    /// In place; rows are positions in one row of the output.
    Direct,
    /// As `Direct`, from a copy of the input's window with its padding.
    Window,
    /// In place, tap by tap; rows are the positions for which a tap lies inside the input.
    Taps,
}

impl Access {
    const ALL: [(Access, &str); 5] = [
        (Access::Flat, "flat"),
        (Access::Gather, "gather"),
        (Access::Direct, "direct"),
        (Access::Window, "window"),
        (Access::Taps, "taps"),
    ];

    fn name(self) -> &'static str {
        Access::ALL.iter().find(|(access, _)| *access == self).map_or("flat", |(_, name)| name)
    }

    /// Whether rows run over all positions of the batch.
    pub fn is_flat(self) -> bool {
        matches!(self, Access::Flat | Access::Gather)
    }

    /// Whether the input is copied to scratch memory.
    pub fn copies(self) -> bool {
        matches!(self, Access::Gather | Access::Window)
    }
}

/// The innermost loop of a convolution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// Whether it covers the taps along columns, too, beside the channels.
    pub joins_taps: bool,
    /// Elements.
    pub length: usize,
}

/// The decisions about a convolution.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvPlan {
    /// How the input is read.
    pub access: Access,
    /// The register tile.
    pub tile: RegisterTile,
    /// Whether the next panel is fetched into the cache while one is used.
    pub prefetch: bool,
    /// Rows of a task: positions if flat, else rows of the output.
    pub block_rows: DimExpr,
    /// Columns of the output in a task; means nothing if flat.
    pub block_columns: DimExpr,
    /// Panels of filters in a task.
    pub block_panels: usize,
    /// Elements from one position to the next where the micro-kernel reads.
    pub pixel_pitch: usize,
}

impl ConvPlan {
    /// Plans a convolution, whose rows may become an outer axis.
    pub fn of(shape: ConvShape, target: &Target) -> (ConvShape, ConvPlan) {
        if let Some(plan) = ConvPlan::by_taps(&shape, target) {
            return (shape, plan);
        }
        let shape = if skips_rows(&shape, target) { shape.with_rows_outside() } else { shape };
        let plan = ConvPlan::new(&shape, target);
        (shape, plan)
    }

    /// Plans a convolution.
    pub fn new(shape: &ConvShape, target: &Target) -> ConvPlan {
        ConvPlan::on_matrix_unit(shape, target).unwrap_or_else(|| ConvPlan::on_vectors(shape, target))
    }

    fn on_vectors(shape: &ConvShape, target: &Target) -> ConvPlan {
        let dot = Dot::of(target, shape.element, shape.filter_element);
        let access = access(shape, dot);
        let filters = constant(shape.group_filters());
        let tile = RegisterTile::new(target, shape.element, tile_rows(shape, access), filters).with_dot(dot);
        ConvPlan::with_tile(shape, access, tile, target)
    }

    /// Plans that differ from this one in one thing.
    fn alternatives(&self, shape: &ConvShape, target: &Target) -> Vec<ConvPlan> {
        if self.access == Access::Taps {
            return vec![ConvPlan::new(shape, target)];
        }
        let filters = constant(shape.group_filters());
        let tiles = self.tile.others(target, tile_rows(shape, self.access), filters);
        let mut plans: Vec<ConvPlan> =
            tiles.into_iter().map(|tile| ConvPlan::with_tile(shape, self.access, tile, target)).collect();
        if self.tile.unit == Unit::Tiles {
            plans.push(ConvPlan::on_vectors(shape, target));
        }
        let (rows, granule) = match self.access.is_flat() {
            true => (multiply(shape.batch, shape.pixels()), self.tile.most_rows()),
            false => (shape.rows().output, 1),
        };
        let block_rows = other_blocks(self.block_rows, granule, rows).map(constant);
        plans.extend(block_rows.map(|block_rows| ConvPlan { block_rows, ..self.clone() }));
        let block_panels = other_blocks(constant(self.block_panels), 1, constant(self.panels(shape)));
        plans.extend(block_panels.map(|block_panels| ConvPlan { block_panels, ..self.clone() }));
        plans.push(ConvPlan { prefetch: !self.prefetch, ..self.clone() });
        plans
    }

    /// Plans a convolution for the matrix unit, if there is one and it pays.
    fn on_matrix_unit(shape: &ConvShape, target: &Target) -> Option<ConvPlan> {
        let elements = (shape.element, shape.filter_element);
        let access = access(shape, Dot::of_tiles(target, elements.0, elements.1).filter(|_| !shape.is_planar)?);
        let (rows, filters) = (tile_rows(shape, access), constant(shape.group_filters()));
        let tile = RegisterTile::of_matrix_unit(target, elements, rows, filters, |tile| {
            let pitch = pixel_pitch(shape, access, tile);
            Some(run(shape, tile.dot, pitch).length.div_ceil(tile.dot.terms()))
        })?;
        Some(ConvPlan::with_tile(shape, access, tile, target))
    }

    fn with_tile(shape: &ConvShape, access: Access, tile: RegisterTile, target: &Target) -> ConvPlan {
        if !access.is_flat() {
            let prefetch = tuning::prefetches(target);
            return ConvPlan { prefetch, ..ConvPlan::of_images(shape, access, tile, target) };
        }
        let rows = tile_rows(shape, access);
        let pixel_pitch = pixel_pitch(shape, access, &tile);
        let work = Work {
            pieces: constant(shape.groups),
            rows,
            panels: shape.group_filters().div_ceil(tile.columns()),
            positions: constant(1),
            flops: shape.flops() / shape.groups,
            bytes: pixel_pitch * shape.element.byte_size(),
            panel_bytes: panel_bytes(shape),
            granule: tile.most_rows(),
            panels_are_free: !access.copies(),
            unit: tile.unit,
        };
        let blocks = work.blocks(target);
        let (block_rows, block_panels) = (blocks.rows, blocks.panels);
        let (block_columns, prefetch) = (constant(1), tuning::prefetches(target));
        ConvPlan { access, tile, prefetch, block_rows, block_columns, block_panels, pixel_pitch }
    }

    /// Plans a convolution whose rows are rows of images, as `access` says.
    pub fn of_images(shape: &ConvShape, access: Access, tile: RegisterTile, target: &Target) -> ConvPlan {
        let pixel_pitch = pixel_pitch(shape, access, &tile);
        let bytes = pixel_pitch * shape.element.byte_size();
        let block_columns = block_columns(shape, &tile, bytes, target);
        let column_blocks = divide_up(shape.columns().output, block_columns);
        let work = Work {
            pieces: multiply(multiply(shape.images(), column_blocks), constant(shape.groups)),
            rows: shape.rows().output,
            panels: shape.group_filters().div_ceil(tile.columns()),
            positions: block_columns,
            flops: shape.flops() / shape.groups,
            bytes: bytes * (shape.rows().stride * shape.columns().stride) as usize,
            panel_bytes: panel_bytes(shape),
            granule: 1,
            panels_are_free: !access.copies(),
            unit: tile.unit,
        };
        let blocks = work.blocks(target);
        let (block_rows, block_panels) = (blocks.rows, blocks.panels);
        ConvPlan { access, tile, prefetch: false, block_rows, block_columns, block_panels, pixel_pitch }
    }

    /// Axes of the filter that one run of the input covers, which is the innermost loop.
    pub fn run(&self, shape: &ConvShape) -> Run {
        run(shape, self.tile.dot, self.pixel_pitch)
    }

    /// Elements of a packed panel.
    pub fn panel_elements(&self, shape: &ConvShape) -> usize {
        let Run { joins_taps, length } = self.run(shape);
        let runs = if joins_taps { shape.taps() / shape.columns().kernel as usize } else { shape.taps() };
        runs * length.next_multiple_of(self.tile.dot.terms()) * self.tile.columns()
    }

    /// How the filter is packed.
    pub fn pack_form(&self, shape: &ConvShape) -> PackForm {
        let (groups, columns) = (shape.groups, self.tile.columns());
        match self.tile.dot.terms() {
            1 => PackForm::ConvPanels { groups, columns },
            terms => PackForm::ConvRuns { groups, columns, terms, joins_taps: self.run(shape).joins_taps },
        }
    }

    /// Panels of filters in a group.
    pub fn panels(&self, shape: &ConvShape) -> usize {
        shape.group_filters().div_ceil(self.tile.columns())
    }

    /// How often each of image, row block, column block, group and panel block counts, outermost first.
    pub fn task_space(&self, shape: &ConvShape) -> [DimExpr; 5] {
        let panel_blocks = constant(self.panels(shape).div_ceil(self.block_panels));
        let groups = constant(shape.groups);
        if self.access.is_flat() {
            let pixels = multiply(shape.batch, shape.pixels());
            return [constant(1), divide_up(pixels, self.block_rows), constant(1), groups, panel_blocks];
        }
        let rows = divide_up(shape.rows().output, self.block_rows);
        let columns = divide_up(shape.columns().output, self.block_columns);
        [shape.images(), rows, columns, groups, panel_blocks]
    }

    /// Rows and columns of the input that a task copies, if it copies windows.
    pub fn window(&self, shape: &ConvShape) -> (DimExpr, DimExpr) {
        (shape.rows().window(self.block_rows), shape.columns().window(self.block_columns))
    }

    /// Bytes of scratch memory of each thread.
    pub fn scratch(&self, shape: &ConvShape) -> DimExpr {
        let pixel = constant(self.pixel_pitch * shape.element.byte_size());
        // The last step of a run may read further than the run goes.
        let beyond = constant((self.tile.dot.terms() - 1) * shape.element.byte_size());
        match self.access {
            Access::Flat | Access::Direct => constant(0),
            Access::Taps => {
                let sums = constant(self.tile.columns() * shape.element.byte_size());
                multiply(multiply(self.block_rows, self.block_columns), sums)
            }
            Access::Gather => add(multiply(self.block_rows, pixel), beyond),
            Access::Window => {
                let (rows, columns) = self.window(shape);
                let slices: i64 = shape.outer().iter().map(|axis| axis.kernel).product();
                add(multiply(multiply(multiply(rows, columns), constant(slices as usize)), pixel), beyond)
            }
        }
    }

    /// As the printable plan of a family.
    pub fn to_plan(&self, family: &str, shape: &ConvShape, packing: Packing) -> Plan {
        let tasks = self.task_space(shape).into_iter().fold(constant(1), multiply);
        let dims = |expr: DimExpr| vec![Dim::from_expr(expr)];
        let plan = Plan::new(family, tasks)
            .with_scratch(self.scratch(shape))
            .with("access", self.access.name())
            .with("block_rows", dims(self.block_rows))
            .with("block_columns", dims(self.block_columns))
            .with("block_panels", self.block_panels as i64)
            .with("pixel_pitch", self.pixel_pitch as i64);
        packing.attach(self.tile.attach(plan).with("prefetch", self.prefetch))
    }

    /// Reads what [`ConvPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> ConvPlan {
        let name = plan.text("access");
        let access = Access::ALL.iter().find(|(_, text)| *text == name).map(|(access, _)| *access);
        ConvPlan {
            access: access.expect("a plan of a convolution says how the input is read"),
            tile: RegisterTile::of(plan),
            prefetch: plan.flag("prefetch"),
            block_rows: plan.extent("block_rows"),
            block_columns: plan.extent("block_columns"),
            block_panels: plan.size("block_panels"),
            pixel_pitch: plan.size("pixel_pitch"),
        }
    }
}

/// Plans a kernel whose anchor is a convolution, if this family computes it.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let original = ConvKernel::of(spec)?.shape;
    let (shape, plan) = ConvPlan::of(original.clone(), target);
    Some(printed(&plan, &shape, &original))
}

/// The plan of this family, and others of which the cost model does not know whether they are slower.
pub(crate) fn plans(spec: &KernelSpec, target: &Target) -> Vec<Plan> {
    let Some(original) = ConvKernel::of(spec).map(|kernel| kernel.shape) else { return Vec::new() };
    let (shape, plan) = ConvPlan::of(original.clone(), target);
    let others = plan.alternatives(&shape, target);
    std::iter::once(&plan).chain(&others).map(|plan| printed(plan, &shape, &original)).collect()
}

/// The plan for `shape`, which the kernel has or which [`ConvPlan::of`] has made of the `original` one.
fn printed(plan: &ConvPlan, shape: &ConvShape, original: &ConvShape) -> Plan {
    let plan = plan.to_plan(FAMILY, shape, Packing { input: shape.filter, form: plan.pack_form(shape) });
    if shape.axes.len() > original.axes.len() { plan.with(ROWS_OUTSIDE, true) } else { plan }
}

/// The option of plans for which the rows of the output are an outer axis: [`ConvShape::with_rows_outside`].
const ROWS_OUTSIDE: &str = "rows_outside";

/// The shape that a plan is for.
pub fn planned_shape(shape: ConvShape, plan: &Plan) -> ConvShape {
    if plan.flag(ROWS_OUTSIDE) { shape.with_rows_outside() } else { shape }
}

/// Whether the rows between those that a dilated convolution reads, and not these alone, are too much for the cache.
fn skips_rows(shape: &ConvShape, target: &Target) -> bool {
    let (rows, columns) = (shape.rows(), shape.columns());
    let Some(output) = columns.output.as_constant().filter(|_| rows.dilation > 1 && !shape.is_planar) else {
        return false;
    };
    let (share, of) = tuning::LEFT_BLOCK_SHARE;
    let positions = columns.window(DimExpr::constant(output)).as_constant().unwrap_or(i64::MAX);
    let pixel = shape.group_channels() * shape.element.byte_size();
    let reach = (rows.kernel - 1) * rows.dilation + 1;
    (reach as usize).saturating_mul(positions as usize).saturating_mul(pixel) > target.caches.l2 * share / of
}

/// Bytes of the filters of a group.
fn panel_bytes(shape: &ConvShape) -> usize {
    shape.taps() * shape.group_channels() * shape.group_filters() * shape.filter_element.byte_size()
}

/// Runs of rows of tiles: positions of all images, or columns of the output.
fn tile_rows(shape: &ConvShape, access: Access) -> DimExpr {
    if access.is_flat() { multiply(shape.batch, shape.pixels()) } else { shape.columns().output }
}

/// Channels, and the taps of a row where steps of several terms would leave many of them empty.
fn run(shape: &ConvShape, dot: Dot, pixel_pitch: usize) -> Run {
    let joins = dot.terms() > 1 && pixel_pitch == shape.channels && can_join_taps(shape);
    let taps = if joins { shape.columns().kernel as usize } else { 1 };
    Run { joins_taps: joins, length: taps * shape.group_channels() }
}

/// Whether the taps of a row and their channels follow each other in an input of pixels without gaps.
fn can_join_taps(shape: &ConvShape) -> bool {
    shape.groups == 1 && shape.columns().dilation == 1 && !shape.is_planar
}

/// Whether steps of `dot` would read beyond the end of an input that is read in place.
fn is_ragged(shape: &ConvShape, dot: Dot) -> bool {
    let joined =
        if can_join_taps(shape) && shape.pitch == shape.channels { shape.columns().kernel as usize } else { 1 };
    !(joined * shape.group_channels()).is_multiple_of(dot.terms())
}

fn access(shape: &ConvShape, dot: Dot) -> Access {
    if shape.is_planar {
        return if shape.is_padded() { Access::Window } else { Access::Direct };
    }
    let conflict = conflicts(shape, shape.pitch) || is_ragged(shape, dot);
    if shape.taps() == 1 && !shape.is_padded() {
        return if conflict || shape.is_computed || !shape.is_pointwise() { Access::Gather } else { Access::Flat };
    }
    if conflict || shape.is_padded() { Access::Window } else { Access::Direct }
}

/// Whether the rows of a tile, `pitch` elements from pixel to pixel, fall into the same sets of the cache.
fn conflicts(shape: &ConvShape, pitch: usize) -> bool {
    let bytes = shape.columns().stride as usize * pitch * shape.element.byte_size();
    bytes.is_multiple_of(tuning::SET_CONFLICT_BYTES)
}

pub(crate) fn pixel_pitch(shape: &ConvShape, access: Access, tile: &RegisterTile) -> usize {
    let (channels, spread) = (shape.group_channels(), tile.spread(shape.element));
    match access {
        Access::Flat | Access::Direct | Access::Taps => shape.pitch,
        // A gathered pixel follows the one before; a window keeps the columns between two outputs.
        Access::Gather if (channels * shape.element.byte_size()).is_multiple_of(tuning::SET_CONFLICT_BYTES) => {
            channels + spread
        }
        Access::Window if conflicts(shape, channels) => channels + spread,
        Access::Gather | Access::Window => channels,
    }
}

/// All columns if the window of a row fits the cache, else as many as do.
fn block_columns(shape: &ConvShape, tile: &RegisterTile, pixel_bytes: usize, target: &Target) -> DimExpr {
    let (share, of) = tuning::LEFT_BLOCK_SHARE;
    let slices: i64 = shape.outer().iter().map(|axis| axis.kernel).product();
    let (rows, columns) = (shape.rows(), shape.columns());
    let window_rows = slices * ((rows.kernel - 1) * rows.dilation + 1);
    let column_bytes = (window_rows * columns.stride) as usize * pixel_bytes;
    let most = target.caches.l2 * share / of / column_bytes.max(1);
    let most = (most / tile.most_rows()).max(1) * tile.most_rows();
    match columns.output.as_constant() {
        Some(output) if output as usize <= most => at_least_one(columns.output),
        Some(_) => constant(known_block(balanced_block(columns.output, constant(most)), tile.most_rows())),
        None => at_least_one(columns.output.min(constant(most))),
    }
}

fn known_block(block: DimExpr, granule: usize) -> usize {
    block.as_constant().map_or(granule, |block| (block as usize).next_multiple_of(granule))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `size x size x channels -> filters`, same padding; what the planner decides.
    fn check(
        cpu: &str,
        size: Option<i64>,
        (channels, filters): (usize, usize),
        (kernel, stride): (i64, i64),
        expected: &str,
    ) {
        let target = Target::parse("x86_64", Some(cpu)).expect("known");
        let input = size.map_or(DimExpr::symbol("d0"), DimExpr::constant);
        let shape = ConvShape::padded([input; 2], (kernel, stride), (channels, filters), 1);
        let (shape, plan) = ConvPlan::of(shape, &target);
        let tasks = plan.task_space(&shape).into_iter().fold(constant(1), multiply);
        let found = format!(
            "{:?} {:?}x{} rows {} columns {} panels {} pitch {} tasks {tasks}",
            plan.access,
            plan.tile.rows,
            plan.tile.vectors,
            plan.block_rows,
            plan.block_columns,
            plan.block_panels,
            plan.pixel_pitch,
        );
        assert_eq!(found, expected);
        let form = PackForm::ConvPanels { groups: 1, columns: plan.tile.columns() };
        let printed = plan.to_plan(FAMILY, &shape, Packing { input: 1, form });
        assert_eq!(ConvPlan::from_plan(&printed), plan);
    }

    #[test]
    fn dilated_rows_are_read_alone_where_those_between_are_too_many() {
        let target = Target::parse("x86_64", Some("sapphirerapids")).expect("known");
        let plan = |dilation: i64, channels: usize| {
            let mut shape = ConvShape::padded([constant(14); 2], (3, 1), (channels, 256), 1);
            for axis in &mut shape.axes {
                (axis.dilation, axis.pad_low, axis.pad_high) = (dilation, dilation, dilation);
            }
            let (shape, plan) = ConvPlan::of(shape, &target);
            let (rows, columns) = plan.window(&shape);
            format!("{} axes, window {rows} x {columns}", shape.axes.len())
        };
        assert_eq!(plan(12, 1024), "3 axes, window 1 x 38");
        assert_eq!(plan(2, 1024), "2 axes, window 11 x 18");
    }

    #[test]
    fn layers() {
        check("znver4", Some(224), (3, 64), (7, 2), "Window [14]x2 rows 7 columns 112 panels 2 pitch 3 tasks 16");
        check("znver4", Some(56), (64, 256), (1, 1), "Flat [14]x2 rows 182 columns 1 panels 8 pitch 64 tasks 18");
        check("znver4", Some(56), (256, 512), (1, 2), "Gather [14]x2 rows 56 columns 1 panels 16 pitch 256 tasks 14");
        check("znver4", Some(28), (128, 128), (3, 1), "Window [14]x2 rows 2 columns 28 panels 4 pitch 128 tasks 14");
        check("znver4", Some(14), (1024, 256), (1, 1), "Gather [14]x2 rows 70 columns 1 panels 2 pitch 1040 tasks 12");
        check("znver4", Some(7), (512, 512), (3, 1), "Window [7]x3 rows 4 columns 7 panels 2 pitch 512 tasks 12");
        check(
            "znver4",
            Some(7),
            (2048, 512),
            (1, 1),
            "Gather [13, 10]x2 rows 26 columns 1 panels 2 pitch 2064 tasks 16",
        );
        check("x86-64-v3", Some(56), (64, 64), (3, 1), "Window [6, 2]x2 rows 3 columns 56 panels 4 pitch 64 tasks 19");
        check(
            "znver4",
            None,
            (24, 96),
            (1, 1),
            "Flat [14, 7, 4, 2, 1]x2 rows 1736 columns 1 panels 3 pitch 24 tasks (d0 * d0 + 1735) floordiv 1736",
        );
        check(
            "znver4",
            None,
            (96, 24),
            (3, 1),
            "Window [14, 7, 4, 2, 1]x2 rows max(192 floordiv (max(min(d0, 336), 1)), 1) columns max(min(d0, 336), 1) panels 1 pitch 96 tasks ((d0 + max(192 floordiv (max(min(d0, 336), 1)), 1) - 1) floordiv (max(192 floordiv (max(min(d0, 336), 1)), 1))) * ((d0 + max(min(d0, 336), 1) - 1) floordiv (max(min(d0, 336), 1)))",
        );
    }
}
