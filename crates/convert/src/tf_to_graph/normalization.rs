//! Batch normalization, biases, normalization across channels.

use super::window::is_channels_last;
use crate::conversion::emit::attribute;
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("FusedBatchNorm", batch_norm),
    row("FusedBatchNormV2", batch_norm),
    row("FusedBatchNormV3", batch_norm),
    row("_FusedBatchNormEx", |node| {
        let mut results = batch_norm(node)?;
        let activation = node.string_or("activation_mode", "Identity");
        if node.int_or("num_side_inputs", 0) > 0 {
            let side = node.input(5)?;
            results[0] = node.binary("graph.add", results[0], side)?;
        }
        results[0] = super::matmul::fused_activation(node, results[0], activation)?;
        Ok(results)
    }),
    row("BatchNormWithGlobalNormalization", |node| {
        let (x, mean, variance) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let (offset, scale) = (node.input(3)?, node.input(4)?);
        let scale = if node.flag("scale_after_normalization", true) { Some(scale) } else { None };
        let epsilon = node.float_or("variance_epsilon", 1e-3);
        Ok(vec![normalize(node, x, scale, offset, (mean, variance), epsilon)?])
    }),
    row("BiasAdd", |node| {
        let (x, bias) = (node.input(0)?, node.input(1)?);
        Ok(vec![add_bias(node, x, bias)?])
    }),
    row("BiasAddV1", |node| {
        let (x, bias) = (node.input(0)?, node.input(1)?);
        Ok(vec![node.binary("graph.add", x, bias)?])
    }),
    row("LRN", lrn),
];

/// A vector of channels in the shape in which it stretches over `x`.
fn of_channels(node: &mut Node, x: Tracked, vector: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    if is_channels_last(node) || rank < 3 {
        return Ok(vector);
    }
    let mut shape = vec![Dim::Static(1); rank - 1];
    shape[0] = *node.shape(vector).first().ok_or("channels are a vector")?;
    node.reshape(vector, &shape)
}

/// `x` and a bias for each channel.
pub(crate) fn add_bias(node: &mut Node, x: Tracked, bias: Tracked) -> Result<Tracked, String> {
    let bias = of_channels(node, x, bias)?;
    node.binary("graph.add", x, bias)
}

/// `(x - mean) / sqrt(variance + epsilon) * scale + offset`.
pub(crate) fn normalize(
    node: &mut Node,
    x: Tracked,
    scale: Option<Tracked>,
    offset: Tracked,
    (mean, variance): (Tracked, Tracked),
    epsilon: f64,
) -> Result<Tracked, String> {
    let spread = node.binary_scalar("graph.add", variance, epsilon)?;
    let mut factor = node.unary("graph.rsqrt", spread)?;
    if let Some(scale) = scale {
        factor = node.binary("graph.multiply", factor, scale)?;
    }
    let moved = node.binary("graph.multiply", mean, factor)?;
    let shift = node.binary("graph.subtract", offset, moved)?;
    let (factor, shift) = (of_channels(node, x, factor)?, of_channels(node, x, shift)?);
    let (element, wide) = (node.element(x), node.element(factor));
    let x = node.cast(x, wide)?;
    let scaled = node.binary("graph.multiply", x, factor)?;
    let result = node.binary("graph.add", scaled, shift)?;
    node.cast(result, element)
}

fn batch_norm(node: &mut Node) -> Results {
    let (x, scale, offset) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let epsilon = node.float_or("epsilon", f64::from(1e-4f32));
    if !node.flag("is_training", true) {
        let (mean, variance) = (node.input(3)?, node.input(4)?);
        let y = normalize(node, x, Some(scale), offset, (mean, variance), epsilon)?;
        return Ok(vec![y, mean, variance, mean, variance, mean]);
    }
    let rank = node.rank(x);
    let channel = if is_channels_last(node) { rank - 1 } else { 1 };
    let axes: Vec<usize> = (0..rank).filter(|&axis| axis != channel).collect();
    let wide = node.cast(x, ElementType::F32)?;
    let mean = node.reduce("graph.reduce_mean", wide, &axes)?;
    let difference = node.binary("graph.subtract", wide, mean)?;
    let square = node.binary("graph.multiply", difference, difference)?;
    let variance = node.reduce("graph.reduce_mean", square, &axes)?;
    let (mean, variance) = (node.drop_axes(mean, &axes)?, node.drop_axes(variance, &axes)?);
    let y = normalize(node, x, Some(scale), offset, (mean, variance), epsilon)?;
    // The variance that is given out is that of a sample.
    let others: Vec<Dim> = axes.iter().map(|&axis| node.shape(x)[axis]).collect();
    let count = node.extent(element_count(&others)?);
    let count = node.cast(count, ElementType::F32)?;
    let less = node.binary_scalar("graph.subtract", count, 1.0)?;
    let less = node.clamp(less, Some(1.0), None)?;
    let ratio = node.binary("graph.divide", count, less)?;
    let sample = node.binary("graph.multiply", variance, ratio)?;
    Ok(vec![y, mean, sample, mean, variance, mean])
}

/// Here the mean is a sum, and so is what it is weighted with.
fn lrn(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let radius = node.int_or("depth_radius", 5);
    if !(0..1 << 20).contains(&radius) {
        return Err(format!("depth_radius {radius} cannot be"));
    }
    let size = 2 * radius + 1;
    let given = [
        ("size", attribute(size)),
        ("alpha", attribute(node.float_or("alpha", 1.0) * size as f64)),
        ("beta", attribute(node.float_or("beta", 0.5))),
        ("bias", attribute(node.float_or("bias", 1.0))),
        ("layout", attribute("channels_last")),
    ];
    Ok(vec![node.emit("graph.lrn", &[x], &given)?])
}
