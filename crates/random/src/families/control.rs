//! Regions.

use crate::graph::Growing;
use kiln_ir::{Block, Type, Value};
use kiln_tensor::ElementType;

/// One of two functions of a value, by a condition.
pub(crate) fn branch(growing: &mut Growing) -> Option<()> {
    let condition = scalar_condition(growing)?;
    let item = growing.float()?;
    let ty = growing.ty(item.value);
    let names = ["graph.tanh", "graph.sigmoid", "graph.negate", "graph.relu", "graph.abs"];
    let chosen = [growing.random.pick(&names), growing.random.pick(&names)];
    let op = growing.builder().op("graph.if").operand(condition).result(ty).regions(2).build();
    for (index, name) in chosen.into_iter().enumerate() {
        let region = growing.module.regions(op)[index];
        let block = growing.module.create_block(region, &[]);
        fill(growing, block, name, item.value);
    }
    let value = growing.module.result(op, 0);
    growing.add(value, item.bound.max(1.0), -item.bound.max(1.0), false)
}

fn fill(growing: &mut Growing, block: Block, name: &str, operand: Value) {
    let mut builder = kiln_ir::Builder::at_end(&mut growing.module, block);
    let once = builder.op(name).operand(operand).value();
    let twice = builder.op("graph.relu").operand(once).value();
    builder.op("graph.yield").operand(twice).build();
}

/// A condition of one element.
fn scalar_condition(growing: &mut Growing) -> Option<Value> {
    let item = growing.item(|growing, item| {
        growing.element(item.value) == ElementType::I1
            && growing.static_shape(item.value).is_some_and(|shape| shape.iter().product::<usize>() == 1)
    })?;
    let ty = Type::tensor(&[], Type::i1());
    growing.builder().op("graph.reshape").operand(item.value).result(ty).try_value().ok()
}
