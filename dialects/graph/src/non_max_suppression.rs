//! `graph.non_max_suppression`: the best of boxes that overlap.

use crate::read::Read;
use crate::rows::{operand, required, result};
use kiln_ir::{AttributeConstraint, Dim, EvaluateRequest, Module, Op, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;
use kiln_tensor::scalar;

/// The row.
pub const NON_MAX_SUPPRESSION: OpDefinition = OpDefinition {
    name: "graph.non_max_suppression",
    doc: "Which boxes each class of each picture keeps: time and again the one of the best score that is left, of equal \
          scores the first; with it go all whose intersection with it is more than `overlap` of their union. Only scores \
          above `threshold` count, and no more than `most` boxes are kept. `boxes` is pictures x boxes x 4, `scores` is \
          pictures x classes x boxes; the result has the numbers of the boxes kept, best first, and -1 after the last.",
    example: "%y = graph.non_max_suppression %boxes, %scores, %most, %overlap, %threshold {center_point_box = false} : \
              (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<1x2x6xi64>",
    operands: &[
        operand("boxes", TypeConstraint::FloatTensor),
        operand("scores", TypeConstraint::FloatTensor),
        operand("most", TypeConstraint::IntegerTensor),
        operand("overlap", TypeConstraint::FloatTensor),
        operand("threshold", TypeConstraint::FloatTensor),
    ],
    attributes: &[required(
        "center_point_box",
        AttributeConstraint::Bool,
        "Whether a box is the x and y of its centre, its width and its height; else it is y and x of two opposite \
         corners, whichever these are.",
    )],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let shape = |value| module.ty(value).as_tensor().map_or(&[][..], |tensor| &tensor.shape);
    let [boxes, scores] = [0, 1].map(|index| shape(module.operand(op, index)));
    let is_right = match (boxes, scores, shape(module.result(op, 0))) {
        (&[pictures, count, four], &[others, classes, scored], &[kept_pictures, kept_classes, _]) => {
            four == Dim::Static(4)
                && (others, scored) == (pictures, count)
                && (kept_pictures, kept_classes) == (pictures, classes)
        }
        _ => false,
    };
    if !is_right {
        return Err("boxes are pictures x boxes x 4, scores pictures x classes x boxes, and the result pictures x \
                    classes x boxes kept"
            .into());
    }
    for index in 0..5 {
        let ty = module.ty(module.operand(op, index));
        let element = if index == 2 { Type::i64() } else { Type::f32() };
        if ty.scalar() != element || index >= 2 && !shape(module.operand(op, index)).is_empty() {
            return Err(format!("operand #{index} must be of {element}, and a limit a scalar, not {ty}"));
        }
    }
    Ok(())
}

/// A box as its lower and its upper corner.
type Corners = [[f32; 2]; 2];

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([boxes, scores, most, overlap, threshold], [(_, shape)]) = (request.operands, request.results) else {
        return Err("non_max_suppression has five operands and one result".into());
    };
    let is_centred = request.attributes.flag("center_point_box");
    let (&[_, count, _], &[_, classes, room]) = (boxes.shape(), shape.as_slice()) else {
        return Err("boxes and the result have three axes".into());
    };
    let number =
        |tensor: &Tensor| scalar::floats(tensor).map(|values| values.first().map_or(0.0, |&value| value as f32));
    let (overlap, threshold) = (number(overlap)?, number(threshold)?);
    let most = scalar::integers(most)?.first().map_or(0, |&most| most.clamp(0, room as i128) as usize);
    let floats = |tensor| Ok::<_, String>(scalar::floats(tensor)?.into_iter().map(|value| value as f32));
    let boxes: Vec<f32> = floats(boxes)?.collect();
    let scores: Vec<f32> = floats(scores)?.collect();
    let corners: Vec<Corners> = boxes
        .chunks_exact(4)
        .map(|numbers| corners([numbers[0], numbers[1], numbers[2], numbers[3]], is_centred))
        .collect();
    let mut kept = Vec::with_capacity(shape.iter().product());
    for line in 0..shape[0] * classes {
        let own = &corners[line / classes * count..][..count];
        let mut chosen = keep(own, &scores[line * count..][..count], most, overlap, threshold);
        chosen.resize(room, -1);
        kept.extend(chosen);
    }
    Ok(vec![Tensor::from_values(shape, &kept)])
}

/// The numbers of the boxes of one class that are kept.
fn keep(corners: &[Corners], scores: &[f32], most: usize, overlap: f32, threshold: f32) -> Vec<i64> {
    let mut left: Vec<usize> = (0..scores.len()).filter(|&index| scores[index] > threshold).collect();
    // What is above a threshold is no NaN.
    left.sort_by(|&a, &b| scores[b].partial_cmp(&scores[a]).unwrap_or(std::cmp::Ordering::Equal));
    let mut kept: Vec<usize> = Vec::new();
    for index in left {
        let is_hidden = |&other: &usize| overlap_of(corners[other], corners[index]) > overlap;
        if kept.len() < most && !kept.iter().any(is_hidden) {
            kept.push(index);
        }
    }
    kept.into_iter().map(|index| index as i64).collect()
}

fn corners(numbers: [f32; 4], is_centred: bool) -> Corners {
    let [a, b, c, d] = numbers;
    match is_centred {
        true => [[b - d / 2.0, a - c / 2.0], [b + d / 2.0, a + c / 2.0]],
        false => [[a.min(c), b.min(d)], [a.max(c), b.max(d)]],
    }
}

/// The intersection of two boxes as a part of their union; NaN, which is more than nothing, where they do not meet.
fn overlap_of(one: Corners, other: Corners) -> f32 {
    let side = |axis: usize| one[1][axis].min(other[1][axis]) - one[0][axis].max(other[0][axis]);
    let area = |corners: Corners| (corners[1][0] - corners[0][0]) * (corners[1][1] - corners[0][1]);
    let (height, width) = (side(0), side(1));
    if !(height > 0.0 && width > 0.0) {
        return f32::NAN;
    }
    let common = height * width;
    common / (area(one) + area(other) - common)
}
