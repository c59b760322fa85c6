//! Normalizations: of layers, instances, groups; by root mean square; by mean and variance.

use super::batch_normalization::per_channel;
use crate::conversion::emit::{attribute, broadcast_shape};
use crate::conversion::extent::{dim, expr, floor_divide, normalize_axes};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("LayerNormalization", layer_normalization),
    row("InstanceNormalization", instance_normalization),
    row_in("GroupNormalization", 18..=20, |node| group_normalization(node, true)),
    row_in("GroupNormalization", 21..=i64::MAX, |node| group_normalization(node, false)),
    row("RMSNormalization", rms_normalization),
    row("SimplifiedLayerNormalization", simplified_layer_normalization),
    row("MeanVarianceNormalization", mean_variance_normalization),
    row("LpNormalization", lp_normalization),
];

fn default_epsilon() -> f64 {
    f64::from(1e-5_f32)
}

fn layer_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    let axis = node.axis(-1, rank)?;
    let epsilon = node.float_or("epsilon", default_epsilon());
    let normalized = &node.shape(x)[axis..];
    let mut parameters = Vec::new();
    for index in [1, 2] {
        if let Some(parameter) = node.optional(index) {
            broadcast_shape(&[node.shape(parameter), normalized])?;
            parameters.push(node.broadcast(parameter, normalized)?);
        }
    }
    if node.output_count() == 1 {
        let mut operands = vec![x];
        operands.append(&mut parameters);
        let given = [("axis", attribute(axis as i64)), ("epsilon", attribute(epsilon))];
        return Ok(vec![node.emit("graph.layer_norm", &operands, &given)?]);
    }
    let axes: Vec<usize> = (axis..rank).collect();
    let work = if node.int_or("stash_type", 1) == 1 { node.cast(x, ElementType::F32)? } else { x };
    let (centred, mean) = centre(node, work, &axes)?;
    let inverse = inverse_deviation(node, centred, &axes, epsilon)?;
    let scaled = node.binary("graph.multiply", centred, inverse)?;
    let mut y = node.cast(scaled, node.element(x))?;
    for (parameter, op) in parameters.into_iter().zip(["graph.multiply", "graph.add"]) {
        y = node.binary(op, y, parameter)?;
    }
    Ok(vec![y, mean, inverse])
}

