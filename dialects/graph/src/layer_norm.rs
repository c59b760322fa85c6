//! `graph.layer_norm` and `graph.rms_norm`: normalization over the last axes.

use crate::read::Read;
use crate::rows::{operand, optional_operand, required, result};
use crate::shape::{show, tensor};
use crate::strided::broadcast_offsets;
use kiln_ir::{
    AttributeConstraint, Attributes, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};
use std::ops::Range;

/// The row.
pub const LAYER_NORM: OpDefinition = OpDefinition {
    name: "graph.layer_norm",
    doc: "`(x - mean) / sqrt(variance + epsilon) * scale + bias`, where mean and (biased) variance are taken over all \
          axes from `axis` on. `scale` and `bias` broadcast to the shape of those axes; with a bias and no scale, \
          `operandSegmentSizes` says so.\n\n\
          Ba, Kiros, Hinton: Layer Normalization, 2016.",
    example: "%y = graph.layer_norm %x, %scale, %bias {axis = 1, epsilon = 1.0e-5} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>",
    operands: &[
        operand("x", TypeConstraint::FloatTensor),
        optional_operand("scale", TypeConstraint::FloatTensor),
        optional_operand("bias", TypeConstraint::FloatTensor),
    ],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The first normalized axis, counted from 0."),
        required("epsilon", AttributeConstraint::Float, "Added to the variance."),
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, true)),
    ..OpDefinition::EMPTY
};

/// The row of `rms_norm`.
pub const RMS_NORM: OpDefinition = OpDefinition {
    name: "graph.rms_norm",
    doc: "`x / sqrt(mean(x^2) + epsilon) * scale`, where the mean is taken over all axes from `axis` on. `scale` broadcasts \
          to the shape of those axes.\n\n\
          Zhang, Sennrich: Root Mean Square Layer Normalization, 2019.",
    example: "%y = graph.rms_norm %x, %scale {axis = 1, epsilon = 1.0e-5} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>",
    operands: &[operand("x", TypeConstraint::FloatTensor), optional_operand("scale", TypeConstraint::FloatTensor)],
    attributes: &[
        required("axis", AttributeConstraint::Integer, "The first normalized axis, counted from 0."),
        required("epsilon", AttributeConstraint::Float, "Added to the mean of the squares."),
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(|request| evaluate(request, false)),
    ..OpDefinition::EMPTY
};

/// Operand indices of scale and bias.
fn parts(count: usize, attributes: &Attributes) -> Result<(Range<usize>, Range<usize>), String> {
    let segments = attributes.i64s("operandSegmentSizes");
    let ranges = LAYER_NORM.operand_ranges(count, segments.as_deref());
    match ranges.as_deref() {
        Some([_, scale, bias]) => Ok((scale.clone(), bias.clone())),
        _ => Err(format!("expected operands (x, scale?, bias?), found {count}")),
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let axis = request.attributes.axis("axis", x.rank())?;
    parts(request.operands.len(), request.attributes)?;
    let normalized = &x.shape[axis..];
    for index in 1..request.operands.len() {
        let part = tensor(request.operands, index)?;
        let stretches = part.rank() <= normalized.len()
            && part.shape.iter().rev().zip(normalized.iter().rev()).all(|(part, whole)| part.is(1) || part == whole);
        if !stretches || part.element != x.element {
            let wanted = Type::tensor(normalized, x.element);
            return Err(format!("scale and bias must broadcast to {wanted}, not {}", request.operands[index]));
        }
    }
    if normalized.iter().any(|dim| dim.is(0)) {
        return Err(format!("the normalized axes {} have no elements", show(normalized)));
    }
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest, is_centred: bool) -> Result<Vec<Tensor>, String> {
    let (Some(x), [(element, shape)]) = (request.operands.first(), request.results) else {
        return Err("a normalization has an operand and one result".into());
    };
    let axis = request.attributes.axis("axis", shape.len())?;
    let epsilon = request.attributes.float("epsilon")?;
    let normalized = &shape[axis..];
    let length: usize = normalized.iter().product();
    let expand = |range: Range<usize>, absent: f64| match request.operands.get(range).and_then(<[Tensor]>::first) {
        None => Ok(vec![absent; length]),
        Some(part) => {
            let values = scalar::floats(part)?;
            Ok::<_, String>(broadcast_offsets(part.shape(), normalized)?.into_iter().map(|at| values[at]).collect())
        }
    };
    let (scale, bias) = parts(request.operands.len(), request.attributes)?;
    let (scale, bias) = (expand(scale, 1.0)?, expand(bias, 0.0)?);
    let mut values = scalar::floats(x)?;
    for line in values.chunks_exact_mut(length.max(1)) {
        let mean = if is_centred { line.iter().sum::<f64>() / length as f64 } else { 0.0 };
        let variance = line.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / length as f64;
        let factor = 1.0 / (variance + epsilon).sqrt();
        for (value, (scale, bias)) in line.iter_mut().zip(scale.iter().zip(&bias)) {
            *value = (*value - mean) * factor * scale + bias;
        }
    }
    Ok(vec![scalar::from_floats(*element, shape, values)?])
}
