//! `RoiAlign`: parts of pictures, each as a picture of one size.

use super::attention::scalar;
use super::sampling::{Tap, combine, corner_values, linear};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count, expr};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("RoiAlign", roi_align)];

/// The most bins, and the most samples of a bin, along an axis.
const MOST_SAMPLES: usize = 1 << 16;

/// How each part is read.
struct Sampling {
    /// Rows and columns of the result.
    bins: [usize; 2],
    /// Samples of a bin along an axis; `None` takes as many for each part as there are pixels to a bin.
    samples: Option<usize>,
    /// The size of a pixel of the picture, in the units of the parts' corners.
    scale: f64,
    /// Whether corners are those of pixels, and not their centres.
    half_pixel: bool,
}

impl Sampling {
    fn of(node: &Node) -> Result<Sampling, String> {
        let positive = |name: &str, default: i64| {
            let number =
                usize::try_from(node.int_or(name, default)).ok().filter(|number| (1..=MOST_SAMPLES).contains(number));
            number.ok_or_else(|| format!("attribute \"{name}\" must be from 1 to {MOST_SAMPLES}"))
        };
        let samples = match node.int_or("sampling_ratio", 0) {
            0 => None,
            _ => Some(positive("sampling_ratio", 0)?),
        };
        let default = if node.version >= 16 { "half_pixel" } else { "output_half_pixel" };
        let half_pixel = match node.string_or("coordinate_transformation_mode", default) {
            "half_pixel" => true,
            "output_half_pixel" => false,
            other => return Err(format!("coordinate_transformation_mode \"{other}\" is not known")),
        };
        Ok(Sampling {
            bins: [positive("output_height", 1)?, positive("output_width", 1)?],
            samples,
            scale: node.float_or("spatial_scale", 1.0),
            half_pixel,
        })
    }

    fn offset(&self) -> f64 {
        if self.half_pixel { 0.5 } else { 0.0 }
    }
}

fn roi_align(node: &mut Node) -> Results {
    let (x, rois, batches) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let sampling = Sampling::of(node)?;
    let &[batch, channels, height, width] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let &[parts, _] = node.shape(rois) else { return Err("the parts must be a matrix".into()) };
    let rois = node.expect_shape(rois, &[parts, Dim::Static(4)], "the list of parts")?;
    let batches = node.expect_shape(batches, &[parts], "the list of pictures")?;
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let last = node.transpose(x, &[0, 2, 3, 1])?;
    let pixels = dim(element_count(&[batch, height, width])?)?;
    let data = node.reshape(last, &[pixels, channels])?;
    let data = node.cast(data, work)?;
    let rois = node.cast(rois, work)?;

    // Pictures are one more axis, on which a part has one tap.
    let batches = node.cast(batches, ElementType::I64)?;
    let batches = node.reshape(batches, &[parts, Dim::Static(1), Dim::Static(1), Dim::Static(1)])?;
    let mut taps = vec![vec![Tap { index: batches, inside: None, weight: None }]];
    let mut lines = Vec::new();
    for (axis, extent) in [height, width].into_iter().enumerate() {
        let line = Line::of(node, &sampling, rois, axis)?;
        taps.push(edge_taps(node, line.place, extent)?);
        lines.push(line);
    }
    let is_mean = match node.string_or("mode", "avg") {
        "avg" => true,
        "max" => false,
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let values = corner_values(node, data, 0, &taps, &[batch, height, width])?;
    let value = combine(node, if is_mean { "graph.add" } else { "graph.maximum" }, values)?;
    let [down, across] = [&lines[0], &lines[1]];
    let [rows, columns] = sampling.bins.map(|bins| Dim::Static(bins as u64));
    let value = node.reshape(value, &[parts, rows, down.samples, columns, across.samples, channels])?;
    let value = over_samples(node, value, [down, across], is_mean)?;
    let value = node.reshape(value, &[parts, rows, columns, channels])?;
    let value = node.cast(value, element)?;
    Ok(vec![node.transpose(value, &[0, 3, 1, 2])?])
}

/// The samples along an axis of the picture.
struct Line {
    /// Where they lie: `parts x bins * samples x 1 x 1`, or with the second and third axes changed for columns.
    place: Tracked,
    /// How many each bin has, at most.
    samples: Dim,
    /// How many the bins of each part have, if data says: floats, `parts x 1 x 1 x 1`.
    counts: Option<Tracked>,
}

impl Line {
    fn of(node: &mut Node, sampling: &Sampling, rois: Tracked, axis: usize) -> Result<Line, String> {
        let (parts, one) = (node.shape(rois)[0], Dim::Static(1));
        let corner = if axis == 0 { 1 } else { 0 };
        let mut bound = |at: u64| {
            let bound = node.slice_axis(rois, 1, Dim::Static(at), one)?;
            let bound = node.reshape(bound, &[parts, one, one, one])?;
            let scaled = node.binary_scalar("graph.multiply", bound, sampling.scale)?;
            node.binary_scalar("graph.subtract", scaled, sampling.offset())
        };
        let (begin, end) = (bound(corner)?, bound(corner + 2)?);
        let mut length = node.binary("graph.subtract", end, begin)?;
        if !sampling.half_pixel {
            length = node.clamp(length, Some(1.0), None)?;
        }
        let bin = node.binary_scalar("graph.divide", length, sampling.bins[axis] as f64)?;
        let (samples, counts) = match sampling.samples {
            Some(samples) => (Dim::Static(samples as u64), None),
            None => {
                let counts = node.unary("graph.ceil", bin)?;
                (most_samples(node, counts)?, Some(counts))
            }
        };
        let bins = Dim::Static(sampling.bins[axis] as u64);
        let element = node.element(rois);
        let starts = numbered(node, 1, &[one, bins, one], element)?;
        let within = numbered(node, 2, &[one, one, samples], element)?;
        let within = node.binary_scalar("graph.add", within, 0.5)?;
        let within = match counts {
            // A part without an area has no samples: what lies where they would be is left out.
            Some(counts) => {
                let counts = node.clamp(counts, Some(1.0), None)?;
                let counts = node.reshape(counts, &[parts, one, one])?;
                node.binary("graph.divide", within, counts)?
            }
            None => node.binary_scalar("graph.divide", within, samples.as_static().unwrap_or(1) as f64)?,
        };
        let moved = node.binary("graph.add", starts, within)?;
        let bin = node.reshape(bin, &[parts, one, one])?;
        let begin = node.reshape(begin, &[parts, one, one])?;
        let moved = node.binary("graph.multiply", moved, bin)?;
        let place = node.binary("graph.add", begin, moved)?;
        let count = dim(element_count(&[bins, samples])?)?;
        let shape = if axis == 0 { [parts, count, one, one] } else { [parts, one, count, one] };
        Ok(Line { place: node.reshape(place, &shape)?, samples, counts })
    }

    /// Whether each of the samples along `axis` of values in this shape is one that its part has.
    fn is_taken(&self, node: &mut Node, shape: &[Dim; 6], axis: usize) -> Result<Option<Tracked>, String> {
        let Some(counts) = self.counts else { return Ok(None) };
        let mut line = [Dim::Static(1); 6];
        line[axis] = shape[axis];
        let numbers = numbered(node, axis, &line, node.element(counts))?;
        let mut own = [Dim::Static(1); 6];
        own[0] = shape[0];
        let counts = node.reshape(counts, &own)?;
        node.binary("graph.less", numbers, counts).map(Some)
    }
}

/// 0, 1, 2 and so on along an axis.
fn numbered(node: &mut Node, axis: usize, shape: &[Dim], element: ElementType) -> Result<Tracked, String> {
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], shape, Type::i64())?;
    node.cast(numbers, element)
}

