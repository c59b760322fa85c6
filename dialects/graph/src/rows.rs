//! Short constructors for the parts of op rows.

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, OperandDefinition, Presence, ResultDefinition, TypeConstraint,
};

/// One operand.
pub(crate) const fn operand(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::One }
}

/// An operand that may be absent.
pub(crate) const fn optional_operand(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::Optional }
}

/// Any number of operands.
pub(crate) const fn operands(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::Variadic }
}

/// One result.
pub(crate) const fn result(name: &'static str, ty: TypeConstraint) -> ResultDefinition {
    ResultDefinition { name, ty, count: Count::One }
}

/// A result that may be absent.
pub(crate) const fn optional_result(name: &'static str, ty: TypeConstraint) -> ResultDefinition {
    ResultDefinition { name, ty, count: Count::Optional }
}

/// Any number of results.
pub(crate) const fn results(name: &'static str, ty: TypeConstraint) -> ResultDefinition {
    ResultDefinition { name, ty, count: Count::Variadic }
}

/// An attribute that must be there.
pub(crate) const fn required(name: &'static str, value: AttributeConstraint, doc: &'static str) -> AttributeDefinition {
    AttributeDefinition { name, value, presence: Presence::Required, doc }
}

/// An attribute that may be absent.
pub(crate) const fn optional(name: &'static str, value: AttributeConstraint, doc: &'static str) -> AttributeDefinition {
    AttributeDefinition { name, value, presence: Presence::Optional, doc }
}
