//! Symbols: ops found by name.

use super::{Module, Op};
use crate::intern::Name;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock, RwLock};

/// The attribute that names a symbol.
pub(super) const SYMBOL_NAME: &str = "sym_name";

/// The symbols of one table, the first of each name.
type Table = Arc<FxHashMap<Name, Op>>;

/// Symbols of the tables asked for since the last edit of a symbol.
#[derive(Debug, Default)]
pub(super) struct SymbolTables(OnceLock<RwLock<FxHashMap<Op, Table>>>);

/// A copy of a module learns anew.
impl Clone for SymbolTables {
    fn clone(&self) -> SymbolTables {
        SymbolTables::default()
    }
}

impl Module {
    /// The op directly inside `table` whose `sym_name` is `name`.
    pub fn find_symbol(&self, table: Op, name: &str) -> Option<Op> {
        self.symbols_of(table).get(&Name::new(name)).copied()
    }

    /// The op's `sym_name`.
    pub fn symbol_name(&self, op: Op) -> Option<&'static str> {
        self.attributes(op).str(SYMBOL_NAME)
    }

    fn symbols_of(&self, table: Op) -> Table {
        let tables = self.symbols.0.get_or_init(RwLock::default);
        if let Some(found) = tables.read().expect("no look-up panics").get(&table) {
            return found.clone();
        }
        let mut symbols = FxHashMap::default();
        let blocks = self.regions(table).iter().flat_map(|&region| self.blocks(region));
        for op in blocks.flat_map(|&block| self.block_ops(block)) {
            if let Some(name) = self.symbol_name(op) {
                symbols.entry(Name::new(name)).or_insert(op);
            }
        }
        let symbols = Arc::new(symbols);
        tables.write().expect("no look-up panics").insert(table, symbols.clone());
        symbols
    }

    /// Forgets what is known of symbols, if an edit of `op` may change it.
    pub(super) fn forget_symbols(&mut self, op: Op) {
        if self.symbols.0.get().is_some() && self.ops[op].attributes.get(SYMBOL_NAME).is_some() {
            self.symbols = SymbolTables::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Builder, Module, Registry};

    #[test]
    fn symbols_are_found_after_edits() {
        let mut module = Module::new(Registry::new(&[]));
        let (top, body) = (module.top(), module.body());
        let first = Builder::at_end(&mut module, body).op("test.symbol").attribute("sym_name", "a").build();
        assert_eq!((module.find_symbol(top, "a"), module.find_symbol(top, "b")), (Some(first), None));
        let second = Builder::at_end(&mut module, body).op("test.symbol").attribute("sym_name", "b").build();
        assert_eq!(module.find_symbol(top, "b"), Some(second));
        module.set_attribute(first, "sym_name", "c");
        assert_eq!((module.find_symbol(top, "a"), module.find_symbol(top, "c")), (None, Some(first)));
        module.remove_attribute(first, "sym_name");
        assert_eq!(module.find_symbol(top, "c"), None);
        module.erase(second);
        assert_eq!(module.find_symbol(top, "b"), None);
    }
}