/// The largest number of samples that any part has, at least 1.
fn most_samples(node: &mut Node, counts: Tracked) -> Result<Dim, String> {
    let most = node.reduce("graph.reduce_max", counts, &[0])?;
    let most = node.clamp(most, Some(1.0), None)?;
    let most = node.cast(most, ElementType::I64)?;
    let most = node.bind_extents(most, &[])?;
    most.first().copied().map(Dim::from_expr).ok_or_else(|| "a number has one element".into())
}

/// The mean, or the largest, of the samples of each bin: `parts x rows x 1 x columns x 1 x channels`.
fn over_samples(node: &mut Node, value: Tracked, lines: [&Line; 2], is_mean: bool) -> Result<Tracked, String> {
    let &[parts, rows, down, columns, across, channels] = node.shape(value) else {
        return Err("samples have 6 axes".into());
    };
    let shape = [parts, rows, down, columns, across, channels];
    let taken = [lines[0].is_taken(node, &shape, 2)?, lines[1].is_taken(node, &shape, 4)?];
    let [Some(first), Some(second)] = taken else {
        return node.reduce(if is_mean { "graph.reduce_mean" } else { "graph.reduce_max" }, value, &[2, 4]);
    };
    let element = node.element(value);
    let taken = node.binary("graph.and", first, second)?;
    let zero = node.scalar(element, 0.0)?;
    let mut area = node.scalar(element, 1.0)?;
    for counts in lines.iter().filter_map(|line| line.counts) {
        let counts = node.clamp(counts, Some(0.0), None)?;
        area = node.binary("graph.multiply", area, counts)?;
    }
    let one = Dim::Static(1);
    let area = node.reshape(area, &[parts, one, one, one, one, one])?;
    if is_mean {
        let value = node.select(taken, value, zero)?;
        let sum = node.reduce("graph.reduce_sum", value, &[2, 4])?;
        let area = node.clamp(area, Some(1.0), None)?;
        return node.binary("graph.divide", sum, area);
    }
    let lowest = node.scalar(element, f64::NEG_INFINITY)?;
    let value = node.select(taken, value, lowest)?;
    let largest = node.reduce("graph.reduce_max", value, &[2, 4])?;
    let is_empty = node.binary("graph.equal", area, zero)?;
    node.select(is_empty, zero, largest)
}

/// The pixels before and after each place, as many as there are at the edges. Places more than a pixel beyond the picture
/// are zero, those closer are moved to its edge.
fn edge_taps(node: &mut Node, place: Tracked, extent: Dim) -> Result<Vec<Tap>, String> {
    let element = node.element(place);
    let size = scalar(node, expr(extent)?)?;
    let last = node.binary_scalar("graph.subtract", size, 1.0)?;
    let size = node.cast(size, element)?;
    let below = node.scalar(element, -1.0)?;
    let is_after = node.binary("graph.greater_equal", place, below)?;
    let is_before = node.binary("graph.less_equal", place, size)?;
    let inside = node.binary("graph.and", is_after, is_before)?;
    let place = node.clamp(place, Some(0.0), None)?;
    let last_place = node.cast(last, element)?;
    let place = node.binary("graph.minimum", place, last_place)?;
    let (floor, [lower, upper]) = linear(node, place)?;
    let first = node.cast(floor, ElementType::I64)?;
    let second = node.binary_scalar("graph.add", first, 1.0)?;
    let second = node.binary("graph.minimum", second, last)?;
    let tap = |index: Tracked, weight: Tracked| Tap { index, inside: Some(inside), weight: Some(weight) };
    Ok(vec![tap(first, lower), tap(second, upper)])
}
