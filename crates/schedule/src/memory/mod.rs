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
//! none); on the function, `arena_size`. Where sizes depend on symbols that data gives, there is an arena for each stage
//! (see [`crate::stages`]): `stages` says of each place which one it is in, and each `graph.bind_extents` has the
//! `arena_size` of the stage that it begins. A loop has in `arena`, after its results, the number of the round and what is
//! copied aside, and says what is copied at the end of a round: see [`loops`].

mod in_place;
mod lifetime;
mod loops;
mod place;

use crate::parts::{is_view, storage_of};
use crate::stages::Stages;
use kiln_graph::LoopView;
use kiln_ir::{Attribute, Block, Dim, DimExpr, Module, Op, Traits, Value};
use lifetime::{Lifetime, Positions};
use loops::{Homes, Moves};
use place::{Request, place};
use rustc_hash::FxHashMap;

pub use loops::loop_homes;

/// Every place in the arena starts at a multiple of this: a cache line, and the widest vector.
pub const ARENA_ALIGNMENT: i64 = 64;

/// Plans the memory of function `main`; returns how many kernels write over an operand.
pub fn plan_memory(module: &mut Module, main: Op) -> usize {
    let owners = owners(module, main);
    let positions = Positions::compute(module, main);
    let alive = lifetimes(module, &owners, &positions);
    let homes = Homes::find(module, &owners, &positions, &alive);
    let outputs = direct_outputs(module, main);
    let mut planner =
        Planner { module, positions, alive, homes, outputs, requests: Vec::new(), request_of: FxHashMap::default() };
    let mut overwriting = 0;
    let mut loops = FxHashMap::default();
    // Owners come in the order of execution: what is overwritten has its request by now.
    for &op in &owners {
        overwriting += planner.request_results(op);
        if let Some(view) = LoopView::of(planner.module, op) {
            loops.insert(op, planner.request_for_loop(op, &view));
        }
    }
    let Planner { requests, request_of, outputs, .. } = planner;
    let stages = Stages::of(module, main);
    let (places, sizes) = place_by_stage(&stages, &requests);
    let place_of = |request: Option<&usize>| {
        request.map_or((Dim::Static(0), 0), |&index| (Dim::from_expr(places[index].0), places[index].1))
    };
    for op in owners {
        let results = module.results(op).to_vec();
        let mut places: Vec<(Dim, i64)> = results.iter().map(|result| place_of(request_of.get(result))).collect();
        let written: Vec<i64> =
            results.iter().map(|result| outputs.get(result).map_or(-1, |&number| number as i64)).collect();
        if let Some((moves, own)) = loops.remove(&op) {
            places.extend(own.iter().map(|request| place_of(Some(request))));
            let numbers = |list: &[usize]| list.iter().map(|&index| index as i64).collect::<Vec<_>>();
            module.set_attribute(op, "aside", numbers(&moves.aside));
            module.set_attribute(op, "moves", numbers(&moves.order));
            module.set_attribute(op, "slices", numbers(&moves.slices));
        }
        let (offsets, stages): (Vec<Dim>, Vec<i64>) = places.into_iter().unzip();
        module.set_attribute(op, "output", written);
        module.set_attribute(op, "arena", offsets);
        if stages.iter().any(|&stage| stage != 0) {
            module.set_attribute(op, "stages", stages);
        }
    }
    for (&op, size) in [main].iter().chain(stages.binds()).zip(sizes) {
        module.set_attribute(op, "arena_size", Attribute::dims(&[Dim::from_expr(size)]));
    }
    overwriting
}

/// The place and the stage of each request, and the size of each stage's arena.
fn place_by_stage(stages: &Stages, requests: &[Request]) -> (Vec<(DimExpr, i64)>, Vec<DimExpr>) {
    let stage_of: Vec<usize> = requests.iter().map(|request| stages.stage(request.size)).collect();
    let mut places = vec![(DimExpr::constant(0), 0); requests.len()];
    let mut sizes = Vec::with_capacity(stages.count());
    for stage in 0..stages.count() {
        let members: Vec<usize> = (0..requests.len()).filter(|&index| stage_of[index] == stage).collect();
        let own: Vec<Request> = members.iter().map(|&index| requests[index].clone()).collect();
        let (offsets, size) = place(&own);
        for (index, offset) in members.into_iter().zip(offsets) {
            places[index] = (offset, stage as i64);
        }
        sizes.push(size);
    }
    (places, sizes)
}

