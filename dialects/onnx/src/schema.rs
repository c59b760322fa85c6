//! What is known of an operator: versions, arities, attributes.

use kiln_ir::{AttributeDefinition, OpDefinition};

/// The upper bound of an arity that has none.
pub(crate) const MANY: usize = usize::MAX;

/// An operator of an ONNX domain.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The domain; empty is the standard one.
    pub domain: &'static str,
    /// The operator's name: `Conv`.
    pub name: &'static str,
    /// The opset versions of the domain that changed it, ascending.
    pub since: &'static [i64],
    /// The opset version that withdrew it.
    pub until: Option<i64>,
    /// The least and the most inputs, over all versions; inputs may be left out by an empty name.
    pub inputs: (usize, usize),
    /// The least and the most outputs, over all versions.
    pub outputs: (usize, usize),
    /// The attributes that are graphs, in the order of the op's regions.
    pub regions: &'static [&'static str],
    /// Whether graphs may be missing; the region of one that is has no block.
    pub are_regions_optional: bool,
    /// The row of the dialect.
    pub definition: &'static OpDefinition,
}

impl Schema {
    /// The operator's other attributes, over all versions.
    pub fn attributes(&self) -> &'static [AttributeDefinition] {
        self.definition.attributes
    }

    /// The version of the operator that holds in opset `opset`; `None` before the first and after the last.
    pub fn version_at(&self, opset: i64) -> Option<i64> {
        if self.until.is_some_and(|until| opset >= until) {
            return None;
        }
        self.since.iter().copied().rev().find(|&since| since <= opset)
    }
}

/// Makes `SCHEMAS` and `DEFINITIONS` out of rows
/// `Name [versions] until version (least, most inputs) -> (least, most outputs) regions [names] {name: required Kind}`;
/// `optional_regions` in place of `regions` if they may be missing.
macro_rules! schemas {
    (domain $domain:literal, space $space:literal: $(
        $name:ident [$($since:literal),*] $(until $until:literal)? ($inputs:expr, $most_inputs:expr) ->
        ($outputs:expr, $most_outputs:expr) $(regions [$($region:ident),*])?
        $(optional_regions [$($optional:ident),*])?
        {$($attribute:ident: $($kind:ident)+),*};
    )*) => {
        /// The rows of the dialect.
        pub(crate) static DEFINITIONS: &[kiln_ir::OpDefinition] = &[$(kiln_ir::OpDefinition {
            name: concat!($space, stringify!($name)),
            doc: concat!("The operator `", stringify!($name), "` of ONNX."),
            operands: $crate::schema::ANY_OPERANDS,
            attributes: &[$($crate::schema::attribute!($attribute $($kind)+)),*],
            results: $crate::schema::ANY_RESULTS,
            regions: None,
            traits: $crate::schema::traits(stringify!($name)),
            ..kiln_ir::OpDefinition::EMPTY
        }),*];

        const NAMES: &[&str] = &[$(stringify!($name)),*];

        const fn index(name: &str) -> usize {
            let mut index = 0;
            while index < NAMES.len() {
                if $crate::schema::is_same(NAMES[index], name) {
                    return index;
                }
                index += 1;
            }
            panic!("every name is in the list of names")
        }

        /// The operators, sorted by name.
        pub(crate) static SCHEMAS: &[$crate::schema::Schema] = &[$({
            #[allow(unused_mut, unused_assignments, reason = "most operators are still there")]
            let mut until = None;
            $(until = Some($until);)?
            $crate::schema::Schema {
                domain: $domain,
                name: stringify!($name),
                since: &[$($since),*],
                until,
                inputs: ($inputs, $most_inputs),
                outputs: ($outputs, $most_outputs),
                regions: &[$($(stringify!($region)),*)? $($(stringify!($optional)),*)?],
                are_regions_optional: {
                    let optional: &[&str] = &[$($(stringify!($optional)),*)?];
                    !optional.is_empty()
                },
                definition: &DEFINITIONS[index(stringify!($name))],
            }
        }),*];
    };
}

macro_rules! attribute {
    ($name:ident required $kind:ident) => {
        kiln_ir::AttributeDefinition {
            name: stringify!($name),
            value: $crate::schema::kind!($kind),
            presence: kiln_ir::Presence::Required,
            doc: "",
        }
    };
    ($name:ident $kind:ident) => {
        kiln_ir::AttributeDefinition {
            name: stringify!($name),
            value: $crate::schema::kind!($kind),
            presence: kiln_ir::Presence::Optional,
            doc: "",
        }
    };
}

macro_rules! kind {
    (Int) => {
        kiln_ir::AttributeConstraint::Integer
    };
    (Float) => {
        kiln_ir::AttributeConstraint::Float
    };
    (String) => {
        kiln_ir::AttributeConstraint::String
    };
    (Tensor) => {
        kiln_ir::AttributeConstraint::Elements
    };
    (Ints) => {
        kiln_ir::AttributeConstraint::Integers
    };
    (Floats) => {
        kiln_ir::AttributeConstraint::Floats
    };
    (Strings) => {
        kiln_ir::AttributeConstraint::Other("an array of strings", $crate::schema::is_strings)
    };
    (Type) => {
        kiln_ir::AttributeConstraint::Type
    };
    ($other:ident) => {
        kiln_ir::AttributeConstraint::Any
    };
}

pub(crate) use attribute;
pub(crate) use kind;
pub(crate) use schemas;

pub(crate) fn is_strings(attribute: kiln_ir::Attribute) -> bool {
    attribute.as_strs().is_some()
}

pub(crate) const ANY_OPERANDS: &[kiln_ir::OperandDefinition] =
    &[kiln_ir::OperandDefinition { name: "inputs", ty: kiln_ir::TypeConstraint::Any, count: kiln_ir::Count::Variadic }];

pub(crate) const ANY_RESULTS: &[kiln_ir::ResultDefinition] =
    &[kiln_ir::ResultDefinition { name: "outputs", ty: kiln_ir::TypeConstraint::Any, count: kiln_ir::Count::Variadic }];

/// Operators with a random result are not pure; a constant is constant-like.
pub(crate) const fn traits(name: &str) -> kiln_ir::Traits {
    const RANDOM: [&str; 7] = [
        "Bernoulli",
        "Dropout",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    ];
    let mut index = 0;
    while index < RANDOM.len() {
        if is_same(name, RANDOM[index]) {
            return kiln_ir::Traits::empty();
        }
        index += 1;
    }
    match is_same(name, "Constant") {
        true => kiln_ir::Traits::PURE.union(kiln_ir::Traits::CONSTANT_LIKE),
        false => kiln_ir::Traits::PURE,
    }
}

/// Equality of strings, in constants.
pub(crate) const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
