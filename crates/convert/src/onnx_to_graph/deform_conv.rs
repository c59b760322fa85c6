//! `DeformConv`: a convolution whose taps are moved by data.
//!
//! What each tap reads is sampled between pixels, for all positions of the output; the rest is a product of matrices.

use super::attention::scalar;
use super::matmul::product;
use super::sampling::{Tap, combine, corner_values, linear};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, floor_divide, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("DeformConv", deform_conv)];

/// The most taps of a filter, and the most groups: each takes ops, or constants, of its own.
const MOST_PARTS: u64 = 4096;

/// Extents and attributes.
struct Deformed {
    batch: Dim,
    /// Of the input, for each group.
    group_channels: Dim,
    /// Of the input, for each group of offsets.
    offset_channels: Dim,
    extents: [Dim; 2],
    /// Of the output.
    filters: Dim,
    /// Of the output, for each group.
    group_filters: Dim,
    places: [Dim; 2],
    kernel: [u64; 2],
    groups: u64,
    offset_groups: u64,
    strides: Vec<i64>,
    dilations: Vec<i64>,
    pads: Vec<i64>,
}

impl Deformed {
    fn of(node: &Node) -> Result<Deformed, String> {
        let (x, weights, offsets) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let &[batch, channels, height, width] = node.shape(x) else {
            return Err("only pictures of two axes are supported".into());
        };
        let &[filters, _, rows, columns] = node.shape(weights) else {
            return Err("the filter must have 4 axes".into());
        };
        let &[_, _, down, across] = node.shape(offsets) else { return Err("the offsets must have 4 axes".into()) };
        let list = |name: &str, count: usize, default: i64| match node.ints(name) {
            Some(list) if list.len() == count => Ok(list),
            Some(_) => Err(format!("attribute \"{name}\" must have {count} numbers")),
            None => Ok(vec![default; count]),
        };
        let count = |name: &str| {
            let count = u64::try_from(node.int_or(name, 1)).ok().filter(|&count| count > 0);
            count.ok_or_else(|| format!("attribute \"{name}\" must be positive"))
        };
        let (groups, offset_groups) = (count("group")?, count("offset_group")?);
        let kernel = kernel_size(node, [rows, columns])?;
        let taps = kernel[0].checked_mul(kernel[1]);
        if taps.is_none_or(|taps| taps > MOST_PARTS) || groups.max(offset_groups) > MOST_PARTS {
            return Err(format!("more than {MOST_PARTS} taps or groups are not supported"));
        }
        let share = |whole: Dim, groups: u64| match whole {
            Dim::Static(whole) if !whole.is_multiple_of(groups) => {
                Err(format!("{channels} channels and {filters} filters cannot be divided into the groups"))
            }
            whole => dim(floor_divide(expr(whole)?, constant(groups as i64))?),
        };
        Ok(Deformed {
            batch,
            group_channels: share(channels, groups)?,
            offset_channels: share(channels, offset_groups)?,
            extents: [height, width],
            filters,
            group_filters: share(filters, groups)?,
            places: [down, across],
            kernel,
            groups,
            offset_groups,
            strides: list("strides", 2, 1)?,
            dilations: list("dilations", 2, 1)?,
            pads: list("pads", 4, 0)?,
        })
    }

    fn taps(&self) -> u64 {
        self.kernel[0] * self.kernel[1]
    }

    /// Positions of the output.
    fn positions(&self) -> Result<Dim, String> {
        dim(element_count(&self.places)?)
    }
}

/// The filter's rows and columns: what the node says, else the extents of the filter.
fn kernel_size(node: &Node, extents: [Dim; 2]) -> Result<[u64; 2], String> {
    let given = node.ints("kernel_shape").unwrap_or_default();
    let given: Vec<u64> =
        given.into_iter().filter_map(|size| u64::try_from(size).ok().filter(|&size| size > 0)).collect();
    match (given.as_slice(), extents) {
        (_, [Dim::Static(rows), Dim::Static(columns)]) => Ok([rows, columns]),
        (&[rows, columns], _) => Ok([rows, columns]),
        _ => Err("the filter's size must be known".into()),
    }
}

/// What comes before part number `index` of parts of this extent.
fn start(index: u64, extent: Dim) -> Result<Dim, String> {
    dim(multiply(constant(index as i64), expr(extent)?)?)
}

fn deform_conv(node: &mut Node) -> Results {
    let deformed = Deformed::of(node)?;
    let (x, weights) = (node.input(0)?, node.input(1)?);
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let columns = columns(node, &deformed, work)?;
    let Deformed { batch, filters, places, groups, group_channels: channels, group_filters: part, .. } = deformed;
    let (taps, positions) = (deformed.taps(), deformed.positions()?);
    let depth = start(taps, channels)?;
    let weights = node.cast(weights, work)?;
    let [rows, across] = deformed.kernel.map(Dim::Static);
    let weights = node.expect_shape(weights, &[filters, channels, rows, across], "the filter")?;
    let mut parts = Vec::new();
    for group in 0..groups {
        let own = node.slice_axis(columns, 3, start(group, channels)?, channels)?;
        let own = node.transpose(own, &[0, 2, 1, 3])?;
        let own = node.reshape(own, &[batch, positions, depth])?;
        let filter = node.slice_axis(weights, 0, start(group, part)?, part)?;
        // Taps before channels, as the columns have them.
        let filter = node.transpose(filter, &[2, 3, 1, 0])?;
        let filter = node.reshape(filter, &[depth, part])?;
        parts.push(product(node, own, filter)?);
    }
    let mut result = node.concat(&parts, 2)?;
    if let Some(bias) = node.optional(3) {
        let bias = node.cast(bias, work)?;
        result = node.binary("graph.add", result, bias)?;
    }
    let result = node.cast(result, element)?;
    let turned = node.transpose(result, &[0, 2, 1])?;
    Ok(vec![node.reshape(turned, &[batch, filters, places[0], places[1]])?])
}

