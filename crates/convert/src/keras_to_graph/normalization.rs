//! Normalizations.

use super::call::{Call, Row, passing, plain};
use crate::conversion::emit::{attribute, axes_attribute};
use crate::conversion::extent::{normalize_axes, normalize_axis};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    passing("BatchNormalization", batch_normalization),
    passing("LayerNormalization", layer_normalization),
    passing("GroupNormalization", group_normalization),
    plain("RMSNormalization", rms_normalization),
    passing("UnitNormalization", unit_normalization),
];

/// The axes that an entry says: one, or a list.
pub(crate) fn axes_of(call: &Call, entry: &str, otherwise: i64, rank: usize) -> Result<Vec<usize>, String> {
    let axes = match call.setting(entry) {
        None => vec![otherwise],
        Some(value) => match value.as_i64() {
            Some(axis) => vec![axis],
            None => value.as_i64s().ok_or_else(|| format!("{entry} must be axes, not {value}"))?,
        },
    };
    normalize_axes(&axes, rank)
}

/// A vector in a shape that broadcasts along one axis.
pub(crate) fn along_axis(call: &mut Call, vector: Tracked, axis: usize, rank: usize) -> Result<Tracked, String> {
    let &[extent] = call.shape(vector) else { return Err("a weight must have one axis".into()) };
    let mut shape = vec![Dim::Static(1); rank];
    shape[axis] = extent;
    call.reshape(vector, &shape)
}

/// `(x - mean) * (gamma / sqrt(variance + epsilon)) + beta`, channel by channel.
fn batch_normalization(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let rank = call.rank(x);
    let axis = normalize_axis(call.int_or("axis", -1), rank)?;
    let (mean, variance) = (call.weight("moving_mean")?, call.weight("moving_variance")?);
    let (gamma, beta) = (call.find_weight("gamma")?, call.find_weight("beta")?);
    let epsilon = call.float_or("epsilon", 1e-3);
    let raised = call.binary_scalar("graph.add", variance, epsilon)?;
    let deviation = call.unary("graph.sqrt", raised)?;
    let factor = match gamma {
        Some(gamma) => call.binary("graph.divide", gamma, deviation)?,
        None => call.unary("graph.reciprocal", deviation)?,
    };
    let product = call.binary("graph.multiply", mean, factor)?;
    let shift = match beta {
        Some(beta) => call.binary("graph.subtract", beta, product)?,
        None => call.unary("graph.negate", product)?,
    };
    let (factor, shift) = (along_axis(call, factor, axis, rank)?, along_axis(call, shift, axis, rank)?);
    let scaled = call.binary("graph.multiply", x, factor)?;
    Ok(vec![call.binary("graph.add", scaled, shift)?])
}

/// `(x - mean) / sqrt(variance + epsilon)` over axes.
fn standardize(call: &mut Call, x: Tracked, axes: &[usize], epsilon: f64) -> Result<Tracked, String> {
    let mean = call.reduce("graph.reduce_mean", x, axes)?;
    let centred = call.binary("graph.subtract", x, mean)?;
    let squares = call.binary("graph.multiply", centred, centred)?;
    let variance = call.reduce("graph.reduce_mean", squares, axes)?;
    let raised = call.binary_scalar("graph.add", variance, epsilon)?;
    let deviation = call.unary("graph.sqrt", raised)?;
    call.binary("graph.divide", centred, deviation)
}

/// A weight whose axes are some of `x`, in the shape that broadcasts to it.
fn spread(call: &mut Call, weight: Tracked, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let own = call.shape(weight).to_vec();
    if own.len() != axes.len() {
        return Err(format!("a weight must have {} axes", axes.len()));
    }
    let mut shape = vec![Dim::Static(1); call.rank(x)];
    axes.iter().zip(own).for_each(|(&axis, extent)| shape[axis] = extent);
    call.reshape(weight, &shape)
}

