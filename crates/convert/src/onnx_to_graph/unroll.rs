//! `Loop` and `Scan`, unrolled: how often they run must be known when the model is converted, and shapes may change from
//! round to round.

use super::scan::Walk;
use crate::conversion::branch::{convert_region, convert_region_data};
use crate::conversion::content::Item;
use crate::conversion::datum::{Data, data};
use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

/// The most rounds that are unrolled: each adds the whole body to the model.
pub(crate) const MOST_ROUNDS: usize = 256;

/// `Loop` with all its rounds, each after the other.
pub(crate) fn unrolled_loop(node: &mut Node) -> Data {
    let limit = match node.optional(0) {
        Some(limit) => Some(known(node, limit, |item| item.to_integer()?.as_constant())?),
        None => None,
    };
    let truth = |item: Item| if let Item::Bool(value) = item { Some(value) } else { None };
    let mut goes_on = match node.optional(1) {
        Some(condition) => known(node, condition, truth)?,
        None => true,
    };
    let mut carried = (2..node.input_count()).map(|index| node.datum(index)).collect::<Result<Vec<_>, _>>()?;
    let count = carried.len();
    let mut scanned = vec![Vec::new(); node.output_count().saturating_sub(count)];
    let mut round = 0;
    while goes_on && limit.is_none_or(|limit| round < limit) {
        check_rounds(round as usize + 1)?;
        let number = node.tensor(Tensor::scalar(round))?;
        let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
        let arguments = [data(vec![number, condition]), carried].concat();
        let yielded = convert_region_data(node, 0, arguments)?;
        let (condition, values) = yielded.split_first().ok_or("the body yields no condition")?;
        goes_on = known(node, condition.tensor()?, truth)?;
        carried = values.get(..count).ok_or("the body yields too few values")?.to_vec();
        for (rounds, value) in scanned.iter_mut().zip(&values[count..]) {
            rounds.push(value.tensor()?);
        }
        round += 1;
    }
    for rounds in &scanned {
        carried.push(stack(node, rounds, 0)?.into());
    }
    Ok(carried)
}

/// The only element of a constant.
pub(crate) fn known<T>(node: &Node, tensor: Tracked, read: impl Fn(Item) -> Option<T>) -> Result<T, String> {
    let first = node.content(tensor).and_then(|content| content.items.first().copied());
    first.and_then(read).ok_or_else(|| "how often the loop runs depends on data".into())
}

pub(crate) fn check_rounds(rounds: usize) -> Result<(), String> {
    match rounds > MOST_ROUNDS {
        true => Err(format!("it has more than {MOST_ROUNDS} rounds")),
        false => Ok(()),
    }
}

/// `Scan` with all its rounds: carries the states along the scanned inputs.
pub(crate) fn unrolled_scan(node: &mut Node, walk: &Walk) -> Results {
    let Walk { states, inputs, axes, .. } = walk;
    let (count, length) = (states.len(), walk.length(node)?);
    let length = length.as_static().ok_or("the length of what is scanned is not static")?;
    check_rounds(length as usize)?;
    let mut states = states.clone();
    let mut outputs = vec![Vec::new(); walk.outputs.len()];
    for round in 0..length {
        let mut arguments = states.clone();
        for ((&input, &axis), &backwards) in inputs.iter().zip(axes).zip(&walk.backwards) {
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
    node.drop_axes(part, &[axis])
}

/// Tensors of one shape side by side along a new axis.
pub(crate) fn stack(node: &mut Node, parts: &[Tracked], axis: i64) -> Result<Tracked, String> {
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
