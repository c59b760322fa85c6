//! `order-kernels`: kernels in the order that needs the least memory at once.
//!
//! ```mlir
//! %a = graph.fusion %x        // large
//! %b = graph.fusion %y        // large
//! %c = graph.fusion %a        // small: comes before %b, so that %a and %b are never there together
//! %d = graph.fusion %b
//! ```
//!
//! Two orders are tried besides the given one: always the kernel that frees the most, and results from the last one up,
//! each with all it needs before the next. The given order stays unless another needs less. Every op here is pure, or
//! binds symbols that others have in their types, so that any order in which operands and symbols come first computes the
//! same.

use crate::anchored::estimate;
use crate::parts::storage_of;
use kiln_graph::BindView;
use kiln_ir::{Block, Module, Name, Op, Traits, Value, mentioned_symbols};
use rustc_hash::{FxHashMap, FxHashSet};

/// Longer blocks stay as they are: the next op is searched for among all that could be.
const MOST_OPS: usize = 4096;

/// Reorders the ops of every block inside `root` that is not a kernel's; returns how many bytes that saves, at a guess
/// where extents are symbolic.
pub fn order_kernels(module: &mut Module, root: Op) -> u64 {
    let mut saved = 0;
    for op in module.walk(root) {
        if module.is(op, "graph.fusion") || module.parent_op(op).is_some_and(|parent| module.is(parent, "graph.fusion"))
        {
            continue;
        }
        for region in module.regions(op).to_vec() {
            for block in module.blocks(region).to_vec() {
                saved += order_block(module, block);
            }
        }
    }
    saved
}

fn order_block(module: &mut Module, block: Block) -> u64 {
    let ops = module.ops_of(block);
    let Some((&last, ops)) = ops.split_last() else { return 0 };
    let is_graph = |&op: &Op| module.name(op).as_str().starts_with("graph.");
    if ops.len() < 2
        || ops.len() > MOST_OPS
        || !ops.iter().all(is_graph)
        || !module.has_traits(last, Traits::TERMINATOR)
    {
        return 0;
    }
    let graph = Graph::new(module, block, ops);
    let given: Vec<usize> = (0..ops.len()).collect();
    let before = graph.peak(&given);
    let best = [graph.freeing_first(), graph.depth_first()].into_iter().min_by_key(|order| graph.peak(order));
    let Some(best) = best.filter(|order| graph.peak(order) < before) else { return 0 };
    let after = graph.peak(&best);
    best.into_iter().for_each(|index| module.move_before(last, ops[index]));
    before - after
}

/// The ops of a block as a graph of what needs what, and the memory they write and read.
struct Graph {
    /// For each op, those that come before it.
    before: Vec<Vec<usize>>,
    /// The memory that each op is the first to need, or one of the first.
    writes: Vec<Vec<usize>>,
    /// The memory that each op needs.
    uses: Vec<Vec<usize>>,
    /// The bytes of each piece of memory; 0 of what outlives the block.
    sizes: Vec<u64>,
    /// How many ops need each piece of memory.
    users: Vec<usize>,
}

impl Graph {
    fn new(module: &Module, block: Block, ops: &[Op]) -> Graph {
        let index: FxHashMap<Op, usize> = ops.iter().enumerate().map(|(index, &op)| (op, index)).collect();
        let mut pieces: FxHashMap<Value, usize> = FxHashMap::default();
        let mut graph = Graph {
            before: vec![Vec::new(); ops.len()],
            writes: vec![Vec::new(); ops.len()],
            uses: vec![Vec::new(); ops.len()],
            sizes: Vec::new(),
            users: Vec::new(),
        };
        for (number, &op) in ops.iter().enumerate() {
            let operands: FxHashSet<Value> = match module.is(op, "graph.fusion") {
                true => module.operands(op).iter().copied().collect(),
                false => module.walk(op).into_iter().flat_map(|inner| module.operands(inner).to_vec()).collect(),
            };
            for &value in operands.iter().chain(module.results(op)) {
                let Some(producer) = module.defining_op(value).filter(|op| index.contains_key(op)) else { continue };
                let owner = storage_of(module, value).owner;
                let piece = *pieces.entry(owner).or_insert_with(|| {
                    graph.sizes.push(bytes(module, block, owner));
                    graph.users.push(0);
                    graph.sizes.len() - 1
                });
                if producer != op {
                    graph.before[number].push(index[&producer]);
                } else if !graph.writes[number].contains(&piece) {
                    graph.writes[number].push(piece);
                }
                if !graph.uses[number].contains(&piece) {
                    graph.uses[number].push(piece);
                    graph.users[piece] += 1;
                }
            }
        }
        graph.bound_before_used(module, ops);
        for before in &mut graph.before {
            before.sort_unstable();
            before.dedup();
        }
        graph
    }

