//! `remove-dead-values`: parameters that a private function does not use, and results that no call of it uses.
//!
//! ```mlir
//! func.call @f(%x, %y)   // becomes func.call @f(%x), where f does not look at its second parameter
//! ```

use kiln_ir::{Attribute, AttributeKind, Builder, Module, Name, Op, Type, Value};
use kiln_pass::{Anchor, Pass, PassContext, options};
use rustc_hash::FxHashMap;

options! {
    /// Removes parameters that a private function does not use, and results of it that no call uses.
    pub struct RemoveDeadValues {}
}

impl Pass for RemoveDeadValues {
    const NAME: &'static str = "remove-dead-values";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let (mut parameters, mut results) = (0, 0);
        for (func, calls) in private_functions(context.module) {
            let block = context.module.region_block(func, 0);
            let arguments = context.module.arguments(block).to_vec();
            let dead: Vec<bool> = arguments.iter().map(|&argument| !context.module.has_uses(argument)).collect();
            let count = kiln_func::function_type(context.module, func).1.len();
            let is_unused =
                |index: usize| !calls.iter().any(|&call| context.module.has_uses(context.module.result(call, index)));
            let unused: Vec<bool> = (0..count).map(is_unused).collect();
            let removed = |list: &[bool]| list.iter().filter(|&&goes| goes).count();
            if removed(&dead) + removed(&unused) == 0 {
                continue;
            }
            parameters += removed(&dead);
            results += removed(&unused);
            shrink_function(context.module, func, &dead, &unused);
            calls.iter().for_each(|&call| shrink_call(context.module, call, &dead, &unused));
        }
        context.count("parameters-removed", parameters);
        context.count("results-removed", results);
    }
}

/// The private functions with bodies that are named only where they are called, with the calls.
fn private_functions(module: &Module) -> Vec<(Op, Vec<Op>)> {
    let mut calls: FxHashMap<Name, Option<Vec<Op>>> = FxHashMap::default();
    for op in module.walk(module.top()) {
        for (name, attribute) in module.attributes(op).iter() {
            let is_callee = name == "callee" && module.is(op, kiln_func::CALL);
            for symbol in mentioned(attribute) {
                let known = calls.entry(symbol).or_insert_with(|| Some(Vec::new()));
                match known {
                    Some(known) if is_callee => known.push(op),
                    known => *known = None,
                }
            }
        }
    }
    let is_candidate = |func: Op| {
        module.attributes(func).str("sym_visibility") == Some("private")
            && module.regions(func).iter().all(|&region| module.blocks(region).len() == 1)
    };
    let candidates = kiln_func::functions(module).into_iter().filter(|&func| is_candidate(func));
    let with_calls = |func: Op| {
        let name = Name::new(module.symbol_name(func)?);
        Some((func, calls.get(&name).cloned().unwrap_or_else(|| Some(Vec::new()))?))
    };
    candidates.filter_map(with_calls).collect()
}

/// The symbols that an attribute names.
fn mentioned(attribute: Attribute) -> Vec<Name> {
    match attribute.kind() {
        AttributeKind::SymbolRef { root, .. } => vec![*root],
        AttributeKind::Array(items) => items.iter().flat_map(|&item| mentioned(item)).collect(),
        AttributeKind::Dictionary(entries) => entries.iter().flat_map(|&(_, item)| mentioned(item)).collect(),
        _ => Vec::new(),
    }
}

/// The items that do not go.
fn kept<T: Copy>(items: &[T], goes: &[bool]) -> Vec<T> {
    items.iter().zip(goes).filter(|&(_, &goes)| !goes).map(|(&item, _)| item).collect()
}

fn shrink_function(module: &mut Module, func: Op, dead: &[bool], unused: &[bool]) {
    let block = module.region_block(func, 0);
    for index in (0..dead.len()).rev().filter(|&index| dead[index]) {
        module.remove_argument(block, index);
    }
    let end = module.last_op(block).expect("a function ends in func.return");
    let returned = kept(module.operands(end), unused);
    module.set_operands(end, &returned);
    let (inputs, results) = kiln_func::function_type(module, func);
    let ty = Type::function(&kept(inputs, dead), &kept(results, unused));
    module.set_attribute(func, "function_type", ty);
    for (name, goes) in [("arg_names", dead), ("res_names", unused)] {
        let names = module.attribute(func, name).and_then(|names| Some(kept(names.as_array()?, goes)));
        if let Some(names) = names {
            module.set_attribute(func, name, names);
        }
    }
}

fn shrink_call(module: &mut Module, call: Op, dead: &[bool], unused: &[bool]) {
    let operands = kept(module.operands(call), dead);
    let old: Vec<Value> = kept(module.results(call), unused);
    let types: Vec<Type> = old.iter().map(|&value| module.ty(value)).collect();
    let attributes = module.attributes(call).clone();
    let mut builder = Builder::before(module, call);
    let mut made = builder.op(kiln_func::CALL).operands(&operands).results(&types);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let made = made.build();
    for (index, value) in old.into_iter().enumerate() {
        module.replace_all_uses(value, module.result(made, index));
    }
    module.erase(call);
}
