//! What is known of an operator: inputs, outputs, attributes.

use kiln_ir::{
    Attribute, AttributeConstraint, AttributeDefinition, Count, OpDefinition, OperandDefinition, ResultDefinition,
    Traits, TypeConstraint,
};

/// An operator of TensorFlow.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The operator's name: `Conv2D`.
    pub name: &'static str,
    /// The inputs, in order.
    pub inputs: &'static [Argument],
    /// The outputs, in order.
    pub outputs: &'static [Argument],
    /// The attributes.
    pub attributes: &'static [Declared],
    /// The row of the dialect.
    pub definition: &'static OpDefinition,
}

/// An input or an output of an operator, or several under one name.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// How many tensors it is.
    pub count: ArgumentCount,
    /// An element type (`f32`, `resource`), or the attribute that holds it.
    pub element: &'static str,
}

/// How many tensors an argument is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgumentCount {
    /// One.
    One,
    /// As many as an integer attribute says.
    Number(&'static str),
    /// One for each type of the attribute that `element` names.
    Types,
}

/// An attribute of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Of a type: which one it is where a node does not say it.
    pub default: Option<&'static str>,
}

/// What an attribute holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An element type.
    Type,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A truth value.
    Bool,
    /// A string.
    String,
    /// A shape, perhaps one in which extents are not known.
    Shape,
    /// A tensor.
    Tensor,
    /// A function: a region of the op.
    Function,
    /// Types.
    Types,
    /// Integers.
    Ints,
    /// Floats.
    Floats,
    /// Truth values.
    Bools,
    /// Strings.
    Strings,
    /// Shapes.
    Shapes,
    /// Functions: regions of the op.
    Functions,
}

impl Schema {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static Declared> {
        self.attributes.iter().find(|declared| declared.name == name)
    }
}

/// Makes `SCHEMAS` and `DEFINITIONS` out of rows
/// `Name(input: T, inputs: N * T, others: [Types]) -> (output: f32) {T: Type = f32, N: Int};`.
macro_rules! schemas {
    ($($name:ident $inputs:tt -> $outputs:tt $attributes:tt;)*) => {
        /// The rows of the dialect.
        pub(crate) static DEFINITIONS: &[kiln_ir::OpDefinition] = &[$(kiln_ir::OpDefinition {
            name: concat!("tf.", stringify!($name)),
            doc: concat!("The operator `", stringify!($name), "` of TensorFlow."),
            operands: $crate::schema::ANY_OPERANDS,
            attributes: $crate::schema::definitions!($attributes),
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
        pub(crate) static SCHEMAS: &[$crate::schema::Schema] = &[$($crate::schema::Schema {
            name: stringify!($name),
            inputs: $crate::schema::arguments!($inputs),
            outputs: $crate::schema::arguments!($outputs),
            attributes: $crate::schema::declared!($attributes),
            definition: &DEFINITIONS[index(stringify!($name))],
        }),*];
    };
}

macro_rules! arguments {
    (($($name:tt: $first:tt $(* $element:tt)?),*)) => {
        &[$($crate::schema::argument!($name $first $($element)?)),*]
    };
}

macro_rules! argument {
    ($name:tt [$types:ident]) => {
        $crate::schema::make_argument(stringify!($name), $crate::schema::ArgumentCount::Types, stringify!($types))
    };
    ($name:tt $element:ident) => {
        $crate::schema::make_argument(stringify!($name), $crate::schema::ArgumentCount::One, stringify!($element))
    };
    ($name:tt $number:ident $element:ident) => {
        $crate::schema::make_argument(
            stringify!($name),
            $crate::schema::ArgumentCount::Number(stringify!($number)),
            stringify!($element),
        )
    };
}

macro_rules! declared {
    ({$($name:ident: $kind:ident $(= $default:ident)?),*}) => {
        &[$($crate::schema::Declared {
            name: stringify!($name),
            kind: $crate::schema::Kind::$kind,
            default: $crate::schema::default_type!($($default)?),
        }),*]
    };
}

macro_rules! default_type {
    () => {
        None
    };
    ($default:ident) => {
        Some(stringify!($default))
    };
}

macro_rules! definitions {
    ({$($name:ident: $kind:ident $(= $default:ident)?),*}) => {
        &[$($crate::schema::make_definition(stringify!($name), $crate::schema::Kind::$kind)),*]
    };
}

pub(crate) use argument;
pub(crate) use arguments;
pub(crate) use declared;
pub(crate) use default_type;
pub(crate) use definitions;
pub(crate) use schemas;

pub(crate) const fn make_argument(name: &'static str, count: ArgumentCount, element: &'static str) -> Argument {
    Argument { name, count, element }
}

/// The attribute as the IR declares it.
pub(crate) const fn make_definition(name: &'static str, kind: Kind) -> AttributeDefinition {
    let value = match kind {
        Kind::Type => AttributeConstraint::Type,
        Kind::Int => AttributeConstraint::Integer,
        Kind::Float => AttributeConstraint::Float,
        Kind::Bool => AttributeConstraint::Bool,
        Kind::String => AttributeConstraint::String,
        Kind::Shape => AttributeConstraint::Dims,
        Kind::Tensor => AttributeConstraint::Elements,
        Kind::Ints => AttributeConstraint::Integers,
        Kind::Floats => AttributeConstraint::Floats,
        Kind::Strings => AttributeConstraint::Other("an array of strings", is_strings),
        Kind::Types => AttributeConstraint::Other("an array of types", is_types),
        Kind::Function | Kind::Functions | Kind::Bools | Kind::Shapes => AttributeConstraint::Any,
    };
    AttributeDefinition { name, value, presence: kiln_ir::Presence::Optional, doc: "" }
}

fn is_strings(attribute: Attribute) -> bool {
    attribute.as_strs().is_some()
}

fn is_types(attribute: Attribute) -> bool {
    attribute.as_array().is_some_and(|items| items.iter().all(|item| item.as_type().is_some()))
}

pub(crate) const ANY_OPERANDS: &[OperandDefinition] =
    &[OperandDefinition { name: "inputs", ty: TypeConstraint::Any, count: Count::Variadic }];

pub(crate) const ANY_RESULTS: &[ResultDefinition] =
    &[ResultDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }];

/// The operators that are not pure: those with a random result, and those that are there for what they do.
const IMPURE: [&str; 12] = [
    "Assert",
    "Multinomial",
    "ParameterizedTruncatedNormal",
    "Print",
    "PrintV2",
    "RandomShuffle",
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "TensorArrayV3",
    "TensorArrayWriteV3",
    "TruncatedNormal",
];

/// The traits of the operator of this name.
pub(crate) const fn traits(name: &str) -> Traits {
    let mut index = 0;
    while index < IMPURE.len() {
        if is_same(name, IMPURE[index]) {
            return Traits::empty();
        }
        index += 1;
    }
    match is_same(name, "Const") {
        true => Traits::PURE.union(Traits::CONSTANT_LIKE),
        false => Traits::PURE,
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
