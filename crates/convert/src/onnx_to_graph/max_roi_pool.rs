//! `MaxRoiPool`: parts of pictures, each divided into bins of which the largest elements are taken.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("MaxRoiPool", max_roi_pool)];

/// The most bins along an axis.
const MOST_BINS: i64 = 1 << 16;

fn max_roi_pool(node: &mut Node) -> Results {
    let (x, rois) = (node.input(0)?, node.input(1)?);
    let &[_, channels, height, width] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let &[parts, _] = node.shape(rois) else { return Err("the parts must be a matrix".into()) };
    let rois = node.expect_shape(rois, &[parts, Dim::Static(5)], "the list of parts")?;
    let bins = node.ints("pooled_shape").unwrap_or_default();
    let &[rows, columns] = bins.as_slice() else { return Err("pooled_shape must have 2 numbers".into()) };
    if bins.iter().any(|bins| !(1..=MOST_BINS).contains(bins)) {
        return Err(format!("pooled_shape {bins:?} must be from 1 to {MOST_BINS}"));
    }
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let (x, rois) = (node.cast(x, work)?, node.cast(rois, work)?);
    let picture = node.slice_axis(rois, 1, Dim::Static(0), Dim::Static(1))?;
    let picture = node.reshape(picture, &[parts])?;
    let picture = node.cast(picture, ElementType::I64)?;
    let own = node.emit("graph.gather", &[x, picture], &[("axis", attribute(0i64))])?;

    // First rows, then columns: part, channel, bin, row, column.
    let one = Dim::Static(1);
    let lowest = node.scalar(work, f64::NEG_INFINITY)?;
    let within = members(node, rois, 2, rows, height)?;
    let within = node.reshape(within, &[parts, one, Dim::Static(rows as u64), height, one])?;
    let spread = node.reshape(own, &[parts, channels, one, height, width])?;
    let kept = node.select(within, spread, lowest)?;
    let by_rows = node.reduce("graph.reduce_max", kept, &[3])?;
    let within = members(node, rois, 1, columns, width)?;
    let within = node.reshape(within, &[parts, one, one, Dim::Static(columns as u64), width])?;
    let by_rows = node.reshape(by_rows, &[parts, channels, Dim::Static(rows as u64), one, width])?;
    let kept = node.select(within, by_rows, lowest)?;
    let best = node.reduce("graph.reduce_max", kept, &[4])?;
    let shape = [parts, channels, Dim::Static(rows as u64), Dim::Static(columns as u64)];
    let best = node.reshape(best, &shape)?;

    // A bin in which there is nothing is 0.
    let is_empty = node.binary("graph.equal", best, lowest)?;
    let zero = node.scalar(work, 0.0)?;
    let y = node.select(is_empty, zero, best)?;
    Ok(vec![node.cast(y, element)?])
}

/// Which places along an axis of the picture are in which bin of which part: `parts x bins x extent`.
fn members(node: &mut Node, rois: Tracked, corner: u64, bins: i64, extent: Dim) -> Result<Tracked, String> {
    let parts = node.shape(rois)[0];
    let one = Dim::Static(1);
    let scale = node.float_or("spatial_scale", 1.0);
    let mut bound = |at: u64| {
        let bound = node.slice_axis(rois, 1, Dim::Static(at), one)?;
        let bound = node.reshape(bound, &[parts, one, one])?;
        let scaled = node.binary_scalar("graph.multiply", bound, scale)?;
        let moved = node.binary_scalar("graph.add", scaled, 0.5)?;
        let rounded = node.unary("graph.floor", moved)?;
        node.cast(rounded, ElementType::I64)
    };
    let (first, last) = (bound(corner)?, bound(corner + 2)?);
    let length = node.binary("graph.subtract", last, first)?;
    let length = node.binary_scalar("graph.add", length, 1.0)?;
    let length = node.clamp(length, Some(1.0), None)?;
    let line = [one, Dim::Static(bins as u64), one];
    let number = node.emit_as("graph.iota", &[], &[("axis", attribute(1i64))], &line, Type::i64())?;
    // Where a bin begins is rounded down, where it ends up.
    let begin = node.binary("graph.multiply", number, length)?;
    let end = node.binary("graph.add", begin, length)?;
    let end = node.binary_scalar("graph.add", end, (bins - 1) as f64)?;
    let mut edge = |scaled: Tracked| {
        let moved = node.binary_scalar("graph.divide", scaled, bins as f64)?;
        node.binary("graph.add", moved, first)
    };
    let (begin, end) = (edge(begin)?, edge(end)?);
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(2i64))], &[one, one, extent], Type::i64())?;
    let is_after = node.binary("graph.greater_equal", places, begin)?;
    let is_before = node.binary("graph.less", places, end)?;
    node.binary("graph.and", is_after, is_before)
}
