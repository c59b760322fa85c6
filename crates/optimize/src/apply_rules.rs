//! `apply-rules`: rewrite rules from files, as a user writes them.
//!
//! ```text
//! kiln-opt model.mlir --pass-pipeline='builtin.module(apply-rules{files=fuse.rules})'
//! ```

use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{PatternSet, Registry};
use kiln_pass::{Pass, PassContext, options, run_patterns};
use kiln_rewrite::GreedyOptions;
use kiln_rules::{Rule, add_rules, load};
use std::sync::Arc;

options! {
    /// Applies the rewrite rules of files until none matches.
    pub struct ApplyRules {
        /// The files.
        files: Vec<String> = Vec::new(),
        /// Whether rules apply that change rounding, or where NaN and infinity come out.
        relaxed: bool = true,
    }
}

impl Pass for ApplyRules {
    const NAME: &'static str = "apply-rules";

    fn run(&self, context: &mut PassContext<'_>) {
        let registry = context.module.registry().clone();
        let Some(rules) = load_rules(&self.files, &registry, context.sink) else { return };
        let mut patterns = PatternSet::new();
        add_rules(&rules, self.relaxed, &mut patterns);
        // Nothing but the rules: what they did is to be seen.
        run_patterns(context, &patterns, &GreedyOptions { fold: false, ..GreedyOptions::default() });
    }
}

/// The rules of files, in order; `None` if anything is wrong, which is in `sink` then.
pub fn load_rules(files: &[String], registry: &Arc<Registry>, sink: &Sink) -> Option<Vec<Arc<Rule>>> {
    let mut rules: Option<Vec<Arc<Rule>>> = Some(Vec::new());
    for file in files {
        let loaded = match std::fs::read_to_string(file) {
            Ok(text) => load(&text, file, registry, sink),
            Err(reason) => {
                let place = Place::File(file.clone());
                sink.report(Diagnostic::error(place, format!("cannot read the rules: {reason}")));
                None
            }
        };
        rules = rules.zip(loaded).map(|(rules, loaded)| [rules, loaded].concat());
    }
    rules
}
