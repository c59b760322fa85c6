//! A kernel around a convolution, apart from what is before it: elementwise ops that compute its input, or a transpose
//! that it reads through.
//!
//! ```mlir
//! %s = graph.multiply %x, %scale         // of a normalization, or of each channel
//! %r = graph.relu %s
//! %y = graph.conv %r, %w {...}           // one tap: each pixel is read by one row
//!
//! %t = graph.transpose %image {permutation = [0, 2, 3, 1]}
//! %z = graph.conv %t, %w {...}           // few channels: a plane for each
//! ```

use crate::axes::is_elementwise;
use crate::conv_shape::{ConvShape, input_number};
use crate::matmul::permutation;
use crate::spec::{KernelSpec, Source};

/// A convolution with what is around it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvKernel {
    /// The convolution and what follows it. An input that is computed or transposed on the way is one more input, without
    /// a buffer.
    pub spec: KernelSpec,
    /// The convolution.
    pub shape: ConvShape,
    /// What computes the input, if that is no buffer: its output is the input's element at each place.
    pub prologue: Option<KernelSpec>,
}

impl ConvKernel {
    /// The parts of a kernel of this family; `None` if it is something else.
    pub fn of(spec: &KernelSpec) -> Option<ConvKernel> {
        let anchor = spec.only_node(|node| node.is("conv"))?;
        let source = *spec.nodes[anchor].operands.first()?;
        if let Source::Input(_) = source {
            return Some(ConvKernel { spec: spec.clone(), shape: ConvShape::of(spec)?, prologue: None });
        }
        if let Some(input) = transposed_image(spec, source) {
            let mut rest = read_instead(spec, anchor, source);
            rest = rest.with_nodes(|_, node| !node.is("transpose"))?;
            let shape = ConvShape { input, is_planar: true, ..ConvShape::of(&rest)? };
            return (shape.groups == 1).then_some(ConvKernel { spec: rest, shape, prologue: None });
        }
        let is_before = |index: usize| index < anchor && spec.nodes[index].constant.is_none();
        if !(0..anchor).filter(|&index| is_before(index)).all(|index| is_elementwise(&spec.nodes[index])) {
            return None;
        }
        let prologue = KernelSpec { outputs: vec![source], ..spec.clone() };
        let prologue = prologue.with_nodes(|index, node| is_before(index) || node.constant.is_some())?;
        let rest = read_instead(spec, anchor, source).with_nodes(|index, _| !is_before(index))?;
        let mut shape = ConvShape::of(&rest)?;
        shape.is_computed = true;
        let copies_pixels = shape.taps() == 1 && !shape.is_padded() && shape.groups == 1;
        let has_axes = shape.axes.len() + 2 == spec.tensor(source).rank();
        (copies_pixels && has_axes).then_some(ConvKernel { spec: rest, shape, prologue: Some(prologue) })
    }

    /// The prologue with as few axes as its operands allow, where rows are the pixels of its input in order: all pixels
    /// as one axis, or those of each image.
    pub fn merge_pixels(&self) -> Option<KernelSpec> {
        let prologue = self.prologue.as_ref().filter(|_| self.shape.is_pointwise())?;
        let last = prologue.space()?.len() - 1;
        let all = prologue.merge_axes(None, &[0..last, last..last + 1]);
        all.or_else(|| prologue.merge_axes(None, &[0..1, 1..last, last..last + 1]))
    }
}

/// The kernel with its anchor reading one more input in place of `source`.
pub(crate) fn read_instead(spec: &KernelSpec, anchor: usize, source: Source) -> KernelSpec {
    let mut rest = spec.clone();
    rest.nodes[anchor].operands[0] = Source::Input(rest.inputs.len());
    rest.inputs.push(spec.tensor(source).clone());
    rest
}

/// The number of the channels-first input, whole in memory, that `source` is a channels-last transpose of.
fn transposed_image(spec: &KernelSpec, source: Source) -> Option<usize> {
    let Source::Node { node, .. } = source else { return None };
    let node = &spec.nodes[node];
    let input = input_number(*node.operands.first()?)?;
    let permutation = permutation(node)?;
    (is_to_channels_last(&permutation) && spec.inputs[input].within.is_none()).then_some(input)
}

/// Whether a permutation moves the second axis behind all others.
pub(crate) fn is_to_channels_last(permutation: &[usize]) -> bool {
    let rank = permutation.len();
    rank > 2 && permutation.iter().copied().eq([0].into_iter().chain(2..rank).chain([1]))
}
