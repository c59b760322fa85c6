//! `apply-rules`: rewrite rules from files, as a user writes them.
//!
//! ```text
//! kiln-opt model.mlir --pass-pipeline='builtin.module(apply-rules{files=fuse.rules})'
//! ```

use kiln_ir::PatternSet;
use kiln_pass::{Pass, PassContext, options, run_patterns};
use kiln_rewrite::GreedyOptions;
use kiln_rules::{add_rules, load_files};

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
        let Some(rules) = load_files(&self.files, &registry, context.sink) else { return };
        let mut patterns = PatternSet::new();
        add_rules(&rules, self.relaxed, &mut patterns);
        // Nothing but the rules: what they did is to be seen.
        run_patterns(context, &patterns, &GreedyOptions { fold: false, ..GreedyOptions::default() });
    }
}