    /// What has a symbol in a type or an attribute comes after what gives it its value.
    fn bound_before_used(&mut self, module: &Module, ops: &[Op]) {
        let mut binders: FxHashMap<Name, usize> = FxHashMap::default();
        for (number, &op) in ops.iter().enumerate() {
            binders
                .extend(BindView::all(module, op).into_iter().flat_map(|bind| bind.symbols).map(|name| (name, number)));
        }
        if binders.is_empty() {
            return;
        }
        for (number, &op) in ops.iter().enumerate() {
            let binders = mentioned_symbols(module, op).into_iter().filter_map(|name| binders.get(&name).copied());
            self.before[number].extend(binders.filter(|&binder| binder != number));
        }
    }

    /// The most bytes that are needed at once, in this order.
    fn peak(&self, order: &[usize]) -> u64 {
        let mut state = State::new(self);
        order.iter().map(|&op| state.run(self, op)).max().unwrap_or(0)
    }

    /// Of the ops that could come next, always the one after which the least is needed; the first of equal ones.
    fn freeing_first(&self) -> Vec<usize> {
        let mut state = State::new(self);
        let mut waiting: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); waiting.len()];
        for (op, before) in self.before.iter().enumerate() {
            before.iter().for_each(|&other| after[other].push(op));
        }
        let mut ready: Vec<usize> = (0..waiting.len()).filter(|&op| waiting[op] == 0).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(place) = (0..ready.len()).min_by_key(|&place| (state.growth(self, ready[place]), ready[place])) {
            let op = ready.swap_remove(place);
            state.run(self, op);
            order.push(op);
            for &next in &after[op] {
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    ready.push(next);
                }
            }
        }
        order
    }

    /// Every op right before what needs it, the needs of the last op first.
    fn depth_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.before.len());
        let mut is_done = vec![false; self.before.len()];
        for last in 0..self.before.len() {
            let mut stack = vec![(last, 0)];
            while let Some((op, next)) = stack.pop() {
                if is_done[op] {
                    continue;
                }
                match self.before[op].get(next) {
                    Some(&needed) => stack.extend([(op, next + 1), (needed, 0)]),
                    None => {
                        is_done[op] = true;
                        order.push(op);
                    }
                }
            }
        }
        order
    }
}

/// The bytes of what `owner` is the memory of; 0 if it is no tensor in the arena or the block gives it away.
fn bytes(module: &Module, block: Block, owner: Value) -> u64 {
    let Some(producer) = module.defining_op(owner) else { return 0 };
    let leaves = |user: &kiln_ir::Use| {
        module.has_traits(user.op, Traits::TERMINATOR) && module.parent_block(user.op) == Some(block)
    };
    if module.has_traits(producer, Traits::CONSTANT_LIKE) || module.uses(owner).iter().any(leaves) {
        return 0;
    }
    let Some(tensor) = module.ty(owner).as_tensor() else { return 0 };
    let element = tensor.element.to_element().map_or(1, |element| element.byte_size().max(1)) as u64;
    tensor.shape.iter().fold(element, |size, &dim| size.saturating_mul(estimate(dim).unsigned_abs()))
}

/// What is needed while ops run one after the other.
struct State {
    /// Bytes that are needed now.
    bytes: u64,
    /// For each piece of memory, how many ops have yet to use it.
    left: Vec<usize>,
    is_there: Vec<bool>,
}

impl State {
    fn new(graph: &Graph) -> State {
        State { bytes: 0, left: graph.users.clone(), is_there: vec![false; graph.sizes.len()] }
    }

    /// How many bytes more are needed after `op` than before it.
    fn growth(&self, graph: &Graph, op: usize) -> i64 {
        let signed = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
        let new: i64 = graph.writes[op]
            .iter()
            .filter(|&&piece| !self.is_there[piece])
            .map(|&piece| signed(graph.sizes[piece]))
            .sum();
        let freed: i64 = graph.uses[op]
            .iter()
            .filter(|&&piece| self.left[piece] == 1)
            .map(|&piece| signed(graph.sizes[piece]))
            .sum();
        new.saturating_sub(freed)
    }

    /// Runs `op`; returns how many bytes are needed while it does.
    fn run(&mut self, graph: &Graph, op: usize) -> u64 {
        for &piece in &graph.writes[op] {
            if !std::mem::replace(&mut self.is_there[piece], true) {
                self.bytes = self.bytes.saturating_add(graph.sizes[piece]);
            }
        }
        let needed = self.bytes;
        for &piece in &graph.uses[op] {
            self.left[piece] -= 1;
            if self.left[piece] == 0 {
                self.bytes = self.bytes.saturating_sub(graph.sizes[piece]);
            }
        }
        needed
    }
}
