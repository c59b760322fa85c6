//! `Loop` and `Scan`, unrolled: how often they run must be known when the model is converted.

use super::content::Item;
use super::control::convert_region;
use super::conversion::Tracked;
use super::extent::normalize_axis;
use super::node::{Node, Results, Row, row, row_in};
use super::reduction::drop_axes;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] =
    &[row("Loop", convert_loop), row_in("Scan", 8..=8, batched_scan), row_in("Scan", 9..=i64::MAX, scan)];

/// The most rounds that are unrolled: each adds the whole body to the model.
const MOST_ROUNDS: usize = 256;

fn convert_loop(node: &mut Node) -> Results {
    let limit = match node.optional(0) {
        Some(limit) => Some(known(node, limit, |item| item.to_integer()?.as_constant())?),
        None => None,
    };
    let truth = |item: Item| if let Item::Bool(value) = item { Some(value) } else { None };
    let mut goes_on = match node.optional(1) {
        Some(condition) => known(node, condition, truth)?,
        None => true,
    };
    let mut carried = (2..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?;
    let count = carried.len();
    let mut scanned = vec![Vec::new(); node.output_count().saturating_sub(count)];
    let mut round = 0;
    while goes_on && limit.is_none_or(|limit| round < limit) {
        check_rounds(round as usize + 1)?;
        let number = node.tensor(Tensor::scalar(round))?;
        let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
        let yielded = convert_region(node, 0, &[&[number, condition], carried.as_slice()].concat())?;
        let (&condition, values) = yielded.split_first().ok_or("the body yields no condition")?;
        goes_on = known(node, condition, truth)?;
        carried = values.get(..count).ok_or("the body yields too few values")?.to_vec();
        for (rounds, &value) in scanned.iter_mut().zip(&values[count..]) {
            rounds.push(value);
        }
        round += 1;
    }
    for rounds in &scanned {
        carried.push(stack(node, rounds, 0)?);
    }
    Ok(carried)
}

/// The only element of a constant.
fn known<T>(node: &Node, tensor: Tracked, read: impl Fn(Item) -> Option<T>) -> Result<T, String> {
    let first = node.content(tensor).and_then(|content| content.items.first().copied());
    first.and_then(read).ok_or_else(|| "how often the loop runs depends on data".into())
}

fn check_rounds(rounds: usize) -> Result<(), String> {
    match rounds > MOST_ROUNDS {
        true => Err(format!("loops of more than {MOST_ROUNDS} rounds are not supported")),
        false => Ok(()),
    }
}

/// How a scan walks: for each input and output the axis, and whether backwards.
struct Walk {
    inputs: Vec<(i64, bool)>,
    outputs: Vec<(i64, bool)>,
}

impl Walk {
    fn read(node: &Node, inputs: usize, outputs: usize) -> Walk {
        let list = |axes: &str, directions: &str, count: usize| {
            let (axes, directions) = (node.ints(axes).unwrap_or_default(), node.ints(directions).unwrap_or_default());
            let at = |index: usize| {
                (axes.get(index).copied().unwrap_or(0), directions.get(index).is_some_and(|&value| value != 0))
            };
            (0..count).map(at).collect()
        };
        let directions = if node.opset == 8 { "directions" } else { "scan_input_directions" };
        Walk {
            inputs: list("scan_input_axes", directions, inputs),
            outputs: list("scan_output_axes", "scan_output_directions", outputs),
        }
    }
}

fn scan(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    walk(node, &inputs)
}

/// The first version: every input has the batch as its first axis.
fn batched_scan(node: &mut Node) -> Results {
    if node.optional(0).is_some() {
        return Err("sequences of differing lengths are not supported".into());
    }
    let inputs = (1..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?;
    let batch = inputs.first().and_then(|&input| node.shape(input).first()?.as_static());
    let batch = batch.ok_or("the batch must be static")?;
    check_rounds(batch as usize)?;
    let mut results = vec![Vec::new(); node.output_count()];
    for position in 0..batch {
        let mut parts = Vec::new();
        for &input in &inputs {
            parts.push(element(node, input, 0, position)?);
        }
        for (parts, part) in results.iter_mut().zip(walk(node, &parts)?) {
            parts.push(part);
        }
    }
    results.iter().map(|parts| stack(node, parts, 0)).collect()
}

/// Carries the states along the scanned inputs.
fn walk(node: &mut Node, inputs: &[Tracked]) -> Results {
    let scanned = usize::try_from(node.int_or("num_scan_inputs", 0)).unwrap_or(0);
    let count = inputs.len().checked_sub(scanned).ok_or("there are fewer inputs than are scanned")?;
    let (states, inputs) = inputs.split_at(count);
    let walk = Walk::read(node, scanned, node.output_count().saturating_sub(count));
    let mut axes = Vec::new();
    for (&input, &(axis, _)) in inputs.iter().zip(&walk.inputs) {
        axes.push(normalize_axis(axis, node.rank(input))?);
    }
    let first = *inputs.first().ok_or("nothing is scanned")?;
    let length = node.shape(first)[axes[0]].as_static().ok_or("the length of what is scanned must be static")?;
    check_rounds(length as usize)?;
    let mut states = states.to_vec();
    let mut outputs = vec![Vec::new(); walk.outputs.len()];
    for round in 0..length {
        let mut arguments = states.clone();
        for ((&input, &axis), &(_, backwards)) in inputs.iter().zip(&axes).zip(&walk.inputs) {
            let position = if backwards { length - 1 - round } else { round };
            arguments.push(element(node, input, axis, position)?);
        }
        let yielded = convert_region(node, 0, &arguments)?;
        states = yielded.get(..count).ok_or("the body yields too few values")?.to_vec();
        for (rounds, &value) in outputs.iter_mut().zip(&yielded[count..]) {
            rounds.push(value);
        }
    }
    for (mut rounds, &(axis, backwards)) in outputs.into_iter().zip(&walk.outputs) {
        if backwards {
            rounds.reverse();
        }
        states.push(stack(node, &rounds, axis)?);
    }
    Ok(states)
}

/// One element of an axis, which is dropped.
pub(crate) fn element(node: &mut Node, x: Tracked, axis: usize, position: u64) -> Result<Tracked, String> {
    let part = node.slice_axis(x, axis, Dim::Static(position), Dim::Static(1))?;
    drop_axes(node, part, &[axis])
}

/// Tensors of one shape side by side along a new axis.
fn stack(node: &mut Node, parts: &[Tracked], axis: i64) -> Result<Tracked, String> {
    let first = *parts.first().ok_or("a loop without a round yields tensors of unknown shape")?;
    let axis = normalize_axis(axis, node.rank(first) + 1)?;
    let mut apart = Vec::with_capacity(parts.len());
    for &part in parts {
        let mut shape = node.shape(part).to_vec();
        shape.insert(axis, Dim::Static(1));
        apart.push(node.reshape(part, &shape)?);
    }
    node.concat(&apart, axis)
}
