//! `graph.rotary_embedding`: pairs of elements turned by the angle of their position.

use crate::read::Read;
use crate::rows::{operand, optional, result};
use crate::shape::{broadcast_shapes, show, tensor};
use crate::strided::broadcast_offsets;
use kiln_ir::{
    AttributeConstraint, Attributes, EvaluateRequest, InferRequest, Module, Op, OpDefinition, Traits, Type,
    TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const ROTARY_EMBEDDING: OpDefinition = OpDefinition {
    name: "graph.rotary_embedding",
    doc: "Each pair `(a, b)` of elements along the last axis becomes `(a * cos - b * sin, b * cos + a * sin)`. A pair are \
          the elements `i` and `i + rotary_dim / 2`, or neighbours where `interleaved`; elements from `rotary_dim` on \
          stay as they are. `cos` and `sin` have one number for each pair or one for each of the `rotary_dim` elements, \
          and broadcast over the axes before the last.\n\n\
          Su et al.: RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021.",
    example: "%y = graph.rotary_embedding %x, %cos, %sin : (tensor<2x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x5x8xf32>",
    operands: &[
        operand("x", TypeConstraint::FloatTensor),
        operand("cos", TypeConstraint::FloatTensor),
        operand("sin", TypeConstraint::FloatTensor),
    ],
    attributes: &[
        optional("interleaved", AttributeConstraint::Bool, "Whether neighbours are a pair."),
        optional(
            "rotary_dim",
            AttributeConstraint::Integer,
            "How many elements along the last axis are turned; absent: all.",
        ),
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

/// What a rotary embedding turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RotaryView {
    /// How many elements along the last axis are turned.
    pub turned: u64,
    /// Whether neighbours are a pair, not elements of two halves.
    pub interleaved: bool,
    /// Whether cosines and sines are given for each element, not for each pair.
    pub by_element: bool,
}

impl RotaryView {
    /// The view of a rotary embedding of operands of these types.
    ///
    /// # Errors
    /// What does not go together.
    pub fn parse(operands: &[Type], attributes: &Attributes) -> Result<RotaryView, String> {
        let (x, cos, sin) = (tensor(operands, 0)?, tensor(operands, 1)?, tensor(operands, 2)?);
        if operands.iter().any(|ty| ty.scalar() != x.element) {
            return Err("operands must have one element type".into());
        }
        let (Some((&size, leading)), Some((&angles, outer))) = (x.shape.split_last(), cos.shape.split_last()) else {
            return Err("operands must have an axis of elements to turn".into());
        };
        let size = size.as_static().ok_or_else(|| format!("the last axis must be static, not {size}"))?;
        let turned = match attributes.get("rotary_dim") {
            None => size,
            Some(_) => u64::try_from(attributes.integer("rotary_dim")?).unwrap_or(0),
        };
        if turned == 0 || turned > size || turned % 2 != 0 {
            return Err(format!("{turned} of {size} elements cannot be turned in pairs"));
        }
        if cos.shape != sin.shape {
            return Err(format!("cosines of shape {}, but sines of shape {}", show(&cos.shape), show(&sin.shape)));
        }
        if !angles.is(turned) && !angles.is(turned / 2) {
            return Err(format!("{angles} angles are neither one for each of {turned} elements nor for each pair"));
        }
        if broadcast_shapes(&[outer, leading]).as_deref() != Ok(leading) {
            return Err(format!("angles of shape {} do not broadcast to {}", show(&cos.shape), show(&x.shape)));
        }
        Ok(RotaryView { turned, interleaved: attributes.flag("interleaved"), by_element: angles.is(turned) })
    }

    /// The view of a rotary embedding.
    ///
    /// # Errors
    /// What does not go together.
    pub fn of(module: &Module, op: Op) -> Result<RotaryView, String> {
        RotaryView::parse(&module.operand_types(op), module.attributes(op))
    }

    /// The two elements of a pair.
    fn pair(self, index: usize) -> [usize; 2] {
        match self.interleaved {
            true => [2 * index, 2 * index + 1],
            false => [index, index + self.turned as usize / 2],
        }
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    RotaryView::parse(request.operands, request.attributes)?;
    Ok(vec![request.operands[0]])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x, cos, sin], [(element, shape)]) = (request.operands, request.results) else {
        return Err("a rotary embedding has three operands and one result".into());
    };
    let static_type = |tensor: &Tensor| Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let types: Vec<Type> = request.operands.iter().map(static_type).collect();
    let view = RotaryView::parse(&types, request.attributes)?;
    let (&[.., size], &[ref outer @ .., angles]) = (shape.as_slice(), cos.shape()) else {
        return Err("operands have an axis of elements to turn".into());
    };
    let rows = broadcast_offsets(outer, &shape[..shape.len() - 1])?;
    let (cos, sin) = (scalar::floats(cos)?, scalar::floats(sin)?);
    let mut values = scalar::floats(x)?;
    for (line, row) in values.chunks_exact_mut(size).zip(rows) {
        let (cos, sin) = (&cos[row * angles..][..angles], &sin[row * angles..][..angles]);
        for index in 0..view.turned as usize / 2 {
            let [first, second] = view.pair(index);
            let (left, right) = if view.by_element { (first, second) } else { (index, index) };
            let (a, b) = (line[first], line[second]);
            line[first] = a * cos[left] - b * sin[left];
            line[second] = b * cos[right] + a * sin[right];
        }
    }
    Ok(vec![scalar::from_floats(*element, shape, values)?])
}
