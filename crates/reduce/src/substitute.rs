//! Erasing an op whose results are used: users get another value of the same type.

use crate::function;
use kiln_ir::{Module, Op, Traits, Value};

/// Erases `op`, if every use of its results can be given something else; whether it was erased.
///
/// An operand of the same type serves best: a chain of ops becomes shorter. Otherwise a parameter of the function around
/// it does, an old one or a new one.
pub(crate) fn erase(module: &mut Module, op: Op) -> bool {
    let mut values = Vec::new();
    for result in module.results(op).to_vec() {
        if !module.has_uses(result) {
            values.push(result);
            continue;
        }
        let Some(value) = operand_like(module, op, result).or_else(|| parameter_like(module, op, result)) else {
            return false;
        };
        values.push(value);
    }
    for (result, value) in module.results(op).to_vec().into_iter().zip(values) {
        if result != value {
            module.replace_all_uses(result, value);
        }
    }
    module.erase(op);
    true
}

fn operand_like(module: &Module, op: Op, result: Value) -> Option<Value> {
    module.operands(op).iter().copied().find(|&operand| module.ty(operand) == module.ty(result))
}

fn parameter_like(module: &mut Module, op: Op, result: Value) -> Option<Value> {
    let function = enclosing_function(module, op)?;
    let block = kiln_func::body(module, function)?;
    let ty = module.ty(result);
    let old = module.arguments(block).iter().copied().find(|&argument| module.ty(argument) == ty);
    old.or_else(|| function::add_parameter(module, function, ty))
}

/// The function whose parameters `op` may use: no op between them hides them.
fn enclosing_function(module: &Module, op: Op) -> Option<Op> {
    let mut op = module.parent_op(op)?;
    while !module.is(op, kiln_func::FUNC) {
        if module.has_traits(op, Traits::ISOLATED_FROM_ABOVE) {
            return None;
        }
        op = module.parent_op(op)?;
    }
    Some(op)
}
