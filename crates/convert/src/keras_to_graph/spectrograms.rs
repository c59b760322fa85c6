//! Layers that make spectrograms of sound.

use super::call::{Call, Row, plain};
use super::convolution::convolve;
use super::operations::signals::{Frames, short_time};
use super::window::Geometry;
use crate::conversion::functions::angle;
use crate::conversion::node::Node;
use crate::conversion::product::matmul;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, scalar};

pub(crate) const ROWS: &[Row] = &[plain("STFTSpectrogram", stft_spectrogram), plain("MelSpectrogram", mel_spectrogram)];

/// What is at least taken the logarithm or the root of.
const EPSILON: f64 = 1e-7;

/// Convolutions of each channel with cosines and sines, which are weights.
fn stft_spectrogram(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let is_last = call.is_channels_last();
    let x = if is_last { call.transpose(x, &[0, 2, 1])? } else { x };
    let &[batch, channels, samples] = call.shape(x) else { return Err("the input must have three axes".into()) };
    let examples = crate::conversion::extent::element_count(&[batch, channels])?;
    let line = call.reshape(x, &[crate::conversion::extent::dim(examples)?, samples, Dim::Static(1)])?;
    let length = call.int("frame_length").unwrap_or(256);
    let step = call.attribute("frame_step").and_then(|step| step.as_i64()).unwrap_or(length / 2);
    let geometry = Geometry {
        strides: vec![step],
        dilations: vec![1],
        padding: call.string_or("padding", "valid"),
        is_channels_last: true,
    };
    let part = |call: &mut Call, name: &str| -> Result<Option<Tracked>, String> {
        let Some(kernel) = call.find_weight(name)? else { return Ok(None) };
        // Examples, frames, frequencies; the batch and the channels apart and the frames last.
        let y = convolve(call, line, kernel, None, &geometry, 1)?;
        let &[_, frames, frequencies] = call.shape(y) else { return Err("the kernel must have three axes".into()) };
        let y = call.transpose(y, &[0, 2, 1])?;
        Ok(Some(call.reshape(y, &[batch, channels, frequencies, frames])?))
    };
    let (real, imaginary) = (part(call, "real_kernel")?, part(call, "imag_kernel")?);
    let y = join_parts(call, real, imaginary)?;
    Ok(vec![arrange(call, y, is_last)?])
}

/// What the mode says of real and imaginary parts.
fn join_parts(call: &mut Call, real: Option<Tracked>, imaginary: Option<Tracked>) -> Result<Tracked, String> {
    let mode = call.string_or("mode", "log");
    let (real, imaginary) = match (real, imaginary) {
        (Some(real), Some(imaginary)) => (real, imaginary),
        (Some(only), None) | (None, Some(only)) if mode == "real" || mode == "imag" => return Ok(only),
        _ => return Err("a kernel is missing".into()),
    };
    match mode {
        "stft" => return call.concat(&[real, imaginary], 2),
        "angle" => return angle(call, imaginary, real),
        _ => {}
    }
    let (first, second) =
        (call.binary("graph.multiply", real, real)?, call.binary("graph.multiply", imaginary, imaginary)?);
    let power = call.binary("graph.add", first, second)?;
    match mode {
        "psd" => {
            // All but the first and the last frequency stand for two.
            let count = call.shape(power)[2].as_static().ok_or("the number of frequencies is not known")?;
            let twice = (0..count).map(|index| if index == 0 || index + 1 == count { 1.0 } else { 2.0 });
            let element = call.element(power);
            let twice = call.tensor(scalar::from_floats(element, &[count as usize, 1], twice)?)?;
            call.binary("graph.multiply", power, twice)
        }
        "magnitude" | "log" => {
            let power = call.clamp(power, Some(EPSILON), None)?;
            let magnitude = call.unary("graph.sqrt", power)?;
            if mode == "magnitude" {
                return Ok(magnitude);
            }
            let magnitude = call.clamp(magnitude, Some(EPSILON), None)?;
            call.unary("graph.log", magnitude)
        }
        other => Err(format!("mode \"{other}\" is not known")),
    }
}

/// Batch, channels, frequencies and frames in the layout that is asked for.
fn arrange(call: &mut Call, y: Tracked, is_last: bool) -> Result<Tracked, String> {
    if call.is_set("expand_dims", false) {
        return call.transpose(y, if is_last { &[0, 3, 2, 1] } else { &[0, 1, 3, 2] });
    }
    let &[batch, channels, frequencies, frames] = call.shape(y) else { return Err("there are too few axes".into()) };
    let rows = crate::conversion::extent::dim(crate::conversion::extent::element_count(&[channels, frequencies])?)?;
    let y = call.reshape(y, &[batch, rows, frames])?;
    if is_last { call.transpose(y, &[0, 2, 1]) } else { Ok(y) }
}

