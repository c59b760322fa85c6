//! The arith dialect: integer, index and floating-point arithmetic on scalars and vectors, under MLIR's names and with
//! MLIR's meaning.
//!
//! ```mlir
//! %sum = "arith.addf"(%a, %b) : (vector<16xf32>, vector<16xf32>) -> vector<16xf32>
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Dialect, Module, Op, OpDefinition, OperandDefinition, Presence,
    ResultDefinition, Traits, Type, TypeConstraint, TypeKind,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "arith",
    doc: "Arithmetic on integers, `index` and floats, scalar or vector.",
    ops: &[CONSTANT, INTEGER, FLOAT, COMPARE, CAST],
};

/// Predicates of `arith.cmpi`, by their attribute value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(i64)]
pub enum IntegerPredicate {
    /// Equal.
    Equal = 0,
    /// Not equal.
    NotEqual = 1,
    /// Signed less.
    SignedLess = 2,
    /// Signed less or equal.
    SignedLessEqual = 3,
    /// Signed greater.
    SignedGreater = 4,
    /// Signed greater or equal.
    SignedGreaterEqual = 5,
    /// Unsigned less.
    UnsignedLess = 6,
    /// Unsigned less or equal.
    UnsignedLessEqual = 7,
    /// Unsigned greater.
    UnsignedGreater = 8,
    /// Unsigned greater or equal.
    UnsignedGreaterEqual = 9,
}

/// Predicates of `arith.cmpf`, by their attribute value. Ordered ones are false, unordered ones true, for NaN.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(i64)]
pub enum FloatPredicate {
    /// Equal.
    OrderedEqual = 1,
    /// Greater.
    OrderedGreater = 2,
    /// Greater or equal.
    OrderedGreaterEqual = 3,
    /// Less.
    OrderedLess = 4,
    /// Less or equal.
    OrderedLessEqual = 5,
    /// Not equal.
    OrderedNotEqual = 6,
    /// Neither is NaN.
    Ordered = 7,
    /// Not equal, or a NaN.
    UnorderedNotEqual = 13,
    /// One of them is NaN.
    Unordered = 14,
}

const fn operand(name: &'static str) -> OperandDefinition {
    OperandDefinition { name, ty: TypeConstraint::Any, count: Count::One }
}

const UNARY: &[OperandDefinition] = &[operand("operand")];
const BINARY: &[OperandDefinition] = &[operand("lhs"), operand("rhs")];
const TERNARY: &[OperandDefinition] = &[operand("condition"), operand("true_value"), operand("false_value")];
const RESULT: &[ResultDefinition] = &[ResultDefinition { name: "result", ty: TypeConstraint::Any, count: Count::One }];
const PREDICATE: &[AttributeDefinition] = &[AttributeDefinition {
    name: "predicate",
    value: AttributeConstraint::Integer,
    presence: Presence::Required,
    doc: "Which relation is tested, by MLIR's number.",
}];

const fn binary(name: &'static str, doc: &'static str, accepts: fn(&Module, Op) -> Result<(), String>) -> OpDefinition {
    OpDefinition {
        name,
        doc,
        operands: BINARY,
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(accepts),
        ..OpDefinition::EMPTY
    }
}

/// A binary op that is undefined for some operands.
const fn partial(name: &'static str, doc: &'static str) -> OpDefinition {
    OpDefinition { traits: Traits::PURE.union(Traits::PARTIAL), ..binary(name, doc, verify_integers) }
}

const fn compare(
    name: &'static str,
    doc: &'static str,
    accepts: fn(&Module, Op) -> Result<(), String>,
) -> OpDefinition {
    OpDefinition {
        name,
        doc,
        operands: BINARY,
        attributes: PREDICATE,
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(accepts),
        ..OpDefinition::EMPTY
    }
}

const fn cast(name: &'static str, doc: &'static str) -> OpDefinition {
    OpDefinition {
        name,
        doc,
        operands: UNARY,
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(verify_cast),
        ..OpDefinition::EMPTY
    }
}

static CONSTANT: &[OpDefinition] = &[OpDefinition {
    name: "arith.constant",
    doc: "The value of its attribute.",
    example: r#"%c = "arith.constant"() {value = dense<1.0> : vector<16xf32>} : () -> vector<16xf32>"#,
    attributes: &[AttributeDefinition {
        name: "value",
        value: AttributeConstraint::Any,
        presence: Presence::Required,
        doc: "An integer, a float or dense elements of the result's type.",
    }],
    results: RESULT,
    traits: Traits::PURE.union(Traits::CONSTANT_LIKE),
    ..OpDefinition::EMPTY
}];

