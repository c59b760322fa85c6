//! Operations of `keras.ops` on signals: parts of them, and Fourier transforms.

use super::super::call::{Call, Row, plain};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::fourier::{Transform, transform};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::segments::scatter;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};
use kiln_tensor::scalar;
use std::f64::consts::TAU;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.ExtractSequences", |call| {
        let x = call.first()?;
        let (length, step) = (positive(call, 1, "sequence_length")?, positive(call, 2, "sequence_stride")?);
        Ok(vec![frames(call, x, length, step)?])
    }),
    plain("ops.FFT", |call| fourier(call, 1, false)),
    plain("ops.FFT2", |call| fourier(call, 2, false)),
    plain("ops.IFFT2", |call| fourier(call, 2, true)),
    plain("ops.RFFT", |call| {
        let x = call.first_float()?;
        let length = call.integer_at(1, "fft_length");
        Ok(one_sided(call, x, length)?.to_vec())
    }),
    plain("ops.IRFFT", |call| {
        let pair = pair_of(call)?;
        let bins = last_extent(call, pair)?;
        let length = match call.integer_at(1, "fft_length") {
            Some(length) => constant(length),
            None => multiply(subtract(expr(bins)?, constant(1))?, constant(2))?,
        };
        Ok(vec![inverse_one_sided(call, pair, length)?])
    }),
    plain("ops.STFT", |call| {
        let x = call.first_float()?;
        let frames = Frames::read(call)?;
        Ok(short_time(call, x, &frames)?.to_vec())
    }),
    plain("ops.ISTFT", |call| {
        let frames = Frames::read(call)?;
        inverse_short_time(call, &frames)
    }),
];

/// How a signal is cut for short-time transforms.
pub(crate) struct Frames {
    pub length: i64,
    pub step: i64,
    pub fft_length: i64,
    /// The name of a window, or its numbers; `None` for a flat one.
    pub window: Option<Attribute>,
    /// Whether the first frame is around the first sample.
    pub is_centred: bool,
}

impl Frames {
    fn read(call: &Call) -> Result<Frames, String> {
        Ok(Frames {
            length: positive(call, 1, "sequence_length")?,
            step: positive(call, 2, "sequence_stride")?,
            fft_length: positive(call, 3, "fft_length")?,
            window: call.setting("window"),
            is_centred: call.is_set("center", true),
        })
    }

    /// The window, with zeros on both sides up to the length of the transform; `None` if it is flat.
    fn window_values(&self) -> Result<Option<Vec<f64>>, String> {
        let is_possible =
            self.step > 0 && (1..=1 << 16).contains(&self.length) && (1..=1 << 16).contains(&self.fft_length);
        if !is_possible || self.length > self.fft_length {
            return Err("the transform must be at least as long as a frame, and both from 1 to 65536 samples".into());
        }
        let Some(window) = self.window else { return Ok(None) };
        let own = match (window.as_str(), window.as_array()) {
            (Some("hann"), _) => raised_cosine(self.length, 0.5),
            (Some("hamming"), _) => raised_cosine(self.length, 0.54),
            (None, Some(listed)) => {
                let values =
                    listed.iter().map(|&value| super::super::call::number(value)).collect::<Option<Vec<f64>>>();
                values
                    .filter(|values| values.len() as i64 == self.length)
                    .ok_or("a window has a number for each sample")?
            }
            _ => return Err(format!("window {window} is not known")),
        };
        let before = (self.fft_length - self.length) / 2;
        let mut values = vec![0.0; self.fft_length as usize];
        values[before as usize..][..own.len()].copy_from_slice(&own);
        Ok(Some(values))
    }
}

/// A cosine over one turn; over one less where the length is odd.
fn raised_cosine(length: i64, mean: f64) -> Vec<f64> {
    let turn = if length % 2 == 0 { length } else { length - 1 };
    let value =
        |index: i64| if turn == 0 { 1.0 } else { mean - (1.0 - mean) * (TAU * index as f64 / turn as f64).cos() };
    (0..length).map(value).collect()
}

fn positive(call: &Call, place: usize, name: &str) -> Result<i64, String> {
    call.integer_at(place, name).filter(|&value| value > 0).ok_or_else(|| format!("{name} must be at least 1"))
}

fn last_extent(node: &Node, x: Tracked) -> Result<Dim, String> {
    let shape = node.shape(x);
    shape.len().checked_sub(2).map(|axis| shape[axis]).ok_or_else(|| "the input has no axes".into())
}

/// Parts of the last axis that are so long and begin a step after each other.
pub(super) fn frames(node: &mut Node, x: Tracked, length: i64, step: i64) -> Result<Tracked, String> {
    let last = node.rank(x).checked_sub(1).ok_or("the input has no axes")?;
    let room = subtract(expr(node.shape(x)[last])?, constant(length))?;
    let count = add(floor_divide(room, constant(step))?, constant(1))?;
    let starts = node.line(0, dim(count)?)?;
    let starts = node.binary_scalar("graph.multiply", starts, step as f64)?;
    let within = node.line(1, Dim::Static(length.unsigned_abs()))?;
    let places = node.binary("graph.add", starts, within)?;
    node.emit("graph.gather", &[x, places], &[("axis", attribute(last as i64))])
}

/// Real and imaginary parts in a last axis.
fn pair_of(call: &mut Call) -> Result<Tracked, String> {
    let parts = call.list("0");
    let parts = if parts.is_empty() { call.list("x") } else { parts };
    let [real, imaginary] = parts[..] else {
        return Err("the input must be a pair of real and imaginary parts".into());
    };
    let (real, imaginary) = (call.as_float(real)?, call.as_float(imaginary)?);
    let axis = call.rank(real) as i64;
    crate::conversion::attempt::stack(call, &[real, imaginary], axis)
}

