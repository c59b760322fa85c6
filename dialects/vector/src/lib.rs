//! The vector dialect: loads, stores, shuffles and arithmetic of fixed-length vectors, under MLIR's names.
//!
//! ```mlir
//! %v = "vector.load"(%buffer, %i) : (memref<?xf32>, index) -> vector<16xf32>
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Dialect, Module, Op, OpDefinition, OperandDefinition, Presence,
    ResultDefinition, Traits, Type, TypeConstraint,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect { name: "vector", doc: "Fixed-length vectors.", ops: &[MEMORY, VALUES] };

const MEMREF: TypeConstraint = TypeConstraint::Other("a memref", is_memref);
const VECTOR: TypeConstraint = TypeConstraint::Other("a vector", is_vector);
const MASK: TypeConstraint = TypeConstraint::Other("a vector of i1", is_mask);
const INDEX: TypeConstraint = TypeConstraint::Other("an index", Type::is_index);
const ANY: TypeConstraint = TypeConstraint::Any;

fn is_memref(ty: Type) -> bool {
    ty.as_memref().is_some()
}

fn is_vector(ty: Type) -> bool {
    ty.as_vector().is_some()
}

fn is_mask(ty: Type) -> bool {
    ty.as_vector().is_some_and(|vector| vector.element == Type::i1())
}

const fn one(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::One }
}

const fn variadic(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::Variadic }
}

const fn required(name: &'static str, value: AttributeConstraint, doc: &'static str) -> AttributeDefinition {
    AttributeDefinition { name, value, presence: Presence::Required, doc }
}

const RESULT: &[ResultDefinition] = &[ResultDefinition { name: "result", ty: ANY, count: Count::One }];

static MEMORY: &[OpDefinition] = &[
    OpDefinition {
        name: "vector.load",
        doc: "Consecutive elements of a buffer.",
        operands: &[one("base", MEMREF), variadic("indices", INDEX)],
        results: RESULT,
        verify: Some(verify_load),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.store",
        doc: "Overwrites consecutive elements of a buffer.",
        operands: &[one("valueToStore", VECTOR), one("base", MEMREF), variadic("indices", INDEX)],
        verify: Some(verify_store),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.maskedload",
        doc: "Consecutive elements of a buffer where the mask is set; the others are not touched and pass through.",
        operands: &[one("base", MEMREF), variadic("indices", INDEX), one("mask", MASK), one("pass_thru", VECTOR)],
        results: RESULT,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.maskedstore",
        doc: "Overwrites consecutive elements of a buffer where the mask is set.",
        operands: &[one("base", MEMREF), variadic("indices", INDEX), one("mask", MASK), one("valueToStore", VECTOR)],
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.gather",
        doc: "Elements of a buffer at a base and a vector of offsets where the mask is set; the others pass through.",
        operands: &[
            one("base", MEMREF),
            variadic("offsets", INDEX),
            one("indices", VECTOR),
            one("mask", MASK),
            one("pass_thru", VECTOR),
        ],
        results: RESULT,
        ..OpDefinition::EMPTY
    },
];

static VALUES: &[OpDefinition] = &[
    OpDefinition {
        name: "vector.broadcast",
        doc: "A scalar in every lane, or a vector repeated.",
        operands: &[one("source", ANY)],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.fma",
        doc: "`lhs * rhs + acc`, rounded once.",
        operands: &[one("lhs", VECTOR), one("rhs", VECTOR), one("acc", VECTOR)],
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(verify_same_types),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.reduction",
        doc: "One scalar out of all lanes.",
        operands: &[one("vector", VECTOR), variadic("acc", ANY)],
        attributes: &[required("kind", AttributeConstraint::Any, "`#vector.kind<add>` and its like.")],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.create_mask",
        doc: "Set in as many first lanes as the operand says.",
        operands: &[variadic("operands", INDEX)],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.step",
        doc: "0, 1, 2, ... as `index`.",
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.extract",
        doc: "One lane, or one row.",
        operands: &[one("source", VECTOR), variadic("dynamic_position", INDEX)],
        attributes: &[required("static_position", AttributeConstraint::Integers, "Which; i64's minimum is dynamic.")],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.insert",
        doc: "A vector with one lane, or one row, replaced.",
        operands: &[one("valueToStore", ANY), one("dest", VECTOR), variadic("dynamic_position", INDEX)],
        attributes: &[required("static_position", AttributeConstraint::Integers, "Which; i64's minimum is dynamic.")],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.shuffle",
        doc: "Lanes of two vectors, chosen by `mask`.",
        operands: &[one("v1", VECTOR), one("v2", VECTOR)],
        attributes: &[required("mask", AttributeConstraint::Integers, "Lane numbers; the second vector's follow.")],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.transpose",
        doc: "Axes permuted.",
        operands: &[one("vector", VECTOR)],
        attributes: &[required("permutation", AttributeConstraint::Integers, "Result axis i is operand axis [i].")],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "vector.bitcast",
        doc: "The same bits as lanes of another width.",
        operands: &[one("source", VECTOR)],
        results: RESULT,
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
];

fn verify_load(module: &Module, op: Op) -> Result<(), String> {
    verify_element(module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)))
}

fn verify_store(module: &Module, op: Op) -> Result<(), String> {
    verify_element(module.ty(module.operand(op, 1)), module.ty(module.operand(op, 0)))
}

fn verify_element(memref: Type, vector: Type) -> Result<(), String> {
    if memref.scalar() == vector.scalar() { Ok(()) } else { Err(format!("{memref} does not hold {vector}")) }
}

fn verify_same_types(module: &Module, op: Op) -> Result<(), String> {
    let ty = module.ty(module.result(op, 0));
    match module.operand_types(op).iter().find(|other| **other != ty) {
        Some(other) => Err(format!("operands and result must have one type, found {ty} and {other}")),
        None => Ok(()),
    }
}
