//! The shape of a channels-last convolution, as the planners and emitters of convolutions read it from a spec.

use crate::extent::{constant, multiply};
use crate::spec::{KernelSpec, NodeSpec, Source};
use kiln_ir::DimExpr;
use kiln_tensor::ElementType;

/// One spatial axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvAxis {
    /// Extent of the input.
    pub input: DimExpr,
    /// Extent of the output.
    pub output: DimExpr,
    /// Extent of the filter.
    pub kernel: i64,
    /// Input positions between neighbours of the output.
    pub stride: i64,
    /// Input positions between neighbours of the filter.
    pub dilation: i64,
    /// Zeros before the input.
    pub pad_low: i64,
    /// Zeros after the input.
    pub pad_high: i64,
}

impl ConvAxis {
    /// The axis that 1-D convolutions lack.
    fn unit() -> ConvAxis {
        let one = DimExpr::constant(1);
        ConvAxis { input: one, output: one, kernel: 1, stride: 1, dilation: 1, pad_low: 0, pad_high: 0 }
    }

    /// Whether there is any padding.
    pub fn is_padded(&self) -> bool {
        self.pad_low != 0 || self.pad_high != 0
    }

    /// Input positions that `count` neighbours of the output read.
    pub fn window(&self, count: DimExpr) -> DimExpr {
        let steps = count.checked_sub(DimExpr::constant(1)).and_then(|e| e.checked_mul(DimExpr::constant(self.stride)));
        let reach = (self.kernel - 1) * self.dilation + 1;
        steps.and_then(|e| e.checked_add(DimExpr::constant(reach))).expect("windows of a model do not overflow")
    }
}

/// A convolution whose input and output are channels-last and whose filter has known extents.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvShape {
    /// The node of the spec.
    pub anchor: usize,
    /// Which input of the kernel is convolved.
    pub input: usize,
    /// Whether it lies channels-first in memory, a plane for each channel: see [`crate::conv::ConvKernel`].
    pub is_planar: bool,
    /// Whether it is no buffer but what the kernel computes on the way: see [`crate::conv::ConvKernel`].
    pub is_computed: bool,
    /// Which input is the filter.
    pub filter: usize,
    /// Which input is the bias.
    pub bias: Option<usize>,
    /// The element type of the input; of all of them, unless it is an 8-bit integer.
    pub element: ElementType,
    /// The element type of the filter.
    pub filter_element: ElementType,
    /// What stands for zero where a window leaves the input.
    pub pad_value: i64,
    /// The number of images.
    pub batch: DimExpr,
    /// Spatial axes, at least two: those of the model, after a unit axis if it has but one.
    pub axes: Vec<ConvAxis>,
    /// Channels of the input.
    pub channels: usize,
    /// Elements from pixel to pixel of the input: more than the channels where the input is a part of a larger tensor.
    pub pitch: usize,
    /// Channels of the output.
    pub filters: usize,
    /// Groups of channels.
    pub groups: usize,
}

impl ConvShape {
    /// The only `conv` of a kernel, if it is channels-last, of `f32`, `f64` or widening, and reads inputs of the kernel.
    pub fn of(spec: &KernelSpec) -> Option<ConvShape> {
        ConvShape::of_op(spec, "conv")
    }

    /// As [`ConvShape::of`], for `conv_transpose` too: there, the axes describe the op as written, not a convolution.
    pub(crate) fn of_op(spec: &KernelSpec, op: &str) -> Option<ConvShape> {
        let anchor = spec.anchor_of_post_ops(op)?;
        let node = &spec.nodes[anchor];
        let inputs: Vec<usize> = node.operands.iter().map(|&source| input_number(source)).collect::<Option<_>>()?;
        let (&input, &filter) = (inputs.first()?, inputs.get(1)?);
        let (data, weights, result) = (&spec.inputs[input], &spec.inputs[filter], node.results.first()?);
        let element = data.element;
        let others_are_whole = inputs[1..].iter().all(|&input| spec.inputs[input].within.is_none());
        let pitch = data.row_pitch().filter(|_| others_are_whole)?;
        let is_known = matches!(element, ElementType::F32 | ElementType::F64) || is_widening(node);
        if !node.is_channels_last() || !is_known {
            return None;
        }
        let filter_shape: Vec<usize> =
            weights.shape.iter().map(|dim| Some(dim.as_static()? as usize)).collect::<Option<_>>()?;
        let extents = |shape: &[kiln_ir::Dim]| shape.iter().map(|dim| dim.expr()).collect::<Option<Vec<DimExpr>>>();
        let (input_shape, output_shape) = (extents(&data.shape)?, extents(&result.shape)?);
        let rank = input_shape.len().checked_sub(2).filter(|&rank| rank > 0)?;
        let static_channels = |shape: &[DimExpr]| usize::try_from(shape[rank + 1].as_constant()?).ok();
        let shape = ConvShape {
            anchor,
            input,
            is_planar: false,
            is_computed: false,
            filter,
            bias: inputs.get(2).copied(),
            element,
            filter_element: weights.element,
            pad_value: node.attributes.i64("pad_value").unwrap_or(0),
            batch: input_shape[0],
            axes: axes(node, &input_shape, &output_shape, &filter_shape, rank),
            channels: static_channels(&input_shape)?,
            pitch: usize::try_from(pitch.as_static()?).ok()?,
            filters: static_channels(&output_shape)?,
            groups: usize::try_from(node.attributes.i64("groups").unwrap_or(1)).ok()?,
        };
        let filled = shape.channels > 0 && shape.filters > 0 && shape.groups > 0;
        (filled && shape.axes.iter().all(|axis| axis.kernel > 0)).then_some(shape)
    }

