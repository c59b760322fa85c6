//! Common subexpression elimination.

use kiln_ir::{Attributes, Block, Module, Name, Op, Traits, Type, Value};
use rustc_hash::FxHashMap;

/// What makes two ops compute the same.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    name: Name,
    operands: Vec<Value>,
    attributes: Attributes,
    results: Vec<Type>,
}

/// The ops seen so far in the blocks around the current one, innermost last.
type Scopes = Vec<FxHashMap<Key, Op>>;

/// Replaces ops inside `root` by equal ops that dominate them; returns how many there were.
///
/// Equal means: the same name, operands (in any order where the op commutes), attributes and result types, no regions,
/// no effects. An op is known in its own block from there on, and in the regions of the ops that follow.
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
        for block in module.blocks(region).to_vec() {
            scopes.push(FxHashMap::default());
            visit_block(module, block, scopes, erased);
            scopes.pop();
        }
    }
}

fn visit_block(module: &mut Module, block: Block, scopes: &mut Scopes, erased: &mut usize) {
    for op in module.ops_of(block) {
        visit_regions(module, op, scopes, erased);
        if !module.has_traits(op, Traits::PURE) || !module.regions(op).is_empty() {
            continue;
        }
        let key = key(module, op);
        if let Some(&known) = scopes.iter().rev().find_map(|scope| scope.get(&key)) {
            let values = module.results(known).to_vec();
            module.replace(op, &values);
            *erased += 1;
        } else if let Some(scope) = scopes.last_mut() {
            scope.insert(key, op);
        }
    }
}

fn key(module: &Module, op: Op) -> Key {
    let mut operands = module.operands(op).to_vec();
    if module.has_traits(op, Traits::COMMUTATIVE) && operands.len() >= 2 && operands[0] > operands[1] {
        operands.swap(0, 1);
    }
    Key { name: module.name(op), operands, attributes: module.attributes(op).clone(), results: module.result_types(op) }
}
