//! Layers that go on where others end: one layer over the steps of all of them.
//!
//! ```mlir
//! %y1, %h1 = graph.gru %x1, %w, %r, %b, %h0
//! %y2, %h2 = graph.gru %x2, %w, %r, %b, %h1
//! // becomes
//! %x = graph.concat %x1, %x2 {axis = 0}
//! %y, %h2 = graph.gru %x, %w, %r, %b, %h0         // %y1, %y2 and %h1 are slices of %y
//! ```

use super::sums::extent;
use crate::matching::{concat, find_producer, reshape, shape_of, slice, transpose};
use kiln_graph::{Direction, RecurrentView};
use kiln_ir::{Attributes, Builder, Dim, Module, Op, Traits, Type, Value};
use rustc_hash::FxHashMap;

/// The most ops that are looked at for what an input depends on.
const MOST_DEPENDENCIES: usize = 64;

/// Merges every chain of layers inside `root`; returns how many layers became part of another.
pub(super) fn merge_steps(module: &mut Module, root: Op) -> usize {
    let mut merged = 0;
    loop {
        // The steps of a layer above another depend on its steps; on all of them at once when those are merged.
        match merge_chains(module, root) {
            0 => return merged,
            count => merged += count,
        }
    }
}

fn merge_chains(module: &mut Module, root: Op) -> usize {
    let ops = module.walk(root);
    let mut order = Order::new(&ops);
    let mut chains: Vec<Vec<Op>> = Vec::new();
    let mut chain_of: FxHashMap<Op, usize> = FxHashMap::default();
    for op in ops.into_iter().filter(|&op| is_plain(module, op)).collect::<Vec<_>>() {
        let before = predecessor(module, op).filter(|before| chain_of.contains_key(before));
        let chain = before.map(|before| (chain_of[&before], before)).filter(|&(chain, before)| {
            chains[chain].last() == Some(&before) && order.hoist_input(module, op, chains[chain][0], &chain_of)
        });
        let chain = chain.map_or(chains.len(), |(chain, _)| chain);
        if chain == chains.len() {
            chains.push(Vec::new());
        }
        chains[chain].push(op);
        chain_of.insert(op, chain);
    }
    chains.retain(|chain| chain.len() > 1);
    chains.iter().for_each(|chain| merge(module, chain));
    chains.iter().map(|chain| chain.len() - 1).sum()
}

/// Where the state of a layer is among its operands: `initial_h`, and `initial_c` of an LSTM.
const FIRST_STATE: usize = 4;

/// Whether `op` is a layer that runs forwards from a state, with nothing unusual, over a number of steps that is known.
fn is_plain(module: &Module, op: Op) -> bool {
    let segments: &[i64] = match module.name(op).as_str() {
        "graph.lstm" => &[1, 1, 1, 1, 0, 1, 1, 0],
        "graph.gru" => &[1, 1, 1, 1, 0, 1],
        _ => return false,
    };
    let is_forward =
        RecurrentView::of(module, op).is_ok_and(|view| view.direction == Direction::Forward && !view.batch_first);
    is_forward
        && module.attributes(op).i64s("operandSegmentSizes").is_some_and(|found| found == segments)
        && extent(module, module.operand(op, 0), 0).is_some_and(|steps| steps > 0)
}

/// The layer where `op` goes on, if both have the same weights and nothing else needs the first one's cell state.
fn predecessor(module: &Module, op: Op) -> Option<Op> {
    let before = module.defining_op(unreshaped(module, module.operand(op, FIRST_STATE)))?;
    let same = is_plain(module, before)
        && module.parent_block(before) == module.parent_block(op)
        && module.name(before) == module.name(op)
        && module.operands(before)[1..FIRST_STATE] == module.operands(op)[1..FIRST_STATE]
        && same_attributes(module.attributes(before), module.attributes(op));
    let states = 0..module.operands(op).len() - FIRST_STATE;
    let goes_on = |state: usize| {
        let initial = module.operand(op, FIRST_STATE + state);
        let last = module.result(before, 1 + state);
        unreshaped(module, initial) == last && shape_of(module, initial) == shape_of(module, last)
    };
    let cell_is_free = module.results(before).get(2).is_none_or(|&cell| only_user(module, cell) == Some(op));
    (same && states.into_iter().all(goes_on) && cell_is_free).then_some(before)
}

