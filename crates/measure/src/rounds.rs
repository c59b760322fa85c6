//! How often ops in loops run.

use crate::amount::Amount;
use kiln_graph::LoopView;
use kiln_ir::{DimExpr, Module, Op};

/// The rounds of the loops around `op` that are extents, outermost last; one that data ends counts as one round.
fn rounds<'m>(module: &'m Module, op: Op) -> impl Iterator<Item = DimExpr> + 'm {
    let around = std::iter::successors(module.parent_op(op), |&op| module.parent_op(op));
    around.filter_map(|op| LoopView::of(module, op)?.rounds)
}

/// What `op` costs in all rounds of the loops around it, if it costs `once` in one; `None` on overflow.
pub(crate) fn in_all_rounds(module: &Module, op: Op, once: Amount) -> Option<Amount> {
    rounds(module, op).try_fold(once, |amount, rounds| amount.times(rounds))
}

/// How often `op` runs, as far as that is known before a run: loops whose rounds are not count as one round.
pub fn times_run(module: &Module, op: Op) -> usize {
    let known = |rounds: DimExpr| rounds.as_constant().map_or(1, |rounds| usize::try_from(rounds).unwrap_or(0));
    rounds(module, op).map(known).fold(1, usize::saturating_mul)
}
