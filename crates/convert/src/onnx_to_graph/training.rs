//! Steps of optimizers: `Momentum`, `Adam`, `Adagrad`.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("ai.onnx.preview.training.Momentum", |node| each(node, 1, momentum)),
    row("ai.onnx.preview.training.Adam", |node| each(node, 2, adam)),
    row("ai.onnx.preview.training.Adagrad", |node| each(node, 1, adagrad)),
];

/// What a step starts from: a tensor, its gradient with the regularization, its statistics; the rate and the count.
struct Step<'a> {
    x: Tracked,
    gradient: Tracked,
    statistics: &'a [Tracked],
    rate: Tracked,
    count: Tracked,
}

type Rule = fn(&mut Node, &Step) -> Results;

/// Applies a rule to each tensor. Inputs and outputs are grouped by what they are: all tensors, all gradients, and so on.
fn each(node: &mut Node, statistics: usize, rule: Rule) -> Results {
    let (rate, count) = (node.input(0)?, node.input(1)?);
    let groups = statistics + 2;
    let tensors = node.input_count().saturating_sub(2) / groups;
    let mut outputs = vec![Vec::new(); statistics + 1];
    for index in 0..tensors {
        let input = |group: usize| node.input(2 + group * tensors + index);
        let (x, gradient) = (input(0)?, input(1)?);
        let statistics = (2..groups).map(input).collect::<Result<Vec<_>, _>>()?;
        let (rate, count) = (node.cast(rate, node.element(x))?, node.cast(count, node.element(x))?);
        let penalty = node.binary_scalar("graph.multiply", x, node.float_or("norm_coefficient", 0.0))?;
        let gradient = node.binary("graph.add", penalty, gradient)?;
        let results = rule(node, &Step { x, gradient, statistics: &statistics, rate, count })?;
        for (group, result) in outputs.iter_mut().zip(results) {
            group.push(result);
        }
    }
    Ok(outputs.concat())
}

/// `a * left + b * right`.
fn blend(node: &mut Node, a: f64, left: Tracked, b: f64, right: Tracked) -> Result<Tracked, String> {
    let left = node.binary_scalar("graph.multiply", left, a)?;
    let right = node.binary_scalar("graph.multiply", right, b)?;
    node.binary("graph.add", left, right)
}

/// `x - rate * direction`.
fn moved(node: &mut Node, x: Tracked, rate: Tracked, direction: Tracked) -> Result<Tracked, String> {
    let step = node.binary("graph.multiply", rate, direction)?;
    node.binary("graph.subtract", x, step)
}

fn is_later(node: &mut Node, step: &Step) -> Result<Tracked, String> {
    let zero = node.scalar(node.element(step.count), 0.0)?;
    node.binary("graph.greater", step.count, zero)
}

fn momentum(node: &mut Node, step: &Step) -> Results {
    let (alpha, beta) = (node.float_or("alpha", 0.0), node.float_or("beta", 0.0));
    let later = is_later(node, step)?;
    let element: ElementType = node.element(step.x);
    let (beta, one) = (node.scalar(element, beta)?, node.scalar(element, 1.0)?);
    let beta = node.select(later, beta, one)?;
    let kept = node.binary_scalar("graph.multiply", step.statistics[0], alpha)?;
    let added = node.binary("graph.multiply", beta, step.gradient)?;
    let velocity = node.binary("graph.add", kept, added)?;
    let direction = match node.string_or("mode", "standard") {
        "standard" => velocity,
        "nesterov" => {
            let ahead = node.binary_scalar("graph.multiply", velocity, alpha)?;
            node.binary("graph.add", step.gradient, ahead)?
        }
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    Ok(vec![moved(node, step.x, step.rate, direction)?, velocity])
}

fn adagrad(node: &mut Node, step: &Step) -> Results {
    let decay = node.binary_scalar("graph.multiply", step.count, node.float_or("decay_factor", 0.0))?;
    let decay = node.binary_scalar("graph.add", decay, 1.0)?;
    let rate = node.binary("graph.divide", step.rate, decay)?;
    let square = node.binary("graph.multiply", step.gradient, step.gradient)?;
    let squares = node.binary("graph.add", step.statistics[0], square)?;
    let root = node.unary("graph.sqrt", squares)?;
    let root = node.binary_scalar("graph.add", root, node.float_or("epsilon", 0.0))?;
    let direction = node.binary("graph.divide", step.gradient, root)?;
    Ok(vec![moved(node, step.x, rate, direction)?, squares])
}

fn adam(node: &mut Node, step: &Step) -> Results {
    let (alpha, beta) = (node.float_or("alpha", 0.9), node.float_or("beta", 0.999));
    let mean = blend(node, alpha, step.statistics[0], 1.0 - alpha, step.gradient)?;
    let square = node.binary("graph.multiply", step.gradient, step.gradient)?;
    let variance = blend(node, beta, step.statistics[1], 1.0 - beta, square)?;
    let root = node.unary("graph.sqrt", variance)?;
    let root = node.binary_scalar("graph.add", root, node.float_or("epsilon", 0.0))?;
    // Both averages start at 0; from the second step on, the rate makes up for it.
    let (mean_rest, variance_rest) = (rest(node, alpha, step)?, rest(node, beta, step)?);
    let factor = node.unary("graph.sqrt", variance_rest)?;
    let adjusted = node.binary("graph.multiply", step.rate, factor)?;
    let adjusted = node.binary("graph.divide", adjusted, mean_rest)?;
    let later = is_later(node, step)?;
    let rate = node.select(later, adjusted, step.rate)?;
    let direction = node.binary("graph.divide", mean, root)?;
    let x = moved(node, step.x, rate, direction)?;
    let x = node.binary_scalar("graph.multiply", x, 1.0 - node.float_or("norm_coefficient_post", 0.0))?;
    Ok(vec![x, mean, variance])
}

/// `1 - base ^ count`.
fn rest(node: &mut Node, base: f64, step: &Step) -> Result<Tracked, String> {
    let element = node.element(step.count);
    let (base, one) = (node.scalar(element, base)?, node.scalar(element, 1.0)?);
    let power = node.binary("graph.power", base, step.count)?;
    node.binary("graph.subtract", one, power)
}
