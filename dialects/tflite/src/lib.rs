//! The tflite dialect: operators of TensorFlow Lite, one op per operator, no semantics.
//!
//! An op is called `tflite.` and the operator's name, as `tflite.CONV_2D`; a custom operator, `tflite.` and the name that
//! the file calls it by. Attributes are the fields of the operator's options; one that has its default value is left out
//! ([`Schema::default_of`]). Subgraphs that an operator refers to are its regions, in the order of the fields, and end in
//! `tflite.yield`. An input that is left out is the result of `tflite.none`, weights are `tflite.constant`s, and a tensor
//! that keeps its value from run to run is a `tflite.variable`.
//!
//! What integers stand for is an attribute of the op that reads or writes them, `operand_quantization` or
//! `result_quantization`: an array of a dictionary for each, which is empty where the value is what it is.
//!
//! ```text
//! %w = tflite.constant {value = dense_resource<7a0f> : tensor<8x3x3x3xi8>} : () -> tensor<8x3x3x3xi8>
//! %y = tflite.CONV_2D %x, %w, %b {stride_h = 1, stride_w = 1,
//!     operand_quantization = [{scale = 0.5, zero_point = 3}, {axis = 0, scale = dense<...>}, {...}],
//!     result_quantization = [{scale = 0.25, zero_point = -128}]}
//! ```
//!
//! What an operator means is known to the conversions out of this dialect only.

#![forbid(unsafe_code)]

mod custom;
mod operators;
mod options;
mod options2;
mod schema;

use kiln_ir::{Count, Dialect, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint};
pub use schema::{Field, Kind, Options, Schema, Union};

/// The name of the op that ends a region.
pub const YIELD: &str = "tflite.yield";

/// The name of the op that stands for an input that is left out.
pub const NONE: &str = "tflite.none";

/// The name of the op that holds weights.
pub const CONSTANT: &str = "tflite.constant";

/// The name of the op that stands for a tensor that keeps its value from run to run.
pub const VARIABLE: &str = "tflite.variable";

/// The attribute that says what the integers of operands stand for.
pub const OPERAND_QUANTIZATION: &str = "operand_quantization";

/// The attribute that says what the integers of results stand for.
pub const RESULT_QUANTIZATION: &str = "result_quantization";

/// The attribute that says what the integers of tensors between the steps of an operator stand for.
pub const INTERMEDIATE_QUANTIZATION: &str = "intermediate_quantization";

/// The attribute that holds the options of a custom operator that are a FlexBuffer.
pub const CUSTOM_OPTIONS: &str = "custom_options";

/// The attribute that holds the options of a custom operator that are not: its bytes, as integers.
pub const CUSTOM_BYTES: &str = "custom_bytes";

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "tflite",
    doc: "Operators of TensorFlow Lite as they stand in the file: one op per operator, no semantics.",
    ops: &[STRUCTURE, operators::DEFINITIONS, custom::DEFINITIONS],
};

const fn result(name: &'static str) -> [ResultDefinition; 1] {
    [ResultDefinition { name, ty: TypeConstraint::Any, count: Count::One }]
}

static STRUCTURE: &[OpDefinition] = &[
    OpDefinition {
        name: NONE,
        doc: "An optional input that is left out.",
        example: "%0 = tflite.none : () -> none",
        results: &result("none"),
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: CONSTANT,
        doc: "A tensor of the file.",
        example: "%0 = tflite.constant {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>",
        results: &result("tensor"),
        traits: Traits::PURE.union(Traits::CONSTANT_LIKE),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: VARIABLE,
        doc: "A tensor that keeps its value from run to run; operators that have it as an operand may change it. It \
              begins as zeros, or as `value`.",
        example: "%0 = tflite.variable {name = \"state\"} : () -> tensor<2xf32>",
        results: &result("tensor"),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: YIELD,
        doc: "Ends a graph inside an operator; its operands are the graph's outputs.",
        example: "tflite.yield %0 : (tensor<1xf32>) -> ()",
        operands: &[OperandDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        traits: Traits::TERMINATOR,
        ..OpDefinition::EMPTY
    },
];

/// All operators of the file format, then the custom operators that are known.
pub fn schemas() -> impl Iterator<Item = &'static Schema> {
    operators::SCHEMAS.iter().chain(&custom::SCHEMAS)
}

/// The operator of number `code`.
pub fn find_schema(code: i32) -> Option<&'static Schema> {
    operators::SCHEMAS.iter().find(|schema| schema.code == Some(code))
}

/// The custom operator `name`.
pub fn find_custom_schema(name: &str) -> Option<&'static Schema> {
    custom::SCHEMAS.iter().find(|schema| schema.name == name)
}

/// The operator that an op of this dialect stands for.
pub fn find_schema_of_op(op: &str) -> Option<&'static Schema> {
    let name = op.strip_prefix("tflite.")?;
    schemas().find(|schema| schema.name == name)
}

/// The element type of a tensor that is a reference to a variable or a table.
pub fn resource() -> Type {
    Type::dialect("tflite", "resource")
}

/// The element type of a tensor that is a list of tensors.
pub fn variant() -> Type {
    Type::dialect("tflite", "variant")
}

/// The type of a value of which the file says nothing.
pub fn any_type() -> Type {
    Type::new(kiln_ir::TypeKind::UnrankedTensor(Type::dialect("tflite", "any")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_to_operators_and_back() {
        let conv = find_schema(3).expect("a convolution");
        assert_eq!((conv.name, conv.definition.name), ("CONV_2D", "tflite.CONV_2D"));
        let default = |name: &str| conv.default_of(name).map(|value| value.to_string());
        assert_eq!(default("dilation_w_factor").as_deref(), Some("1 : i64"));
        assert_eq!(default("padding").as_deref(), Some("\"SAME\""));
        assert_eq!(default("no_such_field"), None);
        assert_eq!(find_schema_of_op("tflite.STABLEHLO_CASE").and_then(|schema| schema.code), Some(209));
        assert_eq!(find_schema_of_op("tflite.yield").map(|schema| schema.name), None);
        assert!(find_schema(32).is_none() && find_schema(127).is_none());
        assert!(find_custom_schema("MaxUnpooling2D").is_some());
        assert_eq!(operators::SCHEMAS.len(), 207);
    }

    #[test]
    fn the_registry_accepts_the_rows() {
        let registry = kiln_ir::Registry::new(&[&DIALECT]);
        for schema in schemas() {
            assert!(registry.find_op(kiln_ir::Name::new(schema.definition.name)).is_some(), "{}", schema.name);
        }
    }
}
