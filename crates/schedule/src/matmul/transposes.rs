//! Transposes around an anchor of matrices (a product, or attention): those of its operands are read through, one of its
//! result is written through.
//!
//! ```mlir
//! %q = graph.transpose %x {permutation = [0, 2, 1, 3]}     // heads of queries: rows lie further apart
//! %k = graph.transpose %y {permutation = [0, 2, 3, 1]}     // heads of keys: columns and depth change places, too
//! %s = graph.matmul %q, %k
//! ```

use super::weights::{Blocks, made_weights};
use crate::conv_shape::input_number;
use crate::extent::multiply;
use crate::spec::{KernelSpec, NodeSpec, Source, TensorSpec};
use kiln_ir::DimExpr;

/// How an operand of a product lies in memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MatrixOperand {
    /// Which input of the kernel it is.
    pub input: usize,
    /// Whether it is that input as it is, its rows at one distance: no transpose.
    pub is_plain: bool,
    /// Its extents, as the product sees them: batches, then two axes of a matrix.
    pub extents: Vec<DimExpr>,
    /// Elements from one step along each of these axes to the next.
    pub strides: Vec<DimExpr>,
    /// Which of these axes is the last in memory.
    pub last: usize,
}

impl MatrixOperand {
    /// How `source` lies, an input of the kernel or a transpose of one.
    pub(crate) fn of(spec: &KernelSpec, source: Source) -> Option<MatrixOperand> {
        let (input, permutation) = match source {
            Source::Input(input) => (input, None),
            Source::Node { node, .. } => {
                let node = &spec.nodes[node];
                (input_number(*node.operands.first()?)?, Some(permutation(node)?))
            }
        };
        let tensor = &spec.inputs[input];
        let own = tensor.exprs();
        let mut strides = vec![DimExpr::constant(1); own.len()];
        for axis in (1..own.len()).rev() {
            strides[axis - 1] = multiply(strides[axis], tensor.memory_shape()[axis].expr()?);
        }
        let order = permutation.clone().unwrap_or_else(|| (0..own.len()).collect());
        let last = order.iter().position(|&axis| axis + 1 == own.len())?;
        Some(MatrixOperand {
            input,
            is_plain: permutation.is_none() && tensor.row_pitch().is_some(),
            extents: order.iter().map(|&axis| own[axis]).collect(),
            strides: order.iter().map(|&axis| strides[axis]).collect(),
            last,
        })
    }

    /// Extents and strides of the batch axes.
    pub fn batch(&self) -> impl Iterator<Item = (DimExpr, DimExpr)> + '_ {
        let batch = self.extents.len() - 2;
        self.extents[..batch].iter().copied().zip(self.strides[..batch].iter().copied())
    }
}

/// A kernel around a product without its transposes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Surrounded {
    /// The product, which reads inputs, and what follows it; `outputs` are the values before the last transpose.
    pub spec: KernelSpec,
    /// The left operand.
    pub left: MatrixOperand,
    /// The right operand.
    pub right: MatrixOperand,
    /// What the right operand is made of if it is codes.
    pub blocks: Option<Blocks>,
    /// How the output is transposed.
    pub transposed: Option<Transposed>,
}

/// An output in another order of axes than the product's.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Transposed {
    /// Axis `i` of the output is axis `permutation[i]` of the product.
    pub permutation: Vec<usize>,
    /// The output.
    pub tensor: TensorSpec,
}

impl Surrounded {
    /// The parts of a kernel with one matrix product, transposes around it and what makes its weights aside; `None` if it
    /// is something else.
    pub fn of(spec: &KernelSpec) -> Option<Surrounded> {
        let anchor = spec.only_node(|node| node.is("matmul"))?;
        let product = &spec.nodes[anchor];
        let left = MatrixOperand::of(spec, *product.operands.first()?)?;
        let source = *product.operands.get(1)?;
        if let Some((made, right, blocks)) = made_weights(spec, source) {
            let is_left = |index, node: &NodeSpec| index != made && !node.is("transpose");
            let (inner, transposed) = reading(spec, anchor, &[left.input, right.input], is_left)?;
            return Some(Surrounded { spec: inner, left, right, blocks, transposed });
        }
        let right = MatrixOperand::of(spec, source)?;
        let (inner, transposed) = without_transposes(spec, anchor, &[left.input, right.input])?;
        Some(Surrounded { spec: inner, left, right, blocks: None, transposed })
    }
}

/// The kernel with its anchor reading `inputs` first, in place of transposes of them, and how the output is transposed;
/// `None` if there are transposes elsewhere.
pub(crate) fn without_transposes(
    spec: &KernelSpec,
    anchor: usize,
    inputs: &[usize],
) -> Option<(KernelSpec, Option<Transposed>)> {
    reading(spec, anchor, inputs, |_, node| !node.is("transpose"))
}

/// The kernel with its anchor reading `inputs` first, and of its other nodes those that `keep` wants.
fn reading(
    spec: &KernelSpec,
    anchor: usize,
    inputs: &[usize],
    keep: impl Fn(usize, &NodeSpec) -> bool,
) -> Option<(KernelSpec, Option<Transposed>)> {
    let mut inner = spec.clone();
    for (operand, &input) in inner.nodes[anchor].operands.iter_mut().zip(inputs) {
        *operand = Source::Input(input);
    }
    let mut transposed = None;
    if let [Source::Node { node, result: 0 }] = spec.outputs[..]
        && spec.nodes[node].is("transpose")
    {
        let permutation = permutation(&spec.nodes[node])?;
        transposed = Some(Transposed { permutation, tensor: spec.output(0).clone() });
        inner.outputs = vec![*spec.nodes[node].operands.first()?];
    }
    Some((inner.with_nodes(keep)?, transposed))
}

/// The permutation of a node, if it is a transpose.
pub(crate) fn permutation(node: &NodeSpec) -> Option<Vec<usize>> {
    let axes = node.is("transpose").then(|| node.attributes.i64s("permutation"))??;
    axes.into_iter().map(|axis| usize::try_from(axis).ok()).collect()
}
