//! Where transposes stand among ops that compute in any order of axes.
//!
//! Such an op has two orders to choose from: its own, and that from before the transposes of one permutation. Whatever else
//! makes or takes its operands and results has one. A value costs a transpose of its elements if the op that makes it and
//! one that takes it choose differently, and nothing if a transpose is there already that makes up for it. The choice
//! that moves the fewest bytes is a minimum cut. Of choices that move as many, that one is taken in which transposes stand
//! last: what makes their operands keeps its epilogue.

use super::min_cut::{INFINITE, Network};
use super::structured::{self, Axes, edit_axes};
use super::{Undone, align, build_undone, rebuild, undo};
use crate::matching::{
    axes_attribute, find_producer, invert, is_constant, is_elementwise, permute, shape_of, transpose,
};
use kiln_ir::{Block, Builder, Module, Op, Type, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// What an extent is taken for if it is symbolic.
const SYMBOLIC_EXTENT: u64 = 32;

/// A byte moved counts so many times as much as a transpose that could stand later.
const BYTE_COST: u64 = 1 << 10;

/// Places transposes in every block inside `root`; returns how many ops take another order.
pub(crate) fn place_transposes(module: &mut Module, root: Op) -> usize {
    let blocks = module.walk(root).into_iter().flat_map(|op| module.regions(op).to_vec());
    let blocks: Vec<Block> = blocks.flat_map(|region| module.blocks(region).to_vec()).collect();
    blocks.into_iter().map(|block| place_in_block(module, block)).sum()
}

fn place_in_block(module: &mut Module, block: Block) -> usize {
    let mut permutations: Vec<Vec<usize>> = Vec::new();
    for op in module.ops_of(block) {
        if let Some(permutation) = permutation_of(module, op) {
            for permutation in [invert(&permutation), permutation] {
                if !permutations.contains(&permutation) {
                    permutations.push(permutation);
                }
            }
        }
    }
    let mut moved = 0;
    for permutation in permutations {
        let mut transposed = FxHashMap::default();
        for op in Placement::new(module, block, &permutation).ops_in_other_order() {
            reorder(module, op, &permutation, &mut transposed);
            moved += 1;
        }
    }
    moved
}

fn permutation_of(module: &Module, op: Op) -> Option<Vec<usize>> {
    module.is(op, "graph.transpose").then(|| axes_attribute(module, op, "permutation"))?
}

/// How an op names axes: not at all if it works element by element; `None` if it has one order only.
fn axes_of(module: &Module, op: Op, permutation: &[usize]) -> Option<Option<Axes>> {
    let [result] = *module.results(op) else { return None };
    let rank = |value: Value| module.ty(value).as_tensor().map(|tensor| tensor.rank());
    if rank(result) != Some(permutation.len()) {
        return None;
    }
    if is_elementwise(module, op) {
        return module.operands(op).iter().all(|&operand| rank(operand).is_some()).then_some(None);
    }
    let axes = structured::axes_of(module, op)?;
    let fits = |&operand: &Value| matches!(rank(operand), Some(found) if found == permutation.len() || found == 0);
    let can_edit = edit_axes(module, op, axes, permutation).is_ok();
    (module.operands(op).iter().all(fits) && can_edit).then_some(Some(axes))
}

/// What an op is in the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    /// It keeps its order.
    Own,
    /// A transpose that makes up for the other order.
    Other,
    /// The node of an op that has the choice.
    Choice(usize),
}

/// The choices around the transposes of one permutation in a block.
struct Placement<'m> {
    module: &'m Module,
    block: Block,
    permutation: &'m [usize],
    inverse: Vec<usize>,
    network: Network,
    source: usize,
    sink: usize,
    /// The ops that have the choice, in the order in which they were found.
    ops: Vec<Op>,
    /// Their nodes.
    nodes: FxHashMap<Op, usize>,
}

