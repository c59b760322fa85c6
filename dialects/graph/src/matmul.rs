//! `graph.matmul`: products of matrices.

use crate::read::Read;
use crate::rows::{operand, optional, result};
use crate::shape::{broadcast_shapes, show, tensor};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Attributes, Dim, InferRequest, Module, Op, OpDefinition, Traits, Type,
    TypeConstraint,
};
use kiln_tensor::ElementType;

/// The row.
pub const MATMUL: OpDefinition = OpDefinition {
    name: "graph.matmul",
    doc: "The product of the matrices in the last two axes; the axes before them are batches and broadcast.\n\n\
          With `widening`, the operands are 8-bit integers, each signed or not, and the sums are of `i32`; or they are of \
          `bf16` and the sums of `f32`.",
    example: "%y = graph.matmul %a, %b {transpose_b = true} : (tensor<8x2x3xf32>, tensor<4x3xf32>) -> tensor<8x2x4xf32>",
    operands: &[operand("a", TypeConstraint::NumberTensor), operand("b", TypeConstraint::NumberTensor)],
    attributes: &[
        optional(
            "transpose_a",
            AttributeConstraint::Bool,
            "Whether the matrices of `a` are K x M; absent is false: M x K.",
        ),
        optional(
            "transpose_b",
            AttributeConstraint::Bool,
            "Whether the matrices of `b` are N x K; absent is false: K x N.",
        ),
        WIDENING,
    ],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(crate::product::evaluate_matmul),
    ..OpDefinition::EMPTY
};

/// Attribute `widening`.
pub(crate) const WIDENING: AttributeDefinition = optional(
    "widening",
    AttributeConstraint::Bool,
    "Whether 8-bit integers are multiplied and summed as `i32`, or `bf16` as `f32`; absent is false: all elements have \
     one type.",
);

/// The element type of a product of `left` and `right`.
pub(crate) fn product_element(left: Type, right: Type, attributes: &Attributes) -> Result<Type, String> {
    if !attributes.flag("widening") {
        return match left == right {
            true => Ok(left),
            false => Err(format!("operands must have one element type, found {left} and {right}")),
        };
    }
    if [left, right].iter().all(|ty| ty.element() == Some(ElementType::BF16)) {
        return Ok(Type::f32());
    }
    let is_byte = |ty: &Type| matches!(ty.element(), Some(ElementType::I8 | ElementType::U8));
    match [left, right].iter().find(|ty| !is_byte(ty)) {
        Some(ty) => Err(format!("operands of a widening product are 8-bit integers, or both of bf16, not {ty}")),
        None => Ok(Type::from_element(ElementType::I32)),
    }
}

/// A matmul's extents: `batch... x m x k` times `batch... x k x n`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MatmulView {
    /// The broadcast batch extents.
    pub batch: Vec<Dim>,
    /// Rows of the result.
    pub m: Dim,
    /// Columns of the result.
    pub n: Dim,
    /// Extent of the sum.
    pub k: Dim,
    /// Whether the matrices of `a` are stored `k x m`.
    pub transpose_a: bool,
    /// Whether the matrices of `b` are stored `n x k`.
    pub transpose_b: bool,
}

impl MatmulView {
    /// The extents of a product of operands of these types.
    ///
    /// # Errors
    /// What does not go together.
    pub fn parse(operands: &[Type], attributes: &Attributes) -> Result<MatmulView, String> {
        let (a, b) = (tensor(operands, 0)?, tensor(operands, 1)?);
        product_element(a.element, b.element, attributes)?;
        let (Some((a_batch, a_rows, a_columns)), Some((b_batch, b_rows, b_columns))) =
            (split(&a.shape), split(&b.shape))
        else {
            return Err(format!("operands must have at least two axes, not {} and {}", show(&a.shape), show(&b.shape)));
        };
        let (transpose_a, transpose_b) = (attributes.flag("transpose_a"), attributes.flag("transpose_b"));
        let (m, a_k) = if transpose_a { (a_columns, a_rows) } else { (a_rows, a_columns) };
        let (b_k, n) = if transpose_b { (b_columns, b_rows) } else { (b_rows, b_columns) };
        if a_k != b_k {
            return Err(format!(
                "the rows of the left matrices have {a_k} elements, the columns of the right ones {b_k}"
            ));
        }
        Ok(MatmulView { batch: broadcast_shapes(&[a_batch, b_batch])?, m, n, k: a_k, transpose_a, transpose_b })
    }

    /// The extents of a matmul op.
    ///
    /// # Errors
    /// What does not go together.
    pub fn of(module: &Module, op: Op) -> Result<MatmulView, String> {
        MatmulView::parse(&module.operand_types(op), module.attributes(op))
    }
}

fn split(shape: &[Dim]) -> Option<(&[Dim], Dim, Dim)> {
    match shape {
        [batch @ .., rows, columns] => Some((batch, *rows, *columns)),
        _ => None,
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let view = MatmulView::parse(request.operands, request.attributes)?;
    let shape = [view.batch.as_slice(), &[view.m, view.n]].concat();
    let (a, b) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    Ok(vec![Type::tensor(&shape, product_element(a.element, b.element, request.attributes)?)])
}