    /// The same convolution with its rows as an outer axis, around rows of which there is one: what a task reads then are
    /// the rows of its taps, and not those between them.
    pub fn with_rows_outside(mut self) -> ConvShape {
        self.axes.insert(self.axes.len() - 1, ConvAxis::unit());
        self
    }

    /// The innermost spatial axis.
    pub fn columns(&self) -> &ConvAxis {
        &self.axes[self.axes.len() - 1]
    }

    /// The spatial axis before the innermost.
    pub fn rows(&self) -> &ConvAxis {
        &self.axes[self.axes.len() - 2]
    }

    /// Spatial axes before those two, outermost first.
    pub fn outer(&self) -> &[ConvAxis] {
        &self.axes[..self.axes.len() - 2]
    }

    /// Channels of the input in one group.
    pub fn group_channels(&self) -> usize {
        self.channels / self.groups
    }

    /// Channels of the output in one group.
    pub fn group_filters(&self) -> usize {
        self.filters / self.groups
    }

    /// Positions of the filter.
    pub fn taps(&self) -> usize {
        self.axes.iter().map(|axis| axis.kernel as usize).product()
    }

    /// Positions of the output in one image.
    pub fn pixels(&self) -> DimExpr {
        self.axes.iter().fold(constant(1), |product, axis| multiply(product, axis.output))
    }

    /// Whether any axis is padded.
    pub fn is_padded(&self) -> bool {
        self.axes.iter().any(ConvAxis::is_padded)
    }

    /// Whether each output reads the input at its own position only.
    pub fn is_pointwise(&self) -> bool {
        self.taps() == 1 && !self.is_padded() && self.axes.iter().all(|axis| axis.stride == 1)
    }

    /// Whether elements are floats, as families without integers want it.
    pub fn is_float(&self) -> bool {
        self.element.is_float()
    }

    /// Whether each channel is convolved alone, with a filter of its own.
    pub fn is_depthwise(&self) -> bool {
        self.groups == self.channels && self.groups == self.filters
    }

    /// Floating-point operations of one position of the output, all filters.
    pub fn flops(&self) -> usize {
        2 * self.taps() * self.group_channels() * self.filters
    }

    /// Two-dimensional images: those of the batch, times the positions along the outer axes.
    pub fn images(&self) -> DimExpr {
        self.outer().iter().fold(self.batch, |product, axis| multiply(product, axis.output))
    }
}

#[cfg(test)]
impl ConvShape {
    /// A convolution of one image of `f32` over `extents`, padded so that strides alone make the output smaller.
    pub(crate) fn padded(
        extents: [DimExpr; 2],
        (kernel, stride): (i64, i64),
        (channels, filters): (usize, usize),
        groups: usize,
    ) -> ConvShape {
        let axis = |input| ConvAxis {
            input,
            output: crate::extent::divide_up(input, constant(stride as usize)),
            kernel,
            stride,
            dilation: 1,
            pad_low: kernel / 2,
            pad_high: kernel / 2,
        };
        ConvShape {
            anchor: 0,
            input: 0,
            is_planar: false,
            is_computed: false,
            filter: 1,
            bias: None,
            element: ElementType::F32,
            filter_element: ElementType::F32,
            pad_value: 0,
            batch: constant(1),
            axes: extents.map(axis).to_vec(),
            channels,
            pitch: channels,
            filters,
            groups,
        }
    }
}

/// Whether a product is of 8-bit integers with sums of 32 bits.
pub(crate) fn is_widening(node: &NodeSpec) -> bool {
    node.attributes.bool("widening") == Some(true)
}

fn axes(node: &NodeSpec, input: &[DimExpr], output: &[DimExpr], filter: &[usize], rank: usize) -> Vec<ConvAxis> {
    let strides = node.integers("strides", rank, 1);
    let dilations = node.integers("dilations", rank, 1);
    let pad_low = node.integers("pad_low", rank, 0);
    let pad_high = node.integers("pad_high", rank, 0);
    let spatial = (0..rank).map(|axis| ConvAxis {
        input: input[axis + 1],
        output: output[axis + 1],
        kernel: filter[axis + 2] as i64,
        stride: strides[axis],
        dilation: dilations[axis],
        pad_low: pad_low[axis],
        pad_high: pad_high[axis],
    });
    let unit = (rank == 1).then(ConvAxis::unit);
    unit.into_iter().chain(spatial).collect()
}

/// The number of the kernel's input that `source` is.
pub(crate) fn input_number(source: Source) -> Option<usize> {
    match source {
        Source::Input(index) => Some(index),
        Source::Node { .. } => None,
    }
}
