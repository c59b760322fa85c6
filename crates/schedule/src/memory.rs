//! `plan-memory`: where every tensor of `@main` lives.
//!
//! A tensor is an input, a constant, an output, or has a place in the arena: one block of memory whose layout is decided
//! here. Places overlap when their tensors are never alive together. Tensors of static size are packed by offset; those
//! of symbolic size share slots, whose sizes are expressions evaluated at each call.
//!
//! The plan is attributes: on each op with results of its own, `arena` (`#kiln.dims`, the byte offset of each result, 0
//! where it is not in the arena) and `output` (the number of the model's output each result is written to, -1 where
//! none); on the function, `arena_size`.

use kiln_ir::{Attribute, Block, Dim, DimExpr, Module, Op, Traits, Value};
use rustc_hash::FxHashMap;

/// Every place in the arena starts at a multiple of this: a cache line, and the widest vector.
pub const ARENA_ALIGNMENT: i64 = 64;

/// A tensor in the arena.
struct Tensor {
    op: Op,
    result: usize,
    /// Bytes, a multiple of the alignment.
    size: DimExpr,
    /// Position of the op that writes it.
    first: usize,
    /// Position of the last op that reads it.
    last: usize,
}

/// Plans the memory of function `main`.
pub fn plan_memory(module: &mut Module, main: Op) {
    let lifetimes = Lifetimes::compute(module, main);
    let outputs = direct_outputs(module, main);
    let mut tensors = Vec::new();
    for op in owners(module, main) {
        let written = output_numbers(module, op, &outputs);
        module.set_attribute(op, "output", written.clone());
        for (result, &output) in written.iter().enumerate() {
            if output < 0 {
                tensors.push(lifetimes.tensor(module, op, result));
            }
        }
    }
    let (offsets, size) = place(&tensors);
    let mut by_op: FxHashMap<Op, Vec<Dim>> = FxHashMap::default();
    for (tensor, offset) in tensors.iter().zip(offsets) {
        let count = module.results(tensor.op).len();
        by_op.entry(tensor.op).or_insert_with(|| vec![Dim::Static(0); count])[tensor.result] = Dim::from_expr(offset);
    }
    for op in owners(module, main) {
        let count = module.results(op).len();
        let places = by_op.remove(&op).unwrap_or_else(|| vec![Dim::Static(0); count]);
        module.set_attribute(op, "arena", places);
    }
    module.set_attribute(main, "arena_size", Attribute::dims(&[Dim::from_expr(size)]));
}

/// The ops whose results need memory: all but constants and views.
fn owners(module: &Module, main: Op) -> Vec<Op> {
    let mut found = Vec::new();
    let mut pending: Vec<Block> = vec![module.region_block(main, 0)];
    while let Some(block) = pending.pop() {
        for op in module.ops_of(block) {
            if module.is(op, "graph.if") {
                pending.extend((0..2).map(|index| module.region_block(op, index)));
            }
            let is_view = module.has_traits(op, Traits::VIEW) || module.has_traits(op, Traits::CONSTANT_LIKE);
            if !module.results(op).is_empty() && !is_view {
                found.push(op);
            }
        }
    }
    found
}

/// The value whose memory `value` is: through views.
pub fn storage_of(module: &Module, value: Value) -> Value {
    match module.defining_op(value) {
        Some(op) if module.has_traits(op, Traits::VIEW) => storage_of(module, module.operand(op, 0)),
        _ => value,
    }
}

/// The values that kernels write straight into outputs; an output that is an input, a constant or another output is
/// copied at the end instead.
fn direct_outputs(module: &Module, main: Op) -> FxHashMap<Value, usize> {
    let block = module.region_block(main, 0);
    let Some(last) = module.last_op(block) else { return FxHashMap::default() };
    let mut outputs = FxHashMap::default();
    for (number, &value) in module.operands(last).iter().enumerate() {
        let storage = storage_of(module, value);
        let is_own = module
            .defining_op(storage)
            .is_some_and(|op| !module.has_traits(op, Traits::CONSTANT_LIKE) && module.parent_block(op) == Some(block));
        if is_own {
            outputs.entry(storage).or_insert(number);
        }
    }
    outputs
}

