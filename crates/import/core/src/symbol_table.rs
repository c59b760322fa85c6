//! Names of extents: from what a file calls them to the symbols of the IR.

use kiln_ir::Dim;
use rustc_hash::{FxHashMap, FxHashSet};

/// Symbols of one model: the same name in the file is the same symbol, different names are different symbols.
#[derive(Debug, Default)]
pub struct SymbolTable {
    by_name: FxHashMap<String, String>,
    taken: FxHashSet<String>,
}

impl SymbolTable {
    /// No symbols.
    pub fn new() -> SymbolTable {
        SymbolTable::default()
    }

    /// The symbol for a name of the file, cleaned into an identifier.
    pub fn named(&mut self, name: &str) -> Dim {
        if let Some(symbol) = self.by_name.get(name) {
            return Dim::symbol(symbol);
        }
        let symbol = self.take(&clean(name));
        self.by_name.insert(name.into(), symbol.clone());
        Dim::symbol(&symbol)
    }

    /// A symbol that nothing else has, called like `base`.
    pub fn fresh(&mut self, base: &str) -> Dim {
        let symbol = self.take(&clean(base));
        Dim::symbol(&symbol)
    }

    /// Takes `wanted`, with a number after it if it is taken.
    fn take(&mut self, wanted: &str) -> String {
        let candidates = (1..).map(|number| match number {
            1 => wanted.to_string(),
            _ => format!("{wanted}_{number}"),
        });
        let symbol = candidates.into_iter().find(|symbol| !self.taken.contains(symbol));
        let symbol = symbol.expect("there are more numbers than symbols");
        self.taken.insert(symbol.clone());
        symbol
    }
}

/// An identifier of letters, digits, `_` and `.` that is no word of the notation of extents.
fn clean(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '_' };
    let mut symbol: String = name.chars().take(64).map(keep).collect();
    if !symbol.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        symbol.insert(0, 'd');
    }
    if matches!(symbol.as_str(), "floordiv" | "mod" | "min" | "max") {
        symbol.push('_');
    }
    symbol
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers_and_stay_apart() {
        let mut table = SymbolTable::new();
        let check = |dim: Dim, text: &str| assert_eq!(dim.to_string(), text);
        check(table.named("batch size"), "batch_size");
        check(table.named("batch_size"), "batch_size_2");
        check(table.named("batch size"), "batch_size");
        check(table.fresh("x_0"), "x_0");
        check(table.fresh("x_0"), "x_0_2");
        check(table.named("2N"), "d2N");
        check(table.named("max"), "max_");
    }
}
