//! Products of StableHLO: of tensors along any axes, and convolutions whose axes stand in any order.

use super::movement::dilated;
use super::stablehlo_data::{list, padded};
use crate::conversion::einsum::einsum;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[row("STABLEHLO_DOT_GENERAL", dot_general), row("STABLEHLO_CONVOLUTION", convolution)];

/// Both operands in the element type of the result.
fn operands(node: &mut Node) -> Result<[Tracked; 2], String> {
    let element = node.result_element(0)?;
    let (left, right) = (node.input(0)?, node.input(1)?);
    Ok([node.cast(left, element)?, node.cast(right, element)?])
}

fn dot_general(node: &mut Node) -> Results {
    let operands = operands(node)?;
    let axes = |node: &Node, name: &str, side: usize| -> Result<Vec<usize>, String> {
        let axes = node.ints(name).unwrap_or_default();
        axes.into_iter().map(|axis| normalize_axis(axis, node.rank(operands[side]))).collect()
    };
    let batch = [axes(node, "lhs_batching_dimensions", 0)?, axes(node, "rhs_batching_dimensions", 1)?];
    let summed = [axes(node, "lhs_contracting_dimensions", 0)?, axes(node, "rhs_contracting_dimensions", 1)?];
    if batch[0].len() != batch[1].len() || summed[0].len() != summed[1].len() {
        return Err("the operands differ in their number of axes that go together".into());
    }
    if node.rank(operands[0]) + node.rank(operands[1]) > 26 {
        return Err("there are too many axes".into());
    }
    // Axes that go together have the same letter: those of batches and those that are summed come first.
    let mut letters = 'a'..='z';
    let mut next = || letters.next().ok_or("there are too many axes");
    let shared = batch[0].iter().chain(&summed[0]).map(|_| next()).collect::<Result<Vec<char>, _>>()?;
    let mut texts = Vec::new();
    let mut free = String::new();
    for side in 0..2 {
        let mut text = String::new();
        for axis in 0..node.rank(operands[side]) {
            let place = batch[side].iter().chain(&summed[side]).position(|&other| other == axis);
            match place {
                Some(place) => text.push(shared[place]),
                None => {
                    let letter = next()?;
                    text.push(letter);
                    free.push(letter);
                }
            }
        }
        texts.push(text);
    }
    let batches: String = shared[..batch[0].len()].iter().collect();
    let equation = format!("{},{}->{batches}{free}", texts[0], texts[1]);
    Ok(vec![einsum(node, &equation, &operands)?])
}

/// The axes that an option and two more name: the first of them, then the second, then the rest.
fn order(node: &Node, rank: usize, first: &str, second: &str, rest: &str) -> Result<Vec<usize>, String> {
    let axis = |value| normalize_axis(value, rank);
    let mut order = vec![axis(node.option_int(first))?, axis(node.option_int(second))?];
    for value in node.ints(rest).unwrap_or_default() {
        order.push(axis(value)?);
    }
    let mut sorted = order.clone();
    sorted.sort_unstable();
    match sorted.iter().copied().eq(0..rank) {
        true => Ok(order),
        false => Err(format!("axes {order:?} are not those of {rank}")),
    }
}

fn convolution(node: &mut Node) -> Results {
    let [x, weights] = operands(node)?;
    let rank = node.rank(x);
    let spatial = rank.checked_sub(2).filter(|spatial| (1..=3).contains(spatial) && node.rank(weights) == rank);
    let spatial = spatial.ok_or("operands must have from 3 to 5 axes")?;
    let input = order(node, rank, "input_batch_dimension", "input_feature_dimension", "input_spatial_dimensions")?;
    let kernel = order(
        node,
        rank,
        "kernel_output_feature_dimension",
        "kernel_input_feature_dimension",
        "kernel_spatial_dimensions",
    )?;
    let output = order(node, rank, "output_batch_dimension", "output_feature_dimension", "output_spatial_dimensions")?;
    let strides = list(node, "window_strides", spatial, 1)?;
    let (of_input, of_window) = (list(node, "lhs_dilation", spatial, 1)?, list(node, "rhs_dilation", spatial, 1)?);
    let pads = list(node, "padding", 2 * spatial, 0)?;
    if strides.iter().chain(&of_window).any(|value| !(1..1 << 31).contains(value)) {
        return Err(format!("strides {strides:?} and dilations {of_window:?} must be positive"));
    }
    let mut x = node.transpose(x, &input)?;
    let mut weights = node.transpose(weights, &kernel)?;
    let flags = node.attribute("window_reversal").and_then(|flags| flags.as_array()).unwrap_or_default();
    let reversed: Vec<usize> = flags
        .iter()
        .enumerate()
        .filter(|(_, flag)| flag.as_bool() == Some(true))
        .map(|(axis, _)| axis + 2)
        .filter(|&axis| axis < rank)
        .collect();
    if !reversed.is_empty() {
        weights = node.reversed(weights, &reversed)?;
    }
    let zero = node.scalar(node.element(x), 0.0)?;
    x = dilated(node, x, &[&[1, 1], of_input.as_slice()].concat(), zero)?;
    let sides =
        |side: usize, keep: fn(i64) -> i64| -> Vec<i64> { pads.chunks_exact(2).map(|pair| keep(pair[side])).collect() };
    let with_batch = |pads: Vec<i64>| [&[0, 0], pads.as_slice()].concat();
    // What is negative cuts; the rest is the convolution's own padding.
    let cuts = [with_batch(sides(0, |pad| pad.min(0))), with_batch(sides(1, |pad| pad.min(0)))];
    x = padded(node, x, zero, &cuts[0], &cuts[1])?;
    let mut groups = node.option_int("feature_group_count").max(1);
    let batches = node.option_int("batch_group_count").max(1);
    if batches > 1 {
        x = batches_as_groups(node, x, batches)?;
        groups = batches;
    }
    let given = [
        ("strides", attribute(strides)),
        ("dilations", attribute(of_window)),
        ("pad_low", attribute(sides(0, |pad| pad.max(0)))),
        ("pad_high", attribute(sides(1, |pad| pad.max(0)))),
        ("groups", attribute(groups)),
        ("layout", attribute("channels_first")),
    ];
    let y = node.emit("graph.conv", &[x, weights], &given)?;
    let mut back = vec![0; rank];
    for (place, &axis) in output.iter().enumerate() {
        back[axis] = place;
    }
    Ok(vec![node.transpose(y, &back)?])
}

/// Parts of the batch as groups of features: each is convolved with its own part of the weights.
fn batches_as_groups(node: &mut Node, x: Tracked, groups: i64) -> Result<Tracked, String> {
    let shape = node.shape(x).to_vec();
    let (count, features) = (dim(constant(groups))?, dim(multiply(expr(shape[1])?, constant(groups))?)?);
    let rest = dim(floor_divide(expr(shape[0])?, constant(groups))?)?;
    let cut = node.reshape(x, &[&[count, rest], &shape[1..]].concat())?;
    let order: Vec<usize> = [1, 0].into_iter().chain(2..shape.len() + 1).collect();
    let moved = node.transpose(cut, &order)?;
    node.reshape(moved, &[&[rest, features], &shape[2..]].concat())
}
