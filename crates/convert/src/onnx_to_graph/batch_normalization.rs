//! `BatchNormalization`: in inference, a scale and a shift for each channel.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("BatchNormalization", batch_normalization)];

/// `(x - mean) * (scale / sqrt(variance + epsilon)) + bias`, with the constants in a form that folding turns into one
/// scale and one shift.
fn batch_normalization(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (scale, bias) = (node.input(1)?, node.input(2)?);
    let epsilon = node.float_or("epsilon", f64::from(1e-5_f32));
    if node.int_or("spatial", 1) == 0 {
        return Err("statistics for each position (spatial = 0) are not supported".into());
    }
    if node.version < 7 && !node.flag("is_test", false) {
        return Err("training mode (is_test = 0) is not supported in this opset".into());
    }
    let training = node.flag("training_mode", false);
    if !training && (1..node.output_count()).any(|index| node.is_output_used(index)) {
        return Err("outputs beyond the first exist in training mode only".into());
    }
    if training {
        return train(node, x, epsilon);
    }
    let (mean, variance) = (node.input(3)?, node.input(4)?);
    let factor = factor(node, scale, variance, epsilon)?;
    let element = node.element(factor);
    let (mean, bias) = (node.cast(mean, element)?, node.cast(bias, element)?);
    let product = node.binary("graph.multiply", mean, factor)?;
    let shift = node.binary("graph.subtract", bias, product)?;
    Ok(vec![apply(node, x, factor, shift)?])
}

/// `scale / sqrt(variance + epsilon)` in the precision of the statistics.
fn factor(node: &mut Node, scale: Tracked, variance: Tracked, epsilon: f64) -> Result<Tracked, String> {
    let shifted = node.binary_scalar("graph.add", variance, epsilon)?;
    let deviation = node.unary("graph.sqrt", shifted)?;
    let scale = node.cast(scale, node.element(deviation))?;
    node.binary("graph.divide", scale, deviation)
}

/// `x * factor + shift`, channel by channel.
fn apply(node: &mut Node, x: Tracked, factor: Tracked, shift: Tracked) -> Result<Tracked, String> {
    let element = node.element(x);
    let (factor, shift) = (node.cast(factor, element)?, node.cast(shift, element)?);
    let (factor, shift) = (per_channel(node, x, factor)?, per_channel(node, x, shift)?);
    let scaled = node.binary("graph.multiply", x, factor)?;
    node.binary("graph.add", scaled, shift)
}

/// One element a channel, in the shape that broadcasts to `x`.
pub(crate) fn per_channel(node: &mut Node, x: Tracked, values: Tracked) -> Result<Tracked, String> {
    let channels = *node.shape(x).get(1).ok_or("the input has no channel axis")?;
    let values = node.expect_shape(values, &[channels], "each parameter")?;
    let mut shape = vec![Dim::Static(1); node.rank(x) - 1];
    shape[0] = channels;
    node.reshape(values, &shape)
}

/// Training mode: statistics of this batch, and running ones as further outputs.
fn train(node: &mut Node, x: Tracked, epsilon: f64) -> Results {
    let (scale, bias) = (node.input(1)?, node.input(2)?);
    let (mean, variance) = (node.input(3)?, node.input(4)?);
    let momentum = node.float_or("momentum", f64::from(0.9_f32));
    let axes: Vec<usize> = (0..node.rank(x)).filter(|&axis| axis != 1).collect();
    let channels = [*node.shape(x).get(1).ok_or("the input has no channel axis")?];
    let batch_mean = node.reduce("graph.reduce_mean", x, &axes)?;
    let centred = node.binary("graph.subtract", x, batch_mean)?;
    let squares = node.binary("graph.multiply", centred, centred)?;
    let batch_variance = node.reduce("graph.reduce_mean", squares, &axes)?;
    let (batch_mean, batch_variance) = (node.reshape(batch_mean, &channels)?, node.reshape(batch_variance, &channels)?);
    let factor = factor(node, scale, batch_variance, epsilon)?;
    let product = node.binary("graph.multiply", batch_mean, factor)?;
    let shift = node.binary("graph.subtract", bias, product)?;
    let y = apply(node, x, factor, shift)?;
    let mut results = vec![y];
    for (running, batch) in [(mean, batch_mean), (variance, batch_variance)] {
        let kept = node.binary_scalar("graph.multiply", running, momentum)?;
        let new = node.binary_scalar("graph.multiply", batch, 1.0 - momentum)?;
        results.push(node.binary("graph.add", kept, new)?);
    }
    Ok(results)
}
