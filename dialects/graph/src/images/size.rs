//! `graph.image_size`: how large an encoded image is.

use super::check_bytes;
use super::read::read;
use crate::rows::{operand, result};
use kiln_ir::{OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;

/// The row.
pub const IMAGE_SIZE: OpDefinition = OpDefinition {
    name: "graph.image_size",
    doc: "Height and width of an encoded image; zeros where the bytes cannot be decoded.",
    example: "%y = graph.image_size %x : (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<2xi64>",
    operands: &[operand("x", TypeConstraint::IntegerTensor)],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(|request| {
        check_bytes(request)?;
        Ok(vec![Type::static_tensor(&[2], Type::i64())])
    }),
    evaluate: Some(|request| {
        let [x] = request.operands else { return Err("image_size has one operand".into()) };
        let picture = read(x.bytes())?;
        Ok(vec![Tensor::from_values(&[2], &[picture.height as i64, picture.width as i64])])
    }),
    ..OpDefinition::EMPTY
};
