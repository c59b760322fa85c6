//! Convolutions tap by tap: the plan of dilated ones, whose taps lie far apart and often outside of the input.
//!
//! Each tap of the filter is a product of matrices of its own, of the positions of the output for which the tap lies
//! inside the input. The sums are kept in scratch memory meanwhile. Nothing is copied, nothing is multiplied by padding,
//! and filters are read once for all positions of a task.
//!
//! Of a 3x3 convolution over 14x14 with dilation 12, taps beside the centre reach 2 of 14 rows or columns: 18 % of the
//! products remain.

use super::{Access, ConvPlan};
use crate::conv_shape::{ConvAxis, ConvShape};
use crate::extent::constant;
use crate::register_tile::{RegisterTile, halves, known_rows};
use crate::tuning;
use kiln_ir::DimExpr;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The tile of one tap along columns: some lines of some columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TapTile {
    /// The numbers of lines for which there is code, in falling order; the last is 1.
    pub lines: Vec<usize>,
    /// The numbers of columns.
    pub columns: Vec<usize>,
}

impl TapTile {
    /// For lines of `columns` columns: several lines together where columns are few.
    fn new(most: usize, columns: usize) -> TapTile {
        if columns == 0 || 2 * columns > most {
            return TapTile { lines: vec![1], columns: known_rows(most, columns.max(1)) };
        }
        TapTile { lines: halves(most / columns), columns: vec![columns] }
    }
}

impl ConvPlan {
    /// The tile for tap number `tap` of a row of the filter.
    ///
    /// # Panics
    /// When columns are not known: plans of this kind are made for known extents.
    pub fn tap_tile(&self, shape: &ConvShape, tap: i64) -> TapTile {
        let (first, end) = inside(shape.columns(), tap).expect("convolutions by taps have known extents");
        TapTile::new(self.tile.most_rows(), (end - first) as usize)
    }

    /// For how many positions, over all taps, a task multiplies a panel, about.
    ///
    /// # Panics
    /// As [`ConvPlan::tap_tile`].
    pub fn tap_positions(&self, shape: &ConvShape) -> usize {
        let (rows, columns) = (products(shape.rows()), products(shape.columns()));
        let positions = rows.zip(columns).map(|(rows, columns)| (rows * columns) as usize);
        let blocks = self.task_space(shape)[1].as_constant();
        let (positions, blocks) = positions.zip(blocks).expect("convolutions by taps have known extents");
        positions.div_ceil(blocks.max(1) as usize).max(1)
    }

    /// Plans a dilated convolution tap by tap, if its extents are known.
    pub(super) fn by_taps(shape: &ConvShape, target: &Target) -> Option<ConvPlan> {
        let (rows, columns) = (shape.rows(), shape.columns());
        let is_plain = !shape.is_planar && !shape.is_computed && shape.pad_value == 0 && shape.axes.len() == 2;
        let is_float = matches!(shape.element, ElementType::F32 | ElementType::F64);
        let is_dilated = rows.dilation > 1 || columns.dilation > 1;
        let is_deep = shape.group_channels() >= tuning::TAP_CHANNELS;
        if !is_plain || !is_float || !is_dilated || !is_deep || super::conflicts(shape, shape.pitch) {
            return None;
        }
        let (products, pixels) = (products(rows)?.checked_mul(products(columns)?)? as usize, pixels(shape)?);
        let flops = shape.flops() / shape.groups * products / (shape.taps() * pixels);
        Some(ConvPlan::of_taps(shape, pixels, flops, target))
    }

    /// Cuts panels before rows: each block of rows reads all filters, while reading rows again costs nothing.
    fn of_taps(shape: &ConvShape, pixels: usize, flops: usize, target: &Target) -> ConvPlan {
        let filters = constant(shape.group_filters());
        let tile = RegisterTile::of_any_rows(target, shape.element, filters);
        let rows = shape.rows().output.as_constant().map_or(1, |rows| rows.max(1) as usize);
        let columns = (pixels / rows).max(1);
        let most = most_rows(shape, target).min(rows);
        let blocks = rows.div_ceil(most);
        let pieces = shape.images().as_constant().map_or(1, |images| images.max(1) as usize) * shape.groups;
        let wanted =
            (pieces * pixels * flops / tuning::task_flops(tile.unit)).clamp(1, tuning::TASKS).div_ceil(pieces * blocks);
        let panels = shape.group_filters().div_ceil(tile.columns());
        let panel_blocks = wanted.min(panels).max(1);
        // Tasks of unequal load cost less than reading all filters once more.
        let more_blocks = (wanted / panel_blocks / 2).clamp(1, rows.div_ceil(blocks));
        ConvPlan {
            access: Access::Taps,
            prefetch: tuning::prefetches(target),
            block_rows: constant(rows.div_ceil(blocks * more_blocks)),
            block_columns: constant(columns),
            block_panels: panels.div_ceil(panel_blocks),
            pixel_pitch: shape.pitch,
            tile,
        }
    }
}