impl<'m> Placement<'m> {
    fn new(module: &'m Module, block: Block, permutation: &'m [usize]) -> Placement<'m> {
        let mut network = Network::default();
        let (source, sink) = (network.node(), network.node());
        let inverse = invert(permutation);
        let (ops, nodes) = (Vec::new(), FxHashMap::default());
        Placement { module, block, permutation, inverse, network, source, sink, ops, nodes }
    }

    /// The ops that are better in the order from before the permutation, in program order.
    fn ops_in_other_order(mut self) -> Vec<Op> {
        self.find_choices();
        if self.ops.is_empty() {
            return Vec::new();
        }
        self.connect();
        let cut = self.network.cut(self.source, self.sink);
        let is_better = |op: &Op| self.nodes.get(op).is_some_and(|&node| cut[node]);
        self.module.ops_of(self.block).into_iter().filter(is_better).collect()
    }

    /// The ops with a choice that transposes reach through others such.
    fn find_choices(&mut self) {
        let transposes = self.module.ops_of(self.block).into_iter().filter(|&op| {
            permutation_of(self.module, op).is_some_and(|found| found == self.permutation || found == self.inverse)
        });
        let mut pending: Vec<Op> = transposes.flat_map(|op| self.neighbors(op)).collect();
        while let Some(op) = pending.pop() {
            let has_choice = !self.nodes.contains_key(&op)
                && self.module.parent_block(op) == Some(self.block)
                && axes_of(self.module, op, self.permutation).is_some();
            if has_choice {
                let node = self.network.node();
                self.nodes.insert(op, node);
                self.ops.push(op);
                pending.extend(self.neighbors(op));
            }
        }
    }

    /// The ops that make an op's operands and take its results.
    fn neighbors(&self, op: Op) -> Vec<Op> {
        let producers = self.module.operands(op).iter().filter_map(|&operand| self.module.defining_op(operand));
        let users = self.module.results(op).iter().flat_map(|&result| self.module.users(result));
        producers.chain(users).collect()
    }

    /// Adds what values cost.
    fn connect(&mut self) {
        let mut done: FxHashSet<Value> = FxHashSet::default();
        for op in self.ops.clone() {
            let values = self.module.operands(op).iter().chain(self.module.results(op)).copied();
            for value in values {
                if done.insert(value) && !is_constant(self.module, value) {
                    self.connect_value(value);
                }
            }
        }
    }

    fn connect_value(&mut self, value: Value) {
        let module = self.module;
        let producer = module.defining_op(value).map_or(Side::Own, |op| self.producing_side(op));
        let users = module.users(value);
        let users: Vec<Side> = users.into_iter().map(|op| self.taking_side(op, producer)).collect();
        let cost = self.bytes(value).saturating_mul(BYTE_COST).min(INFINITE / 2);
        let end = |side: Side| match side {
            Side::Own => self.source,
            Side::Other => self.sink,
            Side::Choice(node) => node,
        };
        let (producer_end, ends): (usize, Vec<usize>) = (end(producer), users.iter().map(|&side| end(side)).collect());
        if producer != Side::Other {
            // Transposed for those that take the other order. A transpose that does so already stands late enough.
            let stands = users.contains(&Side::Other);
            let before = self.network.node();
            self.network.edge(producer_end, before, cost + u64::from(!stands));
            ends.iter().for_each(|&end| self.network.edge(before, end, INFINITE));
        }
        if producer != Side::Own {
            // Transposed back for those that keep theirs. That is as late as can be where one of them has no choice.
            let is_last = producer != Side::Other && users.contains(&Side::Own);
            let after = self.network.node();
            self.network.edge(after, producer_end, cost + u64::from(!is_last));
            ends.iter().for_each(|&end| self.network.edge(end, after, INFINITE));
        }
    }

    /// Where the result of an op is had without another transpose. One outside of a loop is not moved into it.
    fn producing_side(&self, op: Op) -> Side {
        let is_transposed = permutation_of(self.module, op).is_some_and(|found| found == self.permutation)
            && self.module.parent_block(op) == Some(self.block)
            && !self.makes_up_for_operand(op);
        self.choice(op).unwrap_or(if is_transposed { Side::Other } else { Side::Own })
    }

    /// In which order an op takes a value that `producer` makes.
    fn taking_side(&self, op: Op, producer: Side) -> Side {
        let is_inverse = permutation_of(self.module, op).is_some_and(|found| found == self.inverse);
        // One that is its own inverse, of a value whose maker has no choice, counts as the maker of its result instead.
        let is_other = is_inverse && (self.permutation != self.inverse || producer != Side::Own);
        self.choice(op).unwrap_or(if is_other { Side::Other } else { Side::Own })
    }

    fn choice(&self, op: Op) -> Option<Side> {
        self.nodes.get(&op).map(|&node| Side::Choice(node))
    }

    /// Whether a transpose that is its own inverse is taken for that: it transposes what an op with a choice makes.
    fn makes_up_for_operand(&self, transpose: Op) -> bool {
        let producer = self.module.defining_op(self.module.operand(transpose, 0));
        self.permutation == self.inverse && producer.is_some_and(|op| self.nodes.contains_key(&op))
    }

    /// Bytes that move when a value is transposed: none if no two long axes change places.
    fn bytes(&self, value: Value) -> u64 {
        let ty = self.module.ty(value);
        let shape = shape_of(self.module, value);
        let aligned = align(shape, self.permutation.len());
        if self.inverse.iter().filter(|&&source| !aligned[source].is(1)).is_sorted() {
            return 0;
        }
        let size = ty.element().map_or(1, |element| element.byte_size() as u64);
        let extents = shape.iter().map(|dim| dim.as_static().unwrap_or(SYMBOLIC_EXTENT));
        extents.fold(size, u64::saturating_mul)
    }
}

