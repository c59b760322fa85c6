//! `graph.select`: one of two values by a condition.

use crate::elementwise::fold::splat;
use crate::rows::{operand, result};
use crate::shape::{broadcast_shapes, tensor};
use crate::strided::broadcast_offsets;
use kiln_ir::{EvaluateRequest, FoldRequest, Folded, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{ElementType, Tensor, scalar};

/// The row.
pub const SELECT: OpDefinition = OpDefinition {
    name: "graph.select",
    doc: "Takes each element from `on_true` where `condition` holds, else from `on_false`. The three operands \
          broadcast; both choices have the result's element type, which may be any.",
    example: "%y = graph.select %c, %a, %b : (tensor<2x3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>",
    operands: &[
        operand("condition", TypeConstraint::BoolTensor),
        operand("on_true", TypeConstraint::Tensor),
        operand("on_false", TypeConstraint::Tensor),
    ],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::ELEMENTWISE),
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let [condition, on_true, on_false] = [0, 1, 2].map(|index| tensor(request.operands, index));
    let (condition, on_true, on_false) = (condition?, on_true?, on_false?);
    if on_true.element != on_false.element {
        return Err(format!(
            "both choices must have one element type, found {} and {}",
            on_true.element, on_false.element
        ));
    }
    let shape = broadcast_shapes(&[&condition.shape, &on_true.shape, &on_false.shape])?;
    Ok(vec![Type::tensor(&shape, on_true.element)])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    let &[condition, on_true, on_false] = module.operands(op) else { return None };
    let choice = match splat(module, condition) {
        _ if on_true == on_false => on_true,
        Some(condition) if condition.element() == ElementType::I1 => {
            if condition.bytes() == [0] {
                on_false
            } else {
                on_true
            }
        }
        _ => return None,
    };
    (module.ty(choice) == module.ty(module.result(op, 0))).then(|| vec![Folded::Value(choice)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([condition, on_true, on_false], [(_, shape)]) = (request.operands, request.results) else {
        return Err("select has three operands and one result".into());
    };
    let held = scalar::integers(condition)?;
    let conditions = broadcast_offsets(condition.shape(), shape)?;
    let choices =
        broadcast_offsets(on_true.shape(), shape)?.into_iter().zip(broadcast_offsets(on_false.shape(), shape)?);
    let picks =
        conditions.into_iter().zip(choices).map(|(at, (yes, no))| if held[at] != 0 { (0, yes) } else { (1, no) });
    Ok(vec![Tensor::pick(&[on_true.clone(), on_false.clone()], shape, picks)?])
}
