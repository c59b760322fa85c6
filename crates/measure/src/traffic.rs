//! How many bytes a graph moves: every op or kernel reads its operands and writes its results.
//!
//! An op that uses a value twice reads it once; one that needs only a part of an operand counts as reading all of it.
//! Constants are read where they are used; views move nothing. What is inside of a `graph.fusion` stays in registers:
//! the kernel's own operands and results count. Both branches of a condition count, and every round of a loop; of one that
//! data ends, one round. What a loop copies from round to round does not.

use crate::amount::Amount;
use crate::rounds::in_all_rounds;
use crate::traits;
use kiln_ir::{DimExpr, Module, Op, Traits, Value};

/// The bytes that one run of `root` moves, over the symbols of its inputs; `None` when they cannot be counted.
pub fn traffic(module: &Module, root: Op) -> Option<DimExpr> {
    let ops = module.walk(root).into_iter().filter(|&op| op != root && !is_in_kernel(module, op));
    Amount::sum(ops.map(|op| op_traffic(module, op)))?.to_expr()
}

/// The bytes that an op moves in one run of the model, without what is in its regions unless it is a kernel; `None` when
/// they cannot be counted.
pub fn op_traffic(module: &Module, op: Op) -> Option<Amount> {
    let moves_nothing = Traits::VIEW | Traits::CONSTANT_LIKE | Traits::TERMINATOR;
    let holds_others = !module.regions(op).is_empty() && !module.is(op, kiln_graph::FUSION);
    if holds_others || traits(module, op).intersects(moves_nothing) {
        return Some(Amount::default());
    }
    in_all_rounds(module, op, moved_once(module, op)?)
}

/// The bytes that one launch of a kernel moves; `None` when they cannot be counted.
pub fn launch_traffic(module: &Module, fusion: Op) -> Option<DimExpr> {
    moved_once(module, fusion)?.to_expr()
}

fn moved_once(module: &Module, op: Op) -> Option<Amount> {
    let operands = module.operands(op);
    let is_first = |(index, value): &(usize, &Value)| !operands[..*index].contains(value);
    let read = operands.iter().enumerate().filter(is_first).map(|(_, &value)| value);
    Amount::sum(read.chain(module.results(op).iter().copied()).map(|value| Amount::bytes(module.ty(value))))
}

fn is_in_kernel(module: &Module, op: Op) -> bool {
    module.parent_op(op).is_some_and(|parent| module.is(parent, kiln_graph::FUSION))
}
