//! Plans of 3x3 convolutions of stride 1 by Winograd's algorithm F(m x m, 3x3): `(m + 2)^2` products make `m^2` outputs,
//! where the direct way takes `9 m^2`. With 2, 4 and 6 that is 4, 2.25 and 1.78 products for an output. Larger tiles have
//! larger transforms, leave more of their last row and column unused, and round more: results differ from the direct sum
//! by up to 2e-6, 2e-5 and 4e-5 of the largest output.
//!
//! A block of tiles is transformed into as many matrices of tiles by channels as a tile has products, filters into as many
//! of channels by filters, those are multiplied pair by pair, and the products are transformed back. Everything of a block
//! stays in the cache. Filters are kept as they are in the model and transformed while running, a part of the memory to
//! read and to keep: where tiles are many, once for many blocks of them; where filters are many, once for each large block.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
//!
//! ```text
//! {block_channels = 64, block_panels = 2, block_tiles = 14, family = "winograd", lanes = 16, outputs = 4,
//!  pack = {form = "winograd", ...}, stay = "filters", tile_rows = [14], tile_vectors = 2}
//! ```

use crate::conv_shape::ConvShape;
use crate::dot::Unit;
use crate::extent::constant;
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::KernelSpec;
use crate::tuning;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The name of the family.
pub const FAMILY: &str = "winograd";

/// Rows and columns of a filter.
pub const KERNEL: usize = 3;

/// How large tiles are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// F(2x2, 3x3).
    Two,
    /// F(4x4, 3x3).
    Four,
    /// F(6x6, 3x3).
    Six,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 3] = [Form::Two, Form::Four, Form::Six];

    /// Rows and columns of the output that a tile has.
    pub fn tile(self) -> usize {
        match self {
            Form::Two => 2,
            Form::Four => 4,
            Form::Six => 6,
        }
    }

    /// Rows and columns of the input that a tile reads.
    pub fn patch(self) -> usize {
        self.tile() + KERNEL - 1
    }

    /// Products of a tile.
    pub fn products(self) -> usize {
        self.patch() * self.patch()
    }

    /// Those whose transforms a processor has the registers for.
    fn possible(target: &Target) -> impl Iterator<Item = Form> + '_ {
        let fits = |form: &Form| target.vector_registers >= tuning::winograd_costs(*form).registers;
        Form::ALL.into_iter().filter(fits)
    }
}

/// What stays transformed from one task to the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stay {
    /// The input: tasks go over all panels of filters for one block of tiles, then to the next block.
    Input,
    /// The filters: tasks go over all blocks of tiles for one block of panels, then to the next panels.
    Filters,
}

impl Stay {
    const ALL: [(Stay, &str); 2] = [(Stay::Input, "input"), (Stay::Filters, "filters")];

    fn name(self) -> &'static str {
        Stay::ALL.iter().find(|(stay, _)| *stay == self).map_or("input", |(_, name)| name)
    }
}

/// The decisions about a convolution by Winograd's algorithm.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WinogradPlan {
    /// How large tiles are.
    pub form: Form,
    /// The register tile of the products: rows are tiles.
    pub tile: RegisterTile,
    /// What stays transformed.
    pub stay: Stay,
    /// Tiles of a task.
    pub block_tiles: usize,
    /// Panels of filters of a task.
    pub block_panels: usize,
    /// Channels whose filters are transformed together; all if filters stay.
    pub block_channels: usize,
}

/// Images, tiles down and tiles across.
pub fn tiles(shape: &ConvShape, form: Form) -> Option<[usize; 3]> {
    let across = |extent: kiln_ir::DimExpr| Some((extent.as_constant()? as usize).div_ceil(form.tile()));
    let images = shape.batch.as_constant()? as usize;
    Some([images, across(shape.rows().output)?, across(shape.columns().output)?])
}

