//! Plans of 3x3 convolutions of stride 1 by Winograd's algorithm F(4x4, 3x3): 36 products make 16 outputs, where the
//! direct way takes 144.
//!
//! A block of tiles is transformed into 36 matrices of tiles by channels, each is multiplied by one of 36 matrices of
//! transformed filters, and the products are transformed back. Everything of a block stays in the cache. Filters are
//! transformed when compiling, in `f64`. Results differ from the direct sum by up to 1.5e-5 of the largest output.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
//!
//! ```text
//! {block_panels = 2, block_tiles = 42, family = "winograd", lanes = 16, pack = {form = "winograd", ...},
//!  tile_rows = [14], tile_vectors = 2}
//! ```

use crate::conv_shape::ConvShape;
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

/// Rows and columns of the output that a tile has.
pub const TILE: usize = 4;

/// Rows and columns of the input that a tile reads; its square is the number of products.
pub const PATCH: usize = 6;

/// The decisions about a convolution by Winograd's algorithm.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WinogradPlan {
    /// The register tile of the products: rows are tiles.
    pub tile: RegisterTile,
    /// Tiles of a task.
    pub block_tiles: usize,
    /// Panels of filters of a task.
    pub block_panels: usize,
}

/// Images, tiles down and tiles across.
pub fn tiles(shape: &ConvShape) -> Option<[usize; 3]> {
    let across = |extent: kiln_ir::DimExpr| Some((extent.as_constant()? as usize).div_ceil(TILE));
    let images = shape.batch.as_constant()? as usize;
    Some([images, across(shape.rows().output)?, across(shape.columns().output)?])
}

impl WinogradPlan {
    /// Plans a convolution whose tiles are `count`.
    pub fn new(shape: &ConvShape, count: usize, target: &Target) -> WinogradPlan {
        let tile = RegisterTile::new(target, shape.element, constant(count), constant(shape.filters));
        let most = (tuning::WINOGRAD_TILES / tile.most_rows()).max(1) * tile.most_rows();
        let block_tiles = count.div_ceil(count.div_ceil(most)).next_multiple_of(tile.most_rows());
        let panels = shape.filters.div_ceil(tile.columns());
        let wanted = tuning::TASKS.div_ceil(2).div_ceil(count.div_ceil(block_tiles));
        let block_panels = panels.div_ceil(wanted.min(panels));
        WinogradPlan { tile, block_tiles, block_panels }
    }

    /// Blocks of tiles, and blocks of panels.
    pub fn task_space(&self, shape: &ConvShape) -> [usize; 2] {
        let count = tiles(shape).map_or(0, |counts| counts.iter().product());
        let panels = shape.filters.div_ceil(self.tile.columns());
        [count.div_ceil(self.block_tiles), panels.div_ceil(self.block_panels)]
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

    /// Elements of the transformed input of a block.
    pub fn input_elements(&self, shape: &ConvShape) -> usize {
        PATCH * PATCH * self.block_tiles * self.input_pitch(shape)
    }

    /// Elements of the products of a block.
    pub fn output_elements(&self) -> usize {
        PATCH * PATCH * self.block_tiles * self.output_pitch()
    }

    /// As the printable plan.
    pub fn to_plan(&self, shape: &ConvShape) -> Plan {
        let tasks = self.task_space(shape).iter().product();
        let scratch = (self.input_elements(shape) + self.output_elements()) * shape.element.byte_size();
        let plan = Plan::new(FAMILY, constant(tasks))
            .with_scratch(constant(scratch))
            .with("block_tiles", self.block_tiles as i64)
            .with("block_panels", self.block_panels as i64);
        let form = PackForm::Winograd { columns: self.tile.columns() };
        Packing { input: shape.filter, form }.attach(self.tile.attach(plan))
    }

    /// Reads what [`WinogradPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> WinogradPlan {
        WinogradPlan {
            tile: RegisterTile::of(plan),
            block_tiles: plan.size("block_tiles"),
            block_panels: plan.size("block_panels"),
        }
    }
}

/// Plans a kernel whose anchor is a convolution for which the algorithm pays.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let shape = ConvShape::of(spec).filter(|shape| fits(shape, target))?;
    let count: usize = tiles(&shape)?.iter().product();
    let pays = count >= tuning::WINOGRAD_FEWEST_TILES
        && shape.channels >= tuning::WINOGRAD_CHANNELS
        && shape.filters >= tuning::WINOGRAD_CHANNELS;
    pays.then(|| WinogradPlan::new(&shape, count, target).to_plan(&shape))
}

/// Whether the algorithm computes the convolution, in whole vectors.
fn fits(shape: &ConvShape, target: &Target) -> bool {
    let lanes = target.lanes(shape.element);
    let spatial = shape.axes.iter().all(|axis| (axis.kernel, axis.stride, axis.dilation) == (3, 1, 1));
    spatial
        && shape.axes.len() == 2
        && shape.groups == 1
        && shape.element == ElementType::F32
        && shape.channels.is_multiple_of(lanes)
        && shape.filters.is_multiple_of(lanes)
        && shape.axes.iter().all(|axis| axis.input.as_constant().is_some_and(|extent| extent > 0))
}

/// The transform of filters: `G g G^T`, with taps and products row by row. 36 x 9.
pub fn filter_transform() -> Vec<[f64; 9]> {
    const G: [[f64; 3]; PATCH] = [
        [0.25, 0.0, 0.0],
        [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
        [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
        [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
        [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
        [0.0, 0.0, 1.0],
    ];
    let mut rows = Vec::with_capacity(PATCH * PATCH);
    for down in G {
        for across in G {
            rows.push(std::array::from_fn(|tap| down[tap / 3] * across[tap % 3]));
        }
    }
    rows
}
