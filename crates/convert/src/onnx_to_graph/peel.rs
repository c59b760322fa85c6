//! Loops that carry an optional which the first round makes a sequence of: that round stands before the loop.

use super::loops::Beginning;
use super::sequence_loops::rest_of_rounds;
use crate::conversion::branch::{branches, convert_region_data};
use crate::conversion::datum::{Data, Datum};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_tensor::Tensor;

/// A loop with its first round before it, if that runs; without it, optionals that are carried give their values.
pub(crate) fn peeled(node: &mut Node, initial: &[Datum]) -> Data {
    if node.output_count() > initial.len() {
        return Err("its rounds give values to stack".into());
    }
    let beginning = Beginning::of(node);
    let (count, condition) = (beginning.count_of(node)?, beginning.condition_of(node)?);
    let is_asked_for = node.binary_scalar("graph.greater", count, 0.0)?;
    let runs = node.binary("graph.and", is_asked_for, condition)?;
    branches(node, runs, &|node| all_rounds(node, initial, count), &|_| {
        let value = |datum: &Datum| match datum {
            Datum::Optional(optional) => optional.value.clone().ok_or("an optional that the loop carries is empty"),
            datum => Ok(datum.clone()),
        };
        Ok(initial.iter().map(value).collect::<Result<_, _>>()?)
    })
}

/// The first round, and those that follow.
fn all_rounds(node: &mut Node, initial: &[Datum], count: Tracked) -> Data {
    let number = node.tensor(Tensor::scalar(0i64))?;
    let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
    let arguments = [&[number.into(), condition.into()], initial].concat();
    let yielded = convert_region_data(node, 0, arguments)?;
    let (follows, carried) = yielded.split_first().ok_or("the body yields no condition")?;
    let left = node.binary_scalar("graph.subtract", count, 1.0)?;
    rest_of_rounds(node, Beginning { first: 1, count: Some(left), condition: Some(follows.tensor()?) }, carried)
}
