//! `graph.average_pool`: the mean of each window.

use crate::layout::LAYOUT;
use crate::pool::{PoolView, WINDOW, infer_pool};
use crate::rows::{operand, optional, result};
use crate::window::{DILATIONS, PAD_HIGH, PAD_LOW, STRIDES, spatial};
use kiln_ir::{
    AttributeConstraint, Attributes, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const AVERAGE_POOL: OpDefinition = OpDefinition {
    name: "graph.average_pool",
    doc: "The mean of each window that slides over the spatial axes: the sum of its elements inside the operand, \
          divided by their number, or with `count_include_pad` by the number of elements inside the operand and its \
          padding, `ceil_extra` aside.",
    example: "%y = graph.average_pool %x {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = \"channels_first\"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>",
    operands: &[operand("x", TypeConstraint::FloatTensor)],
    attributes: &[
        WINDOW,
        STRIDES,
        DILATIONS,
        PAD_LOW,
        PAD_HIGH,
        LAYOUT,
        optional("count_include_pad", AttributeConstraint::Bool, "Whether padding counts as zeros; absent is false."),
        optional(
            "ceil_extra",
            AttributeConstraint::Integers,
            "The part of `pad_high` that rounding the result's extents up added: it never counts; absent is 0.",
        ),
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

/// Attribute `ceil_extra`: one entry for each spatial axis, 0 where absent.
///
/// # Errors
/// When it is of the wrong length or out of range.
pub fn ceil_extra(attributes: &Attributes, spatial_rank: usize) -> Result<Vec<i64>, String> {
    match attributes.get("ceil_extra") {
        Some(_) => spatial(attributes, "ceil_extra", spatial_rank, 0),
        None => Ok(vec![0; spatial_rank]),
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (shape, element) = infer_pool(request)?;
    let extra = ceil_extra(request.attributes, shape.len() - 2)?;
    let view = PoolView::parse(request.attributes, shape.len())?;
    if let Some(axis) = (0..extra.len()).find(|&axis| extra[axis] > view.window.pad_high[axis]) {
        let (extra, high) = (extra[axis], view.window.pad_high[axis]);
        return Err(format!("ceil_extra {extra} exceeds pad_high {high} on spatial axis {axis}"));
    }
    Ok(vec![Type::tensor(&shape, element)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("average_pool has one operand and one result".into());
    };
    let view = PoolView::parse(request.attributes, x.rank())?;
    let extra = ceil_extra(request.attributes, view.window.spatial_rank())?;
    let include = request.attributes.bool("count_include_pad").unwrap_or(false);
    let values = scalar::floats(x)?;
    let mut means = Vec::new();
    view.for_each_window(x.shape(), shape, |places, origin| {
        let count = if include { view.padded_count(x.shape(), origin, &extra) } else { places.len() };
        means.push(places.iter().map(|&place| values[place]).sum::<f64>() / count as f64);
    });
    Ok(vec![scalar::from_floats(*element, shape, means)?])
}
