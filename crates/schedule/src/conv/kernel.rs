//! A kernel around a convolution, apart from elementwise ops that compute its input.
//!
//! ```mlir
//! %s = graph.multiply %x, %scale         // of a normalization, or of each channel
//! %r = graph.relu %s
//! %y = graph.conv %r, %w {...}           // one tap: each pixel is read by one row
//! ```

use crate::axes::is_elementwise;
use crate::conv_shape::ConvShape;
use crate::spec::{KernelSpec, Source};

/// A convolution with what is around it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConvKernel {
    /// The convolution and what follows it. An input that is computed on the way is one more input, without a buffer.
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
        let is_before = |index: usize| index < anchor && spec.nodes[index].constant.is_none();
        if !(0..anchor).filter(|&index| is_before(index)).all(|index| is_elementwise(&spec.nodes[index])) {
            return None;
        }
        let prologue = KernelSpec { outputs: vec![source], ..spec.clone() };
        let prologue = prologue.with_nodes(|index, node| is_before(index) || node.constant.is_some())?;
        let mut rest = spec.clone();
        rest.nodes[anchor].operands[0] = Source::Input(rest.inputs.len());
        rest.inputs.push(spec.tensor(source).clone());
        let rest = rest.with_nodes(|index, _| !is_before(index))?;
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
