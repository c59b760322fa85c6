//! All counts of a module at one moment of its compilation.

use crate::operations::operations;
use crate::peak::peak_bytes;
use crate::sizes::Sizes;
use crate::traffic::traffic;
use crate::traits;
use kiln_ir::{Attribute, DimExpr, Module, Op, Traits};

/// What a module holds and costs. What cannot be counted in the dialect that it is in, is `None`: costs are counted of the
/// graph dialect alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measure {
    /// Ops at any depth, without functions, constants and terminators.
    pub ops: usize,
    /// Constants.
    pub constants: usize,
    /// Bytes of the constants.
    pub constant_bytes: u64,
    /// Floating-point operations of a run: see [`operations`].
    pub operations: Option<DimExpr>,
    /// Bytes that a run reads and writes: see [`traffic`].
    pub traffic: Option<DimExpr>,
    /// Bytes of memory that a run needs for what it computes, inputs, outputs and constants apart: the planned arena, or
    /// else what [`peak_bytes`] counts.
    pub peak: Option<DimExpr>,
}

impl Measure {
    /// Measures a module; `sizes` says where the peak is.
    pub fn of(module: &Module, sizes: &Sizes) -> Measure {
        let mut measure =
            Measure { ops: 0, constants: 0, constant_bytes: 0, operations: None, traffic: None, peak: None };
        for op in module.walk(module.top()) {
            let traits = traits(module, op);
            if traits.contains(Traits::CONSTANT_LIKE) {
                measure.constants += 1;
                measure.constant_bytes += constant_bytes(module, op);
            } else if !traits.intersects(Traits::TERMINATOR | Traits::SYMBOL_TABLE | Traits::SYMBOL) {
                measure.ops += 1;
            }
        }
        if let Some(main) = kiln_func::find_function(module, "main").filter(|&main| is_graph(module, main)) {
            measure.operations = operations(module, main);
            measure.traffic = traffic(module, main);
            let arena = module.attribute(main, "arena_size").and_then(Attribute::as_dims);
            measure.peak = match arena {
                Some(arena) => arena.first().and_then(|size| size.expr()),
                None => peak_bytes(module, main, sizes).and_then(|amount| amount.to_expr()),
            };
        }
        measure
    }
}

/// Whether everything inside `main` is of the graph dialect.
fn is_graph(module: &Module, main: Op) -> bool {
    let is_graph =
        |&op: &Op| op == main || module.is(op, kiln_func::RETURN) || module.name(op).as_str().starts_with("graph.");
    module.walk(main).iter().all(is_graph)
}

fn constant_bytes(module: &Module, op: Op) -> u64 {
    let bytes = |ty| crate::Amount::bytes(ty)?.to_expr()?.as_constant();
    let bytes = module.result_types(op).into_iter().filter_map(bytes);
    bytes.map(i64::unsigned_abs).sum()
}
