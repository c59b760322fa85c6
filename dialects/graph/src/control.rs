//! `graph.if` and `graph.yield`: branches, and the end of every region.

use crate::rows::{operand, operands, results};
use crate::shape::element_count;
use kiln_ir::{Module, Op, OpDefinition, Traits, Type, TypeConstraint};

/// The row of `if`.
pub const IF: OpDefinition = OpDefinition {
    name: "graph.if",
    doc: "Computes what its first region yields where the one element of `condition` holds, else what its second \
          region yields. Regions may use values from outside.",
    example: "%y = graph.if %c ({\n  graph.yield %a : (tensor<2xf32>) -> ()\n}, {\n  graph.yield %b : (tensor<2xf32>) -> ()\n}) : (tensor<i1>) -> tensor<2xf32>",
    operands: &[operand("condition", TypeConstraint::BoolTensor)],
    results: &[results("results", TypeConstraint::Tensor)],
    regions: Some(2),
    traits: Traits::PURE,
    verify: Some(verify_if),
    ..OpDefinition::EMPTY
};

/// The row of `yield`.
pub const YIELD: OpDefinition = OpDefinition {
    name: "graph.yield",
    doc: "Ends a region of the graph dialect: its operands are what the op around it results in.",
    example: "graph.yield %a : (tensor<2xf32>) -> ()",
    operands: &[operands("values", TypeConstraint::Tensor)],
    traits: Traits::TERMINATOR,
    verify: Some(verify_yield),
    ..OpDefinition::EMPTY
};

fn verify_if(module: &Module, op: Op) -> Result<(), String> {
    let condition = module.ty(module.operand(op, 0));
    if let Some(tensor) = condition.as_tensor()
        && element_count(&tensor.shape)?.as_constant().is_some_and(|count| count != 1)
    {
        return Err(format!("the condition must have one element, not {condition}"));
    }
    let expected = module.result_types(op);
    (0..2).try_for_each(|region| verify_region(module, op, region, &[], &expected))
}

/// Requires of a region one block with arguments of types `arguments` that yields values of types `results`.
pub(crate) fn verify_region(
    module: &Module,
    op: Op,
    region: usize,
    arguments: &[Type],
    results: &[Type],
) -> Result<(), String> {
    let &[block] = module.blocks(module.regions(op)[region]) else {
        let found = module.blocks(module.regions(op)[region]).len();
        return Err(format!("region #{region} must have one block, found {found}"));
    };
    let found: Vec<Type> = module.arguments(block).iter().map(|&argument| module.ty(argument)).collect();
    if found != arguments {
        return Err(format!("region #{region} has arguments ({}), not ({})", list(&found), list(arguments)));
    }
    let last = module.last_op(block).expect("the verifier has seen that no block is empty");
    if !module.is(last, YIELD.name) {
        return Err(format!("region #{region} must end in {}, not in {}", YIELD.name, module.name(last)));
    }
    let yielded = module.operand_types(last);
    if yielded != results {
        return Err(format!("region #{region} yields ({}), not ({})", list(&yielded), list(results)));
    }
    Ok(())
}

fn list(types: &[Type]) -> String {
    types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ")
}

fn verify_yield(module: &Module, op: Op) -> Result<(), String> {
    match module.parent_op(op) {
        Some(parent) if !module.name(parent).as_str().starts_with("graph.") => {
            Err(format!("it ends a region of a graph op, not of {}", module.name(parent)))
        }
        _ => Ok(()),
    }
}