fn layer_normalization(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let rank = call.rank(x);
    let axes = axes_of(call, "axis", -1, rank)?;
    let epsilon = call.float_or("epsilon", 1e-3);
    let (gamma, beta) = (call.find_weight("gamma")?, call.find_weight("beta")?);
    if call.is_set("rms_scaling", false) {
        let y = root_mean_square(call, x, &axes, epsilon)?;
        let gamma = gamma.ok_or("weight \"gamma\" is missing")?;
        let gamma = spread(call, gamma, x, &axes)?;
        return Ok(vec![call.binary("graph.multiply", y, gamma)?]);
    }
    let is_last = axes.last() == Some(&(rank - 1)) && axes.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    if is_last {
        let mut operands = vec![x];
        operands.extend(gamma);
        operands.extend(beta);
        let mut given = vec![("axis", attribute(axes[0] as i64)), ("epsilon", attribute(epsilon))];
        if gamma.is_none() && beta.is_some() {
            given.push(("operandSegmentSizes", kiln_ir::Attribute::dense_i32s(&[1, 0, 1])));
        }
        return Ok(vec![call.emit("graph.layer_norm", &operands, &given)?]);
    }
    let mut y = standardize(call, x, &axes, epsilon)?;
    for (op, weight) in [("graph.multiply", gamma), ("graph.add", beta)] {
        if let Some(weight) = weight {
            let weight = spread(call, weight, x, &axes)?;
            y = call.binary(op, y, weight)?;
        }
    }
    Ok(vec![y])
}

/// Each group of channels of each example by itself.
fn group_normalization(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let (rank, shape) = (call.rank(x), call.shape(x).to_vec());
    let axis = normalize_axis(call.int_or("axis", -1), rank)?;
    let channels = shape[axis].as_static().ok_or("the number of channels is not known")?;
    let groups = match call.int_or("groups", 32) {
        -1 => channels,
        groups => u64::try_from(groups).map_err(|_| "groups must be positive")?,
    };
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(format!("{channels} channels do not fall into {groups} groups"));
    }
    let parted = [&shape[..axis], &[Dim::Static(groups), Dim::Static(channels / groups)], &shape[axis + 1..]].concat();
    let grouped = call.reshape(x, &parted)?;
    let axes: Vec<usize> = (1..=rank).filter(|&place| place != axis).collect();
    let epsilon = call.float_or("epsilon", 1e-3);
    let normal = standardize(call, grouped, &axes, epsilon)?;
    let mut y = call.reshape(normal, &shape)?;
    for (op, name) in [("graph.multiply", "gamma"), ("graph.add", "beta")] {
        if let Some(weight) = call.find_weight(name)? {
            let weight = along_axis(call, weight, axis, rank)?;
            y = call.binary(op, y, weight)?;
        }
    }
    Ok(vec![y])
}

/// `x / sqrt(mean(x^2) + epsilon)`.
fn root_mean_square(call: &mut Call, x: Tracked, axes: &[usize], epsilon: f64) -> Result<Tracked, String> {
    let squares = call.binary("graph.multiply", x, x)?;
    let mean = call.emit("graph.reduce_mean", &[squares], &[("axes", axes_attribute(axes))])?;
    let raised = call.binary_scalar("graph.add", mean, epsilon)?;
    let factor = call.unary("graph.rsqrt", raised)?;
    call.binary("graph.multiply", x, factor)
}

fn rms_normalization(call: &mut Call) -> Results {
    let (x, scale) = (call.first_as_floats()?, call.weight("scale")?);
    let axes = axes_of(call, "axis", -1, call.rank(x))?;
    let epsilon = call.float_or("epsilon", 1e-6);
    let y = root_mean_square(call, x, &axes, epsilon)?;
    let scale = spread(call, scale, x, &axes)?;
    Ok(vec![call.binary("graph.multiply", y, scale)?])
}

/// `x` by its length over axes.
fn unit_normalization(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let axes = axes_of(call, "axis", -1, call.rank(x))?;
    Ok(vec![unit(call, x, &axes, 1e-12)?])
}

/// `x` by its length over axes, of which no more is made than `1 / epsilon` times.
pub(crate) fn unit(call: &mut Call, x: Tracked, axes: &[usize], epsilon: f64) -> Result<Tracked, String> {
    let squares = call.binary("graph.multiply", x, x)?;
    let sum = call.reduce("graph.reduce_sum", squares, axes)?;
    let factor = call.unary("graph.rsqrt", sum)?;
    let factor = call.clamp(factor, None, Some(1.0 / epsilon))?;
    call.binary("graph.multiply", x, factor)
}
