//! Signatures of functions: their parameters and results.

use kiln_ir::{Attribute, Module, Op, Type, Value};

/// How many results `op` has as a function with a body of one block.
pub(crate) fn result_count(module: &Module, op: Op) -> usize {
    find_return(module, op).map_or(0, |end| module.operands(end).len())
}

/// How many parameters `op` has as a function with a body.
pub(crate) fn parameter_count(module: &Module, op: Op) -> usize {
    if !module.is(op, kiln_func::FUNC) {
        return 0;
    }
    kiln_func::body(module, op).map_or(0, |block| module.arguments(block).len())
}

/// Removes a result of a function that nobody in the module calls.
pub(crate) fn remove_result(module: &mut Module, function: Op, index: usize) -> bool {
    let Some(end) = find_return(module, function) else { return false };
    let mut operands = module.operands(end).to_vec();
    let (inputs, results) = kiln_func::function_type(module, function);
    if index >= operands.len() || results.len() != operands.len() {
        return false;
    }
    let mut results = results.to_vec();
    operands.remove(index);
    results.remove(index);
    module.set_operands(end, &operands);
    set_type(module, function, inputs, &results);
    remove_name(module, function, "res_names", index);
    true
}

/// Removes a parameter that nobody uses, of a function that nobody in the module calls.
pub(crate) fn remove_parameter(module: &mut Module, function: Op, index: usize) -> bool {
    let Some(block) = kiln_func::body(module, function) else { return false };
    let (inputs, results) = kiln_func::function_type(module, function);
    let Some(&argument) = module.arguments(block).get(index) else { return false };
    if module.has_uses(argument) || inputs.len() != module.arguments(block).len() {
        return false;
    }
    let mut inputs = inputs.to_vec();
    inputs.remove(index);
    module.remove_argument(block, index);
    set_type(module, function, &inputs, results);
    remove_name(module, function, "arg_names", index);
    true
}

/// Adds a parameter to a function.
pub(crate) fn add_parameter(module: &mut Module, function: Op, ty: Type) -> Option<Value> {
    let block = kiln_func::body(module, function)?;
    let (inputs, results) = kiln_func::function_type(module, function);
    let mut inputs = inputs.to_vec();
    inputs.push(ty);
    let value = module.add_argument(block, ty);
    set_type(module, function, &inputs, results);
    if let Some(mut names) = names(module, function, "arg_names") {
        names.push(format!("reduced{}", inputs.len() - 1));
        set_names(module, function, "arg_names", &names);
    }
    Some(value)
}

/// The op that returns from a function of one block.
fn find_return(module: &Module, function: Op) -> Option<Op> {
    if !module.is(function, kiln_func::FUNC) {
        return None;
    }
    let &[block] = module.blocks(*module.regions(function).first()?) else { return None };
    module.last_op(block).filter(|&op| module.is(op, kiln_func::RETURN))
}

fn set_type(module: &mut Module, function: Op, inputs: &[Type], results: &[Type]) {
    module.set_attribute(function, "function_type", Attribute::ty(Type::function(inputs, results)));
}

fn names(module: &Module, function: Op, attribute: &str) -> Option<Vec<String>> {
    let names = module.attribute(function, attribute)?.as_strs()?;
    Some(names.into_iter().map(str::to_owned).collect())
}

fn set_names(module: &mut Module, function: Op, attribute: &str, names: &[String]) {
    let names: Vec<Attribute> = names.iter().map(|name| Attribute::string(name)).collect();
    module.set_attribute(function, attribute, Attribute::array(&names));
}

fn remove_name(module: &mut Module, function: Op, attribute: &str, index: usize) {
    if let Some(mut names) = names(module, function, attribute)
        && index < names.len()
    {
        names.remove(index);
        set_names(module, function, attribute, &names);
    }
}
