//! How the rows and panels of a matrix kernel are cut into tasks.

use crate::extent::{at_least_one, balanced_block, constant, divide, divide_up, multiply};
use crate::register_tile::RegisterTile;
use crate::tuning;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// What a task covers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Blocks {
    /// Rows of a task: rows of a matrix, or rows of an image.
    pub rows: DimExpr,
    /// Panels of a task.
    pub panels: usize,
}

/// Work that is to be cut: `units` independent pieces of `rows` rows by `panels` panels.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Independent pieces, as images.
    pub units: DimExpr,
    /// Rows of a piece.
    pub rows: DimExpr,
    /// Panels of right-hand columns.
    pub panels: usize,
    /// Floating-point operations of one row over all panels.
    pub row_flops: DimExpr,
    /// Bytes of left-hand data that one row reads.
    pub row_bytes: DimExpr,
    /// Rows are cut at multiples of this.
    pub granule: usize,
    /// Whether another task for other panels of the same rows does without copying them again.
    pub panels_are_free: bool,
}

impl Work {
    /// Blocks of rows small enough for the cache, of rows and panels many enough to keep threads busy.
    pub fn blocks(&self, target: &Target) -> Blocks {
        let most_rows = self.cache_rows(target);
        let total = multiply(multiply(self.units, self.rows), self.row_flops);
        let Some(total) = total.as_constant() else {
            let flops = constant(4 * tuning::TASK_FLOPS as usize);
            let busy = self.round(at_least_one(divide(flops, at_least_one(self.row_flops))));
            let rows = balanced_block(self.rows, most_rows.min(busy));
            return Blocks { rows: self.round(rows), panels: self.panels };
        };
        let wanted = (total / tuning::TASK_FLOPS).clamp(1, tuning::TASKS) as usize;
        let known = |expr: DimExpr| expr.as_constant().map_or(1, |value| value.max(1) as usize);
        let (units, rows) = (known(self.units), known(self.rows));
        let row_blocks = known(divide_up(self.rows, most_rows));
        let wanted = wanted.div_ceil(units * row_blocks);
        // Every block of rows reads all panels, every block of panels reads all rows: cut the larger side first.
        let granules = (rows / row_blocks).div_ceil(self.granule).max(1);
        let (more_rows, panel_blocks) = if self.panels_are_free && self.panels >= granules {
            let panel_blocks = wanted.min(self.panels);
            (wanted.div_ceil(panel_blocks).min(granules), panel_blocks)
        } else {
            let more_rows = wanted.min(granules);
            (more_rows, wanted.div_ceil(more_rows).min(self.panels))
        };
        let rows = rows.div_ceil(row_blocks * more_rows);
        Blocks { rows: self.round(constant(rows)), panels: self.panels.div_ceil(panel_blocks) }
    }

    /// How many rows fit into the left-hand share of the second-level cache, at least one granule.
    fn cache_rows(&self, target: &Target) -> DimExpr {
        let (share, of) = tuning::LEFT_BLOCK_SHARE;
        let bytes = constant(target.caches.l2 * share / of);
        let rows = divide(bytes, at_least_one(self.row_bytes));
        let granule = constant(self.granule);
        multiply(at_least_one(divide(rows, granule)), granule)
    }

    fn round(&self, rows: DimExpr) -> DimExpr {
        let granule = constant(self.granule);
        multiply(divide_up(rows, granule), granule)
    }
}

/// The tile's row count as a granule of blocks of rows.
pub fn granule(tile: &RegisterTile) -> usize {
    tile.most_rows()
}
