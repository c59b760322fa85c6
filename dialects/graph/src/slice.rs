//! `graph.slice`: part of a tensor, at a step along each axis.

use crate::read::Read;
use crate::rows::{operand, optional, required, result};
use crate::shape::{add, certainly_differ, constant, expr, multiply, subtract, verify_within};
use crate::strided::offsets;
use kiln_ir::{
    AttributeConstraint, Dim, DimExpr, EvaluateRequest, FoldRequest, Folded, Module, Op, OpDefinition, Traits,
    TypeConstraint,
};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const SLICE: OpDefinition = OpDefinition {
    name: "graph.slice",
    doc: "Takes `result[i] = x[starts + i * steps]`, axis by axis; the extents are the result's. Every index is in \
          range; where symbols leave that open, it is an error at run time if one is not.",
    example: "%y = graph.slice %x {starts = #kiln.dims<[0, 2]>, steps = [1, -1]} : (tensor<4x3xf32>) -> tensor<2x3xf32>",
    operands: &[operand("x", TypeConstraint::Tensor)],
    attributes: &[
        required("starts", AttributeConstraint::Dims, "The first index on each axis, counted from 0."),
        required(
            "steps",
            AttributeConstraint::Integers,
            "The distance between indices on each axis: not 0, negative to go backwards.",
        ),
        optional(
            "within",
            AttributeConstraint::Dims,
            "If there, no kernel copies the part, it is read where it lies in the operand; every step is 1: the extents of \
             the row-major tensor in memory that the operand is, or is a part of.",
        ),
    ],
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
        return Err(format!("a slice keeps the element type, but {} becomes {}", source.element, target.element));
    }
    let (starts, steps) = (module.attributes(op).dims("starts")?, module.attributes(op).integers("steps")?);
    if let Some(within) = module.attribute(op, "within").and_then(|within| within.as_dims()) {
        verify_within(within, from)?;
        if steps.iter().any(|&step| step != 1) {
            return Err("a part that is read in place has steps of 1".to_owned());
        }
    }
    let rank = source.rank();
    if target.rank() != rank || starts.len() != rank || steps.len() != rank {
        return Err(format!(
            "an operand of rank {rank} takes {rank} starts, steps and result extents, found {}, {} and {}",
            starts.len(),
            steps.len(),
            target.rank()
        ));
    }
    for axis in 0..rank {
        if steps[axis] == 0 {
            return Err(format!("the step on axis {axis} is 0"));
        }
        verify_axis(axis, source.shape[axis], target.shape[axis], starts[axis], steps[axis])?;
    }
    Ok(())
}

/// The first and the last index must be in range, where that can be decided.
fn verify_axis(axis: usize, extent: Dim, length: Dim, start: Dim, step: i64) -> Result<(), String> {
    if length.is(0) {
        return Ok(());
    }
    let (extent, length, start) = (expr(extent)?, expr(length)?, expr(start)?);
    let last = add(start, multiply(subtract(length, constant(1))?, constant(step))?)?;
    for index in [start, last] {
        let below = index.as_constant().is_some_and(|index| index < 0);
        let above = subtract(extent, index)?.as_constant().is_some_and(|room| room < 1);
        if below || above {
            return Err(format!("index {index} on axis {axis} is not in the operand's extent {extent}"));
        }
    }
    Ok(())
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    if module.attribute(op, "within").is_some() {
        return None;
    }
    let operand = module.operand(op, 0);
    let steps = module.attribute(op, "steps")?.as_i64s()?;
    let starts = module.attribute(op, "starts")?.as_dims()?;
    let whole = module.ty(operand) == module.ty(module.result(op, 0))
        && steps.iter().all(|&step| step == 1)
        && starts.iter().all(|start| start.expr().is_some_and(|start| !certainly_differ(start, DimExpr::constant(0))));
    whole.then(|| vec![Folded::Value(operand)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape)]) = (request.operands, request.results) else {
        return Err("slice has one operand and one result".into());
    };
    let starts = request.attributes.resolved_dims("starts", request.symbols)?;
    let steps = request.attributes.integers("steps")?;
    let strides = row_major_strides(x.shape());
    let (mut origin, mut stepped) = (0isize, Vec::with_capacity(strides.len()));
    for (axis, &stride) in strides.iter().enumerate() {
        let last = starts[axis] + (shape[axis] as i64 - 1) * steps[axis];
        let extent = x.shape()[axis] as i64;
        if shape[axis] > 0 && !((0..extent).contains(&starts[axis]) && (0..extent).contains(&last)) {
            return Err(format!("indices {} to {last} leave axis {axis}, whose extent is {extent}", starts[axis]));
        }
        origin += starts[axis] as isize * stride as isize;
        stepped.push(steps[axis] as isize * stride as isize);
    }
    let picks = offsets(shape, &stepped, origin).into_iter().map(|offset| (0, offset));
    Ok(vec![Tensor::pick(request.operands, shape, picks)?])
}
