//! Spectrograms and what speech is recognized by.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, maximum, subtract};
use crate::conversion::fourier::{Transform, transform};
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Dim;
use kiln_tensor::Tensor;
use std::f64::consts::PI;

pub(crate) const ROWS: &[Row] = &[row("AudioSpectrogram", spectrogram), row("Mfcc", coefficients)];

/// The longest window.
const LONGEST: i64 = 1 << 16;

/// The power, or its root, of each frequency in windows (Hann's) of each channel.
fn spectrogram(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let &[samples, channels] = node.shape(x) else { return Err("the sound must be samples by channels".into()) };
    let (size, stride) = (node.int_or("window_size", 0), node.int_or("stride", 0));
    if !(2..=LONGEST).contains(&size) || !(1..=LONGEST).contains(&stride) {
        return Err(format!("a window of {size} in steps of {stride} is not supported"));
    }
    let room = maximum(subtract(expr(samples)?, constant(size - stride))?, constant(0));
    let frames = dim(floor_divide(room, constant(stride))?)?;
    let (starts, offsets) = (node.line(0, frames)?, node.line(1, Dim::Static(size as u64))?);
    let starts = node.binary_scalar("graph.multiply", starts, stride as f64)?;
    let places = node.binary("graph.add", starts, offsets)?;
    let turned = node.transpose(x, &[1, 0])?;
    let windows = node.emit("graph.gather", &[turned, places], &[("axis", attribute(1i64))])?;
    let hann: Vec<f32> = (0..size).map(|at| (0.5 - 0.5 * (2.0 * PI * at as f64 / size as f64).cos()) as f32).collect();
    let hann = node.tensor(Tensor::from_values(&[size as usize], &hann))?;
    let windows = node.binary("graph.multiply", windows, hann)?;
    let length = (size as u64).next_power_of_two();
    let zeros = vec![Dim::Static(0); 3];
    let mut high = zeros.clone();
    high[2] = Dim::Static(length - size as u64);
    let given = [("low", attribute(zeros)), ("high", attribute(high)), ("mode", attribute("constant"))];
    let windows = node.emit("graph.pad", &[windows], &given)?;
    let windows = node.reshape(windows, &[channels, frames, Dim::Static(length), Dim::Static(1)])?;
    let how = Transform { length: constant(length as i64), inverse: false, onesided: true };
    let spectrum = transform(node, windows, 2, how)?;
    let square = node.binary("graph.multiply", spectrum, spectrum)?;
    let power = node.reduce("graph.reduce_sum", square, &[3])?;
    let power = node.drop_axes(power, &[3])?;
    match node.flag("magnitude_squared", false) {
        true => Ok(vec![power]),
        false => Ok(vec![node.unary("graph.sqrt", power)?]),
    }
}

fn mel(frequency: f64) -> f64 {
    1127.0 * (frequency / 700.0).ln_1p()
}

/// The most weights of a bank of filters.
const MOST_WEIGHTS: i64 = 1 << 22;

/// Triangular filters on the mel scale, logarithms, and a cosine transform of these.
fn coefficients(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rate = node.one_float(1, "the sample rate")?;
    let bins = node.shape(x).last().and_then(|dim| dim.as_static()).and_then(|bins| i64::try_from(bins).ok());
    let bins = bins.filter(|&bins| bins > 1).ok_or("the number of frequencies must be known")?;
    let (low, high) = (node.float_or("lower_frequency_limit", 20.0), node.float_or("upper_frequency_limit", 4000.0));
    let (filters, count) = (node.int_or("filterbank_channel_count", 40), node.int_or("dct_coefficient_count", 13));
    if !(1..=MOST_WEIGHTS / bins).contains(&filters) || !(1..=filters).contains(&count) {
        return Err(format!("{count} coefficients of {filters} filters are not supported"));
    }
    if !(low >= 0.0 && high > low && rate > 0.0) {
        return Err(format!("frequencies from {low} to {high} are none"));
    }
    let bank = bank(bins as usize, filters as usize, rate, [low, high]);
    let bank = node.tensor(Tensor::from_values(&[bins as usize, filters as usize], &bank))?;
    let root = node.unary("graph.sqrt", x)?;
    let sums = product(node, root, bank)?;
    let sums = node.clamp(sums, Some(1e-12), None)?;
    let logs = node.unary("graph.log", sums)?;
    let scale = (2.0 / filters as f64).sqrt();
    let angle = PI / filters as f64;
    let cosines = (0..filters).flat_map(|filter| (0..count).map(move |number| (filter, number)));
    let cosines: Vec<f32> = cosines
        .map(|(filter, number)| (scale * (number as f64 * angle * (filter as f64 + 0.5)).cos()) as f32)
        .collect();
    let cosines = node.tensor(Tensor::from_values(&[filters as usize, count as usize], &cosines))?;
    Ok(vec![product(node, logs, cosines)?])
}

/// How much of each frequency goes to each filter: between the middles of two neighbours it goes to both.
fn bank(bins: usize, filters: usize, rate: f64, [low, high]: [f64; 2]) -> Vec<f32> {
    let (least, most) = (mel(low), mel(high));
    let spacing = (most - least) / (filters + 1) as f64;
    let middle = |filter: usize| least + spacing * (filter + 1) as f64;
    let width = 0.5 * rate / (bins - 1) as f64;
    let (first, last) = ((1.5 + low / width) as usize, (high / width) as usize);
    let mut weights = vec![0.0f32; bins * filters];
    let mut above = 0;
    for (bin, row) in weights.chunks_mut(filters).enumerate() {
        if bin < first || bin > last {
            continue;
        }
        let place = mel(bin as f64 * width);
        while above < filters && middle(above) < place {
            above += 1;
        }
        let share = match above.checked_sub(1) {
            Some(below) => (middle(above) - place) / (middle(above) - middle(below)),
            None => (middle(0) - place) / (middle(0) - least),
        };
        if let Some(below) = above.checked_sub(1) {
            row[below] += share as f32;
        }
        if above < filters {
            row[above] += (1.0 - share) as f32;
        }
    }
    weights
}
