//! The tf dialect: TensorFlow operators, one op per node, no semantics.
//!
//! An op is called `tf.` and the operator's name. Attributes keep their names: types are types, shapes are dims in which
//! extents may be unknown (a shape of unknown rank is left out), functions are the op's regions in the order of the
//! operator's attributes and end in `tf.Yield`. Variables are `tf.Const`s of what they hold when the model is used. Control
//! edges and devices are gone.
//!
//! ```text
//! %w = tf.Const {value = dense_resource<7a0f> : tensor<3x3x3x8xf32>} : () -> tensor<3x3x3x8xf32>
//! %y = tf.Conv2D %x, %w {strides = [1, 2, 2, 1], padding = "SAME"} : (tensor<1x8x8x3xf32>, ...) -> tensor<*xf32>
//! %n = tf.While %zero ({ ... tf.Yield %more }, { ... tf.Yield %next }) : (tensor<i32>) -> tensor<*xi32>
//! ```
//!
//! `tf.If` has the branches for true and false, `tf.Case` those in order; both use values from outside. `tf.While` has the
//! condition and the body, whose blocks have the carried values as arguments.
//!
//! `tf.LookupTableFindV2` has the table's keys and values as operands in the place of the table.
//!
//! What an operator means is known to the conversions out of this dialect only.

#![forbid(unsafe_code)]

mod rows_a_to_d;
mod rows_e_to_m;
mod rows_n_to_s;
mod rows_t_to_z;
mod schema;

use kiln_ir::{Count, Dialect, OpDefinition, OperandDefinition, Traits, Type, TypeConstraint, TypeKind};
use kiln_tensor::ElementType;
pub use schema::{Argument, ArgumentCount, Declared, Kind, Schema};

/// The name of the op that ends a region.
pub const YIELD: &str = "tf.Yield";

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "tf",
    doc: "TensorFlow operators as they stand in the file: one op per node, no semantics.",
    ops: &[
        STRUCTURE,
        rows_a_to_d::DEFINITIONS,
        rows_e_to_m::DEFINITIONS,
        rows_n_to_s::DEFINITIONS,
        rows_t_to_z::DEFINITIONS,
    ],
};

static STRUCTURE: &[OpDefinition] = &[OpDefinition {
    name: YIELD,
    doc: "Ends a function inside an operator; its operands are what the function returns.",
    example: "tf.Yield %0 : (tensor<1xf32>) -> ()",
    operands: &[OperandDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
    traits: Traits::TERMINATOR,
    ..OpDefinition::EMPTY
}];

const LISTS: [&[Schema]; 4] = [rows_a_to_d::SCHEMAS, rows_e_to_m::SCHEMAS, rows_n_to_s::SCHEMAS, rows_t_to_z::SCHEMAS];

/// All operators.
pub fn schemas() -> impl Iterator<Item = &'static Schema> {
    LISTS.into_iter().flatten()
}

/// The operator of this name.
pub fn find_schema(name: &str) -> Option<&'static Schema> {
    schemas().find(|schema| schema.name == name)
}

/// The element type that a schema calls `name`: `f32`, `resource`; `None` if it is the name of an attribute.
pub fn element_of_name(name: &str) -> Option<Type> {
    use ElementType::*;
    let element = match name {
        "f16" => F16,
        "bf16" => BF16,
        "f32" => F32,
        "f64" => F64,
        "i1" => I1,
        "i8" => I8,
        "i16" => I16,
        "i32" => I32,
        "i64" => I64,
        "u8" => U8,
        "u16" => U16,
        "u32" => U32,
        "u64" => U64,
        "complex64" => C64,
        "complex128" => C128,
        "string" => String,
        "resource" | "variant" => return Some(Type::dialect("tf", name)),
        _ => return None,
    };
    Some(Type::from_element(element))
}

/// The element type of a handle of a variable, a table or a tensor array.
pub fn resource() -> Type {
    Type::dialect("tf", "resource")
}

/// The element type of what is no tensor: a list of tensors.
pub fn variant() -> Type {
    Type::dialect("tf", "variant")
}

/// The element type of a tensor of which the file does not say it.
pub fn any_element() -> Type {
    Type::dialect("tf", "any")
}

/// The type of a tensor of which the file says the element type at most.
pub fn tensor_of(element: Type) -> Type {
    Type::new(TypeKind::UnrankedTensor(element))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_accepts_the_rows() {
        let registry = kiln_ir::Registry::new(&[&DIALECT]);
        for schema in schemas() {
            assert!(registry.find_op(kiln_ir::Name::new(schema.definition.name)).is_some(), "{}", schema.name);
        }
    }

    #[test]
    fn element_types_are_types_or_attributes() {
        for schema in schemas() {
            for argument in schema.inputs.iter().chain(schema.outputs) {
                let is_known = element_of_name(argument.element).is_some();
                let kind = schema.attribute(argument.element).map(|declared| declared.kind);
                assert!(is_known || matches!(kind, Some(Kind::Type | Kind::Types)), "{}: {argument:?}", schema.name);
                if let ArgumentCount::Number(number) = argument.count {
                    assert_eq!(schema.attribute(number).map(|declared| declared.kind), Some(Kind::Int), "{number}");
                }
            }
        }
    }

    #[test]
    fn operators_are_found() {
        let conv = find_schema("Conv2D").expect("a row");
        assert_eq!(conv.inputs.iter().map(|input| input.name).collect::<Vec<_>>(), ["input", "filter"]);
        assert_eq!(find_schema("Cast").map(|schema| schema.outputs[0].element), Some("DstT"));
        assert_eq!(
            find_schema("Split").map(|schema| schema.outputs[0].count),
            Some(ArgumentCount::Number("num_split"))
        );
    }
}
