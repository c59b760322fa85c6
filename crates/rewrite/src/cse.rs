//! Common subexpression elimination.

use kiln_ir::{Attributes, Block, Dominance, Module, Name, Op, Region, Traits, Type, Value};
use rustc_hash::FxHashMap;

/// What makes two ops compute the same.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    name: Name,
    operands: Vec<Operand>,
    attributes: Attributes,
    results: Vec<Type>,
    /// The types of the arguments of each region's block, and its ops.
    regions: Vec<(Vec<Type>, Vec<Key>)>,
}

/// A value as two equal ops name it.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord, Clone, Copy)]
enum Operand {
    /// What is defined outside of the op.
    Outer(Value),
    /// What is defined inside of it, by order of definition.
    Inner(usize),
}

/// The ops seen so far in the blocks around the current one, innermost last.
type Scopes = Vec<FxHashMap<Key, Op>>;

/// Replaces ops inside `root` by equal ops that dominate them; returns how many there were.
///
/// Equal means: the same name, operands (in any order where the op commutes), attributes and result types, equal
/// regions, no effects. An op is known in its own block from there on, in the blocks that this one dominates, and in the
/// regions of the ops that follow.
pub fn cse(module: &mut Module, root: Op) -> usize {
    let mut erased = 0;
    visit_regions(module, root, &mut Vec::new(), &mut erased);
    erased
}

fn visit_regions(module: &mut Module, op: Op, scopes: &mut Scopes, erased: &mut usize) {
    let isolated = module.has_traits(op, Traits::ISOLATED_FROM_ABOVE);
    let mut own = Vec::new();
    let scopes = if isolated { &mut own } else { scopes };
    for region in module.regions(op).to_vec() {
        let outer = scopes.len();
        for (depth, block) in dominator_tree(module, op, region) {
            // What is known in the blocks that dominate this one is known here.
            scopes.truncate(outer + depth);
            scopes.push(FxHashMap::default());
            visit_block(module, block, scopes, erased);
        }
        scopes.truncate(outer);
    }
}

/// The blocks of a region, each after those that dominate it, with how many these are.
fn dominator_tree(module: &Module, op: Op, region: Region) -> Vec<(usize, Block)> {
    if let &[block] = module.blocks(region) {
        return vec![(0, block)];
    }
    let dominance = Dominance::compute(module, op);
    let mut children: FxHashMap<Option<Block>, Vec<Block>> = FxHashMap::default();
    for &block in module.blocks(region).iter().rev() {
        children.entry(dominance.immediate_dominator(block)).or_default().push(block);
    }
    // What is not reached from the first block is dominated by none.
    let mut pending: Vec<(usize, Block)> =
        children.remove(&None).unwrap_or_default().into_iter().map(|block| (0, block)).collect();
    let mut ordered = Vec::new();
    while let Some((depth, block)) = pending.pop() {
        ordered.push((depth, block));
        pending.extend(children.remove(&Some(block)).unwrap_or_default().into_iter().map(|block| (depth + 1, block)));
    }
    ordered
}

fn visit_block(module: &mut Module, block: Block, scopes: &mut Scopes, erased: &mut usize) {
    for op in module.ops_of(block) {
        visit_regions(module, op, scopes, erased);
        if !module.has_traits(op, Traits::PURE) {
            continue;
        }
        let key = key(module, op, &mut FxHashMap::default());
        if let Some(&known) = scopes.iter().rev().find_map(|scope| scope.get(&key)) {
            let values = module.results(known).to_vec();
            module.replace(op, &values);
            *erased += 1;
        } else if let Some(scope) = scopes.last_mut() {
            scope.insert(key, op);
        }
    }
}

/// The key of an op in whose region, or in that of one around it, the values of `inner` are defined.
fn key(module: &Module, op: Op, inner: &mut FxHashMap<Value, usize>) -> Key {
    let name_of = |value: &Value, inner: &FxHashMap<Value, usize>| match inner.get(value) {
        Some(&number) => Operand::Inner(number),
        None => Operand::Outer(*value),
    };
    let mut operands: Vec<Operand> = module.operands(op).iter().map(|value| name_of(value, inner)).collect();
    if module.has_traits(op, Traits::COMMUTATIVE) && operands.len() >= 2 && operands[0] > operands[1] {
        operands.swap(0, 1);
    }
    let mut regions = Vec::new();
    for &region in module.regions(op) {
        for &block in module.blocks(region) {
            let define = |value: Value, inner: &mut FxHashMap<Value, usize>| _ = inner.insert(value, inner.len());
            let arguments = module.arguments(block).to_vec();
            arguments.iter().for_each(|&argument| define(argument, inner));
            let mut keys = Vec::new();
            for op in module.block_ops(block) {
                keys.push(key(module, op, inner));
                module.results(op).iter().for_each(|&result| define(result, inner));
            }
            regions.push((arguments.iter().map(|&argument| module.ty(argument)).collect(), keys));
        }
    }
    Key {
        name: module.name(op),
        operands,
        attributes: module.attributes(op).clone(),
        results: module.result_types(op),
        regions,
    }
}