impl WinogradPlan {
    /// Plans a convolution of known extents: of the plans that keep one thing transformed, the one that costs least.
    pub fn new(shape: &ConvShape, target: &Target) -> WinogradPlan {
        let cheaper =
            |best: (WinogradPlan, usize), other: (WinogradPlan, usize)| if other.1 < best.1 { other } else { best };
        let best = WinogradPlan::candidates(shape, target).into_iter().reduce(cheaper);
        best.expect("the input can always stay transformed").0
    }

    /// The plans of each form that keep one thing transformed, each with its cost in multiplications of vectors.
    fn candidates(shape: &ConvShape, target: &Target) -> Vec<(WinogradPlan, usize)> {
        let mut candidates = Vec::new();
        for form in Form::possible(target) {
            let count = tile_count(shape, form);
            let tile = RegisterTile::new(target, shape.element, constant(count), constant(shape.filters));
            let input = WinogradPlan::of_staying_input(shape, form, tile.clone(), target);
            let filters = WinogradPlan::of_staying_filters(shape, form, tile, target);
            candidates.extend([Some(input), filters].into_iter().flatten());
        }
        let with_cost = |plan: WinogradPlan| {
            let cost = plan.cost(shape);
            (plan, cost)
        };
        candidates.into_iter().map(with_cost).collect()
    }

    /// What the plan of a convolution costs, and what else it could have been.
    pub(crate) fn explain(shape: &ConvShape, target: &Target) -> (usize, String) {
        let plan = WinogradPlan::new(shape, target);
        let others = WinogradPlan::candidates(shape, target).into_iter().filter(|(other, _)| *other != plan);
        let others: Vec<String> = others
            .map(|(other, cost)| format!("{cost} with {}, the {} staying", other.form_name(), other.stay.name()))
            .collect();
        let others = if others.is_empty() { "no other form fits".into() } else { others.join("; ") };
        let (form, stay) = (plan.form_name(), plan.stay.name());
        let count = tile_count(shape, plan.form);
        (plan.cost(shape), format!("{form}, {count} tiles; the {stay} stays transformed ({others})"))
    }

    fn form_name(&self) -> String {
        let tile = self.form.tile();
        format!("F({tile}x{tile}, 3x3)")
    }

    /// Large blocks of tiles, as each transforms all filters anew, but enough tasks; a panel at a time, with as many
    /// channels as fit their share of the second-level cache.
    fn of_staying_input(shape: &ConvShape, form: Form, tile: RegisterTile, target: &Target) -> WinogradPlan {
        let (count, panels) = (tile_count(shape, form), shape.filters.div_ceil(tile.columns()));
        let multiplications = count * form.products() * shape.channels * shape.filters;
        let tasks = (multiplications * 2 / tuning::task_flops(Unit::Vectors)).clamp(1, tuning::TASKS / 2);
        let block_tiles = even_block(count, tuning::WINOGRAD_TILES, tasks.div_ceil(panels), &tile);
        let most = share(target, tuning::WINOGRAD_PART_SHARE) / filter_bytes(shape, form, &tile);
        let block_channels = shape.channels.div_ceil(shape.channels.div_ceil(most.max(tile.lanes)));
        WinogradPlan { form, tile, stay: Stay::Input, block_tiles, block_panels: 1, block_channels }
    }

    /// Small blocks of tiles; as many panels as fit their share of the second-level cache, if one does.
    fn of_staying_filters(shape: &ConvShape, form: Form, tile: RegisterTile, target: &Target) -> Option<WinogradPlan> {
        let count = tile_count(shape, form);
        let panels = shape.filters.div_ceil(tile.columns());
        let most = share(target, tuning::WINOGRAD_FILTER_SHARE) / (filter_bytes(shape, form, &tile) * shape.channels);
        let block_tiles = even_block(count, tuning::WINOGRAD_FEW_TILES, 1, &tile);
        (most > 0).then(|| {
            let block_panels = panels.div_ceil(panels.div_ceil(most));
            WinogradPlan { form, tile, stay: Stay::Filters, block_tiles, block_panels, block_channels: shape.channels }
        })
    }