/// Magnitudes of a short-time transform, joined to bands that are as wide as they sound.
fn mel_spectrogram(call: &mut Call) -> Results {
    let x = call.first()?;
    let compute = call.compute_type();
    let work = if compute == ElementType::F64 { compute } else { ElementType::F32 };
    let x = call.cast(x, work)?;
    let number = |call: &Call, name: &str, otherwise: f64| call.float_or(name, otherwise);
    let fft_length = call.int("fft_length").unwrap_or(2048);
    let frames = Frames {
        length: call.attribute("sequence_length").and_then(|value| value.as_i64()).unwrap_or(fft_length),
        step: call.int("sequence_stride").unwrap_or(512),
        fft_length,
        window: call.attribute("window"),
        is_centred: true,
    };
    let [real, imaginary] = short_time(call, x, &frames)?;
    let (first, second) =
        (call.binary("graph.multiply", real, real)?, call.binary("graph.multiply", imaginary, imaginary)?);
    let power = call.binary("graph.add", first, second)?;
    let mut magnitude = call.unary("graph.sqrt", power)?;
    let exponent = number(call, "mag_exp", 2.0);
    if exponent != 1.0 {
        magnitude = call.binary_scalar("graph.power", magnitude, exponent)?;
    }
    let bins = fft_length / 2 + 1;
    let bands = call.int("num_mel_bins").unwrap_or(128);
    if !(1..=1 << 12).contains(&bands) || !(2..=1 << 16).contains(&bins) {
        return Err("there are too many bands or frequencies".into());
    }
    let rate = number(call, "sampling_rate", 16000.0);
    let edges = [number(call, "min_freq", 20.0), number(call, "max_freq", rate / 2.0)];
    let matrix = mel_matrix(call, work, [bins as usize, bands as usize], rate, edges)?;
    let mut y = matmul(call, magnitude, matrix)?;
    if call.is_set("power_to_db", true) {
        let (least, reference) = (number(call, "min_power", 1e-10), number(call, "ref_power", 1.0));
        let range = number(call, "top_db", 80.0);
        y = decibels(call, y, least, reference, range)?;
    }
    let rank = call.rank(y);
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    let y = call.transpose(y, &order)?;
    Ok(vec![call.cast(y, compute)?])
}

/// `10 log10(x / reference)`, no more than `range` below the largest.
fn decibels(node: &mut Node, x: Tracked, least: f64, reference: f64, range: f64) -> Result<Tracked, String> {
    let x = node.clamp(x, Some(least), None)?;
    let log = node.unary("graph.log", x)?;
    let scaled = node.binary_scalar("graph.multiply", log, 10.0 / std::f64::consts::LN_10)?;
    let y = node.binary_scalar("graph.subtract", scaled, 10.0 * reference.abs().max(least).log10())?;
    let axes: Vec<usize> = (0..node.rank(y)).collect();
    let most = node.reduce("graph.reduce_max", y, &axes)?;
    let lowest = node.binary_scalar("graph.subtract", most, range)?;
    node.binary("graph.maximum", y, lowest)
}

/// Triangles over frequencies, whose corners are as far from each other on the mel scale (Stevens, Volkmann and Newman
/// 1937, in the form of the HTK book); the lowest frequency is in none.
fn mel_matrix(
    node: &mut Node,
    element: ElementType,
    [bins, bands]: [usize; 2],
    rate: f64,
    [low, high]: [f64; 2],
) -> Result<Tracked, String> {
    let mel = |frequency: f64| 1127.0 * (1.0 + frequency / 700.0).ln();
    let edge = |index: usize| mel(low) + (mel(high) - mel(low)) * index as f64 / (bands + 1) as f64;
    let entry = |bin: usize, band: usize| {
        let pitch = mel(rate / 2.0 * bin as f64 / (bins - 1) as f64);
        let (below, centre, above) = (edge(band), edge(band + 1), edge(band + 2));
        let slopes = ((pitch - below) / (centre - below)).min((above - pitch) / (above - centre));
        if bin == 0 { 0.0 } else { slopes.max(0.0) }
    };
    let entries = (0..bins).flat_map(|bin| (0..bands).map(move |band| entry(bin, band)));
    node.tensor(scalar::from_floats(element, &[bins, bands], entries)?)
}
