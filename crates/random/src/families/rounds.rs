//! Loops: carried values that swap, stay or are computed, what is stacked, what is scanned.

use super::control::{DEEPEST, scalar_condition};
use crate::graph::{Growing, Item};
use kiln_ir::{Attribute, Dim, Op, Type, Value};
use kiln_tensor::{ElementType, Tensor};

/// Rounds that are no extent of anything are at most so many.
const MOST_ROUNDS: usize = 4;

/// No round has a number larger than this: symbols are no larger.
const LARGEST_ROUND: f64 = 16.0;

/// A loop that runs as often as an extent, or as data says.
pub(crate) fn rounds(growing: &mut Growing) -> Option<()> {
    if growing.depth >= DEEPEST {
        return None;
    }
    let carried = carried(growing)?;
    match growing.random.once_in(3) {
        true => open(growing, &carried),
        false => counted(growing, &carried),
    }
}

/// Items whose values are carried, with what is known of them in every round.
fn carried(growing: &mut Growing) -> Option<Vec<Item>> {
    let mut items = vec![growing.item(|_, _| true)?];
    for _ in 0..growing.random.below(3) {
        // Values of one type can swap.
        let ty = growing.ty(items[0].value);
        let alike = growing.random.once_in(2);
        items.extend(growing.item(|growing, item| !alike || growing.ty(item.value) == ty));
    }
    for item in &mut items {
        (item.bound, item.low) = (item.bound.max(1.0), item.low.min(-1.0));
    }
    Some(items)
}

/// A loop that stacks.
fn counted(growing: &mut Growing, carried: &[Item]) -> Option<()> {
    let scanned = growing.item(|growing, item| growing.rank(item.value) > 0);
    let scanned = scanned.filter(|_| growing.random.once_in(2));
    let (rounds, axis) = match &scanned {
        Some(item) => {
            let axis = growing.axis(item.value)?;
            (growing.shape(item.value)[axis], axis)
        }
        None => (Dim::from(growing.random.below(MOST_ROUNDS + 1) as u64), 0),
    };
    let values: Vec<Value> = carried.iter().map(|item| item.value).collect();
    let types: Vec<Type> = values.iter().map(|&value| growing.ty(value)).collect();
    let rounds_attribute = Attribute::dims(&[rounds]);
    let mut builder = growing.builder();
    let op = builder.op("graph.loop").operands(&values).attribute("rounds", rounds_attribute);
    let op = op.results(&types).regions(1).build();
    let stacked = body(growing, op, carried, |growing, round| {
        if let Some(item) = scanned {
            let operands = [item.value, round];
            let part =
                growing.builder().op("graph.gather").operands(&operands).attribute("axis", axis as i64).try_value();
            growing.add_like(part.ok()?, &item);
        }
        Some(())
    });
    for item in stacked {
        let shape = [&[rounds], growing.shape(item.value).as_slice()].concat();
        let result = growing.module.add_result(op, Type::tensor(&shape, growing.ty(item.value).scalar()));
        // Other families know no empty tensors.
        if !rounds.is(0) {
            growing.add_like(result, &item);
        }
    }
    finish(growing, op, carried);
    Some(())
}

/// A loop that data ends.
fn open(growing: &mut Growing, carried: &[Item]) -> Option<()> {
    let first = scalar_condition(growing)?;
    let count = Tensor::scalar(growing.random.below(MOST_ROUNDS + 2) as i64 - 1);
    let count = growing.constant_of(count);
    let values: Vec<Value> = carried.iter().map(|item| item.value).collect();
    let types: Vec<Type> = values.iter().map(|&value| growing.ty(value)).collect();
    let operands = [&[count, first], values.as_slice()].concat();
    let op = growing.builder().op("graph.loop").operands(&operands).results(&types).regions(1).build();
    body(growing, op, carried, |_, _| Some(()));
    finish(growing, op, carried);
    Some(())
}

fn finish(growing: &mut Growing, op: Op, carried: &[Item]) {
    for (index, item) in carried.iter().enumerate() {
        growing.add_like(growing.module.result(op, index), item);
    }
}

/// Grows the region of a loop; returns what it stacks, of a loop whose rounds are an extent.
fn body(
    growing: &mut Growing,
    op: Op,
    carried: &[Item],
    begin: impl FnOnce(&mut Growing, Value) -> Option<()>,
) -> Vec<Item> {
    let scalar = Type::tensor(&[], Type::i64());
    let types: Vec<Type> = carried.iter().map(|item| growing.ty(item.value)).collect();
    let block = growing.module.create_block(growing.module.regions(op)[0], &[&[scalar], types.as_slice()].concat());
    let is_counted = growing.module.attribute(op, "rounds").is_some();
    growing.within(block, |growing| {
        let arguments = growing.module.arguments(block).to_vec();
        growing.items.push(Item { value: arguments[0], bound: LARGEST_ROUND, low: 0.0, exact: true });
        let own = growing.items.len();
        for (&value, item) in arguments[1..].iter().zip(carried) {
            growing.items.push(Item { value, ..*item });
        }
        begin(growing, arguments[0]);
        let count = growing.random.below(4);
        growing.grow(count);
        let mut yielded: Vec<Value> = Vec::new();
        for item in carried {
            let next = next(growing, own, item);
            yielded.push(next);
        }
        let mut stacked = Vec::new();
        if is_counted {
            for _ in 0..growing.random.below(3) {
                stacked.extend(growing.item(|growing, item| growing.is_stackable(item.value)));
            }
            yielded.extend(stacked.iter().map(|item| item.value));
        } else {
            let follows = scalar_condition(growing).unwrap_or_else(|| growing.constant(ElementType::I1, &[]));
            yielded.insert(0, follows);
        }
        growing.builder().op("graph.yield").operands(&yielded).build();
        stacked
    })
}

/// A value of the region that the next round may have in place of `carried`: one of its own, or one from outside.
fn next(growing: &mut Growing, own: usize, carried: &Item) -> Value {
    let ty = growing.ty(carried.value);
    let fits = |item: &Item| item.bound <= carried.bound && item.low >= carried.low && (item.exact || !carried.exact);
    let alike: Vec<Item> = growing.items[own..].iter().copied().filter(|item| growing.ty(item.value) == ty).collect();
    let latest = alike.last().copied().unwrap_or(*carried);
    if growing.element(carried.value).is_float() && !carried.exact && growing.random.once_in(2) {
        return growing.builder().op("graph.tanh").operand(latest.value).value();
    }
    let fitting: Vec<Item> = alike.into_iter().filter(fits).collect();
    match fitting.is_empty() || growing.random.once_in(8) {
        true => carried.value,
        false => growing.random.pick(&fitting).value,
    }
}