/// How many rows of the output read no more rows of the input than fit into its share of the second-level cache: those
/// of one tap, for each tap of a column, as they hardly overlap.
fn most_rows(shape: &ConvShape, target: &Target) -> usize {
    let (rows, columns) = (shape.rows(), shape.columns());
    let extent = |extent: DimExpr| extent.as_constant().map_or(1, |extent| extent.max(1) as usize);
    let row_bytes = extent(columns.input) * shape.pitch * shape.element.byte_size();
    let (share, of) = tuning::LEFT_BLOCK_SHARE;
    let fitting = target.caches.l2 * share / of / row_bytes;
    if extent(rows.input) <= fitting {
        return extent(rows.output);
    }
    let of_tap = (fitting / rows.kernel as usize).max(1);
    (of_tap - 1) / rows.stride as usize + 1
}

/// The positions of the output, a range, for which a tap lies inside the input; `None` if extents are symbolic.
pub fn inside(axis: &ConvAxis, tap: i64) -> Option<(i64, i64)> {
    let (input, output) = (axis.input.as_constant()?, axis.output.as_constant()?);
    let before = axis.pad_low - tap * axis.dilation;
    let first_from = |bound: i64| (bound.max(0) as u64).div_ceil(axis.stride as u64).min(output as u64) as i64;
    let (first, end) = (first_from(before), first_from(input + before));
    Some((first, end.max(first)))
}

/// Pairs of a position of the output and a tap that lies inside the input.
fn products(axis: &ConvAxis) -> Option<i64> {
    (0..axis.kernel).map(|tap| inside(axis, tap).map(|(first, end)| end - first)).sum()
}

fn pixels(shape: &ConvShape) -> Option<usize> {
    usize::try_from(shape.pixels().as_constant()?).ok().filter(|&pixels| pixels > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dilated(size: usize, dilation: i64, (channels, filters): (usize, usize)) -> ConvShape {
        let mut shape = ConvShape::padded([constant(size); 2], (3, 1), (channels, filters), 1);
        for axis in &mut shape.axes {
            (axis.dilation, axis.pad_low, axis.pad_high) = (dilation, dilation, dilation);
        }
        shape
    }

    #[test]
    fn taps_reach_parts_of_the_output() {
        let ranges = |axis: &ConvAxis| (0..3).map(|tap| inside(axis, tap).expect("known")).collect::<Vec<_>>();
        assert_eq!(ranges(dilated(14, 12, (64, 64)).rows()), [(12, 14), (0, 14), (0, 2)]);
        assert_eq!(ranges(dilated(14, 36, (64, 64)).rows()), [(14, 14), (0, 14), (0, 0)]);
        let mut shape = ConvShape::padded([constant(7); 2], (3, 2), (64, 64), 1);
        assert_eq!(ranges(shape.rows()), [(1, 4), (0, 4), (0, 3)]);
        shape.axes[0].pad_low = 0;
        assert_eq!(ranges(shape.rows()), [(0, 4), (0, 3), (0, 3)]);
    }

    /// Dilation, and what is planned.
    fn check(size: usize, dilation: i64, channels: (usize, usize), expected: &str) {
        let target = Target::parse("x86_64", Some("sapphirerapids")).expect("known");
        let shape = dilated(size, dilation, channels);
        let found = ConvPlan::by_taps(&shape, &target).map_or("none".to_owned(), |plan| {
            let tiles: Vec<TapTile> = (0..3).map(|tap| plan.tap_tile(&shape, tap)).collect();
            let tiles: Vec<String> = tiles.iter().map(|tile| format!("{:?}x{:?}", tile.lines, tile.columns)).collect();
            format!("rows {} panels {} tiles {}", plan.block_rows, plan.block_panels, tiles.join(" "))
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_planned() {
        check(14, 12, (960, 256), "rows 14 panels 1 tiles [7, 4, 2, 1]x[2] [1]x[14] [7, 4, 2, 1]x[2]");
        check(33, 12, (320, 256), "rows 6 panels 3 tiles [1]x[11, 10] [1]x[11] [1]x[11, 10]");
        check(65, 2, (320, 256), "rows 3 panels 8 tiles [1]x[13, 11] [1]x[13] [1]x[13, 11]");
        check(65, 24, (480, 256), "rows 2 panels 8 tiles [1]x[14, 13] [1]x[13] [1]x[14, 13]");
        // Rows of a tile fall into the same sets of the cache.
        check(14, 12, (1024, 256), "none");
        check(14, 1, (64, 64), "none");
    }
}
