//! Definitions of ops out of lists of names.

use kiln_ir::{Count, OperandDefinition, ResultDefinition, TypeConstraint};

pub(crate) const ANY_OPERANDS: &[OperandDefinition] =
    &[OperandDefinition { name: "inputs", ty: TypeConstraint::Any, count: Count::Variadic }];

pub(crate) const ANY_RESULTS: &[ResultDefinition] =
    &[ResultDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }];

/// Makes `DEFINITIONS` of ops `keras.` + `$space` + name.
macro_rules! definitions {
    (space $space:literal, what $what:literal: $($name:ident)*) => {
        /// The rows of the dialect.
        pub(crate) static DEFINITIONS: &[kiln_ir::OpDefinition] = &[$(kiln_ir::OpDefinition {
            name: concat!("keras.", $space, stringify!($name)),
            doc: concat!("The ", $what, " `", stringify!($name), "` of Keras."),
            operands: $crate::rows::ANY_OPERANDS,
            results: $crate::rows::ANY_RESULTS,
            regions: None,
            traits: kiln_ir::Traits::PURE,
            ..kiln_ir::OpDefinition::EMPTY
        }),*];
    };
}

pub(crate) use definitions;
