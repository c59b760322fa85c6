//! Removing symbols that nobody mentions.

use kiln_ir::{Attribute, AttributeKind, Module, Name, Op, Traits};
use rustc_hash::{FxHashMap, FxHashSet};

/// Erases the private symbols directly inside `table` that nothing reachable mentions; gives how many there were.
///
/// Reachable is whatever is not a private symbol, and every symbol that something reachable mentions.
pub fn symbol_dce(module: &mut Module, table: Op) -> usize {
    let blocks = module.regions(table).iter().flat_map(|&region| module.blocks(region));
    let ops: Vec<Op> = blocks.flat_map(|&block| module.block_ops(block)).collect();
    let is_private = |op: Op| {
        module.has_traits(op, Traits::SYMBOL) && module.attributes(op).str("sym_visibility") == Some("private")
    };
    let named: FxHashMap<Name, Op> =
        ops.iter().filter_map(|&op| Some((Name::new(module.symbol_name(op)?), op))).collect();
    let mut reached: FxHashSet<Op> = ops.iter().copied().filter(|&op| !is_private(op)).collect();
    let mut pending: Vec<Op> = reached.iter().copied().collect();
    while let Some(op) = pending.pop() {
        let mut mentioned = Vec::new();
        for inner in module.walk(op) {
            module.attributes(inner).iter().for_each(|(_, attribute)| collect(attribute, &mut mentioned));
            module.properties(inner).into_iter().for_each(|attribute| collect(attribute, &mut mentioned));
        }
        let found = mentioned.iter().filter_map(|name| named.get(name)).copied();
        pending.extend(found.filter(|&op| reached.insert(op)));
    }
    let dead: Vec<Op> = ops.into_iter().filter(|op| !reached.contains(op)).collect();
    dead.iter().for_each(|&op| module.erase(op));
    dead.len()
}

fn collect(attribute: Attribute, names: &mut Vec<Name>) {
    match attribute.kind() {
        AttributeKind::SymbolRef { root, .. } => names.push(*root),
        AttributeKind::Array(items) => items.iter().for_each(|&item| collect(item, names)),
        AttributeKind::Dictionary(entries) => entries.iter().for_each(|&(_, item)| collect(item, names)),
        _ => {}
    }
}
