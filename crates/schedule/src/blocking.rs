//! How the rows and panels of a matrix kernel are cut into tasks.

use crate::dot::Unit;
use crate::extent::{at_least_one, constant, divide, divide_up, multiply};
use crate::tuning;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// What copying a byte of a window costs, in bytes of panels that are streamed: it is read and written.
const COPYING: usize = 2;

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
    /// Bytes of all panels.
    pub panel_bytes: usize,
    /// Rows are cut at multiples of this.
    pub granule: usize,
    /// Whether tasks for other panels of the same rows do without copying the rows again.
    pub panels_are_free: bool,
    /// What multiplies.
    pub unit: Unit,
}

impl Work {
    /// Blocks of rows small enough for the cache, of rows and panels many enough to keep threads busy.
    pub fn blocks(&self, target: &Target) -> Blocks {
        match (self.pieces.as_constant(), self.rows.as_constant(), self.positions.as_constant()) {
            (Some(pieces), Some(rows), Some(positions)) => {
                self.known_blocks([pieces, rows, positions].map(|extent| extent.max(1) as usize), target)
            }
            _ => self.symbolic_blocks(target),
        }
    }

    fn known_blocks(&self, [pieces, rows, positions]: [usize; 3], target: &Target) -> Blocks {
        let most_rows = self.rows_of(self.cache_positions(target));
        let row_blocks = divide_up(constant(rows), most_rows).as_constant().map_or(1, |blocks| blocks as usize);
        // Every panel is streamed once for each block of rows, which costs as much as computing a few rows.
        let streaming = tuning::streaming_rows(self.unit);
        let streamed = (rows * positions).max(streaming);
        let wanted = (pieces * streamed * self.flops / tuning::task_flops(self.unit)).clamp(1, tuning::TASKS);
        let wanted = wanted.div_ceil(pieces * row_blocks);
        // Every block of rows reads all panels, every block of panels reads all rows: cut the larger side first. Rows
        // of a matrix are copied faster than panels are streamed again: 7x7x1024 -> 352 of one tap between layers of 3x3,
        // Xeon, 0.40 ms cut by rows, 0.34 by panels. Windows of images are not where panels stay in the cache; where they
        // do not, what moves least counts: ResNet-50 with strided 3x3 layers cut by rows alone 44.5 ms, so 41.0.
        let granules = (rows / row_blocks).div_ceil(self.granule).max(1);
        let (more_rows, panel_blocks) = if (self.panels_are_free || positions == 1) && self.panels >= granules {
            let panel_blocks = wanted.min(self.panels).max(1);
            (wanted.div_ceil(panel_blocks).min(granules), panel_blocks)
        } else {
            let most = match self.unit {
                Unit::Vectors => granules,
                // Fewer rows than take as long as streaming are never worth a block of their own.
                Unit::Tiles => granules.min((rows * positions / row_blocks / streaming).max(1)),
            };
            let (share, of) = tuning::LEFT_BLOCK_SHARE;
            let more_rows = match self.panel_bytes > target.caches.l2 * (of - share) / of {
                true => self.cheapest_rows(wanted, most, row_blocks * self.panel_bytes, rows * positions * self.bytes),
                false => wanted.min(most),
            };
            (more_rows, wanted.div_ceil(more_rows).min(self.panels).max(1))
        };
        let rows = rows.div_ceil(row_blocks * more_rows).next_multiple_of(self.granule);
        Blocks { rows: constant(rows), panels: self.panels.div_ceil(panel_blocks).max(1) }
    }

    /// How often rows are to be cut, at most `granules` times, so that `wanted` tasks move the least: each block of rows
    /// streams `streamed` bytes of panels, each block of panels copies `copied` bytes of windows.
    fn cheapest_rows(&self, wanted: usize, granules: usize, streamed: usize, copied: usize) -> usize {
        let traffic = |rows: &usize| rows * streamed + wanted.div_ceil(*rows) * copied * COPYING;
        let most = wanted.min(granules);
        (wanted.div_ceil(self.panels).min(most)..=most).min_by_key(traffic).unwrap_or(most)
    }

    /// As many rows as make a task worth its thread; where that is so few that streaming all panels would cost as much as
    /// multiplying, more rows of fewer panels.
    fn symbolic_blocks(&self, target: &Target) -> Blocks {
        let busy = (tuning::SYMBOLIC_TASK_FLOPS / self.flops.max(1)).max(1);
        let most = self.cache_positions(target);
        let streamed = (tuning::STREAMED_TILES * self.granule).min(most);
        let can_cut = self.panels_are_free && self.granule > 1 && busy < streamed;
        let panels = if can_cut { (self.panels * busy).div_ceil(streamed).max(1) } else { self.panels };
        let panels = self.panels.div_ceil(self.panels.div_ceil(panels).max(1)).max(1);
        Blocks { rows: self.rows_of(if can_cut { streamed } else { busy.min(most) }), panels }
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

/// Blocks of half and of twice the size of `block`, which are multiples of `granule` and cut or fill the `whole`; none
/// where its size is not known.
pub(crate) fn other_blocks(block: DimExpr, granule: usize, whole: DimExpr) -> impl Iterator<Item = usize> {
    let known = |extent: DimExpr| usize::try_from(extent.as_constant()?).ok();
    let (block, whole) = (known(block), known(whole));
    let sizes = block.map_or(Vec::new(), |block| vec![block.div_ceil(2), block * 2]);
    let even = sizes.into_iter().map(move |size| size.next_multiple_of(granule));
    even.filter(move |size| {
        block.is_some_and(|block| *size < block || *size > block && whole.is_none_or(|whole| block < whole))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of a product of symbolic rows, 14 to a tile, with weights of 384 rows.
    fn check(columns: usize, panels_are_free: bool, expected: &str) {
        let target = Target::parse("x86_64", Some("znver4")).expect("known");
        let work = Work {
            pieces: constant(1),
            rows: DimExpr::symbol("M"),
            panels: columns.div_ceil(32),
            positions: constant(1),
            flops: 2 * 384 * columns,
            bytes: 4 * 384,
            panel_bytes: 4 * 384 * columns,
            granule: 14,
            panels_are_free,
            unit: Unit::Vectors,
        };
        let Blocks { rows, panels } = work.blocks(&target);
        assert_eq!(format!("{rows} rows, {panels} panels"), expected);
    }

    #[test]
    fn other_blocks_are_whole_tiles_of_what_there_is() {
        let blocks =
            |block, granule, whole| other_blocks(constant(block), granule, constant(whole)).collect::<Vec<_>>();
        assert_eq!(blocks(28, 14, 100), [14, 56]);
        assert_eq!(blocks(42, 14, 42), [28]);
        assert_eq!(blocks(14, 14, 10), []);
        assert_eq!(blocks(1, 1, 3), [2]);
        assert_eq!(other_blocks(DimExpr::symbol("M"), 1, constant(7)).next(), None);
    }

    #[test]
    fn symbolic_rows_of_many_panels() {
        check(96, true, "98 rows, 3 panels");
        check(384, true, "28 rows, 12 panels");
        check(1152, true, "28 rows, 12 panels");
        check(1536, true, "28 rows, 10 panels");
        check(1536, false, "14 rows, 48 panels");
    }
}
