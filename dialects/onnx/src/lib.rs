//! The onnx dialect: ONNX operators, one op per node, no semantics.
//!
//! An op is called `onnx.` and the operator's name; operators of other domains have the domain between:
//! `onnx.ai.onnx.ml.Scaler`. Attributes keep their names, but for graphs, which are the op's regions in the order of
//! [`Schema::regions`] and end in `onnx.Yield`. An input that is left out is the result of `onnx.none`. Initializers are
//! `onnx.Constant`s, whose value is always a tensor. The opset a module is written in is its attribute `onnx.opset`; an
//! op of another version (from a function of the model) has its own attribute `onnx.opset`.
//!
//! ```text
//! %w = onnx.Constant {value = dense_resource<7a0f> : tensor<8x3x3x3xf32>} : () -> tensor<8x3x3x3xf32>
//! %y = onnx.Conv %x, %w {pads = [1, 1, 1, 1]} : (tensor<1x3x8x8xf32>, tensor<8x3x3x3xf32>) -> tensor<*x!onnx.any>
//! ```
//!
//! What an operator means is known to the conversions out of this dialect only.

#![forbid(unsafe_code)]

mod composite;
mod microsoft;
mod ml;
mod preview;
mod schema;
mod standard;
mod training;

pub use composite::Composite;
use kiln_ir::{Count, Dialect, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint};
pub use schema::Schema;

/// The oldest version of the standard operator set that is read.
pub const OLDEST_OPSET: i64 = 1;

/// The newest version of the standard operator set that is known.
pub const NEWEST_OPSET: i64 = 28;

/// The attribute, of a module or of an op, that holds the version of the operator set.
pub const OPSET: &str = "onnx.opset";

/// The name of the op that ends a region.
pub const YIELD: &str = "onnx.Yield";

/// The name of the op that stands for an input that is left out.
pub const NONE: &str = "onnx.none";

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "onnx",
    doc: "ONNX operators as they stand in the file: one op per node, no semantics.",
    ops: &[
        STRUCTURE,
        standard::DEFINITIONS,
        ml::DEFINITIONS,
        preview::DEFINITIONS,
        training::DEFINITIONS,
        microsoft::DEFINITIONS,
    ],
};

static STRUCTURE: &[OpDefinition] = &[
    OpDefinition {
        name: NONE,
        doc: "An optional input that is left out.",
        example: "%0 = onnx.none : () -> none",
        results: &[ResultDefinition { name: "none", ty: TypeConstraint::Any, count: Count::One }],
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: YIELD,
        doc: "Ends a graph inside an operator; its operands are the graph's outputs.",
        example: "onnx.Yield %0 : (tensor<1xf32>) -> ()",
        operands: &[OperandDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        traits: Traits::TERMINATOR,
        ..OpDefinition::EMPTY
    },
];

/// All operators, domain by domain.
pub fn schemas() -> impl Iterator<Item = &'static Schema> {
    [standard::SCHEMAS, ml::SCHEMAS, preview::SCHEMAS, training::SCHEMAS, microsoft::SCHEMAS].into_iter().flatten()
}

/// The operator `name` of `domain`; `ai.onnx` is another name of the standard domain.
pub fn find_schema(domain: &str, name: &str) -> Option<&'static Schema> {
    let domain = canonical_domain(domain);
    let list = match domain {
        "" => standard::SCHEMAS,
        "ai.onnx.ml" => ml::SCHEMAS,
        "ai.onnx.preview" => preview::SCHEMAS,
        "ai.onnx.preview.training" => training::SCHEMAS,
        "com.microsoft" => microsoft::SCHEMAS,
        _ => return None,
    };
    list.iter().find(|schema| schema.name == name)
}

/// The operator an op of this dialect stands for.
pub fn find_schema_of_op(op: &str) -> Option<&'static Schema> {
    let name = op.strip_prefix("onnx.")?;
    match name.rsplit_once('.') {
        Some((domain, name)) => find_schema(domain, name),
        None => find_schema("", name),
    }
}

/// The domain with one name for the standard one: the empty name.
pub fn canonical_domain(domain: &str) -> &str {
    if domain == "ai.onnx" { "" } else { domain }
}

/// The element type of a tensor of which the file does not say it.
pub fn any_element() -> Type {
    Type::dialect("onnx", "any")
}

/// The type of a value of which the file says nothing.
pub fn any_type() -> Type {
    Type::new(kiln_ir::TypeKind::UnrankedTensor(any_element()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_the_opset() {
        let version = |name: &str, opset| find_schema("", name).and_then(|schema| schema.version_at(opset));
        assert_eq!(version("Add", 6), Some(6));
        assert_eq!(version("Softmax", 7), Some(1));
        assert_eq!(version("Softmax", 12), Some(11));
        assert_eq!(version("Softmax", 28), Some(13));
        assert_eq!(version("Upsample", 9), Some(9));
        assert_eq!(version("Upsample", 10), None);
        assert_eq!(version("Gelu", 19), None);
    }

    #[test]
    fn ops_lead_back_to_schemas() {
        let find = |op: &str| find_schema_of_op(op).map(|schema| (schema.domain, schema.name));
        assert_eq!(find("onnx.Conv"), Some(("", "Conv")));
        assert_eq!(find("onnx.ai.onnx.ml.Scaler"), Some(("ai.onnx.ml", "Scaler")));
        assert_eq!(find("onnx.none"), None);
        assert_eq!(
            find_schema("ai.onnx", "If").map(|schema| schema.regions),
            Some(&["then_branch", "else_branch"][..])
        );
    }

    #[test]
    fn the_registry_accepts_the_rows() {
        let registry = kiln_ir::Registry::new(&[&DIALECT]);
        for schema in schemas() {
            assert!(registry.find_op(kiln_ir::Name::new(schema.definition.name)).is_some(), "{}", schema.name);
        }
    }
}