static INTEGER: &[OpDefinition] = &[
    binary("arith.addi", "The sum, modulo 2^width.", verify_integers),
    binary("arith.subi", "The difference, modulo 2^width.", verify_integers),
    binary("arith.muli", "The product, modulo 2^width.", verify_integers),
    partial("arith.divsi", "The signed quotient, rounded towards zero; undefined for 0 and on overflow."),
    partial("arith.divui", "The unsigned quotient, rounded down; undefined for 0."),
    partial("arith.ceildivsi", "The signed quotient, rounded up; undefined for 0."),
    partial("arith.floordivsi", "The signed quotient, rounded down; undefined for 0."),
    partial("arith.remsi", "The remainder of `arith.divsi`."),
    partial("arith.remui", "The remainder of `arith.divui`."),
    binary("arith.andi", "Bitwise and.", verify_integers),
    binary("arith.ori", "Bitwise or.", verify_integers),
    binary("arith.xori", "Bitwise exclusive or.", verify_integers),
    binary("arith.shli", "Shift left; undefined from the width on.", verify_integers),
    binary("arith.shrsi", "Shift right, copies of the sign; undefined from the width on.", verify_integers),
    binary("arith.shrui", "Shift right, zeros; undefined from the width on.", verify_integers),
    binary("arith.minsi", "The smaller of two signed integers.", verify_integers),
    binary("arith.minui", "The smaller of two unsigned integers.", verify_integers),
    binary("arith.maxsi", "The larger of two signed integers.", verify_integers),
    binary("arith.maxui", "The larger of two unsigned integers.", verify_integers),
];

static FLOAT: &[OpDefinition] = &[
    OpDefinition {
        name: "arith.negf",
        doc: "The operand with its sign flipped.",
        operands: UNARY,
        results: RESULT,
        traits: Traits::PURE.union(Traits::INVOLUTION),
        verify: Some(verify_floats),
        ..OpDefinition::EMPTY
    },
    binary("arith.addf", "The sum.", verify_floats),
    binary("arith.subf", "The difference.", verify_floats),
    binary("arith.mulf", "The product.", verify_floats),
    binary("arith.divf", "The quotient.", verify_floats),
    binary("arith.remf", "The remainder with the dividend's sign, as C's `fmod`.", verify_floats),
    binary("arith.minimumf", "The smaller; NaN if either is.", verify_floats),
    binary("arith.maximumf", "The larger; NaN if either is.", verify_floats),
    binary("arith.minnumf", "The smaller; the other one if one is NaN.", verify_floats),
    binary("arith.maxnumf", "The larger; the other one if one is NaN.", verify_floats),
];

static COMPARE: &[OpDefinition] = &[
    compare("arith.cmpi", "Whether a relation of two integers holds, as `i1`.", verify_same_operands),
    compare("arith.cmpf", "Whether a relation of two floats holds, as `i1`.", verify_same_operands),
    OpDefinition {
        name: "arith.select",
        doc: "The second operand where the first is true, else the third.",
        operands: TERNARY,
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(verify_select),
        ..OpDefinition::EMPTY
    },
];

static CAST: &[OpDefinition] = &[
    cast("arith.extf", "Widens a float."),
    cast("arith.truncf", "Narrows a float, rounding to nearest even."),
    cast("arith.extsi", "Widens an integer with copies of its sign."),
    cast("arith.extui", "Widens an integer with zeros."),
    cast("arith.trunci", "Narrows an integer to its low bits."),
    cast("arith.sitofp", "The float nearest to a signed integer."),
    cast("arith.uitofp", "The float nearest to an unsigned integer."),
    cast("arith.fptosi", "The signed integer next to a float towards zero; undefined out of range."),
    cast("arith.fptoui", "The unsigned integer next to a float towards zero; undefined out of range."),
    cast("arith.index_cast", "Between `index` and a signed integer."),
    cast("arith.index_castui", "Between `index` and an unsigned integer."),
    cast("arith.bitcast", "The same bits as another type of the same width."),
];

fn verify_same(module: &Module, op: Op, what: &str, accepts: fn(Type) -> bool) -> Result<(), String> {
    let ty = module.ty(module.operand(op, 0));
    let types = [module.operand_types(op), module.result_types(op)].concat();
    if let Some(other) = types.iter().find(|other| **other != ty) {
        return Err(format!("operands and result must have one type, found {ty} and {other}"));
    }
    if accepts(ty.scalar()) { Ok(()) } else { Err(format!("operands must be {what}, not {ty}")) }
}

fn verify_integers(module: &Module, op: Op) -> Result<(), String> {
    verify_same(module, op, "integers or index", |ty| ty.is_integer() || ty.is_index())
}

fn verify_floats(module: &Module, op: Op) -> Result<(), String> {
    verify_same(module, op, "floats", Type::is_float)
}

fn verify_same_operands(module: &Module, op: Op) -> Result<(), String> {
    let (left, right) = (module.ty(module.operand(op, 0)), module.ty(module.operand(op, 1)));
    if left == right { Ok(()) } else { Err(format!("operands must have one type, found {left} and {right}")) }
}

fn verify_select(module: &Module, op: Op) -> Result<(), String> {
    let types = [module.ty(module.operand(op, 1)), module.ty(module.operand(op, 2)), module.ty(module.result(op, 0))];
    if types[0] != types[1] || types[0] != types[2] {
        return Err(format!("both values and the result must have one type, found {types:?}"));
    }
    let condition = module.ty(module.operand(op, 0));
    if condition.scalar() == Type::i1() { Ok(()) } else { Err(format!("the condition must be i1, not {condition}")) }
}

fn verify_cast(module: &Module, op: Op) -> Result<(), String> {
    let (from, to) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let shape = |ty: Type| match ty.kind() {
        TypeKind::Vector(vector) => Some(vector.shape.clone()),
        _ => None,
    };
    if shape(from) == shape(to) { Ok(()) } else { Err(format!("{from} and {to} must have the same shape")) }
}
