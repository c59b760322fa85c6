//! The rows of a task times one panel, tile by tile.

use super::accumulate::Ahead;
use super::{Columns, Operands, accumulate, for_panels, for_row_tiles, release_tiles, tiles, zero_tile};
use crate::builder::{Index, KernelBuilder};
use kiln_ir::Value;
use kiln_schedule::dot::Unit;
use kiln_schedule::run_lengths::RunLengths;
use kiln_schedule::{RegisterTile, tuning};

/// Rows of the left operand: some lines of rows that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    /// How many lines.
    pub lines: Index,
    /// Elements from line to line.
    pub line: Index,
    /// Rows of a line.
    pub count: Index,
    /// How many these may be.
    pub lengths: RunLengths,
    /// Where the first row begins.
    pub left: Index,
}

/// A tile of the result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TilePlace {
    pub line: Index,
    /// Its first row in the line.
    pub row: Index,
    /// How many rows it has.
    pub rows: usize,
}

/// The rows of a task, and how they are multiplied with a panel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'s> {
    pub operands: Operands<'s>,
    pub rows: Rows,
    pub tile: &'s RegisterTile,
    /// Whether what follows the panel in memory, mostly the next one, is fetched into the cache meanwhile.
    pub prefetch: bool,
}

/// What becomes of the accumulators of a tile.
pub(crate) type FinishTile<'f> = dyn FnMut(&mut KernelBuilder, &TilePlace, &[Value]) + 'f;

impl Block<'_> {
    /// Runs `body`, which multiplies the rows, for each panel of `panels`, out of those that cover `total` columns: see
    /// [`for_panels`].
    pub fn for_panels(
        &self,
        b: &mut KernelBuilder,
        total: Index,
        panels: (Index, Index),
        body: impl FnMut(&mut KernelBuilder, Index, Columns),
    ) {
        match self.tile.unit {
            Unit::Vectors => for_panels(b, self.tile, total, panels, body),
            Unit::Tiles => {
                tiles::configure(b, self);
                for_panels(b, self.tile, total, panels, body);
                release_tiles(b);
            }
        }
    }

    /// Multiplies the rows with the panel at `right`.
    pub fn multiply(&self, b: &mut KernelBuilder, columns: &Columns, right: Index, finish: &mut FinishTile) {
        if self.tile.unit == Unit::Tiles {
            return tiles::multiply(b, self, columns, right, finish);
        }
        b.for_each(0, self.rows.lines, 1, |b, line| {
            let moved = b.mul(line, self.rows.line);
            let first = b.add(self.rows.left, moved);
            for_row_tiles(b, &self.tile.rows, (self.rows.count, self.rows.lengths), |b, row, rows| {
                let place = TilePlace { line, row, rows };
                let moved = b.mul(row, self.operands.left_row);
                let left = b.add(first, moved);
                let ahead = self.prefetch.then(|| self.ahead(b, &place, right));
                let zero = zero_tile(b, &self.operands, rows, columns);
                let tile = accumulate(b, &self.operands, rows, columns, (left, right), ahead, &zero);
                finish(b, &place, &tile);
            });
        });
    }

    /// A tile's share of the next panel: so many elements for each of its rows as all rows together take to fetch it.
    fn ahead(&self, b: &mut KernelBuilder, place: &TilePlace, right: Index) -> Ahead {
        let width = self.tile.columns() * self.tile.dot.terms();
        let counts: Vec<Index> = self.operands.depth.iter().map(|level| level.count).collect();
        let steps = b.product(&counts);
        let panel = b.mul(steps, width);
        if self.rows.lines.is(1) && self.rows.count.as_constant().is_some_and(|rows| rows <= tuning::FEW_ROWS as i64) {
            // What is multiplied as fast as it comes would be gone from the cache by then.
            let distance = tuning::STREAM_AHEAD / self.operands.right.element.byte_size();
            return Ahead { offset: b.add(right, distance), step: Index::from(width), width };
        }
        let next = b.add(right, panel);
        let all = b.mul(self.rows.lines, self.rows.count);
        let of_row = b.ceil_div(panel, all);
        let number = b.mul(place.line, self.rows.count);
        let number = b.add(number, place.row);
        let before = b.mul(number, of_row);
        let step = b.ceil_div(Index::from(width * place.rows), all);
        Ahead { offset: b.add(next, before), step: b.min(step, width), width }
    }
}
