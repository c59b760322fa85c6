//! Lists that get longer in each round of a loop that counts.
//!
//! How often such a loop runs is known before it does: its condition compares a number that each round makes one larger
//! with another one that stays. What rounds push to a list is stacked then, and a list that is written at that number has
//! room for all of them from the start.

use super::control::{BODY, CONDITION, Loop};
use super::elementwise::constant_of;
use super::lists::{length, unfilled, unfilled_length};
use crate::conversion::branch::convert_region_data;
use crate::conversion::datum::{Data, Datum, List, Sequence};
use crate::conversion::extent::{add, constant, dim, maximum, minimum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Module, Op, Value};

/// What a loop counts: the number of the carried value, and how many rounds that makes.
pub(crate) struct Counter {
    place: usize,
    start: DimExpr,
    rounds: DimExpr,
}

/// What is behind copies.
pub(crate) fn behind_copies(module: &Module, mut value: Value) -> Value {
    while let Some(op) = module.defining_op(value).filter(|&op| module.is(op, "tf.Identity")) {
        match module.operands(op).first() {
            Some(&operand) => value = operand,
            None => break,
        }
    }
    value
}

/// What the loop counts, if it does.
pub(crate) fn counter(node: &mut Node, looped: &Loop) -> Result<Counter, String> {
    let module = &*node.conversion.module;
    let (_, yielded) = region(module, node.op, CONDITION)?;
    let condition = yielded.first().map(|&value| behind_copies(module, value));
    let mut pending: Vec<Value> = condition.into_iter().collect();
    let mut found = Vec::new();
    while let Some(value) = pending.pop() {
        let Some(op) = module.defining_op(value) else { continue };
        let operands: Vec<Value> = module.operands(op).iter().map(|&value| behind_copies(module, value)).collect();
        match (module.name(op).as_str(), operands.as_slice()) {
            ("tf.LogicalAnd", _) => pending.extend(operands),
            ("tf.Less", &[counted, limit]) => {
                found.extend(counted_place(module, node.op, counted).map(|at| (at, limit)))
            }
            // Something else ends the loop earlier.
            _ => return Err(NO_COUNT.into()),
        }
    }
    let mut best: Option<Counter> = None;
    for (place, limit) in found {
        let limit = match carried_place(node.conversion.module, node.op, CONDITION, limit) {
            Some(place) if looped.is_kept[place] => looped.initial[place].tensor()?,
            Some(_) => continue,
            None => outer(node, limit)?,
        };
        let start = looped.initial[place].tensor()?;
        let (limit, start) = (one(node, limit)?, one(node, start)?);
        let rounds = maximum(subtract(limit, start)?, constant(0));
        best = Some(match best {
            Some(other) => Counter { rounds: minimum(other.rounds, rounds), ..other },
            None => Counter { place, start, rounds },
        });
    }
    best.ok_or_else(|| NO_COUNT.into())
}

const NO_COUNT: &str = "a list grows in a loop of which it is not known how often it runs";

fn one(node: &mut Node, tensor: Tracked) -> Result<DimExpr, String> {
    node.integers_of(tensor)?.first().copied().ok_or_else(|| "a number is missing".into())
}

/// A value from outside of the loop, or a constant in it.
fn outer(node: &mut Node, value: Value) -> Result<Tracked, String> {
    if let Some(tensor) = node.conversion.tensor(value) {
        return Ok(tensor);
    }
    let module = &*node.conversion.module;
    let constant = module.defining_op(value).filter(|&op| module.is(op, "tf.Const"));
    let constant = constant.and_then(|op| module.attribute(op, "value"));
    constant.and_then(|value| node.conversion.track_constant(value)).ok_or_else(|| NO_COUNT.into())
}

/// The arguments of a region and what it yields.
fn region(module: &Module, op: Op, index: usize) -> Result<(&[Value], &[Value]), String> {
    let region = *module.regions(op).get(index).ok_or("a graph is missing")?;
    let block = module.entry_block(region).ok_or("a graph is empty")?;
    let yielded = module.last_op(block).map(|op| module.operands(op)).unwrap_or_default();
    Ok((module.arguments(block), yielded))
}

