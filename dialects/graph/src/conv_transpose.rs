//! `graph.conv_transpose`: transposed convolution.

use crate::conv::{ConvView, GROUPS, Operands, check_bias, operands};
use crate::layout::LAYOUT;
use crate::rows::{operand, optional_operand, required, result};
use crate::shape::{constant, dim, expr, floor_divide, multiply, tensor};
use crate::window::{DILATIONS, STRIDES, spatial};
use kiln_ir::{AttributeConstraint, InferRequest, OpDefinition, Traits, Type, TypeConstraint};

/// The row.
pub const CONV_TRANSPOSE: OpDefinition = OpDefinition {
    name: "graph.conv_transpose",
    doc: "The transpose of a convolution: every input element adds the filter, scaled by it, to the output around \
          `position * stride - pad_low`. `filter` is always I,O/groups,space...; the result's extents are \
          `(extent - 1) * stride + dilation * (k - 1) + 1 + output_padding - pad_low - pad_high`.",
    example: "%y = graph.conv_transpose %x, %filter {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = \"channels_first\"} : (tensor<1x16x4x4xf32>, tensor<16x3x2x2xf32>) -> tensor<1x3x8x8xf32>",
    operands: &[
        operand("x", TypeConstraint::NumberTensor),
        operand("filter", TypeConstraint::NumberTensor),
        optional_operand("bias", TypeConstraint::NumberTensor),
    ],
    attributes: &[
        STRIDES,
        DILATIONS,
        required(
            "pad_low",
            AttributeConstraint::Integers,
            "How many elements are cut off before, for each spatial axis.",
        ),
        required(
            "pad_high",
            AttributeConstraint::Integers,
            "How many elements are cut off after, for each spatial axis.",
        ),
        required(
            "output_padding",
            AttributeConstraint::Integers,
            "How many elements are added after, for each spatial axis; not negative.",
        ),
        GROUPS,
        LAYOUT,
    ],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(crate::convolve::evaluate_conv_transpose),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let rank = tensor(request.operands, 0)?.rank();
    let view = ConvView::parse(request.attributes, rank)?;
    let extra = spatial(request.attributes, "output_padding", rank - 2, 0)?;
    let Operands { x, filter, element, input_channels } = operands(request, &view)?;
    if input_channels != filter.shape[0] {
        return Err(format!("input has {input_channels} channels, filter expects {}", filter.shape[0]));
    }
    let per_group = floor_divide(expr(input_channels)?, view.groups);
    if multiply(per_group, constant(view.groups))? != expr(input_channels)? {
        return Err(format!("{input_channels} input channels do not fall into {} groups", view.groups));
    }
    let outputs = dim(multiply(expr(filter.shape[1])?, constant(view.groups))?)?;
    check_bias(request, element, outputs)?;
    let layout = view.layout();
    let mut extents = Vec::with_capacity(rank - 2);
    for (axis, place) in layout.spatial_axes(rank).enumerate() {
        extents.push(view.window.transposed_extent(axis, x.shape[place], filter.shape[axis + 2], extra[axis])?);
    }
    Ok(vec![Type::tensor(&layout.shape(x.shape[0], outputs, &extents), element)])
}
