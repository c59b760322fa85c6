//! The passes that suit every dialect.

use crate::context::PassContext;
use crate::pass::{Anchor, Pass};
use crate::registry::PassInfo;
use kiln_diag::{Diagnostic, Severity};
use kiln_ir::{Name, PatternSet};
use kiln_rewrite::{GreedyOptions, MaterializeConstant, TraceEvent, apply_greedily};

/// The passes.
pub const PASSES: &[PassInfo] = &[
    PassInfo::of::<Canonicalize>(),
    PassInfo::of::<Cse>(),
    PassInfo::of::<Dce>(),
    PassInfo::of::<LoopInvariantCodeMotion>(),
    PassInfo::of::<SymbolDce>(),
];

crate::options! {
    /// Applies every op's own canonicalization patterns and folds, until nothing changes.
    pub struct Canonicalize {
        /// The most rewrites for each op there is at the start.
        rewrites_per_op: usize = 64,
    }
}

impl Pass for Canonicalize {
    const NAME: &'static str = "canonicalize";

    fn run(&self, context: &mut PassContext<'_>) {
        let mut patterns = PatternSet::new();
        let registry = context.module.registry().clone();
        for definition in registry.dialects().iter().flat_map(|dialect| dialect.ops.iter().copied().flatten()) {
            if let Some(add) = definition.canonicalize {
                add(&mut patterns);
            }
        }
        let options = GreedyOptions { rewrites_per_op: self.rewrites_per_op, ..GreedyOptions::default() };
        run_patterns(context, &patterns, &options);
    }
}

crate::options! {
    /// Merges ops that compute the same value.
    pub struct Cse {}
}

impl Pass for Cse {
    const NAME: &'static str = "cse";

    fn run(&self, context: &mut PassContext<'_>) {
        let erased = kiln_rewrite::cse(context.module, context.root);
        context.count("ops-merged", erased);
    }
}

crate::options! {
    /// Erases ops without effects whose results nobody uses.
    pub struct Dce {}
}

impl Pass for Dce {
    const NAME: &'static str = "dce";

    fn run(&self, context: &mut PassContext<'_>) {
        let erased = kiln_rewrite::dce(context.module, context.root);
        context.count("ops-erased", erased);
    }
}

crate::options! {
    /// Moves what a loop computes anew in every round, and always alike, before the loop.
    pub struct LoopInvariantCodeMotion {}
}

impl Pass for LoopInvariantCodeMotion {
    const NAME: &'static str = "loop-invariant-code-motion";

    fn run(&self, context: &mut PassContext<'_>) {
        let moved = kiln_rewrite::hoist_loop_invariants(context.module, context.root);
        context.count("ops-moved", moved);
    }
}

crate::options! {
    /// Erases private functions and other symbols that nothing reachable mentions.
    pub struct SymbolDce {}
}

impl Pass for SymbolDce {
    const NAME: &'static str = "symbol-dce";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let erased = kiln_rewrite::symbol_dce(context.module, context.root);
        context.count("symbols-erased", erased);
    }
}

/// Applies patterns to the root of a pass and counts what they did; a set that does not end is reported.
pub fn run_patterns(context: &mut PassContext<'_>, patterns: &PatternSet, options: &GreedyOptions) {
    let options = GreedyOptions { trace: context.trace_rules, ..*options };
    let result = apply_greedily(context.module, context.root, patterns, &options);
    let applied = result.applied.iter().map(|(_, count)| count).sum();
    context.count("patterns-applied", applied);
    context.count("ops-folded", result.folded);
    context.count("ops-erased", result.erased);
    for (name, count) in &result.applied {
        context.count(Name::new(name).as_str(), *count);
    }
    result.trace.iter().for_each(|event| context.report(note(event)));
    if !result.converged {
        let names: Vec<String> = result.applied.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        context.error(context.root, format_args!("patterns do not come to an end: {}", names.join(", ")));
    }
}

/// Where a rule applied, or nearly did, in words.
fn note(event: &TraceEvent) -> Diagnostic {
    let TraceEvent { pattern, op, location, miss } = event;
    let place = location.place(op.as_str());
    match miss {
        None => Diagnostic::new(Severity::Note, place, format!("{op}: rule '{pattern}' applied")),
        Some(miss) => {
            let message = format!("{op}: rule '{pattern}' nearly applied: {}", miss.reason);
            Diagnostic::new(Severity::Note, place, message).with_label(miss.place.clone(), "did not match")
        }
    }
}

/// [`run_patterns`] with the default options and a way to make constants.
pub fn run_patterns_with_constants(
    context: &mut PassContext<'_>,
    patterns: &PatternSet,
    materialize: MaterializeConstant,
) {
    run_patterns(context, patterns, &GreedyOptions { materialize: Some(materialize), ..GreedyOptions::default() });
}
