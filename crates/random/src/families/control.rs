//! Regions, and what makes ops equal or constant.

use crate::graph::{Growing, Item};
use kiln_ir::{Op, Type, Value, ValueMapping};
use kiln_tensor::ElementType;

/// Regions within regions go no deeper than this.
pub(super) const DEEPEST: usize = 2;

/// One of two graphs, by a condition. Both end in values of the same types.
pub(crate) fn branch(growing: &mut Growing) -> Option<()> {
    if growing.depth >= DEEPEST {
        return None;
    }
    let condition = scalar_condition(growing)?;
    let outer: Vec<Item> =
        (0..1 + growing.random.below(2)).map(|_| growing.item(|_, _| true)).collect::<Option<_>>()?;
    let types: Vec<Type> = outer.iter().map(|item| growing.ty(item.value)).collect();
    let op = growing.builder().op("graph.if").operand(condition).results(&types).regions(2).build();
    let arms = [arm(growing, op, 0, &outer), arm(growing, op, 1, &outer)];
    for index in 0..types.len() {
        let value = growing.module.result(op, index);
        let [left, right] = [&arms[0][index], &arms[1][index]];
        growing.add(value, left.bound.max(right.bound), left.low.min(right.low), left.exact && right.exact);
    }
    Some(())
}

/// Grows a region that yields values of the types of `outer`: some of its own, or those.
fn arm(growing: &mut Growing, op: Op, region: usize, outer: &[Item]) -> Vec<Item> {
    let block = growing.module.create_block(growing.module.regions(op)[region], &[]);
    growing.within(block, |growing| {
        let own = growing.items.len();
        let count = growing.random.below(4);
        growing.grow(count);
        let mut yielded = Vec::new();
        for item in outer {
            let ty = growing.ty(item.value);
            let found = growing.items[own..].iter().rev().copied().find(|item| growing.ty(item.value) == ty);
            yielded.push(found.unwrap_or(*item));
        }
        let values: Vec<Value> = yielded.iter().map(|item| item.value).collect();
        growing.builder().op("graph.yield").operands(&values).build();
        yielded
    })
}

/// A condition of one element: computed, or now and then constant.
pub(super) fn scalar_condition(growing: &mut Growing) -> Option<Value> {
    if growing.random.once_in(6) {
        return Some(growing.constant(ElementType::I1, &[]));
    }
    let item = growing.item(|growing, item| {
        growing.element(item.value) == ElementType::I1
            && growing.static_shape(item.value).is_some_and(|shape| shape.iter().product::<usize>() == 1)
    })?;
    let ty = Type::tensor(&[], Type::i1());
    growing.builder().op("graph.reshape").operand(item.value).result(ty).try_value().ok()
}

/// The same op once more.
pub(crate) fn repetition(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| {
        growing.module.defining_op(item.value).is_some_and(|op| growing.module.results(op).len() == 1)
    })?;
    let op = growing.module.defining_op(item.value)?;
    let copy = growing.module.clone_op(op, &mut ValueMapping::default());
    let block = growing.block;
    growing.module.append(block, copy);
    growing.add_like(growing.module.result(copy, 0), &item)
}

/// A constant that other ops may take as any value.
pub(crate) fn constant(growing: &mut Growing) -> Option<()> {
    let like = growing.item(|growing, item| growing.static_shape(item.value).is_some())?;
    let shape = growing.static_shape(like.value)?;
    let value = growing.constant(growing.element(like.value), &shape);
    let (bound, low) = crate::inputs::bounds(growing.element(value));
    growing.add(value, bound, low, true)
}