/// Computes `op` in the order from before `permutation`, and transposes its result for those that take it as it was. What
/// transposes it back takes it as it is now; transposes that nobody takes any more go, as they would seem to be had.
/// `transposed` are the operands that have been transposed so far.
fn reorder(module: &mut Module, op: Op, permutation: &[usize], transposed: &mut FxHashMap<Value, Value>) {
    let axes = axes_of(module, op, permutation).expect("ops with a choice are those that can be reordered");
    let edits = axes.map(|axes| edit_axes(module, op, axes, permutation));
    let edits = edits.transpose().expect("axes that can be reordered").unwrap_or_default();
    let inverse = invert(permutation);
    let result = module.result(op, 0);
    let ty = Type::tensor(&permute(shape_of(module, result), &inverse), module.ty(result).scalar());
    let operands = module.operands(op).to_vec();
    let transposed_back: Vec<Op> = module
        .users(result)
        .into_iter()
        .filter(|&user| permutation_of(module, user).as_ref() == Some(&inverse))
        .collect();

    let mut builder = Builder::before(module, op);
    let mut made = Vec::new();
    for &value in &operands {
        made.push(match undo(builder.module, value, permutation) {
            Some(undone) => build_undone(&mut builder, value, undone, permutation),
            None => {
                *transposed.entry(value).or_insert_with(|| build_undone(&mut builder, value, Undone::Free, permutation))
            }
        });
    }
    let inner = rebuild(&mut builder, op, &made, &[ty], &edits);
    let inner = builder.module.result(inner, 0);
    for user in transposed_back {
        builder.module.replace(user, &[inner]);
    }
    match builder.module.has_uses(result) {
        true => {
            let value = transpose(&mut builder, inner, permutation);
            module.replace(op, &[value]);
        }
        false => module.erase(op),
    }
    let producers: FxHashSet<Op> =
        operands.into_iter().filter_map(|operand| find_producer(module, operand, "graph.transpose")).collect();
    for producer in producers {
        if !module.has_uses(module.result(producer, 0)) {
            module.erase(producer);
        }
    }
}