/// The number of the carried value that an argument of a region is.
fn carried_place(module: &Module, op: Op, index: usize, value: Value) -> Option<usize> {
    region(module, op, index).ok()?.0.iter().position(|&argument| argument == value)
}

/// The number of the carried value of the condition that each round makes one larger.
fn counted_place(module: &Module, op: Op, value: Value) -> Option<usize> {
    let place = carried_place(module, op, CONDITION, value)?;
    let (arguments, yielded) = region(module, op, BODY).ok()?;
    let next = module.defining_op(behind_copies(module, *yielded.get(place)?))?;
    if !matches!(module.name(next).as_str(), "tf.Add" | "tf.AddV2") {
        return None;
    }
    let &[left, right] = module.operands(next) else { return None };
    let (left, right) = (behind_copies(module, left), behind_copies(module, right));
    let other = if left == arguments[place] { right } else { left };
    let is_own = left == arguments[place] || right == arguments[place];
    let one = module.defining_op(other).filter(|&op| module.is(op, "tf.Const"));
    let one = module.attribute_tensor(module.attribute(one?, "value")?)?;
    let numbers = kiln_tensor::scalar::scalars(&one)?;
    (is_own && numbers.len() == 1 && numbers[0].to_f64() == 1.0).then_some(place)
}

/// Lists that rounds write at the number that is counted, longer than they are: they get room for all rounds.
pub(crate) fn make_room(node: &mut Node, looped: &mut Loop) -> Result<(), String> {
    let written: Vec<usize> = (0..looped.initial.len()).filter(|&place| is_lengthened(node, place).is_some()).collect();
    if written.is_empty() {
        return Ok(());
    }
    let counter = counter(node, looped)?;
    for place in written {
        if is_lengthened(node, place) != Some(counter.place) {
            return Err("a list gets longer at another place than the loop counts".into());
        }
        let list = looped.initial[place].clone();
        let own = length(node, &list)?;
        let own = one(node, own)?;
        let wanted = maximum(own, add(counter.start, counter.rounds)?);
        looped.initial[place] = longer(node, &list, own, wanted)?;
    }
    Ok(())
}

/// A list with zeros behind it.
pub(crate) fn longer(node: &mut Node, list: &Datum, own: DimExpr, wanted: DimExpr) -> Result<Datum, String> {
    if unfilled_length(list).is_some() {
        return Ok(unfilled(node.extent(wanted)));
    }
    let list = super::lists::stacked(node, list, None)?;
    let zero = constant_of(node, node.element(list), 0.0)?;
    let shape = [&[dim(subtract(wanted, own)?)?], &node.shape(list)[1..]].concat();
    let zeros = node.broadcast(zero, &shape)?;
    match own == constant(0) {
        true => Ok(zeros.into()),
        false => Ok(node.concat(&[list, zeros], 0)?.into()),
    }
}

/// Where a carried list is written in each round and may get longer by it: the number of the carried value that is the
/// index.
fn is_lengthened(node: &Node, place: usize) -> Option<usize> {
    let module = &*node.conversion.module;
    let (arguments, yielded) = region(module, node.op, BODY).ok()?;
    let op = module.defining_op(behind_copies(module, *yielded.get(place)?))?;
    let operands: Vec<Value> = module.operands(op).iter().map(|&value| behind_copies(module, value)).collect();
    let flag = |op: Op, name: &str| module.attribute(op, name).and_then(|flag| flag.as_i64()) == Some(1);
    let (list, index) = match (module.name(op).as_str(), operands.as_slice()) {
        ("tf.TensorListSetItem", &[list, index, _]) if flag(op, "resize_if_index_out_of_bounds") => (list, index),
        ("tf.TensorArrayWriteV3", &[handle, index, _, flow]) => {
            module.defining_op(handle).filter(|&array| flag(array, "dynamic_size"))?;
            (flow, index)
        }
        _ => return None,
    };
    let is_own = arguments.get(place) == Some(&list);
    arguments.iter().position(|&argument| argument == index).filter(|_| is_own)
}