/// `x` less its mean along `axes`, and that mean.
pub(crate) fn centre(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<(Tracked, Tracked), String> {
    let mean = node.reduce("graph.reduce_mean", x, axes)?;
    Ok((node.binary("graph.subtract", x, mean)?, mean))
}

/// `1 / sqrt(mean(x * x) + epsilon)` along `axes`.
pub(crate) fn inverse_deviation(node: &mut Node, x: Tracked, axes: &[usize], epsilon: f64) -> Result<Tracked, String> {
    let squares = node.binary("graph.multiply", x, x)?;
    let variance = node.reduce("graph.reduce_mean", squares, axes)?;
    let shifted = node.binary_scalar("graph.add", variance, epsilon)?;
    node.unary("graph.rsqrt", shifted)
}

/// Mean 0 and variance 1 along `axes`.
fn normalize(node: &mut Node, x: Tracked, axes: &[usize], epsilon: f64) -> Result<Tracked, String> {
    let (centred, _) = centre(node, x, axes)?;
    let inverse = inverse_deviation(node, centred, axes, epsilon)?;
    node.binary("graph.multiply", centred, inverse)
}

fn instance_normalization(node: &mut Node) -> Results {
    let (x, scale, bias) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let axes: Vec<usize> = (2..node.rank(x)).collect();
    let normalized = normalize(node, x, &axes, node.float_or("epsilon", default_epsilon()))?;
    Ok(vec![scale_channels(node, normalized, scale, bias)?])
}

fn scale_channels(node: &mut Node, x: Tracked, scale: Tracked, bias: Tracked) -> Result<Tracked, String> {
    let scale = per_channel(node, x, scale)?;
    let bias = per_channel(node, x, bias)?;
    let scaled = node.binary("graph.multiply", x, scale)?;
    node.binary("graph.add", scaled, bias)
}

/// Groups of channels; at first with one scale a group, since opset 21 with one a channel.
fn group_normalization(node: &mut Node, by_group: bool) -> Results {
    let (x, scale, bias) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let shape = node.shape(x);
    let groups = node.int("num_groups").filter(|&groups| groups > 0).ok_or("num_groups must be positive")?;
    let channels = expr(*shape.get(1).ok_or("the input has no channel axis")?)?;
    let each = dim(floor_divide(channels, DimExpr::constant(groups))?)?;
    let mut grouped = vec![shape[0], Dim::Static(groups as u64), each];
    grouped.extend(&shape[2..]);
    let element = node.element(x);
    let epsilon = node.float_or("epsilon", default_epsilon());
    let in_f32 = node.version >= 21 && node.int_or("stash_type", 1) == 1;
    let work = if in_f32 { node.cast(x, ElementType::F32)? } else { x };
    let split = node.reshape(work, &grouped)?;
    let axes: Vec<usize> = (2..grouped.len()).collect();
    let normalized = normalize(node, split, &axes, epsilon)?;
    let normalized = node.cast(normalized, element)?;
    if by_group {
        let scaled = scale_channels(node, normalized, scale, bias)?;
        return Ok(vec![node.reshape(scaled, shape)?]);
    }
    let flat = node.reshape(normalized, shape)?;
    Ok(vec![scale_channels(node, flat, scale, bias)?])
}

fn rms_normalization(node: &mut Node) -> Results {
    Ok(vec![scaled_by_rms(node)?.0])
}

/// As exporters wrote it before there was an operator for it in the standard: with what was multiplied with, too.
fn simplified_layer_normalization(node: &mut Node) -> Results {
    let (y, inverse) = scaled_by_rms(node)?;
    Ok(vec![y, inverse])
}

/// The input divided by the root of the mean of its squares, and one divided by that root.
fn scaled_by_rms(node: &mut Node) -> Result<(Tracked, Tracked), String> {
    let (x, scale) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let axis = node.axis(-1, rank)?;
    let axes: Vec<usize> = (axis..rank).collect();
    let work = if node.int_or("stash_type", 1) == 1 { node.cast(x, ElementType::F32)? } else { x };
    let inverse = inverse_deviation(node, work, &axes, node.float_or("epsilon", default_epsilon()))?;
    let normalized = node.binary("graph.multiply", work, inverse)?;
    let normalized = node.cast(normalized, node.element(scale))?;
    Ok((node.binary("graph.multiply", normalized, scale)?, inverse))
}

fn mean_variance_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axes = normalize_axes(&node.ints("axes").unwrap_or_else(|| vec![0, 2, 3]), node.rank(x))?;
    let (centred, _) = centre(node, x, &axes)?;
    let squares = node.binary("graph.multiply", centred, centred)?;
    let variance = node.reduce("graph.reduce_mean", squares, &axes)?;
    let deviation = node.unary("graph.sqrt", variance)?;
    let divisor = node.binary_scalar("graph.add", deviation, 1e-9)?;
    Ok(vec![node.binary("graph.divide", centred, divisor)?])
}

fn lp_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axis = node.axis(-1, node.rank(x))?;
    let norm = match node.int_or("p", 2) {
        1 => {
            let magnitude = node.unary("graph.abs", x)?;
            node.reduce("graph.reduce_sum", magnitude, &[axis])?
        }
        2 => {
            let squares = node.binary("graph.multiply", x, x)?;
            let sum = node.reduce("graph.reduce_sum", squares, &[axis])?;
            node.unary("graph.sqrt", sum)?
        }
        other => return Err(format!("norm {other} is neither 1 nor 2")),
    };
    // Nothing divided by nothing is nothing here.
    let zero = node.scalar(node.element(x), 0.0)?;
    let one = node.scalar(node.element(x), 1.0)?;
    let empty = node.binary("graph.equal", norm, zero)?;
    let divisor = node.select(empty, one, norm)?;
    Ok(vec![node.binary("graph.divide", x, divisor)?])
}
