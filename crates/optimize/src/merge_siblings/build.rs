//! Makes the one op, and what each sibling is of it.

use super::{Cuts, Sibling, split_axis};
use crate::matching::{concat, find_producer, find_splat, reshape, shape_of, slice};
use kiln_ir::{Builder, Dim, Location, Module, Op, Type, Value};

/// Makes the one op of all siblings, and slices of it.
pub(super) fn merge(module: &mut Module, source: Value, siblings: &[Sibling], cuts: &Cuts) {
    let place = place_after(module, source, siblings[0].anchor);
    let members: Vec<Op> = siblings.iter().flat_map(Sibling::members).collect();
    // Constants may stand after the first sibling; they need nothing and move up: to the block's beginning, since others
    // may use them before the siblings do.
    let block = module.parent_block(place).expect("siblings are in a block");
    let operands: Vec<Value> = members.iter().flat_map(|&op| module.operands(op)).copied().collect();
    for constant in operands {
        if let Some(constant) = find_producer(module, constant, "graph.constant")
            && module.parent_block(constant) == Some(block)
            && let Some(first) = module.first_op(block).filter(|&first| first != constant)
        {
            module.move_before(first, constant);
        }
    }
    let locations: Vec<Location> = members.iter().map(|&op| module.location(op)).collect();
    let mut builder = Builder::before(module, place);
    builder.location = Location::fused(&locations);
    let merged = build_merged(&mut builder, source, siblings, cuts.total);
    let axis = siblings[0].axis;
    let cut = |(sibling, &start): (&Sibling, &u64)| {
        let shape = shape_of(builder.module, sibling.result).to_vec();
        part_of(&mut builder, merged, axis, start, &shape)
    };
    let parts: Vec<Value> = siblings.iter().zip(&cuts.starts).map(cut).collect();
    for ((sibling, part), &start) in siblings.iter().zip(parts).zip(&cuts.starts) {
        replace(module, sibling, (part, merged), start, cuts.total);
    }
}

/// The first op of the block of `op` that is no constant and where `value` is there.
fn place_after(module: &Module, value: Value, op: Op) -> Op {
    let block = module.parent_block(op).expect("siblings are in a block");
    let producer = module.defining_op(value).filter(|&producer| module.parent_block(producer) == Some(block));
    let mut place = producer.map_or_else(|| module.first_op(block), |producer| module.next(producer));
    while let Some(constant) = place.filter(|&op| module.is(op, "graph.constant")) {
        place = module.next(constant);
    }
    place.expect("what reads a value stands after it")
}

/// The first siblings' op and what follows it, with all siblings' constants.
fn build_merged(builder: &mut Builder, source: Value, siblings: &[Sibling], total: u64) -> Value {
    let first = &siblings[0];
    let operand = |builder: &Builder, sibling: &Sibling, index| builder.module.operand(sibling.anchor, index);
    let all = |builder: &Builder, index| siblings.iter().map(|sibling| operand(builder, sibling, index)).collect();
    let weights: Vec<Value> = all(builder, 1);
    let mut operands = vec![source, concat(builder, &weights, first.weights_axis)];
    if builder.module.operands(first.anchor).len() > 2 {
        let biases: Vec<Value> = all(builder, 2);
        operands.push(concat(builder, &biases, 0));
    }
    let mut merged = rebuild(builder, first.anchor, &operands, first.axis, total);
    for (index, step) in first.chain.iter().enumerate() {
        let count = builder.module.operands(step.op).len();
        let operands: Vec<Value> =
            (0..count)
                .map(|operand| {
                    if operand == step.variable { merged } else { merge_constants(builder, siblings, (index, operand)) }
                })
                .collect();
        merged = rebuild(builder, step.op, &operands, first.axis, total);
    }
    merged
}

/// The operand of a step that has each sibling's constant for its own channels.
fn merge_constants(builder: &mut Builder, siblings: &[Sibling], (step, operand): (usize, usize)) -> Value {
    let constants: Vec<Value> =
        siblings.iter().map(|sibling| builder.module.operand(sibling.chain[step].op, operand)).collect();
    let module = &*builder.module;
    let number = |value: Value| {
        let is_one = shape_of(module, value).iter().all(|dim| dim.is(1));
        is_one.then(|| find_splat(module, value)).flatten().map(|scalar| scalar.to_f64().to_bits())
    };
    let first = number(constants[0]);
    if first.is_some() && constants.iter().all(|&constant| number(constant) == first) {
        return constants[0];
    }
    let channels: Vec<Value> =
        siblings.iter().zip(constants).map(|(sibling, constant)| per_channel(builder, sibling, constant)).collect();
    concat(builder, &channels, 0)
}

/// A constant with one element for each channel, or one for all, as a tensor `channels x 1 x ...` that fits the result.
fn per_channel(builder: &mut Builder, sibling: &Sibling, constant: Value) -> Value {
    let result = shape_of(builder.module, sibling.result);
    let channels = shape_of(builder.module, constant).iter().copied().find(|dim| !dim.is(1)).unwrap_or(Dim::Static(1));
    let mut shape = vec![Dim::Static(1); result.len() - sibling.axis];
    shape[0] = channels;
    let value = reshape(builder, constant, &shape);
    if channels == result[sibling.axis] {
        return value;
    }
    shape[0] = result[sibling.axis];
    let ty = Type::tensor(&shape, builder.module.ty(constant).scalar());
    builder.op("graph.broadcast").operand(value).result(ty).value()
}

/// A copy of `op` with other operands and `total` channels.
fn rebuild(builder: &mut Builder, op: Op, operands: &[Value], axis: usize, total: u64) -> Value {
    let (name, result) = (builder.module.name(op), builder.module.result(op, 0));
    let attributes = builder.module.attributes(op).clone();
    let ty = with_extent(builder.module, result, axis, total);
    let mut made = builder.op(name.as_str()).operands(operands).result(ty);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    made.value()
}

fn with_extent(module: &Module, value: Value, axis: usize, extent: u64) -> Type {
    let mut shape = shape_of(module, value).to_vec();
    shape[axis] = Dim::from(extent);
    Type::tensor(&shape, module.ty(value).scalar())
}

/// A part of `source` along one axis.
fn part_of(builder: &mut Builder, source: Value, axis: usize, start: u64, shape: &[Dim]) -> Value {
    let mut starts = vec![0; shape.len()];
    starts[axis] = start;
    slice(builder, source, &starts, shape)
}

/// Gives the users of a sibling its part of the merged op, reshaped before it is cut where they reshape it.
fn replace(module: &mut Module, sibling: &Sibling, (part, merged): (Value, Value), start: u64, total: u64) {
    let channels = sibling.channels(module).expect("siblings have known channels");
    for user in module.uses(sibling.result).to_vec() {
        let Some((axis, inner)) = split_axis(module, user.op, sibling.axis, channels) else { continue };
        let result = module.result(user.op, 0);
        let shape = shape_of(module, result);
        let wide = with_extent(module, result, axis, total / inner);
        let mut builder = Builder::before(module, user.op);
        let wide = reshape(&mut builder, merged, &wide.as_tensor().expect("a tensor").shape);
        let value = part_of(&mut builder, wide, axis, start / inner, shape);
        module.replace(user.op, &[value]);
    }
    module.replace_all_uses(sibling.result, part);
    for op in sibling.members().into_iter().rev() {
        module.erase(op);
    }
}
