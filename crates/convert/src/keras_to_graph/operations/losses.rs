//! Operations of `keras.ops` that say how far results are from what is wanted.

use super::super::call::{Call, Row, plain};
use super::binary::operands;
use super::segments::hits;
use crate::conversion::emit::attribute;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.BinaryCrossentropy", binary),
    plain("ops.CategoricalCrossentropy", categorical),
    plain("ops.SparseCategoricalCrossentropy", sparse),
    plain("ops.PSNR", signal_to_noise),
];

/// What shares are at least, and less than one at most.
const EPSILON: f64 = 1e-7;

fn both(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let (target, output) = (call.values(0, "target")?, call.values(1, "output")?);
    let output = call.as_float(output)?;
    let output_element = call.element(output);
    Ok((call.cast(target, output_element)?, output))
}

fn share(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    call.clamp(x, Some(EPSILON), Some(1.0 - EPSILON))
}

fn binary(call: &mut Call) -> Results {
    let (target, output) = both(call)?;
    let output_element = call.element(output);
    let one = call.scalar(output_element, 1.0)?;
    let rest = call.binary("graph.subtract", one, target)?;
    // The logarithms of the share and of what is left of it.
    let (log, other) = match call.is_set("from_logits", false) {
        true => {
            let negated = call.unary("graph.negate", output)?;
            let (above, below) = (call.unary("graph.softplus", negated)?, call.unary("graph.softplus", output)?);
            (call.unary("graph.negate", above)?, call.unary("graph.negate", below)?)
        }
        false => {
            let output = share(call, output)?;
            let left = call.binary("graph.subtract", one, output)?;
            (call.unary("graph.log", output)?, call.unary("graph.log", left)?)
        }
    };
    let (first, second) = (call.binary("graph.multiply", target, log)?, call.binary("graph.multiply", rest, other)?);
    let sum = call.binary("graph.add", first, second)?;
    Ok(vec![call.unary("graph.negate", sum)?])
}

/// The negated sum of logarithms along an axis, weighed by what is wanted.
fn crossed(call: &mut Call, target: Tracked, logs: Tracked, axis: usize) -> Results {
    let weighed = call.binary("graph.multiply", target, logs)?;
    let sum = call.reduce("graph.reduce_sum", weighed, &[axis])?;
    let sum = call.drop_axes(sum, &[axis])?;
    Ok(vec![call.unary("graph.negate", sum)?])
}

fn categorical(call: &mut Call) -> Results {
    let (target, output) = both(call)?;
    let axis = call.axis_at(3, "axis", -1, call.rank(output))?;
    let logs = match call.is_set("from_logits", false) {
        true => call.emit("graph.log_softmax", &[output], &[("axis", attribute(axis as i64))])?,
        false => {
            let total = call.reduce("graph.reduce_sum", output, &[axis])?;
            let shares = call.binary("graph.divide", output, total)?;
            let shares = share(call, shares)?;
            call.unary("graph.log", shares)?
        }
    };
    crossed(call, target, logs, axis)
}

/// What is wanted are numbers of classes.
fn sparse(call: &mut Call) -> Results {
    let (target, output) = (call.values(0, "target")?, call.values(1, "output")?);
    let output = call.as_float(output)?;
    let last = call.rank(output).checked_sub(1).ok_or("the output has no axes")?;
    let target = match call.rank(target) == last + 1 && call.shape(target)[last].is(1) {
        true => call.drop_axes(target, &[last])?,
        false => target,
    };
    // Shares are scaled to a sum of 1, as the logarithms of any numbers are.
    let logits = match call.is_set("from_logits", false) {
        true => output,
        false => {
            let output = share(call, output)?;
            call.unary("graph.log", output)?
        }
    };
    let logs = call.emit("graph.log_softmax", &[logits], &[("axis", attribute(last as i64))])?;
    let count = call.shape(output)[last].as_static().ok_or("the number of classes is not known")?;
    let target = call.cast(target, ElementType::I64)?;
    let logs_element = call.element(logs);
    let hits = hits(call, target, last, count, logs_element)?;
    crossed(call, hits, logs, last)
}

/// The ratio of the largest value to the mean error, in decibels.
fn signal_to_noise(call: &mut Call) -> Results {
    let (a, b) = operands(call)?;
    let most = call.number_at(2, "max_val").ok_or("max_val is missing")?;
    let difference = call.binary("graph.subtract", a, b)?;
    let squares = call.binary("graph.multiply", difference, difference)?;
    let axes: Vec<usize> = (0..call.rank(squares)).collect();
    let error = call.reduce("graph.reduce_mean", squares, &axes)?;
    let log = call.unary("graph.log", error)?;
    let scaled = call.binary_scalar("graph.multiply", log, -10.0 / std::f64::consts::LN_10)?;
    let ratio = call.binary_scalar("graph.add", scaled, 20.0 * most.log10())?;
    Ok(vec![call.drop_axes(ratio, &axes)?])
}
