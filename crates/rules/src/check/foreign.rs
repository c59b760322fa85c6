//! Rows of ops that no dialect has one for: anything goes.

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Name, OpDefinition, OperandDefinition, Presence, ResultDefinition,
    TypeConstraint,
};

/// The row of an op of that name. It lives as long as names do, to the end of the process.
pub(super) fn definition(name: &str) -> &'static OpDefinition {
    Box::leak(Box::new(OpDefinition {
        name: Name::new(name).as_str(),
        operands: &[OperandDefinition { name: "inputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        results: &[ResultDefinition { name: "output", ty: TypeConstraint::Any, count: Count::One }],
        ..OpDefinition::EMPTY
    }))
}

/// The row of an attribute of that name.
pub(super) fn attribute(name: &str) -> &'static AttributeDefinition {
    let name = Name::new(name).as_str();
    Box::leak(Box::new(AttributeDefinition {
        name,
        value: AttributeConstraint::Any,
        presence: Presence::Optional,
        doc: "An attribute of the model's node.",
    }))
}