    /// What products and transforms cost, in multiplications of vectors.
    fn cost(&self, shape: &ConvShape) -> usize {
        let [outer, _] = self.task_space(shape);
        let (count, costs) = (tile_count(shape, self.form), tuning::winograd_costs(self.form));
        let filter_vectors = shape.filters.div_ceil(self.tile.lanes);
        let products = count * self.form.products() * shape.channels * filter_vectors;
        let input = count * shape.channels.div_ceil(self.tile.lanes) * costs.input;
        let filters = shape.channels * filter_vectors * costs.filter;
        let output = count * filter_vectors * costs.output;
        match self.stay {
            Stay::Input => products + output + input + filters * outer,
            Stay::Filters => products + output + input * outer + filters,
        }
    }

    /// How often each of tile block and panel block counts, the one that stays first.
    pub fn task_space(&self, shape: &ConvShape) -> [usize; 2] {
        let count = tile_count(shape, self.form);
        let panels = shape.filters.div_ceil(self.tile.columns());
        let (tile_blocks, panel_blocks) = (count.div_ceil(self.block_tiles), panels.div_ceil(self.block_panels));
        match self.stay {
            Stay::Input => [tile_blocks, panel_blocks],
            Stay::Filters => [panel_blocks, tile_blocks],
        }
    }

    /// Elements from tile to tile of the transformed input. One vector more than the channels spreads tiles over the
    /// sets of the cache.
    pub fn input_pitch(&self, shape: &ConvShape) -> usize {
        shape.channels + self.tile.lanes
    }

    /// Elements from tile to tile of the products.
    pub fn output_pitch(&self) -> usize {
        self.block_panels * self.tile.columns() + self.tile.lanes
    }

    /// Elements from panel to panel of the transformed filters.
    pub fn panel_pitch(&self) -> usize {
        self.block_channels * self.tile.columns()
    }

    /// Elements from product to product of the transformed filters. One vector more than the panels spreads products over
    /// the sets of the cache.
    pub fn filter_pitch(&self) -> usize {
        self.block_panels * self.panel_pitch() + self.tile.lanes
    }

    /// Elements of the transformed input, of the transformed filters and of the products of a task.
    pub fn scratch_elements(&self, shape: &ConvShape) -> [usize; 3] {
        let input = self.block_tiles * self.input_pitch(shape);
        let products = self.block_tiles * self.output_pitch();
        [input, self.filter_pitch(), products].map(|elements| self.form.products() * elements)
    }

    /// As the printable plan.
    pub fn to_plan(&self, shape: &ConvShape) -> Plan {
        let tasks = self.task_space(shape).iter().product();
        let scratch = self.scratch_elements(shape).iter().sum::<usize>() * shape.element.byte_size();
        let plan = Plan::new(FAMILY, constant(tasks))
            .with_scratch(constant(scratch))
            .with("outputs", self.form.tile() as i64)
            .with("stay", self.stay.name())
            .with("block_tiles", self.block_tiles as i64)
            .with("block_panels", self.block_panels as i64)
            .with("block_channels", self.block_channels as i64);
        let form = PackForm::Winograd { columns: self.tile.columns() };
        Packing { input: shape.filter, form }.attach(self.tile.attach(plan))
    }

    /// Reads what [`WinogradPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> WinogradPlan {
        let name = plan.text("stay");
        let stay = Stay::ALL.iter().find(|(_, text)| *text == name).map(|(stay, _)| *stay);
        let outputs = plan.size("outputs");
        let form = Form::ALL.into_iter().find(|form| form.tile() == outputs);
        WinogradPlan {
            form: form.expect("a plan of this family says how large tiles are"),
            tile: RegisterTile::of(plan),
            stay: stay.expect("a plan of this family says what stays transformed"),
            block_tiles: plan.size("block_tiles"),
            block_panels: plan.size("block_panels"),
            block_channels: plan.size("block_channels"),
        }
    }
}

/// Plans a kernel whose anchor is a convolution for which the algorithm pays.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    consider(spec, target).ok()
}