fn same_attributes(left: &Attributes, right: &Attributes) -> bool {
    left.iter().eq(right.iter())
}

/// What `value` is a view of.
fn unreshaped(module: &Module, mut value: Value) -> Value {
    while let Some(reshape) = find_producer(module, value, "graph.reshape") {
        value = module.operand(reshape, 0);
    }
    value
}

/// The only op that uses `value`, through views of it.
fn only_user(module: &Module, mut value: Value) -> Option<Op> {
    loop {
        let users: Vec<Op> = module.users(value).into_iter().filter(|&user| !is_dead(module, user)).collect();
        let &[user] = users.as_slice() else { return None };
        if !module.is(user, "graph.reshape") {
            return Some(user);
        }
        value = module.result(user, 0);
    }
}

/// Whether an op without effects is what is left of a cell once it is a layer: its users, if any, have none themselves.
fn is_dead(module: &Module, op: Op) -> bool {
    let unused = |op: Op| {
        module.has_traits(op, Traits::PURE) && module.results(op).iter().all(|&result| !module.has_uses(result))
    };
    let users = || module.results(op).iter().flat_map(|&result| module.users(result));
    module.has_traits(op, Traits::PURE) && users().all(unused)
}

/// Where ops are: in a block, a smaller number comes first.
struct Order(FxHashMap<Op, usize>);

impl Order {
    fn new(ops: &[Op]) -> Order {
        Order(ops.iter().enumerate().map(|(place, &op)| (op, place)).collect())
    }

    /// Moves what the input of `op` is computed from before `first`, the first of a chain; false, and nothing moved, if
    /// it depends on the chain.
    fn hoist_input(&mut self, module: &mut Module, op: Op, first: Op, chain: &FxHashMap<Op, usize>) -> bool {
        let (block, start) = (module.parent_block(first), self.0[&first]);
        let mut needed: Vec<Op> = Vec::new();
        let mut pending = vec![module.operand(op, 0)];
        while let Some(value) = pending.pop() {
            let Some(source) = module.defining_op(value) else { continue };
            let is_later = module.parent_block(source) == block && self.0.get(&source).is_none_or(|&at| at >= start);
            if !is_later || needed.contains(&source) {
                continue;
            }
            let moves =
                !chain.contains_key(&source) && module.regions(source).is_empty() && self.0.contains_key(&source);
            if !moves || needed.len() >= MOST_DEPENDENCIES {
                return false;
            }
            needed.push(source);
            pending.extend(module.operands(source).iter().copied());
        }
        needed.sort_by_key(|source| self.0[source]);
        for source in needed {
            module.move_before(first, source);
            self.0.insert(source, 0);
        }
        true
    }
}

