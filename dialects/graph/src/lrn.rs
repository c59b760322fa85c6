//! `graph.lrn`: local response normalization across channels.

use crate::layout::{LAYOUT, Layout};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use crate::strided::Around;
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const LRN: OpDefinition = OpDefinition {
    name: "graph.lrn",
    doc: "`x / (bias + alpha / size * sum)^beta`, where the sum is of the squares of the `size` neighbouring channels: \
          from `(size - 1) floordiv 2` before to `size floordiv 2` after, inside the tensor.\n\n\
          Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012.",
    example: "%y = graph.lrn %x {size = 5, alpha = 1.0e-4, beta = 0.75, bias = 1.0, layout = \"channels_first\"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>",
    operands: &[operand("x", TypeConstraint::FloatTensor)],
    attributes: &[
        required("size", AttributeConstraint::Integer, "How many channels are summed; positive."),
        required("alpha", AttributeConstraint::Float, "The weight of the mean square."),
        required("beta", AttributeConstraint::Float, "The exponent."),
        required("bias", AttributeConstraint::Float, "Added to the weighted mean square."),
        LAYOUT,
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    Layout::of(request.attributes)?;
    if x.rank() < 2 {
        return Err(format!("the operand must have batch and channels, but has rank {}", x.rank()));
    }
    let size = request.attributes.integer("size")?;
    if size < 1 {
        return Err(format!("size must be positive, not {size}"));
    }
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("lrn has one operand and one result".into());
    };
    let attributes = request.attributes;
    let around = Around::new(shape, Layout::of(attributes)?.channel_axis(shape.len()));
    let (alpha, beta, bias) = (attributes.float("alpha")?, attributes.float("beta")?, attributes.float("bias")?);
    let size = attributes.integer("size")?;
    let (before, after) = (((size - 1) / 2) as usize, (size / 2) as usize);
    let values = scalar::floats(x)?;
    let mut result = vec![0.0; values.len()];
    for (outer, inner) in around.lines() {
        for channel in 0..around.length {
            let first = channel.saturating_sub(before);
            let last = channel.saturating_add(after).min(around.length - 1);
            let square = |neighbour: usize| values[around.at(outer, neighbour, inner)].powi(2);
            let sum: f64 = (first..=last).map(square).sum();
            let place = around.at(outer, channel, inner);
            result[place] = values[place] / libm::pow(bias + alpha / size as f64 * sum, beta);
        }
    }
    Ok(vec![scalar::from_floats(*element, shape, result)?])
}