/// What is known while memory is asked for.
struct Planner<'m> {
    module: &'m Module,
    positions: Positions,
    alive: FxHashMap<Value, Lifetime>,
    homes: Homes,
    /// The output of the model that a value is written to.
    outputs: FxHashMap<Value, usize>,
    requests: Vec<Request>,
    request_of: FxHashMap<Value, usize>,
}

impl Planner<'_> {
    /// Asks for memory for the results of `op`; returns how many take over an operand's.
    fn request_results(&mut self, op: Op) -> usize {
        let mut overwriting = 0;
        for &value in self.module.results(op) {
            let is_placed = self.homes.contain(value) || self.outputs.contains_key(&value);
            let Some(&lifetime) = self.alive.get(&value).filter(|_| !is_placed) else { continue };
            let overwritten = in_place::overwritten_operand(self.module, op, |operand| {
                let dies_here = self.alive.get(&operand).is_some_and(|alive| alive.last == self.positions.end(op));
                self.request_of.get(&operand).copied().filter(|_| dies_here)
            });
            let request = match overwritten {
                Some(request) => {
                    self.requests[request].lifetime = self.requests[request].lifetime.join(lifetime);
                    overwriting += 1;
                    request
                }
                None => self.request(byte_size(self.module, value), lifetime),
            };
            self.request_of.insert(value, request);
        }
        overwriting
    }

    /// Asks for what a loop needs besides its results: the number of the round, and what is copied aside.
    fn request_for_loop(&mut self, op: Op, view: &LoopView) -> (Moves, Vec<usize>) {
        let moves = self.homes.moves(self.module, view);
        let whole = Lifetime { first: self.positions.begin(op), last: self.positions.end(op) };
        let end = Lifetime { first: self.positions.begin(view.end), last: self.positions.end(view.end) };
        let mut requests = vec![self.request(byte_size(self.module, view.round), whole)];
        for &index in &moves.aside {
            requests.push(self.request(byte_size(self.module, view.next[index]), end));
        }
        (moves, requests)
    }

    fn request(&mut self, size: DimExpr, lifetime: Lifetime) -> usize {
        self.requests.push(Request { size, lifetime });
        self.requests.len() - 1
    }
}

/// The blocks inside of an op that are run as part of `@main`: those of control flow.
pub(crate) fn inner_blocks(module: &Module, op: Op) -> Vec<Block> {
    let is_control = module.is(op, kiln_graph::IF) || module.is(op, kiln_graph::LOOP);
    let count = if is_control { module.regions(op).len() } else { 0 };
    (0..count).map(|index| module.region_block(op, index)).collect()
}

/// The ops whose results need memory, all but constants and views, in the order of execution.
fn owners(module: &Module, main: Op) -> Vec<Op> {
    fn visit(module: &Module, block: Block, found: &mut Vec<Op>) {
        for op in module.block_ops(block) {
            let is_known = is_view(module, op) || module.has_traits(op, Traits::CONSTANT_LIKE);
            if !module.results(op).is_empty() && !is_known {
                found.push(op);
            }
            inner_blocks(module, op).into_iter().for_each(|block| visit(module, block, found));
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
    let stages = Stages::of(module, main);
    let mut outputs = FxHashMap::default();
    for (number, &value) in module.operands(last).iter().enumerate() {
        let owner = storage_of(module, value).owner;
        let is_own = module
            .defining_op(owner)
            .is_some_and(|op| !module.has_traits(op, Traits::CONSTANT_LIKE) && module.parent_block(op) == Some(block));
        // How large an output is that depends on data, its caller may not know.
        let is_known = stages.stage(byte_count(module, value)) == 0;
        if is_own && is_known && byte_count(module, owner) == byte_count(module, value) {
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
