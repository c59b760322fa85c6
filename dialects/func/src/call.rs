//! `func.call` and `func.return`.

use crate::{CALL, FUNC, RETURN, function_type};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Module, Op, OpDefinition, OperandDefinition, Presence,
    ResultDefinition, Traits, Type, TypeConstraint,
};

pub(crate) const OPS: &[OpDefinition] = &[
    OpDefinition {
        name: CALL,
        doc: "Calls the function that `callee` names in the enclosing module.",
        example: "%0 = func.call %x {callee = @f} : (f32) -> f32",
        operands: &[OperandDefinition { name: "operands", ty: TypeConstraint::Any, count: Count::Variadic }],
        attributes: &[AttributeDefinition {
            name: "callee",
            value: AttributeConstraint::SymbolRef,
            presence: Presence::Required,
            doc: "The function.",
        }],
        results: &[ResultDefinition { name: "results", ty: TypeConstraint::Any, count: Count::Variadic }],
        verify: Some(verify_call),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: RETURN,
        doc: "Ends the function and gives its results.",
        example: "func.return %0 : (f32) -> ()",
        operands: &[OperandDefinition { name: "operands", ty: TypeConstraint::Any, count: Count::Variadic }],
        traits: Traits::TERMINATOR,
        verify: Some(verify_return),
        ..OpDefinition::EMPTY
    },
];

fn verify_call(module: &Module, call: Op) -> Result<(), String> {
    let callee = module.attribute(call, "callee").expect("the verifier has seen that it is there");
    let Some(callee) = callee.as_symbol_ref() else {
        return Err(format!("'callee' must be a plain symbol, not {callee}"));
    };
    let Some(table) = enclosing_symbol_table(module, call) else { return Ok(()) };
    let Some(func) = module.find_symbol(table, callee.as_str()) else {
        let names = module.ops_of(module.region_block(table, 0)).into_iter().filter_map(|op| module.symbol_name(op));
        let near = kiln_diag::suggest(callee.as_str(), names.collect::<Vec<_>>());
        let help = near.map(|name| format!("; did you mean '@{name}'?")).unwrap_or_default();
        return Err(format!("no function is called '@{callee}'{help}"));
    };
    if !module.is(func, FUNC) {
        return Err(format!("'@{callee}' is a {}, not a function", module.name(func)));
    }
    let (inputs, results) = function_type(module, func);
    let found = Type::function(&module.operand_types(call), &module.result_types(call));
    let declared = Type::function(inputs, results);
    match found == declared {
        true => Ok(()),
        false => Err(format!("the call is of type {found}, but '@{callee}' is {declared}")),
    }
}

fn enclosing_symbol_table(module: &Module, op: Op) -> Option<Op> {
    std::iter::successors(module.parent_op(op), |&parent| module.parent_op(parent))
        .find(|&parent| module.has_traits(parent, Traits::SYMBOL_TABLE))
}

fn verify_return(module: &Module, op: Op) -> Result<(), String> {
    let Some(func) = module.parent_op(op) else { return Ok(()) };
    if !module.is(func, FUNC) {
        return Err(format!("it must stand directly in a func.func, not in {}", module.name(func)));
    }
    let (_, results) = function_type(module, func);
    let operands = module.operand_types(op);
    if operands == results {
        return Ok(());
    }
    let list = |types: &[Type]| types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
    Err(format!("returns ({}), but the function returns ({})", list(&operands), list(results)))
}
