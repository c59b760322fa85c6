//! Operations of `keras.ops` that layers are made of: convolutions, normalizations and attention, with weights that are
//! arguments.

use super::super::call::{Call, Row, plain};
use super::super::convolution::{Transposed, convolve, convolve_channels, convolve_transposed};
use super::super::window::Geometry;
use super::reductions::moments;
use crate::conversion::emit::attribute;
use crate::conversion::product::product;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Conv", |call| {
        let (x, kernel) = with_kernel(call, "kernel")?;
        let geometry = Geometry::read(call, call.rank(kernel).saturating_sub(2))?;
        let groups = groups(call, x, kernel, geometry.is_channels_last)?;
        Ok(vec![convolve(call, x, kernel, None, &geometry, groups)?])
    }),
    plain("ops.DepthwiseConv", |call| {
        let (x, kernel) = with_kernel(call, "kernel")?;
        let geometry = Geometry::read(call, call.rank(kernel).saturating_sub(2))?;
        Ok(vec![convolve_channels(call, x, kernel, None, &geometry)?])
    }),
    plain("ops.SeparableConv", |call| {
        let (x, depthwise) = with_kernel(call, "depthwise_kernel")?;
        let pointwise = call.values(2, "pointwise_kernel")?;
        let x_element = call.element(x);
        let pointwise = call.cast(pointwise, x_element)?;
        let geometry = Geometry::read(call, call.rank(depthwise).saturating_sub(2))?;
        let y = convolve_channels(call, x, depthwise, None, &geometry)?;
        let plain = Geometry::keeping(geometry.strides.len(), geometry.is_channels_last);
        Ok(vec![convolve(call, y, pointwise, None, &plain, 1)?])
    }),
    plain("ops.ConvTranspose", |call| {
        let (x, kernel) = with_kernel(call, "kernel")?;
        let rank = call.rank(kernel).saturating_sub(2);
        let how = Transposed::read(call, rank)?;
        Ok(vec![convolve_transposed(call, x, kernel, None, &how)?])
    }),
    plain("ops.BatchNorm", batch_norm),
    plain("ops.LayerNorm", layer_norm),
    plain("ops.RMSNorm", |call| {
        let x = call.first_float()?;
        let axes = normalized_axes(call, x)?;
        let squares = call.binary("graph.multiply", x, x)?;
        let mean = call.reduce("graph.reduce_mean", squares, &axes)?;
        let amount = call.float_or("epsilon", 1e-7);
        let raised = call.binary_scalar("graph.add", mean, amount)?;
        let factor = call.unary("graph.rsqrt", raised)?;
        let y = call.binary("graph.multiply", x, factor)?;
        match call.argument(1, "scale") {
            Some(scale) => {
                let y_element = call.element(y);
                let scale = call.cast(scale, y_element)?;
                Ok(vec![call.binary("graph.multiply", y, scale)?])
            }
            None => Ok(vec![y]),
        }
    }),
    plain("ops.DotProductAttention", attention),
];

/// The input and a kernel in one type of floats.
fn with_kernel(call: &mut Call, name: &str) -> Result<(Tracked, Tracked), String> {
    let x = call.argument(0, "inputs").ok_or("the input must be a tensor")?;
    let kernel = call.values(1, name)?;
    let (x, kernel) = super::binary::promote(call, x, kernel)?;
    Ok((call.as_float(x)?, call.as_float(kernel)?))
}

/// How many groups of channels there are: as often as those of the kernel are in those of the input.
fn groups(call: &Call, x: Tracked, kernel: Tracked, is_last: bool) -> Result<i64, String> {
    let (shape, own) = (call.shape(x), call.shape(kernel));
    let channels = if is_last { shape.last() } else { shape.get(1) }.and_then(|extent| extent.as_static());
    let inputs = own.len().checked_sub(2).and_then(|axis| own[axis].as_static()).filter(|&inputs| inputs > 0);
    match channels.zip(inputs) {
        Some((channels, inputs)) if channels % inputs == 0 => Ok((channels / inputs) as i64),
        Some((channels, inputs)) => Err(format!("{channels} channels cannot be parted into groups of {inputs}")),
        None => Ok(1),
    }
}

/// `(x - mean) / sqrt(variance + epsilon) * scale + offset` along an axis.
fn batch_norm(call: &mut Call) -> Results {
    let x = call.first_float()?;
    let (rank, element) = (call.rank(x), call.element(x));
    let axis = call.axis_at(5, "axis", -1, rank)?;
    let along = |call: &mut Call, place: usize, name: &str| -> Result<Option<Tracked>, String> {
        let Some(weight) = call.argument(place, name) else { return Ok(None) };
        let weight = call.cast(weight, element)?;
        let &[extent] = call.shape(weight) else { return Ok(Some(weight)) };
        let mut shape = vec![Dim::Static(1); rank];
        shape[axis] = extent;
        call.reshape(weight, &shape).map(Some)
    };
    let (mean, variance) = (along(call, 1, "mean")?, along(call, 2, "variance")?);
    let (mean, variance) = (mean.ok_or("the mean is missing")?, variance.ok_or("the variance is missing")?);
    let (offset, scale) = (along(call, 3, "offset")?, along(call, 4, "scale")?);
    let amount = call.float_or("epsilon", 1e-3);
    let raised = call.binary_scalar("graph.add", variance, amount)?;
    let mut factor = call.unary("graph.rsqrt", raised)?;
    if let Some(scale) = scale {
        factor = call.binary("graph.multiply", factor, scale)?;
    }
    let centred = call.binary("graph.subtract", x, mean)?;
    let y = call.binary("graph.multiply", centred, factor)?;
    match offset {
        Some(offset) => Ok(vec![call.binary("graph.add", y, offset)?]),
        None => Ok(vec![y]),
    }
}