/// The real and the imaginary part.
fn parted(node: &mut Node, pair: Tracked) -> Result<[Tracked; 2], String> {
    let last = node.rank(pair) - 1;
    let mut part = |index| crate::conversion::attempt::element(node, pair, last, index);
    Ok([part(0)?, part(1)?])
}

fn fourier(call: &mut Call, axes: usize, inverse: bool) -> Results {
    let mut x = pair_of(call)?;
    let rank = call.rank(x) - 1;
    for axis in rank.checked_sub(axes).ok_or("the input has too few axes")?..rank {
        let length = expr(call.shape(x)[axis])?;
        x = transform(call, x, axis, Transform { length, inverse, onesided: false })?;
    }
    Ok(parted(call, x)?.to_vec())
}

/// The transform of a real signal along the last axis.
fn one_sided(node: &mut Node, x: Tracked, length: Option<i64>) -> Result<[Tracked; 2], String> {
    let axis = node.rank(x).checked_sub(1).ok_or("the input has no axes")?;
    let length = match length {
        Some(length) => constant(length),
        None => expr(node.shape(x)[axis])?,
    };
    let raised = [node.shape(x), &[Dim::Static(1)]].concat();
    let x = node.reshape(x, &raised)?;
    let spectrum = transform(node, x, axis, Transform { length, inverse: false, onesided: true })?;
    parted(node, spectrum)
}

/// The real signal that has a one-sided spectrum.
fn inverse_one_sided(node: &mut Node, pair: Tracked, length: kiln_ir::DimExpr) -> Result<Tracked, String> {
    let axis = node.rank(pair) - 2;
    let y = transform(node, pair, axis, Transform { length, inverse: true, onesided: true })?;
    node.drop_axes(y, &[axis + 1])
}

/// Transforms of frames of a signal: real and imaginary parts, frames and frequencies last.
pub(crate) fn short_time(node: &mut Node, x: Tracked, how: &Frames) -> Result<[Tracked; 2], String> {
    let window = how.window_values()?;
    let last = node.rank(x).checked_sub(1).ok_or("the input has no axes")?;
    let x = match how.is_centred {
        true => {
            let mut around = vec![Dim::Static(0); last + 1];
            around[last] = Dim::Static((how.fft_length / 2).unsigned_abs());
            let given =
                [("low", attribute(around.clone())), ("high", attribute(around)), ("mode", attribute("reflect"))];
            node.emit("graph.pad", &[x], &given)?
        }
        false => x,
    };
    let mut parts = frames(node, x, how.fft_length, how.step)?;
    if let Some(window) = window {
        let window = node.tensor(scalar::from_floats(node.element(parts), &[window.len()], window)?)?;
        parts = node.binary("graph.multiply", parts, window)?;
    }
    one_sided(node, parts, Some(how.fft_length))
}

/// The signal of which frames have such transforms: they are added where they overlap.
fn inverse_short_time(call: &mut Call, how: &Frames) -> Results {
    let window = how.window_values()?;
    let pair = pair_of(call)?;
    let mut parts = inverse_one_sided(call, pair, constant(how.fft_length))?;
    if let Some(window) = window {
        let window = inverse_window(&window, how.step as usize);
        let parts_element = call.element(parts);
        let window = call.tensor(scalar::from_floats(parts_element, &[window.len()], window)?)?;
        parts = call.binary("graph.multiply", parts, window)?;
    }
    let whole = overlap(call, parts, how.step)?;
    let last = call.rank(whole) - 1;
    let all = expr(call.shape(whole)[last])?;
    let start = if how.is_centred { how.fft_length / 2 } else { 0 };
    let length = match call.integer_at(4, "length") {
        Some(length) => constant(length),
        None => subtract(all, constant(2 * start))?,
    };
    Ok(vec![call.slice_axis(whole, last, dim(constant(start))?, dim(length)?)?])
}

/// The window by the sum of the squares of all windows that overlap.
fn inverse_window(window: &[f64], step: usize) -> Vec<f64> {
    let mut sums = vec![0.0; step];
    for (index, value) in window.iter().enumerate() {
        sums[index % step] += value * value;
    }
    window.iter().enumerate().map(|(index, value)| value / sums[index % step]).collect()
}

/// Frames, the last axis, added where they lie a step after each other.
fn overlap(node: &mut Node, x: Tracked, step: i64) -> Result<Tracked, String> {
    let rank = node.rank(x);
    let &[ref outer @ .., count, length] = node.shape(x) else { return Err("frames have two axes".into()) };
    let total = add(multiply(subtract(expr(count)?, constant(1))?, constant(step))?, expr(length)?)?;
    let starts = node.line(0, count)?;
    let starts = node.binary_scalar("graph.multiply", starts, step as f64)?;
    let within = node.line(1, length)?;
    let places = node.binary("graph.add", starts, within)?;
    let places = node.reshape(places, &[count, length, Dim::Static(1)])?;
    let order: Vec<usize> = [rank - 2, rank - 1].into_iter().chain(0..rank - 2).collect();
    let updates = node.transpose(x, &order)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let zeros = node.broadcast(zero, &[&[dim(total)?], outer].concat())?;
    let sums = scatter(node, zeros, places, updates, "add")?;
    let back: Vec<usize> = (1..rank - 1).chain([0]).collect();
    node.transpose(sums, &back)
}
