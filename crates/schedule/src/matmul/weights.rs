//! Weights of a product that its kernel makes of what lies in memory: codes of a few bits, or shorter floats.
//!
//! ```mlir
//! %w = graph.dequantize_blocks %codes, %scales {bits = 4, length = 4096} : (tensor<11008x2048xui8>, ...)
//! %y = graph.matmul %x, %w {transpose_b = true}
//! ```
//!
//! Codes are packed as bytes: panels of columns, of each the words of 32 bits one after the other, so that a vector of
//! words has the same few steps of the depth of its columns. Scales and zeros are packed as matrices of their own.

use super::MatrixOperand;
use crate::conv_shape::input_number;
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec, Source};
use kiln_graph::BlocksView;
use kiln_ir::{DimExpr, Type};

/// Bytes of a word of codes.
pub const WORD_BYTES: usize = 4;

/// Weights that are codes with a scale for each block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Blocks {
    /// How codes stand for numbers.
    pub view: BlocksView,
    /// The kernel's input of scales.
    pub scales: usize,
    /// The kernel's input of zeros; absent is `2^(bits - 1)`.
    pub zeros: Option<usize>,
}

impl Blocks {
    /// The codes of a node, whose operands are inputs of the kernel.
    fn of(spec: &KernelSpec, node: &NodeSpec) -> Option<Blocks> {
        let ty = |&source: &Source| {
            let tensor = spec.tensor(source);
            Type::tensor(&tensor.shape, Type::from_element(tensor.element))
        };
        let types: Vec<Type> = node.operands.iter().map(ty).collect();
        let view = BlocksView::parse(&types, &node.attributes).ok()?;
        let input = |index: usize| input_number(*node.operands.get(index)?);
        let whole = node.operands.iter().all(|&source| spec.tensor(source).within.is_none());
        let fits = whole && types[0].as_tensor()?.rank() == 2 && reads_words(&view);
        let zeros = node.operands.get(2).map(|_| input(2));
        fits.then_some(Blocks { view, scales: input(1)?, zeros: zeros.map_or(Some(None), |zero| zero.map(Some))? })
    }

    /// Codes of a word.
    pub fn codes(&self) -> usize {
        8 * WORD_BYTES / self.view.bits
    }

    /// Words of a row's codes.
    pub fn words(&self) -> usize {
        self.view.blocks * self.view.block / self.codes()
    }

    /// Writes into a plan how codes, scales and zeros are packed, for panels of `columns`.
    pub fn attach(&self, plan: Plan, codes: usize, columns: usize) -> Plan {
        let form = PackForm::MatrixRuns { columns, terms: WORD_BYTES, transposed: true };
        let plan = Packing { input: codes, form }.attach(plan);
        let form = PackForm::MatrixPanels { columns, transposed: true };
        [Some(self.scales), self.zeros]
            .into_iter()
            .flatten()
            .fold(plan, |plan, input| Packing { input, form }.attach(plan))
    }
}

/// Sums of a block of codes that each accumulator is split into, so that enough of them are in flight where a register tile
/// is small: eight cover the latency of a multiplication on two units.
pub const fn block_chains(accumulators: usize) -> usize {
    match accumulators {
        0..=2 => 4,
        3..=4 => 2,
        _ => 1,
    }
}

/// Whether kernels of products read such codes: blocks begin with words.
pub(crate) fn reads_words(view: &BlocksView) -> bool {
    (view.block * view.bits).is_multiple_of(8 * WORD_BYTES)
}

/// The right operand of a product where a node of the kernel makes it: that node, the operand as if it lay in memory, and
/// what it is made of if that is codes.
pub(super) fn made_weights(spec: &KernelSpec, source: Source) -> Option<(usize, MatrixOperand, Option<Blocks>)> {
    let Source::Node { node: index, result: 0 } = source else { return None };
    let node = &spec.nodes[index];
    let input = input_number(*node.operands.first()?)?;
    let blocks = match node.op() {
        "dequantize_blocks" => Some(Blocks::of(spec, node)?),
        "cast" => None,
        _ => return None,
    };
    let mut operand = MatrixOperand::of(spec, Source::Input(input))?;
    if blocks.is_some() {
        operand.extents = node.results[0].exprs();
        operand.strides = vec![operand.extents[1], DimExpr::constant(1)];
    }
    Some((index, operand, blocks))
}
