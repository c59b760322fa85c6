//! Dialect conversion: patterns apply to ops that may not stay, and every op that is left over is reported.
//!
//! Unlike [`apply_greedily`](crate::apply_greedily), which rewrites whatever matches, a conversion says what may remain
//! and applies patterns only to what may not. Where types change, a `builtin.unrealized_conversion_cast` stands between
//! a value of the new type and a use that expects the old one until both ends are converted; casts there and back
//! cancel in the end.

use crate::greedy::PatternIndex;
use crate::types::{cancel_casts, is_cast};
use kiln_diag::Sink;
use kiln_ir::{Module, Name, Op, PatternSet};
use rustc_hash::FxHashMap;

/// Whether one op may stay, by its operands, attributes and types.
pub type LegalityCheck = Box<dyn Fn(&Module, Op) -> bool + Send + Sync>;

/// What may remain after a conversion.
///
/// What is said of an op goes before what is said of its dialect; of ops that nothing is said about, a partial
/// conversion keeps those that no pattern converts, a full one none.
#[derive(Default)]
pub struct ConversionTarget {
    ops: FxHashMap<Name, Legality>,
    dialects: FxHashMap<Name, bool>,
    is_full: bool,
}

enum Legality {
    Always,
    Never,
    If(LegalityCheck),
}

impl ConversionTarget {
    /// A partial conversion: what nothing is said about may stay.
    pub fn partial() -> ConversionTarget {
        ConversionTarget::default()
    }

    /// A full conversion: what nothing is said about may not stay.
    pub fn full() -> ConversionTarget {
        ConversionTarget { is_full: true, ..ConversionTarget::default() }
    }

    /// All ops of a dialect may stay.
    pub fn legal_dialect(mut self, dialect: &str) -> ConversionTarget {
        self.dialects.insert(Name::new(dialect), true);
        self
    }

    /// No op of a dialect may stay.
    pub fn illegal_dialect(mut self, dialect: &str) -> ConversionTarget {
        self.dialects.insert(Name::new(dialect), false);
        self
    }

    /// An op may stay.
    pub fn legal_op(mut self, op: &str) -> ConversionTarget {
        self.ops.insert(Name::new(op), Legality::Always);
        self
    }

    /// An op may not stay.
    pub fn illegal_op(mut self, op: &str) -> ConversionTarget {
        self.ops.insert(Name::new(op), Legality::Never);
        self
    }

    /// An op may stay where `check` says so.
    pub fn legal_op_if(
        mut self,
        op: &str,
        check: impl Fn(&Module, Op) -> bool + Send + Sync + 'static,
    ) -> ConversionTarget {
        self.ops.insert(Name::new(op), Legality::If(Box::new(check)));
        self
    }

    /// Whether `op` may stay.
    pub fn is_legal(&self, module: &Module, op: Op) -> bool {
        let name = module.name(op);
        match self.ops.get(&name) {
            Some(Legality::Always) => true,
            Some(Legality::Never) => false,
            Some(Legality::If(check)) => check(module, op),
            None => {
                let dialect = name.as_str().split('.').next().unwrap_or_default();
                self.dialects.get(&Name::new(dialect)).copied().unwrap_or(!self.is_full)
            }
        }
    }
}

impl std::fmt::Debug for ConversionTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConversionTarget").field("dialects", &self.dialects).field("is_full", &self.is_full).finish()
    }
}

/// The most rewrites for each op there is at the start: a bound on pattern sets that do not end.
const REWRITES_PER_OP: usize = 64;

/// Converts what is inside `root`; gives how many ops were rewritten.
///
/// Each op that may not stay is offered to the patterns rooted at it, best first; what they make is looked at in turn.
/// Then every op left over goes to `sink`, with why each pattern did not apply; so does every cast that is still needed.
pub fn convert(module: &mut Module, root: Op, target: &ConversionTarget, patterns: &PatternSet, sink: &Sink) -> usize {
    let index = PatternIndex::new(patterns);
    let mut pending = module.walk(root);
    let limit = pending.len().max(64).saturating_mul(REWRITES_PER_OP);
    // Ops before what is inside them, in program order.
    pending.reverse();
    let mut rewrites = 0;
    let mut reasons: FxHashMap<Op, Vec<String>> = FxHashMap::default();
    module.start_journal();
    while let Some(op) = pending.pop() {
        if op == root || module.is_erased(op) || target.is_legal(module, op) {
            continue;
        }
        let mut mismatches = Vec::new();
        let applied = index.matching(module.name(op)).any(|pattern| match pattern.rewrite(module, op) {
            Ok(()) => true,
            Err(mismatch) => {
                mismatches.push(format!("pattern '{}': {}", pattern.name(), mismatch.0));
                false
            }
        });
        let touched = module.take_journal();
        if !applied {
            reasons.insert(op, mismatches);
            continue;
        }
        pending.extend(touched.into_iter().rev());
        rewrites += 1;
        if rewrites > limit {
            sink.report(module.error(root, "the conversion does not come to an end"));
            break;
        }
    }
    module.stop_journal();
    cancel_casts(module, root);
    report_leftovers(module, root, target, &reasons, sink);
    rewrites
}

fn report_leftovers(
    module: &Module,
    root: Op,
    target: &ConversionTarget,
    reasons: &FxHashMap<Op, Vec<String>>,
    sink: &Sink,
) {
    let leftovers = module.walk(root).into_iter().skip(1).filter(|&op| !target.is_legal(module, op));
    for op in leftovers {
        if is_cast(module, op) {
            let (from, to) = (module.operand_types(op), module.result_types(op));
            sink.report(module.error(op, format_args!("a value of type {from:?} is still used as {to:?}")));
            continue;
        }
        let error = module.error(op, "cannot be converted");
        let reasons = reasons.get(&op).map(Vec::as_slice).unwrap_or_default();
        sink.report(match reasons {
            [] => error.with_note("no pattern is rooted at this op"),
            reasons => reasons.iter().fold(error, |error, reason| error.with_note(reason)),
        });
    }
}