/// As [`plan`].
///
/// # Errors
/// Why this family does not compute the kernel.
pub(crate) fn consider(spec: &KernelSpec, target: &Target) -> Result<Plan, String> {
    let shape = possible(spec, target)?;
    let quantities = [
        (tile_count(&shape, Form::Four), tuning::WINOGRAD_FEWEST_TILES, "tiles of 4x4"),
        (shape.channels, tuning::WINOGRAD_CHANNELS, "channels"),
        (shape.filters, tuning::WINOGRAD_CHANNELS, "filters"),
    ];
    match quantities.into_iter().find(|(found, least, _)| found < least) {
        Some((found, least, what)) => Err(format!("{found} {what}; it pays from {least} on")),
        None => Ok(WinogradPlan::new(&shape, target).to_plan(&shape)),
    }
}

/// The convolution, if the algorithm computes it.
///
/// # Errors
/// Why it does not.
fn possible(spec: &KernelSpec, target: &Target) -> Result<ConvShape, String> {
    let shape = ConvShape::of(spec).ok_or("not one channels-last convolution of floats that are in memory")?;
    check(&shape, target)?;
    if spec.nodes[shape.anchor].attributes.bool("exact") == Some(true) {
        return Err("it multiplies sums of elements, and precision is strict".into());
    }
    tiles(&shape, Form::Four).ok_or("the number of images is not known")?;
    Ok(shape)
}

/// All plans of this family, those first that are estimated to cost least.
pub(crate) fn plans(spec: &KernelSpec, target: &Target) -> Vec<Plan> {
    let Ok(shape) = possible(spec, target) else { return Vec::new() };
    let mut candidates = WinogradPlan::candidates(&shape, target);
    candidates.sort_by_key(|(_, cost)| *cost);
    candidates.iter().map(|(plan, _)| plan.to_plan(&shape)).collect()
}

/// The number of tiles of a block: a multiple of the register tile's rows of which at most `most` are made, or of one
/// register tile; fewer if that makes `blocks` blocks.
fn even_block(count: usize, most: usize, blocks: usize, tile: &RegisterTile) -> usize {
    let rows = tile.most_rows();
    let most = (most / rows).max(1) * rows;
    count.div_ceil(count.div_ceil(most).max(blocks)).next_multiple_of(rows)
}

/// The number of tiles of a convolution of known extents.
fn tile_count(shape: &ConvShape, form: Form) -> usize {
    tiles(shape, form).map_or(0, |counts| counts.iter().product())
}

/// Bytes of the transformed filters of one channel in and one panel out.
fn filter_bytes(shape: &ConvShape, form: Form, tile: &RegisterTile) -> usize {
    form.products() * tile.columns() * shape.element.byte_size()
}

/// A part of the second-level cache.
fn share(target: &Target, (share, of): (usize, usize)) -> usize {
    target.caches.l2 * share / of
}