/// What every tap reads for every position: `batch x taps x positions x channels`.
fn columns(node: &mut Node, deformed: &Deformed, work: ElementType) -> Result<Tracked, String> {
    let x = node.input(0)?;
    let offsets = node.input(2)?;
    let (batch, taps) = (deformed.batch, deformed.taps());
    let offset_shape = |parts: u64| [batch, Dim::Static(parts), deformed.places[0], deformed.places[1]];
    let count = deformed.offset_groups * taps;
    let offsets = node.expect_shape(offsets, &offset_shape(2 * count), "the list of offsets")?;
    let offsets = node.cast(offsets, work)?;
    let mask = match node.optional(4) {
        Some(mask) => {
            let mask = node.expect_shape(mask, &offset_shape(count), "the mask")?;
            Some(node.cast(mask, work)?)
        }
        None => None,
    };
    let (positions, one) = (deformed.positions()?, Dim::Static(1));
    let channels = deformed.offset_channels;
    let pixels = dim(element_count(&deformed.extents)?)?;
    let mut parts = Vec::new();
    for group in 0..deformed.offset_groups {
        let own = node.slice_axis(x, 1, start(group, channels)?, channels)?;
        let last = node.transpose(own, &[0, 2, 3, 1])?;
        let data = node.reshape(last, &[batch, pixels, channels])?;
        let data = node.cast(data, work)?;
        let own = node.slice_axis(offsets, 1, Dim::Static(2 * group * taps), Dim::Static(2 * taps))?;
        let [places_down, places_across] = deformed.places;
        let own = node.reshape(own, &[batch, Dim::Static(taps), Dim::Static(2), places_down, places_across])?;
        let (mut axes, flat) = (Vec::new(), [batch, dim(element_count(&[Dim::Static(taps), positions])?)?, one]);
        for axis in 0..2 {
            let moved = node.slice_axis(own, 2, Dim::Static(axis as u64), one)?;
            let moved = node.reshape(moved, &[batch, Dim::Static(taps), places_down, places_across])?;
            let base = base_places(node, deformed, axis, work)?;
            let place = node.binary("graph.add", base, moved)?;
            let place = node.reshape(place, &flat)?;
            axes.push(taps_of(node, place, deformed.extents[axis])?);
        }
        let values = corner_values(node, data, 1, &axes, &deformed.extents)?;
        let mut value = combine(node, "graph.add", values)?;
        if let Some(mask) = mask {
            let own = node.slice_axis(mask, 1, Dim::Static(group * taps), Dim::Static(taps))?;
            let own = node.reshape(own, &flat)?;
            value = node.binary("graph.multiply", value, own)?;
        }
        parts.push(node.reshape(value, &[batch, Dim::Static(taps), positions, channels])?);
    }
    node.concat(&parts, 3)
}

/// Where taps lie that nothing moves, along an axis: `1 x taps x rows x columns`.
fn base_places(node: &mut Node, deformed: &Deformed, axis: usize, work: ElementType) -> Result<Tracked, String> {
    let one = Dim::Static(1);
    let [rows, columns] = deformed.kernel;
    let mut line = [one; 4];
    line[2 + axis] = deformed.places[axis];
    let given = [("axis", attribute(2 + axis as i64))];
    let numbers = node.emit_as("graph.iota", &[], &given, &line, Type::i64())?;
    let numbers = node.cast(numbers, work)?;
    let moved = node.binary_scalar("graph.multiply", numbers, deformed.strides[axis] as f64)?;
    let moved = node.binary_scalar("graph.subtract", moved, deformed.pads[axis] as f64)?;
    let at = |tap: u64| (if axis == 0 { tap / columns } else { tap % columns }) as f64;
    let steps = (0..rows * columns).map(|tap| at(tap) * deformed.dilations[axis] as f64);
    let steps = kiln_tensor::scalar::from_floats(work, &[1, (rows * columns) as usize, 1, 1], steps)?;
    let steps = node.tensor(steps)?;
    node.binary("graph.add", moved, steps)
}

/// The pixels before and after each place; those beyond the picture are zero.
fn taps_of(node: &mut Node, place: Tracked, extent: Dim) -> Result<Vec<Tap>, String> {
    let size = scalar(node, expr(extent)?)?;
    let last = node.binary_scalar("graph.subtract", size, 1.0)?;
    let (floor, [lower, upper]) = linear(node, place)?;
    let first = node.cast(floor, ElementType::I64)?;
    let second = node.binary_scalar("graph.add", first, 1.0)?;
    let mut tap = |index: Tracked, weight: Tracked| -> Result<Tap, String> {
        let raised = node.clamp(index, Some(0.0), None)?;
        let clamped = node.binary("graph.minimum", raised, last)?;
        let inside = node.binary("graph.equal", index, clamped)?;
        Ok(Tap { index: clamped, inside: Some(inside), weight: Some(weight) })
    };
    Ok(vec![tap(first, lower)?, tap(second, upper)?])
}
