//! Dominance between blocks of a region, and between values and their uses.

use crate::definition::Traits;
use crate::module::{Block, Module, Op, Region, Value, ValueDefinition};
use rustc_hash::FxHashMap;

/// Immediate dominators of every block reached, and positions of ops within blocks.
///
/// Computed on demand from one state of the module; any edit makes it stale.
#[derive(Debug, Default)]
pub struct Dominance {
    immediate: FxHashMap<Block, Block>,
    order: FxHashMap<Op, usize>,
}

impl Dominance {
    /// Computes dominance for everything inside `root`.
    pub fn compute(module: &Module, root: Op) -> Dominance {
        let mut dominance = Dominance::default();
        for op in module.walk(root) {
            for &region in module.regions(op) {
                for &block in module.blocks(region) {
                    for (index, inner) in module.block_ops(block).enumerate() {
                        dominance.order.insert(inner, index);
                    }
                }
                if module.blocks(region).len() > 1 {
                    dominance.compute_region(module, region);
                }
            }
        }
        dominance
    }

    /// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
    fn compute_region(&mut self, module: &Module, region: Region) {
        let order = reverse_postorder(module, region);
        let position: FxHashMap<Block, usize> =
            order.iter().enumerate().map(|(index, &block)| (block, index)).collect();
        let mut predecessors: FxHashMap<Block, Vec<Block>> = FxHashMap::default();
        for &block in &order {
            for successor in module.last_op(block).map(|op| module.successors(op)).unwrap_or_default() {
                predecessors.entry(*successor).or_default().push(block);
            }
        }
        let entry = order[0];
        let mut immediate: FxHashMap<Block, Block> = [(entry, entry)].into_iter().collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &block in &order[1..] {
                let mut candidates = predecessors[&block].iter().filter(|block| immediate.contains_key(block)).copied();
                let first = candidates.next().expect("a reached block has a visited predecessor");
                let meet = candidates.fold(first, |mut left, mut right| {
                    while left != right {
                        match position[&left] > position[&right] {
                            true => left = immediate[&left],
                            false => right = immediate[&right],
                        }
                    }
                    left
                });
                changed |= immediate.insert(block, meet) != Some(meet);
            }
        }
        self.immediate.extend(immediate);
    }

    /// Whether `value` may be used as an operand of `user`.
    pub fn is_visible(&self, module: &Module, value: Value, user: Op) -> bool {
        let (block, before) = match module.value_definition(value) {
            ValueDefinition::Argument(block, _) => (block, None),
            ValueDefinition::Result(op, _) => match module.parent_block(op) {
                Some(block) => (block, Some(op)),
                None => return false,
            },
        };
        let region = module.parent_region(block);
        let mut ancestor = user;
        loop {
            let Some(place) = module.parent_block(ancestor) else { return false };
            if module.parent_region(place) == region {
                return match before {
                    _ if place != block => self.dominates(block, place),
                    Some(_) if is_graph(module, block) => true,
                    Some(definition) => self.order.get(&definition) < self.order.get(&ancestor),
                    None => true,
                };
            }
            match module.parent_op(ancestor) {
                Some(parent) => ancestor = parent,
                None => return false,
            }
        }
    }

    /// The block that all other blocks on every path to `block` dominate, in a region of several; `None` for the first, and
    /// for blocks that no path leads to.
    pub fn immediate_dominator(&self, block: Block) -> Option<Block> {
        self.immediate.get(&block).copied().filter(|&parent| parent != block)
    }

    /// Whether every path to `below` passes `above`; both in one region. There is no path to what is not reached.
    pub fn dominates(&self, above: Block, below: Block) -> bool {
        if above != below && !self.immediate.contains_key(&below) {
            return true;
        }
        let mut block = below;
        loop {
            if block == above {
                return true;
            }
            match self.immediate.get(&block) {
                Some(&parent) if parent != block => block = parent,
                _ => return false,
            }
        }
    }
}

/// Whether the order of ops in a block means nothing: in what says so, and in ops that no dialect defines.
fn is_graph(module: &Module, block: Block) -> bool {
    let parent = module.block_parent_op(block).and_then(|op| module.definition(op));
    parent.is_none_or(|row| row.traits.contains(Traits::GRAPH_REGION))
}

fn reverse_postorder(module: &Module, region: Region) -> Vec<Block> {
    let Some(entry) = module.entry_block(region) else { return Vec::new() };
    let mut visited: rustc_hash::FxHashSet<Block> = [entry].into_iter().collect();
    let mut stack = vec![(entry, 0)];
    let mut order = Vec::new();
    while let Some((block, next)) = stack.pop() {
        let successors = module.last_op(block).map(|op| module.successors(op)).unwrap_or_default();
        match successors.get(next) {
            Some(successor) => {
                stack.push((block, next + 1));
                if visited.insert(*successor) {
                    stack.push((*successor, 0));
                }
            }
            None => order.push(block),
        }
    }
    order.reverse();
    order
}
