//! Runs of rows cut into tiles, and columns into panels, with what is left over at the ends.

use crate::builder::{Index, KernelBuilder};
use kiln_arith::IntegerPredicate;
use kiln_ir::Value;
use kiln_schedule::RegisterTile;
use kiln_schedule::dot::Dot;
use kiln_schedule::run_lengths::{RunLengths, covers};

/// Which lanes of a vector of columns exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Presence {
    /// All.
    All,
    /// The first few, at least one.
    First(usize),
    /// The first few by a number known at run time: none if not positive, all if large.
    Counted(Index),
}

/// One vector of columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The column inside the panel.
    pub offset: usize,
    /// Which lanes exist.
    pub presence: Presence,
}

/// The columns of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// The first column.
    pub first: Index,
    /// Lanes of a vector.
    pub lanes: usize,
    /// How they are multiplied with rows.
    pub dot: Dot,
    /// Its vectors.
    pub parts: Vec<Part>,
    /// Masks under which the right operand is loaded, where it is not filled up.
    pub right_masks: Vec<Option<Value>>,
}

impl Columns {
    fn new(first: Index, tile: &RegisterTile, presence: impl FnMut(usize) -> Presence, count: usize) -> Columns {
        let parts = (0..count).map(|part| part * tile.lanes);
        let mut presence = presence;
        let parts: Vec<Part> = parts.map(|offset| Part { offset, presence: presence(offset) }).collect();
        Columns { first, lanes: tile.lanes, dot: tile.dot, right_masks: vec![None; parts.len()], parts }
    }

    /// Makes loads of the right operand leave out columns that do not exist.
    pub fn mask_right(mut self, b: &mut KernelBuilder) -> Columns {
        for (part, mask) in self.parts.iter().zip(&mut self.right_masks) {
            *mask = match part.presence {
                Presence::All => None,
                Presence::First(count) => Some(b.mask(Index::from(count), self.lanes)),
                Presence::Counted(count) => Some(b.mask(count, self.lanes)),
            };
        }
        self
    }
}

/// Runs `body` for each panel of `first..end`, out of those that cover `total` columns. `body` is written once for whole
/// panels and once for the last, if that is partial or may be.
pub(crate) fn for_panels(
    b: &mut KernelBuilder,
    tile: &RegisterTile,
    total: Index,
    (first, end): (Index, Index),
    mut body: impl FnMut(&mut KernelBuilder, Index, Columns),
) {
    let width = tile.columns();
    let whole = b.div(total, width);
    let rest = b.rem(total, width);
    if !whole.is(0) {
        let whole_end = if rest.is(0) { end } else { b.min(end, whole) };
        b.for_each(first, whole_end, 1, |b, panel| {
            let start = b.mul(panel, width);
            body(b, panel, Columns::new(start, tile, |_| Presence::All, tile.vectors));
        });
    }
    if rest.is(0) {
        return;
    }
    let has_rest = b.compare(IntegerPredicate::SignedGreater, end, whole);
    let is_partial = b.compare(IntegerPredicate::SignedGreater, rest, 0);
    let here = b.and(has_rest, is_partial);
    b.if_then(here, |b| {
        let start = b.mul(whole, width);
        let columns = match rest.as_constant() {
            Some(rest) => {
                let rest = rest as usize;
                let presence = |offset| match rest - offset {
                    count if count >= tile.lanes => Presence::All,
                    count => Presence::First(count),
                };
                Columns::new(start, tile, presence, rest.div_ceil(tile.lanes))
            }
            None => {
                let presence = |offset: usize| Presence::Counted(b.sub(rest, offset));
                Columns::new(start, tile, presence, tile.vectors)
            }
        };
        body(b, whole, columns);
    });
}

/// Covers `count` rows, which is one of `lengths`, greedily with tiles of `sizes` rows; `body` gets the first row of each
/// and is written once for each size.
///
/// # Panics
/// When the sizes do not add up to every number of rows that there may be: some would be left out.
pub(crate) fn for_row_tiles(
    b: &mut KernelBuilder,
    sizes: &[usize],
    (count, lengths): (Index, RunLengths),
    mut body: impl FnMut(&mut KernelBuilder, Index, usize),
) {
    let is_covered = match count.as_constant() {
        Some(count) => covers(sizes, count.max(0) as usize),
        None => lengths.are_covered(sizes),
    };
    assert!(is_covered, "tiles of {sizes:?} rows cover {count:?} rows, which are {lengths:?}");
    let mut start = Index::Constant(0);
    for &size in sizes {
        let left = b.sub(count, start);
        let tiles = b.div(left, size);
        let rows = b.mul(tiles, size);
        let end = b.add(start, rows);
        b.for_each(start, end, size, |b, row| body(b, row, size));
        start = end;
    }
}
