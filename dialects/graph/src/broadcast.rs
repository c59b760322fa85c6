//! `graph.broadcast`: stretching axes.

use crate::rows::{operand, result};
use crate::shape::show;
use crate::strided::broadcast_offsets;
use kiln_ir::{Dim, EvaluateRequest, FoldRequest, Folded, Module, Op, OpDefinition, Traits, TypeConstraint};
use kiln_tensor::Tensor;

/// The row.
pub const BROADCAST: OpDefinition = OpDefinition {
    name: "graph.broadcast",
    doc: "Stretches the operand to the shape of the result: axes are aligned at the last one, missing axes and \
          extents of 1 repeat. Where an extent is symbolic and not the result's expression, it is checked at run time \
          that it is 1 or equal.",
    example: "%y = graph.broadcast %x : (tensor<3x1xf32>) -> tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT),
    verify: Some(verify),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let (from, to) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let (Some(source), Some(target)) = (from.as_tensor(), to.as_tensor()) else { return Ok(()) };
    if source.element != target.element {
        return Err(format!("a broadcast keeps the element type, but {} becomes {}", source.element, target.element));
    }
    let stretches = |(from, to): (&Dim, &Dim)| match (from, to) {
        (Dim::Static(from), Dim::Static(to)) => *from == 1 || from == to,
        _ => true,
    };
    let aligned = source.shape.iter().rev().zip(target.shape.iter().rev());
    if source.rank() > target.rank() || !aligned.clone().all(stretches) {
        return Err(format!("shape {} does not broadcast to {}", show(&source.shape), show(&target.shape)));
    }
    Ok(())
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let operand = request.module.operand(request.op, 0);
    let same = request.module.ty(operand) == request.module.ty(request.module.result(request.op, 0));
    same.then(|| vec![Folded::Value(operand)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("broadcast has one operand and one result".into());
    };
    let picks = broadcast_offsets(x.shape(), shape)?.into_iter().map(|offset| (0, offset));
    Ok(vec![Tensor::pick(request.operands, shape, picks)?])
}
