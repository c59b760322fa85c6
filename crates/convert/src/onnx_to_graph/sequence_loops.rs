//! `Loop` that carries sequences or optionals.
//!
//! A carried value that is a list of as many tensors of the same types in each round is carried as these; one that each
//! round only appends to is made of what the rounds append. What is neither is unrolled.

use super::growing::{Grown, MakeRound, Round, grow_counted, grow_stacked};
use super::loops::{Beginning, attempt, read_loop, rolled_or};
use super::peel::peeled;
use super::unroll::unrolled_loop;
use crate::conversion::branch::convert_region_data;
use crate::conversion::datum::{Data, Datum, List, Presence, Sequence, data, tensors};
use crate::conversion::forms::Form;
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::state::Tracked;
use kiln_ir::{Type, Value};
use kiln_tensor::Tensor;

/// What becomes of a carried value.
#[derive(Clone)]
enum Role {
    /// It is carried, as tensors of a form.
    Carried(Datum, Form),
    /// Each round passes it on as it is.
    Same(Datum),
    /// Each round appends to it; with the number by which it is known in the rounds.
    Growing(Sequence, u32),
}

type Grow = fn(&mut Node, &Rolled, MakeRound) -> Result<Grown, String>;

/// Converts the loop.
pub(crate) fn convert(node: &mut Node) -> Data {
    let initial = (2..node.input_count()).map(|index| node.datum(index)).collect::<Result<Vec<_>, _>>()?;
    let beginning = Beginning::of(node);
    let is_list = |datum: &Datum| matches!(datum, Datum::Sequence(Sequence::List(list)) if !list.items.is_empty());
    if initial.iter().any(is_list)
        && let Ok(results) = attempt(node, |node| rolled(node, beginning, &initial, true, grow_stacked))
    {
        return Ok(results);
    }
    if let Ok(results) = attempt(node, |node| rolled(node, beginning, &initial, false, grow_stacked)) {
        return Ok(results);
    }
    // Two loops are made only where a known number of rounds does not do.
    if let Ok(results) = attempt(node, unrolled_loop) {
        return Ok(results);
    }
    if initial.iter().any(|datum| matches!(datum, Datum::Optional(_)))
        && let Ok(results) = attempt(node, |node| peeled(node, &initial))
    {
        return Ok(results);
    }
    rolled_or(node, |node| rolled(node, beginning, &initial, false, grow_counted), unrolled_loop)
}

/// The rounds of a loop after those that stand before it.
pub(crate) fn rest_of_rounds(node: &mut Node, beginning: Beginning, carried: &[Datum]) -> Data {
    match attempt(node, |node| rolled(node, beginning, carried, false, grow_stacked)) {
        Ok(results) => Ok(results),
        Err(_) => rolled(node, beginning, carried, false, grow_counted),
    }
}

fn rolled(node: &mut Node, beginning: Beginning, initial: &[Datum], keeps_lists: bool, grow: Grow) -> Data {
    let roles = initial.iter().enumerate().map(|(index, datum)| role(node, index, datum, keeps_lists));
    let roles = roles.collect::<Vec<_>>().into_iter().collect::<Result<Vec<Role>, String>>()?;
    let mut rolled = read_loop(node, beginning)?;
    for role in &roles {
        match role {
            Role::Carried(datum, form) => rolled.initial.extend(node.flatten(datum, form)?),
            Role::Same(_) => {}
            Role::Growing(..) => rolled.growing += 1,
        }
    }
    rolled.declared = roles.len();
    rolled.counts = node.output_count() > roles.len();
    let grown = grow(node, &rolled, &|node, number, carried| {
        let number = match beginning.first {
            0 => number,
            first => node.binary_scalar("graph.add", number, first as f64)?,
        };
        make_round(node, &roles, number, carried)
    })?;
    let mut carried = grown.carried.as_slice();
    let mut sequences = grown.sequences.iter();
    let mut results = Vec::new();
    for role in &roles {
        results.push(match role {
            Role::Carried(_, form) => {
                let (own, rest) = carried.split_at(form.count());
                carried = rest;
                form.build(own)
            }
            Role::Same(datum) => datum.clone(),
            Role::Growing(initial, _) => {
                let appended = sequences.next().ok_or("the body yields too few values")?;
                Datum::Sequence(node.join_sequences(initial, appended)?)
            }
        });
    }
    results.extend(data(grown.stacked));
    Ok(results)
}

