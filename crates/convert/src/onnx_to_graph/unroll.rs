//! `Loop` and `Scan`, unrolled: how often they run must be known when the model is converted, and shapes may change from
//! round to round.

use super::scan::Walk;
pub(crate) use crate::conversion::attempt::{MOST_ROUNDS, check_rounds, element, known, stack};
use crate::conversion::branch::{convert_region, convert_region_data};
use crate::conversion::content::Item;
use crate::conversion::datum::{Data, data};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use kiln_tensor::Tensor;

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
