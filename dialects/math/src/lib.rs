//! The math dialect: the functions beyond arithmetic that are instructions of the targets, under MLIR's names.
//!
//! Deliberately without the transcendental functions: Kiln's kernels bring their own as vector code, so that no
//! library is needed at run time.
//!
//! ```mlir
//! %root = "math.sqrt"(%a) : (vector<8xf32>) -> vector<8xf32>
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{Count, Dialect, Module, Op, OpDefinition, OperandDefinition, ResultDefinition, Traits, TypeConstraint};

/// The dialect.
pub static DIALECT: Dialect =
    Dialect { name: "math", doc: "Functions of floats and integers, scalar or vector.", ops: &[OPS] };

const fn operand(name: &'static str) -> OperandDefinition {
    OperandDefinition { name, ty: TypeConstraint::Any, count: Count::One }
}

const RESULT: &[ResultDefinition] = &[ResultDefinition { name: "result", ty: TypeConstraint::Any, count: Count::One }];

const fn function(name: &'static str, doc: &'static str, operands: &'static [OperandDefinition]) -> OpDefinition {
    OpDefinition {
        name,
        doc,
        operands,
        results: RESULT,
        traits: Traits::PURE,
        verify: Some(verify_same_types),
        ..OpDefinition::EMPTY
    }
}

const UNARY: &[OperandDefinition] = &[operand("operand")];
const BINARY: &[OperandDefinition] = &[operand("lhs"), operand("rhs")];
const TERNARY: &[OperandDefinition] = &[operand("a"), operand("b"), operand("c")];

static OPS: &[OpDefinition] = &[
    function("math.absf", "The float without its sign.", UNARY),
    function("math.absi", "The magnitude of a signed integer.", UNARY),
    function("math.ceil", "The integer next above.", UNARY),
    function("math.floor", "The integer next below.", UNARY),
    function("math.trunc", "The integer next towards zero.", UNARY),
    function("math.roundeven", "The nearest integer, halves to the even one.", UNARY),
    function("math.sqrt", "The square root.", UNARY),
    function("math.copysign", "The first operand with the second's sign.", BINARY),
    function("math.fma", "`a * b + c`, rounded once.", TERNARY),
    function("math.ctpop", "The number of bits set.", UNARY),
];

fn verify_same_types(module: &Module, op: Op) -> Result<(), String> {
    let ty = module.ty(module.result(op, 0));
    match module.operand_types(op).iter().find(|other| **other != ty) {
        Some(other) => Err(format!("operands and result must have one type, found {ty} and {other}")),
        None => Ok(()),
    }
}
