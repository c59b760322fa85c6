//! `plan-memory`: where every tensor of `@main` lives.
//!
//! A tensor is an input, a constant, an output, a part of another (see [`crate::parts`]), or has a place in the arena:
//! one block of memory whose layout is decided here. Places overlap when their tensors are never alive together, and
//! where a kernel writes its result over an operand that it reads element by element and that nobody reads after it.
//! Tensors of static size are packed by offset; those of symbolic size share slots, whose sizes are expressions evaluated
//! at each call.
//!
//! The plan is attributes: on each op with results of its own, `arena` (`#kiln.dims`, the byte offset of each result, 0
//! where it is not in the arena) and `output` (the number of the model's output each result is written to, -1 where
//! none); on the function, `arena_size`.

mod in_place;
mod lifetime;
mod place;

use crate::parts::{is_view, storage_of};
use kiln_ir::{Attribute, Block, Dim, DimExpr, Module, Op, Traits, Value};
use lifetime::{Lifetime, Positions};
use place::{Request, place};
use rustc_hash::FxHashMap;

/// Every place in the arena starts at a multiple of this: a cache line, and the widest vector.
pub const ARENA_ALIGNMENT: i64 = 64;

/// Plans the memory of function `main`; returns how many kernels write over an operand.
pub fn plan_memory(module: &mut Module, main: Op) -> usize {
    let owners = owners(module, main);
    let outputs = direct_outputs(module, main);
    let positions = Positions::compute(module, main);
    let alive = lifetimes(module, &owners, &positions);
    let mut requests: Vec<Request> = Vec::new();
    let mut request_of: FxHashMap<Value, usize> = FxHashMap::default();
    let mut overwriting = 0;
    for &op in &owners {
        for value in module.results(op).to_vec() {
            let Some(&lifetime) = alive.get(&value).filter(|_| !outputs.contains_key(&value)) else { continue };
            // Owners come in the order of execution: what is overwritten has its request by now.
            let overwritten = in_place::overwritten_operand(module, op, |operand| {
                let dies_here = alive.get(&operand).is_some_and(|lifetime| lifetime.last == positions.end(op));
                request_of.get(&operand).copied().filter(|_| dies_here)
            });
            let request = match overwritten {
                Some(request) => {
                    requests[request].lifetime = requests[request].lifetime.join(lifetime);
                    overwriting += 1;
                    request
                }
                None => {
                    requests.push(Request { size: byte_size(module, value), lifetime });
                    requests.len() - 1
                }
            };
            request_of.insert(value, request);
        }
    }
    let (offsets, size) = place(&requests);
    for op in owners {
        let results = module.results(op).to_vec();
        let offset =
            |result: &Value| request_of.get(result).map_or(Dim::Static(0), |&index| Dim::from_expr(offsets[index]));
        let places: Vec<Dim> = results.iter().map(offset).collect();
        let written: Vec<i64> =
            results.iter().map(|result| outputs.get(result).map_or(-1, |&number| number as i64)).collect();
        module.set_attribute(op, "output", written);
        module.set_attribute(op, "arena", places);
    }
    module.set_attribute(main, "arena_size", Attribute::dims(&[Dim::from_expr(size)]));
    overwriting
}

/// The ops whose results need memory, all but constants and views, in the order of execution.
fn owners(module: &Module, main: Op) -> Vec<Op> {
    fn visit(module: &Module, block: Block, found: &mut Vec<Op>) {
        for op in module.block_ops(block) {
            let is_known = is_view(module, op) || module.has_traits(op, Traits::CONSTANT_LIKE);
            if !module.results(op).is_empty() && !is_known {
                found.push(op);
            }
            if module.is(op, "graph.if") {
                (0..2).for_each(|index| visit(module, module.region_block(op, index), found));
            }
        }
    }
    let mut found = Vec::new();
    visit(module, module.region_block(main, 0), &mut found);
    found
}

/// When the memory of each value that owns some is in use: while any of its parts is.
fn lifetimes(module: &Module, owners: &[Op], positions: &Positions) -> FxHashMap<Value, Lifetime> {
    let mut alive: FxHashMap<Value, Lifetime> = FxHashMap::default();
    for &op in owners {
        for (index, &result) in module.results(op).iter().enumerate() {
            let lifetime = positions.lifetime(module, op, index);
            let whole = alive.entry(storage_of(module, result).owner).or_insert(lifetime);
            *whole = whole.join(lifetime);
        }
    }
    alive
}

/// The values that kernels write straight into outputs; an output that is an input, a constant, a part of another tensor
/// or another output is copied at the end instead.
fn direct_outputs(module: &Module, main: Op) -> FxHashMap<Value, usize> {
    let block = module.region_block(main, 0);
    let Some(last) = module.last_op(block) else { return FxHashMap::default() };
    let mut outputs = FxHashMap::default();
    for (number, &value) in module.operands(last).iter().enumerate() {
        let owner = storage_of(module, value).owner;
        let is_own = module
            .defining_op(owner)
            .is_some_and(|op| !module.has_traits(op, Traits::CONSTANT_LIKE) && module.parent_block(op) == Some(block));
        if is_own && byte_count(module, owner) == byte_count(module, value) {
            outputs.entry(owner).or_insert(number);
        }
    }
    outputs
}

/// Bytes of a tensor, rounded up to the alignment.
///
/// # Panics
/// When the size overflows: conversion checked it.
fn byte_size(module: &Module, value: Value) -> DimExpr {
    let alignment = DimExpr::constant(ARENA_ALIGNMENT);
    let blocks = byte_count(module, value).ceil_div(alignment);
    blocks.and_then(|blocks| blocks.checked_mul(alignment)).expect("tensor sizes were checked when the model was read")
}

fn byte_count(module: &Module, value: Value) -> DimExpr {
    let tensor = module.ty(value).as_tensor().expect("graph values are ranked tensors");
    let element = tensor.element.to_element().map_or(1, |element| element.byte_size().max(1));
    let size =
        tensor.shape.iter().try_fold(DimExpr::constant(element as i64), |size, dim| size.checked_mul(dim.expr()?));
    size.expect("tensor sizes were checked when the model was read")
}
