//! `graph.conv`: convolution.

use crate::layout::{LAYOUT, Layout};
use crate::matmul::{WIDENING, product_element};
use crate::read::Read;
use crate::rows::{operand, optional, optional_operand, required, result};
use crate::shape::{constant, dim, expr, floor_divide, multiply, show, tensor};
use crate::window::{DILATIONS, PAD_HIGH, PAD_LOW, STRIDES, Window};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Attributes, Dim, InferRequest, Module, Op, OpDefinition, TensorType,
    Traits, Type, TypeConstraint,
};
use kiln_tensor::ElementType;

/// The row.
pub const CONV: OpDefinition = OpDefinition {
    name: "graph.conv",
    doc: "Convolution (cross-correlation) over 1, 2 or 3 spatial axes with explicit padding by zeros.\n\n\
          `x` and the result are in `layout`; `filter` is always O,I/groups,space...; `bias` has one element for each \
          output channel. Output channel `o` of group `g` is the sum over the group's input channels `i` and the \
          window's elements `k` of `x[i, position * stride + k * dilation - pad_low] * filter[o, i, k]`. The result's \
          extents are `(extent + pad_low + pad_high - dilation * (k - 1) - 1) floordiv stride + 1`.\n\n\
          With `widening`, `x` and `filter` are 8-bit integers, each signed or not, and sums, result and bias are of \
          `i32`, or they are of `bf16` and those of `f32`; `pad_value` then is what stands for zero in `x`.",
    example: "%y = graph.conv %x, %filter {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = \"channels_first\"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x8x8xf32>",
    operands: &[
        operand("x", TypeConstraint::NumberTensor),
        operand("filter", TypeConstraint::NumberTensor),
        optional_operand("bias", TypeConstraint::NumberTensor),
    ],
    attributes: &[STRIDES, DILATIONS, PAD_LOW, PAD_HIGH, GROUPS, LAYOUT, WIDENING, PAD_VALUE, EXACT],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(crate::convolve::evaluate_conv),
    ..OpDefinition::EMPTY
};

/// Attribute `groups`.
pub(crate) const GROUPS: AttributeDefinition = required(
    "groups",
    AttributeConstraint::Integer,
    "How many groups the channels fall into, each convolved by itself; divides both channel counts.",
);

/// Attribute `pad_value`.
const PAD_VALUE: AttributeDefinition = optional(
    "pad_value",
    AttributeConstraint::Integer,
    "What padding consists of, a value of `x`'s type; absent is 0. Only with `widening`.",
);

/// Attribute `exact`.
const EXACT: AttributeDefinition = optional(
    "exact",
    AttributeConstraint::Bool,
    "Whether it is computed by the products that define it and no others; absent is false.",
);

/// A convolution's attributes: of `conv` and of `conv_transpose`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvView {
    /// How the filter slides, and the layout.
    pub window: Window,
    /// How many groups the channels fall into.
    pub groups: i64,
    /// What padding consists of.
    pub pad_value: i64,
}

impl ConvView {
    /// Reads the attributes of a convolution of tensors of `rank` axes.
    ///
    /// # Errors
    /// What is missing or out of range.
    pub fn parse(attributes: &Attributes, rank: usize) -> Result<ConvView, String> {
        let window = Window::parse(attributes, rank)?;
        let groups = attributes.integer("groups")?;
        if groups < 1 {
            return Err(format!("groups must be positive, not {groups}"));
        }
        let pad_value = match attributes.get("pad_value") {
            Some(_) => attributes.integer("pad_value")?,
            None => 0,
        };
        if pad_value != 0 && !attributes.flag("widening") {
            return Err("only a widening convolution has a pad_value".into());
        }
        Ok(ConvView { window, groups, pad_value })
    }

    /// The attributes of a `conv` or `conv_transpose` op.
    ///
    /// # Errors
    /// What is missing or out of range.
    pub fn of(module: &Module, op: Op) -> Result<ConvView, String> {
        let rank = tensor(&module.operand_types(op), 0)?.rank();
        ConvView::parse(module.attributes(op), rank)
    }

    /// The order of the axes.
    pub fn layout(&self) -> Layout {
        self.window.layout
    }
}

/// The operands of a convolution, with channel counts in place.
pub(crate) struct Operands {
    pub x: &'static TensorType,
    pub filter: &'static TensorType,
    /// The element type of sums, bias and result.
    pub element: Type,
    pub input_channels: Dim,
}

/// Ranks and element types; the bias, if there, must have one element for each of `output_channels` of the filter.
pub(crate) fn operands(request: &InferRequest, view: &ConvView) -> Result<Operands, String> {
    let (x, filter) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    if filter.rank() != x.rank() {
        return Err(format!("operand and filter must have the same rank, found {} and {}", x.rank(), filter.rank()));
    }
    let element = product_element(x.element, filter.element, request.attributes)?;
    let fits = match x.element.element() {
        Some(ElementType::U8) => (0..256).contains(&view.pad_value),
        Some(ElementType::I8) => (-128..128).contains(&view.pad_value),
        _ => true,
    };
    if !fits {
        return Err(format!("pad_value {} is no value of {}", view.pad_value, x.element));
    }
    Ok(Operands { x, filter, element, input_channels: x.shape[view.layout().channel_axis(x.rank())] })
}

/// Checks the bias, if there is one.
pub(crate) fn check_bias(request: &InferRequest, element: Type, channels: Dim) -> Result<(), String> {
    if request.operands.len() < 3 {
        return Ok(());
    }
    let bias = tensor(request.operands, 2)?;
    if bias.shape != [channels] || bias.element != element {
        let expected = Type::tensor(&[channels], element);
        return Err(format!("the bias must be a {expected}, not {}", request.operands[2]));
    }
    Ok(())
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let view = ConvView::parse(request.attributes, tensor(request.operands, 0)?.rank())?;
    let Operands { x, filter, element, input_channels } = operands(request, &view)?;
    let (outputs, inputs) = (filter.shape[0], filter.shape[1]);
    let expected = dim(multiply(expr(inputs)?, constant(view.groups))?)?;
    if input_channels != expected {
        return Err(format!("input has {input_channels} channels, filter expects {expected}"));
    }
    let per_group = floor_divide(expr(outputs)?, view.groups);
    if multiply(per_group, constant(view.groups))? != expr(outputs)? {
        return Err(format!("{outputs} output channels do not fall into {} groups", view.groups));
    }
    check_bias(request, element, outputs)?;
    let layout = view.layout();
    let spatial = layout.spatial_axes(x.rank()).enumerate();
    let extents = spatial.map(|(axis, place)| view.window.output_extent(axis, x.shape[place], filter.shape[axis + 2]));
    let extents = extents
        .collect::<Result<Vec<_>, _>>()
        .map_err(|reason| format!("{reason} (filter {})", show(&filter.shape)))?;
    Ok(vec![Type::tensor(&layout.shape(x.shape[0], outputs, &extents), element)])
}
