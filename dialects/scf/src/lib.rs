//! The scf dialect: structured control flow, under MLIR's names.
//!
//! ```mlir
//! %sum = "scf.for"(%zero, %count, %one, %start) ({
//! ^bb0(%i: index, %partial: f32):
//!   "scf.yield"(%partial) : (f32) -> ()
//! }) : (index, index, index, f32) -> f32
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{
    Count, Dialect, Module, Op, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect { name: "scf", doc: "Structured control flow.", ops: &[OPS] };

const ANY: TypeConstraint = TypeConstraint::Any;
const I1: TypeConstraint = TypeConstraint::Other("i1", is_i1);

fn is_i1(ty: Type) -> bool {
    ty == Type::i1()
}

const fn one(name: &'static str, ty: TypeConstraint) -> OperandDefinition {
    OperandDefinition { name, ty, count: Count::One }
}

const fn variadic(name: &'static str) -> OperandDefinition {
    OperandDefinition { name, ty: ANY, count: Count::Variadic }
}

const RESULTS: &[ResultDefinition] = &[ResultDefinition { name: "results", ty: ANY, count: Count::Variadic }];

static OPS: &[OpDefinition] = &[
    OpDefinition {
        name: "scf.for",
        doc: "Runs its region for each value from `lowerBound` up to, not including, `upperBound`; values are carried \
              from one iteration to the next.",
        operands: &[one("lowerBound", ANY), one("upperBound", ANY), one("step", ANY), variadic("initArgs")],
        results: RESULTS,
        regions: Some(1),
        traits: Traits::EFFECTS_OF_REGIONS.union(Traits::LOOP),
        verify: Some(verify_for),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "scf.if",
        doc: "Runs its first region if the condition holds, else the second, which may be empty if there are no results.",
        operands: &[one("condition", I1)],
        results: RESULTS,
        regions: Some(2),
        traits: Traits::EFFECTS_OF_REGIONS,
        verify: Some(verify_if),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "scf.while",
        doc: "Runs its first region, then the second as long as `scf.condition` in the first holds.",
        operands: &[variadic("inits")],
        results: RESULTS,
        regions: Some(2),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "scf.condition",
        doc: "Ends the first region of `scf.while`.",
        operands: &[one("condition", I1), variadic("args")],
        traits: Traits::TERMINATOR,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "scf.yield",
        doc: "Ends a region with its results.",
        operands: &[variadic("results")],
        traits: Traits::TERMINATOR,
        ..OpDefinition::EMPTY
    },
];

/// Checks that the region's last op yields the op's result types.
fn verify_yield(module: &Module, op: Op, region: usize) -> Result<(), String> {
    let Some(block) = module.entry_block(module.regions(op)[region]) else {
        return Err(format!("region #{region} must have a block, but is empty"));
    };
    let last = module.last_op(block).expect("the verifier has seen that no block is empty");
    let (yielded, results) = (module.operand_types(last), module.result_types(op));
    if !module.is(last, "scf.yield") || yielded == results {
        return Ok(());
    }
    Err(format!("the region yields {yielded:?}, the op results in {results:?}"))
}

fn verify_for(module: &Module, op: Op) -> Result<(), String> {
    let carried = &module.operand_types(op)[3..];
    if carried != module.result_types(op) {
        return Err(format!("carried values {carried:?} do not match results {:?}", module.result_types(op)));
    }
    verify_yield(module, op, 0)
}

fn verify_if(module: &Module, op: Op) -> Result<(), String> {
    verify_yield(module, op, 0)?;
    if module.blocks(module.regions(op)[1]).is_empty() && module.results(op).is_empty() {
        return Ok(());
    }
    verify_yield(module, op, 1)
}