fn output_numbers(module: &Module, op: Op, outputs: &FxHashMap<Value, usize>) -> Vec<i64> {
    let number = |result: &Value| outputs.get(result).map_or(-1, |&number| number as i64);
    module.results(op).iter().map(number).collect()
}

/// Positions of ops in the order of execution.
struct Lifetimes {
    position: FxHashMap<Op, usize>,
    end: FxHashMap<Op, usize>,
}

impl Lifetimes {
    fn compute(module: &Module, main: Op) -> Lifetimes {
        let mut lifetimes = Lifetimes { position: FxHashMap::default(), end: FxHashMap::default() };
        lifetimes.visit(module, module.region_block(main, 0), &mut 0);
        lifetimes
    }

    fn visit(&mut self, module: &Module, block: Block, next: &mut usize) {
        for op in module.block_ops(block) {
            self.position.insert(op, *next);
            *next += 1;
            if module.is(op, "graph.if") {
                for index in 0..2 {
                    self.visit(module, module.region_block(op, index), next);
                }
            }
            self.end.insert(op, *next);
            *next += 1;
        }
    }

    fn tensor(&self, module: &Module, op: Op, result: usize) -> Tensor {
        let value = module.result(op, result);
        let home = module.parent_block(op);
        let last = self.last_use(module, value, home).max(self.end[&op]);
        Tensor { op, result, size: byte_size(module, value), first: self.position[&op], last }
    }

    /// The last position at which `value`, or a view of it, is read: a use inside a nested region lasts until the end
    /// of the op in the value's own block.
    fn last_use(&self, module: &Module, value: Value, home: Option<Block>) -> usize {
        let mut last = 0;
        for user in module.users(value) {
            let mut outer = user;
            while module.parent_block(outer) != home {
                match module.parent_op(outer) {
                    Some(parent) => outer = parent,
                    None => break,
                }
            }
            last = last.max(self.end.get(&outer).copied().unwrap_or(usize::MAX));
            if module.has_traits(user, Traits::VIEW) {
                last = last.max(self.last_use(module, module.result(user, 0), home));
            }
        }
        last
    }
}

/// Bytes of a tensor, rounded up to the alignment.
///
/// # Panics
/// When the size overflows: conversion checked it.
fn byte_size(module: &Module, value: Value) -> DimExpr {
    let tensor = module.ty(value).as_tensor().expect("graph values are ranked tensors");
    let element = tensor.element.to_element().map_or(1, |element| element.byte_size().max(1));
    let size =
        tensor.shape.iter().try_fold(DimExpr::constant(element as i64), |size, dim| size.checked_mul(dim.expr()?));
    let round = |size: DimExpr| {
        let alignment = DimExpr::constant(ARENA_ALIGNMENT);
        size.ceil_div(alignment)?.checked_mul(alignment)
    };
    size.and_then(round).expect("tensor sizes were checked when the model was read")
}

/// Offsets of all tensors, and the size of the arena.
fn place(tensors: &[Tensor]) -> (Vec<DimExpr>, DimExpr) {
    let (fixed, mut size) = place_static(tensors);
    let mut offsets: Vec<Option<DimExpr>> = fixed.into_iter().map(|offset| offset.map(DimExpr::constant)).collect();
    let (slot_of, slots) = place_symbolic(tensors);
    for (slot, &slot_size) in slots.iter().enumerate() {
        for (index, _) in slot_of.iter().enumerate().filter(|(_, assigned)| **assigned == Some(slot)) {
            offsets[index] = Some(size);
        }
        size = size.checked_add(slot_size).expect("the sum of slots does not overflow");
    }
    let offsets =
        offsets.into_iter().map(|offset| offset.expect("a tensor is of static or of symbolic size")).collect();
    (offsets, size)
}

