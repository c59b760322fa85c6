//! What is known of an operator: its number, its options, the graphs inside.

use kiln_ir::{
    Attribute, AttributeConstraint, AttributeDefinition, Count, OpDefinition, OperandDefinition, Presence,
    ResultDefinition, Traits, TypeConstraint,
};

/// The union of the file format that a table of options is a member of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Union {
    /// `BuiltinOptions`.
    First,
    /// `BuiltinOptions2`.
    Second,
}

/// What a field of a table of options holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A truth value.
    Bool,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// A float of 32 bits.
    Float,
    /// A string.
    String,
    /// A list of truth values.
    Bools,
    /// A list of bytes.
    Bytes,
    /// A list of integers of 32 bits.
    Int32s,
    /// A list of integers of 64 bits.
    Int64s,
    /// A list of floats of 32 bits.
    Floats,
    /// The number of an element type.
    Type,
    /// The number of one of these words, in so many bytes.
    Word(&'static [&'static str], usize),
    /// The numbers of such words, of 32 bits each.
    Words(&'static [&'static str]),
    /// Bytes that are a FlexBuffer.
    FlexBuffer,
    /// The number of a subgraph: a region of the op, not an attribute.
    Subgraph,
    /// The numbers of subgraphs: regions of the op.
    Subgraphs,
}

/// A field of a table of options.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The attribute it becomes, called as in the file format.
    pub name: &'static str,
    /// Its place in the table.
    pub slot: usize,
    /// What it holds.
    pub kind: Kind,
    /// The value that it has where the table leaves it out.
    pub default: i64,
}

/// A table of options.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What the file format calls it.
    pub name: &'static str,
    /// The union it is in.
    pub union: Union,
    /// Its number in the union.
    pub number: u8,
    /// Its fields.
    pub fields: &'static [Field],
    /// The attributes that they become.
    pub(crate) attributes: &'static [AttributeDefinition],
}

/// An operator of the file format, or a custom operator that is known by its name.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its number; `None` if it is a custom operator.
    pub code: Option<i32>,
    /// Its name: `CONV_2D`.
    pub name: &'static str,
    /// Its options, if they have fields.
    pub options: Option<&'static Options>,
    /// The row of the dialect.
    pub definition: &'static OpDefinition,
}

impl Schema {
    /// The value that attribute `name` has where it is left out.
    pub fn default_of(&self, name: &str) -> Option<Attribute> {
        self.options?.fields.iter().find(|field| field.name == name)?.default_attribute()
    }
}

impl Field {
    /// The value that stands for one that is left out; lists and graphs have none.
    pub fn default_attribute(&self) -> Option<Attribute> {
        Some(match self.kind {
            Kind::Bool => Attribute::bool(self.default != 0),
            Kind::Int32 | Kind::Int64 => Attribute::i64(self.default),
            Kind::Float => Attribute::f32(self.default as f32),
            Kind::String => Attribute::string(""),
            Kind::Word(words, _) => Attribute::string(words.get(usize::try_from(self.default).ok()?)?),
            _ => return None,
        })
    }

    /// The attribute it becomes; a graph becomes none.
    pub(crate) const fn definition(&self) -> AttributeDefinition {
        let value = match self.kind {
            Kind::Bool => AttributeConstraint::Bool,
            Kind::Int32 | Kind::Int64 => AttributeConstraint::Integer,
            Kind::Float => AttributeConstraint::Float,
            Kind::String => AttributeConstraint::String,
            Kind::Bytes | Kind::Int32s | Kind::Int64s => AttributeConstraint::Integers,
            Kind::Floats => AttributeConstraint::Floats,
            Kind::Type => AttributeConstraint::Type,
            Kind::Word(words, _) => AttributeConstraint::OneOf(words),
            _ => AttributeConstraint::Any,
        };
        AttributeDefinition { name: self.name, value, presence: Presence::Optional, doc: "" }
    }
}

pub(crate) const PADDINGS: &[&str] = &["SAME", "VALID"];
pub(crate) const ACTIVATIONS: &[&str] = &["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"];
pub(crate) const PROJECTIONS: &[&str] = &["UNKNOWN", "SPARSE", "DENSE"];
pub(crate) const WEIGHTS_FORMATS: &[&str] = &["DEFAULT", "SHUFFLED4x16INT8"];
pub(crate) const LSTM_KERNELS: &[&str] = &["FULL", "BASIC"];
pub(crate) const COMBINERS: &[&str] = &["SUM", "MEAN", "SQRTN"];
pub(crate) const MIRROR_PAD_MODES: &[&str] = &["REFLECT", "SYMMETRIC"];
pub(crate) const REDUCE_FUNCTIONS: &[&str] = &["UNSUPPORTED", "ADD", "MUL", "MINIMUM", "MAXIMUM", "ALL", "ANY"];
pub(crate) const DIRECTIONS: &[&str] = &["EQ", "NE", "GE", "GT", "LE", "LT"];
pub(crate) const COMPARISON_TYPES: &[&str] = &["NOTYPE", "FLOAT", "FLOAT_TOTAL_ORDER", "SIGNED", "UNSIGNED"];
pub(crate) const RANDOM_ALGORITHMS: &[&str] = &["DEFAULT", "PHILOX", "THREEFRY"];
pub(crate) const PRECISIONS: &[&str] = &["DEFAULT", "HIGH", "HIGHEST"];