/// Whether the algorithm computes the convolution, in whole vectors.
///
/// # Errors
/// Why not.
fn check(shape: &ConvShape, target: &Target) -> Result<(), String> {
    let lanes = target.lanes(shape.element);
    let is_spatial =
        shape.axes.len() == 2 && shape.axes.iter().all(|axis| (axis.kernel, axis.stride, axis.dilation) == (3, 1, 1));
    let (channels, filters) = (shape.channels, shape.filters);
    if !is_spatial {
        return Err("not 3x3 of stride 1".into());
    }
    if shape.groups != 1 {
        return Err("in groups".into());
    }
    if shape.element != ElementType::F32 {
        return Err(format!("of {}, not of f32", shape.element));
    }
    if !channels.is_multiple_of(lanes) || !filters.is_multiple_of(lanes) {
        return Err(format!("{channels} channels and {filters} filters are not vectors of {lanes}"));
    }
    match shape.axes.iter().all(|axis| axis.input.as_constant().is_some_and(|extent| extent > 0)) {
        true => Ok(()),
        false => Err("the extents are not known".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::DimExpr;

    /// `batch x size x size x channels -> filters`, same padding; what the planner decides.
    fn check_plan(cpu: &str, (batch, size): (i64, i64), (channels, filters): (usize, usize), expected: &str) {
        let target = Target::parse("x86_64", Some(cpu)).expect("known");
        let batch = DimExpr::constant(batch);
        let shape =
            ConvShape { batch, ..ConvShape::padded([DimExpr::constant(size); 2], (3, 1), (channels, filters), 1) };
        let plan = WinogradPlan::new(&shape, &target);
        let found = format!(
            "{} {} stay, tiles {} panels {} channels {} tasks {:?}",
            plan.form.tile(),
            plan.stay.name(),
            plan.block_tiles,
            plan.block_panels,
            plan.block_channels,
            plan.task_space(&shape)
        );
        assert_eq!(found, expected);
        assert_eq!(WinogradPlan::from_plan(&plan.to_plan(&shape)), plan);
        let (cost, why) = WinogradPlan::explain(&shape, &target);
        let cheapest = WinogradPlan::candidates(&shape, &target).into_iter().map(|(_, cost)| cost).min();
        assert_eq!(Some(cost), cheapest);
        assert!(why.contains(&format!("tiles; the {} stays", plan.stay.name())), "{why}");
    }

    #[test]
    fn refusals_say_why() {
        let target = Target::parse("x86_64", Some("znver4")).expect("known");
        let refused = |kernel: (i64, i64), channels: (usize, usize), groups: usize| {
            let shape = ConvShape::padded([DimExpr::constant(28); 2], kernel, channels, groups);
            check(&shape, &target).expect_err("refused")
        };
        assert_eq!(refused((3, 2), (64, 64), 1), "not 3x3 of stride 1");
        assert_eq!(refused((3, 1), (64, 64), 2), "in groups");
        assert_eq!(refused((3, 1), (3, 64), 1), "3 channels and 64 filters are not vectors of 16");
        let symbolic = ConvShape::padded([DimExpr::symbol("d0"); 2], (3, 1), (64, 64), 1);
        assert_eq!(check(&symbolic, &target).expect_err("refused"), "the extents are not known");
    }

    #[test]
    fn filters_stay_where_tiles_are_many() {
        let stay = |form: usize, tiles, panels, channels, tasks: [usize; 2]| {
            format!("{form} filters stay, tiles {tiles} panels {panels} channels {channels} tasks {tasks:?}")
        };
        check_plan("sapphirerapids", (1, 224), (64, 64), &stay(6, 14, 2, 64, [1, 104]));
        check_plan("sapphirerapids", (1, 112), (128, 128), &stay(4, 14, 2, 128, [2, 56]));
        check_plan("sapphirerapids", (1, 56), (64, 64), &stay(4, 14, 2, 64, [1, 14]));
        check_plan("sapphirerapids", (8, 28), (64, 128), &stay(4, 14, 4, 64, [1, 28]));
        check_plan("sapphirerapids", (1, 28), (128, 128), &stay(4, 13, 2, 128, [2, 4]));
        check_plan("znver4", (1, 56), (64, 64), &stay(4, 14, 2, 64, [1, 14]));
        check_plan("x86-64-v3", (1, 56), (32, 32), &stay(4, 12, 2, 32, [1, 17]));
        check_plan("x86-64-v3", (1, 56), (64, 64), &stay(4, 12, 2, 64, [2, 17]));
    }

    #[test]
    fn the_input_stays_where_filters_are_many() {
        let stay = |form: usize, tiles, channels, tasks: [usize; 2]| {
            format!("{form} input stay, tiles {tiles} panels 1 channels {channels} tasks {tasks:?}")
        };
        check_plan("sapphirerapids", (1, 56), (256, 256), &stay(4, 42, 64, [5, 8]));
        check_plan("sapphirerapids", (1, 28), (512, 512), &stay(4, 52, 74, [1, 16]));
        check_plan("sapphirerapids", (1, 14), (512, 512), &stay(4, 16, 74, [1, 16]));
        check_plan("sapphirerapids", (1, 7), (512, 512), &stay(2, 16, 128, [1, 16]));
        check_plan("znver4", (1, 56), (256, 256), &stay(4, 42, 37, [5, 8]));
        check_plan("x86-64-v3", (1, 14), (256, 256), &stay(4, 18, 37, [1, 16]));
    }
}
