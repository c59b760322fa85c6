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

fn visit_dims(attribute: Attribute, visit: &mut dyn FnMut(&[Dim])) {
    match attribute.kind() {
        AttributeKind::Dims(dims) => visit(dims),
        AttributeKind::Array(elements) => elements.iter().for_each(|&element| visit_dims(element, visit)),
        AttributeKind::Dictionary(entries) => entries.iter().for_each(|&(_, value)| visit_dims(value, visit)),
        _ => {}
    }
}