fn normalized_axes(call: &Call, x: Tracked) -> Result<Vec<usize>, String> {
    let rank = call.rank(x);
    Ok(call.axes_at(3, "axis", rank)?.unwrap_or_else(|| vec![rank.saturating_sub(1)]))
}

fn layer_norm(call: &mut Call) -> Results {
    let x = call.first_float()?;
    let (rank, element) = (call.rank(x), call.element(x));
    let axes = normalized_axes(call, x)?;
    let along = |call: &mut Call, place: usize, name: &str| -> Result<Option<Tracked>, String> {
        let Some(weight) = call.argument(place, name) else { return Ok(None) };
        let weight = call.cast(weight, element)?;
        if call.rank(weight) == rank || axes == [rank - 1] {
            return Ok(Some(weight));
        }
        let mut shape = vec![Dim::Static(1); rank];
        axes.iter().for_each(|&axis| shape[axis] = call.shape(x)[axis]);
        call.reshape(weight, &shape).map(Some)
    };
    let (gamma, beta) = (along(call, 1, "gamma")?, along(call, 2, "beta")?);
    let [mean, variance] = moments(call, x, &axes)?;
    let amount = call.float_or("epsilon", 1e-7);
    let raised = call.binary_scalar("graph.add", variance, amount)?;
    let factor = call.unary("graph.rsqrt", raised)?;
    let is_scaled_alone = call.is_set("rms_scaling", false);
    let centred = if is_scaled_alone { x } else { call.binary("graph.subtract", x, mean)? };
    let mut y = call.binary("graph.multiply", centred, factor)?;
    if let Some(gamma) = gamma {
        y = call.binary("graph.multiply", y, gamma)?;
    }
    match beta {
        Some(beta) if !is_scaled_alone => Ok(vec![call.binary("graph.add", y, beta)?]),
        _ => Ok(vec![y]),
    }
}

/// Queries, keys and values as batch, steps, heads and size.
fn attention(call: &mut Call) -> Results {
    let mut heads = Vec::new();
    for (place, name) in [(0, "query"), (1, "key"), (2, "value")] {
        let x = call.argument(place, name).ok_or_else(|| format!("the {name} is missing"))?;
        let x = call.as_float(x)?;
        if call.rank(x) != 4 {
            return Err("attention takes tensors of four axes".into());
        }
        heads.push(call.transpose(x, &[0, 2, 1, 3])?);
    }
    let &[q, mut k, mut v] = heads.as_slice() else { return Err("attention takes three tensors".into()) };
    (k, v) = (repeat_heads(call, k, q)?, repeat_heads(call, v, q)?);
    let turned = call.transpose(k, &[0, 1, 3, 2])?;
    let scores = product(call, q, turned)?;
    let size = call.shape(k)[3].as_static().ok_or("the size of a head is not known")?;
    let mut scores = match call.argument(5, "scale") {
        Some(scale) => {
            let scores_element = call.element(scores);
            let scale = call.cast(scale, scores_element)?;
            call.binary("graph.multiply", scores, scale)?
        }
        None => {
            let scale = call.number_at(5, "scale").unwrap_or(1.0 / (size as f64).sqrt());
            call.binary_scalar("graph.multiply", scores, scale)?
        }
    };
    let element = call.element(scores);
    if let Some(bias) = call.argument(3, "bias") {
        let bias = call.cast(bias, element)?;
        scores = call.binary("graph.add", scores, bias)?;
    }
    let mut mask = match call.argument(4, "mask") {
        Some(mask) => Some(super::as_truth(call, mask)?),
        None => None,
    };
    if call.is_set("is_causal", false) {
        let scores_shape = call.shape(scores);
        let (rows, columns) = (call.line(0, scores_shape[2])?, call.line(1, scores_shape[3])?);
        let causal = call.binary("graph.greater_equal", rows, columns)?;
        mask = Some(match mask {
            Some(mask) => call.binary("graph.and", mask, causal)?,
            None => causal,
        });
    }
    if let Some(mask) = mask {
        let lowest = call.scalar(element, if element == ElementType::F16 { -4.5e4 } else { -2.38e38 })?;
        scores = call.select(mask, scores, lowest)?;
    }
    let weights = call.emit("graph.softmax", &[scores], &[("axis", attribute(3i64))])?;
    let y = product(call, weights, v)?;
    Ok(vec![call.transpose(y, &[0, 2, 1, 3])?])
}

/// Each head as often as it serves heads of queries.
fn repeat_heads(call: &mut Call, x: Tracked, query: Tracked) -> Result<Tracked, String> {
    let (own, wanted) = (call.shape(x)[1].as_static(), call.shape(query)[1].as_static());
    match own.zip(wanted) {
        Some((own, wanted)) if own > 1 && wanted > own && wanted % own == 0 => {
            super::super::reshaping::repeat_along(call, x, 1, (wanted / own) as i64)
        }
        _ => Ok(x),
    }
}
