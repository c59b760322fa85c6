//! The builtin dialect: `builtin.module` and `builtin.unrealized_conversion_cast`, as in MLIR.
//!
//! Builtin types and attributes belong to `kiln-ir`; here are only the two ops.
//!
//! ```mlir
//! builtin.module ({
//!   %0 = builtin.unrealized_conversion_cast %x : (index) -> i64
//! })
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{Count, Dialect, FoldRequest, Folded, OpDefinition, OperandDefinition, ResultDefinition, Traits};
use kiln_ir::{Module, Op, TypeConstraint};

/// The name of the module op.
pub const MODULE: &str = "builtin.module";

/// The name of the cast that dialect conversion leaves between types it has not yet made meet.
pub const UNREALIZED_CONVERSION_CAST: &str = "builtin.unrealized_conversion_cast";

/// The dialect.
pub const DIALECT: Dialect = Dialect { name: "builtin", doc: "Modules and unrealized casts, as in MLIR.", ops: &[OPS] };

const MODULE_TRAITS: Traits =
    Traits::ISOLATED_FROM_ABOVE.union(Traits::SYMBOL_TABLE).union(Traits::NO_TERMINATOR).union(Traits::GRAPH_REGION);

const OPS: &[OpDefinition] = &[
    OpDefinition {
        name: MODULE,
        doc: "The outermost op: one region of one block, which is a name space of symbols.",
        example: "builtin.module ({ ^bb0: })",
        regions: Some(1),
        traits: MODULE_TRAITS,
        verify: Some(verify_module),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: UNREALIZED_CONVERSION_CAST,
        doc: "Stands between a value of one type and a use that expects another while a conversion is under way. It \
              means nothing by itself: a finished conversion has none left.",
        example: "%0 = builtin.unrealized_conversion_cast %x : (index) -> i64",
        operands: &[OperandDefinition { name: "inputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        results: &[ResultDefinition { name: "outputs", ty: TypeConstraint::Any, count: Count::Variadic }],
        traits: Traits::PURE,
        verify: Some(verify_cast),
        fold: Some(fold_cast),
        ..OpDefinition::EMPTY
    },
];

fn verify_module(module: &Module, op: Op) -> Result<(), String> {
    let [block] = module.blocks(module.regions(op)[0]) else {
        return Err("its region must have exactly one block".into());
    };
    match module.arguments(*block) {
        [] => Ok(()),
        _ => Err("its block must have no arguments".into()),
    }
}

fn verify_cast(module: &Module, op: Op) -> Result<(), String> {
    match module.results(op) {
        [] => Err("expected at least one result".into()),
        _ => Ok(()),
    }
}

/// `cast x : (T) -> T = x`, and `cast (cast x : (T) -> U) : (U) -> T = x`.
fn fold_cast(request: &FoldRequest) -> Option<Vec<Folded>> {
    let FoldRequest { module, op } = *request;
    let types = module.result_types(op);
    if module.operand_types(op) == types {
        return Some(module.operands(op).iter().map(|&value| Folded::Value(value)).collect());
    }
    let inner = module.defining_op(*module.operands(op).first()?)?;
    let cancels = module.is(inner, UNREALIZED_CONVERSION_CAST)
        && module.results(inner) == module.operands(op)
        && module.operand_types(inner) == types;
    cancels.then(|| module.operands(inner).iter().map(|&value| Folded::Value(value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Builder, Registry, Type, verify};

    #[test]
    fn casts_there_and_back_cancel() {
        let mut module = Module::new(Registry::new(&[&DIALECT]));
        let body = module.body();
        let mut builder = Builder::at_end(&mut module, body);
        let source = builder.op("test.source").result(Type::index()).value();
        let there = builder.op(UNREALIZED_CONVERSION_CAST).operand(source).result(Type::i64()).value();
        let back = builder.op(UNREALIZED_CONVERSION_CAST).operand(there).result(Type::index()).build();
        assert_eq!(fold_cast(&FoldRequest { module: &module, op: back }), Some(vec![Folded::Value(source)]));
        assert!(verify(&module, module.top()).is_empty());
    }
}
