//! Evaluation of `resize`, axis by axis: every index of the result is a weighted sum of a few indices of the operand.
//!
//! Coordinates are computed in `f32`, as the systems that define them do: where a quotient falls on a whole number, or
//! half way, depends on it. Weights and sums are `f64`.

use crate::resize::{Coordinates, NearestMode, ResizeMode, ResizeView};
use crate::strided::Around;
use kiln_ir::EvaluateRequest;
use kiln_tensor::{Tensor, scalar};

/// The operand's elements that one index of the result is made of, along one axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Taps {
    /// Index and weight of each element; indices are in range and may repeat.
    pub elements: Vec<(usize, f64)>,
    /// Whether the coordinate is outside the operand and the extrapolation value stands here.
    pub is_outside: bool,
}

impl ResizeView {
    /// The taps of every index of the result along `axis`, from `extent` elements to `length`.
    pub fn taps(&self, axis: usize, extent: usize, length: usize) -> Vec<Taps> {
        let scale = self.scales[axis].map_or(length as f32 / extent as f32, |scale| scale as f32);
        (0..length)
            .map(|index| self.taps_at(self.coordinate(axis, index, extent, length, scale), extent, scale))
            .collect()
    }

    /// The coordinate in the operand of an index of the result.
    fn coordinate(&self, axis: usize, index: usize, extent: usize, length: usize, scale: f32) -> f32 {
        let (x, input) = (index as f32, extent as f32);
        // ONNX takes the scaled extent before it is cut to a whole number.
        let scaled = scale * input;
        let half_pixel = (x + 0.5) / scale - 0.5;
        match self.coordinates {
            Coordinates::HalfPixel => half_pixel,
            Coordinates::HalfPixelSymmetric => input / 2.0 * (1.0 - length as f32 / scaled) + half_pixel,
            Coordinates::PytorchHalfPixel if length > 1 => half_pixel,
            Coordinates::PytorchHalfPixel => 0.0,
            Coordinates::AlignCorners if length > 1 => x * (input - 1.0) / (scaled - 1.0),
            Coordinates::AlignCorners => 0.0,
            Coordinates::Asymmetric => x / scale,
            Coordinates::TfCropAndResize => {
                let (start, end) = (self.roi[axis].0 as f32, self.roi[axis].1 as f32);
                let span = (end - start) * (input - 1.0);
                let inside = if length > 1 { x * span / (scaled - 1.0) } else { span / 2.0 };
                start * (input - 1.0) + inside
            }
        }
    }

    fn taps_at(&self, coordinate: f32, extent: usize, scale: f32) -> Taps {
        let last = extent as i64 - 1;
        let is_outside = self.coordinates == Coordinates::TfCropAndResize && !(0.0..=last as f32).contains(&coordinate);
        let nearest = |index: f32| (index as i64, 1.0);
        // The element before the coordinate (never on it) and the distance from there: more than 0, at most 1.
        let before = coordinate.ceil() as i64 - 1;
        let ratio = f64::from(coordinate) - before as f64;
        let shrink = if self.antialias { f64::from(scale.min(1.0)) } else { 1.0 };
        let mut weighted: Vec<(i64, f64)> = match self.mode {
            ResizeMode::Nearest => vec![nearest(match self.nearest_mode {
                NearestMode::RoundPreferFloor => (coordinate - 0.5).ceil(),
                NearestMode::RoundPreferCeil => (coordinate + 0.5).floor(),
                NearestMode::Floor => coordinate.floor(),
                NearestMode::Ceil => coordinate.ceil(),
            })],
            ResizeMode::Linear => kernel(before, ratio, shrink, 1, |distance| (1.0 - distance).max(0.0)),
            ResizeMode::Cubic => kernel(before, ratio, shrink, 2, |distance| cubic(distance, self.cubic_coefficient)),
        };
        if self.exclude_outside {
            weighted.retain(|(index, _)| (0..=last).contains(index));
        }
        if self.exclude_outside || self.antialias {
            let total: f64 = weighted.iter().map(|(_, weight)| weight).sum();
            weighted.iter_mut().for_each(|(_, weight)| *weight /= total);
        }
        let clamp = |(index, weight): (i64, f64)| (index.clamp(0, last) as usize, weight);
        Taps { elements: weighted.into_iter().map(clamp).collect(), is_outside }
    }
}

/// Weights of the elements around `before + ratio`, for a kernel that reaches `radius` elements, divided by `shrink`.
fn kernel(before: i64, ratio: f64, shrink: f64, radius: i64, weight: impl Fn(f64) -> f64) -> Vec<(i64, f64)> {
    let first = (-(radius as f64) / shrink).floor() as i64 + 1;
    let at = |step: i64| (before + step, weight(((step as f64 - ratio) * shrink).abs()));
    (first..2 - first).map(at).collect()
}

/// Keys' cubic convolution kernel.
fn cubic(distance: f64, a: f64) -> f64 {
    if distance <= 1.0 {
        ((a + 2.0) * distance - (a + 3.0)) * distance * distance + 1.0
    } else if distance < 2.0 {
        ((a * distance - 5.0 * a) * distance + 8.0 * a) * distance - 4.0 * a
    } else {
        0.0
    }
}

/// The result of `graph.resize`.
pub(crate) fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("resize has one operand and one result".into());
    };
    let view = ResizeView::parse(request.attributes, x.rank())?;
    let mut values = scalar::floats(x)?;
    let mut current = x.shape().to_vec();
    let mut outside = vec![false; 1];
    for axis in 0..x.rank() {
        if current[axis] == 0 && shape[axis] > 0 {
            return Err(format!("axis {axis} has no elements to resample"));
        }
        let taps = view.taps(axis, current[axis], shape[axis]);
        let (from, mut to) = (Around::new(&current, axis), Around::new(&current, axis));
        to.length = shape[axis];
        let mut resampled = vec![0.0; to.outer * to.length * to.inner];
        for (outer, inner) in from.lines() {
            for (index, taps) in taps.iter().enumerate() {
                let sum = taps.elements.iter().map(|&(at, weight)| weight * values[from.at(outer, at, inner)]).sum();
                resampled[to.at(outer, index, inner)] = sum;
            }
        }
        outside = outside.iter().flat_map(|&before| taps.iter().map(move |taps| before || taps.is_outside)).collect();
        (values, current[axis]) = (resampled, shape[axis]);
    }
    for (value, _) in values.iter_mut().zip(outside).filter(|(_, outside)| *outside) {
        *value = view.extrapolation;
    }
    Ok(vec![scalar::from_floats(*element, shape, values)?])
}