/// Makes `OPTIONS` out of rows `TableName number {field slot: Kind = default, ...};`.
macro_rules! options {
    ($union:ident: $(
        $name:ident $number:literal {$($field:ident $slot:literal: $kind:ident $(= $default:literal)?),*};
    )*) => {
        /// The tables, sorted by number.
        pub(crate) const OPTIONS: &[$crate::schema::Options] = &[$({
            const FIELDS: &[$crate::schema::Field] = &[$($crate::schema::Field {
                name: stringify!($field),
                slot: $slot,
                kind: $crate::schema::kind!($kind),
                default: 0 $(+ $default)?,
            }),*];
            const ATTRIBUTES: [kiln_ir::AttributeDefinition; FIELDS.len()] = $crate::schema::definitions(FIELDS);
            $crate::schema::Options {
                name: stringify!($name),
                union: $crate::schema::Union::$union,
                number: $number,
                fields: FIELDS,
                attributes: &ATTRIBUTES,
            }
        }),*];
    };
}

macro_rules! kind {
    (Padding) => {
        $crate::schema::Kind::Word($crate::schema::PADDINGS, 1)
    };
    (Activation) => {
        $crate::schema::Kind::Word($crate::schema::ACTIVATIONS, 1)
    };
    (Projection) => {
        $crate::schema::Kind::Word($crate::schema::PROJECTIONS, 1)
    };
    (WeightsFormat) => {
        $crate::schema::Kind::Word($crate::schema::WEIGHTS_FORMATS, 1)
    };
    (LstmKernel) => {
        $crate::schema::Kind::Word($crate::schema::LSTM_KERNELS, 1)
    };
    (Combiner) => {
        $crate::schema::Kind::Word($crate::schema::COMBINERS, 1)
    };
    (MirrorPadMode) => {
        $crate::schema::Kind::Word($crate::schema::MIRROR_PAD_MODES, 1)
    };
    (ReduceFunction) => {
        $crate::schema::Kind::Word($crate::schema::REDUCE_FUNCTIONS, 4)
    };
    (ComparisonDirection) => {
        $crate::schema::Kind::Word($crate::schema::DIRECTIONS, 4)
    };
    (ComparisonType) => {
        $crate::schema::Kind::Word($crate::schema::COMPARISON_TYPES, 4)
    };
    (RandomAlgorithm) => {
        $crate::schema::Kind::Word($crate::schema::RANDOM_ALGORITHMS, 1)
    };
    (Precisions) => {
        $crate::schema::Kind::Words($crate::schema::PRECISIONS)
    };
    ($other:ident) => {
        $crate::schema::Kind::$other
    };
}

pub(crate) use kind;
pub(crate) use options;

/// The attributes that fields become.
pub(crate) const fn definitions<const COUNT: usize>(fields: &[Field]) -> [AttributeDefinition; COUNT] {
    let mut definitions =
        [AttributeDefinition { name: "", value: AttributeConstraint::Any, presence: Presence::Optional, doc: "" };
            COUNT];
    let mut index = 0;
    while index < COUNT {
        definitions[index] = fields[index].definition();
        index += 1;
    }
    definitions
}

/// The table of options called `name`.
pub(crate) const fn find_options(name: &str) -> &'static Options {
    let lists = [crate::options::OPTIONS, crate::options2::OPTIONS];
    let mut list = 0;
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            if is_same(lists[list][index].name, name) {
                return &lists[list][index];
            }
            index += 1;
        }
        list += 1;
    }
    panic!("operators name tables that there are")
}

/// The row of an operator.
pub(crate) const fn definition(name: &'static str, doc: &'static str, options: Option<&Options>) -> OpDefinition {
    OpDefinition {
        name,
        doc,
        operands: &[OperandDefinition { name: "inputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        attributes: match options {
            Some(options) => options.attributes,
            None => &[],
        },
        results: &[ResultDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        regions: None,
        traits: traits(name),
        ..OpDefinition::EMPTY
    }
}

/// Operators that keep state, draw random numbers or hold graphs that may are not pure.
const fn traits(name: &str) -> Traits {
    const IMPURE: &[&str] = &[
        "ASSIGN_VARIABLE",
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        "BIDIRECTIONAL_SEQUENCE_RNN",
        "CALL",
        "CALL_ONCE",
        "HASHTABLE",
        "HASHTABLE_FIND",
        "HASHTABLE_IMPORT",
        "HASHTABLE_SIZE",
        "IF",
        "LSTM",
        "MULTINOMIAL",
        "RANDOM_STANDARD_NORMAL",
        "RANDOM_UNIFORM",
        "READ_VARIABLE",
        "RNN",
        "STABLEHLO_CASE",
        "STABLEHLO_COMPOSITE",
        "STABLEHLO_CUSTOM_CALL",
        "STABLEHLO_RNG_BIT_GENERATOR",
        "STABLEHLO_WHILE",
        "SVDF",
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        "UNIDIRECTIONAL_SEQUENCE_RNN",
        "VAR_HANDLE",
        "WHILE",
    ];
    let (_, name) = name.as_bytes().split_at("tflite.".len());
    let mut index = 0;
    while index < IMPURE.len() {
        if is_same_bytes(name, IMPURE[index].as_bytes()) {
            return Traits::empty();
        }
        index += 1;
    }
    Traits::PURE
}

/// Equality of strings, in constants.
const fn is_same(left: &str, right: &str) -> bool {
    is_same_bytes(left.as_bytes(), right.as_bytes())
}

const fn is_same_bytes(left: &[u8], right: &[u8]) -> bool {
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