/// A loop whose rounds push to lists.
pub(crate) fn pushed(node: &mut Node, looped: &Loop) -> Data {
    let counter = counter(node, looped)?;
    let is_list = |datum: &Datum| matches!(datum, Datum::Sequence(Sequence::List(_)));
    let lists: Vec<Datum> = looped.changing(&looped.initial).filter(|datum| is_list(datum)).cloned().collect();
    let tensors = looped.changing(&looped.initial).filter(|datum| !is_list(datum));
    let initial = tensors.map(Datum::tensor).collect::<Result<Vec<Tracked>, _>>()?;
    let count = initial.len();
    let rolled = Rolled {
        rounds: Some(dim(counter.rounds)?),
        start: None,
        initial,
        is_certain: false,
        counts: false,
        growing: 0,
        declared: node.output_count(),
    };
    let first = node.conversion.fresh_number();
    let mut pushed = Vec::new();
    let own = lists.clone();
    let results = node.roll(rolled, |node, _, carried| {
        let (mut tensors, mut number) = (carried.iter(), first);
        let mut inner = |datum: &Datum| match datum {
            Datum::Sequence(Sequence::List(list)) => {
                let empty = List { element: list.element, items: Vec::new() };
                let growing = Sequence::Growing(number, Box::new(Sequence::List(empty)));
                number += 1;
                Some(Datum::Sequence(growing))
            }
            _ => tensors.next().map(|&tensor| Datum::Tensor(tensor)),
        };
        let changing: Option<Vec<Datum>> = looped.changing(&looped.initial).map(&mut inner).collect();
        let values = looped.with(changing.ok_or("a carried value is missing")?)?;
        let next = convert_region_data(node, BODY, values)?;
        let (mut yielded, mut items) = (Vec::new(), Vec::new());
        for datum in looped.changing(&next) {
            match datum {
                Datum::Sequence(Sequence::Growing(_, grown)) => match &**grown {
                    Sequence::List(list) => {
                        pushed.push(list.items.len());
                        items.extend(&list.items);
                    }
                    _ => return Err("a list grows by a number of elements that differs".into()),
                },
                other => yielded.push(other.tensor()?),
            }
        }
        if pushed.len() != own.len() {
            return Err("a list is not only appended to".into());
        }
        Ok([yielded, items].concat())
    })?;
    let mut stacked = results[count..].iter();
    let mut grown = Vec::new();
    for (list, each) in lists.into_iter().zip(pushed) {
        let parts: Vec<Tracked> = stacked.by_ref().take(each).copied().collect();
        grown.push(joined(node, list, &parts, counter.rounds)?);
    }
    let (mut tensors, mut grown) = (results[..count].iter(), grown.into_iter());
    let outer = |datum: &Datum| match is_list(datum) {
        true => grown.next(),
        false => tensors.next().map(|&tensor| Datum::Tensor(tensor)),
    };
    let all: Option<Vec<Datum>> = looped.changing(&looped.initial).map(outer).collect();
    looped.with(all.ok_or("a carried value is missing")?)
}

/// A list with what rounds pushed behind it: some in each, stacked.
fn joined(node: &mut Node, list: Datum, parts: &[Tracked], rounds: DimExpr) -> Result<Datum, String> {
    let Some(&first) = parts.first() else { return Ok(list) };
    let inner = node.shape(first)[1..].to_vec();
    let mut columns = Vec::new();
    for &part in parts {
        let shape = [&[dim(rounds)?, Dim::Static(1)], inner.as_slice()].concat();
        columns.push(node.reshape(part, &shape)?);
    }
    let all = node.concat(&columns, 1)?;
    let total = dim(multiply(rounds, constant(parts.len() as i64))?)?;
    let all = node.reshape(all, &[&[total], inner.as_slice()].concat())?;
    match &list {
        Datum::Sequence(Sequence::List(own)) if own.items.is_empty() => Ok(all.into()),
        _ => {
            let before = super::lists::stacked(node, &list, None)?;
            Ok(node.concat(&[before, all], 0)?.into())
        }
    }
}
