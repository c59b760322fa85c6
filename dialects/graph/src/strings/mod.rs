//! Ops on strings: comparing, joining, cutting, matching, and numbers as text.
//!
//! Strings are bytes, which are UTF-8 where it matters. Ops that only move elements move these, too; what is here are the
//! ops that look at them. Kernels do not: before kernels are made, strings become the addresses of their bytes, and each of
//! these ops a [`CALL`] of the runtime.

mod call;
mod compare;
mod edit;
mod matching;
mod number;
mod split;

pub use call::CALL;
pub use compare::{STRING_EQUAL, STRING_FIND, STRING_RANK};
pub use edit::{STRING_CASE, STRING_CONCAT, case_pairs, in_case};
pub use matching::STRING_MATCH;
pub use number::{DIGITS, STRING_FORMAT, STRING_PARSE};
pub use split::{STRING_PIECES, STRING_SPLIT};

use crate::shape::tensor;
use kiln_ir::{InferRequest, OpDefinition, Type, TypeConstraint};
use kiln_tensor::ElementType;

/// The rows.
pub const OPS: &[OpDefinition] = &[
    STRING_EQUAL,
    STRING_FIND,
    STRING_RANK,
    STRING_CONCAT,
    STRING_CASE,
    STRING_PIECES,
    STRING_SPLIT,
    STRING_MATCH,
    STRING_FORMAT,
    STRING_PARSE,
    CALL,
];

/// Operands and results that are strings.
const STRINGS: TypeConstraint = TypeConstraint::Other("a ranked tensor of strings", |ty| {
    ty.as_tensor().is_some() && ty.element() == Some(ElementType::String)
});

/// A tensor of the first operand's shape.
fn of_shape(request: &InferRequest, element: Type) -> Result<Vec<Type>, String> {
    Ok(vec![Type::tensor(&tensor(request.operands, 0)?.shape, element)])
}

/// As [`of_shape`], for two operands that have one shape.
fn of_equal_shapes(request: &InferRequest, element: Type) -> Result<Vec<Type>, String> {
    let (left, right) = (tensor(request.operands, 0)?, tensor(request.operands, 1)?);
    match left.shape == right.shape {
        true => of_shape(request, element),
        false => Err("both operands must have one shape".into()),
    }
}

/// The type of one string.
fn string_type() -> Type {
    Type::from_element(ElementType::String)
}
