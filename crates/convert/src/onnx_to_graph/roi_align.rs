//! `RoiAlign`: parts of pictures, each as a picture of one size.

use super::attention::scalar;
use super::conversion::Tracked;
use super::emit::attribute;
use super::extent::{dim, element_count, expr};
use super::node::{Node, Results, Row, row};
use super::sampling::{Tap, combine, corner_values, linear};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("RoiAlign", roi_align)];

/// The most bins, and the most samples of a bin, along an axis.
const MOST_SAMPLES: usize = 1 << 16;

/// How each part is read.
struct Sampling {
    /// Rows and columns of the result.
    bins: [usize; 2],
    /// Samples of a bin along an axis.
    samples: usize,
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
        if node.int_or("sampling_ratio", 0) == 0 {
            return Err("how many samples a bin has depends on data: attribute \"sampling_ratio\" is 0".into());
        }
        let default = if node.opset >= 16 { "half_pixel" } else { "output_half_pixel" };
        let half_pixel = match node.string_or("coordinate_transformation_mode", default) {
            "half_pixel" => true,
            "output_half_pixel" => false,
            other => return Err(format!("coordinate_transformation_mode \"{other}\" is not known")),
        };
        Ok(Sampling {
            bins: [positive("output_height", 1)?, positive("output_width", 1)?],
            samples: positive("sampling_ratio", 0)?,
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
    for (axis, extent) in [height, width].into_iter().enumerate() {
        taps.push(axis_taps(node, &sampling, rois, axis, extent)?);
    }
    let values = corner_values(node, data, 0, &taps, &[batch, height, width])?;
    let (corners, over_samples) = match node.string_or("mode", "avg") {
        "avg" => ("graph.add", "graph.reduce_mean"),
        "max" => ("graph.maximum", "graph.reduce_max"),
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let value = combine(node, corners, values)?;
    let [rows, columns] = sampling.bins.map(|bins| Dim::Static(bins as u64));
    let samples = Dim::Static(sampling.samples as u64);
    let value = node.reshape(value, &[parts, rows, samples, columns, samples, channels])?;
    let value = node.reduce(over_samples, value, &[2, 4])?;
    let value = node.reshape(value, &[parts, rows, columns, channels])?;
    let value = node.cast(value, element)?;
    Ok(vec![node.transpose(value, &[0, 3, 1, 2])?])
}

/// The taps of the samples along an axis of the picture: `parts x samples x 1 x 1`, or with the second and third axes
/// changed for columns. Samples more than a pixel beyond the picture are zero, those closer are moved to its edge.
fn axis_taps(
    node: &mut Node,
    sampling: &Sampling,
    rois: Tracked,
    axis: usize,
    extent: Dim,
) -> Result<Vec<Tap>, String> {
    let parts = node.shape(rois)[0];
    let count = Dim::Static((sampling.bins[axis] * sampling.samples) as u64);
    let one = Dim::Static(1);
    let (corner, line) = match axis {
        0 => (1, [one, count, one, one]),
        _ => (0, [one, one, count, one]),
    };
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
    let total = (sampling.bins[axis] * sampling.samples) as f64;
    let step = node.binary_scalar("graph.divide", length, total)?;
    let number_axis = line.iter().position(|&extent| extent == count).unwrap_or(1);
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(number_axis as i64))], &line, Type::i64())?;
    let numbers = node.cast(numbers, node.element(rois))?;
    let numbers = node.binary_scalar("graph.add", numbers, 0.5)?;
    let moved = node.binary("graph.multiply", numbers, step)?;
    let place = node.binary("graph.add", begin, moved)?;
    edge_taps(node, place, extent)
}

/// The pixels before and after each place, as many as there are at the edges.
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
