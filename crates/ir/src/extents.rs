//! Which symbols of extents ops have, and which they give their values.

use crate::attribute::{Attribute, AttributeKind};
use crate::definition::Traits;
use crate::dim::{Dim, DimExpr};
use crate::intern::Name;
use crate::module::{Module, Op};

/// The symbols in types and attributes of `op` and of everything inside it, without repeats.
pub fn mentioned_symbols(module: &Module, op: Op) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut add = |dims: &[Dim]| {
        for name in dims.iter().filter_map(|dim| dim.expr()).flat_map(DimExpr::symbols) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    };
    for op in module.walk(op) {
        visit_own(module, op, &mut add);
    }
    found
}

fn visit_own(module: &Module, op: Op, visit: &mut dyn FnMut(&[Dim])) {
    for &value in module.operands(op).iter().chain(module.results(op)) {
        if let Some(tensor) = module.ty(value).as_tensor() {
            visit(&tensor.shape);
        }
    }
    for (_, value) in module.attributes(op).iter() {
        visit_dims(value, visit);
    }
}

/// The symbols in the types and attributes of an op, without those of ops inside of it.
pub fn own_symbols(module: &Module, op: Op) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    visit_own(module, op, &mut |dims| {
        for name in dims.iter().filter_map(|dim| dim.expr()).flat_map(DimExpr::symbols) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    });
    found
}

/// The symbols that ops inside `root` give their values.
pub fn bound_symbols(module: &Module, root: Op) -> Vec<Name> {
    let binders = module.walk(root).into_iter().filter(|&op| module.has_traits(op, Traits::BINDS_SYMBOLS));
    let dims = binders.filter_map(|op| module.attribute(op, "symbols")?.as_dims()).flatten();
    dims.filter_map(|dim| dim.expr()?.as_symbol()).collect()
}

/// A symbol whose value the caller of a model is bound in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoundedSymbol {
    /// The symbol.
    pub name: Name,
    /// Its least value.
    pub least: u64,
    /// Its largest value.
    pub most: u64,
}

/// The attributes of a function that list such symbols, their least and their largest values.
const BOUNDED_SYMBOLS: [&str; 3] = ["bounded_symbols", "least_extents", "most_extents"];

/// Notes the symbols of `function` that are bounded.
pub fn set_bounded_symbols(module: &mut Module, function: Op, symbols: &[BoundedSymbol]) {
    let columns: [Vec<Dim>; 3] = [
        symbols.iter().map(|symbol| Dim::symbol(symbol.name.as_str())).collect(),
        symbols.iter().map(|symbol| Dim::Static(symbol.least)).collect(),
        symbols.iter().map(|symbol| Dim::Static(symbol.most)).collect(),
    ];
    for (name, column) in BOUNDED_SYMBOLS.into_iter().zip(columns) {
        module.set_attribute(function, name, Attribute::dims(&column));
    }
}

/// The symbols of `function` that are noted as bounded.
pub fn bounded_symbols(module: &Module, function: Op) -> Vec<BoundedSymbol> {
    let column = |index: usize| module.attribute(function, BOUNDED_SYMBOLS[index]).and_then(Attribute::as_dims);
    let (Some(names), Some(least), Some(most)) = (column(0), column(1), column(2)) else { return Vec::new() };
    let rows = names.iter().zip(least).zip(most);
    let symbol = |((name, least), most): ((&Dim, &Dim), &Dim)| {
        Some(BoundedSymbol { name: name.expr()?.as_symbol()?, least: least.as_static()?, most: most.as_static()? })
    };
    rows.filter_map(symbol).collect()
}

fn visit_dims(attribute: Attribute, visit: &mut dyn FnMut(&[Dim])) {
    match attribute.kind() {
        AttributeKind::Dims(dims) => visit(dims),
        AttributeKind::Array(elements) => elements.iter().for_each(|&element| visit_dims(element, visit)),
        AttributeKind::Dictionary(entries) => entries.iter().for_each(|&(_, value)| visit_dims(value, visit)),
        _ => {}
    }
}
