//! The keras dialect: layers and operations of Keras, one op per call, no semantics.
//!
//! A layer is called `keras.` and its class; an operation that stands in a model by itself has `ops.` between:
//! `keras.ops.Add`. What a layer was made with are its attributes, under the names of Keras 3, but for what only training
//! needs. Its operands are the tensors that it is called with and then its weights; the attribute `operand_names` says
//! which is which: a number for a positional argument, `1.0` for the first element of a list that is the second argument,
//! the name of an argument by keyword, or the name of a weight. Arguments that are no tensors are in the dictionary
//! `arguments`, by the same names. A wrapper has the layer it wraps in a region, which ends in `keras.yield`.
//!
//! ```text
//! %w = keras.Constant {value = dense_resource<7a0f> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
//! %y = keras.Dense %x, %w {operand_names = ["0", "kernel"], units = 2, use_bias = false}
//!        : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<*x!keras.any>
//! ```
//!
//! What a layer computes is known to the conversions out of this dialect only.

#![forbid(unsafe_code)]

mod layers;
mod operations;
mod rows;
mod weights;

use kiln_ir::{Count, Dialect, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint};
pub use weights::Weight;

/// The attribute that names an op's operands.
pub const OPERAND_NAMES: &str = "operand_names";

/// The attribute with the arguments that are no tensors.
pub const ARGUMENTS: &str = "arguments";

/// The name of the op that ends a region.
pub const YIELD: &str = "keras.yield";

/// The name of the op that holds a weight.
pub const CONSTANT: &str = "keras.Constant";

/// The name of the op that stands for what could not be made.
pub const NONE: &str = "keras.none";

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "keras",
    doc: "Layers and operations of Keras as a model calls them: one op per call, no semantics.",
    ops: &[STRUCTURE, layers::DEFINITIONS, operations::DEFINITIONS],
};

static STRUCTURE: &[OpDefinition] = &[
    OpDefinition {
        name: CONSTANT,
        doc: "A weight of a layer, or an array that stands in a model.",
        example: "%0 = keras.Constant {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>",
        results: &[ResultDefinition { name: "value", ty: TypeConstraint::Any, count: Count::One }],
        traits: Traits::PURE.union(Traits::CONSTANT_LIKE),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: NONE,
        doc: "A tensor that is left out.",
        example: "%0 = keras.none : () -> none",
        results: &[ResultDefinition { name: "none", ty: TypeConstraint::Any, count: Count::One }],
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: YIELD,
        doc: "Ends a layer inside a wrapper; its operands are what the layer gives.",
        example: "keras.yield %0 : (tensor<1xf32>) -> ()",
        operands: &[OperandDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        traits: Traits::TERMINATOR,
        ..OpDefinition::EMPTY
    },
];

/// The layers that there are, by class, and their weights.
pub fn layers() -> impl Iterator<Item = (&'static str, Vec<Weight>)> {
    layers::LAYERS.iter().map(|&(name, weights)| (name, weights::read(weights)))
}

/// The weights of the layers of a class, in the order in which Keras makes them; `None` if no layer is called so.
pub fn find_layer(class: &str) -> Option<Vec<Weight>> {
    let (_, weights) = layers::LAYERS.iter().find(|(name, _)| *name == class)?;
    Some(weights::read(weights))
}

/// The classes of the operations that there are.
pub fn operations() -> &'static [&'static str] {
    operations::OPERATIONS
}

/// The element type of a tensor of which the file does not say it.
pub fn any_element() -> Type {
    Type::dialect("keras", "any")
}

/// The type of a value of which the file says nothing.
pub fn any_type() -> Type {
    Type::new(kiln_ir::TypeKind::UnrankedTensor(any_element()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_accepts_the_rows() {
        let registry = kiln_ir::Registry::new(&[&DIALECT]);
        for (name, _) in layers() {
            assert!(registry.find_op(kiln_ir::Name::new(&format!("keras.{name}"))).is_some(), "{name}");
        }
        for name in operations() {
            assert!(registry.find_op(kiln_ir::Name::new(&format!("keras.ops.{name}"))).is_some(), "{name}");
        }
    }

    #[test]
    fn weights_are_told_apart() {
        let weights = find_layer("LSTM").expect("a layer");
        assert_eq!(
            weights.iter().map(|weight| weight.name.as_str()).collect::<Vec<_>>(),
            ["kernel", "recurrent_kernel", "bias"]
        );
        assert!(weights.iter().all(|weight| weight.place == "cell"));
        assert_eq!(find_layer("Dense").expect("a layer")[1].condition, Some("use_bias"));
        assert!(find_layer("Lamda").is_none());
    }
}
