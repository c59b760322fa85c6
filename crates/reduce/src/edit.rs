//! The edits that make a module smaller.

use crate::{constants, function, locations, regions, substitute};
use kiln_ir::{Module, Name, Op, Traits};

/// Kinds of edits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A whole function, or another op with a symbol.
    Symbol,
    /// What a function returns.
    Result,
    /// An op; what used its results uses something else.
    Op,
    /// An op around a region; what is inside takes its place.
    Region,
    /// A parameter that nobody uses.
    Parameter,
    /// One of the operands of an op.
    Operand,
    /// An attribute.
    Attribute,
    /// The elements of a constant.
    Constant,
    /// Where an op and the arguments of its blocks come from.
    Location,
}

impl Kind {
    /// All kinds, those that remove most first.
    pub const ALL: [Kind; 9] = [
        Kind::Symbol,
        Kind::Result,
        Kind::Op,
        Kind::Region,
        Kind::Parameter,
        Kind::Operand,
        Kind::Attribute,
        Kind::Constant,
        Kind::Location,
    ];

    /// What an edit removes, in words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Symbol => "functions",
            Kind::Result => "results",
            Kind::Op => "operations",
            Kind::Region => "regions",
            Kind::Parameter => "parameters",
            Kind::Operand => "operands",
            Kind::Attribute => "attributes",
            Kind::Constant => "constants",
            Kind::Location => "locations",
        }
    }
}

/// One edit: a kind, and what it is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    kind: Kind,
    op: Op,
    /// The result, parameter or operand.
    index: usize,
    /// The attribute.
    name: Option<Name>,
}

/// All edits of one kind that a module offers. They stand from the end of the module to its beginning: users go before
/// what they use.
pub fn edits(module: &Module, kind: Kind) -> Vec<Edit> {
    let top = module.top();
    // Of the module itself, only what it says may go.
    let is_offered = |op: &Op| *op != top || matches!(kind, Kind::Attribute | Kind::Location);
    let ops: Vec<Op> = module.walk(top).into_iter().filter(is_offered).collect();
    ops.into_iter().rev().flat_map(|op| edits_of(module, kind, op)).collect()
}

fn edits_of(module: &Module, kind: Kind, op: Op) -> Vec<Edit> {
    let edit = |index: usize| Edit { kind, op, index, name: None };
    let one = |offered: bool| if offered { vec![edit(0)] } else { Vec::new() };
    let each = |count: usize| (0..count).rev().map(edit).collect();
    let is_symbol = module.symbol_name(op).is_some();
    match kind {
        Kind::Symbol => one(is_symbol),
        Kind::Op => one(!is_symbol && !module.has_traits(op, Traits::TERMINATOR)),
        Kind::Region => one(!is_symbol && !module.regions(op).is_empty()),
        Kind::Result => each(function::result_count(module, op)),
        Kind::Parameter => each(function::parameter_count(module, op)),
        Kind::Operand => each(module.operands(op).len()),
        Kind::Attribute => {
            let names = module.attributes(op).iter().map(|(name, _)| name);
            names.map(|name| Edit { name: Some(name), ..edit(0) }).collect()
        }
        Kind::Constant => {
            let is_simplified = |&name: &Name| constants::simplified(module, op, name).is_some();
            let names = module.attributes(op).iter().map(|(name, _)| name).filter(is_simplified);
            names.map(|name| Edit { name: Some(name), ..edit(0) }).collect()
        }
        Kind::Location => one(locations::has_location(module, op)),
    }
}

impl Edit {
    /// Makes the edit, if it still can be made; whether it was.
    pub fn apply(&self, module: &mut Module) -> bool {
        if module.is_erased(self.op) {
            return false;
        }
        match self.kind {
            Kind::Symbol => erase(module, self.op),
            Kind::Op => substitute::erase(module, self.op),
            Kind::Region => regions::inline(module, self.op),
            Kind::Result => function::remove_result(module, self.op, self.index),
            Kind::Parameter => function::remove_parameter(module, self.op, self.index),
            Kind::Operand => remove_operand(module, self.op, self.index),
            Kind::Attribute => {
                let name = self.name.expect("edits of attributes name one");
                module.remove_attribute(self.op, name.as_str()).is_some()
            }
            Kind::Constant => {
                let name = self.name.expect("edits of constants name an attribute");
                constants::simplify(module, self.op, name)
            }
            Kind::Location => locations::forget(module, self.op),
        }
    }
}

fn erase(module: &mut Module, op: Op) -> bool {
    module.erase(op);
    true
}

fn remove_operand(module: &mut Module, op: Op, index: usize) -> bool {
    let mut operands = module.operands(op).to_vec();
    if index >= operands.len() {
        return false;
    }
    operands.remove(index);
    module.set_operands(op, &operands);
    true
}
