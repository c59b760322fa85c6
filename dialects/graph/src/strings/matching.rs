//! `graph.string_match`: strings that an automaton accepts.

use super::{STRINGS, of_shape};
use crate::rows::{operand, result};
use crate::shape::tensor;
use kiln_ir::{EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{ElementType, Tensor};

/// The row.
pub const STRING_MATCH: OpDefinition = OpDefinition {
    name: "graph.string_match",
    doc: "Whether a deterministic automaton that begins in state 0 is in one that accepts when it has read each string to its \
          end. `classes` has the class of each byte, `transitions` for each state and class the next state.",
    example: "%y = graph.string_match %x, %classes, %transitions, %accepts : \
              (tensor<2x!graph.string>, tensor<256xui8>, tensor<3x2xi32>, tensor<3xi1>) -> tensor<2xi1>",
    operands: &[
        operand("x", STRINGS),
        operand("classes", TypeConstraint::IntegerTensor),
        operand("transitions", TypeConstraint::IntegerTensor),
        operand("accepts", TypeConstraint::BoolTensor),
    ],
    results: &[result("y", TypeConstraint::BoolTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let table = |index: usize, element: ElementType| {
        let ty = tensor(request.operands, index).ok().filter(|ty| ty.element.to_element() == Some(element));
        ty.and_then(|ty| ty.static_shape())
    };
    let tables = (table(1, ElementType::U8), table(2, ElementType::I32), table(3, ElementType::I1));
    match tables {
        (Some(classes), Some(next), Some(accepts))
            if classes == [256] && next.len() == 2 && next.iter().all(|&extent| extent > 0) && accepts == [next[0]] =>
        {
            of_shape(request, Type::i1())
        }
        _ => Err(
            "classes must be 256 of ui8, transitions a matrix of i32 of static extents, accepts one i1 for each state"
                .into(),
        ),
    }
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let [x, classes, transitions, accepts] = request.operands else {
        return Err("string_match has four operands".into());
    };
    let (classes, accepts) = (classes.bytes(), accepts.bytes());
    let (next, width) = (transitions.values::<i32>(), transitions.shape()[1]);
    let mut found = Vec::new();
    for string in x.strings() {
        let mut state = 0usize;
        for &byte in string {
            let place = state * width + usize::from(classes[usize::from(byte)]);
            state = next.get(place).and_then(|&next| usize::try_from(next).ok()).ok_or("there is no such state")?;
        }
        found.push(*accepts.get(state).ok_or("there is no such state")? != 0);
    }
    Ok(vec![Tensor::from_bools(x.shape(), &found)])
}
