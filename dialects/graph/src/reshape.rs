//! `graph.reshape`: the same elements under another shape.

use crate::rows::{operand, result};
use crate::shape::{certainly_differ, element_count, show};
use kiln_ir::{EvaluateRequest, FoldRequest, Folded, Module, Op, OpDefinition, Traits, TypeConstraint};
use kiln_tensor::Tensor;

/// The row.
pub const RESHAPE: OpDefinition = OpDefinition {
    name: "graph.reshape",
    doc: "The operand's elements, in row-major order, under the shape of the result. A view: it shares the operand's \
          buffer. Both shapes have the same number of elements; where symbols leave that open, it is an error at run \
          time if they do not.",
    example: "%y = graph.reshape %x : (tensor<?x6xf32, #kiln.dims<[N, 6]>>) -> tensor<?x2x3xf32, #kiln.dims<[N, 2, 3]>>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT).union(Traits::VIEW),
    verify: Some(verify),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let (from, to) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let (Some(source), Some(target)) = (from.as_tensor(), to.as_tensor()) else { return Ok(()) };
    if source.element != target.element {
        return Err(format!("a reshape keeps the element type, but {} becomes {}", source.element, target.element));
    }
    let (before, after) = (element_count(&source.shape)?, element_count(&target.shape)?);
    if certainly_differ(before, after) {
        let (source, target) = (show(&source.shape), show(&target.shape));
        return Err(format!("a tensor of {before} elements {source} has not the {after} elements of {target}"));
    }
    Ok(())
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    let result = module.ty(module.result(op, 0));
    // Through a chain of reshapes, the one that already has the result's type.
    let mut value = module.operand(op, 0);
    loop {
        if module.ty(value) == result {
            return Some(vec![Folded::Value(value)]);
        }
        let inner = module.defining_op(value).filter(|&inner| module.is(inner, RESHAPE.name))?;
        value = module.operand(inner, 0);
    }
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("reshape has one operand and one result".into());
    };
    let reshaped = x.reshaped(shape);
    Ok(vec![reshaped.map_err(|_| format!("a tensor of shape {:?} cannot be reshaped to {shape:?}", x.shape()))?])
}