/// Greedy by size: the largest first, each at the lowest offset free during its life (Pisarchyk and Lee, "Efficient
/// Memory Management for Deep Neural Net Inference").
fn place_static(tensors: &[Tensor]) -> (Vec<Option<i64>>, DimExpr) {
    let mut order: Vec<(usize, i64)> =
        tensors.iter().enumerate().filter_map(|(index, tensor)| Some((index, tensor.size.as_constant()?))).collect();
    order.sort_by_key(|&(index, size)| (std::cmp::Reverse(size), index));
    let mut offsets: Vec<Option<i64>> = vec![None; tensors.len()];
    let mut placed: Vec<(i64, i64, usize)> = Vec::new();
    let mut total = 0;
    for (index, size) in order {
        let mut offset = 0;
        // `placed` is sorted by offset: slide past each tensor that is alive at the same time and in the way.
        for &(start, end, other) in &placed {
            if overlaps(&tensors[index], &tensors[other]) && start < offset + size && offset < end {
                offset = end;
            }
        }
        offsets[index] = Some(offset);
        total = total.max(offset + size);
        placed.push((offset, offset + size, index));
        placed.sort_unstable();
    }
    (offsets, DimExpr::constant(total))
}

/// First fit: tensors in order of birth take a slot that is free by then, equal in size if there is one; a slot is as
/// large as the largest of its tensors.
fn place_symbolic(tensors: &[Tensor]) -> (Vec<Option<usize>>, Vec<DimExpr>) {
    let mut order: Vec<usize> =
        (0..tensors.len()).filter(|&index| tensors[index].size.as_constant().is_none()).collect();
    order.sort_by_key(|&index| (tensors[index].first, index));
    let mut slots: Vec<(DimExpr, usize)> = Vec::new();
    let mut slot_of = vec![None; tensors.len()];
    for index in order {
        let tensor = &tensors[index];
        let equal = slots.iter().position(|slot| slot.1 < tensor.first && slot.0 == tensor.size);
        let slot = equal.or_else(|| slots.iter().position(|slot| slot.1 < tensor.first));
        match slot {
            Some(slot) => {
                slots[slot] = (slots[slot].0.max(tensor.size), tensor.last);
                slot_of[index] = Some(slot);
            }
            None => {
                slot_of[index] = Some(slots.len());
                slots.push((tensor.size, tensor.last));
            }
        }
    }
    (slot_of, slots.into_iter().map(|(size, _)| size).collect())
}

fn overlaps(left: &Tensor, right: &Tensor) -> bool {
    left.first <= right.last && right.first <= left.last
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_entity::EntityRef;

    fn tensor(size: DimExpr, first: usize, last: usize) -> Tensor {
        Tensor { op: Op::new(0), result: 0, size, first, last }
    }

    fn fixed(size: i64, first: usize, last: usize) -> Tensor {
        tensor(DimExpr::constant(size), first, last)
    }

    #[test]
    fn lifetimes_decide_overlap() {
        let tensors = [fixed(128, 0, 2), fixed(64, 1, 3), fixed(128, 3, 5)];
        let (offsets, size) = place(&tensors);
        let offsets: Vec<_> = offsets.into_iter().map(|offset| offset.as_constant()).collect();
        assert_eq!(offsets, [Some(0), Some(128), Some(0)]);
        assert_eq!(size.as_constant(), Some(192));
    }

    #[test]
    fn gaps_are_filled() {
        let tensors = [fixed(256, 0, 1), fixed(64, 0, 3), fixed(64, 2, 3), fixed(64, 2, 3)];
        let (_, size) = place(&tensors);
        assert_eq!(size.as_constant(), Some(320));
    }

    #[test]
    fn symbolic_slots_are_reused() {
        let n = DimExpr::symbol("N").checked_mul(DimExpr::constant(64)).expect("small");
        let m = DimExpr::symbol("M").checked_mul(DimExpr::constant(64)).expect("small");
        let tensors = [tensor(n, 0, 1), tensor(m, 0, 3), tensor(m, 2, 4)];
        let (offsets, size) = place(&tensors);
        assert_eq!(offsets[0], offsets[2]);
        assert_eq!(size.to_string(), "64 * M + max(64 * M, 64 * N)");
    }
}