fn merge(module: &mut Module, chain: &[Op]) {
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    let lengths: Vec<u64> = chain
        .iter()
        .map(|&op| extent(module, module.operand(op, 0), 0).expect("chains are of layers with known steps"))
        .collect();
    let mut builder = Builder::before(module, first);
    let (x, batch_first) = join_inputs(&mut builder, chain);

    let name = builder.module.name(first);
    let attributes = builder.module.attributes(first).clone();
    let operands = builder.module.operands(first).to_vec();
    let mut results = builder.module.result_types(first);
    let mut shape = shape_of(builder.module, builder.module.result(first, 0)).to_vec();
    shape[0] = Dim::Static(lengths.iter().sum());
    results[0] = Type::tensor(&shape, builder.module.ty(x).scalar());
    let mut layer = builder.op(name.as_str()).operand(x).operands(&operands[1..]).results(&results);
    for (name, value) in attributes.iter() {
        layer = layer.attribute(name.as_str(), value);
    }
    let layer = layer.build();
    let all = Outputs::new(&mut builder, layer, batch_first);
    // Where the states in between are asked for, too, the last of them is part of the same tensor.
    let asks_for_all =
        chain.windows(2).any(|pair| only_user(builder.module, builder.module.result(pair[0], 1)) != Some(pair[1]));
    let mut start = 0;
    for (&op, &length) in chain.iter().zip(&lengths) {
        let [y, h] = [0, 1].map(|index| builder.module.result(op, index));
        let steps = all.steps(&mut builder, start, length, y);
        let state = match op == last && !asks_for_all {
            true => builder.module.result(layer, 1),
            false => all.steps(&mut builder, start + length - 1, 1, h),
        };
        builder.module.replace_all_uses(y, steps);
        builder.module.replace_all_uses(h, state);
        start += length;
    }
    if let Some(&cell) = builder.module.results(last).get(2) {
        let end = builder.module.result(layer, 2);
        builder.module.replace_all_uses(cell, end);
    }
    // The last first: until then, each layer's cell state is used by the next.
    chain.iter().rev().for_each(|&op| erase_with_views(module, op));
}

/// Erases a layer and the views of its results that nothing uses.
fn erase_with_views(module: &mut Module, op: Op) {
    for result in module.results(op).to_vec() {
        erase_users(module, result);
    }
    module.erase(op);
}

fn erase_users(module: &mut Module, value: Value) {
    for user in module.users(value) {
        for result in module.results(user).to_vec() {
            erase_users(module, result);
        }
        module.erase(user);
    }
}

/// The inputs of a chain one after the other, and whether they are steps of a tensor whose first axis is the batch.
fn join_inputs(builder: &mut Builder, chain: &[Op]) -> (Value, bool) {
    let inputs: Vec<Value> = chain.iter().map(|&op| builder.module.operand(op, 0)).collect();
    let columns: Option<Vec<Value>> = inputs.iter().map(|&input| find_column(builder.module, input)).collect();
    let Some(columns) = columns else { return (concat(builder, &inputs, 0), false) };
    let joined = concat(builder, &columns, 1);
    (transpose(builder, joined, &[1, 0, 2]), true)
}

/// The slice, one step along the second axis of a tensor of rank 3, that `input` is a view of.
fn find_column(module: &Module, input: Value) -> Option<Value> {
    let source = unreshaped(module, input);
    let slice = find_producer(module, source, "graph.slice")?;
    let (shape, wide) = (shape_of(module, source), shape_of(module, module.operand(slice, 0)));
    let [steps, batch, features] = *shape_of(module, input) else { return None };
    let is_step = steps.is(1) && shape == [batch, Dim::Static(1), features] && !wide[1].is(1);
    is_step.then_some(source)
}

/// The hidden states of a layer after each step, along the axis from which users take them.
struct Outputs {
    states: Value,
    axis: usize,
}

impl Outputs {
    fn new(builder: &mut Builder, layer: Op, batch_first: bool) -> Outputs {
        let y = builder.module.result(layer, 0);
        let &[steps, _, batch, size] = shape_of(builder.module, y) else { unreachable!("y has four axes") };
        let states = reshape(builder, y, &[steps, batch, size]);
        match batch_first {
            true => Outputs { states: transpose(builder, states, &[1, 0, 2]), axis: 1 },
            false => Outputs { states, axis: 0 },
        }
    }

    /// The states of `length` steps from `start` on, in place of `old`.
    fn steps(&self, builder: &mut Builder, start: u64, length: u64, old: Value) -> Value {
        let mut shape = shape_of(builder.module, self.states).to_vec();
        shape[self.axis] = Dim::Static(length);
        let mut starts = [0; 3];
        starts[self.axis] = start;
        let part = slice(builder, self.states, &starts, &shape);
        let part = if self.axis == 1 && length > 1 { transpose(builder, part, &[1, 0, 2]) } else { part };
        let shape = shape_of(builder.module, old).to_vec();
        reshape(builder, part, &shape)
    }
}