fn role(node: &mut Node, index: usize, datum: &Datum, keeps_lists: bool) -> Result<Role, String> {
    if is_passed_on(node, index) {
        return Ok(Role::Same(datum.clone()));
    }
    match datum {
        Datum::Sequence(sequence @ Sequence::List(list)) if !keeps_lists || list.items.is_empty() => {
            Ok(Role::Growing(sequence.clone(), node.conversion.fresh_number()))
        }
        Datum::Sequence(sequence @ Sequence::Packed(_)) => {
            Ok(Role::Growing(sequence.clone(), node.conversion.fresh_number()))
        }
        Datum::Optional(optional) => {
            let Some(value) = &optional.value else {
                return Err("an optional that the loop carries is empty at first".into());
            };
            let mut datum = optional.clone();
            datum.presence = Presence::Data(node.flag_of(optional.presence)?);
            let form = Form::Optional(None, Some(Box::new(node.form_of(value)?)));
            Ok(Role::Carried(Datum::Optional(datum), form))
        }
        datum => Ok(Role::Carried(datum.clone(), node.form_of(datum)?)),
    }
}

/// Whether the body yields what it gets as carried value number `index`.
fn is_passed_on(node: &Node, index: usize) -> bool {
    let module = &*node.conversion.module;
    let block = module.regions(node.op).first().and_then(|&region| module.entry_block(region));
    let Some((block, end)) = block.and_then(|block| Some((block, module.last_op(block)?))) else { return false };
    let (argument, yielded) = (module.arguments(block).get(index + 2), module.operands(end).get(index + 1));
    let mut value: Option<Value> = yielded.copied();
    while let Some(op) = value.and_then(|value| module.defining_op(value)).filter(|&op| module.is(op, "onnx.Identity"))
    {
        value = module.operands(op).first().copied();
    }
    value.is_some() && value == argument.copied()
}

fn make_round(node: &mut Node, roles: &[Role], number: Tracked, mut carried: &[Tracked]) -> Result<Round, String> {
    // Inside, the condition holds.
    let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
    let mut arguments = data(vec![number, condition]);
    for role in roles {
        arguments.push(match role {
            Role::Carried(_, form) => {
                let (own, rest) = carried.split_at(form.count());
                carried = rest;
                form.build(own)
            }
            Role::Same(datum) => datum.clone(),
            Role::Growing(sequence, number) => nothing_yet(node.element_of(sequence), *number),
        });
    }
    let yielded = convert_region_data(node, 0, arguments)?;
    let (follows, values) = yielded.split_first().ok_or("the body yields no condition")?;
    let slices = values.get(roles.len()..).ok_or("the body yields too few values")?;
    let mut round = Round {
        follows: Some(follows.tensor()?),
        carried: Vec::new(),
        slices: tensors(slices.to_vec())?,
        appended: Vec::new(),
    };
    for (role, value) in roles.iter().zip(values) {
        match (role, value) {
            (Role::Carried(_, form), value) => round.carried.extend(node.flatten(value, form)?),
            (Role::Same(_), _) => {}
            (Role::Growing(_, number), Datum::Sequence(Sequence::Growing(own, appended))) if own == number => {
                round.appended.push((**appended).clone());
            }
            (Role::Growing(..), _) => {
                return Err("a round puts another sequence in place of one that the loop carries".into());
            }
        }
    }
    Ok(round)
}

/// What a round has appended when it begins.
fn nothing_yet(element: Type, number: u32) -> Datum {
    let appended = Sequence::List(List { element, items: Vec::new() });
    Datum::Sequence(Sequence::Growing(number, Box::new(appended)))
}
