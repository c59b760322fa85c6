//! How the rows and panels of a matrix kernel are cut into tasks.

use crate::extent::{at_least_one, constant, divide, divide_up, multiply};
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

/// Work that is to be cut: `pieces` independent products of `rows` rows by `panels` panels.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Independent products, as images or groups.
    pub pieces: DimExpr,
    /// Rows of a product.
    pub rows: DimExpr,
    /// Panels of right-hand columns.
    pub panels: usize,
    /// Positions in a row: 1 for matrices, columns of the output for images.
    pub positions: DimExpr,
    /// Floating-point operations of one position over all panels; an estimate where it is not known.
    pub flops: usize,
    /// Bytes of left-hand data that one position reads; an estimate where it is not known.
    pub bytes: usize,
    /// Rows are cut at multiples of this.
    pub granule: usize,
    /// Whether tasks for other panels of the same rows do without copying the rows again.
    pub panels_are_free: bool,
}

impl Work {
    /// Blocks of rows small enough for the cache, of rows and panels many enough to keep threads busy.
    pub fn blocks(&self, target: &Target) -> Blocks {
        match (self.pieces.as_constant(), self.rows.as_constant(), self.positions.as_constant()) {
            (Some(pieces), Some(rows), Some(positions)) => {
                self.known_blocks([pieces, rows, positions].map(|extent| extent.max(1) as usize), target)
            }
            _ => {
                let busy = (tuning::SYMBOLIC_TASK_FLOPS / self.flops.max(1)).max(1);
                let rows = self.rows_of(busy.min(self.cache_positions(target)));
                Blocks { rows, panels: self.panels }
            }
        }
    }

    fn known_blocks(&self, [pieces, rows, positions]: [usize; 3], target: &Target) -> Blocks {
        let most_rows = self.rows_of(self.cache_positions(target));
        let row_blocks = divide_up(constant(rows), most_rows).as_constant().map_or(1, |blocks| blocks as usize);
        // Every panel is streamed once for each block of rows, which costs as much as computing a few rows.
        let streamed = (rows * positions).max(tuning::STREAMING_ROWS);
        let wanted = (pieces * streamed * self.flops / tuning::TASK_FLOPS).clamp(1, tuning::TASKS);
        let wanted = wanted.div_ceil(pieces * row_blocks);
        // Every block of rows reads all panels, every block of panels reads all rows: cut the larger side first.
        let granules = (rows / row_blocks).div_ceil(self.granule).max(1);
        let (more_rows, panel_blocks) = if self.panels_are_free && self.panels >= granules {
            let panel_blocks = wanted.min(self.panels).max(1);
            (wanted.div_ceil(panel_blocks).min(granules), panel_blocks)
        } else {
            let more_rows = wanted.min(granules);
            (more_rows, wanted.div_ceil(more_rows).min(self.panels).max(1))
        };
        let rows = rows.div_ceil(row_blocks * more_rows).next_multiple_of(self.granule);
        Blocks { rows: constant(rows), panels: self.panels.div_ceil(panel_blocks).max(1) }
    }

    /// How many positions fit into the left-hand share of the second-level cache.
    fn cache_positions(&self, target: &Target) -> usize {
        let (share, of) = tuning::LEFT_BLOCK_SHARE;
        (target.caches.l2 * share / of / self.bytes.max(1)).max(1)
    }

    /// The rows that `positions` positions make up, at least one granule.
    fn rows_of(&self, positions: usize) -> DimExpr {
        let granule = constant(self.granule);
        let rows = divide(constant(positions), at_least_one(self.positions));
        multiply(at_least_one(divide(rows, granule)), granule)
    }
}
